//! Deltas that form a circle in one pack. libgit2 follows them until memory is used up, so it is not asked for such objects.

use std::path::Path;

use crate::support::pack::{By, Kind, Op, Pack, delta};
use crate::support::{Repo, Run, Spillcheck, github};
use crate::{full, history_of, holding};

/// What the object is made from that is made from it.
const OTHER: &str = "2222222222222222222222222222222222222222";

/// A repository with two files with a secret each, of which one is changed in the index, and with an object that is made from itself.
fn with_circle(object: &str) -> (Repo, String, [String; 2]) {
    let (repo, secrets) = (Repo::new(), [github(380), github(381)]);
    repo.commit_file("a.env", holding(&secrets[0]));
    repo.commit_file("b.env", holding(&secrets[1]));
    repo.write("a.env", "changed\n").git(["add", "a.env"]);
    let id = repo.id(object);
    std::fs::remove_file(repo.loose(&id)).unwrap();
    let copy = delta(10, 10, &[Op::Copy { from: 0, len: 10 }]);
    let mut pack = Pack::default();
    pack.change(&id, OTHER, By::Id, &copy);
    pack.change(OTHER, &id, By::Id, &copy);
    pack.write(&repo.path().join(".git/objects/pack"), "circle");
    (repo, id, secrets)
}

/// All ways to look at the repository end, as incomplete, and say why.
#[track_caller]
fn ends(folder: &Path, ways: &[&[&str]], what: &str) {
    for way in ways {
        let run = Spillcheck::new(folder).args(*way).args(["-f", "jsonl"]).run();
        assert_eq!(run.expect(3).summary()["complete"], false, "{what} {way:?}");
        assert!(run.errors().contains("deltas form a circle"), "{what} {way:?}: {}", run.errors());
    }
}

const WAYS: &[&[&str]] = &[
    &["scan"],
    &["scan", "--history-only"],
    &["scan", "--range", "HEAD"],
    &["scan", "--since", "2000-01-01"],
    &["ci", "--mode", "all"],
    &["ci", "--mode", "history"],
];

#[test]
fn in_what_head_leads_to() {
    for object in ["HEAD", "HEAD^{tree}", "HEAD:a.env"] {
        let (repo, ..) = with_circle(object);
        ends(repo.path(), WAYS, object);
        let hooks: &[&[&str]] = &[&["scan", "--staged"], &["hook"], &["hook", "--stage", "pre-push", "origin", "url"]];
        ends(repo.path(), hooks, object);
        // A bare repository has its configuration in HEAD.
        let bare = repo.beside("bare.git");
        std::fs::rename(repo.path().join(".git"), &bare).unwrap();
        std::fs::write(bare.join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n").unwrap();
        ends(&bare, WAYS, &format!("bare {object}"));
    }
}

/// The same report by deltas and in full.
fn history(repo: &Repo) -> Run {
    let run = history_of(repo.path());
    assert_eq!(full(repo.path()).out(), run.out());
    run
}

/// Where the others stand is known all the same; so it is of a tag, whose object libgit2 takes apart.
#[test]
fn the_others_are_attributed() {
    let (repo, id, secrets) = with_circle("HEAD:a.env");
    let commit = repo.head();
    let in_tag = github(382);
    repo.git(["tag", "-a", "-m", &format!("token={in_tag}"), "v1"]);
    let run = history(&repo);
    assert!(run.expect(3).errors().contains(&id), "{}", run.errors());
    assert!(!run.has(&secrets[0]));
    assert_eq!(run.of(&secrets[1]).places(), [format!("history b.env:2:7 {commit} in-head")]);
    let found = &run.of(&secrets[1]).0["locations"][0];
    assert_eq!(found["author"], "Ada Author <ada@example.org>");
    assert_eq!(found["refs"][0], "refs/heads/main");
    assert_eq!(run.of(&in_tag).0["locations"][0]["tag"], "v1", "{}", run.out());
}

/// One pack has it made from itself, another whole: our own engine finds the second.
#[test]
fn beside_a_whole_copy() {
    for name in ["a", "z"] {
        let (repo, id, secrets) = with_circle("HEAD:a.env");
        let mut pack = Pack::default();
        assert_eq!(pack.whole(Kind::Blob, holding(&secrets[0]).as_bytes()), id);
        pack.write(&repo.path().join(".git/objects/pack"), name);
        let first = repo.id("HEAD~1");
        let run = history(&repo);
        assert_eq!(run.expect(3).of(&secrets[0]).places(), [format!("history a.env:2:7 {first} in-head")], "{name}");
    }
}
