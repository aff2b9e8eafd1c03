//! One JSON document.

use std::io::{self, Write};

use super::dto::Document;
use super::{Options, Report};

/// Writes the document, indented.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document::new(report, options))?;
    writeln!(out)
}
