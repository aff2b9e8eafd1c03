//! Commit messages, before the commit is made.

use crate::support::github;
use crate::{hook, passed, repository, stopped};

#[test]
fn a_secret_in_the_message() {
    let (repo, secret) = (repository(), github(330));
    let file = ".git/COMMIT_EDITMSG";
    repo.write(file, format!("Title\n\nuse {secret}\n# a comment\n"));
    for args in [&["--stage", "commit-msg", file][..], &[file], &["--stage", "prepare-commit-msg", file, "message"]] {
        let run = hook(repo.path(), args);
        stopped(&run, "<commit message>:3:5", &secret);
        assert!(run.out().contains("Commit again without it"), "{}", run.out());
    }
    repo.write(file, "Title\n");
    passed(&hook(repo.path(), &[file]), "the commit message; searched 1 file, 6 bytes: no leaks found");
}

/// `git commit --verbose` shows the diff below the message; a secret that the commit removes stands in it.
#[test]
fn the_diff_of_a_verbose_commit_is_no_message() {
    let (repo, secret) = (repository(), github(331));
    let scissors = "# ------------------------ >8 ------------------------";
    repo.write(".git/COMMIT_EDITMSG", format!("Title\n{scissors}\n# cut\n-token={secret}\n"));
    passed(&hook(repo.path(), &[".git/COMMIT_EDITMSG"]), "6 bytes");
}

#[test]
fn a_message_that_is_missing() {
    let repo = repository();
    let run = hook(repo.path(), &["--stage", "commit-msg"]);
    assert!(run.expect(2).err().contains("commit-msg"), "{}", run.err());
    hook(repo.path(), &["--stage", "commit-msg", "nowhere"]).expect(3);
}

/// Only git's own file is a message: one of that name elsewhere is a file like any other.
#[test]
fn a_file_of_that_name() {
    let (repo, secret) = (repository(), github(332));
    repo.write("COMMIT_EDITMSG", format!("token={secret}\n")).git(["add", "-f", "COMMIT_EDITMSG"]);
    stopped(&hook(repo.path(), &["COMMIT_EDITMSG"]), "COMMIT_EDITMSG:1:7  staged", &secret);
}
