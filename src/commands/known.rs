//! Which baselines a scan reads, and where a repository's own lies.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::UsageError;
use crate::baseline::{FILE_NAME, FOREIGN_NAMES, Known};
use crate::cli::CommonArgs;
use crate::config::files::Files;
use crate::git;
use crate::scan::{self, Target};
use crate::settings::today;
use crate::suppression::Suppressor;

/// The folder whose baseline counts for a path: the top of the working tree it lies in, else the folder itself.
pub(super) fn root_of(path: &Path) -> PathBuf {
    let top = git::discover(path).ok().flatten().and_then(|r| r.workdir().map(Path::to_owned));
    top.unwrap_or_else(|| match path.parent().filter(|_| !path.is_dir()) {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) => PathBuf::from("."),
        None => path.to_owned(),
    })
}

/// The baselines that the arguments name; where they name none, those that lie in the roots of what is scanned. One that
/// cannot be read or understood is an error: a scan without it would say something else.
pub(super) fn suppressors(args: &CommonArgs, targets: &[Target]) -> Result<Vec<Arc<dyn Suppressor>>, UsageError> {
    let mut all: Vec<Arc<dyn Suppressor>> = Vec::new();
    if args.no_baseline {
        return Ok(all);
    }
    let today = today();
    for path in &args.baseline {
        all.push(Arc::new(named(path)?));
    }
    if !args.baseline.is_empty() {
        return Ok(all);
    }
    let mut roots = scan::roots(targets).map_err(UsageError::new)?;
    // Several targets in one repository share its files.
    roots.dedup_by(|b, a| a.base == b.base && a.prefix == b.prefix);
    for root in &roots {
        let head = root.repository.as_ref().filter(|repository| repository.is_bare()).map(git::Head::new);
        for name in [FILE_NAME].into_iter().chain(FOREIGN_NAMES) {
            let (file, text) = match &head {
                // A bare repository has no other files than those of its commits.
                Some(head) => (format!("{}HEAD:{name}", root.prefix), head.read(name).map_err(UsageError::new)?),
                None => (format!("{}{name}", root.prefix), lying(&root.base.join(name))?),
            };
            if let Some(text) = text {
                let known = Known::read(&file, &text, today).map_err(UsageError::new)?;
                all.push(Arc::new(known.below(&root.prefix)));
            }
        }
    }
    Ok(all)
}

/// A baseline that the user named.
pub(super) fn named(path: &Path) -> Result<Known, UsageError> {
    let text = fs::read_to_string(path).map_err(|e| unreadable(path, &e))?;
    let name = path.strip_prefix(".").unwrap_or(path).to_string_lossy();
    Known::read(&name, &text, today()).map_err(UsageError::new)
}

/// Other scanners' baselines in a folder.
pub(super) fn foreign(folder: &Path) -> Result<Vec<Known>, UsageError> {
    let mut found = Vec::new();
    for name in FOREIGN_NAMES {
        if let Some(text) = lying(&folder.join(name))? {
            found.push(Known::read(name, &text, today()).map_err(UsageError::new)?);
        }
    }
    Ok(found)
}

/// The text of a baseline; none if there is no such file.
fn lying(path: &Path) -> Result<Option<String>, UsageError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path, &error)),
    }
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> UsageError {
    UsageError::new(format!("{}: cannot read the baseline: {error}", path.display()))
}
