//! Sources: where texts come from. Each one lists what there is, reads it and hands it to the searcher.

pub mod decode;
pub mod files;
pub mod history;
pub mod introduced;
pub mod stdin;
mod stream;

use crate::collect::Collector;
use crate::search::Searcher;

/// What every source needs.
pub struct Scan<'s> {
    /// The detector and the time.
    pub searcher: &'s Searcher<'s>,
    /// Takes results.
    pub collector: &'s Collector,
    /// The worker threads.
    pub pool: &'s rayon::ThreadPool,
    /// Larger files and blobs are skipped, and counted.
    pub max_file_size: Option<u64>,
}
