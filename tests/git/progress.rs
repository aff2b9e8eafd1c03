//! How far a long scan is: on a terminal, and nowhere else.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::interrupt::long_history;
use crate::support::{Spillcheck, git_at, tools};

/// Runs the program under `script(1)`, so that its standard error is a terminal; what that shows.
///
/// Whoever stops and continues all processes at once can leave script(1) stopped for good: it stops itself when its child stops. So
/// it is given up after a minute, of which only what this process runs counts, and tried again.
fn on_a_terminal(folder: &std::path::Path, args: &str) -> String {
    let program = env!("CARGO_BIN_EXE_spillcheck");
    let line = format!("'{program}' scan {args} >/dev/null");
    for _ in 0..3 {
        let mut script = Command::new("script");
        script.args(["-q", "-e", "-c", &line, "/dev/null"]).current_dir(folder);
        let mut child = script.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut stdout, &mut bytes).unwrap();
            bytes
        });
        for _ in 0..600 {
            if child.try_wait().unwrap().is_some() {
                return String::from_utf8_lossy(&reader.join().unwrap()).into_owned();
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    panic!("{line} did not end on a terminal");
}

/// The numbers between these words, in the lines that have both.
fn between(shown: &str, before: &str, after: &str) -> Vec<u64> {
    let lines = shown.split('\r').filter_map(|line| line.split_once(before)?.1.split_once(after));
    lines.filter_map(|(number, _)| number.parse().ok()).collect()
}

/// The numbers before these words, in the lines that have all of them.
fn before(shown: &str, words: &str) -> Vec<u64> {
    let lines = shown.split('\r').filter_map(|line| line.split_once(words));
    lines.filter_map(|(head, _)| head.rsplit(' ').next()?.parse().ok()).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn shown_on_a_terminal() {
    if tools::on_path("script").is_none() {
        tools::not_run("progress on a terminal", "script(1) is not installed");
        return;
    }
    let (repo, _) = long_history();
    let shown = on_a_terminal(repo.path(), "--history-only --threads 1");
    let objects = before(&shown, " of 405 objects, ");
    assert!(objects.len() >= 3 && objects.is_sorted() && objects[0] < 405, "{shown:?}");
    let (megabytes, findings) = (before(&shown, " MB; "), before(&shown, " possible findings"));
    assert!(megabytes.is_sorted() && megabytes.last() > Some(&10), "{shown:?}");
    assert!(findings.is_sorted() && findings.last() > Some(&0), "{shown:?}");
    assert!(shown.contains("; about ") && shown.contains(" s left"), "{shown:?}");
    // The line is taken away in the end.
    assert!(shown.ends_with("\r\u{1b}[K"), "{shown:?}");
    // Chosen commits are counted, too.
    let shown = on_a_terminal(repo.path(), "--range HEAD --threads 1");
    assert!(before(&shown, " of 403 objects, ").len() >= 3 && shown.contains(" s left"), "{shown:?}");
    for quiet in ["--history-only --quiet", "--history-only --progress never"] {
        assert_eq!(on_a_terminal(repo.path(), quiet), "", "{quiet}");
    }
    // Standard error is a pipe or a file.
    for args in [&["scan", "--history-only"][..], &["scan", "--range", "HEAD"]] {
        assert_eq!(Spillcheck::new(repo.path()).args(args).run().err(), "");
    }
    // A short scan shows nothing.
    let short = repo.beside("short");
    git_at(repo.path(), ["init", "-q", short.to_str().unwrap()]);
    assert_eq!(on_a_terminal(&short, "."), "");
}

/// One line for all of them: the objects of those that are yet to come are among those that are left.
#[cfg(target_os = "linux")]
#[test]
fn of_several_repositories() {
    if tools::on_path("script").is_none() {
        tools::not_run("progress on a terminal", "script(1) is not installed");
        return;
    }
    let (one, _) = long_history();
    let folder = one.path().parent().unwrap();
    git_at(folder, ["clone", "-q", "--bare", "--no-local", "repo", "two"]);
    // Half of the 405 objects of a pack are taken for trees until its turn comes; then they are known.
    std::fs::write(one.beside("list"), "repo\ntwo\n").unwrap();
    for (args, all) in [
        ("--repos-from list --history-only --threads 1", [405 + 202, 405 + 403]),
        (". --history-only --threads 1", [405 + 202, 405 + 403]),
        ("repo two --range HEAD --threads 1", [2 * 403, 2 * 403]),
    ] {
        let shown = on_a_terminal(folder, args);
        let (passed, objects) = (before(&shown, " of "), between(&shown, " of ", " objects, "));
        assert!(passed.len() >= 5 && passed.is_sorted() && objects.is_sorted(), "{args}: {shown:?}");
        assert_eq!([objects[0], *objects.last().unwrap()], all, "{args}: {shown:?}");
        // It goes on where the first ends.
        assert!(passed[0] < 405 && passed.last() > Some(&405), "{args}: {shown:?}");
        let (megabytes, findings) = (before(&shown, " MB; "), before(&shown, " possible findings"));
        assert!(megabytes.is_sorted() && megabytes.last() > Some(&30), "{args}: {shown:?}");
        // One in each, of which the second may be found after the last line that is shown.
        assert!(findings.is_sorted() && matches!(findings.last(), Some(1 | 2)), "{args}: {shown:?}");
        assert!(shown.contains("; about ") && shown.contains(" s left"), "{args}: {shown:?}");
        assert!(shown.ends_with("\r\u{1b}[K"), "{args}: {shown:?}");
    }
}
