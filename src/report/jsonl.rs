//! JSON Lines: each finding by itself, then each suppressed one as `{"suppressed": …}`, then the summary. A stream without a summary was cut off.

use std::io::{self, Write};

use super::dto::{FindingDto, SummaryLine, SuppressedLine, listed};
use super::{Options, Report};

/// Writes the lines.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        serde_json::to_writer(&mut *out, &FindingDto::new(report, finding, options))?;
        writeln!(out)?;
    }
    for suppressed in listed(report, options) {
        serde_json::to_writer(&mut *out, &SuppressedLine::new(report, suppressed, options))?;
        writeln!(out)?;
    }
    serde_json::to_writer(&mut *out, &SummaryLine::new(report))?;
    writeln!(out)
}
