//! GitLab's secret detection report: the artifact `reports: secret_detection`, by convention
//! `gl-secret-detection-report.json`.
//!
//! The format is that of GitLab's `security-report-schemas`, secret-detection-report-format, 15.0.7; nothing is used that
//! an older 15.0 lacks or 15.2 changed. GitLab refuses a report that does not fit as a whole.

use std::io::{self, Write};
use std::num::NonZeroU32;

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::human::headline;
use super::text::{clip, printable, printable_line};
use super::{Options, Report, applied, reach};
use crate::finding::{Finding, Location};
use crate::rules::{Rule, Severity};

/// The version of the schema.
const SCHEMA: &str = "15.0.7";
/// Longest name of a vulnerability, characters.
const NAME: usize = 255;
/// Longest solution, characters.
const SOLUTION: usize = 7000;
/// Longest message of a scan, characters: ours, to keep the report readable.
const MESSAGE: usize = 1000;
/// Messages written.
const MESSAGES: usize = 100;
/// What GitLab's own analyzer writes where a finding has no commit, which the schema wants.
const NO_COMMIT: &str = "0000000";

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    schema: String,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Scan {
    analyzer: Tool,
    scanner: Tool,
    #[serde(rename = "type")]
    kind: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Tool {
    id: &'static str,
    name: &'static str,
    url: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    solution: String,
    identifiers: [Identifier<'a>; 2],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link<'a>>,
    location: Place<'a>,
    raw_source_code_extract: String,
}

#[derive(Serialize)]
struct Identifier<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: &'a str,
}

#[derive(Serialize)]
struct Link<'a> {
    url: &'a str,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    start_line: NonZeroU32,
    end_line: NonZeroU32,
    commit: CommitInfo<'a>,
}

#[derive(Serialize)]
struct CommitInfo<'a> {
    sha: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
}

/// Writes the report: one vulnerability for each place of a finding.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let vulnerabilities = report.findings.iter().flat_map(|finding| {
        let rule = report.rules.get(finding.rule);
        (0..finding.locations.len()).map(move |at| vulnerability(finding, at, rule, options))
    });
    let document = Document {
        version: SCHEMA,
        schema: format!(
            "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v{SCHEMA}/dist/secret-detection-report-format.json"
        ),
        scan: scan(report),
        vulnerabilities: vulnerabilities.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn scan(report: &Report<'_>) -> Scan {
    let tool = || Tool {
        id: env!("CARGO_PKG_NAME"),
        name: env!("CARGO_PKG_NAME"),
        url: env!("CARGO_PKG_REPOSITORY"),
        version: env!("CARGO_PKG_VERSION"),
        vendor: Vendor { name: env!("CARGO_PKG_NAME") },
    };
    let message = |level, text: &str| Message { level, value: clip(&printable(text), MESSAGE) };
    let mut messages: Vec<Message> =
        report.errors.iter().take(MESSAGES).map(|e| message("warn", &format!("Could not be searched: {e}"))).collect();
    if let Some(more @ 1..) = report.errors.len().checked_sub(MESSAGES) {
        messages.push(message("warn", &format!("{more} more could not be searched.")));
    }
    if report.interrupted {
        messages.push(message("fatal", "The scan was interrupted."));
    }
    if !report.searched_anything() {
        messages.push(message("warn", "Nothing was searched: no findings do not mean no leaks."));
    }
    messages.extend(applied::lines(report, MESSAGES).iter().map(|line| message("info", line.trim_start())));
    Scan {
        analyzer: tool(),
        scanner: tool(),
        kind: "secret_detection",
        start_time: time(report.began),
        end_time: time(report.ended),
        // What an incomplete scan found counts; that it is incomplete stands in the messages and in the exit code.
        status: if report.interrupted { "failure" } else { "success" },
        messages,
    }
}

/// `2024-03-01T00:00:00`, in UTC.
fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

fn vulnerability<'a>(finding: &'a Finding, at: usize, rule: &'a Rule, options: &Options) -> Vulnerability<'a> {
    let location = &finding.locations[at];
    let name = clip(&printable(&headline(rule)), NAME);
    let page = rule.documentation.as_deref().filter(|page| page.starts_with("https://"));
    let reach = reach::words(location).map_or_else(String::new, |words| format!(" It is {words}."));
    Vulnerability {
        id: id(finding, location),
        description: printable(&format!("{} {}{reach}", rule.about.trim(), rule.impact.trim())),
        severity: severity(finding.severity),
        solution: clip(&solution(rule), SOLUTION),
        identifiers: [
            Identifier { kind: "spillcheck_rule_id", name: format!("spillcheck rule {}", rule.id), value: &rule.id },
            Identifier { kind: "cwe", name: "CWE-798".to_owned(), value: "798" },
        ],
        links: page.map(|url| Link { url }).into_iter().collect(),
        location: Place {
            file: &location.path,
            start_line: location.start.line,
            end_line: location.end.line,
            commit: match location.commit.as_deref() {
                Some(commit) => CommitInfo { sha: &commit.id, date: Some(&commit.date) },
                None => CommitInfo { sha: NO_COMMIT, date: None },
            },
        },
        raw_source_code_extract: printable_line(&location.excerpt.render(options.reveal)),
        name,
    }
}

/// The same for the same secret at the same place. GitLab recommends a UUID and takes any text.
fn id(finding: &Finding, location: &Location) -> String {
    let (at, place) = (location.start, location.place.as_str());
    let place = format!("{}\0{}\0{}\0{}\0{place}", finding.fingerprint, location.path, at.line, at.column);
    Sha256::digest(place).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
    }
}

fn solution(rule: &Rule) -> String {
    printable(&format!(
        "Disable it first: {} Rotate: {} Store: {}",
        rule.disable.trim(),
        rule.rotate.trim(),
        rule.store.trim()
    ))
}
