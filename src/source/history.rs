//! The whole history of a repository: every object once, attribution for those that hold something.

use git2::Repository;

use super::Scan;
use crate::git::{self, GitError};

/// Searches the object database of `repository` and the blobs of its index. `prefix` is put before every path.
pub fn scan(scan: &Scan<'_>, repository: &Repository, prefix: &str) -> Result<(), GitError> {
    if repository.is_shallow() {
        scan.collector.error(
            git::name(repository),
            "the clone is shallow: commits before its boundary were not scanned (`git fetch --unshallow`, or fetch-depth: 0 in \
             actions/checkout)",
        );
    }
    git::history::scan(scan, repository, prefix)
}
