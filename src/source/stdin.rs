//! Standard input as one text.

use super::Scan;
use super::stream::{self, Outcome};
use crate::origin::Origin;
use crate::report::SkipReason;

/// Searches everything `input` holds.
pub fn scan(scan: &Scan<'_>, mut input: impl std::io::Read) {
    match stream::search(scan.searcher, &mut input, &mut Vec::new()) {
        Ok(Outcome::Searched(bytes, matches)) => {
            scan.collector.file(bytes);
            scan.collector.matches(&Origin::Stdin, matches);
        }
        Ok(Outcome::Binary) => scan.collector.skip(SkipReason::Binary),
        Err(error) => scan.collector.error("<stdin>", error.to_string()),
    }
}
