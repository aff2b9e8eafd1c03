//! Every blob, commit message and tag message of an object database, searched once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use git2::{ObjectType, Oid, Repository};
use rayon::prelude::*;

use super::bounds;
use super::forest::{Forest, Kind};
use super::holdings::Holdings;
use super::loose;
use super::store::Store;
use super::thin;
use super::walk::{self, Limits, Visitor};
use crate::collect::Collector;
use crate::report::SkipReason;
use crate::search::{Matches, Piece, Seen};
use crate::source::decode::{self, Encoding, PROBE};
use crate::source::{History, INTERNAL_ERROR, Scan};

/// Searches the objects of `store`, reachable or not. An object that cannot be read is an error of the scan.
pub(super) fn search(repository: &Repository, store: &Store, forests: &[Forest<'_>], scan: &Scan<'_>) -> Holdings {
    const KINDS: [Kind; 3] = [Kind::Blob, Kind::Commit, Kind::Tag];
    let name = super::name(repository);
    let mut total = Holdings::default();
    let rest = rest(store, forests, scan, &name);
    let in_walks: u64 = forests.iter().flat_map(|f| KINDS.map(|kind| f.count(kind))).sum();
    scan.collector.expect_objects(in_walks + rest.len() as u64);
    for (n, forest) in forests.iter().enumerate() {
        for kind in KINDS {
            let roots = forest.roots(kind);
            let visitors = walk::walk(scan.pool, forest, &roots, limits(scan), || Searching {
                scan,
                store,
                pack: n,
                name: &name,
                kind,
                found: Holdings::default(),
            });
            let found = visitors.into_iter().map(|v| v.found).fold(Holdings::default(), Holdings::merge);
            total = total.merge(found);
        }
    }
    total.merge(search_rest(repository, store, &rest, scan, &name))
}

/// What a walk over packs may take of memory.
pub(super) fn limits(scan: &Scan<'_>) -> Limits {
    // Smaller objects that are skipped are unpacked all the same: others may be stored as changes of them.
    const ALWAYS: u64 = 512 << 20;
    Limits { held: scan.max_memory, object: scan.max_blob_size.max(ALWAYS) }
}

/// Numbers of loose objects, and of those of a pack whose delta base is elsewhere, or which are damaged there and in a later pack,
/// too. A damaged one is an error of the scan.
fn rest(store: &Store, forests: &[Forest<'_>], scan: &Scan<'_>, name: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = store.only_loose().collect();
    for (n, forest) in forests.iter().enumerate() {
        for (entry, problem) in &forest.lost {
            for number in forest.subtree(*entry).into_iter().map(|e| forest.number(e)) {
                let is_first = store.first_pack(number) == Some(n);
                if !problem.is_empty() {
                    scan.collector.error(format!("{name}: object {}", store.id(number)), problem.clone());
                }
                // Another pack may have it whole.
                if is_first && (problem.is_empty() || store.is_in_a_pack_after(number, n)) {
                    numbers.push(number);
                }
            }
        }
    }
    numbers
}

/// Searches these objects one by one.
fn search_rest(repository: &Repository, store: &Store, numbers: &[u32], scan: &Scan<'_>, name: &str) -> Holdings {
    let path = repository.path().to_owned();
    scan.pool.install(|| {
        numbers
            .par_iter()
            .with_max_len(16)
            .map_init(
                // A libgit2 handle serves one thread at a time.
                || super::reopen(&path),
                |handle, number| {
                    let id = store.id(*number);
                    let mut found = Holdings::default();
                    if let Some((kind, text)) = read(handle, Some(store), id, scan.collector, name) {
                        if kind == Kind::Commit {
                            read_commit(&mut found, store, *number, &text, scan.collector);
                        }
                        let searched =
                            catch_unwind(AssertUnwindSafe(|| search_whole(&mut found, scan, *number, kind, &text)));
                        scan.collector.passed_object(text.len() as u64, !found.objects.is_empty());
                        if searched.is_err() {
                            scan.collector.error(format!("{name}: object {id}"), INTERNAL_ERROR);
                        }
                    }
                    found
                },
            )
            .reduce(Holdings::default, Holdings::merge)
    })
}

/// Reads an object with a worker's own `handle`, unless the scan is cancelled. One that cannot be read is an error of the scan.
pub(super) fn read(
    handle: &Result<Repository, git2::Error>,
    store: Option<&Store>,
    id: Oid,
    collector: &Collector,
    name: &str,
) -> Option<(Kind, Vec<u8>)> {
    if collector.is_cancelled() { None } else { read_now(handle, store, id, collector, name) }
}

/// The same whether it is cancelled or not.
fn read_now(
    handle: &Result<Repository, git2::Error>,
    store: Option<&Store>,
    id: Oid,
    collector: &Collector,
    name: &str,
) -> Option<(Kind, Vec<u8>)> {
    let object = handle.as_ref().map_err(|e| e.message().to_owned()).and_then(|repository| {
        let Some(store) = store else {
            bounds::check_chain(repository, id).map_err(|e| e.message().to_owned())?;
            return loose::read(repository, id).unwrap_or_else(|| whole(repository, id));
        };
        if store.number(&id).is_none_or(|number| store.first_pack(number).is_none())
            && let Some(read) = loose::read(repository, id)
        {
            return read;
        }
        if store.refused.get().is_some() {
            return thin::read(store, repository, id);
        }
        // Where libgit2 gives up, the packs may have it all the same.
        whole(repository, id).or_else(|problem| thin::read(store, repository, id).map_err(|_| problem))
    });
    object.map_err(|problem| collector.error(format!("{name}: object {id}"), format!("cannot be read: {problem}"))).ok()
}

/// Type and bytes of an object, read by libgit2.
fn whole(repository: &Repository, id: Oid) -> Result<(Kind, Vec<u8>), String> {
    let read = || {
        let odb = repository.odb()?;
        let object = odb.read(id)?;
        Ok((object.kind().into(), object.data().to_vec()))
    };
    read().map_err(|error: git2::Error| super::why(&error))
}

/// Searches one blob, or the message of a commit, of the repository `name` with a worker's own `handle`. One that cannot be
/// read is an error of the scan.
pub fn search_blob(handle: &Result<Repository, git2::Error>, id: Oid, scan: &Scan<'_>, name: &str) -> Matches {
    let Some((kind, text)) = read(handle, None, id, scan.collector, name) else { return Matches::default() };
    if kind == Kind::Blob && scan.is_blob_too_large(text.len() as u64) {
        scan.collector.skip(SkipReason::TooLarge);
        return Matches::default();
    }
    let search = || match kind {
        Kind::Blob => decode::text(&text).map(|decoded| scan.searcher.search(&decoded)),
        _ => Some(scan.searcher.search(message(&text))),
    };
    match catch_unwind(AssertUnwindSafe(search)) {
        Ok(Some(matches)) => {
            if kind == Kind::Blob {
                scan.collector.blob(text.len() as u64);
            }
            matches
        }
        Ok(None) => {
            scan.collector.skip(SkipReason::Binary);
            Matches::default()
        }
        Err(_) => {
            scan.collector.error(format!("{name}: object {id}"), INTERNAL_ERROR);
            Matches::default()
        }
    }
}

/// Numbers and texts of the trees that a walk over the packs of the repository does not read, whose git folder is `path`:
/// loose ones, and those whose delta base is in another pack. What cannot be read is an error of the scan.
pub(super) fn trees_elsewhere(
    path: &Path,
    store: &Store,
    forests: &[Forest<'_>],
    collector: &Collector,
) -> impl Iterator<Item = (u32, Vec<u8>)> {
    let handle = super::reopen(path);
    let name = handle.as_ref().map(super::name).unwrap_or_default();
    let of_packs = forests.iter().flat_map(|f| {
        let strangers = f.lost.iter().filter(|(_, problem)| problem.is_empty());
        strangers.flat_map(|(entry, _)| f.subtree(*entry)).map(|entry| f.number(entry))
    });
    store.only_loose().chain(of_packs).filter_map(move |number| {
        let id = store.id(number);
        let header = |repository: &Repository| repository.odb()?.read_header(id);
        // What libgit2 cannot tell the type of may be a tree that can be read all the same.
        let is_refused = store.refused.get().is_some();
        if !is_refused
            && handle.as_ref().is_ok_and(|handle| header(handle).is_ok_and(|(_, kind)| kind != ObjectType::Tree))
        {
            return None;
        }
        let (kind, text) = read(&handle, Some(store), id, collector, &name)?;
        (kind == Kind::Tree).then_some((number, text))
    })
}

/// Notes a commit for attribution. One that cannot be read is an error of the scan.
fn read_commit(found: &mut Holdings, store: &Store, number: u32, text: &[u8], collector: &Collector) {
    if !found.commits.read(store, number, text) {
        let id = store.id(number);
        collector.error(format!("commit {id}"), "its header cannot be read");
    }
}

/// A full search of one object.
fn search_whole(found: &mut Holdings, scan: &Scan<'_>, number: u32, kind: Kind, text: &[u8]) {
    match kind {
        Kind::Tree => {}
        Kind::Commit | Kind::Tag => {
            let matches = scan.searcher.search(message(text));
            found.matches(number, &matches);
        }
        Kind::Blob if scan.is_blob_too_large(text.len() as u64) => found.skip(SkipReason::TooLarge),
        Kind::Blob => match decode::text(text) {
            Some(decoded) => {
                found.searched(text.len());
                let matches = scan.searcher.search(&decoded);
                found.matches(number, &matches);
            }
            None => found.skip(SkipReason::Binary),
        },
    }
}

/// The message of a commit or tag: what follows the first empty line.
fn message(object: &[u8]) -> &[u8] {
    object.windows(2).position(|w| w == b"\n\n").map_or(&[], |n| &object[n + 2..])
}

/// Searches the text of one object again, for the details of what it holds, even if the scan is cancelled by now: what was found
/// is to be reported.
pub(super) fn details(
    handle: &Result<Repository, git2::Error>,
    store: Option<&Store>,
    id: Oid,
    scan: &Scan<'_>,
    name: &str,
) -> Option<Matches> {
    let (kind, text) = read_now(handle, store, id, scan.collector, name)?;
    let searched = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Blob => decode::text(&text).map(|decoded| scan.searcher.search(&decoded)),
        _ => Some(scan.searcher.search(message(&text))),
    }));
    searched.unwrap_or_else(|_| {
        scan.collector.error(format!("{name}: object {id}"), INTERNAL_ERROR);
        None
    })
}

/// Searches the objects of a forest.
struct Searching<'s> {
    scan: &'s Scan<'s>,
    store: &'s Store,
    pack: usize,
    name: &'s str,
    kind: Kind,
    found: Holdings,
}

/// What is known of an object for those made from it.
enum Known {
    Text(Seen),
    /// Binary, UTF-16, too large, a message: nothing that could be carried over.
    Nothing,
}

impl Searching<'_> {
    /// An object that several packs hold is counted in the first.
    fn counts(&self, number: u32) -> bool {
        self.store.packs.len() == 1 || self.store.first_pack(number) == Some(self.pack)
    }

    fn takes(&self, text: &[u8]) -> bool {
        self.kind == Kind::Blob
            && self.scan.history != History::FullSearch
            && !self.scan.is_blob_too_large(text.len() as u64)
            && u32::try_from(text.len()).is_ok()
            && decode::encoding(text) == Encoding::Ascii
            && !text.starts_with(b"\xef\xbb\xbf")
    }

    fn note(&mut self, number: u32, text: &[u8], seen: Seen) -> Known {
        let held = self.found.objects.len();
        if self.counts(number) {
            self.found.searched(text.len());
            let judged = seen.settled();
            self.found.judged(self.scan.searcher.rules(), number, text, &judged);
        }
        self.scan.collector.passed_object(text.len() as u64, self.found.objects.len() > held);
        Known::Text(seen)
    }
}

impl Visitor for Searching<'_> {
    type State = Known;

    fn whole(&mut self, number: u32, text: &[u8]) -> Known {
        if self.takes(text) {
            let seen = self.scan.searcher.see(text);
            return self.note(number, text, seen);
        }
        if self.kind == Kind::Commit {
            read_commit(&mut self.found, self.store, number, text, self.scan.collector);
        }
        let held = self.found.objects.len();
        if self.counts(number) {
            search_whole(&mut self.found, self.scan, number, self.kind, text);
        }
        self.scan.collector.passed_object(text.len() as u64, self.found.objects.len() > held);
        Known::Nothing
    }

    fn version(&mut self, number: u32, base: &Known, base_len: usize, text: &[u8], pieces: &[Piece]) -> Known {
        match base {
            // The first bytes decide what an object is; if they are the base's, so is the answer.
            Known::Text(known) if begins_as_base(pieces, text.len(), base_len) || self.takes(text) => {
                if self.scan.is_blob_too_large(text.len() as u64) {
                    return self.whole(number, text);
                }
                let seen = self.scan.searcher.see_changed(known, base_len, text, pieces);
                self.note(number, text, seen)
            }
            _ => self.whole(number, text),
        }
    }

    fn too_large(&mut self, number: u32) {
        if self.counts(number) {
            self.found.skip(SkipReason::TooLarge);
        }
    }

    fn lost(&mut self, number: u32, problem: &str) {
        if self.counts(number) {
            let id = self.store.id(number);
            self.scan.collector.error(format!("{}: object {id}", self.name), format!("cannot be read: {problem}"));
        }
    }

    fn is_cancelled(&self) -> bool {
        self.scan.collector.is_cancelled()
    }
}

/// Whether all that tells text from binary was copied from the same place in the base.
fn begins_as_base(pieces: &[Piece], len: usize, base_len: usize) -> bool {
    let first = pieces.first();
    len >= PROBE && base_len >= PROBE && first.is_some_and(|p| p.source == Some(0) && p.len >= PROBE)
}
