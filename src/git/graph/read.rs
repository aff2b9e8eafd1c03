//! Reading of trees: one pass over the forests of all packs, then what is stored otherwise.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use git2::Oid;
use rayon::prelude::*;

use super::{Bits, Entry, EntryKind, Gone, Graph, Node, Ranks};
use crate::collect::Collector;
use crate::git::forest::{Forest, Kind};
use crate::git::store::Store;
use crate::git::table::Table;
use crate::git::walk::{self, Limits, Visitor};
use crate::search::Piece;

/// What one thread reads of it; see [`Graph`].
#[derive(Default)]
struct Part {
    /// Until the part is complete, `versions` of a tree is the place of the one it was made from, or [`NONE`].
    trees: Table<Node>,
    /// Folders have the numbers of their objects.
    entries: Table<Entry>,
    gone: Table<Gone>,
    missing: Vec<Oid>,
}

const NONE: u32 = u32::MAX;

impl Part {
    /// Counts the versions of each tree, and sorts.
    fn complete(mut self) -> Self {
        let bases: Table<u32> = self.trees.iter_mut().map(|tree| std::mem::replace(&mut tree.versions, 1)).collect();
        // What is made from a tree comes after it.
        for (tree, base) in bases.iter().enumerate().rev().filter(|(_, base)| **base != NONE) {
            self.trees[*base as usize].versions += self.trees[tree].versions;
        }
        self.gone.sort_unstable();
        self
    }
}

/// Numbers for file names, shared by all threads; asked only for entries that a tree does not share with its base.
#[derive(Default)]
struct Names(Mutex<HashMap<Box<[u8]>, u32>>);

impl Names {
    fn number(&self, name: &[u8]) -> u32 {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = names.get(name) {
            return *n;
        }
        let next = names.len() as u32;
        names.insert(name.into(), next);
        next
    }

    /// All names, by number.
    fn list(self) -> Vec<Box<[u8]>> {
        let mut list: Vec<_> = self.0.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect();
        list.sort_unstable_by_key(|n| n.1);
        list.into_iter().map(|n| n.0).collect()
    }
}

/// Reads the trees of all packs, and those `elsewhere`: numbers and texts of objects that are stored otherwise. `wanted` are the
/// numbers of blobs that matter. What cannot be read is an error of the scan.
pub(in crate::git) fn read(
    store: &Store,
    forests: &[Forest<'_>],
    elsewhere: impl Iterator<Item = (u32, Vec<u8>)>,
    wanted: &Bits,
    collector: &Collector,
    pool: &rayon::ThreadPool,
    limits: Limits,
) -> Graph {
    let names = Names::default();
    let reading = || Reading::new(store, wanted, &names, collector);
    let mut graph = Graph::default();
    for forest in forests {
        let visitors = walk::walk(pool, forest, &forest.roots(Kind::Tree), limits, reading);
        let parts: Vec<Part> = visitors.into_par_iter().map(|v| v.part.complete()).collect();
        parts.into_iter().for_each(|part| graph.add(part));
    }
    let mut rest = reading();
    for (number, text) in elsewhere {
        rest.whole(number, &text);
    }
    graph.add(rest.part.complete());
    graph.link(store.len());
    graph.names = names.list();
    graph
}

impl Graph {
    fn add(&mut self, part: Part) {
        // More than 2^32 of anything here would need 32 GiB of memory.
        let (trees, entries) = (self.trees.len() as u32, self.entries.len() as u32);
        let missing = self.missing.len() as u32;
        self.trees.extend(part.trees.iter().map(|tree| Node { first: tree.first + entries, ..*tree }));
        self.entries.extend(part.entries.iter().map(|entry| match entry.kind() {
            EntryKind::Missing => Entry { object: entry.object + missing, ..*entry },
            _ => *entry,
        }));
        self.gone.extend(part.gone.iter().map(|g| Gone { entry: g.entry + entries, tree: g.tree + trees }));
        self.missing.extend(part.missing);
    }

    /// Puts the places of trees for the numbers of their objects, of which there are `objects`.
    fn link(&mut self, objects: usize) {
        let mut numbers = Bits::new(objects);
        let count = self.trees.iter().filter(|tree| numbers.insert(tree.number)).count();
        self.numbers = Ranks::of(numbers);
        self.places = Table::filled(0, count);
        for (place, tree) in self.trees.iter().enumerate() {
            if let Some(rank) = self.numbers.place(tree.number) {
                self.places[rank] = place as u32;
            }
        }
        let (numbers, places) = (&self.numbers, &self.places);
        let folders = self.entries.par_iter_mut().filter(|entry| entry.kind() == EntryKind::Tree);
        folders.for_each(|entry| {
            *entry = match numbers.place(entry.object) {
                Some(rank) => Entry { object: places[rank], ..*entry },
                None => Entry::new(entry.name(), EntryKind::Lost, entry.object),
            }
        });
    }
}

struct Reading<'r> {
    store: &'r Store,
    wanted: &'r Bits,
    names: &'r Names,
    collector: &'r Collector,
    part: Part,
    /// Entries of the tree at hand that are not known from its base, and where their objects may be in the store.
    fresh: Vec<Fresh>,
    buckets: Vec<Range<u32>>,
}

/// An entry whose object is still to be looked up.
struct Fresh {
    at: u32,
    /// Where its object's id begins.
    id: u32,
    is_tree: bool,
}

/// Length of an object id, bytes.
const ID: usize = 20;

/// What is known of a tree for those made from it: the entries that matter, with their places.
#[derive(Default)]
struct TreeState {
    /// Where an entry begins, and its place in [`Part::entries`].
    entries: Vec<(u32, u32)>,
    /// Where every entry begins.
    starts: Vec<u32>,
    /// Place of the tree in [`Part::trees`].
    place: u32,
    /// Place in `entries` of the base after the last entry that was taken over.
    next: usize,
    /// The entries may not be in the order of those it was made from, or some may be there twice.
    is_jumbled: bool,
}

impl TreeState {
    /// Takes over the entries of `base`, a tree of `base_len` bytes, from the one that begins at `from` to the last that ends at
    /// or before `to`; they stand at `at` and after in this tree. Returns their length: zero if no entry of the base begins at
    /// `from`.
    fn carry(&mut self, base: &Self, base_len: usize, at: usize, from: usize, to: usize) -> usize {
        let Ok(first) = base.starts.binary_search(&(from as u32)) else { return 0 };
        let end_of = |n: usize| base.starts.get(n).map_or(base_len, |s| *s as usize);
        // The last entry that begins at or before `to` ends after it, unless the tree does.
        let last = if to >= base_len {
            base.starts.len()
        } else {
            base.starts.partition_point(|s| *s as usize <= to).saturating_sub(1)
        };
        if last <= first {
            return 0;
        }
        let end = end_of(last);
        let moved = |offset: u32| (offset as usize - from + at) as u32;
        self.starts.extend(base.starts[first..last].iter().map(|s| moved(*s)));
        let entries = base.entries.partition_point(|e| (e.0 as usize) < from);
        let known = base.entries[entries..].iter().take_while(|e| (e.0 as usize) < end);
        let carried = self.entries.len();
        self.entries.extend(known.map(|e| (moved(e.0), e.1)));
        self.is_jumbled |= entries < self.next;
        self.next = entries + self.entries.len() - carried;
        end - from
    }
}

/// One entry of a tree object: its mode, name and object.
struct Raw<'t> {
    is_tree: bool,
    is_commit: bool,
    name: &'t [u8],
    end: usize,
}

/// Reads the entry at `at`. Format: mode in octal, blank, name, NUL, 20 bytes of object id.
fn raw(text: &[u8], at: usize) -> Option<Raw<'_>> {
    let rest = &text[at..];
    let blank = rest.iter().take(8).position(|b| *b == b' ')?;
    let nul = blank + memchr::memchr(0, &rest[blank..])?;
    let end = nul + 1 + ID;
    if end > rest.len() {
        return None;
    }
    let mode = &rest[..blank];
    Some(Raw {
        is_tree: mode == b"40000" || mode == b"040000",
        is_commit: mode == b"160000",
        name: &rest[blank + 1..nul],
        end: at + end,
    })
}

impl<'r> Reading<'r> {
    fn new(store: &'r Store, wanted: &'r Bits, names: &'r Names, collector: &'r Collector) -> Self {
        Self { store, wanted, names, collector, part: Part::default(), fresh: Vec::new(), buckets: Vec::new() }
    }

    /// Reads the entry at `at`, which is not known from the base, and says where it ends.
    fn entry(&mut self, state: &mut TreeState, text: &[u8], at: usize) -> Option<usize> {
        let entry = raw(text, at)?;
        state.starts.push(at as u32);
        if !entry.is_commit {
            self.fresh.push(Fresh { at: at as u32, id: (entry.end - ID) as u32, is_tree: entry.is_tree });
        }
        Some(entry.end)
    }

    /// Looks up the objects of the entries that were read. All at once, because each takes two looks into memory that no cache
    /// holds, and those of different entries need not wait for each other.
    fn resolve(&mut self, state: &mut TreeState, text: &[u8]) {
        let id = |fresh: &Fresh| &text[fresh.id as usize..fresh.id as usize + ID];
        self.buckets.clear();
        self.buckets.extend(self.fresh.iter().map(|fresh| self.store.bucket_of(id(fresh))));
        let carried = state.entries.len();
        for (fresh, bucket) in self.fresh.iter().zip(&self.buckets) {
            let (kind, object) = match self.store.number_in(bucket, id(fresh)) {
                None => {
                    let Ok(id) = Oid::from_bytes(id(fresh)) else { continue };
                    self.part.missing.push(id);
                    (EntryKind::Missing, self.part.missing.len() as u32 - 1)
                }
                Some(object) if fresh.is_tree => (EntryKind::Tree, object),
                Some(object) if self.wanted.contains(object) => (EntryKind::Blob, object),
                Some(_) => continue,
            };
            let Some(entry) = raw(text, fresh.at as usize) else { continue };
            state.entries.push((fresh.at, self.part.entries.len() as u32));
            self.part.entries.push(Entry::new(self.names.number(entry.name), kind, object));
        }
        if carried > 0 && state.entries.len() > carried {
            state.entries.sort_by_key(|e| e.0);
        }
        self.fresh.clear();
    }

    /// Notes which entries of `base` the next tree no longer has; `state` has those that it has.
    fn leave(&mut self, base: &TreeState, state: &TreeState) {
        let tree = self.part.trees.len() as u32;
        let entries = |of: &TreeState| of.entries.iter().map(|e| e.1).collect::<BTreeSet<u32>>();
        if state.is_jumbled {
            self.part.gone.extend(entries(base).difference(&entries(state)).map(|entry| Gone { entry: *entry, tree }));
        } else {
            let mut kept = state.entries.iter().map(|e| e.1).peekable();
            let gone = base.entries.iter().filter(|e| kept.next_if_eq(&e.1).is_none());
            self.part.gone.extend(gone.map(|e| Gone { entry: e.1, tree }));
        }
    }

    fn id(&self, number: u32) -> Oid {
        self.store.id(number)
    }

    fn damaged(&self, number: u32) {
        self.collector.error(format!("tree {}", self.id(number)), "its entries cannot be read");
    }
}

impl Visitor for Reading<'_> {
    type State = TreeState;

    fn whole(&mut self, number: u32, text: &[u8]) -> TreeState {
        // Made of nothing that is known.
        self.version(number, &TreeState { place: NONE, ..TreeState::default() }, 0, text, &[])
    }

    fn version(&mut self, number: u32, base: &TreeState, base_len: usize, text: &[u8], pieces: &[Piece]) -> TreeState {
        let mut state = TreeState { is_jumbled: base.is_jumbled, ..TreeState::default() };
        state.starts.reserve(base.starts.len() + 1);
        let (mut at, mut piece) = (0, 0);
        while at < text.len() {
            while pieces.get(piece).is_some_and(|p| p.start + p.len <= at) {
                piece += 1;
            }
            // Entries that are copied whole, from where the base has an entry, were looked at in the base.
            if let Some((p, source)) = pieces.get(piece).and_then(|p| Some((p, p.source?))) {
                let copied = state.carry(base, base_len, at, at - p.start + source, source + p.len);
                if copied > 0 {
                    at += copied;
                    continue;
                }
            }
            let Some(end) = self.entry(&mut state, text, at) else {
                self.damaged(number);
                break;
            };
            at = end;
        }
        self.leave(base, &state);
        let first = self.part.entries.len() as u32;
        self.resolve(&mut state, text);
        state.place = self.part.trees.len() as u32;
        self.part.trees.push(Node { number, versions: base.place, first });
        state
    }

    fn too_large(&mut self, number: u32) {
        self.lost(number, "it is larger than --max-blob-size allows to unpack");
    }

    fn lost(&mut self, number: u32, problem: &str) {
        self.collector.error(format!("tree {}", self.id(number)), format!("cannot be read: {problem}"));
    }

    fn is_cancelled(&self) -> bool {
        self.collector.is_cancelled()
    }
}

#[cfg(test)]
mod tests;
