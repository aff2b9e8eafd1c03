//! Prints what the value model measures, one JSON line for each candidate of the files below a folder: what
//! `tools/generic/train.py` fits the model on. Values are printed in the clear: for corpora, not for repositories of one's own.

#![allow(clippy::print_stdout, reason = "this is a program of its own")]

use std::path::{Path, PathBuf};

use spillcheck::detect::Detector;
use spillcheck::judge;
use spillcheck::position::{Positions, Start};
use spillcheck::rules::RuleSet;

fn files(folder: &Path, all: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files(&entry.path(), all)?;
        } else if entry.file_type()?.is_file() {
            all.push(entry.path());
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = std::env::args_os().nth(1).ok_or("usage: signals FOLDER")?;
    let rules = RuleSet::builtin();
    let detector = Detector::new(&rules);
    let mut all = Vec::new();
    files(Path::new(&root), &mut all)?;
    all.sort();
    println!("{}", serde_json::json!({ "signals": judge::SIGNALS }));
    for file in all {
        let text = std::fs::read(&file)?;
        if text.iter().take(8192).any(|b| *b == 0) {
            continue;
        }
        let path = file.strip_prefix(&root)?.to_string_lossy().into_owned();
        let mut found = detector.search(&text);
        found.sort_by_key(|c| (c.secret.start, c.rule, c.anchor));
        let mut positions = Positions::new(&text, Start::default());
        for candidate in found {
            let Some(explained) = judge::explain(&rules, &text, &candidate, &path) else { continue };
            let (start, end) = (positions.of(candidate.secret.start), positions.of(candidate.secret.end));
            let signals: Vec<i16> = explained.signals.iter().map(|s| s.value).collect();
            let line = serde_json::json!({
                "file": path,
                "line": start.line,
                "end_line": end.line,
                "column": start.column.get() - 1,
                "rule": rules.get(candidate.rule).id,
                "value": String::from_utf8_lossy(&text[candidate.secret.clone()]),
                "score": explained.score,
                "most": explained.most,
                "signals": signals,
            });
            println!("{line}");
        }
    }
    Ok(())
}
