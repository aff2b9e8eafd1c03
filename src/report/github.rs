//! Annotations of a GitHub Actions step, as workflow commands (`::error file=…::…`).
//!
//! GitHub keeps ten errors, ten warnings and ten notices of a step and drops the others without a word. So the worst ten
//! findings are errors, the others are counted in one notice, and what was not searched is one warning.

use std::io::{self, Write};

use super::human::{day, headline, short};
use super::text::{count, printable, printable_bytes};
use super::{Options, Report, applied, ranked, reach, summary};
use crate::finding::{Finding, Location, Place};

/// Errors that GitHub shows of one step.
const ANNOTATIONS: usize = 10;

/// Writes the commands, and the verdict as a line of the log.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let findings = ranked(report);
    for finding in findings.iter().take(ANNOTATIONS) {
        annotation(report, finding, options, out)?;
    }
    if let Some(more @ 1..) = findings.len().checked_sub(ANNOTATIONS) {
        let text = format!(
            "{} are not annotated: GitHub shows {ANNOTATIONS} of a step. The other reports of this scan have them.",
            count(more as u64, "more finding")
        );
        command("notice", &[("title", "spillcheck".to_owned())], &text, out)?;
    }
    if !report.is_complete() {
        let first = report.errors.first().map(|error| format!(" The first: {error}.")).unwrap_or_default();
        let text = format!("{}.{first}", summary::what_is_missing(report));
        command("warning", &[("title", "spillcheck: the scan is incomplete".to_owned())], &text, out)?;
    }
    if !report.searched_anything() {
        command("warning", &[("title", "spillcheck".to_owned())], &summary::verdict(report), out)?;
    } else {
        writeln!(out, "spillcheck: {}", summary::verdict(report))?;
    }
    for line in applied::lines(report, ANNOTATIONS) {
        writeln!(out, "spillcheck: {}", printable(line.trim_start()))?;
    }
    Ok(())
}

fn annotation(report: &Report<'_>, finding: &Finding, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let rule = report.rules.get(finding.rule);
    let at = primary(finding);
    let mut properties = Vec::new();
    // A place in history is a line of an old version: today's file has another one there, or is gone.
    if matches!(at.place, Place::File | Place::Staged) {
        properties.push(("file", at.path.to_string()));
        properties.push(("line", at.start.line.to_string()));
        properties.push(("endLine", at.end.line.to_string()));
        // GitHub takes columns for a single line only.
        if at.start.line == at.end.line {
            properties.push(("col", at.start.column.to_string()));
            properties.push(("endColumn", at.end.column.to_string()));
        }
    }
    properties.push(("title", format!("{} ({})", headline(rule), rule.id)));
    let secret = match options.reveal {
        true => printable_bytes(finding.secret.reveal()),
        false => finding.secret.mask(),
    };
    let mut text = format!("{secret} at {}:{}:{}", at.path, at.start.line, at.start.column);
    if at.place == Place::History
        && let Some(commit) = at.commit.as_deref()
    {
        text.push_str(&format!(" in commit {} of {}", short(commit), day(commit)));
    }
    if let Some(reach) = reach::words(at) {
        text.push_str(&format!(" ({reach})"));
    }
    if finding.locations.len() > 1 {
        text.push_str(&format!(" and in {}", count(finding.locations.len() as u64 - 1, "more place")));
    }
    let text = format!(
        "{text}. {}, confidence {}. {} Disable it first: {}",
        finding.severity,
        finding.confidence,
        rule.impact.trim(),
        rule.disable.trim()
    );
    command("error", &properties, &text, out)
}

/// The place to show: one that stands today, if there is one.
fn primary(finding: &Finding) -> &Location {
    let today = finding.locations.iter().find(|l| l.place != Place::History);
    today.unwrap_or(&finding.locations[0])
}

/// One workflow command. Nothing that a value holds can end it or begin another one: line ends are escaped twice over, by
/// [`printable`] and as GitHub wants it.
fn command(name: &str, properties: &[(&str, String)], text: &str, out: &mut dyn Write) -> io::Result<()> {
    let data = |text: &str| printable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let properties: Vec<_> = properties.iter().map(|(key, value)| format!("{key}={}", property(value))).collect();
    writeln!(out, "::{name} {}::{}", properties.join(","), data(text))
}
