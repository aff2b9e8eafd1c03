//! Repositories built by the tests, with fixed names and dates, scanned by the binary.

#![allow(clippy::unwrap_used)]

#[path = "git/damage.rs"]
mod damage;
#[path = "git/history.rs"]
mod history;
#[path = "git/hostile.rs"]
mod hostile;
#[path = "git/kinds.rs"]
mod kinds;
#[path = "git/range.rs"]
mod range;
#[path = "git/refs.rs"]
mod refs;
#[path = "git/regressions.rs"]
mod regressions;
#[path = "git/staged.rs"]
mod staged;
mod support;
#[path = "git/worktree.rs"]
mod worktree;

use std::path::Path;

use support::{Run, scan};

/// Files and history.
fn both(path: &Path) -> Run {
    scan(path, ["-f", "jsonl", "--reveal"])
}

/// History alone.
fn history_of(path: &Path) -> Run {
    scan(path, ["-f", "jsonl", "--reveal", "--history-only"])
}

/// Files alone.
fn files_of(path: &Path) -> Run {
    scan(path, ["-f", "jsonl", "--reveal", "--no-history"])
}

/// A file that holds `secret` in line 2, column 7.
fn holding(secret: &str) -> String {
    format!("# settings\ntoken={secret}\nport=80\n")
}
