//! Allow comments of HEAD that allow nothing, for scans of history that see no files.

use std::path::Path;

use git2::{ObjectType, Oid, Repository, TreeWalkMode, TreeWalkResult};
use memchr::memmem;
use rayon::prelude::*;

use super::objects;
use crate::judge::allow::MARKER;
use crate::source::Scan;

/// Looks through the files of HEAD and hands such comments over to the scan's collector. `prefix` is put before every path. Only
/// files that have a comment are searched. What cannot be read is an error of the scan already.
pub fn unused(scan: &Scan<'_>, repository: &Repository, prefix: &str) {
    if super::loose::check_all(repository).is_err() {
        return;
    }
    let Some(tree) = repository.head().ok().and_then(|head| head.peel_to_tree().ok()) else { return };
    let mut files: Vec<(Oid, String)> = Vec::new();
    let _ = tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
        if entry.kind() == Some(ObjectType::Blob) {
            let path = Path::new(folder).join(String::from_utf8_lossy(entry.name_bytes()).as_ref());
            files.push((entry.id(), format!("{prefix}{}", path.to_string_lossy())));
        }
        TreeWalkResult::Ok
    });
    let path = repository.path().to_owned();
    scan.pool.install(|| {
        files.par_iter().with_max_len(16).for_each_init(
            || super::reopen(&path),
            |handle, (id, path)| {
                let blob = handle.as_ref().ok().and_then(|repository| repository.find_blob(*id).ok());
                if blob.is_some_and(|blob| memmem::find(blob.content(), MARKER.as_bytes()).is_some())
                    && let Some(matches) = objects::details(handle, None, *id, scan, path)
                {
                    scan.collector.idle(path, matches.idle);
                }
            },
        );
    });
}
