//! What a scan finds.

use std::sync::Arc;

use crate::detect::check::Fact;
use crate::fingerprint::Fingerprint;
use crate::line_hash::LineHash;
use crate::origin::{Commit, Origin, Reach, Tag};
use crate::position::Position;
use crate::rules::{Confidence, Severity};
use crate::secret::Secret;

/// One secret found by one rule, with every place it stands in.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Index of the rule in the scan's rule set.
    pub rule: usize,
    /// Severity of the rule.
    pub severity: Severity,
    /// Highest confidence of all its locations.
    pub confidence: Confidence,
    /// The credential.
    pub secret: Secret,
    /// Identity of the finding: rule and secret, never the place.
    pub fingerprint: Fingerprint,
    /// What offline checks learnt.
    pub facts: Vec<Fact>,
    /// Where it stands, sorted; never empty.
    pub locations: Vec<Location>,
}

impl Finding {
    /// The earliest commit of all locations: since when the secret is exposed.
    pub fn since(&self) -> Option<&Commit> {
        self.locations.iter().filter_map(|l| l.commit.as_deref()).min()
    }
}

/// What a location was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A file of the working tree.
    File,
    /// Standard input.
    Stdin,
    /// The index.
    Staged,
    /// Only git history: the file of today does not have it (or was not scanned).
    History,
}

impl Place {
    /// What a text of this origin was read from.
    pub fn of(origin: &Origin) -> Self {
        match origin {
            Origin::File { .. } => Self::File,
            Origin::Stdin => Self::Stdin,
            Origin::Staged { .. } => Self::Staged,
            Origin::Commit { .. } | Origin::Tag { .. } | Origin::Object { .. } => Self::History,
        }
    }

    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Stdin => "stdin",
            Self::Staged => "staged",
            Self::History => "history",
        }
    }
}

/// One place a secret stands in. For [`Place::History`] the position is that in the first version that has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Path relative to the repository or the scanned folder, `/`-separated; `<stdin>` for standard input.
    pub path: Arc<str>,
    /// First byte of the secret.
    pub start: Position,
    /// One past the last byte of the secret.
    pub end: Position,
    /// What it was read from.
    pub place: Place,
    /// The first commit that has the secret at this path, where history was read.
    pub commit: Option<Arc<Commit>>,
    /// The annotated tag whose message it is, if it is one.
    pub tag: Option<Arc<Tag>>,
    /// What reaches that commit, tag or object; none where history was not read.
    pub reach: Option<Arc<Reach>>,
    /// Whether HEAD has the secret at this path; none where history was not read.
    pub in_head: Option<bool>,
    /// The line (or the first lines) it stands in, with all that the scan knows to be secret set apart.
    pub excerpt: Excerpt,
    /// Confidence at this place.
    pub confidence: Confidence,
    /// The hash of the line it begins in, for a file of the working tree and where it was asked for.
    pub line_hash: Option<LineHash>,
    /// What the secret stands in, where the scan was asked to keep it.
    pub context: Option<Arc<Context>>,
}

/// What a secret stands in: for allow rules that look at it, and for formats that show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Context {
    /// The secret with the name it is assigned to.
    pub matched: Excerpt,
    /// The lines of that, whole, up to some kilobytes.
    pub lines: Excerpt,
    /// Where the match begins.
    pub start: Position,
    /// One past its end.
    pub end: Position,
}

/// A piece of the scanned text in which secrets are kept apart from the rest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Excerpt {
    /// The pieces in order.
    pub parts: Vec<Part>,
}

/// See [`Excerpt`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Text that no rule takes for a secret; lossily decoded, without line ends.
    Plain(String),
    /// A secret or a piece of one.
    Hidden(Secret),
}

impl Excerpt {
    /// The text, with secrets masked unless `reveal`.
    pub fn render(&self, reveal: bool) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Plain(plain) => text.push_str(plain),
                Part::Hidden(secret) if reveal => text.push_str(&String::from_utf8_lossy(secret.reveal())),
                Part::Hidden(secret) => text.push_str(&secret.mask()),
            }
        }
        text
    }
}
