//! Imports only point down. The table is DESIGN.md's order; the list of exceptions is what is not so today. A new import that
//! points up fails, and so does an exception that is no longer needed.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// From the bottom to the top: a module may import itself, those of its own line's number or less are those before it.
/// Modules in one line are of one layer and do not import each other.
const LAYERS: &[&[&str]] = &[
    &["named", "subprocess"],
    &["position", "secret", "line_hash"],
    &["rules"],
    &["detect"],
    &["origin", "fingerprint"],
    &["finding"],
    &["suppression"],
    &["baseline"],
    &["report"],
    &["judge"],
    &["search"],
    &["config"],
    &["collect"],
    &["git"],
    &["source"],
    &["scan"],
    &["plan"],
    &["ci", "hook"],
    &["cli"],
    &["settings"],
    &["commands"],
    &["main"],
];

/// What may import `report`: the outcome of a scan is its nouns (counts, reasons, errors), and `commands` writes it.
/// `report` itself stands at the side: it may import nouns and rules alone.
const REPORT_MAY_IMPORT: &[&str] =
    &["named", "position", "secret", "origin", "fingerprint", "finding", "suppression", "rules"];

/// Imports that point up today: (file, module, why).
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("rules/rule.rs", "detect", "a rule names its scanner and its offline check, which are code"),
    ("rules/load.rs", "detect", "the table of built-in rules names scanners and checks"),
    ("rules/examples.rs", "detect", "made-up tokens need valid checksums"),
    ("rules/examples/keys.rs", "detect", "made-up keys need valid checksums"),
    ("rules/examples/tokens.rs", "detect", "made-up tokens need valid checksums"),
    ("rules/lint.rs", "search", "examples run through the real pipeline"),
    ("git/comments.rs", "source", "a scan's context: comments of HEAD are looked for where its files are read"),
    ("git/history.rs", "source", "a scan's context and the decoder: blobs are searched where they are read"),
    ("git/objects.rs", "source", "the same, one blob at a time"),
];

/// Source files with their path below `src`.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&src, &mut files);
    files.sort();
    let name = |p: &Path| p.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
    files.into_iter().map(|p| (name(&p), std::fs::read_to_string(&p).unwrap())).collect()
}

/// The top-level module a file belongs to.
fn module(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// Code without comments and without unit tests, which may import what they like.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap();
    text.lines().map(|l| if l.trim_start().starts_with("//") { "" } else { l }).fold(String::new(), |mut all, l| {
        all.push_str(l);
        all.push('\n');
        all
    })
}

/// Top-level modules named by `crate::module` anywhere in the code.
fn imports(text: &str) -> BTreeSet<String> {
    let code = code(text);
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue; // `$crate::` of a macro is the name of the macro's own home
        }
        let rest = &code[at + "crate::".len()..];
        let grouped = rest.strip_prefix('{').map(|g| g.split_once('}').unwrap().0);
        let names: Vec<&str> = grouped.map_or_else(|| vec![rest], |g| g.split(',').map(str::trim).collect());
        for name in names {
            let name = name.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap();
            // `crate::named_enum!` is a macro of `named`.
            found.insert(if name == "named_enum" { "named".to_owned() } else { name.to_owned() });
        }
    }
    found
}

fn layer(module: &str) -> usize {
    LAYERS
        .iter()
        .position(|l| l.contains(&module))
        .unwrap_or_else(|| panic!("{module} has no layer: add it to the table"))
}

fn is_allowed(from: &str, to: &str) -> bool {
    match (from, to) {
        _ if from == to => true,
        ("report", _) => REPORT_MAY_IMPORT.contains(&to),
        ("lib", _) => true,
        _ => layer(to) < layer(from),
    }
}

fn test_file(file: &str) -> bool {
    file.ends_with("/tests.rs") || file == "tests.rs"
}

#[test]
fn imports_point_down() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    let mut count = 0;
    for (file, text) in sources().iter().filter(|(file, _)| !test_file(file)) {
        for to in imports(text) {
            count += 1;
            match EXCEPTIONS.iter().position(|(f, m, _)| f == file && *m == to) {
                Some(n) if !is_allowed(module(file), &to) => {
                    used.insert(n);
                }
                _ if is_allowed(module(file), &to) => {}
                _ => wrong.push(format!("src/{file} imports crate::{to}")),
            }
        }
    }
    assert!(count > 80, "only {count} imports seen: is the reader broken?");
    assert!(wrong.is_empty(), "imports that point up:\n{}", wrong.join("\n"));
    let unused: Vec<_> = (0..EXCEPTIONS.len()).filter(|n| !used.contains(n)).map(|n| EXCEPTIONS[n]).collect();
    assert!(unused.is_empty(), "exceptions that are no longer needed: {unused:?}");
}

#[test]
fn every_module_has_a_layer() {
    for (file, _) in sources() {
        if file != "lib.rs" {
            layer(module(&file));
        }
    }
}

#[test]
fn super_does_not_leave_a_module() {
    for (file, text) in sources().iter().filter(|(file, _)| !test_file(file)) {
        let depth = file.matches('/').count() + usize::from(!file.ends_with("/mod.rs") && file.contains('/'));
        let deepest = (1..5).rev().find(|n| code(text).contains(&"super::".repeat(*n))).unwrap_or(0);
        assert!(deepest < depth.max(1), "src/{file} reaches above its top-level module with `super::`");
    }
}

/// Text and judgement are pure: no files, processes, clocks or git below the sources.
#[test]
fn pure_layers_touch_nothing() {
    for (file, text) in sources().iter().filter(|(file, _)| !test_file(file)) {
        if ![
            "detect",
            "judge",
            "search",
            "position",
            "secret",
            "line_hash",
            "finding",
            "fingerprint",
            "origin",
            "suppression",
        ]
        .contains(&module(file))
        {
            continue;
        }
        for forbidden in [
            "std::fs",
            "std::net",
            "std::process",
            "std::env",
            "SystemTime",
            "Instant",
            "git2::",
            "std::thread",
            "std::io",
        ] {
            assert!(!code(text).contains(forbidden), "src/{file} uses {forbidden}");
        }
    }
}

/// The one file that starts processes (git, for `ci --deepen` and `hook doctor`), and who may use it.
const SUBPROCESS: (&str, &[&str]) = ("subprocess.rs", &["lib.rs", "ci/deepen.rs", "commands/doctor.rs"]);

#[test]
fn the_network_is_never_used() {
    for (file, text) in sources() {
        let uses = code(&text).contains("subprocess");
        assert!(!uses || SUBPROCESS.0 == file || SUBPROCESS.1.contains(&file.as_str()), "src/{file} starts git");
        if file == SUBPROCESS.0 {
            continue;
        }
        for forbidden in ["std::net", "TcpStream", "UdpSocket", "Command::new", "std::process::Command"] {
            assert!(!code(&text).contains(forbidden), "src/{file} uses {forbidden}");
        }
    }
}
