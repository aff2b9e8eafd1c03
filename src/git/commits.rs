//! All commits of an object database, as numbers.

use git2::Oid;

use super::store::Store;

/// An object that a commit names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// Its number.
    Here(u32),
    /// It is not in the store.
    Missing(Oid),
}

impl Named {
    /// The number of an object that is there.
    pub(super) fn number(self) -> Option<u32> {
        match self {
            Self::Here(number) => Some(number),
            Self::Missing(_) => None,
        }
    }

    /// Its id.
    pub(super) fn id(self, store: &Store) -> Oid {
        match self {
            Self::Here(number) => store.ids[number as usize],
            Self::Missing(id) => id,
        }
    }
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommitNode {
    pub(super) tree: Named,
    pub(super) parents: Vec<Named>,
    /// Committer time, seconds since 1970.
    pub(super) time: i64,
}

/// All commits.
#[derive(Default)]
pub(super) struct Commits {
    /// Sorted by number.
    nodes: Vec<(u32, CommitNode)>,
    /// By object number: place in `nodes`, or [`NO_COMMIT`].
    places: Vec<u32>,
}

const NO_COMMIT: u32 = u32::MAX;

impl Commits {
    /// Of an object database with `objects` objects.
    pub(super) fn new(mut nodes: Vec<(u32, CommitNode)>, objects: usize) -> Self {
        nodes.sort_unstable_by_key(|c| c.0);
        // An object that several packs have was read several times.
        nodes.dedup_by_key(|c| c.0);
        let mut places = vec![NO_COMMIT; objects];
        for (place, (number, _)) in nodes.iter().enumerate() {
            places[*number as usize] = place as u32;
        }
        Self { nodes, places }
    }

    /// All commits with their numbers, by number.
    pub(super) fn all(&self) -> &[(u32, CommitNode)] {
        &self.nodes
    }

    /// The place in [`all`](Self::all) of the commit with this number.
    pub(super) fn place(&self, number: u32) -> Option<usize> {
        Some(self.places[number as usize]).filter(|place| *place != NO_COMMIT).map(|place| place as usize)
    }

    /// The commit with this number.
    pub(super) fn get(&self, number: u32) -> Option<&CommitNode> {
        self.place(number).map(|place| &self.nodes[place].1)
    }
}

/// Reads a commit object; none if its header cannot be read.
pub(super) fn parse(store: &Store, text: &[u8]) -> Option<CommitNode> {
    let named = |hex: &[u8]| {
        let id = Oid::from_str(std::str::from_utf8(hex).ok()?).ok()?;
        Some(store.number(&id).map_or(Named::Missing(id), Named::Here))
    };
    let (mut tree, mut parents, mut time) = (None, Vec::new(), 0);
    for line in text.split(|b| *b == b'\n').take_while(|l| !l.is_empty()) {
        if let Some(hex) = line.strip_prefix(b"tree ") {
            tree = Some(named(hex)?);
        } else if let Some(hex) = line.strip_prefix(b"parent ") {
            parents.push(named(hex)?);
        } else if let Some(who) = line.strip_prefix(b"committer ") {
            // "Name <mail> seconds zone"; a broken date is the beginning of time, as git has it.
            let mut words = who.rsplit(|b| *b == b' ').skip(1);
            time = words.next().and_then(|w| std::str::from_utf8(w).ok()?.parse().ok()).unwrap_or(0);
            break;
        }
    }
    Some(CommitNode { tree: tree?, parents, time })
}
