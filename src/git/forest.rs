//! A pack as a forest: every object that is a delta is a child of its base.

use gix_pack::data::entry::Header;
use rayon::prelude::*;

use super::store::Pack;

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

    /// The entry that one is a delta on; none for whole objects, and for deltas whose base is not in the pack.
    pub(super) fn base(&self, entry: u32) -> Option<u32> {
        Some(self.parent[entry as usize]).filter(|base| *base != NONE)
    }

    /// Size of an entry's own data (of a delta: the delta's) when inflated, bytes.
    pub(super) fn size(&self, entry: u32) -> u64 {
        self.data[entry as usize].0
    }

    /// The pack from where an entry's deflated data begins; none if that is beyond its end.
    pub(super) fn packed(&self, entry: u32) -> Option<&'p [u8]> {
        self.pack.data.entry_slice(self.data[entry as usize].1..self.pack.data.pack_end() as u64)
    }

    /// The entries made from one, that with the most versions last.
    pub(super) fn children(&self, entry: u32) -> &[u32] {
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
