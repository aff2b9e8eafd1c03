//! Which files of a working tree are read.

use crate::support::{Repo, github, scan, write};
use crate::{both, files_of, holding};

#[test]
fn ignored_files_are_not_read_but_tracked_ones_are() {
    let (repo, ignored, tracked) = (Repo::new(), github(120), github(121));
    repo.write("tracked.env", holding(&tracked)).git(["add", "tracked.env"]);
    repo.write(".gitignore", "*.env\nbuild/\n").commit("ignore");
    repo.write("ignored.env", holding(&ignored)).write("build/out.txt", holding(&ignored));
    let run = files_of(repo.path());
    assert!(run.expect(1).has(&tracked));
    assert!(!run.has(&ignored));
    let run = scan(repo.path(), ["-f", "jsonl", "--reveal", "--no-history", "--no-ignore"]);
    assert_eq!(run.expect(1).of(&ignored).paths(), ["build/out.txt", "ignored.env"]);
    assert_eq!(run.of(&tracked).paths(), ["tracked.env"], "once, not twice");
}

#[test]
fn other_places_of_ignore_rules() {
    let (repo, secret) = (Repo::new(), github(122));
    repo.commit_file("readme", "base\n");
    repo.write("excluded.env", holding(&secret)).write("sub/nested.env", holding(&secret));
    repo.write(".git/info/exclude", "excluded.env\n").write("sub/.gitignore", "nested.env\n");
    files_of(repo.path()).expect(0);
    // `.ignore` is no file of git's: what it names is published.
    repo.write("published.env", holding(&secret)).write(".ignore", "published.env\n");
    assert_eq!(files_of(repo.path()).expect(1).of(&secret).paths(), ["published.env"]);
}

#[test]
fn rules_of_the_folder_above_apply_to_a_subfolder() {
    let (repo, secret) = (Repo::new(), github(123));
    repo.write(".gitignore", "*.env\n").commit_file("sub/readme", "base\n");
    repo.write("sub/a.env", holding(&secret));
    files_of(&repo.path().join("sub")).expect(0);
}

#[test]
fn hidden_files_are_read() {
    let (repo, secret) = (Repo::new(), github(124));
    repo.write(".env", holding(&secret)).write(".config/.token", holding(&secret));
    assert_eq!(files_of(repo.path()).expect(1).of(&secret).paths(), [".config/.token", ".env"]);
}

#[test]
fn git_folders_are_never_read_as_files() {
    let (repo, secret) = (Repo::new(), github(125));
    repo.commit_file("readme", "base\n");
    repo.write(".git/description", holding(&secret)).write("vendor/lib/.git/config", holding(&secret));
    repo.write("sub/.git", format!("gitdir: {secret}\n"));
    files_of(repo.path()).expect(0);
    scan(repo.path(), ["--no-history", "--no-ignore"]).expect(0);
}

#[test]
fn a_nested_repository_is_read_as_files() {
    let (repo, secret) = (Repo::new(), github(126));
    repo.commit_file("readme", "base\n");
    crate::support::git_at(repo.path(), ["init", "-q", "vendor"]);
    repo.write("vendor/a.env", holding(&secret));
    assert_eq!(both(repo.path()).expect(1).of(&secret).places(), ["file vendor/a.env:2:7 - -"]);
}

#[test]
fn a_submodule_is_skipped_and_counted() {
    let (inner, outer, secret) = (Repo::new(), Repo::new(), github(127));
    inner.commit_file("gone.env", holding(&secret));
    inner.remove("gone.env").commit_file("readme", "inner\n");
    outer.commit_file("readme", "outer\n");
    outer.git(["submodule", "--quiet", "add", inner.path().to_str().unwrap(), "sub"]);
    outer.commit("submodule");
    let run = both(outer.path());
    let summary = run.expect(0).summary();
    assert_eq!(summary["skipped"]["submodule"], 1);
    assert_eq!(summary["complete"], true, "{}", run.errors());
    // Its own scan finds it.
    assert!(both(&outer.path().join("sub")).expect(1).has(&secret));
}

#[cfg(unix)]
#[test]
fn symlinks_are_not_followed() {
    let (repo, secret) = (Repo::new(), github(128));
    let outside = repo.beside("outside");
    write(&outside, "a.env", holding(&secret));
    std::os::unix::fs::symlink(outside.join("a.env"), repo.path().join("link.env")).unwrap();
    std::os::unix::fs::symlink(&outside, repo.path().join("folder")).unwrap();
    std::os::unix::fs::symlink("loop", repo.path().join("loop")).unwrap();
    std::os::unix::fs::symlink("nowhere", repo.path().join("dangling")).unwrap();
    std::os::unix::fs::symlink(".", repo.path().join("again")).unwrap();
    let run = files_of(repo.path());
    let summary = run.expect(0).summary();
    assert_eq!(summary["skipped"]["symlink"], 5, "{summary}");
    assert_eq!(summary["complete"], true, "{}", run.errors());
    repo.commit("links");
    // In git a link is a blob that holds a path.
    let run = both(repo.path());
    run.expect(0);
    assert_eq!(run.summary()["skipped"]["symlink"], 5);
    // A link given by name is what the user asked for.
    let run = scan(repo.path(), ["-f", "jsonl", "--reveal", "--no-history", "link.env"]);
    assert!(run.expect(1).has(&secret));
}

#[cfg(unix)]
#[test]
fn pipes_and_sockets_are_skipped_and_counted() {
    let repo = Repo::new();
    let made = std::process::Command::new("mkfifo").arg(repo.path().join("pipe")).status().unwrap();
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(repo.path().join("socket")).unwrap();
    let run = files_of(repo.path());
    assert_eq!(run.expect(0).summary()["skipped"]["special"], 2);
    let run = scan(repo.path(), ["-f", "jsonl", "--no-history", "pipe"]);
    assert_eq!(run.expect(0).summary()["skipped"]["special"], 1);
}

#[cfg(unix)]
#[test]
fn odd_names() {
    use std::os::unix::ffi::OsStrExt;
    let repo = Repo::new();
    let names: [&[u8]; 6] = [b"a b.env", b"q\"'.env", b"n\nl.env", b"\xff\xfe.env", b"-rf", b"\xe2\x80\xae.env"];
    for (n, name) in names.iter().enumerate() {
        repo.write(std::ffi::OsStr::from_bytes(name), holding(&github(130 + n as u64)));
    }
    let run = files_of(repo.path());
    run.expect(1);
    for (n, name) in names.iter().enumerate() {
        assert_eq!(run.of(&github(130 + n as u64)).paths(), [String::from_utf8_lossy(name)]);
    }
    // A name that begins with a dash is given after `--`.
    let run = scan(repo.path(), ["-f", "jsonl", "--reveal", "--no-history", "--", "-rf"]);
    assert_eq!(run.expect(1).of(&github(134)).paths(), ["-rf"]);
}
