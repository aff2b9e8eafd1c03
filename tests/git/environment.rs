//! What git's environment variables say, and which repository they mean.

use std::path::Path;

use crate::holding;
use crate::support::{Repo, Run, Spillcheck, git_at, github, write};

fn with(folder: &Path, args: &[&str], variables: &[(&str, &Path)]) -> Run {
    let run = Spillcheck::new(folder).args(["scan", "-f", "jsonl", "--reveal"]).args(args);
    variables.iter().fold(run, |run, (name, value)| run.env(name, value)).run()
}

#[test]
fn git_dir_and_work_tree_elsewhere() {
    let (repo, gone, tracked) = (Repo::new(), github(300), github(301));
    let first = repo.commit_file("gone.env", holding(&gone));
    repo.write(".gitignore", "*.env\n").remove("gone.env").commit("clean");
    let (git_dir, tree) = (repo.beside("elsewhere.git"), repo.beside("tree"));
    std::fs::rename(repo.path().join(".git"), &git_dir).unwrap();
    write(&tree, "a.txt", holding(&tracked));
    let variables: [(&str, &Path); 2] = [("GIT_DIR", &git_dir), ("GIT_WORK_TREE", &tree)];
    let run = with(&tree, &["."], &variables);
    assert_eq!(run.expect(1).of(&gone).places(), [format!("history gone.env:2:7 {first} gone")]);
    assert_eq!(run.of(&tracked).places(), ["file a.txt:2:7 - -"]);
    // Without GIT_WORK_TREE the current folder is the working tree.
    assert!(with(&tree, &["."], &variables[..1]).expect(1).has(&gone));
    // From elsewhere the variables mean the tree all the same.
    assert!(with(repo.path(), &["../tree"], &variables).expect(1).has(&gone));
    // Without them it is a folder.
    assert!(!with(&tree, &["."], &[]).expect(1).has(&gone));
}

#[test]
fn git_dir_does_not_speak_for_other_repositories() {
    let (here, other) = (Repo::new(), Repo::new());
    let (secret, theirs) = (github(302), github(303));
    here.commit_file("a.env", holding(&secret));
    other.commit_file("b.env", holding(&theirs));
    other.write("c.env", holding(&github(304))).git(["add", "c.env"]);
    let path = other.path().to_str().unwrap();
    let git_dir = here.path().join(".git");
    for args in [&[path][..], &["--history-only", path], &["--range", "HEAD", path]] {
        let run = with(here.path(), args, &[("GIT_DIR", &git_dir)]);
        assert!(run.expect(1).has(&theirs) && !run.has(&secret), "{args:?}: {}", run.out());
    }
    // The index of a hook is that of its repository.
    let index = here.path().join(".git/index");
    let run = with(here.path(), &["--staged", path], &[("GIT_INDEX_FILE", &index)]);
    assert!(run.expect(1).has(&github(304)), "{}", run.out());
    // As a bare `git --git-dir` from a folder that is no repository.
    let folder = crate::support::folder();
    let run = with(folder.path(), &["--range", "HEAD"], &[("GIT_DIR", &git_dir)]);
    assert!(run.expect(1).has(&secret));
}

#[test]
fn a_git_dir_that_is_not_there() {
    let repo = Repo::new();
    repo.commit_file("a.txt", "a\n");
    let run = with(repo.path(), &["--range", "HEAD"], &[("GIT_DIR", Path::new("/nonexistent/git"))]);
    assert!(run.expect(2).err().contains("GIT_DIR /nonexistent/git"), "{}", run.err());
}

/// The place where a server keeps what is being pushed until its hooks agree.
#[test]
fn the_quarantine_of_a_push() {
    let (repo, old, new) = (Repo::new(), github(305), github(306));
    repo.commit_file("old.env", holding(&old));
    let base = repo.head();
    let quarantine = repo.beside("quarantine");
    std::fs::create_dir_all(quarantine.join("pack")).unwrap();
    repo.git(["switch", "-q", "--detach"]);
    let pushed = repo.commit_file("new.env", holding(&new));
    repo.git(["switch", "-q", "main"]);
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    // All that the new commit brought moves out of the repository.
    let objects = repo.path().join(".git/objects");
    for id in [pushed.clone(), repo.id(&format!("{pushed}^{{tree}}")), repo.id(&format!("{pushed}:new.env"))] {
        std::fs::create_dir_all(quarantine.join(&id[..2])).unwrap();
        std::fs::rename(repo.loose(&id), quarantine.join(&id[..2]).join(&id[2..])).unwrap();
    }
    let git_dir = repo.path().join(".git");
    let variables: [(&str, &Path); 3] =
        [("GIT_DIR", &git_dir), ("GIT_OBJECT_DIRECTORY", &quarantine), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", &objects)];
    let range = format!("{base}..{pushed}");
    let run = with(repo.path(), &["--range", &range], &variables);
    assert_eq!(run.expect(1).of(&new).places(), [format!("history new.env:2:7 {pushed} in-head")]);
    assert_eq!(run.findings().len(), 1);
    let run = with(repo.path(), &["--history-only"], &variables);
    assert!(run.expect(1).has(&old) && run.has(&new), "{}", run.out());
    // Without the variables the objects are not there.
    assert!(!with(repo.path(), &["--history-only"], &[]).expect(1).has(&new));
    assert!(with(repo.path(), &["--range", &range], &[]).expect(2).err().contains(&pushed));
}

#[test]
fn the_common_folder_of_a_working_tree() {
    let (repo, secret) = (Repo::new(), github(307));
    repo.commit_file("a.env", holding(&secret));
    repo.remove("a.env").commit("clean");
    // A git folder that has a HEAD and an index of its own and no objects.
    let own = repo.beside("own");
    write(&own, "HEAD", "ref: refs/heads/main\n");
    std::fs::copy(repo.path().join(".git/index"), own.join("index")).unwrap();
    let common = repo.path().join(".git/");
    let tree = repo.path();
    let variables: [(&str, &Path); 3] = [("GIT_DIR", &own), ("GIT_COMMON_DIR", &common), ("GIT_WORK_TREE", tree)];
    assert!(with(repo.path(), &["."], &variables).expect(1).has(&secret));
    let common = repo.path().join(".git");
    let run = with(repo.path(), &["."], &[("GIT_DIR", &own), ("GIT_COMMON_DIR", &common)]);
    assert!(run.expect(3).errors().contains("GIT_COMMON_DIR must end with `/`"), "{}", run.errors());
}

#[test]
fn ceilings_end_the_search_for_a_repository() {
    let (repo, secret) = (Repo::new(), github(308));
    repo.write(".gitignore", "*.env\n").commit_file("sub/readme", "base\n");
    repo.write("sub/a.env", holding(&secret));
    let sub = repo.path().join("sub");
    assert!(with(&sub, &["--range", "HEAD"], &[]).code == Some(0));
    let run = with(&sub, &["--range", "HEAD"], &[("GIT_CEILING_DIRECTORIES", repo.path())]);
    assert!(run.expect(2).err().contains("not a git repository"), "{}", run.err());
    assert_eq!(git_at(&sub, ["rev-parse", "--show-prefix"]), "sub/");
}
