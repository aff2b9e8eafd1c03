//! Where in history a secret is, and since when.

use crate::support::{Repo, github};
use crate::{both, history_of, holding};

#[test]
fn object_ids_are_stable() {
    let make = || Repo::new().commit_file("a.txt", "a\n");
    assert_eq!(make(), make());
    assert_eq!(make(), "f0242891de26e907ebde7546bf7c1bef8e00a69f");
}

#[test]
fn added_then_deleted() {
    let (repo, secret) = (Repo::new(), github(1));
    repo.commit_file("readme", "nothing\n");
    let first = repo.commit_file("conf/app.env", holding(&secret));
    repo.commit_file("conf/app.env", format!("# moved down\n{}", holding(&secret)));
    repo.remove("conf/app.env").commit("clean up");
    let run = both(repo.path());
    let found = run.expect(1).of(&secret);
    assert_eq!(found.rule(), "github-personal-access-token");
    assert_eq!(found.places(), [format!("history conf/app.env:2:7 {first} gone")]);
    let location = &found.0["locations"][0];
    assert_eq!(location["author"], "Ada Author <ada@example.org>");
    assert_eq!(location["date"], "2020-09-15T14:26:40+02:00", "the author's date with the author's offset");
    assert_eq!((&location["end_line"], &location["end_column"]), (&2.into(), &47.into()));
    assert_eq!(found.0["since"]["commit"], first);
    let summary = run.summary();
    assert_eq!(summary["complete"], true);
    assert_eq!(summary["stats"]["commits"], 4);
}

#[test]
fn renamed_shows_all_paths() {
    let (repo, secret) = (Repo::new(), github(2));
    let first = repo.commit_file("old.env", holding(&secret));
    repo.git(["mv", "old.env", "new.env"]);
    let second = repo.commit("rename");
    let found = both(repo.path()).expect(1).of(&secret);
    assert_eq!(
        found.places(),
        [format!("file new.env:2:7 {second} in-head"), format!("history old.env:2:7 {first} gone"),]
    );
    assert_eq!(found.0["since"]["commit"], first);
}

#[test]
fn in_head_and_in_the_working_tree_is_one_finding() {
    let (repo, secret) = (Repo::new(), github(3));
    let first = repo.commit_file("a.env", holding(&secret));
    repo.commit_file("b.txt", "other\n");
    let run = both(repo.path());
    assert_eq!(run.expect(1).of(&secret).places(), [format!("file a.env:2:7 {first} in-head")]);
    assert_eq!(run.findings().len(), 1);
    // History alone knows no files.
    let run = history_of(repo.path());
    assert_eq!(run.expect(1).of(&secret).places(), [format!("history a.env:2:7 {first} in-head")]);
    assert_eq!(run.summary()["stats"]["files"], 0);
}

#[test]
fn the_position_is_that_of_the_working_tree() {
    let (repo, secret) = (Repo::new(), github(4));
    let first = repo.commit_file("a.env", holding(&secret));
    repo.write("a.env", format!("\n\n\n\t{}", holding(&secret)));
    assert_eq!(both(repo.path()).expect(1).of(&secret).places(), [format!("file a.env:5:7 {first} in-head")]);
}

#[test]
fn brought_by_a_merge_commit_alone() {
    let (repo, secret) = (Repo::new(), github(5));
    repo.commit_file("a.env", "token=\n");
    let merge = repo.merge_that_brings("a.env", holding(&secret));
    repo.commit_file("a.env", "token=\n");
    assert_eq!(both(repo.path()).expect(1).of(&secret).places(), [format!("history a.env:2:7 {merge} gone")]);
}

#[test]
fn octopus() {
    let repo = Repo::new();
    repo.commit_file("readme", "base\n");
    let mut expected = Vec::new();
    for branch in ["one", "two", "three"] {
        repo.git(["switch", "-q", "-c", branch, "main"]);
        let secret = github(6 + branch.len() as u64 * 100 + u64::from(branch.as_bytes()[1]));
        let path = format!("{branch}.env");
        let commit = repo.commit_file(&path, holding(&secret));
        expected.push((secret, format!("file {path}:2:7 {commit} in-head")));
    }
    repo.git(["switch", "-q", "main"]);
    repo.git(["merge", "-q", "-m", "octopus", "one", "two", "three"]);
    assert_eq!(repo.git(["rev-list", "--parents", "-1", "HEAD"]).split(' ').count(), 4, "an octopus");
    let run = both(repo.path());
    run.expect(1);
    for (secret, place) in expected {
        assert_eq!(run.of(&secret).places(), [place]);
    }
    assert_eq!(run.findings().len(), 3);
}

#[test]
fn only_in_the_index() {
    let (repo, secret) = (Repo::new(), github(16));
    repo.commit_file("a.env", "token=\n");
    repo.write("a.env", holding(&secret)).git(["add", "a.env"]);
    repo.write("a.env", "token=\n");
    let run = both(repo.path());
    let places = run.expect(1).of(&secret).places();
    assert_eq!(places, ["staged a.env:2:7 - -"]);
}

#[test]
fn amended_away_is_still_in_the_object_database() {
    let (repo, secret) = (Repo::new(), github(17));
    repo.commit_file("readme", "base\n");
    let commit = repo.commit_file("a.env", holding(&secret));
    repo.write("a.env", "token=\n").git(["add", "a.env"]);
    repo.git(["commit", "-q", "--amend", "-m", "amended"]);
    let places = [format!("history a.env:2:7 {commit} gone")];
    let found = both(repo.path()).expect(1).of(&secret);
    assert_eq!((found.places(), found.reaches()), (places.to_vec(), vec!["reflog".to_owned()]));
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    let found = both(repo.path()).expect(1).of(&secret);
    assert_eq!((found.places(), found.reaches()), (places.to_vec(), vec!["unreachable".to_owned()]));
    let human = crate::support::scan(repo.path(), ["--color", "never"]).out();
    assert!(human.contains(", only in history\n    committed by Carl Committer, reached by nothing\n"), "{human}");
    // And no longer once git has thrown it away.
    repo.git(["gc", "-q", "--prune=now"]);
    both(repo.path()).expect(0);
}

/// Added to the index and taken out again: a blob that is part of nothing.
#[test]
fn an_object_that_is_part_of_nothing() {
    let (repo, secret) = (Repo::new(), github(32));
    repo.commit_file("readme", "base\n");
    repo.write("a.env", holding(&secret)).git(["add", "a.env"]);
    let blob = repo.id(":a.env");
    repo.git(["rm", "-q", "-f", "a.env"]);
    let found = both(repo.path()).expect(1).of(&secret);
    assert_eq!(found.places(), [format!("history <unreachable object {blob}>:2:7 - gone")]);
    assert_eq!(found.reaches(), ["unreachable"]);
}

/// An amended commit is forgotten, but what it had is to be committed again.
#[test]
fn forgotten_and_staged() {
    let (repo, secret) = (Repo::new(), github(33));
    repo.commit_file("readme", "base\n");
    let commit = repo.commit_file("a.env", holding(&secret));
    repo.git(["reset", "-q", "--soft", "HEAD~1"]);
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    let found = history_of(repo.path()).expect(1).of(&secret);
    assert_eq!(found.places(), [format!("staged a.env:2:7 {commit} gone")]);
}

#[test]
fn author_and_committer() {
    let (repo, secret) = (Repo::new(), github(34));
    repo.commit_file("a.env", holding(&secret));
    let found = both(repo.path()).expect(1).of(&secret);
    let location = &found.0["locations"][0];
    assert_eq!(location["author"], "Ada Author <ada@example.org>");
    assert_eq!(location["date"], "2020-09-14T14:26:40+02:00");
    assert_eq!(location["committer"], "Carl Committer <carl@example.org>");
    assert_eq!(location["committed"], "2020-09-15T14:26:40+02:00");
    let human = crate::support::scan(repo.path(), ["--color", "never"]).out();
    assert!(human.contains("by Ada Author, still in HEAD\n    committed by Carl Committer, on main\n"), "{human}");
}

#[test]
fn two_secrets_in_a_file_and_one_twice_on_a_line() {
    let (repo, one, two) = (Repo::new(), github(18), github(19));
    let first = repo.commit_file("a.env", format!("a={one}; b={one}\nc={two}\n"));
    let run = both(repo.path());
    run.expect(1);
    assert_eq!(run.findings().len(), 2);
    assert_eq!(
        run.of(&one).places(),
        [format!("file a.env:1:3 {first} in-head"), format!("file a.env:1:{} {first} in-head", 3 + one.len() + 4),]
    );
    assert_eq!(run.of(&two).places(), [format!("file a.env:2:3 {first} in-head")]);
}

#[test]
fn the_first_commit_with_the_secret_not_with_the_version() {
    let (repo, secret) = (Repo::new(), github(20));
    repo.commit_file("a.env", "# nothing yet\n");
    let first = repo.commit_file("a.env", holding(&secret));
    for n in 0..3 {
        repo.commit_file("a.env", format!("# version {n}\n{}", holding(&secret)));
    }
    // In history alone the position is that of the first version.
    assert_eq!(history_of(repo.path()).expect(1).of(&secret).places(), [format!("history a.env:2:7 {first} in-head")]);
    // The same from a pack.
    repo.pack();
    assert_eq!(history_of(repo.path()).expect(1).of(&secret).places(), [format!("history a.env:2:7 {first} in-head")]);
}

#[test]
fn the_same_blob_at_two_paths_in_two_commits() {
    let (repo, secret) = (Repo::new(), github(21));
    let first = repo.commit_file("a/x.env", holding(&secret));
    let second = repo.commit_file("b/x.env", holding(&secret));
    repo.remove("a/x.env").commit("remove");
    let run = history_of(repo.path());
    assert_eq!(
        run.expect(1).of(&secret).places(),
        [format!("history a/x.env:2:7 {first} gone"), format!("history b/x.env:2:7 {second} in-head"),]
    );
    assert_eq!(run.summary()["stats"]["blobs"], 1, "one blob, searched once");
}

#[test]
fn odd_names() {
    let repo = Repo::new();
    let names = [
        "with space.env",
        "quo\"te's.env",
        "new\nline.env",
        "-dash.env",
        "ünïcode/日本.env",
        "back\\slash.env",
        "tab\t.env",
    ];
    for (n, name) in names.iter().enumerate() {
        repo.write(name, holding(&github(23 + n as u64)));
    }
    let first = repo.commit("odd");
    let run = both(repo.path());
    run.expect(1);
    for (n, name) in names.iter().enumerate() {
        assert_eq!(run.of(&github(23 + n as u64)).places(), [format!("file {name}:2:7 {first} in-head")]);
    }
    // For people a name is one line and cannot steer the terminal.
    let human = crate::support::scan(repo.path(), ["--color", "never"]).out();
    assert!(human.contains("new\\u{a}line.env:2:7"), "{human}");
    assert!(human.contains("tab\\u{9}.env:2:7"), "{human}");
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let (repo, secret) = (Repo::new(), github(31));
    repo.write(std::ffi::OsStr::from_bytes(b"caf\xe9.env"), holding(&secret));
    let first = repo.commit("latin-1");
    let found = both(repo.path()).expect(1).of(&secret);
    assert_eq!(found.places(), [format!("file caf\u{fffd}.env:2:7 {first} in-head")]);
}

/// Commits whose clocks disagree: the first commit is the ancestor, not the one with the earlier date.
#[test]
fn the_first_commit_in_spite_of_its_date() {
    let (repo, secret) = (Repo::new(), github(154));
    repo.on_day(50);
    let first = repo.commit_file("a.env", holding(&secret));
    repo.on_day(10);
    repo.commit_file("a.env", format!("# later\n{}", holding(&secret)));
    assert_eq!(history_of(repo.path()).expect(1).of(&secret).places(), [format!("history a.env:2:7 {first} in-head")]);
}

/// Folders in folders over many commits: what is said of a place must not depend on how git stores the objects.
#[test]
fn loose_and_packed_say_the_same() {
    let repo = Repo::new();
    let secrets: Vec<String> = (200..212).map(github).collect();
    for n in 0..40usize {
        for folder in ["src/deep/er", "src/deep", "src", "docs/a b", "."] {
            repo.write(format!("{folder}/f{}.txt", n % 7), format!("{folder} {n}\n{}", "filler line\n".repeat(n + 5)));
        }
        let secret = &secrets[n % secrets.len()];
        repo.write(format!("src/deep/er/s{}.env", n % 5), holding(secret));
        if n % 9 == 4 {
            repo.remove(&format!("src/deep/er/s{}.env", n % 5));
        }
        repo.commit(&format!("commit {n}"));
    }
    let loose = history_of(repo.path()).expect(1).out();
    for gc in [&["--depth=50", "--window=50"][..], &["--depth=4", "--window=10"]] {
        repo.git(["repack", "-a", "-d", "-f", "-q"].iter().chain(gc));
        repo.git(["prune-packed"]);
        assert!(repo.path().join(".git/objects/pack").read_dir().unwrap().next().is_some());
        let packed = history_of(repo.path()).expect(1).out();
        assert!(loose == packed, "{gc:?}");
    }
}
