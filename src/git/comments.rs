//! Allow comments of HEAD that allow nothing, for scans of history that see no files.

use git2::Repository;
use memchr::memmem;
use rayon::prelude::*;

use super::{Head, loose, objects};
use crate::judge::allow::MARKER;
use crate::source::Scan;

/// Looks through the files of HEAD and hands such comments over to the scan's collector. `prefix` is put before every path. Only
/// files that have a comment are searched. What cannot be read is an error of the scan already.
pub fn unused(scan: &Scan<'_>, repository: &Repository, prefix: &str) {
    let files = Head::new(repository).files();
    let path = repository.path().to_owned();
    scan.pool.install(|| {
        files.par_iter().with_max_len(16).for_each_init(
            || super::reopen(&path),
            |handle, (id, path)| {
                let checked = |repository| loose::check(repository, *id).and_then(|()| repository.find_blob(*id)).ok();
                let blob = handle.as_ref().ok().and_then(checked);
                let path = format!("{prefix}{}", String::from_utf8_lossy(path));
                if blob.is_some_and(|blob| memmem::find(blob.content(), MARKER.as_bytes()).is_some())
                    && let Some(matches) = objects::details(handle, None, *id, scan, &path)
                {
                    scan.collector.idle(&path, matches.idle);
                }
            },
        );
    });
}
