//! Faults that the first review of the scanner found, each pinned by a test.

use crate::support::{Repo, git_at, github, scan, write};
use crate::{both, files_of, history_of, holding, noise, three_places};

#[test]
fn a_ref_that_is_no_ref() {
    let (repo, secrets) = three_places();
    std::fs::write(repo.path().join(".git/refs/heads/broken"), "not an object id\n").unwrap();
    let run = both(repo.path());
    run.expect(3);
    assert!(secrets.iter().all(|s| run.has(s)), "{}", run.out());
}

#[test]
fn a_broken_head() {
    let (repo, secrets) = three_places();
    std::fs::write(repo.path().join(".git/HEAD"), "rubbish\n").unwrap();
    let run = both(repo.path());
    run.expect(3);
    assert!(run.has(&secrets[1]) && run.has(&secrets[2]), "{}", run.out());
}

#[test]
fn a_gitdir_that_is_not_there() {
    let folder = crate::support::folder();
    let secret = github(142);
    crate::support::write(folder.path(), "a.env", holding(&secret));
    crate::support::write(folder.path(), ".git", "gitdir: /nonexistent/git/dir\n");
    let run = both(folder.path());
    assert!(run.expect(3).has(&secret), "{}", run.out());
    assert!(files_of(folder.path()).expect(1).has(&secret));
}

/// The report of an earlier run that somebody committed.
#[test]
fn a_tracked_report_is_not_scanned() {
    let (repo, secret) = (Repo::new(), github(150));
    repo.commit_file("out.txt", holding(&secret));
    let run = scan(repo.path(), ["--no-history", "-f", "jsonl", "--reveal", "-o", "out.txt"]);
    assert_eq!(run.code, Some(0), "{}", std::fs::read_to_string(repo.path().join("out.txt")).unwrap());
}

/// Paths are relative to the top of the repository; several of them must not be named twice.
#[test]
fn several_paths_inside_a_repository() {
    let (repo, one, two) = (Repo::new(), github(151), github(152));
    repo.write("a/one.env", holding(&one)).write("b/two.env", holding(&two));
    for args in [["a", "b"], ["a/one.env", "b/two.env"]] {
        let run = scan(repo.path(), ["-f", "jsonl", "--reveal"].iter().chain(&args));
        assert_eq!(run.expect(1).of(&one).paths(), ["a/one.env"]);
        assert_eq!(run.of(&two).paths(), ["b/two.env"]);
    }
}

/// A tracked path that now leads through a link out of the tree.
#[cfg(unix)]
#[test]
fn a_tracked_path_behind_a_link_is_not_followed() {
    let (repo, secret) = (Repo::new(), github(153));
    repo.commit_file("sub/a.env", "x\n");
    write(&repo.beside("outside"), "a.env", holding(&secret));
    std::fs::remove_dir_all(repo.path().join("sub")).unwrap();
    std::os::unix::fs::symlink(repo.beside("outside"), repo.path().join("sub")).unwrap();
    let run = files_of(repo.path());
    run.expect(0);
}

/// Without an index nobody knows which ignored files are tracked: the scan of files is incomplete.
#[test]
fn a_broken_index_without_history() {
    let (repo, secret) = (Repo::new(), github(155));
    repo.commit_file("a.env", holding(&secret));
    repo.write(".gitignore", "a.env\n").write(".git/index", "rubbish");
    files_of(repo.path()).expect(3);
}

/// A range that walks over a missing tree is incomplete, not a usage error.
#[test]
fn a_range_over_a_missing_tree() {
    let (repo, secrets) = three_places();
    repo.commit_file("noise/3.txt", noise(99));
    let tree = repo.id("HEAD:noise");
    std::fs::remove_file(repo.loose(&tree)).unwrap();
    let run = scan(repo.path(), ["-f", "jsonl", "--reveal", "--range", "HEAD~2..HEAD"]);
    run.expect(3);
    assert!(run.errors().contains(&tree) && run.has(&secrets[1]));
}

/// Only the head of the stash is a ref; the others are in its reflog and just as published to whoever copies the folder.
#[test]
fn an_older_stash() {
    let (repo, secret) = (Repo::new(), github(157));
    repo.commit_file("a.env", "x\n");
    repo.write("a.env", holding(&secret)).git(["stash", "-q"]);
    repo.write("a.env", "y\n").git(["stash", "-q"]);
    let commit = repo.id("stash@{1}");
    assert_eq!(both(repo.path()).expect(1).of(&secret).places(), [format!("history a.env:2:7 {commit} gone")]);
}

/// A commit made on the detached HEAD of a linked worktree, seen from the main one.
#[test]
fn the_head_of_another_worktree() {
    let (repo, secret) = (Repo::new(), github(158));
    repo.commit_file("a.env", "x\n");
    let linked = repo.beside("linked");
    repo.git(["worktree", "add", "-q", "--detach", linked.to_str().unwrap()]);
    write(&linked, "b.env", holding(&secret));
    git_at(&linked, ["add", "-A"]);
    git_at(&linked, ["commit", "-q", "-m", "b"]);
    let commit = git_at(&linked, ["rev-parse", "HEAD"]);
    assert_eq!(history_of(repo.path()).expect(1).of(&secret).places(), [format!("history b.env:2:7 {commit} gone")]);
}

/// A secret that stands a second time on its line, where no rule would look for it.
#[test]
fn an_excerpt_hides_every_copy_of_the_secret() {
    let folder = crate::support::folder();
    let word = crate::support::password(159);
    write(folder.path(), "a.yml", format!("password: \"{word}\" # was {word} before\n"));
    for format in ["human", "json", "jsonl", "sarif"] {
        let out = scan(folder.path(), ["-f", format]).expect(1).out();
        assert!(!out.contains(&word), "{format}: {out}");
    }
}

/// The rules that are switched off still know what must not be shown.
#[test]
fn an_excerpt_hides_what_skipped_rules_know() {
    let folder = crate::support::folder();
    let (one, two) = (github(160), crate::support::expand_text("{{github:gho_}}", 161));
    write(folder.path(), "a.env", format!("a={one} b={two}\n"));
    let out = scan(folder.path(), ["--only", "github-personal-access-token"]).expect(1).out();
    assert!(!out.contains(&two), "{out}");
}

/// Columns of a long line with characters of several bytes.
#[test]
fn columns_of_a_long_line() {
    let (folder, secret) = (crate::support::folder(), github(162));
    let text = format!("x{} {secret}\n", "\u{e9}t\u{e9} \u{4f60} ".repeat(1_200_000));
    write(folder.path(), "a.txt", &text);
    let column = text.split(&secret).next().unwrap().chars().count() + 1;
    assert_eq!(files_of(folder.path()).expect(1).of(&secret).places(), [format!("file a.txt:1:{column} - -")]);
}

/// UTF-16 without a mark, with one character whose low byte is zero (a line of a box, an ideographic space).
#[test]
fn utf16_with_a_zero_low_byte() {
    let (folder, secret) = (crate::support::folder(), github(163));
    for c in ['\u{2500}', '\u{3000}', '\u{1f600}'] {
        let text = format!("# title {c}\r\ntoken={secret}\r\n");
        write(folder.path(), "a.txt", text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        assert!(files_of(folder.path()).expect(1).has(&secret), "{c:?}");
    }
}

/// A revealed report is for its owner: no wider than the user's mask.
#[cfg(unix)]
#[test]
fn a_revealed_report_honours_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let folder = crate::support::folder();
    write(folder.path(), "a.env", holding(&github(164)));
    let command = format!("umask 077; '{}' scan --reveal -o out.txt", env!("CARGO_BIN_EXE_spillcheck"));
    std::process::Command::new("sh").args(["-c", &command]).current_dir(folder.path()).status().unwrap();
    let mode = std::fs::metadata(folder.path().join("out.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}
