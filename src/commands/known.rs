//! Which baselines a scan reads, and where a repository's own lies.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::UsageError;
use crate::baseline::{DETECT_SECRETS_NAME, FILE_NAME, Known};
use crate::cli::CommonArgs;
use crate::git;
use crate::scan::Target;
use crate::suppression::Suppressor;

/// The day of the scan (UTC).
pub(super) fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// The folder whose baseline counts for a path: the top of the working tree it lies in, else the folder itself.
pub(super) fn root_of(path: &Path) -> PathBuf {
    let top = git::discover(path).ok().flatten().and_then(|r| r.workdir().map(Path::to_owned));
    top.unwrap_or_else(|| match path.parent().filter(|_| !path.is_dir()) {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) => PathBuf::from("."),
        None => path.to_owned(),
    })
}

/// The folders whose baselines count for what is scanned, each once.
fn roots(targets: &[Target]) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = Vec::new();
    let mut add = |path: &Path| {
        let root = root_of(path);
        if !roots.contains(&root) {
            roots.push(root);
        }
    };
    for target in targets {
        match target {
            Target::Paths { paths, .. } | Target::List { paths, .. } | Target::Selection { paths, .. } => {
                paths.iter().for_each(|path| add(path));
            }
            Target::Staged(path)
            | Target::Introduced { path, .. }
            | Target::Commits { path, .. }
            | Target::Listed { path, .. }
            | Target::Version { repository: path, .. } => add(path),
            Target::Stdin | Target::Message(_) => add(Path::new(".")),
        }
    }
    roots
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
        let text = fs::read_to_string(path).map_err(|e| unreadable(path, &e))?;
        let name = path.strip_prefix(".").unwrap_or(path).to_string_lossy();
        all.push(Arc::new(Known::read(&name, &text, today).map_err(UsageError::new)?));
    }
    if !args.baseline.is_empty() {
        return Ok(all);
    }
    for root in roots(targets) {
        for name in [FILE_NAME, DETECT_SECRETS_NAME] {
            let path = root.join(name);
            match fs::read_to_string(&path) {
                Ok(text) => all.push(Arc::new(Known::read(name, &text, today).map_err(UsageError::new)?)),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(unreadable(&path, &error)),
            }
        }
    }
    Ok(all)
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> UsageError {
    UsageError::new(format!("{}: cannot read the baseline: {error}", path.display()))
}
