//! Objects that are stored in several places: whatever lies where, a search of changes says what a full search says.

use std::path::Path;

use crate::holding;
use crate::support::{Repo, Run, Spillcheck, git_at, github, write};

/// A scan of history, which has to say the same as a full search and with one thread.
#[track_caller]
fn agreed(path: &Path, variables: &[(&str, &str)]) -> Run {
    let with = |args: &[&str]| {
        let all = ["scan", "-f", "jsonl", "--reveal", "--confidence", "low", "--history-only"];
        let run = Spillcheck::new(path).args(all.iter().chain(args));
        variables.iter().fold(run, |run, (name, value)| run.env(name, value)).run()
    };
    let run = with(&[]);
    for other in [&["--full-search"][..], &["--threads", "1"], &["--max-memory", "1"]] {
        let other_run = with(other);
        assert!(
            run.out() == other_run.out() && run.code == other_run.code,
            "{other:?}\n{}\n{}",
            run.out(),
            other_run.out()
        );
    }
    run
}

/// A file whose versions share most of their lines.
fn version(secret: &str) -> String {
    let filler: String = (0..200).map(|n| format!("let value_{n} = lookup({});\n", n * 7)).collect();
    format!("{}{filler}", holding(secret))
}

/// Three repositories, each with a version of one file of its own. Each borrows from the one before.
fn borrowers() -> (Repo, [std::path::PathBuf; 2], [String; 3]) {
    let (repo, secrets) = (Repo::new(), [900, 901, 902].map(github));
    repo.commit_file("a.env", version(&secrets[0]));
    let clones = ["second", "third"].map(|name| repo.beside(name));
    let mut from = repo.path().to_owned();
    for (clone, secret) in clones.iter().zip(&secrets[1..]) {
        git_at(&from, ["clone", "-q", "--shared", ".", clone.to_str().unwrap()]);
        write(clone, "a.env", version(secret));
        git_at(clone, ["commit", "-q", "-a", "-m", "change"]);
        from.clone_from(clone);
    }
    (repo, clones, secrets)
}

#[test]
fn a_chain_of_alternates() {
    let (repo, [second, third], secrets) = borrowers();
    let finds_all = |what: &str| {
        let run = agreed(&third, &[]);
        assert!(run.expect(1).findings().len() == 3 && secrets.iter().all(|s| run.has(s)), "{what}: {}", run.out());
        assert_eq!(run.summary()["stats"]["commits"], 3, "{what}");
    };
    finds_all("loose");
    // The lender has the first one alone.
    assert_eq!(agreed(repo.path(), &[]).expect(1).findings().len(), 1);
    let alternates = |clone: &Path| clone.join(".git/objects/info/alternates");
    for (clone, lender) in [(&second, "repo"), (&third, "second")] {
        assert!(std::fs::read_to_string(alternates(clone)).unwrap().starts_with('/'));
        std::fs::write(alternates(clone), format!("# relative to the object folder\n../../../{lender}/.git/objects\n"))
            .unwrap();
    }
    assert_eq!(git_at(&third, ["rev-list", "--count", "HEAD"]), "3", "git takes them, too");
    finds_all("relative");
    for path in [repo.path(), &second, &third] {
        git_at(path, ["repack", "-a", "-d", "-l", "-f", "-q"]);
    }
    finds_all("packed, each its own");
    // What both have counts once; a circle comes to an end.
    git_at(&third, ["repack", "-a", "-d", "-f", "-q"]);
    write(repo.path(), ".git/objects/info/alternates", format!("{}\n", third.join(".git/objects").display()));
    finds_all("in a circle, and twice");
    // A link of the chain that is gone.
    git_at(&third, ["repack", "-a", "-d", "-l", "-f", "-q"]);
    std::fs::rename(repo.path(), repo.beside("gone")).unwrap();
    let run = agreed(&third, &[]);
    assert!(run.expect(3).has(&secrets[1]) && run.has(&secrets[2]) && !run.has(&secrets[0]), "{}", run.out());
    assert!(run.errors().contains("repo/.git/objects: object folder cannot be read"), "{}", run.errors());
}

#[test]
fn alternates_of_the_environment() {
    let (repo, secrets) = (Repo::new(), [903, 904, 905].map(github));
    let folders = ["one", "two"].map(|name| repo.beside(name));
    for (n, secret) in secrets.iter().enumerate() {
        repo.commit_file("a.env", version(secret));
        if let Some(folder) = folders.get(n) {
            // All that there is by now moves there, the second time in a pack.
            if n == 1 {
                repo.git(["repack", "-a", "-d", "-q"]);
            }
            let objects = repo.path().join(".git/objects");
            std::fs::rename(&objects, folder).unwrap();
            for below in ["info", "pack"] {
                std::fs::create_dir_all(objects.join(below)).unwrap();
            }
            let text: String = folders[..=n].iter().map(|folder| format!("{}\n", folder.display())).collect();
            std::fs::write(objects.join("info/alternates"), text).unwrap();
        }
    }
    let alternates = repo.path().join(".git/objects/info/alternates");
    let whole = agreed(repo.path(), &[]);
    assert!(whole.expect(1).findings().len() == 3 && secrets.iter().all(|s| whole.has(s)), "{}", whole.out());
    std::fs::remove_file(alternates).unwrap();
    let both = folders.each_ref().map(|folder| folder.to_str().unwrap()).join(":");
    let run = agreed(repo.path(), &[("GIT_ALTERNATE_OBJECT_DIRECTORIES", &both)]);
    assert!(run.out() == whole.out(), "{}\n{}", run.out(), whole.out());
    // Without them their objects are missing.
    let run = agreed(repo.path(), &[]);
    assert!(run.expect(3).errors().contains("missing"), "{}", run.errors());
    assert!(run.findings().len() == 1 && run.has(&secrets[2]), "{}", run.out());
    // One that is not there.
    let wrong = format!("{both}:/nonexistent/objects");
    let run = agreed(repo.path(), &[("GIT_ALTERNATE_OBJECT_DIRECTORIES", &wrong)]);
    assert!(run.expect(3).findings().len() == 3, "{}", run.out());
    assert!(run.errors().contains("/nonexistent/objects: object folder cannot be read"), "{}", run.errors());
}

/// Kept, cruft and ordinary packs, an index of all of them, a borrowed object, and loose ones: some objects in several of them.
#[test]
fn everything_at_once() {
    let (repo, secrets) = (Repo::new(), [906, 907, 908, 909, 910].map(github));
    repo.commit_file("a.env", version(&secrets[0]));
    let kept = repo.pack();
    std::fs::write(kept.with_extension("keep"), "").unwrap();
    // Forgotten.
    repo.git(["switch", "-q", "-c", "side"]);
    repo.commit_file("a.env", version(&secrets[1]));
    repo.git(["switch", "-q", "main"]);
    repo.git(["branch", "-q", "-D", "side"]);
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    repo.commit_file("a.env", version(&secrets[2]));
    repo.git(["repack", "--cruft", "-d", "-q"]);
    repo.commit_file("a.env", version(&secrets[3]));
    repo.git(["repack", "-d", "-q"]);
    repo.git(["multi-pack-index", "write", "--bitmap"]);
    repo.git(["commit-graph", "write", "--reachable"]);
    repo.commit_file("a.env", version(&secrets[4]));
    let folder = repo.path().join(".git/objects/pack");
    let names = || std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for (end, n) in [(".pack", 4), (".keep", 1), (".mtimes", 1)] {
        assert_eq!(names().filter(|name| name.ends_with(end)).count(), n, "{end}: {:?}", names().collect::<Vec<_>>());
    }
    assert!(folder.join("multi-pack-index").exists());
    let run = agreed(repo.path(), &[]);
    assert_eq!(run.expect(1).findings().len(), 5, "{}", run.out());
    let reaches = secrets.each_ref().map(|secret| run.of(secret).reaches().join(" "));
    assert_eq!(reaches, ["refs/heads/main", "unreachable", "refs/heads/main", "refs/heads/main", "refs/heads/main"]);
    assert_eq!(run.summary()["stats"]["blobs"], 5, "each once");
    // Every object loose as well.
    for pack in names().filter(|name| name.ends_with(".pack")) {
        let outside = repo.beside(&pack);
        std::fs::copy(folder.join(&pack), &outside).unwrap();
        let fresh = repo.beside("fresh");
        git_at(repo.path(), ["init", "-q", fresh.to_str().unwrap()]);
        let input = std::fs::File::open(&outside).unwrap();
        let mut git = std::process::Command::new("git");
        assert!(git.args(["unpack-objects", "-q"]).current_dir(&fresh).stdin(input).status().unwrap().success());
        let copy = ["-c", "cp -r \"$1\"/.git/objects/?? \"$2\"/.git/objects", "sh"];
        let mut sh = std::process::Command::new("sh");
        assert!(sh.args(copy).arg(&fresh).arg(repo.path()).status().unwrap().success());
        std::fs::remove_dir_all(fresh).unwrap();
    }
    let twice = agreed(repo.path(), &[]);
    assert!(run.out() == twice.out(), "{}\n{}", run.out(), twice.out());
    // An index of all packs that is rubbish or out of date says nothing that is needed.
    std::fs::write(folder.join("multi-pack-index"), "rubbish").unwrap();
    assert_eq!(agreed(repo.path(), &[]).out(), run.out());
}
