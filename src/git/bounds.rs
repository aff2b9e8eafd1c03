//! Whether libgit2 may read the packs of a repository: it goes wherever an index sends it, beyond the end of the pack, too
//! (`git_packfile_unpack_header` in 1.9.7), and crashes there; and it follows deltas that form a circle until memory is used up.

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use git2::Repository;
use gix_pack::{index, multi_index};

use super::GitError;
use super::forest::Forest;
use super::pack::Pack;
use super::store::object_folders;

/// Bytes of the sum at the end of a pack: no object begins there (gitformat-pack(5)).
const SUM: u64 = 20;

/// How an index of several packs begins that libgit2 reads: version 1, ids of SHA-1.
const TAKEN: &[u8; 6] = b"MIDX\x01\x01";

/// Larger packs are not looked through for circles before commits are walked: that would read all of a pack for a few commits.
const LARGEST: u64 = 128 << 20;

/// Indexes that were looked at and stay within their packs: one of a pack is never written again under its name.
static WITHIN: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);

/// Looks at the offsets in all indexes of packs of `repository`, those of single packs once in the life of the process: a
/// few bytes read for each object.
///
/// # Errors
/// [`GitError::Unreadable`] names the first index that leads out of a pack, or is too damaged to tell.
pub(super) fn check(repository: &Repository) -> Result<(), GitError> {
    for folder in object_folders(repository, |_, _| {}) {
        let folder = folder.join("pack");
        let files = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let known = |index: &PathBuf| within().contains(index);
        // libgit2 has no use for an index without a pack.
        let mut indexes = files
            .filter(|path| path.extension().is_some_and(|e| e == "pack"))
            .map(|pack| pack.with_extension("idx"))
            .filter(|index| index.exists() && !known(index));
        let all = folder.join("multi-pack-index");
        let remedy = if leads_out_of_one(&all) {
            Some((all, "`git multi-pack-index write` makes a new one"))
        } else {
            indexes.find(|index| leads_out(index)).map(|index| (index, "`git index-pack` makes a new one"))
        };
        if let Some((index, remedy)) = remedy {
            let problem = format!(
                "its commits cannot be walked: the index {} is damaged or leads beyond the end of a pack ({remedy})",
                index.display()
            );
            return Err(GitError::unreadable(repository, problem));
        }
    }
    Ok(())
}

/// Looks for deltas in a circle in packs of up to 128 MiB.
///
/// # Errors
/// [`GitError::Unreadable`] names the first pack that has some.
pub(super) fn check_circles(repository: &Repository) -> Result<(), GitError> {
    for folder in object_folders(repository, |_, _| {}) {
        let files = fs::read_dir(folder.join("pack")).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut packs = files.filter(|path| path.extension().is_some_and(|e| e == "pack"));
        if let Some(pack) = packs.find(|pack| end(pack).is_some_and(|end| end <= LARGEST) && has_circle(pack)) {
            return Err(circle(repository, &pack));
        }
    }
    Ok(())
}

/// What is said of a pack with deltas in a circle.
pub(super) fn circle(repository: &Repository, pack: &Path) -> GitError {
    let problem = format!("its commits cannot be walked: in {} deltas form a circle", pack.display());
    GitError::unreadable(repository, problem)
}

/// A pack that cannot be opened is an error elsewhere.
fn has_circle(pack: &Path) -> bool {
    Pack::open(pack).is_ok_and(|mut pack| {
        pack.list(|place| place);
        Forest::new(&pack).has_circle()
    })
}

fn within() -> MutexGuard<'static, HashSet<PathBuf>> {
    // A set is whole between two calls, whoever panicked.
    WITHIN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the last object of a pack ends.
fn end(pack: &Path) -> Option<u64> {
    fs::metadata(pack).ok().map(|file| file.len().saturating_sub(SUM))
}

/// Whether the index of a pack has an object that begins beyond the end. One that is damaged may, for libgit2 asks less of it.
fn leads_out(path: &Path) -> bool {
    let index = index::File::at(path, gix_hash::Kind::Sha1);
    let (Ok(index), Some(end)) = (index, end(&path.with_extension("pack"))) else { return true };
    let leads_out = (0..index.num_objects()).any(|n| index.pack_offset_at_index(n) >= end);
    if !leads_out {
        within().insert(path.to_owned());
    }
    leads_out
}

/// The same for the index of several packs, if there is one that libgit2 takes for such.
fn leads_out_of_one(path: &Path) -> bool {
    let mut head = [0; TAKEN.len()];
    if fs::File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_err() || head != *TAKEN {
        return false;
    }
    let Ok(index) = multi_index::File::at(path, None) else { return true };
    // A pack that is gone is not read.
    let packs = index.index_names().iter().map(|name| end(&path.with_file_name(name).with_extension("pack")));
    let ends: Vec<u64> = packs.map(|end| end.unwrap_or(u64::MAX)).collect();
    let is_within = |n| {
        let place = index.pack_id_and_pack_offset_at_index(n);
        place.is_ok_and(|(pack, offset)| ends.get(pack as usize).is_some_and(|end| offset < *end))
    };
    !(0..index.num_objects()).all(is_within)
}
