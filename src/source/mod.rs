//! Sources: where texts come from. Each one lists what there is, reads it and hands it to the searcher.

pub mod decode;
pub mod files;
pub mod history;
pub mod introduced;
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
}
