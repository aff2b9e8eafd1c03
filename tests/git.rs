//! Repositories built by the tests, with fixed names and dates, scanned by the binary.

#![allow(clippy::unwrap_used)]

#[path = "git/circles.rs"]
mod circles;
#[path = "git/damage.rs"]
mod damage;
#[path = "git/environment.rs"]
mod environment;
#[path = "git/history.rs"]
mod history;
#[path = "git/hostile.rs"]
mod hostile;
#[path = "git/index.rs"]
mod index;
#[path = "git/indexes.rs"]
mod indexes;
#[path = "git/interrupt.rs"]
mod interrupt;
#[path = "git/kinds.rs"]
mod kinds;
#[path = "git/layout.rs"]
mod layout;
#[cfg(unix)]
#[path = "git/owners.rs"]
mod owners;
#[path = "git/packs.rs"]
mod packs;
#[path = "git/progress.rs"]
mod progress;
#[path = "git/properties.rs"]
mod properties;
#[path = "git/range.rs"]
mod range;
#[path = "git/refs.rs"]
mod refs;
#[path = "git/regressions.rs"]
mod regressions;
#[path = "git/repositories.rs"]
mod repositories;
#[path = "git/selection.rs"]
mod selection;
#[path = "git/staged.rs"]
mod staged;
#[path = "git/storage.rs"]
mod storage;
mod support;
#[path = "git/thin.rs"]
mod thin;
#[path = "git/worktree.rs"]
mod worktree;

use std::path::Path;

use support::{Repo, Run, github, holding, scan};

/// Files and history.
fn both(path: &Path) -> Run {
    scan(path, ["-f", "jsonl", "--reveal"])
}

/// History alone.
fn history_of(path: &Path) -> Run {
    scan(path, ["-f", "jsonl", "--reveal", "--history-only"])
}

/// History alone, every version searched in full.
fn full(path: &Path) -> Run {
    scan(path, ["-f", "jsonl", "--reveal", "--history-only", "--full-search"])
}

/// Files alone.
fn files_of(path: &Path) -> Run {
    scan(path, ["-f", "jsonl", "--reveal", "--no-history"])
}

/// Text that does not compress well, so that a pack has a long middle.
fn noise(seed: u64) -> String {
    crate::support::expand_text("{{base62:8000}}", seed).as_bytes().chunks(60).fold(String::new(), |mut text, line| {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
        text
    })
}

/// A repository with secrets in a file deleted from history, in one of HEAD, and one more in the working tree.
fn three_places() -> (Repo, [String; 3]) {
    let (repo, secrets) = (Repo::new(), [github(60), github(61), github(62)]);
    for n in 0..12 {
        repo.write(format!("noise/{n}.txt"), noise(n));
    }
    repo.commit_file("gone.env", holding(&secrets[0]));
    repo.remove("gone.env").commit_file("head.env", holding(&secrets[1]));
    repo.write("untracked.env", holding(&secrets[2]));
    (repo, secrets)
}
