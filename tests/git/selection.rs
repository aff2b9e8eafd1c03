//! `--since`, `--branch`, `--max-count`, alone and together with `--range`; commit messages.

use std::path::Path;

use crate::holding;
use crate::support::{Repo, Run, github, scan};

fn select(path: &Path, args: &[&str]) -> Run {
    scan(path, ["-f", "jsonl", "--reveal"].iter().chain(args))
}

/// Three commits on `main` and one on `side`, a day apart, each with a secret of its own.
fn four() -> (Repo, [String; 4]) {
    let (repo, secrets) = (Repo::new(), [320, 321, 322, 323].map(github));
    for (n, secret) in secrets.iter().enumerate() {
        if n == 3 {
            repo.git(["switch", "-q", "-c", "side", "HEAD~1"]);
        }
        repo.commit_file(&format!("{n}.env"), holding(secret));
    }
    repo.git(["switch", "-q", "main"]);
    (repo, secrets)
}

#[test]
fn by_date_branch_and_number() {
    let (repo, secrets) = four();
    for (args, expected) in [
        // The committer dates are the 15th to the 18th of September 2020, 12:26:40 UTC.
        (&["--since", "2020-09-17"][..], &[2, 3][..]),
        (&["--since", "2020-09-17T12:26:40Z"], &[2, 3]),
        (&["--since", "2020-09-17T12:26:41Z"], &[3]),
        (&["--since", "@1600172800"], &[0, 1, 2, 3]),
        (&["--since", "1 week ago"], &[]),
        (&["--branch", "main"], &[0, 1, 2]),
        (&["--branch", "side"], &[0, 1, 3]),
        (&["--branch", "side", "--branch", "main"], &[0, 1, 2, 3]),
        (&["--max-count", "1"], &[3]),
        (&["--max-count", "100"], &[0, 1, 2, 3]),
        (&["--branch", "main", "--max-count", "1"], &[2]),
        (&["--branch", "main", "--since", "2020-09-16"], &[1, 2]),
        (&["--branch", "main", "--since", "2020-09-16", "--max-count", "1"], &[2]),
        (&["--range", "main..side"], &[3]),
        (&["--range", "main~2..main", "--max-count", "1"], &[2]),
        (&["--range", "main~2..main", "--since", "2020-09-17"], &[2]),
        (&["--range", "main~2..main", "--branch", "side"], &[1]),
        (&["--range", "main", "--branch", "side"], &[0, 1]),
    ] {
        let run = select(repo.path(), args);
        let found: Vec<usize> = (0..4).filter(|n| run.has(&secrets[*n])).collect();
        assert_eq!(found, expected, "{args:?}");
        run.expect(i32::from(!expected.is_empty()));
        assert_eq!(run.summary()["stats"]["commits"], expected.len(), "{args:?}");
        assert_eq!(run.summary()["stats"]["files"], 0);
    }
}

#[test]
fn what_was_there_before_is_old() {
    let (repo, secret) = (Repo::new(), github(324));
    repo.commit_file("a.env", holding(&secret));
    repo.git(["mv", "a.env", "b.env"]);
    repo.commit("rename");
    for args in [["--max-count", "1"], ["--since", "2020-09-16"]] {
        let run = select(repo.path(), &args);
        assert_eq!(run.expect(0).summary()["stats"]["commits"], 1, "{args:?}");
    }
}

#[test]
fn several_repositories() {
    let ((one, first), (two, second)) = (four(), (Repo::new(), github(325)));
    two.commit_file("a.env", holding(&second));
    let path = two.path().to_str().unwrap();
    let run = select(one.path(), &["--since", "2020-09-15", ".", path]);
    assert!(run.expect(1).has(&first[0]) && run.has(&second));
    assert_eq!(run.of(&second).paths(), [format!("{path}/a.env")]);
    // `side` is no branch of the second one: said before any is scanned.
    let run = select(one.path(), &["--branch", "side", ".", path]);
    assert!(run.expect(2).err().contains("\"side\"") && run.stdout.is_empty());
}

#[test]
fn bad_names_and_dates_are_named() {
    let (repo, _) = four();
    for (args, named) in [
        (&["--branch", "nope"][..], "\"nope\""),
        (&["--branch", ""], "names no branch"),
        (&["--branch", "main~9"], "\"main~9\""),
        (&["--since", "someday"], "\"someday\" is no date"),
        (&["--since", ""], "\"\" is no date"),
        (&["--max-count", "0"], "0"),
        (&["--max-count", "many"], "many"),
        (&["--since", "2020-01-01", "--staged"], "--staged"),
        (&["--branch", "main", "--no-history"], "--no-history"),
        (&["--max-count", "1", "--repos-from", "list"], "--repos-from"),
    ] {
        let run = select(repo.path(), args);
        assert!(run.expect(2).err().contains(named), "{args:?}: {}", run.err());
        assert!(run.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn messages_of_the_commits() {
    let (repo, old, new) = (Repo::new(), github(326), github(327));
    repo.write("a.txt", "a\n").commit(&format!("use {old}"));
    repo.git(["switch", "-q", "-c", "side"]);
    repo.write("b.txt", "b\n");
    let commit = repo.commit(&format!("second\n\ntoken={new}"));
    let run = select(repo.path(), &["--range", "HEAD~1..HEAD"]);
    assert_eq!(run.expect(1).of(&new).places(), [format!("history <commit message>:3:7 {commit} in-head")]);
    assert_eq!(run.findings().len(), 1);
    // HEAD reaches one of two branches.
    repo.git(["switch", "-q", "main"]);
    let run = select(repo.path(), &["--since", "2020-01-01"]);
    assert_eq!(run.expect(1).of(&new).places(), [format!("history <commit message>:3:7 {commit} gone")]);
    assert!(run.of(&old).places()[0].ends_with(" in-head"));
}

/// A commit of the choice is at the boundary of a shallow clone only if it is chosen.
#[test]
fn dates_and_shallow_clones() {
    let (repo, secrets) = four();
    let clone = repo.beside("shallow");
    let url = format!("file://{}", repo.path().display());
    crate::support::git_at(repo.path(), ["clone", "-q", "--depth", "2", &url, clone.to_str().unwrap()]);
    let run = select(&clone, &["--since", "2020-09-17"]);
    assert!(run.expect(1).has(&secrets[2]) && run.findings().len() == 1);
    let run = select(&clone, &["--since", "2020-09-16"]);
    assert!(run.expect(3).errors().contains("git fetch --unshallow"), "{}", run.errors());
}

/// What reaches the commits that introduce something, in every report, as a scan of all history says it.
#[test]
fn refs_that_reach_what_is_introduced() {
    let (repo, secrets) = four();
    repo.git(["tag", "-a", "-m", "v1", "v1", "main~1"]);
    repo.git(["update-ref", "refs/remotes/origin/main", "main"]);
    let everywhere = "refs/heads/main refs/heads/side refs/remotes/origin/main refs/tags/v1";
    let (main, side) = ("refs/heads/main refs/remotes/origin/main", "refs/heads/side");
    for (args, expected) in [
        (&["--range", "main~2..main"][..], &[(1, everywhere), (2, main)][..]),
        (&["--range", "main...side"], &[(3, side)]),
        (&["--since", "2020-09-16"], &[(1, everywhere), (2, main), (3, side)]),
        (&["--branch", "side"], &[(0, everywhere), (1, everywhere), (3, side)]),
        (&["--max-count", "2"], &[(2, main), (3, side)]),
        (&["--range", "main~2..main", "--branch", "side"], &[(1, everywhere)]),
    ] {
        let run = select(repo.path(), args);
        run.expect(1);
        let all = select(repo.path(), &["--history-only"]);
        for (n, refs) in expected {
            let found = run.of(&secrets[*n]);
            assert_eq!(found.reaches(), [*refs], "{args:?} {n}");
            assert_eq!(all.of(&secrets[*n]).reaches(), [*refs], "as in all of history");
            assert_eq!(found.0["locations"][0]["reach"], "refs");
            assert_eq!(found.0["locations"][0]["refs_total"], refs.split(' ').count());
        }
        assert_eq!(run.findings().len(), expected.len(), "{args:?}");
        let named = if expected[0].1 == everywhere { "on main, side, origin/main and 1 more ref" } else { "on " };
        let human = scan(repo.path(), ["--color", "never"].iter().chain(args)).out();
        assert!(human.contains(&format!("committed by Carl Committer, {named}")), "{args:?}: {human}");
        let sarif = scan(repo.path(), ["-f", "sarif"].iter().chain(args)).out();
        assert!(sarif.contains(&format!(" It is {named}")), "{args:?}: {sarif}");
    }
}

#[test]
fn what_only_stashes_reflogs_and_nothing_reach() {
    let (repo, stashed, dropped, dangling) = (Repo::new(), github(328), github(329), github(360));
    let base = repo.commit_file("a.env", "token=\n");
    repo.write("a.env", holding(&stashed)).git(["stash", "push", "-q"]);
    let amended = repo.commit_file("b.env", holding(&dropped));
    repo.git(["reset", "-q", "--hard", &base]);
    repo.write("c.env", holding(&dangling)).git(["add", "-A"]);
    let lost = repo.git(["commit-tree", "-p", &base, "-m", "lost", &repo.git(["write-tree"])]);
    for (tip, secret, reach) in
        [("stash", &stashed, "stash"), (&amended, &dropped, "reflog"), (&lost, &dangling, "unreachable")]
    {
        let run = select(repo.path(), &["--range", &format!("{base}..{tip}")]);
        assert_eq!(run.expect(1).of(secret).reaches(), [reach]);
    }
    // A ref that cannot be read might be one of them.
    repo.write(".git/refs/heads/broken", format!("{}\n", "1".repeat(40)));
    let run = select(repo.path(), &["--range", &format!("{base}..{lost}")]);
    assert!(run.expect(3).errors().contains("refs/heads/broken"), "{}", run.errors());
}
