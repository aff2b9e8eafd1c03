//! Ctrl-C in the middle of a long scan.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::holding;
use crate::support::{Repo, Run, Spillcheck, folder, git_at, github, tools, write};

/// A history that takes many seconds: large files that no delta makes smaller.
pub(crate) fn long_history() -> (Repo, String) {
    let (repo, secret) = (Repo::new(), github(350));
    // Loose objects are searched in the order of their ids: this one comes early.
    let text = |n: usize| format!("{}{n}\n", holding(&secret));
    let is_early = |n: &usize| {
        let id = git2::Oid::hash_object(git2::ObjectType::Blob, text(*n).as_bytes()).unwrap();
        id.to_string().starts_with("00")
    };
    repo.commit_file("a.env", text((0..).find(is_early).unwrap()));
    let repository = git2::Repository::open(repo.path()).unwrap();
    let line = "key = lookup(\"lorem ipsum\"); secret = value_of(password)\n".repeat(4_000);
    let mut builder = repository.treebuilder(None).unwrap();
    for n in 0..400 {
        let blob = repository.blob(format!("{n}\n{line}").as_bytes()).unwrap();
        builder.insert(format!("{n}.txt"), blob, 0o100_644).unwrap();
    }
    let tree = repository.find_tree(builder.write().unwrap()).unwrap();
    let who = git2::Signature::new("Ada Author", "ada@example.org", &git2::Time::new(1_600_000_000, 0)).unwrap();
    let parent = repository.head().unwrap().peel_to_commit().unwrap();
    repository.commit(Some("HEAD"), &who, &who, "much", &tree, &[&parent]).unwrap();
    (repo, secret)
}

/// Starts a scan with one thread, waits until its progress says `is_under_way` of how many files and objects it has passed and how
/// many findings there are, and interrupts it. What was on standard error afterwards is kept.
#[cfg(unix)]
fn interrupted(folder: &Path, args: &[&str], stdin: &str, is_under_way: impl Fn([u64; 3]) -> bool) -> Run {
    let mut run = Spillcheck::new(folder).args(["scan", "--threads", "1", "--progress", "always"]).args(args);
    let command = run.command().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let (mut progress, mut stderr) = (String::new(), child.stderr.take().unwrap());
    let started = Instant::now();
    loop {
        let mut bytes = [0; 200];
        let n = stderr.read(&mut bytes).unwrap();
        assert!(n > 0, "it ended before it was interrupted: {progress:?}");
        progress = String::from_utf8_lossy(&bytes[..n]).into_owned();
        let before = |words: &str| {
            let number = progress.split_once(words).and_then(|(head, _)| head.rsplit(' ').next()?.parse().ok());
            number.unwrap_or(0)
        };
        if is_under_way([" files", " of ", " possible findings"].map(before)) {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(300), "{progress:?}");
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let rest = std::thread::spawn(move || {
        let mut rest = Vec::new();
        stderr.read_to_end(&mut rest).unwrap();
        rest
    });
    let output = child.wait_with_output().unwrap();
    Run { code: output.status.code(), stdout: output.stdout, stderr: rest.join().unwrap() }
}

/// Exit code 130, nothing that could not be searched, and the report says that it is incomplete.
#[cfg(unix)]
#[track_caller]
fn is_marked(run: &Run) {
    let summary = run.expect(130).summary();
    assert_eq!((&summary["complete"], &summary["interrupted"]), (&false.into(), &true.into()), "{summary}");
    assert_eq!(run.errors(), "");
}

const JSONL: [&str; 3] = ["-f", "jsonl", "--reveal"];

#[cfg(unix)]
#[test]
fn of_a_history() {
    let (repo, secret) = long_history();
    let args = [&JSONL[..], &["--history-only"]].concat();
    let run = interrupted(repo.path(), &args, "", |[_, objects, findings]| objects > 0 && findings > 0);
    is_marked(&run);
    assert!(run.summary()["stats"]["blobs"].as_u64().unwrap() < 401, "{}", run.summary());
    // Where it stands was not looked up; what it is and in which object, is said.
    let found = run.of(&secret);
    let blob = repo.id("HEAD~1:a.env");
    assert_eq!(found.paths(), [format!("<object {blob}>")]);
    assert_eq!(found.reaches(), ["-"]);
}

#[cfg(unix)]
#[test]
fn of_a_range() {
    let (repo, secret) = long_history();
    let args = [&JSONL[..], &["--range", "HEAD"]].concat();
    let run = interrupted(repo.path(), &args, "", |[_, objects, findings]| objects > 0 && findings > 0);
    is_marked(&run);
    assert!(run.summary()["stats"]["blobs"].as_u64().unwrap() < 401, "{}", run.summary());
    assert_eq!(run.of(&secret).places(), [format!("history a.env:2:7 {} gone", repo.id("HEAD~1"))]);
}

/// A folder with a file of two MB under 2,000 names, which holds a secret.
#[cfg(unix)]
fn long_tree() -> (tempfile::TempDir, String) {
    let (folder, secret) = (folder(), github(351));
    let line = "key = lookup(\"lorem ipsum\"); secret = value_of(password)\n".repeat(36_000);
    write(folder.path(), "0.env", format!("{}{line}", holding(&secret)));
    for n in 1..2_000 {
        std::fs::hard_link(folder.path().join("0.env"), folder.path().join(format!("{n}.env"))).unwrap();
    }
    (folder, secret)
}

/// Every format says what was found, and that it is not all.
#[cfg(unix)]
#[test]
fn of_a_tree_in_every_format() {
    let (folder, secret) = long_tree();
    let under_way = |[files, _, findings]: [u64; 3]| files > 0 && findings > 0;
    let run = interrupted(folder.path(), &JSONL, "", under_way);
    is_marked(&run);
    let files = run.summary()["stats"]["files"].as_u64().unwrap();
    assert!(files < 2_000 && run.of(&secret).places().len() as u64 == files, "{files}");
    for (format, mark) in [
        ("human", "INCOMPLETE: the scan was interrupted"),
        ("json", "\"interrupted\": true"),
        ("sarif", "The scan was interrupted: the results are incomplete."),
        ("github", "the scan was interrupted"),
        ("markdown", "the scan was interrupted"),
        ("gitlab", "The scan was interrupted."),
        ("gitleaks-json", "the scan was interrupted"),
    ] {
        let run = interrupted(folder.path(), &["-f", format], "", under_way);
        run.expect(130);
        let said = if format == "gitleaks-json" { run.err() } else { run.out() };
        assert!(said.contains(mark), "{format}: {said}");
        let rule = ["github-personal-access-token", "GitHub personal access token"];
        assert!(run.out().contains(".env") && rule.iter().any(|r| run.out().contains(r)), "{format}: {}", run.out());
        assert!(!run.out().contains(&secret), "{format}");
    }
}

/// A file that is larger than any window.
#[cfg(unix)]
#[test]
fn of_a_large_file() {
    let (folder, first, second) = (folder(), github(352), github(353));
    write(folder.path(), "small/a.env", holding(&first));
    // Its holes are searched as well, and take no room.
    write(folder.path(), "large/b.env", format!("{}{}", holding(&second), "lorem ipsum\n".repeat(1_000)));
    let large = std::fs::File::options().write(true).open(folder.path().join("large/b.env")).unwrap();
    large.set_len(1 << 36).unwrap();
    let args = [&JSONL[..], &["small", "large"]].concat();
    let run = interrupted(folder.path(), &args, "", |[files, _, _]| files > 0);
    is_marked(&run);
    assert!(run.has(&first) && run.has(&second), "{}", run.out());
}

/// One that is found in a moment, one that takes long, and one that is not reached.
#[cfg(unix)]
fn three_repositories() -> (Repo, [String; 2], String) {
    let (long, secret) = long_history();
    let (short, third) = (github(354), github(355));
    let commit = |name: &str, secret: &str| {
        let path = long.beside(name);
        git_at(long.path(), ["init", "-q", path.to_str().unwrap()]);
        write(&path, "b.env", holding(secret));
        git_at(&path, ["add", "-A"]);
        git_at(&path, ["commit", "-q", "-m", "one"]);
    };
    commit("a", &short);
    commit("z", &third);
    (long, [short, secret], third)
}

/// Nested in one folder, and in a list.
#[cfg(unix)]
#[test]
fn of_several_repositories() {
    let (long, found, third) = three_repositories();
    let folder = long.path().parent().unwrap();
    for (more, stdin) in [
        (&["."][..], ""),
        (&["--history-only", "."], ""),
        (&["--repos-from", "-"], "a\nrepo\nz\n"),
        (&["a", "repo", "z"], ""),
    ] {
        let args = [&JSONL[..], more].concat();
        // The first has three objects; of the second, the one with the secret is among the first.
        let run = interrupted(folder, &args, stdin, |[_, objects, findings]| objects > 30 && findings > 1);
        is_marked(&run);
        assert!(found.iter().all(|secret| run.has(secret)) && !run.has(&third), "{more:?}: {}", run.out());
        let places = run.of(&found[0]).places();
        assert!(
            places.len() == 1 && places[0].contains(" a/b.env:2:7 ") && places[0].ends_with(" in-head"),
            "{places:?}"
        );
    }
}

/// Runs the program at a terminal of script(1), types `typed` when it is ready for Ctrl-C, then Ctrl-C.
#[cfg(target_os = "linux")]
fn given_up_at_a_terminal(args: &str, typed: &str) -> Run {
    let (folder, program) = (folder(), env!("CARGO_BIN_EXE_spillcheck"));
    let line = format!("echo $$ >pid; exec '{program}' scan -f jsonl --reveal {args} >out 2>err");
    let mut script = Command::new("script");
    script.args(["-q", "-e", "-c", &line, "/dev/null"]).current_dir(folder.path());
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    // Only the program itself catches SIGINT (2), the shell before it does not.
    let is_ready = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", read("pid").trim())).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        caught.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() & 0b10 != 0)
    };
    let within = |done: &mut dyn FnMut() -> bool| {
        (0..600).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            done()
        })
    };
    assert!(within(&mut || is_ready()), "{args}: {}", read("err"));
    let mut terminal = child.stdin.take().unwrap();
    terminal.write_all(typed.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "{args}: it does not wait for its input: {}", read("err"));
    terminal.write_all(b"\x03").unwrap();
    assert!(within(&mut || child.try_wait().unwrap().is_some()), "{args}: Ctrl-C does not end it");
    let code = child.wait().unwrap().code();
    Run { code, stdout: read("out").into_bytes(), stderr: read("err").into_bytes() }
}

/// Whoever types what is to be scanned and gives up has what was typed until then.
#[cfg(target_os = "linux")]
#[test]
fn of_standard_input_at_a_terminal() {
    if tools::on_path("script").is_none() {
        tools::not_run("Ctrl-C at a terminal", "script(1) is not installed");
        return;
    }
    let secret = github(356);
    let run = given_up_at_a_terminal("-", "");
    is_marked(&run);
    assert!(run.findings().is_empty());
    let run = given_up_at_a_terminal("-", &format!("{}more\n", holding(&secret)));
    is_marked(&run);
    assert_eq!(run.of(&secret).places(), ["stdin <stdin>:2:7 - -"]);
    // Half a list names no repository.
    let run = given_up_at_a_terminal("--repos-from -", "here\n");
    is_marked(&run);
    assert_eq!(run.summary()["stats"]["files"], 0);
}
