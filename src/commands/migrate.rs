//! `spillcheck migrate`: our files from those of other tools.

mod known;

use std::io::{self, Write};
use std::path::Path;

use super::{Outcome, UsageError};
use crate::baseline;
use crate::cli::MigrateArgs;
use crate::config::files::Folder;
use crate::config::{NAME, import, write};
use crate::git;
use crate::rules::RuleSet;

pub(super) fn run(args: &MigrateArgs) -> Result<Outcome, UsageError> {
    let top = top(&args.path)?;
    let files = Folder::new(&top);
    let mut carried = Vec::new();
    for (name, format) in import::NAMES {
        carried.extend(import::read(*format, &files, name).map_err(UsageError::new)?);
    }
    let mut baselines = super::known::foreign(&top)?;
    for path in &args.baseline {
        baselines.push(super::known::named(path)?);
    }
    if carried.is_empty() && baselines.is_empty() {
        let names = import::NAMES.iter().map(|(name, _)| *name).chain(baseline::FOREIGN_NAMES);
        // The same file may have findings and settings.
        let names: std::collections::BTreeSet<&str> = names.collect();
        let names: Vec<&str> = names.into_iter().collect();
        return Err(UsageError::new(format!("{}: none of {} is there", top.display(), names.join(", "))));
    }
    let mut notices = Vec::new();
    if !carried.is_empty() {
        notices = configuration(carried, args, &top)?;
    }
    let mut outcome = Outcome::Clean;
    if !baselines.is_empty() {
        let (reached, left) = known::carry_over(&baselines, &top, args.dry_run)?;
        outcome = reached;
        notices.extend(left);
    }
    if !args.dry_run {
        let text = "Look it over, then remove the old files: while they are there, they are read, too.";
        super::written(writeln!(io::stdout(), "{text}"))?;
    }
    let mut errors = io::stderr().lock();
    if !notices.is_empty() {
        super::written(writeln!(errors, "Not carried over, or different now:"))?;
        for notice in &notices {
            super::written(writeln!(errors, "  {notice}"))?;
        }
    }
    Ok(outcome)
}

/// Writes the configuration. Returns what could not be carried over.
fn configuration(carried: Vec<import::Carried>, args: &MigrateArgs, top: &Path) -> Result<Vec<String>, UsageError> {
    let read: Vec<String> = carried.iter().map(|c| c.file.clone()).collect();
    let written = write::render(carried, &RuleSet::builtin());
    let mut out = io::stdout().lock();
    if args.dry_run {
        super::written(out.write_all(written.text.as_bytes()))?;
    } else {
        let file = args.output.clone().unwrap_or_else(|| top.join(NAME));
        let mut made = std::fs::File::create_new(&file).map_err(|e| {
            UsageError::new(format!("{}: cannot be written: {e} (-o FILE writes another one)", file.display()))
        })?;
        made.write_all(written.text.as_bytes()).map_err(|e| UsageError::new(format!("{}: {e}", file.display())))?;
        super::written(writeln!(out, "wrote {}: {} entries from {}", file.display(), written.count, read.join(", ")))?;
    }
    Ok(written.notices)
}

/// The top of the repository that `path` lies in, or the folder itself.
fn top(path: &Path) -> Result<std::path::PathBuf, UsageError> {
    let folder = std::fs::canonicalize(path).map_err(|e| UsageError::new(format!("{}: {e}", path.display())))?;
    let repository = git::discover(&folder).ok().flatten();
    Ok(repository.and_then(|r| r.workdir().map(Path::to_path_buf)).unwrap_or(folder))
}
