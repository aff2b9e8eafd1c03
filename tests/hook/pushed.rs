//! Pushes: every ref on standard input, the range of a framework, and what to do without either.

use crate::support::{Repo, Run, Spillcheck, git_at, github};
use crate::{ZERO, holding, hook, hook_with, passed, repository, stopped};

/// A repository with a bare remote `origin` that has `main`.
fn with_remote() -> Repo {
    let repo = repository();
    let remote = repo.beside("remote.git");
    git_at(repo.path(), ["init", "-q", "--bare", remote.to_str().unwrap()]);
    repo.git(["remote", "add", "origin", remote.to_str().unwrap()]);
    repo.git(["push", "-q", "origin", "main"]);
    repo
}

/// As git runs pre-push.
fn push(repo: &Repo, lines: &str) -> Run {
    let url = repo.beside("remote.git");
    Spillcheck::new(repo.path()).args(["hook", "origin", url.to_str().unwrap()]).stdin(lines).run()
}

#[test]
fn every_ref_of_a_push_is_scanned() {
    let (repo, first, second) = (with_remote(), github(340), github(341));
    let main = repo.head();
    let one = repo.commit_file("one.env", holding(&first));
    repo.git(["switch", "-q", "-c", "side", &main]);
    repo.commit_file("two.env", holding(&second));
    let two = repo.remove("two.env").commit("removed again");
    let lines = format!("refs/heads/main {one} refs/heads/main {main}\nrefs/heads/side {two} refs/heads/side {ZERO}\n");
    let run = push(&repo, &lines);
    stopped(&run, "one.env:2:7", &first);
    stopped(&run, "two.env:2:7", &second);
    assert!(run.out().contains("pushed to origin: refs/heads/main, refs/heads/side"), "{}", run.out());
    assert!(run.out().contains("3 commits"), "{}", run.out());
    // Without git's arguments, as Husky's scripts often call it, and with the stage.
    for args in [&["hook"][..], &["hook", "--stage", "pre-push"]] {
        let run = Spillcheck::new(repo.path()).args(args).stdin(lines.as_str()).run();
        stopped(&run, "two.env:2:7", &second);
        stopped(&run, "one.env:2:7", &first);
    }
}

#[test]
fn what_the_remote_has_is_old() {
    let (repo, secret) = (with_remote(), github(342));
    let old = repo.commit_file("old.env", holding(&secret));
    repo.git(["push", "-q", "origin", "main"]);
    let new = repo.commit_file("clean.txt", "clean\n");
    passed(&push(&repo, &format!("refs/heads/main {new} refs/heads/main {old}\n")), "1 commit");
    // A new branch from there brings nothing else.
    passed(&push(&repo, &format!("refs/heads/new {new} refs/heads/new {ZERO}\n")), "1 commit");
    // A tip of the remote that this clone never saw excludes nothing, and fails nothing.
    let unknown = "1".repeat(40);
    passed(&push(&repo, &format!("refs/heads/main {new} refs/heads/main {unknown}\n")), "1 commit");
}

/// Pain A7: only the merge commit has it.
#[test]
fn what_a_merge_brings() {
    let (repo, secret) = (with_remote(), github(343));
    let main = repo.head();
    let merge = repo.merge_that_brings("merged.env", holding(&secret));
    stopped(&push(&repo, &format!("refs/heads/main {merge} refs/heads/main {main}\n")), "merged.env:2:7", &secret);
}

#[test]
fn deletions_tags_and_a_root() {
    let (repo, secret) = (with_remote(), github(344));
    passed(&push(&repo, &format!("(delete) {ZERO} refs/heads/x {}\n", repo.head())), "is deleted");
    repo.commit_file("a.env", holding(&secret));
    repo.git(["tag", "-a", "-m", "a tag", "v1"]);
    let tag = repo.id("v1");
    stopped(&push(&repo, &format!("refs/tags/v1 {tag} refs/tags/v1 {ZERO}\n")), "a.env:2:7", &secret);
    // A history of its own, from the root on.
    let (root, secret) = (Repo::new(), github(345));
    let only = root.commit_file("root.env", holding(&secret));
    stopped(&push(&root, &format!("refs/heads/main {only} refs/heads/main {ZERO}\n")), "root.env:2:7", &secret);
}

/// Pain A1: what cannot be walked is not clean.
#[test]
fn objects_that_are_not_there() {
    let repo = with_remote();
    let unknown = "1".repeat(40);
    let run = push(&repo, &format!("refs/heads/main {unknown} refs/heads/main {}\n", repo.head()));
    assert!(run.expect(3).out().contains(&unknown), "{}", run.out());
    let blob = repo.id("HEAD:readme");
    let run = push(&repo, &format!("refs/tags/blob {blob} refs/tags/blob {ZERO}\n"));
    assert!(run.expect(3).out().contains("refs/tags/blob"), "{}", run.out());
}

/// Pain A6: lefthook without `use_stdin`, a script that swallows standard input.
#[test]
fn a_push_without_a_list_scans_what_the_remote_lacks() {
    let (repo, secret) = (with_remote(), github(346));
    passed(&push(&repo, ""), "no list of pushed refs came");
    repo.commit_file("a.env", holding(&secret));
    stopped(&push(&repo, ""), "a.env:2:7", &secret);
    assert!(push(&repo, "").out().contains("committed by Carl Committer, on main\n"), "{}", push(&repo, "").out());
    stopped(&hook(repo.path(), &["--stage", "pre-push"]), "a.env:2:7", &secret);
    let run = Spillcheck::new(repo.path()).args(["hook", "--stage", "pre-push"]).stdin("no refs\n").run();
    assert!(run.expect(2).err().contains("standard input"), "{}", run.err());
}

#[test]
fn the_range_of_a_framework() {
    let (repo, secret) = (with_remote(), github(347));
    let from = repo.head();
    repo.commit_file("a.env", holding(&secret));
    let to = repo.remove("a.env").commit("removed again");
    for names in [["PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"], ["PRE_COMMIT_ORIGIN", "PRE_COMMIT_SOURCE"]] {
        let variables = [("PRE_COMMIT", "1"), (names[0], from.as_str()), (names[1], to.as_str())];
        // The files it passes are those of the last commit: the one with the secret is not among them.
        stopped(&hook_with(repo.path(), &["readme"], &variables), "a.env:2:7", &secret);
    }
    let variables = [("PRE_COMMIT_FROM_REF", "nonexistentref"), ("PRE_COMMIT_TO_REF", "HEAD")];
    let run = hook_with(repo.path(), &[], &variables);
    assert!(run.expect(2).err().contains("nonexistentref"), "{}", run.err());
    // The push of a whole history: pre-commit names the branch and the remote, and no range.
    let variables = [("PRE_COMMIT", "1"), ("PRE_COMMIT_LOCAL_BRANCH", "main"), ("PRE_COMMIT_REMOTE_NAME", "origin")];
    stopped(&hook_with(repo.path(), &["readme"], &variables), "a.env:2:7", &secret);
}

/// A commit made while a push is checked inherits the push's variables.
#[test]
fn the_index_wins_in_a_commit() {
    let (repo, secret) = (with_remote(), github(348));
    repo.write("a.env", holding(&secret)).git(["add", "a.env"]);
    let index = repo.path().join(".git/index");
    let variables =
        [("PRE_COMMIT_FROM_REF", "HEAD"), ("PRE_COMMIT_TO_REF", "HEAD"), ("GIT_INDEX_FILE", index.to_str().unwrap())];
    stopped(&hook_with(repo.path(), &["--stage", "pre-commit"], &variables), "a.env:2:7  staged", &secret);
}

/// On a server the objects are in quarantine until the hook has passed.
#[cfg(unix)]
#[test]
fn pre_receive_on_a_server() {
    use std::os::unix::fs::PermissionsExt;
    let (repo, secret) = (with_remote(), github(349));
    let file = repo.beside("remote.git").join("hooks/pre-receive");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, format!("#!/bin/sh\nexec '{}' hook --stage pre-receive\n", env!("CARGO_BIN_EXE_spillcheck")))
        .unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    let push = || {
        let output =
            std::process::Command::new("git").args(["push", "origin", "main"]).current_dir(repo.path()).output();
        let output = output.unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    repo.commit_file("clean.txt", "clean\n");
    let (accepted, text) = push();
    assert!(accepted && text.contains("no leaks found"), "{text}");
    repo.commit_file("a.env", holding(&secret));
    let (accepted, text) = push();
    assert!(!accepted && text.contains("a.env:2:7") && !text.contains(&secret), "{text}");
    // That no ref has it yet says nothing.
    assert!(!text.contains("reached by nothing"), "{text}");
}
