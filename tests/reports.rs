//! The report formats: snapshots of one standard report, and what each format promises by itself.
//!
//! `UPDATE=1 cargo test --test reports` rewrites the snapshots in `fixtures/reports`. Secrets are made at run time, so
//! that no file of this repository holds anything shaped like one.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use serde_json::Value;
use spillcheck::report::{Format, Options, Report, ScanError, Stats, write};

#[path = "reports/github.rs"]
mod github;
#[path = "reports/gitlab.rs"]
mod gitlab;
#[path = "reports/human.rs"]
mod human;
#[path = "reports/json.rs"]
mod json_lines;
#[path = "reports/markdown.rs"]
mod markdown;
#[path = "reports/multitool.rs"]
mod multitool;
#[path = "reports/sample.rs"]
mod sample;
#[path = "reports/sarif.rs"]
mod sarif;
#[path = "reports/scanned.rs"]
mod scanned;
mod support;

use sample::{clean, random, rules, standard};

fn text(format: Format, report: &Report<'_>, options: &Options) -> String {
    let mut out = Vec::new();
    write(format, report, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(format: Format, report: &Report<'_>) -> Value {
    serde_json::from_str(&text(format, report, &Options::default())).unwrap()
}

/// A schema of `fixtures/schemas`.
fn schema(name: &str) -> jsonschema::Validator {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/schemas").join(name);
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn assert_valid(schema: &jsonschema::Validator, document: &Value) {
    let errors: Vec<_> = schema.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path)).collect();
    assert_eq!(errors, [""; 0]);
}

fn lines(report: &Report<'_>, options: &Options) -> Vec<Value> {
    text(Format::Jsonl, report, options).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const VERBOSE: Options =
    Options { reveal: false, color: false, verbose: true, list_suppressed: true, max_results: Options::MAX_RESULTS };

/// Compares with `fixtures/reports/name`; the program's version is left out of it.
fn snapshot(name: &str, actual: &str) {
    let version = env!("CARGO_PKG_VERSION");
    let actual = actual
        .replace(&format!("\"{version}\""), "\"VERSION\"")
        .replace(&format!("(spillcheck {version})"), "(spillcheck VERSION)");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path)
        .unwrap_or_else(|e| panic!("{}: {e}; UPDATE=1 writes it", path.display()))
        .replace("\r\n", "\n");
    if expected == actual {
        return;
    }
    let (mut old, mut new) = (expected.lines(), actual.lines());
    for number in 1.. {
        let (was, is) = (old.next(), new.next());
        assert!(
            was == is && (was.is_some() || is.is_some()),
            "{} differs at line {number}:\n- {}\n+ {}\nUPDATE=1 rewrites it: look at the diff",
            path.display(),
            was.unwrap_or("(end)"),
            is.unwrap_or("(end)")
        );
    }
}

#[test]
fn snapshots() {
    let rules = rules();
    let (full, none) = (standard(&rules), clean(&rules));
    let nothing = Report { stats: Stats::default(), ..clean(&rules) };
    let stopped = Report { interrupted: true, ..clean(&rules) };
    let options = Options::default();
    for (format, extension) in [
        (Format::Human, "txt"),
        (Format::Json, "json"),
        (Format::Jsonl, "jsonl"),
        (Format::Sarif, "sarif"),
        (Format::Github, "github.txt"),
        (Format::Markdown, "md"),
        (Format::Gitlab, "gitlab.json"),
        (Format::GitleaksJson, "gitleaks.json"),
    ] {
        snapshot(&format!("standard.{extension}"), &text(format, &full, &options));
        snapshot(&format!("clean.{extension}"), &text(format, &none, &options));
    }
    snapshot("standard-verbose.txt", &text(Format::Human, &full, &VERBOSE));
    snapshot("nothing.txt", &text(Format::Human, &nothing, &options));
    snapshot("interrupted.txt", &text(Format::Human, &stopped, &options));
}

#[test]
fn no_format_shows_a_piece_of_a_secret() {
    let rules = rules();
    let report = standard(&rules);
    let random_parts = [
        random(1, 36),
        random(2, 36),
        random(3, 36),
        random(4, 36),
        random(5, 36),
        random(7, 12),
        random(8, 12),
        random(9, 14),
        random(100, 64),
        random(101, 64),
        random(102, 64),
        random(103, 64),
    ];
    for format in Format::ALL {
        for options in [VERBOSE, Options { color: true, ..VERBOSE }] {
            let shown = text(*format, &report, &options);
            for part in &random_parts {
                for piece in part.as_bytes().windows(8) {
                    let piece = std::str::from_utf8(piece).unwrap();
                    assert!(!shown.contains(piece), "{format} shows a piece of a secret");
                }
            }
        }
        let shown = text(*format, &report, &Options { reveal: true, ..VERBOSE });
        assert!(shown.contains(&random(1, 36)), "{format} does not show what was asked for");
    }
}

#[test]
fn an_incomplete_scan_says_so_in_every_format() {
    let rules = rules();
    for report in [standard(&rules), Report { interrupted: true, ..clean(&rules) }] {
        let human = text(Format::Human, &report, &Options::default());
        assert!(human.contains("INCOMPLETE: ") && !human.contains("No leaks found"));
        assert_eq!(json(Format::Json, &report)["summary"]["complete"], false);
        assert_eq!(lines(&report, &Options::default()).last().unwrap()["summary"]["complete"], false);
        let github = text(Format::Github, &report, &Options::default());
        assert!(github.contains("::warning title=spillcheck%3A the scan is incomplete::"));
        assert!(text(Format::Markdown, &report, &Options::default()).contains("**The scan is incomplete: "));
        assert!(!json(Format::Gitlab, &report)["scan"]["messages"].as_array().unwrap().is_empty());
        for run in json(Format::Sarif, &report)["runs"].as_array().unwrap() {
            assert_eq!(run["invocations"][0]["executionSuccessful"], false);
            let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
            assert!(notifications[0]["level"] == "error" && notifications.iter().all(|n| n["level"] != "warning"));
        }
    }
    let report = clean(&rules);
    assert!(text(Format::Human, &report, &Options::default()).starts_with("No leaks found.\n"));
    assert_eq!(json(Format::Json, &report)["summary"]["complete"], true);
    assert_eq!(json(Format::Sarif, &report)["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn a_scan_of_nothing_is_not_clean() {
    let rules = rules();
    let report = Report { stats: Stats::default(), ..clean(&rules) };
    let human = text(Format::Human, &report, &Options::default());
    assert!(human.contains("Nothing was searched: ") && !human.contains("No leaks"));
    assert_eq!(json(Format::Json, &report)["summary"]["nothing_searched"], true);
    let sarif = json(Format::Sarif, &report);
    assert_eq!(sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["level"], "warning");
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let rules = rules();
    let error = |n: usize| ScanError { subject: format!("file{n}"), problem: "unreadable".to_owned() };
    let report = Report { errors: (0..1500).map(error).collect(), ..clean(&rules) };
    let human = text(Format::Human, &report, &Options::default());
    assert!(human.contains("INCOMPLETE: 1,500 things could not be searched\n  file0: unreadable\n"));
    assert!(human.contains("file19: unreadable\n  and 1,480 more (--verbose lists them)"));
    assert!(text(Format::Human, &report, &VERBOSE).contains("file1499: unreadable"));
    let sarif = json(Format::Sarif, &report);
    let notifications = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notifications.len(), 1001);
    assert_eq!(notifications[1000]["message"]["text"], "500 things more could not be searched.");
}
