//! Whether libgit2 may read the packs of a repository: it goes wherever an index sends it, beyond the end of the pack, too
//! (`git_packfile_unpack_header` in 1.9.7).

use std::fs;
use std::path::Path;

use git2::Repository;

use super::GitError;
use super::store::object_folders;

/// Bytes of the sum at the end of a pack: no object begins there (gitformat-pack(5)).
const SUM: u64 = 20;

/// Looks at the offsets in the indexes of all packs of `repository`: a few bytes read for each object.
///
/// # Errors
/// [`GitError::Unreadable`] names the first pack with an index that leads out of it.
pub(super) fn check(repository: &Repository) -> Result<(), GitError> {
    for folder in object_folders(repository, |_, _| {}) {
        let files = fs::read_dir(folder.join("pack")).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut packs = files.filter(|path| path.extension().is_some_and(|e| e == "pack"));
        if let Some(pack) = packs.find(|pack| leads_out(pack)) {
            let problem = format!(
                "its commits cannot be walked: the index of {} leads beyond its end (`git index-pack` makes a new one)",
                pack.display()
            );
            return Err(GitError::unreadable(repository, problem));
        }
    }
    Ok(())
}

/// Whether the index of a pack has an object that begins beyond the end. One that cannot be opened is none to libgit2 either.
fn leads_out(pack: &Path) -> bool {
    let index = gix_pack::index::File::at(pack.with_extension("idx"), gix_hash::Kind::Sha1);
    let (Ok(index), Ok(pack)) = (index, fs::metadata(pack)) else { return false };
    let end = pack.len().saturating_sub(SUM);
    (0..index.num_objects()).any(|n| index.pack_offset_at_index(n) >= end)
}
