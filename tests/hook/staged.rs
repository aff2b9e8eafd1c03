//! The index: what a commit would bring.

use crate::support::{Repo, github};
use crate::{holding, hook, hook_with, passed, repository, stopped};

#[test]
fn a_staged_secret_stops_the_commit() {
    let (repo, secret) = (repository(), github(300));
    repo.write("deploy/a b.env", holding(&secret)).git(["add", "."]);
    // The file of the working tree does not count, what was added does.
    repo.write("deploy/a b.env", "token=\n");
    for args in [&[][..], &["--stage", "pre-commit"]] {
        let run = hook(repo.path(), args);
        stopped(&run, "deploy/a b.env:2:7  staged", &secret);
        assert!(run.out().starts_with("spillcheck: 1 file staged\n"), "{}", run.out());
        assert!(run.out().contains("git restore --staged -- 'deploy/a b.env'"), "{}", run.out());
        assert!(run.out().contains("Searched 1 blob, "), "{}", run.out());
    }
    // From a folder below, and with the file named as git and frameworks name it.
    stopped(&hook(&repo.path().join("src"), &[]), "deploy/a b.env:2:7", &secret);
    stopped(&hook(&repo.path().join("src"), &["../deploy/a b.env"]), "deploy/a b.env:2:7  staged", &secret);
    let absolute = repo.path().join("deploy/a b.env");
    stopped(&hook(repo.path(), &[absolute.to_str().unwrap()]), "deploy/a b.env:2:7  staged", &secret);
}

#[test]
fn what_was_there_before_does_not_stop_it() {
    let (repo, old, new) = (repository(), github(301), github(302));
    repo.commit_file("a.env", holding(&old));
    repo.write("a.env", format!("# above\n{}# below\n", holding(&old))).git(["add", "a.env"]);
    passed(&hook(repo.path(), &[]), "1 file staged; searched 2 blobs, ");
    repo.git(["mv", "a.env", "b.env"]);
    passed(&hook(repo.path(), &["b.env"]), "no leaks found");
    repo.write("b.env", format!("{}other={new}\n", holding(&old))).git(["add", "b.env"]);
    let run = hook(repo.path(), &["b.env"]);
    stopped(&run, "b.env:4:7", &new);
    assert!(run.out().contains("1 finding"), "{}", run.out());
}

#[test]
fn only_the_files_that_are_named() {
    let (repo, secret) = (repository(), github(303));
    repo.write("a.env", holding(&secret)).write("b.txt", "b\n").git(["add", "."]);
    // A framework leaves out what its own configuration excludes.
    passed(&hook(repo.path(), &["b.txt"]), "1 file staged; searched 1 blob, 2 bytes: no leaks found");
    stopped(&hook(repo.path(), &["b.txt", "a.env"]), "a.env:2:7", &secret);
}

#[test]
fn before_the_first_commit() {
    let (repo, secret) = (Repo::new(), github(304));
    repo.write("a.env", holding(&secret)).git(["add", "a.env"]);
    let run = hook(repo.path(), &[]);
    stopped(&run, "a.env:2:7", &secret);
    assert!(run.out().contains("git rm --cached -- a.env"), "{}", run.out());
}

#[test]
fn nothing_staged_is_said_and_never_passes_in_ci() {
    let repo = repository();
    passed(&hook(repo.path(), &[]), "nothing is staged: there is nothing to scan; nothing was searched");
    // A commit that changes no file.
    let index = repo.path().join(".git/index");
    let commit = [("GIT_INDEX_FILE", index.to_str().unwrap()), ("PRE_COMMIT", "1"), ("CI", "true")];
    passed(&hook_with(repo.path(), &[], &commit), "nothing is staged");
    let run = hook_with(repo.path(), &[], &[("CI", "true")]);
    assert!(run.expect(3).out().contains("spillcheck ci"), "{}", run.out());
    repo.git(["rm", "-q", "readme"]);
    passed(&hook(repo.path(), &[]), "only deletions are staged");
}

/// Pain A5: with `pass_filenames: false`, `pre-commit run --all-files` gives no file and nothing is staged.
#[test]
fn a_framework_that_names_nothing_gets_the_whole_index() {
    let (repo, secret) = (repository(), github(305));
    repo.commit_file("a.env", holding(&secret));
    let run = hook_with(repo.path(), &[], &[("PRE_COMMIT", "1")]);
    stopped(&run, "a.env:2:7", &secret);
    assert!(run.out().contains("Searched 3 blobs") && run.out().contains("Disable it"), "{}", run.out());
}

#[test]
fn a_conflict_is_not_clean() {
    let (repo, secret) = (repository(), github(306));
    repo.commit_file("a.env", "token=\n");
    repo.git(["switch", "-q", "-c", "side"]);
    repo.commit_file("a.env", holding(&secret));
    repo.git(["switch", "-q", "main"]);
    repo.commit_file("a.env", "token=2\n");
    let merge = std::process::Command::new("git").args(["merge", "-q", "side"]).current_dir(repo.path()).output();
    assert!(!merge.unwrap().status.success(), "a conflict");
    let run = hook(repo.path(), &[]);
    assert!(run.expect(3).out().contains("a.env: it is unmerged"), "{}", run.out());
    repo.write("a.env", holding(&secret)).git(["add", "a.env"]);
    stopped(&hook(repo.path(), &[]), "a.env:2:7", &secret);
}

#[test]
fn intent_to_add_and_what_is_not_text() {
    let (repo, secret) = (repository(), github(307));
    repo.write("a.env", holding(&secret)).git(["add", "--intent-to-add", "a.env"]);
    assert_eq!(hook(repo.path(), &[]).code, Some(0), "nothing of it would be committed");
    repo.write("b.bin", b"\0\x01\x02binary").git(["add", "b.bin"]);
    repo.git(["update-index", "--add", "--cacheinfo", &format!("160000,{},sub", repo.head())]);
    let run = hook(repo.path(), &["b.bin"]);
    assert!(run.expect(0).out().contains("nothing was searched"), "{}", run.out());
}

/// Sparse checkouts leave most files of the index out of the working tree.
#[test]
fn a_sparse_checkout() {
    let (repo, secret) = (repository(), github(308));
    repo.commit_file("deep/a.txt", "a\n");
    repo.git(["sparse-checkout", "set", "--no-cone", "src/"]);
    assert!(!repo.path().join("readme").exists());
    repo.write("src/a.env", holding(&secret)).git(["add", "src/a.env"]);
    stopped(&hook(repo.path(), &[]), "src/a.env:2:7", &secret);
}

#[test]
fn outside_of_a_repository() {
    let folder = crate::support::folder();
    let run = hook(folder.path(), &[]);
    assert!(run.expect(2).err().contains("not in a git repository"), "{}", run.err());
}

/// A file named like a subcommand is a file where a framework passes it.
#[test]
fn a_file_called_install() {
    let (repo, secret) = (repository(), github(309));
    repo.write("install", holding(&secret)).git(["add", "install"]);
    stopped(&hook(repo.path(), &["--stage", "pre-commit", "install"]), "install:2:7  staged", &secret);
}

#[test]
fn reports_for_machines_and_quiet() {
    let (repo, secret) = (repository(), github(310));
    passed(&hook(repo.path(), &[]), "nothing");
    assert_eq!(hook(repo.path(), &["--quiet"]).expect(0).out(), "");
    repo.write("a.env", holding(&secret)).git(["add", "a.env"]);
    let run = hook(repo.path(), &["-f", "jsonl", "--reveal"]);
    assert_eq!(run.expect(1).of(&secret).places(), ["staged a.env:2:7 - -"]);
    stopped(&hook(repo.path(), &["--quiet"]), "a.env:2:7", &secret);
}
