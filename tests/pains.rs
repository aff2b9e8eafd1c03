//! What users of secret scanners complain about most, one test for each complaint, named after it: `a1` to `a8` are scans that did
//! not happen and passed, `b9` to `b18` are what goes wrong in CI. DESIGN.md has the table of what keeps each one away; a test here
//! holds that table to these names.

#![allow(clippy::unwrap_used)]

#[path = "pains/ci.rs"]
mod ci;
#[path = "pains/silence.rs"]
mod silence;
mod support;

use std::path::Path;

use support::{Run, Spillcheck, ZERO, holding, paths};

/// `spillcheck ARGS` in `folder`, with these variables.
fn run(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Run {
    let run = Spillcheck::new(folder).args(args);
    variables.iter().fold(run, |run, (name, value)| run.env(name, value)).run()
}

/// Findings of `spillcheck ARGS` as JSON lines, secrets in clear.
fn found(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Run {
    run(folder, &[args, &["-f", "jsonl", "--reveal"]].concat(), variables)
}

/// `spillcheck ci` for an event of GitHub with this payload: the commits that it brings.
fn event(folder: &Path, name: &str, payload: &serde_json::Value) -> Run {
    let file = support::folder();
    let file = file.path().join("event.json");
    std::fs::write(&file, payload.to_string()).unwrap();
    let args = ["ci", "--mode", "commits", "--event-name", name, "--event", file.to_str().unwrap()];
    found(folder, &args, &[])
}

/// The table of DESIGN.md names each test here once, and no other.
#[test]
fn the_table_is_complete() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    let is_pain = |name: &&str| name.starts_with(['a', 'b']) && name[1..].starts_with(|c: char| c.is_ascii_digit());
    let design = read("DESIGN.md");
    let rows = design.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let rows: Vec<&str> = rows.filter(is_pain).collect();
    let (silence, ci) = (read("tests/pains/silence.rs"), read("tests/pains/ci.rs"));
    let tests = [&silence, &ci].into_iter().flat_map(|text| text.lines());
    let tests: Vec<&str> =
        tests.filter_map(|line| line.strip_prefix("fn ")?.split('(').next()).filter(is_pain).collect();
    assert_eq!(rows, tests);
    assert_eq!(tests.len(), 18);
}
