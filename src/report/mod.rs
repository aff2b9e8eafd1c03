//! The result of a scan and its outputs. A format is a function from a [`Report`] to bytes.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::rules::RuleSet;

/// Why something was deliberately not searched. Such skips do not make a scan incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// Holds NUL bytes and is no UTF-16.
    Binary,
    /// Larger than `--max-file-size`.
    TooLarge,
    /// A symbolic link: its target is scanned where it lies.
    Symlink,
    /// A socket, pipe or device.
    Special,
    /// A submodule's commit: scan that repository itself.
    Submodule,
    /// Excluded from git by an ignore file (counted where it is a file given by name).
    Ignored,
}

impl SkipReason {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::TooLarge => "too-large",
            Self::Symlink => "symlink",
            Self::Special => "special",
            Self::Submodule => "submodule",
            Self::Ignored => "ignored",
        }
    }
}

/// Why a candidate is not reported. Counted, so that silence is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DropReason {
    /// Below `--confidence`.
    Confidence,
    /// A placeholder, a variable reference or repeated characters.
    Placeholder,
    /// Not random enough for its alphabet and length.
    Entropy,
    /// An offline check says it is no secret (a public key, a certificate).
    NotSecret,
    /// A more specific rule reports the same bytes.
    Overlap,
}

impl DropReason {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confidence => "below-confidence",
            Self::Placeholder => "placeholder",
            Self::Entropy => "not-random",
            Self::NotSecret => "not-a-secret",
            Self::Overlap => "more-specific-rule",
        }
    }
}

/// Something that was asked for and could not be searched. Each one makes the scan incomplete.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, thiserror::Error)]
#[error("{subject}: {problem}")]
pub struct ScanError {
    /// The path, object or repository.
    pub subject: String,
    /// What went wrong, and what to do where that is known.
    pub problem: String,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// Files of working trees searched.
    pub files: u64,
    /// Distinct git blobs searched (history, HEAD and index).
    pub blobs: u64,
    /// Commits walked.
    pub commits: u64,
    /// Bytes searched, files and blobs.
    pub bytes: u64,
}

/// Everything a scan has to say; the single input of every format.
pub struct Report<'a> {
    /// The rules it ran with; [`Finding::rule`] is an index into them.
    pub rules: &'a RuleSet,
    /// What was found, at or above the wanted confidence, sorted.
    pub findings: Vec<Finding>,
    /// Candidates that are not reported, by reason.
    pub suppressed: BTreeMap<DropReason, u64>,
    /// Things that were deliberately not searched, by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// Things that could not be searched, sorted.
    pub errors: Vec<ScanError>,
    /// What was looked at.
    pub stats: Stats,
    /// The user stopped the scan.
    pub interrupted: bool,
}

impl Report<'_> {
    /// All that was asked for was searched.
    pub fn is_complete(&self) -> bool {
        self.errors.is_empty() && !self.interrupted
    }
}
