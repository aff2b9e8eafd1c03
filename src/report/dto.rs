//! What the JSON formats promise. These structs are the contract; the internal types may change without them.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use base64::Engine as _;
use serde::{Serialize, Serializer};

use super::{Options, Report, applied};
use crate::finding::{Finding, Location};
use crate::origin::Reach;
use crate::rules::{Confidence, Rule, Severity};
use crate::suppression::{Suppressed, UnusedAllow};

/// Rises when a field changes its meaning or goes away; new fields do not raise it.
const SCHEMA_VERSION: u32 = 1;

/// The JSON document.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    findings: Vec<FindingDto<'a>>,
    suppressed: Vec<SuppressedDto<'a>>,
    summary: Summary<'a>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// One finding; a line of JSON Lines.
#[derive(Serialize)]
pub(super) struct FindingDto<'a> {
    rule_id: &'a str,
    provider: &'a str,
    title: &'a str,
    kind: &'static str,
    severity: &'static str,
    confidence: &'static str,
    secret: String,
    /// The exact bytes, where `secret` is in clear and cannot hold them.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_base64: Option<String>,
    fingerprint: String,
    facts: BTreeMap<&'a str, String>,
    since: Option<Since<'a>>,
    locations: Vec<LocationDto<'a>>,
    remedy: Remedy<'a>,
}

#[derive(Serialize)]
struct Since<'a> {
    commit: &'a str,
    date: &'a str,
}

#[derive(Serialize)]
struct LocationDto<'a> {
    path: &'a str,
    line: NonZeroU32,
    column: NonZeroU32,
    end_line: NonZeroU32,
    end_column: NonZeroU32,
    place: &'static str,
    confidence: &'static str,
    commit: Option<&'a str>,
    author: Option<&'a str>,
    date: Option<&'a str>,
    committer: Option<&'a str>,
    committed: Option<&'a str>,
    tag: Option<&'a str>,
    in_head: Option<bool>,
    reach: Option<&'static str>,
    refs: Vec<&'a str>,
    refs_total: usize,
    excerpt: String,
}

#[derive(Serialize)]
struct Remedy<'a> {
    about: &'a str,
    impact: &'a str,
    disable: &'a str,
    rotate: &'a str,
    store: &'a str,
    documentation: Option<&'a str>,
}

/// A finding that is not reported.
#[derive(Serialize)]
struct SuppressedDto<'a> {
    suppression: SuppressionDto<'a>,
    #[serde(flatten)]
    finding: FindingDto<'a>,
}

/// A suppressed finding as a line of JSON Lines: not to be mistaken for one that is reported.
#[derive(Serialize)]
pub(super) struct SuppressedLine<'a> {
    suppressed: SuppressedDto<'a>,
}

#[derive(Serialize)]
struct SuppressionDto<'a> {
    kind: &'static str,
    file: &'a str,
    line: Option<NonZeroU32>,
    what: &'a str,
    reason: Option<&'a str>,
    owner: Option<&'a str>,
    until: Option<String>,
    reviewed: bool,
}

#[derive(Serialize)]
struct UnusedDto<'a> {
    file: &'a str,
    line: Option<NonZeroU32>,
    what: &'a str,
    problem: &'a str,
}

/// The last line of JSON Lines.
#[derive(Serialize)]
pub(super) struct SummaryLine<'a> {
    summary: Summary<'a>,
}

#[derive(Serialize)]
struct Summary<'a> {
    schema_version: u32,
    version: &'static str,
    rules: usize,
    findings: usize,
    by_severity: Counts,
    by_confidence: Counts,
    suppressed: Counts,
    suppressed_by: Vec<applied::CountDto<'a>>,
    configuration: Vec<applied::AppliedDto<'a>>,
    unused_allows: Vec<UnusedDto<'a>>,
    dropped: Counts,
    skipped: Counts,
    errors: Vec<ErrorDto<'a>>,
    stats: StatsDto,
    complete: bool,
    interrupted: bool,
    nothing_searched: bool,
}

#[derive(Serialize)]
struct ErrorDto<'a> {
    subject: &'a str,
    problem: &'a str,
}

#[derive(Serialize)]
struct StatsDto {
    files: u64,
    blobs: u64,
    commits: u64,
    bytes: u64,
}

/// Names with numbers, written as an object in this order.
struct Counts(Vec<(&'static str, u64)>);

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

impl<'a> Document<'a> {
    pub(super) fn new(report: &'a Report<'_>, options: &Options) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            findings: report.findings.iter().map(|f| FindingDto::new(report, f, options)).collect(),
            suppressed: listed(report, options).map(|s| SuppressedDto::new(report, s, options)).collect(),
            summary: Summary::new(report),
        }
    }
}

impl<'a> FindingDto<'a> {
    pub(super) fn new(report: &'a Report<'_>, finding: &'a Finding, options: &Options) -> Self {
        let rule = report.rules.get(finding.rule);
        let (secret, secret_base64) = secret(finding, options);
        Self {
            rule_id: &rule.id,
            provider: &rule.provider,
            title: &rule.title,
            kind: rule.kind.as_str(),
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            secret,
            secret_base64,
            fingerprint: finding.fingerprint.to_string(),
            facts: facts(finding),
            since: finding.since().map(|c| Since { commit: &c.id, date: &c.date }),
            locations: finding.locations.iter().map(|l| LocationDto::new(l, options)).collect(),
            remedy: Remedy::new(rule),
        }
    }
}

/// The suppressed findings that a report lists.
pub(super) fn listed<'a>(report: &'a Report<'_>, options: &Options) -> impl Iterator<Item = &'a Suppressed> + use<'a> {
    report.suppressed[..if options.list_suppressed { report.suppressed.len() } else { 0 }].iter()
}

impl<'a> SuppressedDto<'a> {
    fn new(report: &'a Report<'_>, suppressed: &'a Suppressed, options: &Options) -> Self {
        let by = &suppressed.by;
        let suppression = SuppressionDto {
            kind: by.kind.as_str(),
            file: &by.file,
            line: by.line,
            what: &by.what,
            reason: by.reason.as_deref(),
            owner: by.owner.as_deref(),
            until: by.until.map(|day| day.to_string()),
            reviewed: by.reviewed,
        };
        Self { suppression, finding: FindingDto::new(report, &suppressed.finding, options) }
    }
}

impl<'a> SuppressedLine<'a> {
    pub(super) fn new(report: &'a Report<'_>, suppressed: &'a Suppressed, options: &Options) -> Self {
        Self { suppressed: SuppressedDto::new(report, suppressed, options) }
    }
}

impl<'a> UnusedDto<'a> {
    fn new(unused: &'a UnusedAllow) -> Self {
        Self { file: &unused.file, line: unused.line, what: &unused.what, problem: &unused.problem }
    }
}

fn secret(finding: &Finding, options: &Options) -> (String, Option<String>) {
    if !options.reveal {
        return (finding.secret.mask(), None);
    }
    let bytes = finding.secret.reveal();
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => {
            (String::from_utf8_lossy(bytes).into_owned(), Some(base64::engine::general_purpose::STANDARD.encode(bytes)))
        }
    }
}

/// Facts by label; a label that occurs twice keeps both values.
fn facts(finding: &Finding) -> BTreeMap<&str, String> {
    let mut facts: BTreeMap<&str, String> = BTreeMap::new();
    for fact in &finding.facts {
        facts
            .entry(fact.label)
            .and_modify(|value| {
                value.push_str(", ");
                value.push_str(&fact.value);
            })
            .or_insert_with(|| fact.value.clone());
    }
    facts
}

impl<'a> LocationDto<'a> {
    fn new(location: &'a Location, options: &Options) -> Self {
        let (commit, tag) = (location.commit.as_deref(), location.tag.as_deref());
        let (refs, refs_total) = match location.reach.as_deref() {
            Some(Reach::Refs { names, total }) => (names.iter().map(|name| &**name).collect(), *total),
            _ => (Vec::new(), 0),
        };
        Self {
            path: &location.path,
            line: location.start.line,
            column: location.start.column,
            end_line: location.end.line,
            end_column: location.end.column,
            place: location.place.as_str(),
            confidence: location.confidence.as_str(),
            commit: commit.map(|c| c.id.as_str()),
            author: commit.map(|c| c.author.as_str()).or(tag.map(|t| t.tagger.as_str())),
            date: commit.map(|c| c.date.as_str()).or(tag.map(|t| t.date.as_str())),
            committer: commit.map(|c| c.committer.as_str()),
            committed: commit.map(|c| c.committed.as_str()),
            tag: tag.map(|t| t.name.as_str()),
            in_head: location.in_head,
            reach: location.reach.as_deref().and_then(Reach::as_str),
            refs,
            refs_total,
            excerpt: location.excerpt.render(options.reveal),
        }
    }
}

impl<'a> Remedy<'a> {
    fn new(rule: &'a Rule) -> Self {
        Self {
            about: &rule.about,
            impact: &rule.impact,
            disable: &rule.disable,
            rotate: &rule.rotate,
            store: &rule.store,
            documentation: rule.documentation.as_deref(),
        }
    }
}

impl<'a> SummaryLine<'a> {
    pub(super) fn new(report: &'a Report<'_>) -> Self {
        Self { summary: Summary::new(report) }
    }
}

impl<'a> Summary<'a> {
    fn new(report: &'a Report<'_>) -> Self {
        let of_findings =
            |wanted: &dyn Fn(&Finding) -> bool| report.findings.iter().filter(|f| wanted(f)).count() as u64;
        let severity = |s: &Severity| (s.as_str(), of_findings(&|f| f.severity == *s));
        let confidence = |c: &Confidence| (c.as_str(), of_findings(&|f| f.confidence == *c));
        Self {
            schema_version: SCHEMA_VERSION,
            version: env!("CARGO_PKG_VERSION"),
            rules: report.rules.selected(),
            findings: report.findings.len(),
            by_severity: Counts(Severity::ALL.iter().rev().map(severity).collect()),
            by_confidence: Counts(Confidence::ALL.iter().rev().map(confidence).collect()),
            suppressed: Counts(report.suppressed_by_kind().into_iter().map(|(kind, n)| (kind.as_str(), n)).collect()),
            suppressed_by: applied::suppressed_by(report),
            configuration: applied::applied(report),
            unused_allows: report.unused_allows.iter().map(UnusedDto::new).collect(),
            dropped: Counts(report.dropped.iter().map(|(reason, n)| (reason.as_str(), *n)).collect()),
            skipped: Counts(report.skipped.iter().map(|(reason, n)| (reason.as_str(), *n)).collect()),
            errors: report.errors.iter().map(|e| ErrorDto { subject: &e.subject, problem: &e.problem }).collect(),
            stats: StatsDto {
                files: report.stats.files,
                blobs: report.stats.blobs,
                commits: report.stats.commits,
                bytes: report.stats.bytes,
            },
            complete: report.is_complete(),
            interrupted: report.interrupted,
            nothing_searched: !report.searched_anything(),
        }
    }
}
