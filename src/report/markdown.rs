//! A table in Markdown: the summary of a CI job (`$GITHUB_STEP_SUMMARY`), or a comment.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::human::{day, headline, short};
use super::text::{count, printable, printable_bytes, thousands};
use super::{Options, Report, ranked, reach, summary};
use crate::finding::{Finding, Location, Place};

/// Bytes of the table: GitHub refuses a step summary of more than 1 MiB, and shows nothing of it then.
const TABLE: usize = 600 * 1024;
/// Places listed of one finding.
const PLACES: usize = 3;
/// Rules whose remedy is told.
const REMEDIES: usize = 20;
/// Errors listed.
const ERRORS: usize = 20;

/// Writes the summary.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## spillcheck\n\n**{}**\n", escape(&summary::verdict(report)))?;
    if !report.is_complete() {
        incomplete(report, out)?;
    }
    let findings = ranked(report);
    if !findings.is_empty() {
        table(report, &findings, options, out)?;
        remedies(report, &findings, out)?;
    }
    if report.searched_anything() {
        writeln!(out, "Searched {}.", escape(&summary::searched_with(report)))?;
    }
    for line in summary::silence(report) {
        writeln!(out, "\n{}", escape(&line))?;
    }
    Ok(())
}

fn incomplete(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "> [!WARNING]\n> **The scan is incomplete: {}.**\n>", escape(&summary::what_is_missing(report)))?;
    for error in report.errors.iter().take(ERRORS) {
        writeln!(out, "> - {}: {}", code(&error.subject), escape(&error.problem))?;
    }
    if let Some(more @ 1..) = report.errors.len().checked_sub(ERRORS) {
        writeln!(out, "> - and {} more", thousands(more as u64))?;
    }
    writeln!(out)
}

fn table(report: &Report<'_>, findings: &[&Finding], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| Severity | Credential | Confidence | Where | Since |\n|---|---|---|---|---|")?;
    let (mut written, mut rows) = (0, 0);
    for finding in findings {
        let row = row(report, finding, options);
        if written + row.len() > TABLE {
            break;
        }
        written += row.len();
        rows += 1;
        writeln!(out, "{row}")?;
    }
    if rows < findings.len() {
        writeln!(
            out,
            "\nThe {} worst of {} are listed; the other formats have all of them.",
            thousands(rows as u64),
            count(findings.len() as u64, "finding")
        )?;
    }
    writeln!(out)
}

fn row(report: &Report<'_>, finding: &Finding, options: &Options) -> String {
    let rule = report.rules.get(finding.rule);
    let secret = match options.reveal {
        true => printable_bytes(finding.secret.reveal()),
        false => finding.secret.mask(),
    };
    let mut places: Vec<_> = finding.locations.iter().take(PLACES).map(place).collect();
    if let Some(more @ 1..) = finding.locations.len().checked_sub(PLACES) {
        places.push(format!("and {} more", thousands(more as u64)));
    }
    let since = finding.since().map_or_else(String::new, |c| format!("{} {}", escape(day(c)), code(short(c))));
    format!(
        "| {} | {} {} | {} | {} | {since} |",
        finding.severity,
        escape(&headline(rule)),
        code(&secret),
        finding.confidence,
        places.join("<br>"),
    )
}

fn place(location: &Location) -> String {
    let note = match (location.place, location.in_head) {
        (Place::History, Some(true)) => ", an earlier version",
        (Place::History, _) => ", only in history",
        (Place::Staged, _) => ", staged",
        _ => "",
    };
    let reach = reach::words(location).map_or_else(String::new, |words| format!(", {}", escape(&words)));
    format!("{}{note}{reach}", code(&format!("{}:{}:{}", location.path, location.start.line, location.start.column)))
}

/// What to do, once for each rule, the worst first.
fn remedies(report: &Report<'_>, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let mut told = BTreeSet::new();
    for finding in findings {
        if told.len() == REMEDIES || !told.insert(finding.rule) {
            continue;
        }
        let rule = report.rules.get(finding.rule);
        writeln!(out, "<details><summary>{}: what to do</summary>\n", escape(&headline(rule)))?;
        writeln!(out, "{}\n", escape(rule.impact.trim()))?;
        for (n, (label, step)) in
            [("Disable it first", &rule.disable), ("Rotate", &rule.rotate), ("Store", &rule.store)].iter().enumerate()
        {
            writeln!(out, "{}. **{label}:** {}", n + 1, escape(step.trim()))?;
        }
        writeln!(out, "\n</details>\n")?;
    }
    Ok(())
}

/// Text that stands for itself: everything that Markdown, HTML or GitHub (links, mentions, emoji) may read is an entity.
fn escape(text: &str) -> String {
    let text = printable(text);
    let mut shown = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let plain = match c {
            '-' | '.' | ',' | ';' | '/' | '(' | ')' | '\'' => true,
            // The colon of a sentence; not that of a link or an emoji.
            ':' => chars.peek().is_none_or(|next| *next == ' '),
            _ => !c.is_ascii_punctuation(),
        };
        if plain {
            shown.push(c);
        } else {
            shown.push_str(&format!("&#{};", u32::from(c)));
        }
    }
    shown
}

/// The same in the type of code, where GitHub makes no links and mentions of it.
fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}
