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
    assert_eq!(both(repo.path()).expect(1).of(&secret).places(), [format!("history a.env:2:7 {commit} gone")]);
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
    assert_eq!(both(&clone).expect(1).of(&secret).places(), [format!("history a.env:2:7 {commit} gone")]);
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
        assert_eq!(both(repo.path()).expect(1).of(&secret).places(), [format!("history a.env:2:7 {commit} gone")]);
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
    assert!(run.of(&blob_secret).places()[0].ends_with(" - gone"), "{:?}", run.of(&blob_secret).places());
    assert!(run.of(&tree_secret).places()[0].ends_with(" - gone"), "{:?}", run.of(&tree_secret).places());
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
