//! The result of a scan and its outputs. A format is a function from a [`Report`] to bytes.

mod applied;
mod dto;
mod excerpt;
mod github;
mod gitlab;
mod gitleaks;
mod hook;
mod human;
mod json;
mod jsonl;
mod markdown;
mod reach;
mod sarif;
mod sarif_log;
mod sarif_rules;
mod summary;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::finding::Finding;
use crate::named_enum;
use crate::rules::RuleSet;
use crate::suppression::{Applied, Suppressed, SuppressionKind, UnusedAllow};

pub use hook::{Subject, write_hook};
pub use text::printable;

named_enum! {
    /// How a report is written.
    Format {
        /// For people, in a terminal or a CI log.
        Human = "human",
        /// One JSON document.
        Json = "json",
        /// JSON Lines: one object for each finding, the summary last.
        Jsonl = "jsonl",
        /// SARIF 2.1.0 as GitHub code scanning reads it.
        Sarif = "sarif",
        /// Workflow commands that annotate files in GitHub Actions.
        Github = "github",
        /// A table in Markdown, for the summary of a CI job.
        Markdown = "markdown",
        /// GitLab's secret detection report, schema 15.0.
        Gitlab = "gitlab",
        /// The JSON report of gitleaks.
        GitleaksJson = "gitleaks-json",
    }
}

/// What a format is allowed to show. Together with the [`Report`] it decides every byte of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Write secrets in clear.
    pub reveal: bool,
    /// Human output: ANSI colours.
    pub color: bool,
    /// Human output: all places and errors, what each credential is, fingerprints.
    pub verbose: bool,
    /// JSON and SARIF: list suppressed findings; else they are only counted.
    pub list_suppressed: bool,
    /// SARIF: most results in one run; never more than [`Options::MAX_RESULTS`]. What is left out is said.
    pub max_results: usize,
}

impl Options {
    /// GitHub refuses a SARIF run with more results than this.
    pub const MAX_RESULTS: usize = 25_000;
}

impl Default for Options {
    fn default() -> Self {
        Self { reveal: false, color: false, verbose: false, list_suppressed: true, max_results: Self::MAX_RESULTS }
    }
}

/// Writes a report. The bytes depend on the report and the options alone: no clock, no environment.
pub fn write(format: Format, report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    match format {
        Format::Human => human::write(report, options, &mut out)?,
        Format::Json => json::write(report, options, &mut out)?,
        Format::Jsonl => jsonl::write(report, options, &mut out)?,
        Format::Sarif => sarif::write(report, options, &mut out)?,
        Format::Github => github::write(report, options, &mut out)?,
        Format::Markdown => markdown::write(report, options, &mut out)?,
        Format::Gitlab => gitlab::write(report, options, &mut out)?,
        Format::GitleaksJson => gitleaks::write(report, options, &mut out)?,
    }
    out.flush()
}

/// The findings, the worst first; equals in the order of the report.
fn ranked<'a>(report: &'a Report<'_>) -> Vec<&'a Finding> {
    let mut findings: Vec<_> = report.findings.iter().collect();
    findings.sort_by_key(|f| std::cmp::Reverse((f.severity, f.confidence)));
    findings
}

/// Writes one finding as the report for people shows it.
pub fn describe(report: &Report<'_>, finding: &Finding, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    human::one(report, finding, options, out)
}

/// What a format that has no place for it leaves unsaid: suppressed findings, applied files, what could not be searched.
pub fn unsaid(report: &Report<'_>) -> Vec<String> {
    let mut lines = summary::silence(report);
    if !report.is_complete() {
        lines.push(format!("INCOMPLETE: {}", summary::what_is_missing(report)));
    }
    lines.iter().map(|line| text::printable(line)).collect()
}

/// Why something was deliberately not searched. Such skips do not make a scan incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// Holds NUL bytes and is no UTF-16.
    Binary,
    /// Larger than `--max-file-size` or `--max-blob-size`.
    TooLarge,
    /// A symbolic link: its target is scanned where it lies.
    Symlink,
    /// A socket, pipe or device.
    Special,
    /// A submodule's commit: scan that repository itself.
    Submodule,
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
    /// The value model takes it for something else.
    Unlikely,
    /// An offline check says it is no secret (a public key, a certificate).
    NotSecret,
    /// A more specific rule reports the same bytes.
    Overlap,
    /// Its rule was not selected (`--only`, `--skip`); never counted.
    Muted,
}

impl DropReason {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confidence => "below-confidence",
            Self::Placeholder => "placeholder",
            Self::Entropy => "not-random",
            Self::Unlikely => "unlikely",
            Self::NotSecret => "not-a-secret",
            Self::Overlap => "more-specific-rule",
            Self::Muted => "rule-not-selected",
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
    /// Findings that are not reported because somebody said so, with the places where that holds; sorted.
    pub suppressed: Vec<Suppressed>,
    /// The files that decided what is reported, sorted.
    pub applied: Vec<Applied>,
    /// What is meant to suppress findings and does not; sorted.
    pub unused_allows: Vec<UnusedAllow>,
    /// Candidates that came to nothing, by reason.
    pub dropped: BTreeMap<DropReason, u64>,
    /// Things that were deliberately not searched, by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// Things that could not be searched, sorted.
    pub errors: Vec<ScanError>,
    /// What was looked at.
    pub stats: Stats,
    /// When the scan began, seconds since 1970.
    pub began: i64,
    /// When it ended, seconds since 1970.
    pub ended: i64,
    /// The user stopped the scan.
    pub interrupted: bool,
}

impl Report<'_> {
    /// How many suppressed findings there are of each kind of suppression.
    pub fn suppressed_by_kind(&self) -> BTreeMap<SuppressionKind, u64> {
        let mut counts = BTreeMap::new();
        for suppressed in &self.suppressed {
            *counts.entry(suppressed.by.kind).or_default() += 1;
        }
        counts
    }

    /// All that was asked for was searched.
    pub fn is_complete(&self) -> bool {
        self.errors.is_empty() && !self.interrupted
    }

    /// Whether any byte could have been found in: a scan of nothing is not a clean scan.
    pub fn searched_anything(&self) -> bool {
        self.stats.files > 0 || self.stats.blobs > 0 || self.stats.bytes > 0
    }
}
