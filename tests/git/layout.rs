//! How objects lie on disk: packs of all kinds, and refs that stand in for others.

use crate::support::{Repo, github, scan};
use crate::{history_of, holding};

/// A repository with three secrets in three commits of one file, the first two replaced.
fn three() -> (Repo, [String; 3]) {
    let (repo, secrets) = (Repo::new(), [330, 331, 332].map(github));
    for secret in &secrets {
        repo.commit_file("a.env", format!("{}{}", holding(secret), "filler line\n".repeat(200)));
    }
    (repo, secrets)
}

#[track_caller]
fn finds_all(repo: &Repo, secrets: &[String; 3], what: &str) {
    let run = history_of(repo.path());
    run.expect(1);
    assert!(secrets.iter().all(|s| run.has(s)), "{what}: {}", run.out());
    let full = scan(repo.path(), ["-f", "jsonl", "--reveal", "--history-only", "--full-search"]);
    assert!(run.out() == full.out(), "{what}");
}

#[test]
fn a_pack_that_is_kept() {
    let (repo, secrets) = three();
    let pack = repo.pack();
    std::fs::write(pack.with_extension("keep"), "").unwrap();
    let late = github(333);
    repo.commit_file("b.env", holding(&late));
    repo.git(["repack", "-a", "-d", "-q"]);
    assert!(pack.exists(), "git keeps it");
    finds_all(&repo, &secrets, "kept");
    assert!(history_of(repo.path()).has(&late));
}

#[test]
fn a_cruft_pack() {
    let (repo, secrets) = three();
    repo.git(["reset", "-q", "--hard", "HEAD~2"]);
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    repo.git(["repack", "--cruft", "-d", "-q"]);
    let packs = std::fs::read_dir(repo.path().join(".git/objects/pack")).unwrap();
    let kinds: Vec<_> = packs.filter_map(|e| e.unwrap().path().extension().map(|e| e.to_owned())).collect();
    assert!(kinds.iter().any(|e| e == "mtimes"), "{kinds:?}");
    finds_all(&repo, &secrets, "cruft");
    assert_eq!(history_of(repo.path()).of(&secrets[2]).reaches(), ["unreachable"]);
}

#[test]
fn a_multi_pack_index() {
    let (repo, secrets) = three();
    repo.git(["repack", "-d", "-q"]);
    repo.commit_file("b.env", holding(&github(334)));
    repo.git(["repack", "-d", "-q"]);
    repo.git(["multi-pack-index", "write"]);
    assert!(repo.path().join(".git/objects/pack/multi-pack-index").exists());
    finds_all(&repo, &secrets, "several packs and an index of all");
    assert!(history_of(repo.path()).has(&github(334)));
}

/// What a broken fetch may leave: a pack whose deltas rest on objects that lie elsewhere.
#[test]
fn a_thin_pack() {
    let (repo, secrets) = three();
    let thin = repo.beside("thin.pack");
    let list = format!("{}\n^{}\n", repo.head(), repo.id("HEAD~1"));
    let mut child = std::process::Command::new("git")
        .args(["pack-objects", "--thin", "--revs", "--stdout", "-q"])
        .current_dir(repo.path())
        .stdin(std::process::Stdio::piped())
        .stdout(std::fs::File::create(&thin).unwrap())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), list.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    // Without an index it cannot be listed, which is said; what lies elsewhere is found.
    let folder = repo.path().join(".git/objects/pack");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(&thin, folder.join("pack-thin.pack")).unwrap();
    let run = history_of(repo.path());
    assert!(run.expect(3).errors().contains("pack-thin.pack"), "{}", run.errors());
    assert!(secrets.iter().all(|s| run.has(s)), "{}", run.out());
}

#[test]
fn replace_refs_and_grafts_hide_nothing() {
    let (repo, secrets) = three();
    let (old, new) = (repo.id("HEAD~1"), repo.id("HEAD"));
    // The first commit with the second secret is replaced by the last one, and the last one has no parents.
    repo.git(["replace", &old, &new]);
    std::fs::create_dir_all(repo.path().join(".git/info")).unwrap();
    repo.write(".git/info/grafts", format!("{new}\n"));
    let run = history_of(repo.path());
    run.expect(1);
    for (n, secret) in secrets.iter().enumerate() {
        let commit = std::process::Command::new("git")
            .args(["--no-replace-objects", "rev-parse", &format!("{new}{}", "~".repeat(2 - n))])
            .current_dir(repo.path())
            .env("GIT_GRAFT_FILE", "/nonexistent")
            .output()
            .unwrap();
        let commit = String::from_utf8_lossy(&commit.stdout).trim().to_owned();
        let state = if n == 2 { "in-head" } else { "gone" };
        let found = run.of(secret);
        assert_eq!(found.places(), [format!("history a.env:2:7 {commit} {state}")], "{n}");
    }
    // Commits are chosen with libgit2, which follows grafts: what they hide is said to be missing.
    let range = || scan(repo.path(), ["-f", "jsonl", "--reveal", "--range", "HEAD"]);
    let run = range();
    assert!(run.expect(3).errors().contains("info/grafts: gives commits other parents"), "{}", run.errors());
    std::fs::remove_file(repo.path().join(".git/info/grafts")).unwrap();
    let run = range();
    assert!(secrets.iter().all(|s| run.expect(1).has(s)), "replace refs hide nothing: {}", run.out());
}

#[test]
fn folders_deeper_than_git_allows() {
    let (repo, near, far) = (Repo::new(), github(335), github(336));
    repo.commit_file("near.env", holding(&near));
    let deep = repo.beside("deep.env");
    std::fs::write(&deep, holding(&far)).unwrap();
    let blob = repo.git(["hash-object", "-w", deep.to_str().unwrap()]);
    let mut tree = make_tree(&repo, &format!("100644 blob {blob}\tfar.env\n"));
    for _ in 0..2100 {
        tree = make_tree(&repo, &format!("040000 tree {tree}\td\n"));
    }
    let commit = repo.git(["commit-tree", "-m", "deep", &tree]);
    repo.git(["update-ref", "refs/heads/deep", &commit]);
    let run = history_of(repo.path());
    assert!(run.expect(3).has(&near) && run.has(&far), "{}", run.errors());
    assert!(run.errors().contains("2048 deep"), "{}", run.errors());
}

/// A tree object without checks, as `git mktree` makes it, quickly: through libgit2.
fn make_tree(repo: &Repo, line: &str) -> String {
    let (mode, rest) = line.split_once(' ').unwrap();
    let (_, rest) = rest.split_once(' ').unwrap();
    let (id, name) = rest.trim_end().split_once('\t').unwrap();
    let repository = git2::Repository::open(repo.path()).unwrap();
    let mut builder = repository.treebuilder(None).unwrap();
    builder.insert(name, git2::Oid::from_str(id).unwrap(), i32::from_str_radix(mode, 8).unwrap()).unwrap();
    builder.write().unwrap().to_string()
}
