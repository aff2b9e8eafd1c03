//! A pack as a forest: every object that is a delta is a child of its base.

use std::cmp::Reverse;

use git2::ObjectType;
use gix_pack::data::entry::Header;
use rayon::prelude::*;

use super::bits::Bits;
use super::pack::Pack;
use super::table::Table;

/// The type of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl From<ObjectType> for Kind {
    fn from(kind: ObjectType) -> Self {
        match kind {
            ObjectType::Commit => Self::Commit,
            ObjectType::Tree => Self::Tree,
            ObjectType::Tag => Self::Tag,
            _ => Self::Blob,
        }
    }
}

const NONE: u32 = u32::MAX;

/// What is wrong with changes of one another.
const CIRCLE: &str = "its deltas form a circle";

/// What an entry is made from.
#[derive(Clone, Copy)]
enum Base {
    /// Nothing: it is whole.
    Whole(Kind),
    /// Another entry.
    Entry(u32),
    /// Something that is not in the pack.
    Elsewhere,
    /// Its head is damaged.
    Damaged,
}

/// A pack's entries as trees of deltas.
pub(super) struct Forest<'p> {
    pack: &'p Pack,
    /// `children[child_starts[n]..child_starts[n + 1]]` are made from entry `n`, the one with the heaviest subtree last.
    children: Table<u32>,
    child_starts: Table<u32>,
    /// Whole objects, those with the most versions first.
    roots: Table<Root>,
    /// Entries whose base is not in the pack, with what is wrong; their subtrees hang on them.
    pub(super) lost: Vec<(u32, String)>,
}

/// A whole object.
#[derive(Clone, Copy)]
struct Root {
    kind: Kind,
    entry: u32,
    /// Entries in its tree, the root included.
    weight: u32,
}

impl<'p> Forest<'p> {
    /// Reads the heads of all entries.
    pub(super) fn new(pack: &'p Pack) -> Self {
        let mut bases = Table::filled(Base::Damaged, pack.len() as usize);
        let rows = bases.par_iter_mut().with_min_len(1024).enumerate();
        rows.for_each(|(entry, base)| *base = base_of(pack, entry as u32).unwrap_or(Base::Damaged));
        let mut forest = Self {
            pack,
            children: Table::default(),
            child_starts: Table::default(),
            roots: Table::default(),
            lost: Vec::new(),
        };
        for (entry, base) in (0..).zip(bases.iter()) {
            match base {
                Base::Whole(kind) => forest.roots.push(Root { kind: *kind, entry, weight: 1 }),
                Base::Entry(_) => {}
                Base::Elsewhere => forest.lost.push((entry, String::new())),
                // Rare, so the reason is not kept but found again.
                Base::Damaged => forest.lost.extend(base_of(pack, entry).err().map(|problem| (entry, problem))),
            }
        }
        let parent = |base: &Base| if let Base::Entry(base) = base { *base } else { NONE };
        let mut parents: Table<u32> = bases.iter().map(parent).collect();
        drop(bases);
        forest.link(&parents);
        forest.weigh(&mut parents);
        forest
    }

    /// Lists the children of every entry, in the order of the pack.
    fn link(&mut self, parent: &[u32]) {
        let mut starts = Table::filled(0, parent.len() + 1);
        let bases =
            || parent.iter().enumerate().filter(|(_, base)| **base != NONE).map(|(n, base)| (n, *base as usize));
        bases().for_each(|(_, base)| starts[base + 1] += 1);
        for n in 1..starts.len() {
            starts[n] += starts[n - 1];
        }
        let mut next: Table<u32> = starts.iter().copied().collect();
        self.children = Table::filled(NONE, starts[parent.len()] as usize);
        for (entry, base) in bases() {
            self.children[next[base] as usize] = entry as u32;
            next[base] += 1;
        }
        self.child_starts = starts;
    }

    /// Lists the entries, bases before what is made from them, and turns what no root reaches (deltas in a circle) into lost entries
    /// without children.
    fn order(&mut self, parents: &mut [u32]) -> Table<u32> {
        let all = 0..parents.len() as u32;
        // As git writes packs, but for bases that are named by id.
        if all.clone().zip(&*parents).all(|(entry, base)| *base == NONE || *base < entry) {
            return all.collect();
        }
        let mut order: Table<u32> = self.roots.iter().map(|r| r.entry).chain(self.lost.iter().map(|l| l.0)).collect();
        let mut at = 0;
        let mut reached = Bits::new(parents.len());
        while at < order.len() {
            reached.insert(order[at]);
            order.extend(self.children(order[at]).iter().copied());
            at += 1;
        }
        if order.len() < parents.len() {
            for entry in all.filter(|e| !reached.contains(*e)) {
                parents[entry as usize] = NONE;
                self.lost.push((entry, CIRCLE.to_owned()));
            }
            self.link(parents);
        }
        order
    }

    /// Counts subtrees.
    fn weigh(&mut self, parents: &mut [u32]) {
        let order = self.order(parents);
        let mut weight = Table::filled(1, parents.len());
        for &entry in order.iter().rev().filter(|e| parents[**e as usize] != NONE) {
            weight[parents[entry as usize] as usize] += weight[entry as usize];
        }
        for range in self.child_starts.windows(2).map(|w| w[0] as usize..w[1] as usize) {
            if let Some(heaviest) = range.clone().max_by_key(|c| weight[self.children[*c] as usize]) {
                self.children.swap(heaviest, range.end - 1);
            }
        }
        self.roots.iter_mut().for_each(|root| root.weight = weight[root.entry as usize]);
        self.roots.sort_by_key(|root| Reverse(root.weight));
    }

    /// Whether some entries are changes of one another: libgit2 follows them until memory is used up.
    pub(super) fn has_circle(&self) -> bool {
        self.lost.iter().any(|(_, problem)| problem == CIRCLE)
    }

    /// The entry that one is a delta on; none for whole objects, and for deltas whose base is not in the pack.
    pub(super) fn base(&self, entry: u32) -> Option<u32> {
        match base_of(self.pack, entry).ok()? {
            Base::Entry(base) => Some(base),
            _ => None,
        }
    }

    /// Size of an entry's own data (of a delta: the delta's) when inflated, bytes, and the pack from where its deflated data
    /// begins. The error says what is wrong.
    pub(super) fn packed(&self, entry: u32) -> Result<(u64, &'p [u8]), &'static str> {
        let head = self.pack.head(entry).map_err(|_| "its entry cannot be read")?;
        let packed = self.pack.data.entry_slice(head.data_offset..self.pack.data.pack_end() as u64);
        Ok((head.decompressed_size, packed.ok_or("its data lies beyond the end of the pack")?))
    }

    /// The entries made from one, that with the most versions last.
    pub(super) fn children(&self, entry: u32) -> &[u32] {
        let entry = entry as usize;
        &self.children[self.child_starts[entry] as usize..self.child_starts[entry + 1] as usize]
    }

    /// The number of an entry's object.
    pub(super) fn number(&self, entry: u32) -> u32 {
        self.pack.number(entry)
    }

    /// Whole objects of a type, those with the most versions first.
    pub(super) fn roots(&self, kind: Kind) -> Table<u32> {
        self.roots.iter().filter(|r| r.kind == kind).map(|r| r.entry).collect()
    }

    /// How many objects of a type there are.
    pub(super) fn count(&self, kind: Kind) -> u64 {
        self.roots.iter().filter(|r| r.kind == kind).map(|r| u64::from(r.weight)).sum()
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

/// What an entry is made from. The error says what is wrong with its head.
fn base_of(pack: &Pack, entry: u32) -> Result<Base, String> {
    let head = pack.head(entry)?;
    let at_offset = |base: u64| {
        pack.entry_at(base).map(Base::Entry).ok_or_else(|| "its delta base is no object of the pack".to_owned())
    };
    match head.header {
        Header::Commit => Ok(Base::Whole(Kind::Commit)),
        Header::Tree => Ok(Base::Whole(Kind::Tree)),
        Header::Blob => Ok(Base::Whole(Kind::Blob)),
        Header::Tag => Ok(Base::Whole(Kind::Tag)),
        Header::OfsDelta { base_distance } => match pack.offset(entry).checked_sub(base_distance) {
            Some(base) if base_distance > 0 => at_offset(base),
            _ => Err("its delta base lies before the pack".to_owned()),
        },
        Header::RefDelta { base_id } => match pack.index.lookup(base_id) {
            Some(n) => at_offset(pack.index.pack_offset_at_index(n)),
            None => Ok(Base::Elsewhere),
        },
    }
}
