//! `spillcheck hook doctor`: which hooks git would run here, and whether they stop a made-up secret.
//!
//! Each hook runs as git would run it, on an index, a working tree and an object folder of its own: nothing of the repository is
//! changed, and nothing that is made stays. It runs twice, with a secret and without, so that a hook that always fails is not
//! taken for one that works.

use std::path::{Path, PathBuf};

use git2::{Index, IndexEntry, IndexTime, Oid, Repository, Signature};
use tempfile::TempDir;

use super::output::to_stdout;
use super::{Outcome, UsageError};
use crate::git;
use crate::hook::{Stage, install};
use crate::rules::examples;
use crate::subprocess::Git;

/// The file with the made-up secret.
const CANARY: &str = "spillcheck-canary.env";
/// Files that hook frameworks read at the top of a working tree.
const SETTINGS: &[&str] =
    &[".pre-commit-config.yaml", "lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml", "package.json"];
/// Hooks that are looked at, and whether there is something wrong if one is not there.
const STAGES: &[(Stage, bool)] = &[(Stage::PreCommit, true), (Stage::CommitMsg, false), (Stage::PrePush, false)];

/// Looks at the hooks of the repository round the folder `here`.
pub(super) fn run(here: &Path) -> Result<Outcome, UsageError> {
    let repository = git::discover(here)?;
    let repository =
        repository.ok_or_else(|| UsageError::new("not in a git repository: there are no hooks to look at"))?;
    let folder = install::folder(&repository).map_err(UsageError::new)?;
    let why = match folder.set {
        None => "git's default",
        Some(false) => "core.hooksPath of this repository",
        Some(true) => "core.hooksPath of all repositories",
    };
    let mut lines = vec![format!("spillcheck {}", env!("CARGO_PKG_VERSION"))];
    lines.push(format!("hooks: {} ({why})", folder.path.display()));
    let refusal = refusal(git::folder(&repository));
    let mut is_well = true;
    for (stage, is_needed) in STAGES {
        let path = folder.path.join(stage.as_str());
        let (well, verdict) = match state(&path) {
            State::Missing => (!is_needed, "there is none; `spillcheck hook install` makes one".to_owned()),
            State::NotExecutable => (false, format!("{} is not executable: git passes over it", path.display())),
            State::There => match &refusal {
                Some(why) => (false, format!("it was not tried, for git runs no hooks here: {why}")),
                None => proof(&repository, &folder.path, *stage),
            },
        };
        is_well &= well;
        lines.push(format!("{stage}: {verdict}"));
    }
    to_stdout(|out| lines.iter().try_for_each(|line| writeln!(out, "{}", crate::report::printable(line))))?;
    Ok(if is_well { Outcome::Clean } else { Outcome::Incomplete })
}

/// Why git would not run the hooks of the repository in `folder`: it may be somebody else's (git-config(1), `safe.directory`), and
/// so are its hooks.
fn refusal(folder: &Path) -> Option<String> {
    match Git::new(folder).args(["rev-parse", "--git-dir"]).run() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default().to_owned()),
        Err(error) => Some(format!("git cannot be run: {error}")),
    }
}

enum State {
    Missing,
    NotExecutable,
    There,
}

fn state(path: &Path) -> State {
    match path.metadata() {
        Err(_) => State::Missing,
        Ok(metadata) if is_executable(&metadata) => State::There,
        Ok(_) => State::NotExecutable,
    }
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    true
}

/// Runs the hook with a secret and without.
fn proof(repository: &Repository, hooks: &Path, stage: Stage) -> (bool, String) {
    let result = Trial::new(repository, hooks).and_then(|trial| {
        let with = trial.run(stage, true)?;
        Ok((with, trial.run(stage, false)?))
    });
    match result {
        Err(problem) => (false, format!("it could not be tried: {problem}")),
        Ok((Ran { stopped: true, named: true }, Ran { stopped: false, .. })) => {
            (true, "proved: it stops a made-up secret and lets harmless text pass".to_owned())
        }
        Ok((Ran { stopped: false, .. }, _)) => (false, "IT DOES NOT STOP A SECRET: a made-up one passed".to_owned()),
        Ok((Ran { stopped: true, named: false }, _)) => {
            (false, "it stops, but not for the made-up secret: run it by hand to see why".to_owned())
        }
        Ok((_, Ran { stopped: true, .. })) => {
            (false, "it stops harmless text, too, so nothing is proved: run it by hand to see why".to_owned())
        }
    }
}

/// How a hook ended.
struct Ran {
    stopped: bool,
    /// It named the file with the secret, or the message.
    named: bool,
}

/// What a hook is tried on.
struct Trial<'r> {
    repository: &'r Repository,
    hooks: PathBuf,
    folder: TempDir,
    /// Holds the objects.
    scratch: Repository,
}

impl<'r> Trial<'r> {
    fn new(repository: &'r Repository, hooks: &Path) -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("spillcheck-doctor-").tempdir().map_err(|e| e.to_string())?;
        let scratch = Repository::init(folder.path().join("scratch")).map_err(|e| e.message().to_owned())?;
        std::fs::create_dir(folder.path().join("tree")).map_err(|e| e.to_string())?;
        let hooks = std::fs::canonicalize(hooks).map_err(|e| e.to_string())?;
        Ok(Self { repository, hooks, folder, scratch })
    }

    fn run(&self, stage: Stage, with_secret: bool) -> Result<Ran, String> {
        let text = text(with_secret)?;
        let index = self.index(&text).map_err(|e| e.message().to_owned())?;
        let path = self.folder.path();
        let args: Vec<String> = match stage {
            Stage::CommitMsg => {
                let message = path.join("scratch/.git/COMMIT_EDITMSG");
                std::fs::write(&message, &text).map_err(|e| e.to_string())?;
                vec!["commit-msg".to_owned(), "--".to_owned(), message.display().to_string()]
            }
            Stage::PrePush => {
                let commit = self.commit(&index).map_err(|e| e.message().to_owned())?;
                let refs = path.join("refs");
                let line = format!("refs/heads/canary {commit} refs/heads/canary {}\n", "0".repeat(40));
                std::fs::write(&refs, line).map_err(|e| e.to_string())?;
                let list = format!("--to-stdin={}", refs.display());
                [list.as_str(), "pre-push", "--", "canary", "file:///canary"].map(str::to_owned).to_vec()
            }
            _ => vec![stage.as_str().to_owned()],
        };
        let objects = self.repository.commondir().join("objects");
        let output = Git::new(&path.join("tree"))
            .set("core.hooksPath", &self.hooks.display().to_string())
            .args(["hook", "run"])
            .args(args)
            // Of a linked worktree the main one: libgit2 ties the other to its own working tree.
            .env("GIT_DIR", self.repository.commondir())
            .env("GIT_WORK_TREE", path.join("tree"))
            .env("GIT_INDEX_FILE", path.join("index"))
            .env("GIT_OBJECT_DIRECTORY", path.join("scratch/.git/objects"))
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects)
            .run()
            .map_err(|e| format!("git cannot be run: {e}"))?;
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        if said.contains("is not a git command") {
            return Err("git 2.36 or newer is needed".to_owned());
        }
        let named = said.contains(CANARY) || (stage == Stage::CommitMsg && said.contains("<commit message>"));
        Ok(Ran { stopped: !output.status.success(), named })
    }

    /// An index with the canary and what frameworks need, all of it in the working tree, too.
    fn index(&self, text: &str) -> Result<Index, git2::Error> {
        let path = self.folder.path().join("index");
        let _ = std::fs::remove_file(&path);
        let mut index = Index::open(&path)?;
        let mut files = vec![(CANARY, text.as_bytes().to_vec())];
        if let Some(top) = self.repository.workdir() {
            files.extend(SETTINGS.iter().filter_map(|name| Some((*name, std::fs::read(top.join(name)).ok()?))));
        }
        for (name, bytes) in files {
            let id = self.scratch.blob(&bytes)?;
            index.add(&entry(name, id, bytes.len()))?;
            std::fs::write(self.folder.path().join("tree").join(name), &bytes)
                .map_err(|e| git2::Error::from_str(&e.to_string()))?;
        }
        index.write()?;
        Ok(index)
    }

    fn commit(&self, index: &Index) -> Result<Oid, git2::Error> {
        let mut tree = self.scratch.treebuilder(None)?;
        for entry in index.iter() {
            tree.insert(&entry.path, entry.id, 0o100_644)?;
        }
        let tree = self.scratch.find_tree(tree.write()?)?;
        let author = Signature::now("spillcheck hook doctor", "doctor@spillcheck.invalid")?;
        self.scratch.commit(None, &author, &author, "canary", &tree, &[])
    }
}

fn entry(name: &str, id: Oid, size: usize) -> IndexEntry {
    let time = IndexTime::new(0, 0);
    IndexEntry {
        ctime: time,
        mtime: time,
        dev: 0,
        ino: 0,
        mode: 0o100_644,
        uid: 0,
        gid: 0,
        file_size: u32::try_from(size).unwrap_or(0),
        id,
        flags: 0,
        flags_extended: 0,
        path: name.as_bytes().to_vec(),
    }
}

/// A line with a token that is made up for this run, or one without.
fn text(with_secret: bool) -> Result<String, String> {
    if !with_secret {
        return Ok("color=green\n".to_owned());
    }
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.subsec_nanos());
    examples::expand("TOKEN={{github:ghp_}}\n", u64::from(seed)).map(|example| example.text).map_err(|e| e.to_string())
}
