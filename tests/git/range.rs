//! `--range`: what the commits of a range introduce.

use std::path::Path;

use crate::holding;
use crate::support::{Repo, Run, git_at, github, scan};

fn range(path: &Path, range: &str) -> Run {
    scan(path, ["-f", "jsonl", "--reveal", &format!("--range={range}")])
}

#[test]
fn what_was_there_before_is_not_introduced() {
    let (repo, old, new) = (Repo::new(), github(80), github(81));
    repo.commit_file("old.env", holding(&old));
    let second = repo.commit_file("new.env", holding(&new));
    let third = repo.commit_file("clean.txt", "nothing\n");
    let run = range(repo.path(), "HEAD~2..HEAD");
    assert_eq!(run.expect(1).of(&new).places(), [format!("history new.env:2:7 {second} in-head")]);
    assert_eq!(run.findings().len(), 1);
    assert_eq!(run.summary()["stats"]["commits"], 2);
    range(repo.path(), &format!("{second}..{third}")).expect(0);
    range(repo.path(), &format!("{second}..")).expect(0);
}

#[test]
fn added_and_removed_within_the_range_is_introduced() {
    let (repo, secret) = (Repo::new(), github(82));
    repo.commit_file("readme", "base\n");
    let commit = repo.commit_file("a.env", holding(&secret));
    repo.remove("a.env").commit("remove");
    let run = range(repo.path(), "HEAD~2..HEAD");
    assert_eq!(run.expect(1).of(&secret).places(), [format!("history a.env:2:7 {commit} gone")]);
}

#[test]
fn moved_renamed_and_unchanged_secrets_are_old() {
    let (repo, secret) = (Repo::new(), github(83));
    let base = repo.commit_file("a.env", holding(&secret));
    let from_base = |why: &str| {
        let run = range(repo.path(), &format!("{base}..HEAD"));
        assert!(run.code == Some(0), "{why}: {}{}", run.out(), run.err());
    };
    repo.commit_file("a.env", format!("# more lines\n# above\n{}", holding(&secret)));
    from_base("unchanged secret in a changed file");
    repo.git(["mv", "a.env", "b.env"]);
    repo.commit("rename");
    from_base("renamed");
    repo.git(["mv", "b.env", "c.env"]);
    repo.commit_file("c.env", format!("{}# and changed\n", holding(&secret)));
    from_base("renamed and changed");
    repo.write("c.env", "token=\n").commit_file("d.env", holding(&secret));
    from_base("moved from one file to another");
}

#[test]
fn a_different_secret_on_the_same_line_is_new() {
    let (repo, old, new) = (Repo::new(), github(84), github(85));
    repo.commit_file("a.env", holding(&old));
    let commit = repo.commit_file("a.env", holding(&new));
    let run = range(repo.path(), "HEAD~1..HEAD");
    assert_eq!(run.expect(1).of(&new).places(), [format!("history a.env:2:7 {commit} in-head")]);
    assert_eq!(run.findings().len(), 1);
}

#[test]
fn merges() {
    let (repo, side, main, merged) = (Repo::new(), github(86), github(87), github(88));
    repo.commit_file("readme", "base\n");
    repo.git(["switch", "-q", "-c", "side"]);
    let on_side = repo.commit_file("side.env", holding(&side));
    repo.git(["switch", "-q", "main"]);
    repo.commit_file("main.env", holding(&main));
    let before = repo.head();
    repo.git(["merge", "-q", "--no-ff", "--no-commit", "side"]);
    let merge = repo.commit_file("merged.env", holding(&merged));
    let run = range(repo.path(), &format!("{before}..HEAD"));
    run.expect(1);
    assert_eq!(run.of(&side).places(), [format!("history side.env:2:7 {on_side} in-head")]);
    assert_eq!(run.of(&merged).places(), [format!("history merged.env:2:7 {merge} in-head")], "by the merge itself");
    assert!(!run.has(&main), "it was there before");
    // Three dots: since the merge base.
    let run = range(repo.path(), "HEAD~1...side");
    run.expect(1);
    assert!(run.has(&side) && run.findings().len() == 1);
}

#[test]
fn a_merge_that_only_joins_introduces_nothing_itself() {
    let (repo, side) = (Repo::new(), github(89));
    repo.commit_file("readme", "base\n");
    repo.git(["switch", "-q", "-c", "side"]);
    repo.commit_file("side.env", holding(&side));
    repo.git(["switch", "-q", "main"]);
    repo.commit_file("main.txt", "main\n");
    repo.git(["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    let side_tip = repo.id("side");
    // The merge and main.txt alone are new to someone who has `side`.
    range(repo.path(), &format!("{side_tip}..HEAD")).expect(0);
}

/// One side may be left out for HEAD, and tags of either kind are names like others.
#[test]
fn sides_left_out_and_tags() {
    let (repo, secrets) = (Repo::new(), [92, 93, 94].map(github));
    for (n, secret) in secrets.iter().enumerate() {
        repo.commit_file(&format!("{n}.env"), holding(secret));
    }
    repo.git(["tag", "-a", "-m", "one", "annotated", "HEAD~1"]);
    repo.git(["tag", "light", "HEAD~2"]);
    for (text, expected) in [
        ("HEAD~1..", &[2][..]),
        ("HEAD~1...", &[2]),
        ("..HEAD", &[]),
        ("light..annotated", &[1]),
        ("annotated..", &[2]),
        ("light...main", &[1, 2]),
        ("annotated", &[0, 1]),
        ("main..light", &[]),
    ] {
        let run = range(repo.path(), text);
        let found: Vec<usize> = (0..3).filter(|n| run.has(&secrets[*n])).collect();
        assert_eq!(found, expected, "{text}");
        run.expect(i32::from(!expected.is_empty()));
    }
}

#[test]
fn the_root_commit() {
    let (repo, secret) = (Repo::new(), github(90));
    let root = repo.commit_file("a.env", holding(&secret));
    repo.commit_file("b.txt", "b\n");
    let run = range(repo.path(), "HEAD");
    assert_eq!(run.expect(1).of(&secret).places(), [format!("history a.env:2:7 {root} in-head")]);
    assert_eq!(run.summary()["stats"]["commits"], 2);
}

#[test]
fn an_empty_range_says_so() {
    let repo = Repo::new();
    repo.commit_file("a.txt", "a\n");
    let run = range(repo.path(), "HEAD..HEAD");
    let summary = run.expect(0).summary();
    assert_eq!((&summary["complete"], &summary["nothing_searched"]), (&true.into(), &true.into()));
}

#[test]
fn bad_revisions_are_named() {
    let repo = Repo::new();
    repo.commit_file("a.txt", "a\n");
    for (range_text, named) in [
        ("nope..HEAD", "nope"),
        ("HEAD..nope", "nope"),
        ("nope...HEAD", "nope"),
        ("nope", "nope"),
        ("HEAD~5..HEAD", "HEAD~5"),
        ("nope..", "nope"),
        ("..nope", "nope"),
        ("HEAD:a.txt..HEAD", "HEAD:a.txt"),
        ("--all", "--all"),
        // What scripts make of empty variables.
        ("..", ".."),
        ("...", "..."),
        ("", ""),
    ] {
        let run = range(repo.path(), range_text);
        run.expect(2);
        assert!(run.err().contains(&format!("{named:?}")), "{range_text}: {}", run.err());
        assert!(run.stdout.is_empty(), "{range_text}: {}", run.out());
    }
    let unborn = Repo::new();
    let run = range(unborn.path(), "HEAD");
    assert!(run.expect(2).err().contains("HEAD"), "{}", run.err());
    let folder = crate::support::folder();
    let run = range(folder.path(), "HEAD");
    assert!(run.expect(2).err().contains("not a git repository"), "{}", run.err());
}

#[test]
fn a_revision_that_a_shallow_clone_lacks() {
    let repo = Repo::new();
    let root = repo.commit_file("a.txt", "a\n");
    repo.commit_file("b.txt", "b\n");
    let clone = repo.beside("shallow");
    let url = format!("file://{}", repo.path().display());
    git_at(repo.path(), ["clone", "-q", "--depth", "1", &url, clone.to_str().unwrap()]);
    let run = range(&clone, &format!("{root}..HEAD"));
    run.expect(2);
    assert!(run.err().contains(&root) && run.err().contains("git fetch --unshallow"), "{}", run.err());
}

#[test]
fn in_head_is_told_at_the_tip_of_the_range() {
    let (repo, secret) = (Repo::new(), github(91));
    repo.commit_file("readme", "base\n");
    let commit = repo.commit_file("a.env", holding(&secret));
    repo.remove("a.env").commit("remove");
    let run = range(repo.path(), "HEAD~2..HEAD~1");
    assert_eq!(run.expect(1).of(&secret).paths(), ["a.env"]);
    assert_eq!(run.of(&secret).0["locations"][0]["commit"], commit);
}

/// A range that reaches the boundary of a shallow clone: what the missing commits brought cannot be told from what is new.
#[test]
fn a_range_over_the_boundary_of_a_shallow_clone() {
    let (repo, old) = (Repo::new(), github(156));
    repo.commit_file("old.env", holding(&old));
    repo.commit_file("a.txt", "a\n");
    repo.commit_file("b.txt", "b\n");
    let clone = repo.beside("shallow");
    let url = format!("file://{}", repo.path().display());
    git_at(repo.path(), ["clone", "-q", "--depth", "2", &url, clone.to_str().unwrap()]);
    let run = scan(&clone, ["-f", "jsonl", "--reveal", "--range", "HEAD"]);
    assert_eq!(run.code, Some(3), "{}{}", run.out(), run.err());
}
