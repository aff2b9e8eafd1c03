//! What keeps a finding out of the report. Silence is data: it says who asked for it, where, why and until when.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use jiff::civil::Date;

use crate::finding::{Finding, Location};
use crate::fingerprint::Fingerprint;
use crate::named_enum;
use crate::rules::Rule;
use crate::secret::Secret;

named_enum! {
    /// The ways of saying that a finding is not to be reported. Where several say so, the first of these is named.
    SuppressionKind {
        /// A comment beside the secret.
        Inline = "inline-comment",
        /// The built-in list of credentials that documentation publishes as examples.
        Example = "published-example",
        /// An allow rule of a configuration or ignore file.
        Configuration = "configuration",
        /// An entry of a baseline.
        Baseline = "baseline",
    }
}

/// Why a finding is not reported at a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Suppression {
    /// Which way of saying so.
    pub kind: SuppressionKind,
    /// The file that says it, as reported paths are written.
    pub file: Arc<str>,
    /// The line there, where it has one.
    pub line: Option<NonZeroU32>,
    /// What stands there: `spillcheck:allow`, `allow rule 3`, `entry, unreviewed`.
    pub what: Arc<str>,
    /// Why, in the words of whoever wrote it. Holds no secret.
    pub reason: Option<Arc<str>>,
    /// Who answers for it.
    pub owner: Option<Arc<str>>,
    /// The last day it counts (UTC).
    pub until: Option<Date>,
    /// False for what was only taken over (an entry that nobody has looked at yet).
    pub reviewed: bool,
}

impl fmt::Display for Suppression {
    /// `spillcheck:allow in src/app.py:3, until 2027-01-31, owner ops: made up`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.what, self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(until) = self.until {
            write!(f, ", until {until}")?;
        }
        if let Some(owner) = &self.owner {
            write!(f, ", owner {owner}")?;
        }
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

/// A finding with the places at which one suppression keeps it out of the report.
#[derive(Debug, Clone)]
pub struct Suppressed {
    /// The finding; its locations are the suppressed ones alone.
    pub finding: Finding,
    /// What suppresses it there.
    pub by: Suppression,
}

/// Something that is meant to suppress and does not: it should be taken away or mended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnusedAllow {
    /// The file it stands in, as reported paths are written.
    pub file: Arc<str>,
    /// The line there, where it has one.
    pub line: Option<NonZeroU32>,
    /// What stands there.
    pub what: Arc<str>,
    /// Why it does nothing.
    pub problem: String,
}

impl fmt::Display for UnusedAllow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}: {}", self.what, self.problem)
    }
}

/// A file that decided what is reported: a configuration, a baseline, a list of ignored findings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Applied {
    /// The file, as reported paths are written; `HEAD:` in front for a file of a bare repository.
    pub path: String,
    /// Its format.
    pub format: &'static str,
    /// What of it could not be applied, and what works differently.
    pub notices: Vec<String>,
}

/// A finding at one place, as a [`Suppressor`] sees it.
#[derive(Clone, Copy)]
pub struct Subject<'s> {
    /// The rule.
    pub rule: &'s Rule,
    /// The credential.
    pub secret: &'s Secret,
    /// The identity of the two.
    pub fingerprint: Fingerprint,
    /// The place.
    pub location: &'s Location,
}

/// Something that keeps findings out of the report: a baseline, the allow rules of a configuration.
pub trait Suppressor: fmt::Debug + Send + Sync {
    /// Says whether `subject` is suppressed, and by what.
    fn suppression(&self, subject: &Subject<'_>) -> Option<Suppression>;

    /// What of it should have suppressed one of `reported` and does no longer (an entry that has expired), or suppresses
    /// nothing although it could have: for the report's list of [`UnusedAllow`]s.
    fn unused(&self, reported: &[Subject<'_>]) -> Vec<UnusedAllow> {
        let _ = reported;
        Vec::new()
    }
}
