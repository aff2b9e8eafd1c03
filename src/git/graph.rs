//! Trees of an object database, read in one pass and kept as numbers.
//!
//! There are many more trees than entries that differ: a tree shares most of its entries with the one it is stored as a
//! change of. So an entry is kept once, with the tree that was read first of those that have it. Trees are numbered in the
//! order of reading, in which everything made from a tree follows it at once: an entry belongs to the trees of such a
//! stretch but those of some shorter stretches within, from where a change took it out.

mod read;

use std::ops::Range;

use git2::Oid;
use rayon::prelude::*;

use super::bits::{Bits, Ranks, first_from};
use super::table::Table;
pub(super) use read::read;

/// An entry of a tree that matters: a folder, or a blob that is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Of a folder the place of its tree, of a blob the number of the object, of what is missing its place among the missing.
    pub(super) object: u32,
    /// The number of its name, and its kind in the two highest bits.
    name_and_kind: u32,
}

/// What an entry of a tree names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// A folder.
    Tree,
    /// A wanted blob.
    Blob,
    /// Something that is not in the store.
    Missing,
    /// A folder that cannot be read.
    Lost,
}

const KIND_SHIFT: u32 = 30;

impl Entry {
    fn new(name: u32, kind: EntryKind, object: u32) -> Self {
        // There is no memory for 2^30 names.
        Self { object, name_and_kind: name | (kind as u32) << KIND_SHIFT }
    }

    /// The number of its name.
    pub(super) fn name(self) -> u32 {
        self.name_and_kind & ((1 << KIND_SHIFT) - 1)
    }

    /// What it is.
    pub(super) fn kind(self) -> EntryKind {
        match self.name_and_kind >> KIND_SHIFT {
            0 => EntryKind::Tree,
            1 => EntryKind::Blob,
            2 => EntryKind::Missing,
            _ => EntryKind::Lost,
        }
    }
}

/// A tree.
#[derive(Clone, Copy)]
struct Node {
    /// Number of its object.
    number: u32,
    /// How many trees were made from it, the tree included: they come next.
    versions: u32,
    /// The first of the entries that it is the first to have; they end where those of the next tree begin.
    first: u32,
}

/// Where an entry ends: the tree at this place, and those made from it, no longer have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Gone {
    entry: u32,
    tree: u32,
}

/// All trees.
#[derive(Default)]
pub(super) struct Graph {
    /// In the order in which they were read. A tree that several packs have was read several times.
    trees: Table<Node>,
    /// The entries that matter, each once for all trees that share it.
    entries: Table<Entry>,
    /// Sorted.
    gone: Table<Gone>,
    /// Numbers of the trees, and by their rank the places in `trees`.
    numbers: Ranks,
    places: Table<u32>,
    /// Objects that trees name and that are not there.
    missing: Vec<Oid>,
    pub(super) names: Vec<Box<[u8]>>,
}

/// What trees lead to.
struct Leading {
    /// The entries that lead there, in their order.
    entries: Vec<u32>,
    /// Folders were too deep to follow.
    is_cut: bool,
}

impl Graph {
    /// The place of the tree with this number, if it was read.
    pub(super) fn place(&self, number: u32) -> Option<u32> {
        self.numbers.place(number).map(|rank| self.places[rank])
    }

    /// How many places there are.
    pub(super) fn len(&self) -> usize {
        self.trees.len()
    }

    /// Calls `each` with the stretches of trees that have an entry, for all of `entries`, which are in their order.
    fn holders(&self, entries: &[u32], mut each: impl FnMut(u32, Range<u32>)) {
        let (mut tree, mut gone) = (0, 0);
        for &entry in entries {
            // The last tree whose entries begin at or before this one has it; those before have none of their own.
            tree = first_from(tree, self.trees.len(), |t| self.trees[t].first <= entry) - 1;
            gone = first_from(gone, self.gone.len(), |g| self.gone[g].entry < entry);
            let mut at = tree as u32;
            let end = at + self.trees[tree].versions;
            for gone in self.gone[gone..].iter().take_while(|g| g.entry == entry) {
                each(entry, at..gone.tree);
                at = gone.tree + self.trees[gone.tree as usize].versions;
            }
            each(entry, at..end);
        }
    }

    /// The entries of a kind, and the folders that lead to them, at most `deepest` of them in each other. For the threads of a
    /// pool.
    fn leading_to(&self, kind: EntryKind, deepest: usize) -> Leading {
        let all = || (0..self.entries.len() as u32).into_par_iter();
        let mut trees = Bits::new(self.trees.len());
        let mut known = Bits::new(self.entries.len());
        let mut leading = Leading { entries: Vec::new(), is_cut: true };
        let mut fresh: Vec<u32> = all().filter(|e| self.entries[*e as usize].kind() == kind).collect();
        // Level by level, from the entries of that kind up.
        for _ in 0..=deepest {
            self.holders(&fresh, |_, stretch| {
                trees.insert_all(stretch);
            });
            fresh.iter().for_each(|e| {
                known.insert(*e);
            });
            leading.entries.append(&mut fresh);
            let leads = |e: &u32| {
                let entry = self.entries[*e as usize];
                entry.kind() == EntryKind::Tree && trees.contains(entry.object) && !known.contains(*e)
            };
            fresh = all().filter(leads).collect();
            if fresh.is_empty() {
                leading.is_cut = false;
                break;
            }
        }
        leading.entries.par_sort_unstable();
        leading
    }

    /// What trees name and the store lacks, for those that `roots`, places of trees, lead to. Also whether folders were too
    /// deep to say so of all. For the threads of a pool.
    pub(super) fn missing_below(&self, roots: impl Iterator<Item = u32>, deepest: usize) -> (Vec<Oid>, bool) {
        let mut lost = Vec::new();
        if self.missing.is_empty() {
            return (lost, false);
        }
        let Leading { mut entries, is_cut } = self.leading_to(EntryKind::Missing, deepest);
        let mut reached = Bits::new(self.trees.len() + 1);
        roots.for_each(|tree| {
            reached.insert(tree);
        });
        // Level by level down. What leads to something missing is at most that many folders from it.
        loop {
            let ranks = Ranks::of(reached);
            let mut found = Bits::new(self.entries.len());
            self.holders(&entries, |entry, stretch| {
                if ranks.below(stretch.start) < ranks.below(stretch.end) {
                    found.insert(entry);
                }
            });
            reached = ranks.into_bits();
            let before = entries.len();
            entries.retain(|e| {
                !found.contains(*e) || {
                    let entry = self.entries[*e as usize];
                    match entry.kind() {
                        EntryKind::Missing => lost.push(self.missing[entry.object as usize]),
                        _ => {
                            reached.insert(entry.object);
                        }
                    }
                    false
                }
            });
            if entries.len() == before {
                return (lost, is_cut);
            }
        }
    }

    /// What of each tree leads to something wanted, at most `deepest` folders down. For the threads of a pool.
    pub(super) fn useful(&self, deepest: usize) -> Useful<'_> {
        let Leading { entries, is_cut } = self.leading_to(EntryKind::Blob, deepest);
        let mut starts = Table::filled(0usize, self.trees.len() + 1);
        self.holders(&entries, |_, stretch| stretch.for_each(|tree| starts[tree as usize + 1] += 1));
        for tree in 0..self.trees.len() {
            starts[tree + 1] += starts[tree];
        }
        let mut leading = Table::filled(0, starts[self.trees.len()]);
        // Afterwards each start has moved to the next one.
        self.holders(&entries, |entry, stretch| {
            for tree in stretch {
                leading[starts[tree as usize]] = entry;
                starts[tree as usize] += 1;
            }
        });
        Useful { graph: self, ends: starts, leading, is_cut }
    }
}

/// What of each tree leads to something wanted.
pub(super) struct Useful<'g> {
    graph: &'g Graph,
    /// By place of a tree: where its part of `leading` ends, which begins where that of the tree before ends.
    ends: Table<usize>,
    /// Entries that are wanted or lead to something wanted, those of one tree together.
    leading: Table<u32>,
    /// Folders were too deep to follow.
    pub(super) is_cut: bool,
}

impl<'g> Useful<'g> {
    /// The entries of the tree at this place that are wanted or lead to something wanted.
    pub(super) fn entries(&self, tree: u32) -> impl ExactSizeIterator<Item = Entry> + use<'_, 'g> {
        let start = tree.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        self.leading[start..self.ends[tree as usize]].iter().map(|n| self.graph.entries[*n as usize])
    }
}
