//! Where the configuration of a scan lies.

use std::path::{Path, PathBuf};

use super::paths::{Place, prefix_of};
use super::{ScanFailure, Target};
use crate::git::{self, GitError};

/// A folder or repository that is scanned: where its configuration lies.
pub struct Root {
    /// The top of the working tree, or the scanned folder.
    pub base: PathBuf,
    /// What is scanned, in or below `base`.
    pub scanned: PathBuf,
    /// Put before its paths in reports.
    pub prefix: String,
    /// The repository, where there is one.
    pub repository: Option<git2::Repository>,
    /// What is scanned is no file of it, but a text that comes from there: standard input, a commit message.
    pub is_text: bool,
}

/// Where the configuration of `targets` lies. That of standard input and of a commit message lies round the current folder.
pub fn roots(targets: &[Target]) -> Result<Vec<Root>, ScanFailure> {
    let mut roots = Vec::new();
    for target in targets {
        match target {
            Target::Stdin | Target::Message(_) => {
                let root = of_place(Place::new(Path::new("."))?, String::new());
                roots.push(Root { is_text: true, ..root });
            }
            Target::Paths { paths, .. } => {
                let places = paths.iter().map(|path| Place::new(path)).collect::<Result<Vec<_>, _>>()?;
                let one_base = places.iter().all(|p| p.base() == places[0].base());
                for place in places {
                    let prefix = if one_base { String::new() } else { prefix_of(&place) };
                    roots.push(of_place(place, prefix));
                }
            }
            // What cannot be looked at is an error of the scan, not of its configuration.
            Target::List { paths, .. } => {
                for place in paths.iter().filter_map(|path| Place::new(path).ok()) {
                    let prefix = prefix_of(&place);
                    roots.push(of_place(place, prefix));
                }
            }
            Target::Listed { path, .. } => {
                let base =
                    std::fs::canonicalize(path).map_err(|source| ScanFailure::Path { path: path.clone(), source })?;
                let repository = git::open(&base).ok().flatten();
                roots.push(Root { scanned: base.clone(), base, prefix: String::new(), repository, is_text: false });
            }
            Target::Selection { paths, .. } => {
                for path in paths {
                    let mut root = of_repository(path)?;
                    if let (Some(repository), true) = (&root.repository, paths.len() > 1) {
                        root.prefix = format!("{}/", git::name(repository));
                    }
                    roots.push(root);
                }
            }
            Target::Staged(path)
            | Target::Introduced { path, .. }
            | Target::Commits { path, .. }
            | Target::Version { repository: path, .. } => roots.push(of_repository(path)?),
        }
    }
    // Several targets in one repository share its files.
    roots.sort_by(|a: &Root, b| (&a.base, a.is_text, &a.scanned).cmp(&(&b.base, b.is_text, &b.scanned)));
    roots.dedup_by(|b, a| a.base == b.base && a.is_text == b.is_text && b.scanned.starts_with(&a.scanned));
    Ok(roots)
}

fn of_place(place: Place, prefix: String) -> Root {
    let base = place.base().to_owned();
    let repository = match place.enclosing {
        Some((repository, _)) => Some(repository),
        None => git::open(&place.path).ok().flatten().filter(git2::Repository::is_bare),
    };
    Root { base, scanned: place.absolute, prefix, repository, is_text: false }
}

fn of_repository(path: &Path) -> Result<Root, ScanFailure> {
    let repository = match super::repository(path) {
        // Its configuration is that of the folder.
        Err(ScanFailure::Git(GitError::Unreadable { .. })) => return Ok(of_place(Place::new(path)?, String::new())),
        other => other?,
    };
    let base = repository.workdir().unwrap_or_else(|| repository.path()).to_owned();
    let base = std::fs::canonicalize(&base).unwrap_or(base);
    Ok(Root { scanned: base.clone(), base, prefix: String::new(), repository: Some(repository), is_text: false })
}
