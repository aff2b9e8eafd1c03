//! Files given by a framework: `--all-files`, `--files`, pre-commit.ci.

use crate::support::github;
use crate::{holding, hook, hook_with, passed, repository, stopped};

/// Pain A5: nothing is staged and files are given, so those are scanned.
#[test]
fn files_that_are_not_staged_are_scanned() {
    let (repo, secret) = (repository(), github(320));
    repo.commit_file("a.env", holding(&secret));
    let variables = [("PRE_COMMIT", "1"), ("CI", "true")];
    let run = hook_with(repo.path(), &["--stage", "pre-commit", "readme", "a.env", "src/main.c"], &variables);
    stopped(&run, "a.env:2:7", &secret);
    assert!(run.out().contains("Searched 3 files, "), "{}", run.out());
    assert!(run.out().contains("Disable it") && !run.out().contains("git restore"), "{}", run.out());
    passed(&hook_with(repo.path(), &["readme"], &variables), "searched 1 file, 5 bytes: no leaks found");
}

#[test]
fn all_files_while_something_is_staged() {
    let (repo, old, new) = (repository(), github(321), github(322));
    repo.commit_file("old.env", holding(&old));
    repo.write("new.env", holding(&new)).git(["add", "new.env"]);
    let run = hook(repo.path(), &["readme", "old.env", "new.env"]);
    stopped(&run, "old.env:2:7", &old);
    stopped(&run, "new.env:2:7", &new);
    // Those of the commit alone: the old one is no business of it.
    let run = hook(repo.path(), &["new.env"]);
    stopped(&run, "new.env:2:7", &new);
    assert!(!run.out().contains("old.env"), "{}", run.out());
}

#[test]
fn a_file_that_is_not_there_is_not_clean() {
    let repo = repository();
    let run = hook(repo.path(), &["readme", "gone.env"]);
    assert!(run.expect(3).out().contains("gone.env: "), "{}", run.out());
}

#[test]
fn ignored_files_folders_and_links() {
    let (repo, ignored, below) = (repository(), github(323), github(324));
    repo.write(".gitignore", "*.env\n").write("a.env", holding(&ignored)).write("src/b.txt", holding(&below));
    stopped(&hook(repo.path(), &["a.env"]), "a.env:2:7", &ignored);
    stopped(&hook(repo.path(), &["src"]), "src/b.txt:2:7", &below);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("a.env", repo.path().join("link")).unwrap();
        passed(&hook(repo.path(), &["link"]), "nothing was searched");
    }
}

#[test]
fn thousands_of_files() {
    let (repo, secret) = (repository(), github(325));
    let names: Vec<String> = (0..1500).map(|n| format!("d{}/f{n}.txt", n % 40)).collect();
    for name in &names {
        repo.write(name, "text\n");
    }
    repo.write(&names[1234], holding(&secret)).commit("many");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let run = hook(repo.path(), &names);
    stopped(&run, &format!("{}:2:7", names[1234]), &secret);
    assert!(run.out().contains("Searched 1,500 files"), "{}", run.out());
}
