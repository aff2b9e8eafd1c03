//! A pack as a forest: every object that is a delta is a child of its base. Walking it inflates each object once, builds every
//! version from its base while that is at hand, and frees a base when its last child is made.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use gix_pack::data::entry::Header;
use libdeflater::Decompressor;
use rayon::prelude::*;

use super::delta;
use super::store::Pack;
use crate::search::Piece;

/// The type of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

const NONE: u32 = u32::MAX;

enum Base {
    /// Not a delta.
    Whole(Kind),
    /// A delta on the entry with this number.
    Entry(u32),
    /// A delta on something that is not in the pack, or an unreadable entry.
    Lost(String),
}

/// A pack's entries as trees of deltas.
pub(super) struct Forest<'p> {
    pack: &'p Pack,
    /// Size of the entry's own data when inflated, and where it lies.
    data: Vec<(u64, u64)>,
    /// `children[child_starts[n]..child_starts[n + 1]]` are made from entry `n`, the one with the heaviest subtree last.
    children: Vec<u32>,
    child_starts: Vec<u32>,
    /// The entry that each is made from, or [`NONE`].
    parent: Vec<u32>,
    /// Entries in the subtree, the entry included.
    weight: Vec<u32>,
    /// Whole objects, by type.
    roots: Vec<(Kind, u32)>,
    /// Entries whose base is not in the pack, with what is wrong; their subtrees hang on them.
    pub(super) lost: Vec<(u32, String)>,
}

/// What a walk does with the objects, which it knows by their numbers in the store.
pub(super) trait Visitor {
    /// What is kept of an object for the versions made from it.
    type State;
    /// A whole object.
    fn whole(&mut self, number: u32, text: &[u8]) -> Self::State;
    /// A version made from `base`.
    fn version(
        &mut self,
        number: u32,
        base: &Self::State,
        base_len: usize,
        text: &[u8],
        pieces: &[Piece],
    ) -> Self::State;
    /// An object of more than [`Limits::object`] bytes: it was not unpacked.
    fn too_large(&mut self, number: u32);
    /// An object that cannot be had.
    fn lost(&mut self, number: u32, problem: &str);
    /// The walk is to stop.
    fn is_cancelled(&self) -> bool;
}

impl<'p> Forest<'p> {
    /// Reads the headers of all entries.
    pub(super) fn new(pack: &'p Pack) -> Self {
        let parsed: Vec<(u64, u64, Base)> =
            pack.entries.par_iter().with_min_len(1024).map(|entry| parse(pack, entry.offset)).collect();
        let n = parsed.len();
        let mut forest = Self {
            pack,
            data: Vec::with_capacity(n),
            children: Vec::new(),
            child_starts: Vec::new(),
            parent: vec![NONE; n],
            weight: vec![1; n],
            roots: Vec::new(),
            lost: Vec::new(),
        };
        for (entry, (size, at, base)) in parsed.into_iter().enumerate() {
            let entry = entry as u32;
            forest.data.push((size, at));
            match base {
                Base::Whole(kind) => forest.roots.push((kind, entry)),
                Base::Entry(base) => forest.parent[entry as usize] = base,
                Base::Lost(problem) => forest.lost.push((entry, problem)),
            }
        }
        forest.link();
        forest.weigh();
        forest
    }

    /// Lists the children of every entry, in the order of the pack.
    fn link(&mut self) {
        let parent = &self.parent;
        let mut starts = vec![0; parent.len() + 1];
        let bases =
            || parent.iter().enumerate().filter(|(_, base)| **base != NONE).map(|(n, base)| (n, *base as usize));
        bases().for_each(|(_, base)| starts[base + 1] += 1);
        for n in 1..starts.len() {
            starts[n] += starts[n - 1];
        }
        let mut next = starts.clone();
        self.children = vec![NONE; starts[parent.len()] as usize];
        for (entry, base) in bases() {
            self.children[next[base] as usize] = entry as u32;
            next[base] += 1;
        }
        self.child_starts = starts;
    }

    /// Counts subtrees, and turns what no root reaches (deltas in a circle) into lost entries without children.
    fn weigh(&mut self) {
        let mut order: Vec<u32> = self.roots.iter().map(|r| r.1).chain(self.lost.iter().map(|l| l.0)).collect();
        let mut at = 0;
        let mut reached = vec![false; self.data.len()];
        while at < order.len() {
            reached[order[at] as usize] = true;
            order.extend_from_slice(self.children(order[at]));
            at += 1;
        }
        if order.len() < self.data.len() {
            for entry in (0..self.data.len()).filter(|e| !reached[*e]) {
                self.parent[entry] = NONE;
                self.lost.push((entry as u32, "its deltas form a circle".to_owned()));
            }
            self.link();
        }
        for &entry in order.iter().rev().filter(|e| self.parent[**e as usize] != NONE) {
            self.weight[self.parent[entry as usize] as usize] += self.weight[entry as usize];
        }
        for range in self.child_starts.windows(2).map(|w| w[0] as usize..w[1] as usize) {
            if let Some(heaviest) = range.clone().max_by_key(|c| self.weight[self.children[*c] as usize]) {
                self.children.swap(heaviest, range.end - 1);
            }
        }
    }

    fn children(&self, entry: u32) -> &[u32] {
        let entry = entry as usize;
        &self.children[self.child_starts[entry] as usize..self.child_starts[entry + 1] as usize]
    }

    /// The number of an entry's object.
    pub(super) fn number(&self, entry: u32) -> u32 {
        self.pack.entries[entry as usize].number
    }

    /// Whole objects of a type, those with the most versions first.
    pub(super) fn roots(&self, kind: Kind) -> Vec<u32> {
        let mut roots: Vec<u32> = self.roots.iter().filter(|r| r.0 == kind).map(|r| r.1).collect();
        roots.sort_by_key(|r| std::cmp::Reverse(self.weight[*r as usize]));
        roots
    }

    /// How many objects of a type there are.
    pub(super) fn count(&self, kind: Kind) -> u64 {
        self.roots.iter().filter(|r| r.0 == kind).map(|r| u64::from(self.weight[r.1 as usize])).sum()
    }

    /// All entries of the subtree of `entry`.
    pub(super) fn subtree(&self, entry: u32) -> Vec<u32> {
        let mut all = vec![entry];
        let mut at = 0;
        while at < all.len() {
            all.extend_from_slice(self.children(all[at]));
            at += 1;
        }
        all
    }
}

fn parse(pack: &Pack, offset: u64) -> (u64, u64, Base) {
    let entry = match pack.data.entry(offset) {
        Ok(entry) => entry,
        Err(error) => return (0, 0, Base::Lost(format!("its entry cannot be read: {error}"))),
    };
    let at_offset = |base: u64| match pack.entry_at(base) {
        Some(entry) => Base::Entry(entry),
        None => Base::Lost("its delta base is no object of the pack".to_owned()),
    };
    let base = match entry.header {
        Header::Commit => Base::Whole(Kind::Commit),
        Header::Tree => Base::Whole(Kind::Tree),
        Header::Blob => Base::Whole(Kind::Blob),
        Header::Tag => Base::Whole(Kind::Tag),
        Header::OfsDelta { base_distance } => match offset.checked_sub(base_distance) {
            Some(base) if base_distance > 0 => at_offset(base),
            _ => Base::Lost("its delta base lies before the pack".to_owned()),
        },
        Header::RefDelta { base_id } => match pack.index.lookup(base_id) {
            Some(n) => at_offset(pack.index.pack_offset_at_index(n)),
            None => Base::Lost(String::new()),
        },
    };
    (entry.decompressed_size, entry.data_offset, base)
}

/// How much memory a walk may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// About how many bytes of texts all threads may hold for the versions still to be made from them. What does not fit is made
    /// again later.
    pub(super) held: u64,
    /// Larger objects are not unpacked.
    pub(super) object: u64,
}

/// Walks the subtrees of `roots` on all threads of `pool`, each with a visitor of its own, and returns the visitors. Whoever is
/// free takes the next root, so the heaviest come first.
pub(super) fn walk<V: Visitor + Send>(
    pool: &rayon::ThreadPool,
    forest: &Forest<'_>,
    roots: &[u32],
    limits: Limits,
    visitor: impl Fn() -> V + Sync,
) -> Vec<V> {
    let next = AtomicUsize::new(0);
    pool.broadcast(|context| {
        let mut walker = Walker::new(forest, visitor());
        walker.budget = usize::try_from(limits.held / context.num_threads() as u64).unwrap_or(usize::MAX);
        walker.largest = limits.object;
        while let Some(root) = roots.get(next.fetch_add(1, Ordering::Relaxed)) {
            if walker.visitor.is_cancelled() {
                break;
            }
            walker.walk(*root);
        }
        walker.visitor
    })
}

/// One thread's means to walk a forest.
struct Walker<'f, 'p, V: Visitor> {
    forest: &'f Forest<'p>,
    visitor: V,
    inflater: Decompressor,
    delta: Vec<u8>,
    pieces: Vec<Piece>,
    spare: Vec<Vec<u8>>,
    /// Bytes of the texts that wait for more versions to be made from them, and how many there may be.
    held: usize,
    budget: usize,
    /// Entries put off because holding their base would have taken too much.
    later: Vec<u32>,
    /// See [`Limits::object`].
    largest: u64,
}

/// Why an object cannot be had.
enum Trouble {
    TooLarge,
    Lost(&'static str),
}

impl From<&'static str> for Trouble {
    fn from(problem: &'static str) -> Self {
        Self::Lost(problem)
    }
}

/// Larger buffers are not kept for reuse.
const KEPT: usize = 8 << 20;

impl<'f, 'p, V: Visitor> Walker<'f, 'p, V> {
    fn new(forest: &'f Forest<'p>, visitor: V) -> Self {
        Self {
            forest,
            visitor,
            inflater: Decompressor::new(),
            delta: Vec::new(),
            pieces: Vec::new(),
            spare: Vec::new(),
            held: 0,
            budget: usize::MAX,
            later: Vec::new(),
            largest: u64::MAX,
        }
    }

    /// Visits a whole object and everything made from it.
    fn walk(&mut self, root: u32) {
        self.visit(root);
        while let Some(entry) = self.later.pop() {
            self.visit(entry);
        }
    }

    /// Visits an object as a whole one, and what is made from it. A panic is an error of the scan like any other damage.
    fn visit(&mut self, entry: u32) {
        self.held = 0;
        let walked = catch_unwind(AssertUnwindSafe(|| match self.rebuild(entry) {
            Ok(text) => {
                let state = self.visitor.whole(self.forest.number(entry), &text);
                self.descend(entry, text, state);
            }
            Err(trouble) => self.lose(entry, trouble),
        }));
        if walked.is_err() {
            self.lose(entry, Trouble::Lost("internal error while it was searched; please report it"));
        }
    }

    /// The text of an entry, made from its root down.
    fn rebuild(&mut self, entry: u32) -> Result<Vec<u8>, Trouble> {
        let parent = |e: &u32| Some(self.forest.parent[*e as usize]).filter(|base| *base != NONE);
        let mut path: Vec<u32> = std::iter::successors(Some(entry), parent).collect();
        let mut text = self.spare.pop().unwrap_or_default();
        let root = path.pop().unwrap_or(entry);
        if self.forest.data[root as usize].0 > self.largest {
            return Err(Trouble::TooLarge);
        }
        self.inflate(root, &mut text)?;
        while let Some(version) = path.pop() {
            let next = self.apply(version, &text)?;
            self.recycle(std::mem::replace(&mut text, next));
        }
        Ok(text)
    }

    /// The heaviest child is made last, when its base can be freed: so no more texts are held than the binary logarithm of the
    /// number of versions, and the recursion is no deeper.
    fn descend(&mut self, mut entry: u32, mut text: Vec<u8>, mut state: V::State) {
        loop {
            if self.visitor.is_cancelled() {
                return;
            }
            let forest = self.forest;
            let Some((&heavy, others)) = forest.children(entry).split_last() else { break };
            let held = self.held;
            self.held += text.len();
            for &child in others {
                // A version is about as long as its base.
                if self.held.saturating_add(text.len()) > self.budget {
                    self.later.push(child);
                } else if let Some((version, known)) = self.make(child, &text, &state) {
                    self.descend(child, version, known);
                }
            }
            self.held = held;
            let Some((version, known)) = self.make(heavy, &text, &state) else { break };
            self.recycle(std::mem::replace(&mut text, version));
            state = known;
            entry = heavy;
        }
        self.recycle(text);
    }

    fn make(&mut self, entry: u32, base: &[u8], state: &V::State) -> Option<(Vec<u8>, V::State)> {
        match self.apply(entry, base) {
            Ok(text) => {
                let number = self.forest.number(entry);
                let known = self.visitor.version(number, state, base.len(), &text, &self.pieces);
                Some((text, known))
            }
            Err(trouble) => {
                self.lose(entry, trouble);
                None
            }
        }
    }

    /// Makes the version that an entry is; `self.pieces` says what of.
    fn apply(&mut self, entry: u32, base: &[u8]) -> Result<Vec<u8>, Trouble> {
        let mut delta = std::mem::take(&mut self.delta);
        let mut text = self.spare.pop().unwrap_or_default();
        let inflated = self.inflate(entry, &mut delta);
        let largest = self.largest;
        let made = inflated.map_err(Trouble::from).and_then(|()| {
            if delta::result_len(&delta)? > largest {
                return Err(Trouble::TooLarge);
            }
            Ok(delta::apply(base, &delta, &mut text, &mut self.pieces)?)
        });
        self.delta = delta;
        made.map(|()| text)
    }

    fn inflate(&mut self, entry: u32, into: &mut Vec<u8>) -> Result<(), &'static str> {
        let (size, at) = self.forest.data[entry as usize];
        let size = usize::try_from(size).map_err(|_| "it is larger than memory")?;
        let packed = self.forest.pack.data.entry_slice(at..self.forest.pack.data.pack_end() as u64);
        let packed = packed.ok_or("its data lies beyond the end of the pack")?;
        // A damaged size must not take all memory: deflate packs at most 1032 to 1.
        if size / 1032 > packed.len() {
            return Err("its size cannot be right");
        }
        into.clear();
        into.resize(size, 0);
        match self.inflater.zlib_decompress(packed, into) {
            Ok(n) if n == size => Ok(()),
            Ok(_) => Err("it is shorter than announced"),
            Err(_) => Err("its data is damaged"),
        }
    }

    fn lose(&mut self, entry: u32, trouble: Trouble) {
        let number = self.forest.number(entry);
        let rest = match trouble {
            Trouble::TooLarge => {
                self.visitor.too_large(number);
                "the object it is stored as a change of is larger than --max-blob-size allows to unpack"
            }
            Trouble::Lost(problem) => {
                self.visitor.lost(number, problem);
                "the object it is stored as a change of cannot be read"
            }
        };
        for version in &self.forest.subtree(entry)[1..] {
            self.visitor.lost(self.forest.number(*version), rest);
        }
    }

    fn recycle(&mut self, text: Vec<u8>) {
        if text.capacity() <= KEPT && self.spare.len() < 16 {
            self.spare.push(text);
        }
    }
}
