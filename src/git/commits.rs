//! All commits of an object database, as numbers.

use git2::Oid;

use super::bits::{Bits, Ranks};
use super::store::Store;
use super::table::Table;

/// An object that a commit names: its number, or from [`MISSING`] on its place among those that are not in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named(u32);

/// No store has as many objects: their ids alone would take 40 GiB.
const MISSING: u32 = 1 << 31;

impl Named {
    /// The number of an object that is there.
    pub(super) fn number(self) -> Option<u32> {
        Some(self.0).filter(|n| *n < MISSING)
    }
}

/// A commit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Commit<'c> {
    /// Number of its object.
    pub(super) number: u32,
    pub(super) tree: Named,
    pub(super) parents: &'c [Named],
    /// Committer time, seconds since 1970.
    pub(super) time: i64,
}

/// A commit as it is kept.
#[derive(Debug, Clone, Copy)]
struct Node {
    number: u32,
    /// Place of its tree in [`List::named`]; its parents follow, so many.
    tree: u32,
    parents: u32,
    time: i64,
}

/// Commits in the order in which they were read.
#[derive(Debug, Default)]
pub(super) struct List {
    nodes: Table<Node>,
    named: Table<Named>,
    missing: Vec<Oid>,
}

impl List {
    /// Reads a commit object, whose number is `number`. False if its header cannot be read.
    pub(super) fn read(&mut self, store: &Store, number: u32, text: &[u8]) -> bool {
        let id = |hex: &[u8]| Oid::from_str(std::str::from_utf8(hex).ok()?).ok();
        let (mut tree, mut parents, mut time) = (None, Vec::new(), 0);
        for line in text.split(|b| *b == b'\n').take_while(|l| !l.is_empty()) {
            if let Some(hex) = line.strip_prefix(b"tree ") {
                let Some(id) = id(hex) else { return false };
                tree = Some(id);
            } else if let Some(hex) = line.strip_prefix(b"parent ") {
                let Some(id) = id(hex) else { return false };
                parents.push(id);
            } else if let Some(who) = line.strip_prefix(b"committer ") {
                // "Name <mail> seconds zone"; a broken date is the beginning of time, as git has it.
                let mut words = who.rsplit(|b| *b == b' ').skip(1);
                time = words.next().and_then(|w| std::str::from_utf8(w).ok()?.parse().ok()).unwrap_or(0);
                break;
            }
        }
        let Some(tree) = tree else { return false };
        self.nodes.push(Node { number, tree: self.named.len() as u32, parents: parents.len() as u32, time });
        for id in std::iter::once(tree).chain(parents) {
            let missing = MISSING + self.missing.len() as u32;
            let named = store.number(&id).unwrap_or_else(|| {
                self.missing.push(id);
                missing
            });
            self.named.push(Named(named));
        }
        true
    }

    /// Takes in what another thread read.
    pub(super) fn append(&mut self, other: Self) {
        let (named, missing) = (self.named.len() as u32, self.missing.len() as u32);
        self.nodes.extend(other.nodes.iter().map(|node| Node { tree: node.tree + named, ..*node }));
        self.named.extend(other.named.iter().map(|n| if n.0 < MISSING { *n } else { Named(n.0 + missing) }));
        self.missing.extend(other.missing);
    }
}

/// All commits.
#[derive(Default)]
pub(super) struct Commits {
    /// Sorted by number.
    list: List,
    numbers: Ranks,
}

impl Commits {
    /// Of an object database with `objects` objects.
    pub(super) fn new(mut list: List, objects: usize) -> Self {
        list.nodes.sort_unstable_by_key(|c| c.number);
        // An object that several packs have was read several times.
        list.nodes.dedup(|a, b| a.number == b.number);
        let mut numbers = Bits::new(objects);
        for node in list.nodes.iter() {
            numbers.insert(node.number);
        }
        Self { list, numbers: Ranks::of(numbers) }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.list.nodes.len()
    }

    /// All commits, by number.
    pub(super) fn all(&self) -> impl Iterator<Item = Commit<'_>> {
        (0..self.len()).map(|place| self.at(place))
    }

    /// The commit at a place among all.
    pub(super) fn at(&self, place: usize) -> Commit<'_> {
        let node = &self.list.nodes[place];
        let parents = node.tree as usize + 1;
        Commit {
            number: node.number,
            tree: self.list.named[node.tree as usize],
            parents: &self.list.named[parents..parents + node.parents as usize],
            time: node.time,
        }
    }

    /// The place among all of the commit with this number.
    pub(super) fn place(&self, number: u32) -> Option<usize> {
        self.numbers.place(number)
    }

    /// The commit with this number.
    pub(super) fn get(&self, number: u32) -> Option<Commit<'_>> {
        self.place(number).map(|place| self.at(place))
    }

    /// The id of an object that one of the commits names.
    pub(super) fn id(&self, named: Named, store: &Store) -> Oid {
        self.missing(named).unwrap_or_else(|| store.id(named.0))
    }

    /// The same for one that is not in the store; none for one that is.
    pub(super) fn missing(&self, named: Named) -> Option<Oid> {
        Some(self.list.missing[named.0.checked_sub(MISSING)? as usize])
    }
}
