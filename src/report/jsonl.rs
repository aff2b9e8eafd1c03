//! JSON Lines: each finding by itself, then the summary. A stream without a summary was cut off.

use std::io::{self, Write};

use super::dto::{FindingDto, SummaryLine};
use super::{Options, Report};

/// Writes the lines.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        serde_json::to_writer(&mut *out, &FindingDto::new(report, finding, options))?;
        writeln!(out)?;
    }
    serde_json::to_writer(&mut *out, &SummaryLine::new(report))?;
    writeln!(out)
}
