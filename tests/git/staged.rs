//! `--staged`: what the next commit would introduce.

use std::path::Path;

use crate::holding;
use crate::support::{Repo, Run, Spillcheck, github, scan};

fn staged(path: &Path) -> Run {
    scan(path, ["-f", "jsonl", "--reveal", "--staged"])
}

#[test]
fn a_new_secret_blocks() {
    let (repo, secret) = (Repo::new(), github(100));
    repo.commit_file("a.env", "token=\n");
    staged(repo.path()).expect(0);
    repo.write("a.env", holding(&secret));
    staged(repo.path()).expect(0);
    repo.git(["add", "a.env"]);
    // The file of the working tree does not count, what was added does.
    repo.write("a.env", "token=\n");
    let run = staged(repo.path());
    assert_eq!(run.expect(1).of(&secret).places(), ["staged a.env:2:7 - -"]);
    assert_eq!(run.summary()["stats"]["files"], 0);
}

#[test]
fn from_a_subfolder() {
    let (repo, secret) = (Repo::new(), github(101));
    repo.commit_file("sub/readme", "base\n");
    repo.write("a.env", holding(&secret)).git(["add", "a.env"]);
    assert_eq!(staged(&repo.path().join("sub")).expect(1).of(&secret).paths(), ["a.env"]);
}

#[test]
fn before_the_first_commit() {
    let (repo, secret) = (Repo::new(), github(102));
    repo.write("a.env", holding(&secret)).git(["add", "a.env"]);
    assert_eq!(staged(repo.path()).expect(1).of(&secret).places(), ["staged a.env:2:7 - -"]);
}

#[test]
fn an_unchanged_secret_in_a_staged_file_is_old() {
    let (repo, old, new) = (Repo::new(), github(103), github(104));
    repo.commit_file("a.env", holding(&old));
    repo.write("a.env", format!("# a line above\n{}# a line below\n", holding(&old))).git(["add", "a.env"]);
    staged(repo.path()).expect(0);
    repo.write("a.env", format!("{}other={new}\n", holding(&old))).git(["add", "a.env"]);
    let run = staged(repo.path());
    assert_eq!(run.expect(1).of(&new).places(), ["staged a.env:4:7 - -"]);
    assert_eq!(run.findings().len(), 1);
}

#[test]
fn a_rename_is_old() {
    let (repo, secret) = (Repo::new(), github(105));
    repo.commit_file("a.env", holding(&secret));
    repo.git(["mv", "a.env", "b.env"]);
    staged(repo.path()).expect(0);
    repo.write("b.env", format!("{}# changed\n", holding(&secret))).git(["add", "b.env"]);
    staged(repo.path()).expect(0);
}

#[test]
fn a_removal_is_clean() {
    let (repo, secret) = (Repo::new(), github(106));
    repo.commit_file("a.env", holding(&secret));
    repo.git(["rm", "-q", "a.env"]);
    staged(repo.path()).expect(0);
}

#[test]
fn git_index_file_is_honoured() {
    let (repo, secret) = (Repo::new(), github(107));
    repo.commit_file("a.env", "token=\n");
    let other = repo.path().join(".git/other-index");
    std::fs::copy(repo.path().join(".git/index"), &other).unwrap();
    repo.write("a.env", holding(&secret)).git(["add", "a.env"]);
    std::fs::rename(repo.path().join(".git/index"), repo.beside("with-secret")).unwrap();
    std::fs::rename(&other, repo.path().join(".git/index")).unwrap();
    staged(repo.path()).expect(0);
    let run = Spillcheck::new(repo.path())
        .args(["scan", "--staged", "-f", "jsonl", "--reveal"])
        .env("GIT_INDEX_FILE", repo.beside("with-secret"))
        .run();
    assert_eq!(run.expect(1).of(&secret).places(), ["staged a.env:2:7 - -"]);
}

#[cfg(unix)]
#[test]
fn as_a_pre_commit_hook() {
    use std::os::unix::fs::PermissionsExt;
    let (repo, secret) = (Repo::new(), github(108));
    repo.commit_file("a.env", "token=\n");
    let hook = repo.path().join(".git/hooks/pre-commit");
    let binary = env!("CARGO_BIN_EXE_spillcheck");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(
        &hook,
        format!("#!/bin/sh\n'{binary}' scan --staged >\"$GIT_DIR/../../out\" 2>&1\necho $? >\"$GIT_DIR/../../code\"\n"),
    )
    .unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let code = || std::fs::read_to_string(repo.beside("code")).unwrap();
    repo.write("a.env", holding(&secret));
    // `commit -a` and `commit PATH` give the hook an index of their own.
    let git_dir = repo.path().join(".git");
    let commit = |args: &[&str]| {
        let all = [&["--git-dir", git_dir.to_str().unwrap(), "--work-tree", "."], args].concat();
        repo.git(all);
    };
    commit(&["commit", "-q", "-m", "nothing staged", "--allow-empty"]);
    assert_eq!(code(), "0\n");
    commit(&["commit", "-q", "-m", "by path", "a.env"]);
    assert_eq!(code(), "1\n");
    repo.write("a.env", holding(&github(109)));
    commit(&["commit", "-q", "-a", "-m", "all"]);
    assert_eq!(code(), "1\n");
    commit(&["commit", "-q", "--amend", "-m", "nothing new", "--allow-empty"]);
    assert_eq!(code(), "0\n");
}

#[test]
fn intent_to_add() {
    let (repo, secret) = (Repo::new(), github(110));
    repo.commit_file("readme", "base\n");
    repo.write("a.env", holding(&secret)).git(["add", "--intent-to-add", "a.env"]);
    let run = staged(repo.path());
    let summary = run.expect(0).summary();
    assert_eq!(summary["complete"], true, "nothing of it would be committed: {}", run.errors());
    // History has nothing to miss, either.
    assert_eq!(crate::both(repo.path()).expect(1).of(&secret).places(), ["file a.env:2:7 - -"]);
}

#[test]
fn in_the_middle_of_a_conflict() {
    let (repo, ours, theirs) = (Repo::new(), github(111), github(112));
    repo.commit_file("a.env", "token=\n");
    repo.git(["switch", "-q", "-c", "side"]);
    repo.commit_file("a.env", holding(&theirs));
    repo.git(["switch", "-q", "main"]);
    repo.commit_file("a.env", holding(&ours));
    let merge =
        std::process::Command::new("git").args(["merge", "-q", "side"]).current_dir(repo.path()).output().unwrap();
    assert!(!merge.status.success(), "a conflict");
    // Nothing is decided, so nothing is staged; but nothing may fail either.
    let run = staged(repo.path());
    assert!(matches!(run.code, Some(0 | 1)), "{}{}", run.out(), run.err());
    // Resolved: theirs is new to this branch.
    repo.write("a.env", holding(&theirs)).git(["add", "a.env"]);
    assert!(staged(repo.path()).expect(1).has(&theirs));
    assert!(!staged(repo.path()).has(&ours));
}

#[test]
fn a_symlink_and_a_submodule_are_no_text() {
    let (repo, secret) = (Repo::new(), github(113));
    repo.commit_file("readme", "base\n");
    let commit = repo.head();
    repo.git(["update-index", "--add", "--cacheinfo", &format!("160000,{commit},sub")]);
    let run = staged(repo.path());
    let summary = run.expect(0).summary();
    assert_eq!(summary["complete"], true, "{}", run.errors());
    drop(secret);
}
