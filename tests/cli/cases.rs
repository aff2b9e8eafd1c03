//! Runs the cases of `tests/cli/*.toml`. Every text may hold the templates of rule examples (`{{github:ghp_}}`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::support::{Repo, Spillcheck, expand_text, folder, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    args: Vec<String>,
    /// The folder it runs in, from the one of the files.
    #[serde(default)]
    dir: String,
    code: i32,
    /// Path and text of the files to scan.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Git commands, run in order after the files are there; the folder becomes a repository.
    #[serde(default)]
    git: Vec<Vec<String>>,
    #[serde(default)]
    stdin: Option<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    stdout: Vec<String>,
    #[serde(default)]
    stdout_not: Vec<String>,
    #[serde(default)]
    stderr: Vec<String>,
    #[serde(default)]
    stderr_not: Vec<String>,
    /// Files there are afterwards, with a piece of their text.
    #[serde(default)]
    written: BTreeMap<String, String>,
    /// Files there must not be.
    #[serde(default)]
    absent: Vec<String>,
}

fn read(path: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(path).unwrap();
    let cases: Cases = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    cases.case
}

/// What is wrong with how a case went, or nothing.
fn problems(case: &Case) -> Vec<String> {
    let (repo, plain) = (Repo::new(), folder());
    let root: PathBuf = if case.git.is_empty() { plain.path().to_owned() } else { repo.path().to_owned() };
    for (path, text) in &case.files {
        write(&root, path, expand_text(text, 1));
    }
    for command in &case.git {
        repo.git(command);
    }
    let mut run = Spillcheck::new(&root.join(&case.dir)).args(&case.args);
    for (name, value) in &case.env {
        run = run.env(name, value);
    }
    if let Some(text) = &case.stdin {
        run = run.stdin(expand_text(text, 1));
    }
    let run = run.run();
    let (out, err) = (run.out(), run.err());
    let mut wrong = Vec::new();
    if run.code != Some(case.code) {
        wrong.push(format!("exit code {:?}, expected {}", run.code, case.code));
    }
    let mut check = |name: &str, text: &str, parts: &[String], wanted: bool| {
        for part in parts.iter().map(|p| expand_text(p, 1)).filter(|p| text.contains(p.as_str()) != wanted) {
            wrong.push(format!("{name} {} {part:?}", if wanted { "lacks" } else { "holds" }));
        }
    };
    check("stdout", &out, &case.stdout, true);
    check("stdout", &out, &case.stdout_not, false);
    check("stderr", &err, &case.stderr, true);
    check("stderr", &err, &case.stderr_not, false);
    check("stderr", &err, &["internal error".to_owned()], false);
    for (path, part) in &case.written {
        match std::fs::read_to_string(root.join(path)) {
            Ok(text) => check(path, &text, std::slice::from_ref(part), true),
            Err(e) => check(path, &e.to_string(), &["(a file)".to_owned()], true),
        }
    }
    for path in case.absent.iter().filter(|p| root.join(p).exists()) {
        check(path, "it exists", &["(no file)".to_owned()], true);
    }
    if !wrong.is_empty() {
        wrong.push(format!("--- stdout\n{out}\n--- stderr\n{err}"));
    }
    wrong
}

/// The files of cases; each has a test of its own.
const FILES: [&str; 8] = [
    "allow.toml",
    "config.toml",
    "explain.toml",
    "import.toml",
    "reports.toml",
    "rules.toml",
    "scan.toml",
    "usage.toml",
];

fn run_file(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli").join(name);
    let cases = read(&path);
    assert!(!cases.is_empty());
    let mut failed = Vec::new();
    for case in &cases {
        let wrong = problems(case);
        if !wrong.is_empty() {
            failed.push(format!("{name}: {:?} {:?}\n  {}", case.name, case.args, wrong.join("\n  ")));
        }
    }
    assert!(failed.is_empty(), "{} of {} cases:\n{}", failed.len(), cases.len(), failed.join("\n"));
}

#[test]
fn allow() {
    run_file("allow.toml");
}

#[test]
fn config() {
    run_file("config.toml");
}

#[test]
fn import() {
    run_file("import.toml");
}

#[test]
fn explain() {
    run_file("explain.toml");
}

#[test]
fn scan() {
    run_file("scan.toml");
}

#[test]
fn reports() {
    run_file("reports.toml");
}

#[test]
fn rules() {
    run_file("rules.toml");
}

#[test]
fn usage() {
    run_file("usage.toml");
}

#[test]
fn every_file_of_cases_is_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|n| n.ends_with(".toml"));
    names.sort();
    assert_eq!(names, FILES);
}

#[test]
fn an_unknown_key_of_a_case_is_an_error() {
    let case = "[[case]]\nname = \"x\"\nargs = []\ncode = 0\n";
    assert!(toml::from_str::<Cases>(case).is_ok());
    let error = toml::from_str::<Cases>(&format!("{case}sdtout = [\"x\"]\n")).err().unwrap();
    assert!(error.message().contains("sdtout"), "{error}");
}

#[test]
fn a_case_that_does_not_hold_is_told() {
    let case = "name = \"x\"\nargs = [\"--version\"]\ncode = 1\nstdout = [\"nope\"]\nstdout_not = [\"spillcheck\"]\nabsent = [\"a\"]\n\
                [files]\na = \"\"\n[written]\nb = \"x\"\n";
    assert_eq!(problems(&toml::from_str(case).unwrap()).len(), 6);
}

/// Every flag of `scan` is in some case (or in a test of its own), so that none is forgotten.
#[test]
fn every_flag_is_covered() {
    let help = Spillcheck::new(Path::new("/")).args(["scan", "--help"]).run().out();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let cases: String = FILES.iter().map(|n| std::fs::read_to_string(folder.join(n)).unwrap()).collect();
    let flags: Vec<&str> = help
        .lines()
        .filter(|l| l.trim_start().starts_with('-'))
        .filter_map(|l| l.split([' ', ',']).find(|w| w.starts_with("--")))
        .collect();
    assert!(flags.len() > 15, "{flags:?}");
    let missing: Vec<_> = flags.iter().filter(|f| !cases.contains(&format!("\"{f}"))).collect();
    assert!(missing.is_empty(), "no case uses {missing:?}");
}
