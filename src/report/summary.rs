//! The end of a report for people: how much was found, how much was looked at, and what was not.

use std::io::{self, Write};

use super::human::Paint;
use super::text::{bytes, count, printable, thousands};
use super::{Options, Report, applied};
use crate::rules::Severity;

/// Errors listed without `verbose`.
const ERRORS: usize = 20;

/// Writes the summary; what is missing from the scan comes last, where it is seen.
pub(super) fn write(report: &Report<'_>, options: &Options, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", painted_verdict(report, paint))?;
    if report.searched_anything() {
        writeln!(out, "Searched {}.", searched_with(report))?;
    }
    suppressed(report, options, out)?;
    let dropped: Vec<_> = report.dropped.iter().map(|(reason, n)| (reason.as_str(), *n)).collect();
    reasons("Not reported", &dropped, out)?;
    let skipped: Vec<_> = report.skipped.iter().map(|(reason, n)| (reason.as_str(), *n)).collect();
    reasons("Skipped", &skipped, out)?;
    if !report.is_complete() {
        incomplete(report, options, paint, out)?;
    }
    Ok(())
}

/// `2 findings: 1 critical, 1 low.`, or why there are none.
pub(super) fn verdict(report: &Report<'_>) -> String {
    painted_verdict(report, Paint::plain())
}

fn painted_verdict(report: &Report<'_>, paint: Paint) -> String {
    if !report.findings.is_empty() {
        let of = |severity: &Severity| {
            let n = report.findings.iter().filter(|f| f.severity == *severity).count() as u64;
            (n > 0).then(|| paint.severity(*severity, &format!("{} {severity}", thousands(n))))
        };
        let by_severity: Vec<_> = Severity::ALL.iter().rev().filter_map(of).collect();
        let total = count(report.findings.len() as u64, "finding");
        return format!("{}: {}.", paint.bold(&total), by_severity.join(", "));
    }
    if !report.searched_anything() {
        return paint.warning(&format!("Nothing was searched: {}.", why_nothing(report)));
    }
    if !report.is_complete() {
        return "0 findings in what could be searched.".to_owned();
    }
    paint.good("No leaks found.")
}

fn why_nothing(report: &Report<'_>) -> String {
    let skipped: u64 = report.skipped.values().sum();
    if !report.is_complete() {
        "the scan did not get that far".to_owned()
    } else if report.stats.commits > 0 {
        format!("{} walked, none with content to search", count(report.stats.commits, "commit"))
    } else if skipped > 0 {
        "all there is was skipped".to_owned()
    } else {
        "there is no file and no commit in what was asked for".to_owned()
    }
}

/// `2 files, 257 bytes`.
pub(super) fn searched(report: &Report<'_>) -> String {
    let stats = &report.stats;
    let mut parts = Vec::new();
    if stats.files > 0 {
        parts.push(count(stats.files, "file"));
    }
    if stats.blobs > 0 {
        parts.push(count(stats.blobs, "blob"));
    }
    if stats.commits > 0 {
        parts.push(count(stats.commits, "commit"));
    }
    parts.push(bytes(stats.bytes));
    parts.join(", ")
}

/// `2 files, 257 bytes with 898 rules (spillcheck 0.1.0)`.
pub(super) fn searched_with(report: &Report<'_>) -> String {
    let rules = count(report.rules.selected() as u64, "rule");
    format!("{} with {rules} ({} {})", searched(report), env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
}

fn reasons(title: &str, reasons: &[(&str, u64)], out: &mut dyn Write) -> io::Result<()> {
    by_reason(title, reasons).map_or(Ok(()), |line| writeln!(out, "{line}"))
}

fn by_reason(title: &str, reasons: &[(&str, u64)]) -> Option<String> {
    let listed: Vec<_> =
        reasons.iter().filter(|(_, n)| *n > 0).map(|(reason, n)| format!("{} {reason}", thousands(*n))).collect();
    (!listed.is_empty()).then(|| format!("{title}: {}.", listed.join(", ")))
}

/// What was suppressed, not reported and not searched on purpose: a line for each, with numbers by reason.
pub(super) fn silence(report: &Report<'_>) -> Vec<String> {
    let suppressed: Vec<_> = report.suppressed_by_kind().into_iter().map(|(kind, n)| (kind.as_str(), n)).collect();
    let dropped: Vec<_> = report.dropped.iter().map(|(reason, n)| (reason.as_str(), *n)).collect();
    let skipped: Vec<_> = report.skipped.iter().map(|(reason, n)| (reason.as_str(), *n)).collect();
    let all = [("Suppressed", suppressed), ("Not reported", dropped), ("Skipped", skipped)];
    let mut lines: Vec<String> = all.iter().filter_map(|(title, reasons)| by_reason(title, reasons)).collect();
    lines.extend(applied::lines(report, ERRORS).iter().map(|line| line.trim_start().to_owned()));
    lines
}

/// How many findings were suppressed by what; with `verbose` each of them. What is meant to suppress and does not is listed.
fn suppressed(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let by_kind: Vec<_> = report.suppressed_by_kind().into_iter().map(|(kind, n)| (kind.as_str(), n)).collect();
    reasons("Suppressed", &by_kind, out)?;
    for line in applied::lines(report, if options.verbose { usize::MAX } else { ERRORS }) {
        writeln!(out, "{}", printable(&line))?;
    }
    if options.verbose {
        for suppressed in &report.suppressed {
            let Some(first) = suppressed.finding.locations.first() else { continue };
            let rule = report.rules.get(suppressed.finding.rule);
            let places = match suppressed.finding.locations.len() as u64 {
                1 => String::new(),
                more => format!(" and {}", count(more - 1, "more place")),
            };
            let text =
                format!("{}:{}{places}: {} [{}]", first.path, first.start.line, suppressed.finding.secret, rule.id);
            writeln!(out, "  {}: {}", printable(&text), printable(&suppressed.by.to_string()))?;
        }
    }
    if report.unused_allows.is_empty() {
        return Ok(());
    }
    writeln!(out, "{} nothing:", count_do(report.unused_allows.len() as u64))?;
    let shown = if options.verbose { report.unused_allows.len() } else { ERRORS.min(report.unused_allows.len()) };
    for unused in &report.unused_allows[..shown] {
        writeln!(out, "  {}", printable(&unused.to_string()))?;
    }
    more(report.unused_allows.len() - shown, out)
}

fn count_do(n: u64) -> String {
    format!("{} {}", count(n, "allow"), if n == 1 { "allows" } else { "allow" })
}

fn more(left: usize, out: &mut dyn Write) -> io::Result<()> {
    if left > 0 { writeln!(out, "  and {} more (--verbose lists them)", thousands(left as u64)) } else { Ok(()) }
}

/// `the scan was interrupted; 2 things could not be searched`.
pub(super) fn what_is_missing(report: &Report<'_>) -> String {
    let failed = (!report.errors.is_empty())
        .then(|| format!("{} could not be searched", count(report.errors.len() as u64, "thing")));
    let stopped = report.interrupted.then(|| "the scan was interrupted".to_owned());
    let what: Vec<_> = stopped.into_iter().chain(failed).collect();
    what.join("; ")
}

fn incomplete(report: &Report<'_>, options: &Options, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}", paint.warning(&format!("INCOMPLETE: {}", what_is_missing(report))))?;
    let shown = if options.verbose { report.errors.len() } else { ERRORS.min(report.errors.len()) };
    for error in &report.errors[..shown] {
        writeln!(out, "  {}: {}", printable(&error.subject), printable(&error.problem))?;
    }
    more(report.errors.len() - shown, out)
}
