//! What the integration tests share: a runner for the binary, a builder of repositories and made-up secrets.

// Every test binary compiles this module and uses a part of it.
#![allow(dead_code, unused_imports, unreachable_pub, clippy::unwrap_used)]

pub mod pack;
mod repo;
mod run;
mod secrets;
pub mod tools;

pub use repo::{Repo, git_at};
pub use run::{Found, Run, Spillcheck, scan};
pub use secrets::{Planted, embedded, expand, expand_text, github, password, pem};

use std::path::Path;

/// No object: what git writes for a ref that is not there.
pub const ZERO: &str = "0000000000000000000000000000000000000000";

/// A file that holds `secret` in line 2, column 7.
pub fn holding(secret: &str) -> String {
    format!("# settings\ntoken={secret}\nport=80\n")
}

/// The paths of all findings, sorted.
pub fn paths(run: &Run) -> Vec<String> {
    let mut paths: Vec<String> = run.findings().iter().flat_map(Found::paths).collect();
    paths.sort();
    paths
}

/// Writes `bytes` to `root/path` and makes the folders it needs.
pub fn write(root: &Path, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}

/// An empty folder that goes away with the value.
pub fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("spillcheck-test-").tempdir().unwrap()
}
