//! Where reports go. Files are opened before the scan, so that a wrong path costs nothing, and replaced only when complete.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::UsageError;
use crate::cli::When;
use crate::report::{self, Format, Report};

/// A report that will be written.
pub(super) struct Output {
    format: Format,
    sink: Sink,
}

enum Sink {
    Stdout,
    /// A regular file, written beside its place and moved there.
    File(NamedTempFile, PathBuf),
    /// A pipe or device, written in place.
    Special(File, PathBuf),
}

impl Output {
    /// To standard output (no path, or `-`) or a file.
    /// A report with secrets in clear (`reveal`) is for its owner's eyes only.
    pub(super) fn open(format: Format, path: Option<&Path>, reveal: bool) -> Result<Self, UsageError> {
        let sink = match path {
            None => Sink::Stdout,
            Some(path) if path == Path::new("-") => Sink::Stdout,
            Some(path) => {
                let fail = |e: io::Error| UsageError::new(format!("{}: cannot write report: {e}", path.display()));
                if path.metadata().is_ok_and(|m| !m.is_file()) {
                    Sink::Special(File::options().write(true).open(path).map_err(fail)?, path.to_owned())
                } else {
                    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
                    let mut builder = tempfile::Builder::new();
                    builder.prefix(".spillcheck-");
                    if !reveal {
                        ordinary_mode(&mut builder);
                    }
                    let file = builder.tempfile_in(folder).map_err(fail)?;
                    Sink::File(file, path.to_owned())
                }
            }
        };
        Ok(Self { format, sink })
    }

    /// Has no place for what was suppressed or not searched.
    pub(super) fn leaves_unsaid(&self) -> bool {
        self.format == Format::GitleaksJson
    }

    /// Shows what findings stand in.
    pub(super) fn needs_context(&self) -> bool {
        self.format == Format::GitleaksJson
    }

    /// Goes to standard output.
    pub(super) fn is_stdout(&self) -> bool {
        matches!(self.sink, Sink::Stdout)
    }

    /// Its format identifies findings by the hash of their line.
    pub(super) fn wants_line_hashes(&self) -> bool {
        self.format == Format::Sarif
    }

    /// Text for people, on standard output.
    pub(super) fn is_text(&self) -> bool {
        self.is_stdout() && self.format == Format::Human
    }

    /// Files this output makes: not to be scanned.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        match &self.sink {
            Sink::File(temporary, path) => vec![temporary.path().to_owned(), path.clone()],
            _ => Vec::new(),
        }
    }

    /// Writes the report.
    pub(super) fn write(self, report: &Report<'_>, options: &report::Options) -> Result<(), UsageError> {
        match self.sink {
            Sink::Stdout => to_stdout(|out| report::write(self.format, report, options, out)),
            Sink::File(mut temporary, path) => {
                let fail = |e: io::Error| UsageError::new(format!("{}: cannot write report: {e}", path.display()));
                let mut out = BufWriter::new(temporary.as_file_mut());
                report::write(self.format, report, options, &mut out).and_then(|()| out.flush()).map_err(fail)?;
                drop(out);
                temporary.persist(&path).map_err(|e| fail(e.error))?;
                Ok(())
            }
            Sink::Special(mut file, path) => report::write(self.format, report, options, &mut file)
                .map_err(|e| UsageError::new(format!("{}: cannot write report: {e}", path.display()))),
        }
    }
}

/// Writes to standard output. A reader that has seen enough is no error.
pub(super) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), UsageError> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|e| UsageError::new(format!("cannot write report: {e}"))),
    }
}

/// Replaces an ordinary file as a whole.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".spillcheck-");
    ordinary_mode(&mut builder);
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// Temporary files are private; a report is an ordinary file, with the mode that the umask gives it.
#[cfg(unix)]
fn ordinary_mode(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn ordinary_mode(_: &mut tempfile::Builder<'_, '_>) {}

/// Whether `stream` gets colour (or progress): as asked, else by `NO_COLOR`, `CLICOLOR_FORCE` and whether it is a terminal.
pub(super) fn wants_color(when: When, stream: &impl io::IsTerminal) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty() && v != "0");
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto => set("CLICOLOR_FORCE") || stream.is_terminal(),
    }
}
