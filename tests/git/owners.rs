//! Repositories of another user (`safe.directory`): they are scanned, and nothing of theirs is executed. Only root can make them.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::holding;
use crate::support::{Repo, Run, Spillcheck, github};

/// A user that no account of the machine needs to have.
const SOMEBODY: u32 = 12_345;

/// Ways to scan a repository with a secret in HEAD and one that is staged.
const WAYS: &[&[&str]] = &[
    &["scan"],
    &["scan", "--history-only"],
    &["scan", "--staged"],
    &["scan", "--range", "HEAD"],
    &["scan", "--since", "2000-01-01"],
    &["hook"],
    &["hook", "--stage", "pre-push", "origin", "url"],
    &["ci", "--mode", "all"],
    &["ci", "--mode", "history"],
];

/// Says why a test ends early.
#[allow(clippy::print_stderr)]
fn not_tested(why: &str) {
    eprintln!("not tested: {why}");
}

/// Gives a folder and all that is in it to a user.
fn give(folder: &Path, to: u32) {
    chown(folder, Some(to), Some(to)).unwrap();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => give(&entry.path(), to),
            false => chown(entry.path(), Some(to), Some(to)).unwrap(),
        }
    }
}

/// A repository of `owner` with two secrets, of which the second is only staged, a configuration and hooks that leave a marker when
/// they run; none if only root could make it, and this is somebody else.
fn owned_by(owner: u32) -> Option<(Repo, [String; 2], PathBuf)> {
    let (repo, secrets) = (Repo::new(), [github(370), github(371)]);
    repo.commit_file("a.env", holding(&secrets[0]));
    repo.write("b.env", holding(&secrets[1])).git(["add", "b.env"]);
    let marker = repo.beside("executed");
    let script = repo.beside("script");
    std::fs::write(&script, format!("#!/bin/sh\necho \"$0\" >>'{}'\n", marker.display())).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    for hook in ["pre-commit", "commit-msg", "pre-push", "post-index-change"] {
        std::fs::copy(&script, repo.path().join(".git/hooks").join(hook)).unwrap();
    }
    repo.git(["config", "core.fsmonitor", script.to_str().unwrap()]);
    if std::fs::metadata(repo.path()).unwrap().uid() != 0 {
        not_tested("only root can give files away");
        return None;
    }
    // The folder round it is open to all: its owner is to get there.
    let around = marker.parent().unwrap();
    std::fs::set_permissions(around, std::fs::Permissions::from_mode(0o777)).unwrap();
    give(repo.path(), owner);
    Some((repo, secrets, marker))
}

/// `spillcheck ARGS` in the repository, by root or another user; none if that user cannot get at the program.
fn run(repo: &Repo, args: &[&str], user: u32) -> Option<Run> {
    let mut run = Spillcheck::new(repo.path()).args(args);
    if user != 0 {
        let program = Path::new(env!("CARGO_BIN_EXE_spillcheck"));
        let mut reach = Command::new("test");
        if !reach.arg("-x").arg(program).uid(user).gid(user).status().unwrap().success() {
            not_tested("the program is not open to all users");
            return None;
        }
        run.command().uid(user).gid(user);
    }
    Some(run.run())
}

#[test]
fn a_repository_of_another_user_is_scanned_and_executes_nothing() {
    for (owner, user) in [(SOMEBODY, 0), (0, SOMEBODY)] {
        let Some((repo, secrets, marker)) = owned_by(owner) else { return };
        let mut git = Command::new("git");
        git.args(["status"]).current_dir(repo.path()).env("HOME", "/nonexistent").env("LC_ALL", "C").uid(user);
        let said = String::from_utf8_lossy(&git.output().unwrap().stderr).into_owned();
        assert!(said.contains("dubious ownership"), "git refuses it: {said}");
        for way in WAYS {
            let Some(run) = run(&repo, &[way, &["-f", "jsonl", "--reveal"][..]].concat(), user) else { return };
            let staged_only = way.contains(&"--staged") || *way == ["hook"];
            let found = [run.expect(1).has(&secrets[0]), run.has(&secrets[1])];
            let committed_only = ["--range", "--since", "--stage"].iter().any(|arg| way.contains(arg));
            assert_eq!(found, [!staged_only, !committed_only], "{owner} {user} {way:?}: {}", run.out());
            assert_eq!(run.summary()["complete"], true, "{owner} {user} {way:?}");
        }
        assert!(!marker.exists(), "{owner} {user}: {}", std::fs::read_to_string(&marker).unwrap());
    }
}

/// The doctor tries hooks, but not where git would not run them.
#[test]
fn the_doctor_does_not_run_the_hooks_of_another_user() {
    let Some((repo, _, marker)) = owned_by(SOMEBODY) else { return };
    let said = run(&repo, &["hook", "doctor"], 0).unwrap();
    assert!(said.expect(3).out().contains("pre-commit: it was not tried"), "{}", said.out());
    assert!(said.out().contains("dubious ownership"), "{}", said.out());
    assert!(!marker.exists());
    // Who trusts the folder has told git.
    let home = crate::support::folder();
    std::fs::write(home.path().join(".gitconfig"), "[safe]\n\tdirectory = *\n").unwrap();
    let said = Spillcheck::new(repo.path()).args(["hook", "doctor"]).env("HOME", home.path()).run();
    assert!(said.expect(3).out().contains("pre-commit: IT DOES NOT STOP A SECRET"), "{}", said.out());
    assert!(marker.exists());
}

/// What a user may not read is said, and the rest is scanned.
#[test]
fn files_of_another_user_that_are_closed() {
    let Some((repo, secrets, _)) = owned_by(0) else { return };
    let object = repo.loose(&repo.id("HEAD:a.env"));
    std::fs::set_permissions(&object, std::fs::Permissions::from_mode(0o600)).unwrap();
    let Some(run) = run(&repo, &["scan", "--history-only", "-f", "jsonl", "--reveal"], SOMEBODY) else { return };
    assert!(!run.expect(3).has(&secrets[0]) && run.has(&secrets[1]), "{}", run.out());
    assert!(run.errors().contains("Permission denied"), "{}", run.errors());
}
