//! The whole history of a repository: every object once, attribution for those that hold something.

use git2::Repository;

use super::Scan;
use crate::git;

/// Searches the object database of `repository`, of which so many objects were `announced`, and the blobs of its index.
/// `prefix` is put before every path.
pub fn scan(scan: &Scan<'_>, repository: &Repository, prefix: &str, announced: u64) {
    if repository.is_shallow() {
        scan.collector.error(
            git::name(repository),
            "the clone is shallow: commits before its boundary were not scanned (`git fetch --unshallow`, or fetch-depth: 0 in \
             actions/checkout)",
        );
    }
    git::history::scan(scan, repository, prefix, announced);
}
