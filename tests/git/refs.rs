//! History that HEAD does not reach: branches, tags, the stash, notes.

use crate::support::{Repo, github};
use crate::{both, history_of, holding};

#[test]
fn only_on_a_side_branch() {
    let (repo, secret) = (Repo::new(), github(7));
    repo.commit_file("readme", "base\n");
    repo.git(["switch", "-q", "-c", "side"]);
    let commit = repo.commit_file("a.env", holding(&secret));
    repo.git(["switch", "-q", "main"]);
    let found = both(repo.path()).expect(1).of(&secret);
    assert_eq!(found.places(), [format!("history a.env:2:7 {commit} gone")]);
    assert_eq!(found.reaches(), ["refs/heads/side"]);
}

#[test]
fn only_on_a_remote_branch() {
    let (repo, secret) = (Repo::new(), github(8));
    repo.commit_file("readme", "base\n");
    repo.git(["switch", "-q", "-c", "side"]);
    let commit = repo.commit_file("a.env", holding(&secret));
    repo.git(["switch", "-q", "main"]);
    let clone = repo.beside("clone");
    crate::support::git_at(repo.path(), ["clone", "-q", ".", clone.to_str().unwrap()]);
    let found = both(&clone).expect(1).of(&secret);
    assert_eq!(found.places(), [format!("history a.env:2:7 {commit} gone")]);
    assert_eq!(found.reaches(), ["refs/remotes/origin/side"]);
}

#[test]
fn only_in_a_tag() {
    for annotated in [true, false] {
        let (repo, secret) = (Repo::new(), github(9));
        repo.commit_file("readme", "base\n");
        repo.git(["switch", "-q", "--detach"]);
        let commit = repo.commit_file("a.env", holding(&secret));
        if annotated {
            repo.git(["tag", "-a", "-m", "v1", "v1"]);
            // A tag of a tag is peeled to its end.
            repo.git(["tag", "-a", "-m", "again", "v1-again", "v1"]);
            repo.git(["tag", "-d", "v1"]);
        } else {
            repo.git(["tag", "v1"]);
        }
        repo.git(["switch", "-q", "main"]);
        let found = both(repo.path()).expect(1).of(&secret);
        assert_eq!(found.places(), [format!("history a.env:2:7 {commit} gone")]);
        assert_eq!(found.reaches(), [if annotated { "refs/tags/v1-again" } else { "refs/tags/v1" }]);
    }
}

#[test]
fn a_tag_of_a_blob_and_of_a_tree() {
    let (repo, blob_secret, tree_secret) = (Repo::new(), github(10), github(11));
    repo.commit_file("readme", "base\n");
    repo.write("loose.env", holding(&blob_secret));
    let blob = repo.git(["hash-object", "-w", "loose.env"]);
    repo.remove("loose.env").write("in-tree.env", holding(&tree_secret)).git(["add", "-A"]);
    let tree = repo.git(["write-tree"]);
    repo.git(["tag", "blob", &blob]);
    repo.git(["tag", "-a", "-m", "tree", "tree", &tree]);
    repo.git(["reset", "-q", "--hard"]);
    let run = both(repo.path());
    run.expect(1);
    assert_eq!(run.of(&blob_secret).places(), ["history <blob of refs/tags/blob>:2:7 - gone"]);
    assert_eq!(run.of(&blob_secret).reaches(), ["refs/tags/blob"]);
    assert_eq!(run.of(&tree_secret).places(), ["history in-tree.env:2:7 - gone"]);
    assert_eq!(run.of(&tree_secret).reaches(), ["refs/tags/tree"]);
    assert_eq!(run.summary()["complete"], true);
}

#[test]
fn only_in_the_stash() {
    let (repo, changed, untracked, staged) = (Repo::new(), github(12), github(13), github(14));
    repo.commit_file("a.env", "token=\n");
    repo.write("b.env", holding(&staged)).git(["add", "b.env"]);
    repo.write("b.env", "other\n");
    repo.write("a.env", holding(&changed)).write("new.env", holding(&untracked));
    repo.git(["stash", "push", "-q", "--include-untracked"]);
    let run = both(repo.path());
    run.expect(1);
    let stash = repo.id("stash");
    assert_eq!(run.of(&changed).places(), [format!("history a.env:2:7 {stash} gone")]);
    assert_eq!(run.of(&staged).places(), [format!("history b.env:2:7 {} gone", repo.id("stash^2"))]);
    assert_eq!(run.of(&untracked).places(), [format!("history new.env:2:7 {} gone", repo.id("stash^3"))]);
    assert_eq!([&changed, &staged, &untracked].map(|s| run.of(s).reaches().join(" ")), ["stash"; 3]);
    let human = crate::support::scan(repo.path(), ["--color", "never"]).out();
    assert!(human.contains(", only in history\n    committed by Carl Committer, only in a stash\n"), "{human}");
    // Committed later, it is the commit that published it.
    repo.git(["stash", "pop", "-q", "--index"]);
    let commit = repo.commit("all");
    let found = both(repo.path()).expect(1).of(&changed);
    assert_eq!(found.places(), [format!("file a.env:2:7 {commit} in-head")]);
    assert_eq!(found.reaches(), ["refs/heads/main"]);
}

#[test]
fn only_in_a_note() {
    let (repo, secret) = (Repo::new(), github(15));
    let commit = repo.commit_file("readme", "base\n");
    repo.git(["notes", "add", "-m", &holding(&secret), "HEAD"]);
    let note = repo.id("refs/notes/commits");
    // Git takes lines that begin with `#` out of a note given by editor, not by -m.
    let places = both(repo.path()).expect(1).of(&secret).places();
    assert_eq!(places, [format!("history {commit}:2:7 {note} gone")]);
    assert_eq!(both(repo.path()).of(&secret).reaches(), ["refs/notes/commits"]);
}

#[test]
fn unrelated_histories() {
    let (repo, secret) = (Repo::new(), github(22));
    repo.commit_file("readme", "base\n");
    repo.git(["switch", "-q", "--orphan", "pages"]);
    let root = repo.commit_file("a.env", holding(&secret));
    repo.git(["switch", "-q", "main"]);
    assert_eq!(both(repo.path()).expect(1).of(&secret).places(), [format!("history a.env:2:7 {root} gone")]);
}

#[test]
fn unborn_head_with_other_branches() {
    let (repo, secret) = (Repo::new(), github(45));
    let commit = repo.commit_file("a.env", holding(&secret));
    repo.git(["symbolic-ref", "HEAD", "refs/heads/nowhere"]);
    assert_eq!(history_of(repo.path()).expect(1).of(&secret).places(), [format!("history a.env:2:7 {commit} gone")]);
}

#[test]
fn messages_of_commits() {
    let (repo, here, side) = (Repo::new(), github(310), github(311));
    repo.write("a.txt", "a\n");
    let first = repo.commit(&format!("add\n\ntoken={here}"));
    repo.git(["switch", "-q", "-c", "side"]);
    let second = repo.commit(&format!("use {side}"));
    repo.git(["switch", "-q", "main"]);
    let run = both(repo.path());
    run.expect(1);
    assert_eq!(run.of(&here).places(), [format!("history <commit message>:3:7 {first} in-head")]);
    assert_eq!(run.of(&here).reaches(), ["refs/heads/main refs/heads/side"]);
    assert_eq!(run.of(&side).places(), [format!("history <commit message>:1:5 {second} gone")]);
    assert_eq!(run.of(&side).reaches(), ["refs/heads/side"]);
}

#[test]
fn messages_of_tags() {
    let (repo, one, two, lost) = (Repo::new(), github(312), github(313), github(314));
    repo.commit_file("a.txt", "a\n");
    repo.git(["tag", "-a", "-m", &format!("release\n\ntoken={one}"), "v1"]);
    repo.git(["tag", "-a", "-m", &format!("again {two}"), "nightly", "v1"]);
    repo.git(["tag", "-a", "-m", &format!("gone {lost}"), "v0"]);
    repo.git(["tag", "-d", "v0"]);
    for packed in [false, true] {
        if packed {
            repo.git(["repack", "-a", "-d", "-q", "--keep-unreachable"]);
        }
        let run = both(repo.path());
        run.expect(1);
        assert_eq!(run.of(&one).places(), ["history <message of tag v1>:3:7 - gone"]);
        assert_eq!(run.of(&one).reaches(), ["refs/tags/nightly refs/tags/v1"]);
        assert_eq!(run.of(&two).places(), ["history <message of tag nightly>:1:7 - gone"]);
        assert_eq!(run.of(&two).reaches(), ["refs/tags/nightly"]);
        assert_eq!(run.of(&lost).places(), ["history <message of tag v0>:1:6 - gone"]);
        assert_eq!(run.of(&lost).reaches(), ["unreachable"]);
        let location = &run.of(&one).0["locations"][0];
        assert_eq!((&location["tag"], &location["commit"]), (&"v1".into(), &serde_json::Value::Null));
        assert_eq!(location["author"], "Carl Committer <carl@example.org>", "who made the tag");
        assert_eq!(location["date"], "2020-09-15T14:26:40+02:00");
    }
    let human = crate::support::scan(repo.path(), ["--color", "never"]).out();
    let expected =
        "in the message of tag v1 since 2020-09-15 by Carl Committer, only in history\n    on tag nightly, tag v1\n";
    assert!(human.contains(expected), "{human}");
    let sarif = crate::support::scan(repo.path(), ["-f", "sarif"]).out();
    assert!(sarif.contains("It is in the message of tag v1. It is on tag nightly, tag v1."), "{sarif}");
}

#[test]
fn many_refs_are_counted_and_the_first_are_named() {
    let (repo, secret) = (Repo::new(), github(315));
    let first = repo.commit_file("a.env", holding(&secret));
    repo.commit_file("b.txt", "b\n");
    for n in 0..40 {
        repo.git(["update-ref", &format!("refs/pull/{n}/head"), if n % 2 == 0 { "HEAD" } else { &first }]);
    }
    repo.git(["tag", "v1", "HEAD"]);
    repo.git(["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let found = history_of(repo.path()).expect(1).of(&secret);
    let named = &found.reaches()[0];
    assert!(named.starts_with("refs/heads/main refs/remotes/origin/main refs/tags/v1 refs/pull/0/head"), "{named}");
    assert_eq!(named.split(' ').count(), 10);
    assert_eq!(found.0["locations"][0]["refs_total"], 43);
    let human = crate::support::scan(repo.path(), ["--color", "never"]).out();
    assert!(human.contains("on main, origin/main, tag v1 and 40 more refs"), "{human}");
}

/// More findings than one pass over the commits looks up at once.
#[test]
fn refs_of_many_findings() {
    let repo = Repo::new();
    repo.commit_file("readme", "base\n");
    let secrets: Vec<String> = (0..70).map(|n| github(1000 + n)).collect();
    for (n, secret) in secrets.iter().enumerate() {
        if n == 66 {
            repo.git(["switch", "-q", "-c", "side"]);
        }
        repo.commit_file(&format!("{n}.env"), holding(secret));
    }
    let run = history_of(repo.path());
    run.expect(1);
    for (n, secret) in secrets.iter().enumerate() {
        let expected = if n < 66 { "refs/heads/main refs/heads/side" } else { "refs/heads/side" };
        assert_eq!(run.of(secret).reaches(), [expected], "{n}");
    }
}

#[test]
fn a_tag_whose_target_is_gone() {
    let (repo, secret) = (Repo::new(), github(316));
    repo.commit_file("a.env", holding(&secret));
    repo.git(["tag", "-a", "-m", "v1", "v1"]);
    repo.git(["tag", "-a", "-m", "v2", "v2", "v1"]);
    std::fs::remove_file(repo.loose(&repo.id("refs/tags/v1"))).unwrap();
    repo.git(["update-ref", "-d", "refs/tags/v1", "--no-deref"]);
    let run = both(repo.path());
    assert!(run.expect(3).has(&secret));
    assert!(run.errors().contains("ref refs/tags/v2: its tag names"), "{}", run.errors());
}
