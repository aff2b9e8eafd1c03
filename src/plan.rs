//! What a hook or a CI job asks for, worked out before the scan: the one noun that `hook` and `ci` hand on.

use crate::report::{ScanError, Subject};
use crate::scan::Target;

/// What is scanned, and what is said about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What is scanned, in one pass.
    pub targets: Vec<Target>,
    /// What a hook's advice is about.
    pub subject: Subject,
    /// What was understood, one sentence each, without the full stop.
    pub notes: Vec<String>,
    /// What was asked for and cannot be scanned: each one makes the scan incomplete.
    pub problems: Vec<ScanError>,
}

impl Plan {
    /// Says something.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Something that was asked for cannot be scanned.
    pub fn problem(&mut self, subject: impl Into<String>, problem: impl Into<String>) {
        self.problems.push(ScanError { subject: subject.into(), problem: problem.into() });
    }
}
