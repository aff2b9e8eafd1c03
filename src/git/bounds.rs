//! Whether libgit2 may read the packs of a repository: it goes wherever an index sends it, beyond the end of the pack, too
//! (`git_packfile_unpack_header` in 1.9.7), and crashes there; and it follows deltas that form a circle until memory is used up.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use git2::{Oid, Repository};
use gix_pack::data::entry::Header;
use gix_pack::{data, index, multi_index};

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

/// The packs of repositories of which single objects are looked at, by git folder.
static CHAINED: LazyLock<Mutex<HashMap<PathBuf, Arc<Vec<Chained>>>>> = LazyLock::new(Mutex::default);

/// What a header has for the type of a delta that names its base by id (gitformat-pack(5)).
const REF_DELTA: u8 = 7;

/// Looks at the offsets in all indexes of packs of `repository`, those of single packs once in the life of the process: a
/// few bytes read for each object.
///
/// # Errors
/// [`GitError::Unreadable`] names the first index that leads out of a pack, or is too damaged to tell.
pub(super) fn check(repository: &Repository) -> Result<(), GitError> {
    for folder in object_folders(repository, |_, _| {}) {
        let known = |index: &PathBuf| lock(&WITHIN).contains(index);
        // libgit2 has no use for an index without a pack.
        let mut indexes =
            packs(&folder).map(|pack| pack.with_extension("idx")).filter(|index| index.exists() && !known(index));
        let all = folder.join("pack/multi-pack-index");
        let remedy = if leads_out_of_one(&all) {
            Some((all, "`git multi-pack-index write` makes a new one"))
        } else {
            indexes.find(|index| leads_out(index)).map(|index| (index, "`git index-pack` makes a new one"))
        };
        if let Some((index, remedy)) = remedy {
            let problem =
                format!("the index {} is damaged or leads beyond the end of a pack ({remedy})", index.display());
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
        let mut packs = packs(&folder);
        // A base at a distance lies before what is made from it: deltas in a circle name bases.
        let may_have = |pack: &PathBuf| {
            end(pack).is_some_and(|end| end <= LARGEST) && Chained::open(pack).is_some_and(|pack| pack.names_a_base())
        };
        if let Some(pack) = packs.find(|pack| may_have(pack) && has_circle(pack)) {
            return Err(circle(repository, &pack));
        }
    }
    Ok(())
}

/// Looks whether an object is made from itself in one of the packs that were there when this was first asked of the repository.
///
/// # Errors
/// One that says so, for those who were about to have libgit2 read the object.
pub(super) fn check_chain(repository: &Repository, id: Oid) -> Result<(), git2::Error> {
    let open = || {
        let folders = object_folders(repository, |_, _| {});
        Arc::new(folders.iter().flat_map(|folder| packs(folder)).filter_map(|pack| Chained::open(&pack)).collect())
    };
    let packs = Arc::clone(lock(&CHAINED).entry(repository.path().to_owned()).or_insert_with(open));
    if packs.iter().any(|pack| pack.is_made_from_itself(id)) {
        return Err(git2::Error::from_str(&format!("object {id} is made from itself: its deltas form a circle")));
    }
    Ok(())
}

/// A pack whose objects are looked at without listing all of them.
struct Chained {
    data: data::File,
    index: index::File,
}

impl Chained {
    /// A pack that cannot be opened is an error elsewhere.
    fn open(pack: &Path) -> Option<Self> {
        let index = index::File::at(pack.with_extension("idx"), gix_hash::Kind::Sha1).ok()?;
        Some(Self { data: data::File::at(pack, gix_hash::Kind::Sha1).ok()?, index })
    }

    /// Whether some object is stored as a change of one that it names by id.
    fn names_a_base(&self) -> bool {
        let mut offsets: Vec<u64> = (0..self.index.num_objects()).map(|n| self.index.pack_offset_at_index(n)).collect();
        // In their order, which memory likes.
        offsets.sort_unstable();
        let first_byte = |at: u64| self.data.entry_slice(at..at.checked_add(1)?).and_then(|bytes| bytes.first());
        offsets.into_iter().filter_map(first_byte).any(|byte| byte >> 4 & 7 == REF_DELTA)
    }

    fn is_made_from_itself(&self, id: Oid) -> bool {
        let find = |id: &gix_hash::oid| self.index.lookup(id).map(|at| self.index.pack_offset_at_index(at));
        let mut next = gix_hash::oid::try_from_bytes(id.as_bytes()).ok().and_then(find);
        // No chain has more parts than there are objects.
        for _ in 0..self.index.num_objects() {
            let Some(at) = next.filter(|at| *at < self.data.pack_end() as u64) else { return false };
            next = match self.data.entry(at).map(|entry| entry.header) {
                Ok(Header::OfsDelta { base_distance }) => at.checked_sub(base_distance),
                Ok(Header::RefDelta { base_id }) => find(&base_id),
                _ => return false,
            };
        }
        next.is_some()
    }
}

/// The packs in a folder of objects.
fn packs(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let files = fs::read_dir(folder.join("pack")).into_iter().flatten().flatten().map(|entry| entry.path());
    files.filter(|path| path.extension().is_some_and(|e| e == "pack"))
}

/// What is said of a pack with deltas in a circle.
pub(super) fn circle(repository: &Repository, pack: &Path) -> GitError {
    GitError::unreadable(repository, format!("in {} deltas form a circle", pack.display()))
}

/// A pack that cannot be opened is an error elsewhere.
fn has_circle(pack: &Path) -> bool {
    Pack::open(pack).is_ok_and(|mut pack| {
        pack.list(|place| place);
        Forest::new(&pack).has_circle()
    })
}

fn lock<T>(known: &'static Mutex<T>) -> MutexGuard<'static, T> {
    // Sets and maps are whole between two calls, whoever panicked.
    known.lock().unwrap_or_else(PoisonError::into_inner)
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
        lock(&WITHIN).insert(path.to_owned());
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
