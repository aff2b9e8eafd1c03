//! Every blob of an object database, searched once.

use std::collections::HashSet;

use git2::{ObjectType, Oid, Repository};
use rayon::prelude::*;

use super::GitError;
use crate::report::SkipReason;
use crate::search::Matches;
use crate::source::{Scan, decode};

/// What one blob holds.
pub struct BlobMatches {
    /// The blob.
    pub id: Oid,
    /// What was found in it; never empty.
    pub matches: Matches,
}

/// The result of [`search_blobs`].
pub struct Searched {
    /// Blobs that hold something, sorted by id.
    pub blobs: Vec<BlobMatches>,
    /// All objects there are, of any type: what a reachable object must be one of.
    pub present: HashSet<Oid>,
}

/// Searches every blob of the repository's object database once, in parallel, reachable or not. Objects that cannot be read
/// are errors of the scan.
pub fn search_blobs(repository: &Repository, scan: &Scan<'_>) -> Result<Searched, GitError> {
    let name = super::name(repository);
    let fail = |error: git2::Error| GitError::Other(format!("{name}: cannot list objects: {}", error.message()));
    let odb = repository.odb().map_err(fail)?;
    let mut ids: Vec<Oid> = Vec::new();
    odb.foreach(|id| {
        ids.push(*id);
        true
    })
    .map_err(fail)?;
    let path = repository.path().to_owned();
    let search = |handle: &mut Result<Repository, git2::Error>, id: &Oid| match handle {
        Ok(own) => search_one(own, *id, scan, &name),
        Err(error) => {
            scan.collector.error(name.clone(), cannot_open(error));
            None
        }
    };
    let mut blobs: Vec<BlobMatches> = scan.pool.install(|| {
        // A libgit2 handle serves one thread at a time.
        ids.par_iter().with_max_len(64).map_init(|| Repository::open(&path), search).flatten().collect()
    });
    blobs.sort_by_key(|b| b.id);
    // An object in two packs is listed twice.
    blobs.dedup_by_key(|b| b.id);
    Ok(Searched { blobs, present: ids.into_iter().collect() })
}

fn search_one(repository: &Repository, id: Oid, scan: &Scan<'_>, name: &str) -> Option<BlobMatches> {
    if scan.collector.is_cancelled() {
        return None;
    }
    let unreadable = |error: git2::Error| {
        scan.collector.error(format!("{name}: object {id}"), format!("cannot be read: {}", error.message()));
    };
    let odb = repository.odb().map_err(unreadable).ok()?;
    let (size, kind) = odb.read_header(id).map_err(unreadable).ok()?;
    if kind != ObjectType::Blob {
        return None;
    }
    let matches = search_blob(&odb, id, size as u64, scan).map_err(unreadable).ok()?;
    (!matches.found.is_empty() || !matches.dropped.is_empty()).then_some(BlobMatches { id, matches })
}

fn cannot_open(error: &git2::Error) -> String {
    format!("cannot open git repository: {}", error.message())
}

/// Searches the blob `id` with a worker's own `handle`. A blob that cannot be read is an error of the scan.
pub fn read_and_search(handle: &Result<Repository, git2::Error>, id: Oid, scan: &Scan<'_>) -> Matches {
    let read = |repository: &Repository| {
        let odb = repository.odb()?;
        let (size, _) = odb.read_header(id)?;
        search_blob(&odb, id, size as u64, scan)
    };
    let problem = match handle {
        Ok(repository) => match read(repository) {
            Ok(matches) => return matches,
            Err(error) => format!("cannot be read: {}", error.message()),
        },
        Err(error) => cannot_open(error),
    };
    scan.collector.error(format!("object {id}"), problem);
    Matches::default()
}

/// Searches one blob of known size.
fn search_blob(odb: &git2::Odb<'_>, id: Oid, size: u64, scan: &Scan<'_>) -> Result<Matches, git2::Error> {
    if scan.max_file_size.is_some_and(|max| size > max) {
        scan.collector.skip(SkipReason::TooLarge);
        return Ok(Matches::default());
    }
    let object = odb.read(id)?;
    match decode::text(object.data()) {
        Some(text) => {
            scan.collector.blob(size);
            Ok(scan.searcher.search(&text))
        }
        None => {
            scan.collector.skip(SkipReason::Binary);
            Ok(Matches::default())
        }
    }
}
