//! Which files decided what is reported, and what suppressed how many findings: for every format.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Report;
use super::text::thousands;
use crate::suppression::{Applied, Suppression};

/// How many suppressed findings each suppression stands for, sorted.
fn counts<'a>(report: &'a Report<'_>) -> BTreeMap<&'a Suppression, u64> {
    let mut counts = BTreeMap::new();
    for suppressed in &report.suppressed {
        *counts.entry(&suppressed.by).or_default() += 1;
    }
    counts
}

/// Suppressed findings by what suppressed them, at most `most`: `2 by allow rule 1 in .spillcheck.toml:4`.
pub(super) fn suppressed(report: &Report<'_>, most: usize) -> Vec<String> {
    let counts = counts(report);
    let mut named: Vec<String> = counts.iter().take(most).map(|(by, n)| format!("{} by {by}", thousands(*n))).collect();
    if let Some(left @ 1..) = counts.len().checked_sub(most) {
        named.push(format!("and {left} more (--verbose lists them)"));
    }
    named
}

/// Lines for people, not yet made printable: suppressed findings by what suppressed them, the files that were applied, and
/// what of them could not be applied; at most `most` of each, with what is left out.
pub(super) fn lines(report: &Report<'_>, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = suppressed(report, most).iter().map(|what| format!("  {what}")).collect();
    if !report.applied.is_empty() {
        let names: Vec<String> = report.applied.iter().map(|a| format!("{} ({})", a.path, a.format)).collect();
        lines.push(format!("Configuration: {}.", names.join(", ")));
    }
    let notices: Vec<String> =
        report.applied.iter().flat_map(|a| a.notices.iter().map(|n| format!("  {}: {n}", a.path))).collect();
    lines.extend(notices.iter().take(most).cloned());
    if let Some(left @ 1..) = notices.len().checked_sub(most) {
        lines.push(format!("  and {left} more notices (--verbose lists them)"));
    }
    lines
}

/// One suppression with the number of findings it keeps out.
#[derive(Serialize)]
pub(super) struct CountDto<'a> {
    kind: &'static str,
    file: &'a str,
    line: Option<std::num::NonZeroU32>,
    what: &'a str,
    findings: u64,
}

/// A file that was applied.
#[derive(Serialize)]
pub(super) struct AppliedDto<'a> {
    path: &'a str,
    format: &'static str,
    notices: &'a [String],
}

/// What suppressed how many findings.
pub(super) fn suppressed_by<'a>(report: &'a Report<'_>) -> Vec<CountDto<'a>> {
    let dto = |(by, findings): (&'a Suppression, u64)| CountDto {
        kind: by.kind.as_str(),
        file: &by.file,
        line: by.line,
        what: &by.what,
        findings,
    };
    counts(report).into_iter().map(dto).collect()
}

/// The files that were applied.
pub(super) fn applied<'a>(report: &'a Report<'_>) -> Vec<AppliedDto<'a>> {
    let dto = |a: &'a Applied| AppliedDto { path: &a.path, format: a.format, notices: &a.notices };
    report.applied.iter().map(dto).collect()
}
