//! Trees of an object database, read in one pass and kept as numbers.

mod read;

use std::ops::Range;

use git2::Oid;
use rayon::prelude::*;

pub(super) use read::read;

/// An entry of a tree that matters: a folder, or a blob that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Number of its name.
    pub(super) name: u32,
    /// Number of the object; for one that is missing, its place among the missing.
    pub(super) object: u32,
    /// What it is.
    pub(super) kind: EntryKind,
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
}

/// All trees, by object number.
#[derive(Default)]
pub(super) struct Graph {
    /// The entries that matter, each written down for the tree that was read first of those that share it.
    entries: Vec<Entry>,
    /// Stretches of `entries`, those of one tree together. A tree shares most of its entries with the one it is stored as a change
    /// of, so there are few stretches where there are many entries.
    stretches: Vec<Range<u32>>,
    /// By object number: a tree's stretches; none for what is no tree.
    trees: Vec<Range<u32>>,
    /// Numbers of the trees in the order of their stretches, which is the one to walk all of them in.
    read: Vec<u32>,
    /// Objects that trees name and that are not there.
    missing: Vec<Oid>,
    pub(super) names: Vec<Box<[u8]>>,
}

impl Graph {
    /// The stretches of [`Self::entries`] that make up the tree with this number.
    fn stretches(&self, tree: u32) -> &[Range<u32>] {
        let range = &self.trees[tree as usize];
        &self.stretches[range.start as usize..range.end as usize]
    }

    /// What trees name and the store lacks, for those that `roots` lead to. Each entry is looked at once, however many trees
    /// share it.
    pub(super) fn missing_below(&self, roots: impl Iterator<Item = u32>) -> Vec<Oid> {
        let mut lost = Vec::new();
        if self.missing.is_empty() {
            return lost;
        }
        let mut reached = Bits::new(self.trees.len());
        let mut queue: Vec<u32> = roots.filter(|tree| reached.insert(*tree)).collect();
        // By entry: where to go on, which is the entry itself until it was looked at.
        let mut next: Vec<u32> = (0..=self.entries.len() as u32).collect();
        while let Some(tree) = queue.pop() {
            for stretch in self.stretches(tree) {
                let mut at = first_new(&mut next, stretch.start);
                while at < stretch.end {
                    let entry = &self.entries[at as usize];
                    match entry.kind {
                        EntryKind::Tree if reached.insert(entry.object) => queue.push(entry.object),
                        EntryKind::Missing => lost.push(self.missing[entry.object as usize]),
                        _ => {}
                    }
                    next[at as usize] = at + 1;
                    at = first_new(&mut next, at + 1);
                }
            }
        }
        lost
    }

    /// The trees that hold something wanted, at most `deepest` folders down. For the threads of a pool.
    pub(super) fn useful(&self, deepest: usize) -> Useful<'_> {
        let mut rest = self.read.clone();
        let mut useful = Bits::new(self.trees.len());
        let mut result =
            Useful { graph: self, counts: vec![0; self.entries.len() + 1], leading: Vec::new(), is_cut: true };
        // Level by level, from the folders of wanted blobs up.
        for _ in 0..=deepest {
            result.leading.clear();
            for (n, entry) in self.entries.iter().enumerate() {
                if leads(entry, &useful) {
                    result.leading.push(n as u32);
                }
                result.counts[n + 1] = result.leading.len() as u32;
            }
            let found: Vec<u32>;
            (found, rest) = rest.into_par_iter().partition(|tree| result.entries(*tree).next().is_some());
            for tree in &found {
                useful.insert(*tree);
            }
            if found.is_empty() {
                result.is_cut = false;
                break;
            }
        }
        result
    }
}

/// Whether an entry is wanted, or a folder that holds something wanted.
fn leads(entry: &Entry, useful: &Bits) -> bool {
    match entry.kind {
        EntryKind::Tree => useful.contains(entry.object),
        EntryKind::Blob => true,
        EntryKind::Missing => false,
    }
}

/// The first entry from `at` on that was not looked at; shortens the way there.
fn first_new(next: &mut [u32], at: u32) -> u32 {
    let mut end = at;
    while next[end as usize] != end {
        end = next[end as usize];
    }
    let mut at = at;
    while next[at as usize] != end {
        at = std::mem::replace(&mut next[at as usize], end);
    }
    end
}

/// The trees that hold something wanted, and what of them leads to it.
pub(super) struct Useful<'g> {
    graph: &'g Graph,
    /// Of the first `n` entries of the graph `counts[n]` are wanted or lead to something wanted.
    counts: Vec<u32>,
    /// Those entries.
    leading: Vec<u32>,
    /// Folders were too deep to follow.
    pub(super) is_cut: bool,
}

impl<'g> Useful<'g> {
    /// The entries of a tree that are wanted or lead to something wanted.
    pub(super) fn entries(&self, tree: u32) -> impl Iterator<Item = &'g Entry> + '_ {
        let graph = self.graph;
        let within = |s: &Range<u32>| self.counts[s.start as usize] as usize..self.counts[s.end as usize] as usize;
        let leading = graph.stretches(tree).iter().flat_map(move |stretch| &self.leading[within(stretch)]);
        leading.map(|n| &graph.entries[*n as usize])
    }
}

/// A set of object numbers.
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn new(len: usize) -> Self {
        Self(vec![0; len / 64 + 1])
    }

    /// Adds a number; true if it was not there.
    pub(super) fn insert(&mut self, n: u32) -> bool {
        let (word, bit) = (&mut self.0[n as usize / 64], 1 << (n % 64));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    pub(super) fn contains(&self, n: u32) -> bool {
        self.0[n as usize / 64] & (1 << (n % 64)) != 0
    }
}
