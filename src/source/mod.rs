//! Sources: where texts come from. Each one lists what there is, reads it and hands it to the searcher.

pub mod decode;
pub mod files;
pub mod history;
pub mod interruptible;
pub mod introduced;
mod lines;
pub mod message;
pub mod stdin;
mod stream;

use crate::collect::Collector;
use crate::rules::Confidence;
use crate::search::Searcher;

/// What is said of a text on which the program itself failed.
pub const INTERNAL_ERROR: &str = "internal error while it was searched; please report it";

/// How history is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// Only what each version adds to the one it is stored as a change of.
    Changes,
    /// Every version in full: slow, and the measure of the other.
    FullSearch,
}

/// What every source needs.
pub struct Scan<'s> {
    /// The detector and the time.
    pub searcher: &'s Searcher<'s>,
    /// Takes results.
    pub collector: &'s Collector,
    /// The worker threads.
    pub pool: &'s rayon::ThreadPool,
    /// How history is searched.
    pub history: History,
    /// Findings below are counted, not reported.
    pub floor: Confidence,
    /// Larger files and blobs are skipped, and counted.
    pub max_file_size: Option<u64>,
    /// Larger blobs are skipped, and counted.
    pub max_blob_size: u64,
    /// About how many bytes of unpacked versions a search of history may hold at the same time, over all threads. A single
    /// version may take more.
    pub max_memory: u64,
    /// Matches in files get the hash of their line: costs a second look at files that hold something.
    pub line_hashes: bool,
}

impl Scan<'_> {
    /// Whether a blob of this many bytes is to be skipped and counted.
    pub fn is_blob_too_large(&self, bytes: u64) -> bool {
        bytes > self.max_blob_size.min(self.max_file_size.unwrap_or(u64::MAX))
    }
}
