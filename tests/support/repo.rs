//! Repositories with fixed names and dates, so that object ids never change.

use std::cell::Cell;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository in a folder of its own.
pub struct Repo {
    _folder: tempfile::TempDir,
    path: PathBuf,
    day: Cell<i64>,
}

/// Author date of day `day`: 2020-09-13 and so on, at a fixed time, two hours east of Greenwich.
fn date(day: i64) -> String {
    format!("{} +0200", 1_600_000_000 + day * 86_400)
}

/// Git in `folder`, without any configuration of the machine.
fn command(folder: &Path, day: i64) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    let variables = [
        ("HOME", "/nonexistent"),
        ("LC_ALL", "C"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_AUTHOR_NAME", "Ada Author"),
        ("GIT_AUTHOR_EMAIL", "ada@example.org"),
        ("GIT_COMMITTER_NAME", "Carl Committer"),
        ("GIT_COMMITTER_EMAIL", "carl@example.org"),
    ];
    command.envs(variables).env("GIT_AUTHOR_DATE", date(day)).env("GIT_COMMITTER_DATE", date(day + 1));
    let settings = ["init.defaultBranch=main", "gc.auto=0", "maintenance.auto=false", "protocol.file.allow=always"];
    for setting in settings.iter().chain(&["advice.detachedHead=false", "core.autocrlf=false"]) {
        command.args(["-c", setting]);
    }
    command
}

/// Runs git in `folder` on `day`; its output, trimmed.
#[track_caller]
fn run<S: AsRef<OsStr>>(folder: &Path, day: i64, args: impl IntoIterator<Item = S>) -> String {
    let mut command = command(folder, day);
    command.args(args);
    let output = command.output().expect("git is installed");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    assert!(output.status.success(), "{command:?}\n{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// Runs git in any folder.
#[track_caller]
pub fn git_at<S: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = S>) -> String {
    run(folder, 0, args)
}

impl Repo {
    /// An empty repository with a branch `main`.
    pub fn new() -> Self {
        Self::init(&[])
    }

    /// The same with more arguments of `git init`.
    #[track_caller]
    pub fn init(args: &[&str]) -> Self {
        let folder = super::folder();
        let path = std::fs::canonicalize(folder.path()).expect("just made").join("repo");
        run(folder.path(), 0, [&["init", "-q"], args, &["repo"]].concat());
        Self { _folder: folder, path, day: Cell::new(0) }
    }

    /// One with a secret that came in the second of four commits and went in the third; ids of the first and the last.
    #[track_caller]
    pub fn with_removed(secret: &str) -> (Self, String, String) {
        let repo = Self::new();
        let first = repo.commit_file("readme", "base\n");
        repo.commit_file("gone.env", super::holding(secret));
        repo.remove("gone.env").commit("remove");
        let last = repo.commit_file("new.txt", "new\n");
        (repo, first, last)
    }

    /// A side branch, one more commit on either side, and a merge that brings a file of its own; the merge's id.
    #[track_caller]
    pub fn merge_that_brings(&self, path: &str, bytes: impl AsRef<[u8]>) -> String {
        self.git(["switch", "-q", "-c", "side"]);
        self.commit_file("side.txt", "side\n");
        self.git(["switch", "-q", "main"]);
        self.commit_file("main.txt", "main\n");
        self.git(["merge", "-q", "--no-ff", "--no-commit", "side"]);
        let merge = self.commit_file(path, bytes);
        assert_eq!(self.git(["rev-list", "--parents", "-1", "HEAD"]).split(' ').count(), 3, "a merge");
        merge
    }

    /// Its working tree.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path beside it, for clones and worktrees.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }

    /// Runs git in the working tree.
    #[track_caller]
    pub fn git<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> String {
        run(&self.path, self.day.get(), args)
    }

    /// Puts the commits that follow on another day; may go back in time.
    pub fn on_day(&self, day: i64) {
        self.day.set(day - 1);
    }

    /// Writes a file.
    pub fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> &Self {
        super::write(&self.path, path, bytes);
        self
    }

    /// Removes a file.
    pub fn remove(&self, path: &str) -> &Self {
        std::fs::remove_file(self.path.join(path)).expect("a file to remove");
        self
    }

    /// Commits all there is, a day after the commit before; the commit's id.
    #[track_caller]
    pub fn commit(&self, message: &str) -> String {
        self.day.set(self.day.get() + 1);
        self.git(["add", "-A"]);
        self.git(["commit", "-q", "--allow-empty", "-m", message]);
        self.head()
    }

    /// Writes one file and commits.
    #[track_caller]
    pub fn commit_file(&self, path: &str, bytes: impl AsRef<[u8]>) -> String {
        self.write(path, bytes);
        self.commit(path)
    }

    /// The commit that HEAD is.
    #[track_caller]
    pub fn head(&self) -> String {
        self.git(["rev-parse", "HEAD"])
    }

    /// The id of any object.
    #[track_caller]
    pub fn id(&self, revision: &str) -> String {
        self.git(["rev-parse", revision])
    }

    /// The file of a loose object.
    pub fn loose(&self, id: &str) -> PathBuf {
        self.path.join(".git/objects").join(&id[..2]).join(&id[2..])
    }

    /// Puts all objects in one pack; its file, writable.
    #[track_caller]
    pub fn pack(&self) -> PathBuf {
        self.git(["repack", "-a", "-d", "-q"]);
        let packs = std::fs::read_dir(self.path.join(".git/objects/pack")).expect("packs");
        let mut packs: Vec<_> = packs.map(|e| e.expect("an entry").path()).collect();
        packs.retain(|p| p.extension().is_some_and(|e| e == "pack"));
        assert_eq!(packs.len(), 1, "{packs:?}");
        make_writable(&packs[0]);
        packs.remove(0)
    }
}

#[cfg(unix)]
fn make_writable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).expect("our own file");
}

#[cfg(not(unix))]
fn make_writable(_: &Path) {}
