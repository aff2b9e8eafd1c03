//! Installing hooks: for one repository or for all of a user's. What is there runs first, and comes back when ours goes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use git2::{Config, ConfigLevel, Repository};

use super::{HookError, Stage};

/// The line that tells a hook of ours. Its words are a promise: later versions must know the hooks of earlier ones.
const MARK: &str = "# Installed by `spillcheck hook install`.";
/// What is put behind the name of a hook that was there before.
const BEFORE: &str = ".before-spillcheck";
/// Hooks that are installed.
const STAGES: &[Stage] = &[Stage::PreCommit, Stage::CommitMsg, Stage::PrePush];
/// Hooks that a folder for all repositories passes on to the repository's own, which git does not look at any more then.
/// `push-to-checkout`, `proc-receive` and `fsmonitor-watchman` are left out: git changes its ways if they are there at all
/// (githooks(5)).
const PASSED_ON: &[&str] = &[
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-merge-commit",
    "prepare-commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
    "post-index-change",
    "reference-transaction",
    "pre-receive",
    "update",
    "post-receive",
    "post-update",
];

/// Where git looks for the hooks of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The folder; need not exist.
    pub path: PathBuf,
    /// `core.hooksPath` names it, for this repository alone (`Some(false)`) or for all of the user's (`Some(true)`).
    pub set: Option<bool>,
}

/// Where git looks for the hooks of `repository`.
pub fn folder(repository: &Repository) -> Result<Folder, HookError> {
    let config = repository.config().map_err(|e| config_error(&e))?;
    let Some((path, global)) = hooks_path(&config) else {
        return Ok(Folder { path: repository.commondir().join("hooks"), set: None });
    };
    // A relative path is relative to where hooks run.
    let base = repository.workdir().unwrap_or_else(|| repository.path());
    Ok(Folder { path: base.join(path), set: Some(global) })
}

/// `core.hooksPath`, and whether it is set for all repositories.
fn hooks_path(config: &Config) -> Option<(PathBuf, bool)> {
    let entry = config.get_entry("core.hooksPath").ok()?;
    let own = matches!(entry.level(), ConfigLevel::Local | ConfigLevel::Worktree);
    config.get_path("core.hooksPath").ok().map(|path| (path, !own))
}

fn config_error(error: &git2::Error) -> HookError {
    HookError::Usage(format!("git's configuration cannot be read: {}", error.message()))
}

fn file_error(path: &Path) -> impl Fn(io::Error) -> HookError + '_ {
    move |error| HookError::Usage(format!("{}: {error}", path.display()))
}

/// Installs hooks for `repository` that run `program`. Gives a line for each.
pub fn install(repository: &Repository, program: &Path) -> Result<Vec<String>, HookError> {
    let folder = folder(repository)?;
    if folder.set == Some(true) {
        return Err(HookError::Usage(format!(
            "core.hooksPath is set for all repositories, to {}: git does not look at this repository's own hooks; use \
             `spillcheck hook install --global`",
            folder.path.display()
        )));
    }
    if folder.path.ends_with(".husky/_") {
        return Err(HookError::Usage(
            "Husky makes the hooks of this repository: add the line `spillcheck hook \"$@\"` to .husky/pre-commit, \
             .husky/pre-push and .husky/commit-msg"
                .to_owned(),
        ));
    }
    install_in(&folder.path, program)
}

fn install_in(folder: &Path, program: &Path) -> Result<Vec<String>, HookError> {
    fs::create_dir_all(folder).map_err(file_error(folder))?;
    STAGES.iter().map(|stage| install_one(folder, *stage, program)).collect()
}

fn install_one(folder: &Path, stage: Stage, program: &Path) -> Result<String, HookError> {
    let path = folder.join(stage.as_str());
    let kept = folder.join(format!("{stage}{BEFORE}"));
    let is_there = path.symlink_metadata().is_ok();
    let is_ours = is_there && is_ours(&path);
    if is_there && !is_ours && kept.symlink_metadata().is_ok() {
        return Err(HookError::Usage(format!(
            "{}: there is a hook, and {} is taken: move one of them away",
            path.display(),
            kept.display()
        )));
    }
    let new = folder.join(format!("{stage}.spillcheck-new"));
    write_script(&new, &script(stage, program, &format!("before=\"$0{BEFORE}\"")))?;
    if is_there && !is_ours {
        fs::rename(&path, &kept).map_err(file_error(&path))?;
    }
    fs::rename(&new, &path).map_err(file_error(&path))?;
    let chained =
        if kept.symlink_metadata().is_ok() { format!("; {} runs first", kept.display()) } else { String::new() };
    Ok(format!("{stage}: {}{chained}", path.display()))
}

/// Installs hooks for all repositories of the user. Gives a line for each.
pub fn install_global(program: &Path, home: &Home) -> Result<Vec<String>, HookError> {
    let config = Config::open_default().map_err(|e| config_error(&e))?;
    if let Some((folder, _)) = hooks_path(&config)
        && folder != home.hooks()
    {
        return install_in(&folder, program);
    }
    let folder = home.hooks();
    fs::create_dir_all(&folder).map_err(file_error(&folder))?;
    let own = |name: &str| format!("before=\"$(git rev-parse --git-common-dir)/hooks/{name}\"");
    let mut lines = Vec::new();
    for stage in STAGES {
        // A repository's own hook of ours would scan a second time.
        let before = format!("{}\ngrep -qsF '{MARK}' \"$before\" && before=", own(stage.as_str()));
        write_script(&folder.join(stage.as_str()), &script(*stage, program, &before))?;
        lines.push(format!("{stage}: {}; a repository's own hook runs first", folder.join(stage.as_str()).display()));
    }
    for name in PASSED_ON {
        let text = format!("#!/bin/sh\n{MARK}\n{}\n[ -x \"$before\" ] || exit 0\nexec \"$before\" \"$@\"\n", own(name));
        write_script(&folder.join(name), &text)?;
    }
    let file = home.config();
    let mut config = Config::open(&file).map_err(|e| config_error(&e))?;
    let path = folder.to_str().ok_or_else(|| HookError::Usage(format!("{}: not UTF-8", folder.display())))?;
    config.set_str("core.hooksPath", path).map_err(|e| config_error(&e))?;
    lines.push(format!("core.hooksPath in {}: {path}", file.display()));
    Ok(lines)
}

/// Takes the hooks of ours away that git would run for `repository`. Gives a line for each.
pub fn uninstall(repository: &Repository) -> Result<Vec<String>, HookError> {
    let folder = folder(repository)?;
    if folder.set == Some(true) {
        return Err(HookError::Usage(format!(
            "the hooks in {} are those of all repositories: use `spillcheck hook uninstall --global`",
            folder.path.display()
        )));
    }
    uninstall_from(&folder.path)
}

fn uninstall_from(folder: &Path) -> Result<Vec<String>, HookError> {
    let names = Stage::ALL.iter().map(|stage| stage.as_str()).chain(PASSED_ON.iter().copied());
    let mut lines = Vec::new();
    for name in names {
        let (path, kept) = (folder.join(name), folder.join(format!("{name}{BEFORE}")));
        if !is_ours(&path) {
            continue;
        }
        fs::remove_file(&path).map_err(file_error(&path))?;
        if kept.symlink_metadata().is_ok() {
            fs::rename(&kept, &path).map_err(file_error(&kept))?;
            lines.push(format!("{name}: {} is what it was before", path.display()));
        } else {
            lines.push(format!("{name}: {} is gone", path.display()));
        }
    }
    Ok(lines)
}

/// Takes away what [`install_global`] made. Gives a line for each.
pub fn uninstall_global(home: &Home) -> Result<Vec<String>, HookError> {
    let config = Config::open_default().map_err(|e| config_error(&e))?;
    let Some((folder, _)) = hooks_path(&config) else { return Ok(Vec::new()) };
    let mut lines = uninstall_from(&folder)?;
    if folder == home.hooks() {
        let file = home.config();
        Config::open(&file).and_then(|mut config| config.remove("core.hooksPath")).map_err(|e| config_error(&e))?;
        lines.push(format!("core.hooksPath: taken out of {}", file.display()));
        // Something that is not ours may be in it.
        let _ = fs::remove_dir(&folder);
    }
    Ok(lines)
}

/// Whether the file is a hook that was installed from here.
pub fn is_ours(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| text.lines().any(|line| line == MARK))
}

/// Folders of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    data: PathBuf,
    config: PathBuf,
}

impl Home {
    /// From the environment (XDG base directories, or the user's home folder).
    pub fn of(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, HookError> {
        let home = variable("HOME").or_else(|| variable("USERPROFILE")).map(PathBuf::from);
        let missing = || HookError::Usage("HOME is not set: it is not known where the user's settings are".to_owned());
        let home = home.ok_or_else(missing)?;
        let data = variable("XDG_DATA_HOME").map_or_else(|| home.join(".local/share"), PathBuf::from);
        let named = variable("GIT_CONFIG_GLOBAL").map(PathBuf::from);
        let config = named.or_else(|| Config::find_global().ok()).or_else(|| Config::find_xdg().ok());
        Ok(Self { data, config: config.unwrap_or_else(|| home.join(".gitconfig")) })
    }

    fn hooks(&self) -> PathBuf {
        self.data.join("spillcheck").join("hooks")
    }

    fn config(&self) -> PathBuf {
        self.config.clone()
    }
}

/// A hook that runs what `before` says, then the program. It fails if the program is gone: a hook that cannot scan must not pass.
fn script(stage: Stage, program: &Path, before: &str) -> String {
    let shown = program.to_string_lossy().replace('\'', r"'\''");
    let run = match stage {
        // Both read the list of refs.
        Stage::PrePush | Stage::PreReceive => format!(
            "input=$(cat)\n\
             feed() {{ if [ -n \"$input\" ]; then printf '%s\\n' \"$input\"; fi; }}\n\
             if [ -x \"$before\" ]; then feed | \"$before\" \"$@\" || exit $?; fi\n\
             feed | \"$program\" hook --stage {stage} -- \"$@\"\n"
        ),
        _ => format!(
            "if [ -x \"$before\" ]; then \"$before\" \"$@\" || exit $?; fi\n\
             exec \"$program\" hook --stage {stage} -- \"$@\"\n"
        ),
    };
    format!(
        "#!/bin/sh\n{MARK}\n\
         # `spillcheck hook uninstall` takes it away and puts back what was here before.\n\
         program='{shown}'\n\
         [ -x \"$program\" ] || program=spillcheck\n\
         command -v \"$program\" >/dev/null 2>&1 || {{\n\
         \x20 echo \"spillcheck is gone from '{shown}' and not on PATH, so nothing can be scanned.\" >&2\n\
         \x20 echo \"Install it again, or take this hook away: $0\" >&2\n\
         \x20 exit 1\n\
         }}\n\
         {before}\n{run}"
    )
}

fn write_script(path: &Path, text: &str) -> Result<(), HookError> {
    fs::write(path, text).map_err(file_error(path))?;
    make_executable(path).map_err(file_error(path))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}
