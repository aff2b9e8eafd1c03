//! SARIF 2.1.0 as GitHub code scanning reads it.
//!
//! Two runs, because GitHub closes an alert as soon as the next upload of the same category does not have it: what
//! stands in files of today is one category, what only history has another.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::dto::listed;
use super::human::{day, headline, short};
use super::sarif_log::{
    ArtifactLocation, AutomationDetails, Driver, Invocation, LineRegion, Log, Notification, PhysicalLocation, Region,
    ResultProperties, Run, SarifLocation, SarifResult, SarifSuppression, SuppressionLocation, SuppressionPlace, Text,
    Tool,
};
use super::sarif_rules::{descriptor, level};
use super::text::{count, printable, printable_bytes, thousands};
use super::{Options, Report, applied, reach};
use crate::finding::{Finding, Location, Place};
use crate::rules::Rule;
use crate::suppression::{Suppression, SuppressionKind};

/// Results of a run that GitHub shows, the most severe ones; it takes [`Options::MAX_RESULTS`].
const SHOWN: usize = 5000;
/// Locations of one result, the first included: GitHub shows so many.
const LOCATIONS: usize = 100;
/// Related locations linked from the message.
const LINKS: usize = 5;
/// Errors written as notifications.
const ERRORS: usize = 1000;

/// A result to write: a finding and which of its locations comes first.
struct Entry<'a> {
    finding: &'a Finding,
    /// What keeps it out of the report.
    by: Option<&'a Suppression>,
    at: usize,
    /// Counts the results of the finding in this run, from 1.
    occurrence: usize,
}

/// Writes the log.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let (files, history) = entries(report, options);
    let mut runs = vec![run("spillcheck/files/", files, report, options)];
    if !history.is_empty() {
        runs.push(run("spillcheck/history/", history, report, options));
    }
    let log = Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// The results of the files' run (one for each place outside history) and of the history run (one for each finding that
/// has no such place).
fn entries<'a>(report: &'a Report<'_>, options: &Options) -> (Vec<Entry<'a>>, Vec<Entry<'a>>) {
    let (mut files, mut history) = (Vec::new(), Vec::new());
    let reported = report.findings.iter().map(|f| (f, None));
    for (finding, by) in reported.chain(listed(report, options).map(|s| (&s.finding, Some(&s.by)))) {
        let mut seen = BTreeSet::new();
        for (at, location) in finding.locations.iter().enumerate() {
            // The same place in a file and in the index is one alert.
            if location.place != Place::History && seen.insert((&location.path, location.start, location.end)) {
                files.push(Entry { finding, by, at, occurrence: seen.len() });
            }
        }
        if seen.is_empty() && !finding.locations.is_empty() {
            history.push(Entry { finding, by, at: 0, occurrence: 1 });
        }
    }
    (files, history)
}

fn run<'a>(id: &'static str, mut entries: Vec<Entry<'a>>, report: &'a Report<'_>, options: &Options) -> Run<'a> {
    let mut notifications = problems(report);
    let (total, most) = (entries.len(), options.max_results.min(Options::MAX_RESULTS));
    if total > most {
        let mut ranked: Vec<_> = entries.into_iter().enumerate().collect();
        ranked.sort_by_key(|(_, e)| (e.by.is_some(), Reverse((e.finding.severity, e.finding.confidence))));
        ranked.truncate(most);
        ranked.sort_by_key(|(i, _)| *i);
        entries = ranked.into_iter().map(|(_, e)| e).collect();
        notifications.push(notification(
            "warning",
            &format!(
                "Only {} of {} are in this run, the most severe ones; {} left out. The other formats have them all.",
                thousands(most as u64),
                count(total as u64, "result"),
                thousands((total - most) as u64)
            ),
        ));
    }
    if entries.len() > SHOWN {
        let text = format!("GitHub shows {} results of a run, the most severe ones.", thousands(SHOWN as u64));
        notifications.push(notification("note", &text));
    }
    let used: BTreeSet<usize> = entries.iter().map(|e| e.finding.rule).collect();
    let used: Vec<usize> = used.into_iter().collect();
    let index = |rule: usize| used.binary_search(&rule).unwrap_or_default();
    let any_suppressed = entries.iter().any(|e| e.by.is_some());
    Run {
        tool: Tool {
            driver: Driver {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                rules: used.iter().map(|rule| descriptor(report.rules.get(*rule))).collect(),
            },
        },
        automation_details: AutomationDetails { id },
        column_kind: "unicodeCodePoints",
        invocations: [Invocation {
            execution_successful: report.is_complete(),
            tool_execution_notifications: notifications,
        }],
        results: entries
            .iter()
            .map(|e| SarifResult {
                suppressions: any_suppressed.then(|| e.by.into_iter().map(suppression).collect()),
                ..result(e, index(e.finding.rule), report.rules.get(e.finding.rule), options)
            })
            .collect(),
    }
}

fn notification(level: &'static str, text: &str) -> Notification {
    Notification { level, message: Text { text: printable(text) } }
}

/// SARIF knows what is written in the scanned source and what is written elsewhere, and whether a person agreed to it.
fn suppression(by: &Suppression) -> SarifSuppression {
    // The built-in list is no file of the source.
    let location = (by.kind != SuppressionKind::Example).then(|| SuppressionLocation {
        physical_location: SuppressionPlace {
            artifact_location: ArtifactLocation { uri: uri(&by.file), uri_base_id: "%SRCROOT%" },
            region: by.line.map(|start_line| LineRegion { start_line }),
        },
    });
    SarifSuppression {
        kind: if by.kind == SuppressionKind::Inline { "inSource" } else { "external" },
        status: if by.reviewed { "accepted" } else { "underReview" },
        justification: printable(&by.to_string()),
        location,
    }
}

/// What was not searched.
fn problems(report: &Report<'_>) -> Vec<Notification> {
    let mut notifications = Vec::new();
    if report.interrupted {
        notifications.push(notification("error", "The scan was interrupted: the results are incomplete."));
    }
    for error in report.errors.iter().take(ERRORS) {
        notifications.push(notification("error", &format!("Could not be searched: {error}")));
    }
    if let Some(more @ 1..) = report.errors.len().checked_sub(ERRORS) {
        let text = format!("{} more could not be searched.", count(more as u64, "thing"));
        notifications.push(notification("error", &text));
    }
    for (kind, n) in report.suppressed_by_kind() {
        let text = format!("{} suppressed by {kind}.", count(n, "finding"));
        notifications.push(notification("note", &text));
    }
    for line in applied::lines(report, ERRORS) {
        notifications.push(notification("note", line.trim_start()));
    }
    for unused in report.unused_allows.iter().take(ERRORS) {
        notifications.push(notification("note", &format!("Allows nothing: {unused}")));
    }
    if !report.searched_anything() {
        notifications.push(notification("warning", "Nothing was searched: no results do not mean no leaks."));
    }
    notifications
}

fn result<'a>(entry: &Entry<'a>, rule_index: usize, rule: &'a Rule, options: &Options) -> SarifResult<'a> {
    let Entry { finding, at, .. } = *entry;
    // In full once: a secret in a thousand files would else be written a million times.
    let related = related(finding, at, if entry.occurrence == 1 { LOCATIONS - 1 } else { LINKS });
    SarifResult {
        rule_id: &rule.id,
        rule_index,
        level: level(finding.severity),
        message: Text { text: message(entry, rule, &related, options) },
        locations: [location(&finding.locations[at], None)],
        related_locations: related.iter().enumerate().map(|(i, l)| location(l, Some(i + 1))).collect(),
        partial_fingerprints: fingerprints(entry),
        suppressions: None,
        properties: ResultProperties { severity: finding.severity.as_str(), confidence: finding.confidence.as_str() },
    }
}

/// Up to `most` other places of a finding: those that still exist first, so that they are linked.
fn related(finding: &Finding, at: usize, most: usize) -> Vec<&Location> {
    let others = finding.locations.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, l)| l);
    let (history, today): (Vec<_>, Vec<_>) = others.partition(|l| l.place == Place::History);
    today.into_iter().chain(history).take(most).collect()
}

/// GitHub tracks alerts by `primaryLocationLineHash` alone. For a file that is the hash of its line, the same that GitHub's
/// uploader computes from the checkout; a source worked it out, as a report holds no file contents. What is not in the
/// checkout (history, standard input) has no such line, and its alerts would be opened anew by each upload: there the
/// secret itself is the identity. No name or address of an author belongs here: GitHub would not use it, and it would be
/// published with the report.
fn fingerprints(entry: &Entry<'_>) -> BTreeMap<&'static str, String> {
    let fingerprint = entry.finding.fingerprint.to_string();
    let location = &entry.finding.locations[entry.at];
    let mut all = BTreeMap::new();
    if let Some(hash) = location.line_hash {
        all.insert("primaryLocationLineHash", hash.to_string());
    } else if matches!(location.place, Place::History | Place::Stdin) {
        let half = fingerprint.get(..16).unwrap_or(&fingerprint);
        all.insert("primaryLocationLineHash", format!("{half}:{}", entry.occurrence));
    }
    all.insert("secretFingerprint/v1", fingerprint);
    all
}

/// The first sentence is the title: it is all that GitHub shows where there is little room.
fn message(entry: &Entry<'_>, rule: &Rule, related: &[&Location], options: &Options) -> String {
    let finding = entry.finding;
    let here = &finding.locations[entry.at];
    let secret = match options.reveal {
        true => printable_bytes(finding.secret.reveal()),
        false => finding.secret.mask(),
    };
    let facts: Vec<_> = finding.facts.iter().map(ToString::to_string).collect();
    let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
    let mut text = format!(
        "{}. {}{} {} line {} of {}, confidence {}.",
        headline(rule).trim_end_matches('.'),
        plain(&secret),
        plain(&facts),
        if here.place == Place::Staged { "is staged on" } else { "is on" },
        here.start.line,
        plain(&here.path),
        finding.confidence,
    );
    if here.place == Place::History {
        text.push_str(match here.in_head {
            Some(true) => " It came in with an earlier version and is still in HEAD.",
            _ => " It is in git history only: deleting the file did not undo the leak.",
        });
    }
    if let Some(commit) = finding.since() {
        text.push_str(&plain(&format!(" Exposed since {} (commit {}).", day(commit), short(commit))));
    }
    if let Some(tag) = here.tag.as_deref() {
        text.push_str(&plain(&format!(" It is in the message of tag {}.", tag.name)));
    }
    if let Some(reach) = reach::words(here).filter(|_| here.place == Place::History) {
        text.push_str(&plain(&format!(" It is {reach}.")));
    }
    let elsewhere = finding.locations.len() - 1;
    if elsewhere > 0 {
        text.push_str(&format!(" It is also in {}", count(elsewhere as u64, "other place")));
        let links: Vec<_> = related.iter().enumerate().filter(|(_, l)| l.place != Place::History).take(LINKS).collect();
        let links: Vec<_> = links
            .iter()
            .map(|(i, l)| format!("[{}]({})", link_label(&format!("{}:{}", l.path, l.start.line)), i + 1))
            .collect();
        text.push_str(if links.is_empty() { "" } else { ": " });
        text.push_str(&links.join(", "));
        text.push_str(if links.is_empty() || links.len() == elsewhere { "." } else { ", …" });
    }
    text.push_str(&format!(" Disable it first: {}", printable(rule.disable.trim())));
    text
}

/// Text from outside that may not become a link in a message (`[label](1)`).
fn plain(text: &str) -> String {
    let text = printable(text);
    if text.contains("](") { link_label(&text) } else { text }
}

/// Text from outside as the label of a link.
pub(super) fn link_label(text: &str) -> String {
    printable(text).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn location(location: &Location, id: Option<usize>) -> SarifLocation {
    SarifLocation {
        id,
        physical_location: PhysicalLocation {
            // What `%SRCROOT%` is stays open, as in CodeQL's own files: GitHub takes paths from the repository's root.
            artifact_location: ArtifactLocation { uri: uri(&location.path), uri_base_id: "%SRCROOT%" },
            region: Region {
                start_line: location.start.line,
                start_column: location.start.column,
                end_line: location.end.line,
                end_column: location.end.column,
            },
        },
        message: id.map(|_| Text { text: plain(&where_it_is(location)) }),
    }
}

fn where_it_is(location: &Location) -> String {
    let place = match location.place {
        Place::File => "the same secret",
        Place::Stdin => "the same secret on standard input",
        Place::Staged => "the same secret, staged",
        Place::History => "the same secret in git history",
    };
    let since = match location.commit.as_deref() {
        Some(commit) => format!(", since {} (commit {})", day(commit), short(commit)),
        None => String::new(),
    };
    let reach = reach::words(location).map_or_else(String::new, |words| format!(", {words}"));
    format!("{place}{since}{reach}")
}

/// A path as a relative URI reference: everything but unreserved characters and `/` is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
