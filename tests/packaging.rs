//! The packaging files: the pre-commit hooks and the GitHub Action do with the real program what they say they do.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "packaging/action.rs"]
mod action;
#[path = "packaging/container.rs"]
mod container;
#[path = "packaging/events.rs"]
mod events;
#[path = "packaging/hooks.rs"]
mod hooks;
#[path = "packaging/lint.rs"]
mod lint;
#[path = "packaging/recorded.rs"]
mod recorded;
#[path = "packaging/repository.rs"]
mod repository;
#[path = "packaging/runner.rs"]
mod runner;
mod support;

const BINARY: &str = env!("CARGO_BIN_EXE_spillcheck");

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path.as_ref()).unwrap_or_else(|e| panic!("{}: {e}", path.as_ref().display()))
}

/// A line of a file with a made-up token in it. The token is made at run time: no file of this repository holds one.
fn leak(seed: u64) -> String {
    spillcheck::rules::examples::expand("TOKEN=«{{github:ghp_}}»\n", seed).unwrap().text
}

/// Reads the part of YAML the hooks file is written in: a list of flat mappings of plain words. Everything else is an error.
fn flat_list(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut list: Vec<BTreeMap<String, String>> = Vec::new();
    for line in text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
        let entry = match line.strip_prefix("- ") {
            Some(rest) => {
                list.push(BTreeMap::new());
                rest
            }
            None => line.strip_prefix("  ").unwrap_or_else(|| panic!("not part of a flat list: {line}")),
        };
        let (key, value) = entry.split_once(": ").unwrap_or_else(|| panic!("no key and value: {line}"));
        assert!(!key.starts_with(' ') && !value.contains([':', '#', '\'', '"', '{']), "not plain: {line}");
        let before = list.last_mut().unwrap().insert(key.to_owned(), value.to_owned());
        assert_eq!(before, None, "{key} is given twice");
    }
    list
}
