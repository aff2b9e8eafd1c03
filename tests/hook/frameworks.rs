//! Husky and lefthook themselves, from npm: the lines of docs/hooks.md stop a commit and a push, and the doctor proves it.
//! Reported as not run where npm cannot install them.

#![cfg(unix)]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Repo, folder, git_at, github, tools};
use crate::{holding, repository};

/// A repository with a remote, and a PATH on which the framework finds itself and spillcheck.
struct Project {
    repo: Repo,
    home: tempfile::TempDir,
    path: OsString,
}

impl Project {
    fn new(framework: &Path) -> Self {
        let repo = repository();
        let remote = repo.beside("remote.git");
        git_at(repo.path(), ["init", "-q", "--bare", remote.to_str().unwrap()]);
        repo.git(["remote", "add", "origin", remote.to_str().unwrap()]);
        let ours = Path::new(env!("CARGO_BIN_EXE_spillcheck")).parent().unwrap().to_owned();
        let theirs = framework.parent().unwrap().to_owned();
        let others = std::env::var_os("PATH").unwrap();
        let path = [ours, theirs].into_iter().chain(std::env::split_paths(&others)).collect::<Vec<PathBuf>>();
        Self { repo, home: folder(), path: std::env::join_paths(path).unwrap() }
    }

    fn run(&self, program: impl AsRef<Path>, args: &[&str]) -> (bool, String) {
        let output = Command::new(program.as_ref())
            .current_dir(self.repo.path())
            .env_clear()
            .env("PATH", &self.path)
            .env("HOME", self.home.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.org")])
            .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.org")])
            .args(args)
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }

    #[track_caller]
    fn succeeds(&self, program: impl AsRef<Path>, args: &[&str]) -> String {
        let (success, said) = self.run(program, args);
        assert!(success, "{said}");
        said
    }

    #[track_caller]
    fn is_stopped(&self, args: &[&str], place: &str) {
        let (success, said) = self.run("git", args);
        assert!(!success && said.contains(place), "{said}");
    }

    /// Commits, messages and pushes of two refs are looked at, and the doctor says so.
    fn holds(&self) {
        let repo = &self.repo;
        repo.git(["add", "."]);
        self.succeeds("git", &["commit", "-q", "-m", "harmless"]);
        repo.write("a.env", holding(&github(370))).git(["add", "a.env"]);
        self.is_stopped(&["commit", "-q", "-m", "a"], "a.env:2:7");
        repo.git(["reset", "-q", "--hard"]);
        self.is_stopped(&["commit", "-q", "--allow-empty", "-m", &github(371)], "<commit message>:1:1");
        self.succeeds("git", &["push", "-q", "origin", "main"]);
        repo.git(["switch", "-q", "-c", "leaky"]);
        repo.write("leaky.env", holding(&github(372))).git(["add", "leaky.env"]);
        repo.git(["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "leaky"]);
        self.is_stopped(&["push", "-q", "origin", "main", "leaky"], "leaky.env:2:7");
        let said = self.succeeds(env!("CARGO_BIN_EXE_spillcheck"), &["hook", "doctor"]);
        for stage in ["pre-commit", "commit-msg", "pre-push"] {
            assert!(said.contains(&format!("{stage}: proved: it stops a made-up secret")), "{said}");
        }
    }
}

/// The lines of docs/hooks.md between ``` with this first line.
fn documented(mark: &str) -> String {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/hooks.md")).unwrap();
    let block = text.split("```").find(|block| block.contains(mark)).unwrap();
    block.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn in_husky() {
    let Some(husky) = tools::npm("husky@9.1.7", "bin.js") else { return };
    let project = Project::new(&husky);
    project.repo.write("package.json", "{}\n");
    project.succeeds("node", &[husky.to_str().unwrap()]);
    // What `hook install` says to do.
    let (success, said) = project.run(env!("CARGO_BIN_EXE_spillcheck"), &["hook", "install"]);
    assert!(!success && said.contains("spillcheck hook \"$@\""), "{said}");
    for name in ["pre-commit", "pre-push", "commit-msg"] {
        project.repo.write(format!(".husky/{name}"), documented(".husky/pre-commit"));
    }
    project.holds();
}

#[test]
fn in_lefthook() {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return tools::not_run("lefthook", "it is tested on Linux only");
    }
    let Some(lefthook) = tools::npm("lefthook-linux-x64@2.2.2", "bin/lefthook") else { return };
    assert!(Command::new("chmod").arg("+x").arg(&lefthook).status().unwrap().success());
    let project = Project::new(&lefthook);
    project.repo.write("lefthook.yml", documented("lefthook.yml"));
    project.succeeds(&lefthook, &["install"]);
    project.holds();
    // Ours beside theirs.
    project.succeeds(env!("CARGO_BIN_EXE_spillcheck"), &["hook", "install"]);
    project.is_stopped(&["push", "-q", "origin", "main", "leaky"], "leaky.env:2:7");
}
