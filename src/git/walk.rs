//! The walk over a forest: each object is inflated once, every version is built from its base while that is at hand, and a
//! base is freed when its last child is made.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use libdeflater::{DecompressionError, Decompressor};

use super::delta;
use super::forest::Forest;
use crate::search::Piece;

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
    inflater: Inflater,
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

/// Inflates zlib data.
struct Inflater {
    /// For data with fixed codes, as most deltas have that change little. Their tables are made once, as long as no others
    /// come between.
    fixed: Decompressor,
    other: Decompressor,
}

impl Inflater {
    fn new() -> Self {
        Self { fixed: Decompressor::new(), other: Decompressor::new() }
    }

    /// Inflates what `packed` begins with, and returns how many bytes it is.
    fn inflate(&mut self, packed: &[u8], into: &mut [u8]) -> Result<usize, DecompressionError> {
        // After a header of two bytes, the second and third bit of the first block (RFC 1951, 3.2.3) say how it is coded.
        let is_fixed = packed.get(2).is_some_and(|block| block >> 1 & 3 == 1);
        let decompressor = if is_fixed { &mut self.fixed } else { &mut self.other };
        decompressor.zlib_decompress(packed, into)
    }
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
            inflater: Inflater::new(),
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
        let mut path: Vec<u32> = std::iter::successors(Some(entry), |e| self.forest.base(*e)).collect();
        let mut text = self.spare.pop().unwrap_or_default();
        let root = path.pop().unwrap_or(entry);
        if self.packed(root)?.0 > self.largest {
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
            let len = delta::result_len(&delta)?;
            if len > largest {
                // No instruction makes more than a copy of three bytes of length.
                let could_be = len >> 24 <= delta.len() as u64;
                return Err(if could_be { Trouble::TooLarge } else { Trouble::Lost("its size cannot be right") });
            }
            Ok(delta::apply(base, &delta, &mut text, &mut self.pieces)?)
        });
        self.delta = delta;
        made.map(|()| text)
    }

    fn inflate(&mut self, entry: u32, into: &mut Vec<u8>) -> Result<(), &'static str> {
        let (size, packed) = self.packed(entry)?;
        let size = usize::try_from(size).map_err(|_| "it is larger than memory")?;
        into.clear();
        into.resize(size, 0);
        match self.inflater.inflate(packed, into) {
            Ok(n) if n == size => Ok(()),
            Ok(_) => Err("it is shorter than announced"),
            Err(_) => Err("its data is damaged"),
        }
    }

    /// Size of an entry's own data when inflated, bytes, and the pack from its deflated data on. A damaged size must neither take
    /// all memory nor pass for that of an object too large to be unpacked: deflate packs at most 1032 to 1.
    fn packed(&self, entry: u32) -> Result<(u64, &'p [u8]), &'static str> {
        let (size, packed) = self.forest.packed(entry)?;
        (size / 1032 <= packed.len() as u64).then_some((size, packed)).ok_or("its size cannot be right")
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
