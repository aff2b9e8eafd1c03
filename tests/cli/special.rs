//! What takes more than a table: encodings, unreadable things, pipes and signals.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Repo, Spillcheck, folder, github, scan, write};

const JSON: [&str; 3] = ["-f", "jsonl", "--reveal"];

#[test]
fn utf16_of_both_orders_with_and_without_mark() {
    let secret = github(1);
    // Two characters outside the basic plane and one outside of Latin stand before it on the line.
    let text = format!("first line\r\nsecond\r\n\u{e9}\u{1f642}x token={secret} end\r\nlast\r\n");
    type Order = fn(u16) -> [u8; 2];
    let orders: [(&str, Order); 2] = [("le", u16::to_le_bytes), ("be", u16::to_be_bytes)];
    for (name, order) in orders {
        for mark in [true, false] {
            let text = if mark { format!("\u{feff}{text}") } else { text.clone() };
            let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
            let repo = Repo::new();
            repo.commit_file("a.txt", &bytes);
            for mode in ["--no-history", "--history-only"] {
                let run = scan(repo.path(), JSON.iter().chain(&[mode]));
                let found = run.expect(1).of(&secret);
                let location = &found.0["locations"][0];
                assert_eq!(
                    (&location["line"], &location["column"]),
                    (&3.into(), &11.into()),
                    "{name} mark {mark} {mode}"
                );
                assert_eq!(location["end_column"], 51);
            }
            let run = Spillcheck::new(repo.path()).args(["scan", "-"]).args(JSON).stdin(bytes).run();
            assert_eq!(run.expect(1).of(&secret).places(), ["stdin <stdin>:3:11 - -"]);
        }
    }
}

#[test]
fn the_mark_of_utf8_is_no_column() {
    let (folder, secret) = (folder(), github(2));
    write(folder.path(), "a.txt", format!("\u{feff}{secret}\n"));
    assert_eq!(scan(folder.path(), JSON).expect(1).of(&secret).places(), ["file a.txt:1:1 - -"]);
}

#[test]
fn line_ends_of_all_kinds() {
    let (folder, one, two, three) = (folder(), github(3), github(4), github(5));
    write(folder.path(), "a.txt", format!("a\r\n{one}\r\n\n{two}\rsame line {three}"));
    let run = scan(folder.path(), JSON);
    assert_eq!(run.expect(1).of(&one).places(), ["file a.txt:2:1 - -"]);
    assert_eq!(run.of(&two).places(), ["file a.txt:4:1 - -"]);
    assert_eq!(run.of(&three).places(), ["file a.txt:4:52 - -"], "a lone return ends no line");
}

#[test]
fn binary_files_are_skipped_and_counted() {
    let (repo, secret) = (Repo::new(), github(6));
    let binary = [b"\x7fELF\x02\x01\0\0\0\0".as_slice(), secret.as_bytes(), b"\0\0\0"].concat();
    repo.write("a.bin", &binary).write("a.txt", "x\n").commit("a");
    let run = scan(repo.path(), JSON);
    let summary = run.expect(0).summary();
    assert_eq!(summary["skipped"]["binary"], 2, "as file and as blob: {summary}");
    assert_eq!((&summary["stats"]["files"], &summary["stats"]["blobs"]), (&1.into(), &1.into()));
    assert_eq!(summary["complete"], true);
    let run = Spillcheck::new(repo.path()).args(["scan", "-"]).args(JSON).stdin(binary).run();
    let summary = run.expect(0).summary();
    assert_eq!((&summary["skipped"]["binary"], &summary["nothing_searched"]), (&1.into(), &true.into()));
}

#[test]
fn a_line_of_three_megabytes() {
    let (folder, first, last) = (folder(), github(7), github(8));
    let body = "x=\"lorem ipsum\",key:'value',".repeat(3 << 20 >> 5);
    let text = format!("{first} {body} {last}");
    write(folder.path(), "min.txt", &text);
    let start = Instant::now();
    let run = scan(folder.path(), JSON);
    assert_eq!(run.expect(1).of(&first).places(), ["file min.txt:1:1 - -"]);
    assert_eq!(run.of(&last).places(), [format!("file min.txt:1:{} - -", text.len() - last.len() + 1)]);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}: not linear", start.elapsed());
    // What is shown of the line is a piece of it.
    let human = scan(folder.path(), ["--color", "never"]).out();
    assert!(human.lines().all(|l| l.chars().count() < 250), "{human}");
}

/// A file that exists and cannot be read, even by root.
#[cfg(target_os = "linux")]
#[test]
fn an_unreadable_file() {
    let folder = folder();
    write(folder.path(), "a.txt", "x\n");
    // Nothing is mapped at address 0, so that reading from the start fails.
    let run = scan(folder.path(), ["-f", "jsonl", "a.txt", "/proc/self/mem"]);
    run.expect(3);
    assert!(run.errors().contains("/proc/self/mem"), "{}", run.errors());
    assert_eq!(run.summary()["complete"], false);
    assert_eq!(run.summary()["stats"]["files"], 1, "the other file was searched");
    let human = scan(folder.path(), ["a.txt", "/proc/self/mem"]).expect(3).out();
    assert!(human.contains("INCOMPLETE: 1 thing could not be searched"), "{human}");
    scan(folder.path(), ["--allow-incomplete", "a.txt", "/proc/self/mem"]).expect(0);
}

/// Permissions, where they count: for root they do not, so the program is run as nobody if this test may do that.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_and_a_file_without_permission() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let folder = folder();
    let root = folder.path();
    let binary = root.join("spillcheck");
    std::fs::copy(env!("CARGO_BIN_EXE_spillcheck"), &binary).unwrap();
    for (name, mode) in [("tree/open.txt", 0o644), ("tree/closed.txt", 0), ("tree/sub/in.txt", 0o644)] {
        write(root, name, "x\n");
        std::fs::set_permissions(root.join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }
    for (name, mode) in [("", 0o755), ("tree", 0o755), ("tree/sub", 0)] {
        std::fs::set_permissions(root.join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let mut command = std::process::Command::new(&binary);
    command.args(["scan", "-f", "jsonl", "--no-history"]).current_dir(root.join("tree")).env_clear();
    let am_root = std::fs::metadata(root).unwrap().permissions().mode() != 0
        && std::fs::read(root.join("tree/closed.txt")).is_ok();
    if am_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output();
    std::fs::set_permissions(root.join("tree/sub"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let output = output.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains(r#""subject":"closed.txt""#) && text.contains(r#""subject":"sub""#), "{text}");
    assert_eq!(text.matches("ermission denied").count(), 2, "{text}");
    assert!(text.contains(r#""files":1,"#), "{text}");
}

#[cfg(unix)]
#[test]
fn a_path_that_is_a_loop() {
    let folder = folder();
    std::os::unix::fs::symlink("loop", folder.path().join("loop")).unwrap();
    let run = scan(folder.path(), ["loop"]);
    assert!(run.expect(2).err().contains("loop"), "{}", run.err());
}

#[test]
fn a_reader_that_has_seen_enough() {
    let folder = folder();
    for n in 0..400 {
        write(folder.path(), format!("{n}.env"), format!("token={}\n", github(100 + n)));
    }
    for args in [
        &["scan"][..],
        &["scan", "-f", "json"],
        &["scan", "-f", "jsonl"],
        &["scan", "-f", "sarif"],
        &["rules", "list"],
        &["rules", "list", "--json"],
    ] {
        let mut run = Spillcheck::new(folder.path()).args(args);
        let mut child =
            run.command().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut pipe = child.stdout.take().unwrap();
        let mut first = [0; 10];
        pipe.read_exact(&mut first).unwrap();
        drop(pipe);
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(err.is_empty(), "{args:?}: {err}");
        let expected = i32::from(args[0] == "scan");
        assert_eq!(output.status.code(), Some(expected), "{args:?}: the findings are there, read or not");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_reports_what_was_found() {
    let folder = folder();
    write(folder.path(), "0.env", format!("token={}\n", github(9)));
    // Some seconds of work.
    let text = "key = lookup(\"lorem ipsum\"); secret = value_of(password)\n".repeat(4_000);
    for n in 0..600 {
        write(folder.path(), format!("d{}/{n}.txt", n % 20), &text);
    }
    let mut run =
        Spillcheck::new(folder.path()).args(["scan", "-f", "jsonl", "--threads", "1", "--report", "json=out.json"]);
    let started = Instant::now();
    let child = run.command().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(400));
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let (text, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(130), "after {:?}\n{text}{err}", started.elapsed());
    let last: serde_json::Value = serde_json::from_str(text.lines().last().expect("a partial report")).unwrap();
    let summary = &last["summary"];
    assert_eq!((&summary["complete"], &summary["interrupted"]), (&false.into(), &true.into()), "{summary}");
    assert!(summary["stats"]["files"].as_u64().unwrap() < 601, "{summary}");
    let report = std::fs::read_to_string(folder.path().join("out.json")).unwrap();
    assert!(report.contains("\"interrupted\": true"), "{report}");
}

#[test]
fn formats_agree_on_the_number_of_findings() {
    let folder = folder();
    for n in 0..7 {
        write(folder.path(), format!("{n}.env"), format!("token={}\n", github(20 + n % 5)));
    }
    let out = |format: &str| scan(folder.path(), ["-f", format]).expect(1).out();
    assert_eq!(out("jsonl").lines().count(), 6);
    let json: serde_json::Value = serde_json::from_str(&out("json")).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 5);
    let sarif: serde_json::Value = serde_json::from_str(&out("sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() == 5 || results.len() == 7, "one for each finding or each place: {}", results.len());
    assert!(out("human").contains("5 findings"));
}
