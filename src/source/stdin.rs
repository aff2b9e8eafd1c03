//! One text that is no file of the working tree: standard input, or a version of a file.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::interruptible::Interruptible;
use super::stream::{self, Outcome};
use super::{INTERNAL_ERROR, Scan};
use crate::origin::Origin;
use crate::report::SkipReason;

/// Searches everything `input` holds, or what came of it when the scan is cancelled.
pub fn scan(scan: &Scan<'_>, input: impl std::io::Read + Send + 'static) {
    text(scan, &Origin::Stdin, Interruptible::new(input, scan.collector));
}

/// The same for a text from another place.
pub fn text(scan: &Scan<'_>, origin: &Origin, mut input: impl std::io::Read) {
    let search = || stream::search(scan.searcher, scan.collector, &mut input, &mut Vec::new());
    let searched = catch_unwind(AssertUnwindSafe(search));
    match searched.unwrap_or_else(|_| Err(std::io::Error::other(INTERNAL_ERROR))) {
        Ok(Outcome::Searched(bytes, matches)) => {
            scan.collector.file(bytes);
            scan.collector.matches(origin, matches);
        }
        Ok(Outcome::Binary) => scan.collector.skip(SkipReason::Binary),
        Err(error) => scan.collector.error(origin.path(), error.to_string()),
    }
}
