//! The whole history of a repository: every blob once, attribution for those that hold something.

use std::collections::HashSet;
use std::sync::Arc;

use git2::{Oid, Repository};

use super::Scan;
use crate::git::{self, GitError};
use crate::origin::Origin;
use crate::report::SkipReason;

/// Searches the object database of `repository` and the blobs of its index. `prefix` is put before every path.
pub fn scan(scan: &Scan<'_>, repository: &Repository, prefix: &str) -> Result<(), GitError> {
    let name = git::name(repository);
    if repository.is_shallow() {
        scan.collector.error(
            name.clone(),
            "the clone is shallow: commits before its boundary were not scanned (`git fetch --unshallow`, or fetch-depth: 0 in actions/checkout)",
        );
    }
    let searched = git::search_blobs(repository, scan)?;
    let wanted: HashSet<Oid> = searched.blobs.iter().map(|b| b.id).collect();
    let attribution = git::attribute(repository, &wanted, &searched.present, scan.collector)?;
    scan.collector.commits(attribution.commits);
    let staged = staged_paths(repository, scan, &wanted);
    for blob in searched.blobs {
        let mut origins: Vec<Origin> = Vec::new();
        for appearance in attribution.appearances.get(&blob.id).into_iter().flatten() {
            origins.push(Origin::Commit {
                path: prefixed(prefix, &appearance.path),
                commit: Arc::clone(&appearance.commit),
                in_head: appearance.in_head,
            });
        }
        if origins.is_empty() {
            origins.extend(
                staged
                    .iter()
                    .filter(|(id, _)| *id == blob.id)
                    .map(|(_, path)| Origin::Staged { path: prefixed(prefix, path) }),
            );
        }
        if origins.is_empty() {
            origins.push(unreachable(prefix, blob.id));
        }
        // What came to nothing is counted once for the blob, whatever its places.
        scan.collector.dropped(&blob.matches.dropped);
        for origin in &origins {
            let found = blob.matches.found.clone();
            scan.collector.matches(origin, crate::search::Matches { found, dropped: Vec::new() });
        }
    }
    Ok(())
}

fn prefixed(prefix: &str, path: &str) -> Arc<str> {
    if prefix.is_empty() { path.into() } else { format!("{prefix}{path}").into() }
}

/// A blob that no ref reaches and no index names: left over from a deleted branch, an amended commit or a dropped stash, and
/// still published by anything that copies the repository's files.
fn unreachable(prefix: &str, id: Oid) -> Origin {
    Origin::Object { path: prefixed(prefix, &format!("<unreachable blob {id}>")) }
}

/// Index entries whose blob is wanted. Submodules are counted as skipped.
fn staged_paths(repository: &Repository, scan: &Scan<'_>, wanted: &HashSet<Oid>) -> Vec<(Oid, String)> {
    let index = match repository.index() {
        Ok(index) => index,
        Err(_) if repository.is_bare() => return Vec::new(),
        Err(error) => {
            scan.collector.error(git::name(repository), format!("cannot read the index: {}", error.message()));
            return Vec::new();
        }
    };
    let mut staged = Vec::new();
    for entry in index.iter() {
        if entry.mode == 0o160_000 {
            scan.collector.skip(SkipReason::Submodule);
        } else if wanted.contains(&entry.id) {
            staged.push((entry.id, String::from_utf8_lossy(&entry.path).into_owned()));
        }
    }
    staged
}
