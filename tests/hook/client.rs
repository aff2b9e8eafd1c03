//! The hooks in the pre-commit framework itself. Reported as not run where it is neither on PATH nor to be installed.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::support::{Repo, folder, git_at, github, tools};
use crate::{holding, repository};

/// A user's repository with the hooks, and the client.
struct Project {
    repo: Repo,
    hooks: Repo,
    client: PathBuf,
    home: tempfile::TempDir,
}

impl Project {
    fn new(client: PathBuf) -> Self {
        let hooks = Repo::new();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
        // The program that is tested is the one on PATH: installing the package would compile it once more.
        let text = std::fs::read_to_string(file).unwrap().replace("language: python", "language: system");
        let rev = hooks.commit_file(".pre-commit-hooks.yaml", text);
        let repo = repository();
        let ids =
            ["spillcheck-system", "spillcheck-push", "spillcheck-msg"].map(|id| format!("  - id: {id}\n")).concat();
        let config = format!("repos:\n- repo: {}\n  rev: {rev}\n  hooks:\n{ids}", hooks.path().display());
        repo.commit_file(".pre-commit-config.yaml", config);
        let project = Self { repo, hooks, client, home: folder() };
        project.install();
        project
    }

    fn install(&self) {
        let (success, said) = self.client(&["install", "-t", "pre-commit", "-t", "pre-push", "-t", "commit-msg"]);
        assert!(success, "{said}");
    }

    /// A bare repository that git pushes to.
    fn with_remote(&self) {
        let remote = self.repo.beside("remote.git");
        git_at(self.repo.path(), ["init", "-q", "--bare", remote.to_str().unwrap()]);
        self.repo.git(["remote", "add", "origin", remote.to_str().unwrap()]);
    }

    fn spillcheck(&self, args: &[&str]) {
        let (success, said) = self.run(Path::new(env!("CARGO_BIN_EXE_spillcheck")), args);
        assert!(success, "{said}");
    }

    fn run(&self, program: &Path, args: &[&str]) -> (bool, String) {
        let binary = Path::new(env!("CARGO_BIN_EXE_spillcheck")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap();
        let path = std::env::join_paths([binary].into_iter().chain(std::env::split_paths(&path))).unwrap();
        let output = Command::new(program)
            .current_dir(self.repo.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.home.path())
            .env("PRE_COMMIT_HOME", self.home.path().join("pre-commit"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "A")
            .env("GIT_AUTHOR_EMAIL", "a@example.org")
            .env("GIT_COMMITTER_NAME", "A")
            .env("GIT_COMMITTER_EMAIL", "a@example.org")
            .args(args)
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }

    fn client(&self, args: &[&str]) -> (bool, String) {
        self.run(&self.client, args)
    }

    fn git(&self, args: &[&str]) -> (bool, String) {
        self.run(Path::new("git"), args)
    }
}

#[track_caller]
fn stopped((success, said): (bool, String), place: &str) {
    assert!(!success && said.contains(place) && said.contains("Failed"), "{said}");
}

#[track_caller]
fn passed((success, said): (bool, String)) {
    assert!(success && said.contains("Passed"), "{said}");
}

#[test]
fn in_the_pre_commit_framework() {
    let Some(client) = tools::python("pre-commit==4.7.0", "pre-commit") else { return };
    let project = Project::new(client);
    let repo = &project.repo;

    // A staged leak is blocked, and what is not staged is not looked at.
    repo.write("a.env", holding(&github(360))).write("b.txt", "b\n").git(["add", "b.txt"]);
    passed(project.git(&["commit", "-m", "b"]));
    repo.git(["add", "a.env"]);
    stopped(project.git(&["commit", "-m", "a"]), "a.env:2:7  staged");
    stopped(project.client(&["run"]), "a.env:2:7  staged");
    // Once it is there, other lines of the file may change.
    repo.git(["commit", "-q", "--no-verify", "-m", "a"]);
    repo.write("a.env", format!("{}# more\n", holding(&github(360)))).git(["add", "a.env"]);
    passed(project.git(&["commit", "-m", "more"]));

    // Pain A5: nothing is staged, files are given.
    stopped(project.client(&["run", "--all-files"]), "a.env:2:7");
    stopped(project.client(&["run", "--files", "b.txt", "a.env"]), "a.env:2:7");
    passed(project.client(&["run", "--files", "b.txt"]));
    let source = project.hooks.path().to_str().unwrap();
    stopped(project.client(&["try-repo", source, "spillcheck-system", "--all-files"]), "a.env:2:7");
    let started = Instant::now();
    passed(project.client(&["run", "--files", "b.txt", "--verbose"]));
    let took = started.elapsed();
    assert!(took.as_secs() < 20, "{took:?}");

    // A range whose end has no trace of the secret.
    let from = repo.head();
    repo.write("gone.env", holding(&github(361))).git(["add", "gone.env"]);
    repo.git(["commit", "-q", "--no-verify", "-m", "gone"]);
    repo.remove("gone.env").git(["commit", "-q", "--no-verify", "-a", "-m", "removed"]);
    repo.write("c.txt", "c\n").git(["add", "c.txt"]);
    repo.git(["commit", "-q", "--no-verify", "-m", "c"]);
    stopped(project.client(&["run", "--from-ref", &from, "--to-ref", "HEAD"]), "gone.env:2:7");

    // Messages and pushes.
    stopped(project.git(&["commit", "--allow-empty", "-m", &github(362)]), "<commit message>:1:1");
    project.with_remote();
    stopped(project.git(&["push", "origin", "main"]), "gone.env:2:7");
    repo.git(["push", "-q", "--no-verify", "origin", "main"]);
    repo.write("d.txt", "d\n").git(["add", "d.txt"]);
    repo.git(["commit", "-q", "--no-verify", "-m", "d"]);
    passed(project.git(&["push", "origin", "main"]));
}

/// pre-commit hands on the first ref of a push. What it does not show is named, and our own hook beside it sees every ref.
#[test]
fn a_push_of_several_refs_in_the_pre_commit_framework() {
    let Some(client) = tools::python("pre-commit==4.7.0", "pre-commit") else { return };
    let project = Project::new(client);
    let repo = &project.repo;
    project.with_remote();
    repo.git(["push", "-q", "--no-verify", "origin", "main"]);
    repo.git(["switch", "-q", "-c", "clean"]);
    repo.write("c.txt", "c\n").git(["add", "c.txt"]);
    repo.git(["commit", "-q", "--no-verify", "-m", "c"]);
    let push = || project.git(&["push", "--dry-run", "origin", "clean", "leaky"]);
    repo.git(["switch", "-q", "-c", "leaky", "main"]);
    repo.write("leaky.env", holding(&github(363))).git(["add", "leaky.env"]);
    repo.git(["commit", "-q", "--no-verify", "-m", "leaky"]);
    let (success, said) = push();
    assert!(
        success && said.contains("pre-commit names one ref of a push: should refs/heads/leaky be pushed with it"),
        "{said}"
    );
    // A push of what is checked, with nothing else to push: no more is said.
    repo.git(["push", "-q", "--no-verify", "origin", "leaky"]);
    let (success, said) = project.git(&["push", "--dry-run", "origin", "clean"]);
    assert!(success && said.contains("no leaks found") && !said.contains("one ref"), "{said}");
    repo.git(["push", "-q", "--no-verify", "origin", ":leaky"]);
    // Ours over theirs.
    project.spillcheck(&["hook", "install"]);
    stopped_by_either(push(), "leaky.env:2:7");
    project.spillcheck(&["hook", "uninstall"]);
    // Theirs over ours.
    assert!(project.client(&["uninstall", "-t", "pre-commit", "-t", "pre-push", "-t", "commit-msg"]).0);
    project.spillcheck(&["hook", "install"]);
    project.install();
    stopped_by_either(push(), "leaky.env:2:7");
}

#[track_caller]
fn stopped_by_either((success, said): (bool, String), place: &str) {
    assert!(!success && said.contains(place), "{said}");
}
