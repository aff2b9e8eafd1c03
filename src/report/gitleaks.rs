//! gitleaks' JSON report, for tools that read it: an array with one entry for each place. Source of the field names and of
//! what they mean: reports of gitleaks 8.26 and 8.30.
//!
//! Columns are 1-based and the end is the last character, as gitleaks has it on the first line of a file; on other lines its
//! own columns are one too high. The format has no place for what was suppressed or could not be searched: the exit code
//! and standard error say that.

use std::io::{self, Write};

use serde::Serialize;

use super::{Options, Report};
use crate::finding::{Context, Excerpt, Finding, Location, Part, Place};
use crate::rules::Rule;

/// What gitleaks puts in place of a secret.
const REDACTED: &str = "REDACTED";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry<'a> {
    #[serde(rename = "RuleID")]
    rule_id: &'a str,
    description: String,
    start_line: u32,
    end_line: u32,
    start_column: u32,
    end_column: u32,
    #[serde(rename = "Match")]
    matched: String,
    secret: String,
    file: &'a str,
    symlink_file: &'static str,
    commit: &'a str,
    entropy: f32,
    author: &'a str,
    email: &'a str,
    date: String,
    /// The scan keeps no messages.
    message: &'static str,
    tags: [&'static str; 2],
    fingerprint: String,
}

/// Writes the report.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let entries: Vec<Entry<'_>> = report
        .findings
        .iter()
        .flat_map(|f| f.locations.iter().map(|l| entry(report.rules.get(f.rule), f, l, options)))
        .collect();
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut *out, serde_json::ser::PrettyFormatter::with_indent(b" "));
    entries.serialize(&mut serializer)?;
    writeln!(out)
}

fn entry<'a>(rule: &'a Rule, finding: &'a Finding, location: &'a Location, options: &Options) -> Entry<'a> {
    let (start, end) = match location.context.as_deref() {
        Some(Context { start, end, .. }) => (start, end),
        None => (&location.start, &location.end),
    };
    // A file of today stands at its line of today; only history's places have that of the commit.
    let commit = location.commit.as_deref().filter(|_| location.place == Place::History);
    let (author, email) = commit.map_or(("", ""), |c| {
        c.author.strip_suffix('>').and_then(|a| a.split_once(" <")).unwrap_or((c.author.as_str(), ""))
    });
    let line = start.line.get();
    let id = commit.map_or("", |c| c.id.as_str());
    let colon = if id.is_empty() { "" } else { ":" };
    let secret = match options.reveal {
        true => String::from_utf8_lossy(finding.secret.reveal()).into_owned(),
        false => REDACTED.to_owned(),
    };
    let matched = match location.context.as_deref() {
        Some(context) => text(&context.matched, options.reveal),
        None => secret.clone(),
    };
    Entry {
        rule_id: &rule.id,
        description: rule.about.to_string(),
        start_line: line,
        end_line: end.line.get(),
        start_column: start.column.get(),
        end_column: end.column.get().saturating_sub(1).max(1),
        matched,
        secret,
        file: &location.path,
        symlink_file: "",
        commit: id,
        entropy: entropy(&String::from_utf8_lossy(finding.secret.reveal())),
        author,
        email,
        date: commit.map_or_else(String::new, |c| utc(&c.date)),
        message: "",
        tags: [rule.kind.as_str(), finding.severity.as_str()],
        fingerprint: format!("{id}{colon}{}:{}:{line}", location.path, rule.id),
    }
}

fn text(excerpt: &Excerpt, reveal: bool) -> String {
    if reveal {
        return excerpt.render(true);
    }
    let part = |part: &Part| match part {
        Part::Plain(text) => text.clone(),
        Part::Hidden(_) => REDACTED.to_owned(),
    };
    excerpt.parts.iter().map(part).collect()
}

/// Shannon entropy over the characters, as gitleaks computes it: their shares are of the length in bytes.
fn entropy(text: &str) -> f32 {
    let mut counts = std::collections::BTreeMap::<char, u32>::new();
    text.chars().for_each(|c| *counts.entry(c).or_default() += 1);
    let share = |n: u32| f64::from(n) / text.len() as f64;
    counts.values().map(|n| -share(*n) * share(*n).log2()).sum::<f64>() as f32
}

/// gitleaks writes times in UTC.
fn utc(date: &str) -> String {
    date.parse::<jiff::Timestamp>().map_or_else(|_| date.to_owned(), |t| t.to_string())
}
