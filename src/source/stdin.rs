//! Standard input as one text.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::stream::{self, Outcome};
use super::{INTERNAL_ERROR, Scan};
use crate::origin::Origin;
use crate::report::SkipReason;

/// Searches everything `input` holds.
pub fn scan(scan: &Scan<'_>, mut input: impl std::io::Read) {
    let searched = catch_unwind(AssertUnwindSafe(|| stream::search(scan.searcher, &mut input, &mut Vec::new())));
    match searched.unwrap_or_else(|_| Err(std::io::Error::other(INTERNAL_ERROR))) {
        Ok(Outcome::Searched(bytes, matches)) => {
            scan.collector.file(bytes);
            scan.collector.matches(&Origin::Stdin, matches);
        }
        Ok(Outcome::Binary) => scan.collector.skip(SkipReason::Binary),
        Err(error) => scan.collector.error("<stdin>", error.to_string()),
    }
}
