//! Repositories the tests make: fixed names and dates, and nothing of the user's git configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A git repository in a temporary folder.
pub(crate) struct Repository {
    pub(crate) path: PathBuf,
    /// Also holds what belongs to the repository's tests: clones, reports.
    pub(crate) folder: TempDir,
}

/// A command that sees no git configuration and no git variables of its surroundings.
pub(crate) fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["GIT_", "GITHUB_", "INPUT_", "RUNNER_"].iter().any(|p| text.starts_with(p)) {
            command.env_remove(&name);
        }
    }
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z")
        .env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z")
        .env("LC_ALL", "C");
    command
}

pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    let output = command("git", folder)
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"])
        .args(["-c", "protocol.file.allow=always", "-c", "advice.detachedHead=false"])
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Repository {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("origin");
        fs::create_dir(&path).unwrap();
        git(&path, &["init", "--quiet", "--initial-branch=main"]);
        Self { path, folder }
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(&self.path, args)
    }

    /// Writes a file and stages it.
    pub(crate) fn stage(&self, name: &str, text: &str) {
        fs::write(self.path.join(name), text).unwrap();
        self.git(&["add", "--", name]);
    }

    /// Writes a file and commits it; gives the commit's id.
    pub(crate) fn commit(&self, name: &str, text: &str) -> String {
        self.stage(name, text);
        self.git(&["commit", "--quiet", "--message", name]);
        self.head()
    }

    /// Removes a file and commits that.
    pub(crate) fn remove(&self, name: &str) -> String {
        self.git(&["rm", "--quiet", "--", name]);
        self.git(&["commit", "--quiet", "--message", "remove"]);
        self.head()
    }

    pub(crate) fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    /// A clone beside the repository, over a transport that obeys `--depth`.
    pub(crate) fn clone_to(&self, name: &str, args: &[&str]) -> PathBuf {
        let (url, target) = (format!("file://{}", self.path.display()), self.folder.path().join(name));
        git(self.folder.path(), &[&["clone", "--quiet"], args, &[&url, target.to_str().unwrap()]].concat());
        target
    }
}
