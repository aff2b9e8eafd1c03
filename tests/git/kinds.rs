//! Kinds of repositories: bare, linked, detached, unborn, shallow, partial, of other object formats.

use crate::support::{Repo, Spillcheck, git_at, github, scan};
use crate::{both, files_of, history_of, holding};

fn url(repo: &Repo) -> String {
    format!("file://{}", repo.path().display())
}

#[test]
fn bare() {
    let (repo, secret) = (Repo::new(), github(40));
    let first = repo.commit_file("a.env", holding(&secret));
    let bare = repo.beside("bare.git");
    git_at(repo.path(), ["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let run = both(&bare);
    assert_eq!(run.expect(1).of(&secret).places(), [format!("history a.env:2:7 {first} in-head")]);
    assert_eq!(run.summary()["stats"]["files"], 0, "its own files are no working tree");
    assert_eq!(run.summary()["complete"], true);
}

#[test]
fn a_linked_worktree_has_the_history_of_the_main_one() {
    let (repo, gone, here) = (Repo::new(), github(41), github(42));
    repo.commit_file("gone.env", holding(&gone));
    repo.remove("gone.env").commit_file("here.env", holding(&here));
    let linked = repo.beside("linked");
    repo.git(["worktree", "add", "-q", "-b", "linked", linked.to_str().unwrap()]);
    let (main, other) = (history_of(repo.path()), history_of(&linked));
    main.expect(1);
    assert_eq!(main.findings().len(), 2);
    assert_eq!(main.out(), other.out());
    assert_eq!(both(&linked).expect(1).of(&here).paths(), ["here.env"]);
}

#[test]
fn detached_head() {
    let (repo, secret) = (Repo::new(), github(43));
    repo.commit_file("readme", "base\n");
    repo.git(["switch", "-q", "--detach"]);
    let only_here = repo.commit_file("a.env", holding(&secret));
    assert_eq!(both(repo.path()).expect(1).of(&secret).places(), [format!("file a.env:2:7 {only_here} in-head")]);
}

#[test]
fn unborn_head() {
    let repo = Repo::new();
    for args in [&["-f", "jsonl"][..], &["-f", "jsonl", "--history-only"], &["-f", "jsonl", "--staged"]] {
        let run = scan(repo.path(), args);
        let summary = run.expect(0).summary();
        assert_eq!((&summary["complete"], &summary["nothing_searched"]), (&true.into(), &true.into()), "{args:?}");
    }
    let human = scan(repo.path(), ["--color", "never"]);
    assert!(human.expect(0).out().contains("Nothing was searched"), "{}", human.out());
    // A file that was never added is a file all the same.
    let secret = github(44);
    repo.write("a.env", holding(&secret));
    assert_eq!(both(repo.path()).expect(1).of(&secret).places(), ["file a.env:2:7 - -"]);
}

#[test]
fn shallow() {
    let (repo, old, new) = (Repo::new(), github(46), github(47));
    repo.commit_file("old.env", holding(&old));
    repo.remove("old.env").commit("remove");
    let tip = repo.commit_file("new.env", holding(&new));
    let clone = repo.beside("shallow");
    git_at(repo.path(), ["clone", "-q", "--depth", "1", &url(&repo), clone.to_str().unwrap()]);
    let run = history_of(&clone);
    run.expect(3);
    assert_eq!(run.of(&new).places(), [format!("history new.env:2:7 {tip} in-head")]);
    assert!(!run.has(&old));
    assert_eq!(run.summary()["complete"], false);
    assert!(run.errors().contains("shallow") && run.errors().contains("git fetch --unshallow"), "{}", run.errors());
    assert_eq!(run.errors().lines().count(), 1, "one cause, one error: {}", run.errors());
    // The user knows and accepts it.
    scan(&clone, ["--history-only", "--allow-incomplete"]).expect(1);
    // Without history nothing is missing.
    files_of(&clone).expect(1);
    // The remedy works.
    git_at(&clone, ["fetch", "-q", "--unshallow"]);
    assert!(history_of(&clone).expect(1).has(&old));
}

#[test]
fn blobless_partial_clone() {
    let (repo, old, new) = (Repo::new(), github(48), github(49));
    repo.commit_file("old.env", holding(&old));
    repo.commit_file("old.env", "# version 2\n");
    repo.remove("old.env").commit("remove");
    repo.commit_file("new.env", holding(&new));
    repo.git(["config", "uploadpack.allowFilter", "true"]);
    let blobs = [repo.id("HEAD~3:old.env"), repo.id("HEAD~2:old.env")];
    let clone = repo.beside("partial");
    git_at(repo.path(), ["clone", "-q", "--filter=blob:none", &url(&repo), clone.to_str().unwrap()]);
    let run = both(&clone);
    run.expect(3);
    assert!(run.has(&new), "what is checked out is there");
    assert!(!run.has(&old));
    assert!(run.errors().contains("2 objects that history names are missing"), "counted: {}", run.errors());
    assert!(blobs.iter().any(|blob| run.errors().contains(blob)), "one is named: {}", run.errors());
    assert!(run.errors().contains("partial clone"), "{}", run.errors());
    // Nothing was fetched to find that out.
    let missing = git_at(&clone, ["rev-list", "--objects", "--all", "--missing=print"]);
    assert_eq!(missing.lines().filter(|l| l.starts_with('?')).count(), blobs.len());
    // The remedy that is told works.
    git_at(&clone, ["-c", "remote.origin.partialclonefilter=", "fetch", "-q", "--refetch"]);
    let run = both(&clone);
    assert!(run.expect(1).has(&old), "{}", run.out());
}

#[test]
fn treeless_partial_clone() {
    let (repo, old) = (Repo::new(), github(50));
    repo.commit_file("dir/old.env", holding(&old));
    repo.remove("dir/old.env").commit_file("readme", "base\n");
    repo.git(["config", "uploadpack.allowFilter", "true"]);
    let tree = repo.id("HEAD~1^{tree}");
    let clone = repo.beside("treeless");
    git_at(repo.path(), ["clone", "-q", "--filter=tree:0", &url(&repo), clone.to_str().unwrap()]);
    let run = both(&clone);
    run.expect(3);
    assert!(run.errors().contains(&tree), "{}", run.errors());
}

#[test]
fn sha256() {
    let (repo, secret) = (Repo::init(&["--object-format=sha256"]), github(51));
    repo.commit_file("a.env", holding(&secret));
    let run = both(repo.path());
    run.expect(3);
    assert_eq!(run.of(&secret).places(), ["file a.env:2:7 - -"], "the working tree is scanned all the same");
    assert!(run.errors().contains("SHA-256"), "{}", run.errors());
    assert!(run.errors().contains("--no-history"), "{}", run.errors());
    assert!(files_of(repo.path()).expect(1).has(&secret));
    in_no_other_way(repo.path(), "SHA-256");
}

/// Everything that needs the repository is incomplete, and says why; a second repository is scanned all the same.
#[track_caller]
fn in_no_other_way(path: &std::path::Path, kind: &str) {
    let (other, secret) = (Repo::new(), github(56));
    other.commit_file("other.env", holding(&secret));
    let other = other.path().to_str().unwrap();
    for args in [&["--history-only"][..], &["--range", "HEAD"], &["--since", "2020-01-01"], &["--staged"]] {
        let run = scan(path, ["-f", "jsonl"].iter().chain(args));
        assert!(run.expect(3).errors().contains(kind), "{args:?}: {}", run.errors());
        assert!(run.findings().is_empty());
        if args != ["--staged"] {
            let run = scan(path, ["-f", "jsonl", "--reveal", ".", other].iter().chain(args));
            assert!(run.expect(3).has(&secret) && run.errors().contains(kind), "{args:?}: {}", run.out());
        }
    }
    for args in [&["hook"][..], &["hook", "--stage", "pre-push", "origin", "url"], &["hook", "a.env"], &["ci"]] {
        let run = Spillcheck::new(path).args(args).args(["-f", "jsonl", "--reveal"]).run();
        assert!(run.expect(3).errors().contains(kind), "{args:?}: {}", run.errors());
        assert_eq!(run.errors().matches("cannot open git repository").count(), 1, "{args:?}: {}", run.errors());
    }
    // A hook that understood nothing of its call says only what went wrong.
    let run = Spillcheck::new(path).args(["hook"]).run();
    let said = run.expect(3).out() + &run.err();
    assert!(said.contains(kind) && !said.contains("spillcheck: \n"), "{said}");
    // Hooks can be neither made nor proved where commits cannot be read.
    for args in [&["hook", "install"][..], &["hook", "doctor"], &["hook", "uninstall"], &["explain", "HEAD:a.env:1"]] {
        let run = Spillcheck::new(path).args(args).run();
        assert!(run.expect(3).err().contains(kind), "{args:?}: {}", run.err());
        assert!(!path.join(".git/hooks/pre-commit").exists(), "{args:?}");
    }
    // As git runs a hook there.
    let git_dir = path.join(".git");
    let run = Spillcheck::new(path).args(["hook", "-f", "jsonl"]).env("GIT_DIR", &git_dir).run();
    assert!(run.expect(3).errors().contains(kind), "{}", run.errors());
    // Files are files.
    for (mode, code) in [("all", 3), ("files", 1), ("history", 3)] {
        let run = Spillcheck::new(path).args(["ci", "--mode", mode, "-f", "jsonl", "--reveal"]).run();
        assert_eq!(run.expect(code).findings().len(), usize::from(mode != "history"), "{mode}: {}", run.out());
    }
}

#[test]
fn reftable() {
    let (repo, secret) = (Repo::init(&["--ref-format=reftable"]), github(52));
    repo.commit_file("a.env", holding(&secret));
    let run = both(repo.path());
    run.expect(3);
    assert_eq!(run.of(&secret).places(), ["file a.env:2:7 - -"]);
    assert!(run.errors().contains("reftable"), "{}", run.errors());
    assert!(run.errors().contains("--no-history"), "{}", run.errors());
    in_no_other_way(repo.path(), "reftable");
}

/// What git writes where refs are files and ids SHA-1, and says so.
#[test]
fn extensions_that_change_nothing_here() {
    let kinds = [("refStorage", "files"), ("compatObjectFormat", "sha256"), ("objectFormat", "sha1")];
    let others = [("relativeWorktrees", "true"), ("worktreeConfig", "true"), ("preciousObjects", "true")];
    for (name, value) in kinds.into_iter().chain(others) {
        let (repo, secret) = (Repo::new(), github(57));
        let first = repo.commit_file("a.env", holding(&secret));
        repo.write("a.env", "").git(["add", "-A"]);
        repo.git(["config", "core.repositoryFormatVersion", "1"]);
        repo.git(["config", &format!("extensions.{name}"), value]);
        let place = [format!("history a.env:2:7 {first} in-head")];
        for args in ["--history-only", "--range=HEAD"] {
            let run = scan(repo.path(), ["-f", "jsonl", "--reveal", args]);
            assert_eq!(run.expect(1).of(&secret).places(), place, "{name}");
        }
        scan(repo.path(), ["--staged"]).expect(0);
        for command in ["install", "uninstall"] {
            Spillcheck::new(repo.path()).args(["hook", command]).run().expect(0);
        }
        let run = Spillcheck::new(repo.path()).args(["hook"]).env("GIT_DIR", repo.path().join(".git")).run();
        assert!(run.expect(0).out().starts_with("spillcheck: "), "{name}");
    }
}

#[test]
fn objects_of_an_alternate() {
    let (repo, secret) = (Repo::new(), github(53));
    let first = repo.commit_file("a.env", holding(&secret));
    let clone = repo.beside("borrower");
    git_at(repo.path(), ["clone", "-q", "--shared", "--no-checkout", ".", clone.to_str().unwrap()]);
    assert_eq!(history_of(&clone).expect(1).of(&secret).places(), [format!("history a.env:2:7 {first} in-head")]);
    // An alternate that is gone.
    std::fs::rename(repo.path().join(".git/objects"), repo.path().join(".git/elsewhere")).unwrap();
    let run = history_of(&clone);
    assert!(run.code == Some(3), "{:?}\n{}\n{}", run.code, run.out(), run.err());
}

#[test]
fn a_subfolder_has_no_history_of_its_own() {
    let (repo, secret) = (Repo::new(), github(54));
    repo.commit_file("sub/a.env", holding(&secret));
    repo.commit_file("b.env", holding(&github(55)));
    let run = both(&repo.path().join("sub"));
    assert_eq!(run.expect(1).of(&secret).places(), ["file sub/a.env:2:7 - -"], "named from the top of the repository");
    assert_eq!(run.findings().len(), 1);
}
