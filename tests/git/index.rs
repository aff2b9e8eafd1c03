//! Every form an index can have: versions, sparse folders, two files, extensions. Git says what is staged, and so do we.

use std::path::Path;

use spillcheck::git;
use spillcheck::git::index::Index;

use crate::holding;
use crate::support::{Repo, Run, github, scan, write};

/// What [`Index::staged`] says: paths that the commit brings, and how many blobs it replaces or removes.
fn staged(path: &Path) -> (Vec<String>, usize) {
    let repository = git::discover(path).unwrap().unwrap();
    let change = Index::open(&repository).unwrap().staged(&repository).unwrap();
    let mut paths: Vec<String> = change.new.iter().map(|changed| changed.origin.path().to_owned()).collect();
    paths.sort();
    (paths, change.parents[0].old.len())
}

/// The same as git says it.
fn by_git(repo: &Repo) -> (Vec<String>, usize) {
    let raw = repo.git(["diff-index", "--cached", "--no-renames", "--ignore-submodules", "--raw", "HEAD"]);
    let (mut paths, mut old) = (Vec::new(), 0);
    for line in raw.lines() {
        let (about, path) = line.split_once('\t').unwrap();
        let words: Vec<&str> = about.split(' ').collect();
        if !words[1].starts_with("000000") && !words[4].starts_with('U') {
            paths.push(path.to_owned());
        }
        if !words[0].starts_with(":000000") && !words[4].starts_with('U') {
            old += 1;
        }
    }
    paths.sort();
    (paths, old)
}

fn hook(path: &Path) -> Run {
    scan(path, ["--staged", "-f", "jsonl", "--reveal"])
}

/// Files in folders whose names lie next to each other in the order of bytes, with and without the slash.
fn repository() -> Repo {
    let repo = Repo::new();
    for name in ["a", "a.b/c", "a.b/d/e", "a/x", "ab/c", "in/one/file", "in/two", "out/deep/file", "out/file", "z"] {
        // `a` is a file in one commit and a folder in another.
        if name != "a" {
            repo.write(name, format!("{name}\n"));
        }
    }
    repo.commit("base");
    repo
}

/// Changes of every kind, as far as `within` is a part of the path.
fn change(repo: &Repo, within: &str) {
    let all = ["a.b/c", "a.b/d/e", "a/x", "ab/c", "in/one/file", "in/two", "out/deep/file", "z"];
    for (n, name) in all.iter().filter(|name| name.starts_with(within)).enumerate() {
        match n % 3 {
            0 => drop(repo.write(name, "changed\n").git(["add", "--sparse", name])),
            1 => drop(repo.git(["rm", "-q", "--sparse", "--cached", name])),
            _ => drop(repo.git(["update-index", "--chmod=+x", name])),
        }
    }
    let new = format!("{within}new/folder/file");
    repo.write(&new, "new\n").git(["add", "--sparse", &new]);
}

/// What is said of the index is what git says of it, before and after changes, and when a secret is staged.
#[track_caller]
fn agrees(repo: &Repo, within: &str, seed: u64) {
    assert_eq!(staged(repo.path()), by_git(repo), "unchanged");
    hook(repo.path()).expect(0);
    change(repo, within);
    let expected = by_git(repo);
    assert!(expected.0.len() > 1 && expected.1 > 1, "{expected:?}");
    assert_eq!(staged(repo.path()), expected, "changed");
    let (name, secret) = (format!("{within}in.env"), github(seed));
    repo.write(&name, holding(&secret)).git(["add", &name]);
    assert_eq!(hook(repo.path()).expect(1).of(&secret).paths(), [name]);
    // The cache of trees is full again.
    repo.git(["write-tree"]);
    assert_eq!(staged(repo.path()), by_git(repo), "with a cache of trees");
}

#[test]
fn every_version() {
    for version in ["2", "3", "4"] {
        let repo = repository();
        repo.git(["update-index", "--index-version", version]);
        agrees(&repo, "", 600);
    }
}

#[test]
fn extensions_that_speed_git_up() {
    let repo = repository();
    repo.git(["update-index", "--untracked-cache"]);
    repo.git(["config", "index.threads", "2"]);
    repo.git(["update-index", "--fsmonitor"]);
    agrees(&repo, "", 601);
}

/// `core.splitIndex`: most entries are in a second file.
#[test]
fn a_split_index() {
    let repo = repository();
    repo.git(["config", "splitIndex.maxPercentChange", "100"]);
    repo.git(["update-index", "--split-index"]);
    let shared = std::fs::read_dir(repo.path().join(".git")).unwrap();
    assert!(shared.flatten().any(|e| e.file_name().to_string_lossy().starts_with("sharedindex.")), "it is split");
    agrees(&repo, "", 602);
    // Files and history are scanned as ever.
    crate::both(repo.path()).expect(1);
}

/// `git sparse-checkout --sparse-index`: a folder that is not checked out is one entry.
#[test]
fn a_sparse_index() {
    let (repo, hidden) = (repository(), github(604));
    repo.git(["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    assert!(repo.git(["ls-files", "--sparse"]).contains("out/\n"), "it is sparse");
    agrees(&repo, "in/", 603);
    crate::both(repo.path()).expect(1);
    // What is staged in a folder that is not checked out is seen, too, whatever git makes of the folder.
    write(repo.path(), "out/deep/hidden.env", holding(&hidden));
    repo.git(["add", "--sparse", "out/deep/hidden.env"]);
    let expected = by_git(&repo);
    assert_eq!(staged(repo.path()), expected);
    repo.git(["sparse-checkout", "reapply", "--sparse-index"]);
    assert!(repo.git(["ls-files", "--sparse"]).contains("out/\n") && !repo.path().join("out").exists());
    assert_eq!(staged(repo.path()), expected, "one entry again, of another tree");
    assert_eq!(hook(repo.path()).expect(1).of(&hidden).paths(), ["out/deep/hidden.env"]);
    // The folder as a whole is taken away.
    repo.git(["rm", "-r", "-q", "--sparse", "out"]);
    assert_eq!(staged(repo.path()), by_git(&repo));
}

#[test]
fn files_become_folders_and_links() {
    let repo = repository();
    let _ = std::fs::remove_dir_all(repo.path().join("a"));
    repo.write("a", "a file\n").remove("ab/c").git(["add", "--all"]);
    assert_eq!(staged(repo.path()), by_git(&repo));
    repo.commit("a is a file");
    repo.remove("a").write("a/x/y", "a folder\n").git(["add", "--all"]);
    assert_eq!(staged(repo.path()), by_git(&repo));
    repo.git(["update-index", "--add", "--cacheinfo", &format!("120000,{},z", repo.id("HEAD:z"))]);
    assert_eq!(staged(repo.path()), by_git(&repo));
    repo.git(["update-index", "--add", "--cacheinfo", &format!("160000,{},in/sub", repo.head())]);
    assert_eq!(staged(repo.path()), by_git(&repo));
}

/// What cannot be read is not empty.
#[test]
fn a_damaged_index_is_an_error() {
    let repo = repository();
    let file = repo.path().join(".git/index");
    let whole = std::fs::read(&file).unwrap();
    for length in [0, 1, 11, 12, 40, whole.len() / 2] {
        std::fs::write(&file, &whole[..length]).unwrap();
        let run = hook(repo.path());
        assert!(run.expect(3).errors().contains("cannot read the index"), "{length}: {}", run.errors());
    }
    // Bytes that are changed anywhere: an error, or another index, and never a panic.
    for at in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        std::fs::write(&file, bytes).unwrap();
        let repository = git::discover(repo.path()).unwrap().unwrap();
        if let Ok(index) = Index::open(&repository) {
            let _ = (index.staged(&repository), index.whole(&repository), index.unmerged(), index.tracked());
        }
    }
    std::fs::remove_file(&file).unwrap();
    assert_eq!(staged(repo.path()).0, [""; 0], "everything is removed");
}
