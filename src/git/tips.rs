//! Where history begins: refs, the HEADs of all working trees, and what reflogs remember.

use std::fs;
use std::path::{Path, PathBuf};

use git2::{Commit, ErrorCode, ObjectType, Oid, Repository};

use super::{GitError, name};
use crate::collect::Collector;

/// Commits that history is walked from.
pub(super) struct Tips {
    /// What refs and HEADs point at, tags peeled.
    pub(super) refs: Vec<Oid>,
    /// What reflogs name: older stashes, amended and rebased commits. They may be gone, which is no damage.
    pub(super) reflogs: Vec<Oid>,
}

/// The commit HEAD points at; none on an unborn branch. A HEAD that cannot be read is an error of the scan.
pub(super) fn head<'r>(repository: &'r Repository, collector: &Collector) -> Option<Commit<'r>> {
    match repository.head().and_then(|h| h.peel_to_commit()) {
        Ok(commit) => Some(commit),
        Err(error) if error.code() == ErrorCode::UnbornBranch => None,
        Err(error) => {
            collector.error(format!("{}: HEAD", name(repository)), format!("cannot be read: {}", error.message()));
            None
        }
    }
}

/// All tips. A ref that cannot be read is an error of the scan.
pub(super) fn tips(repository: &Repository, collector: &Collector) -> Result<Tips, GitError> {
    let label = name(repository);
    let mut refs = Vec::new();
    let references =
        repository.references().map_err(|e| GitError::Other(format!("{label}: cannot list refs: {}", e.message())))?;
    for reference in references {
        let reference = match reference {
            Ok(reference) => reference,
            Err(error) => {
                collector.error(format!("{label}: refs"), format!("a ref cannot be read: {}", error.message()));
                continue;
            }
        };
        // Symbolic refs point at others of the list, or at an unborn branch.
        let Some(target) = reference.target() else { continue };
        match repository.find_object(target, None) {
            // A tag of a tree or blob: its content is searched, it has no commit.
            Ok(object) => refs.extend(object.peel_to_commit().map(|c| c.id())),
            Err(error) => {
                let ref_name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
                let problem = format!("points at {target}, which cannot be read: {}", error.message());
                collector.error(format!("{label}: ref {ref_name}"), problem);
            }
        }
    }
    refs.extend(head(repository, collector).map(|c| c.id()));
    let common = repository.commondir();
    refs.extend(other_heads(repository));
    unreadable_refs(&common.join("refs"), &label, collector);
    let mut reflogs = Vec::new();
    let logs = std::iter::once(common.join("logs")).chain(work_trees(common).map(|w| w.join("logs")));
    for path in logs.flat_map(|folder| files(&folder)) {
        // One line for each change: old id, new id, who, when, why.
        let text = fs::read(&path).unwrap_or_default();
        for line in text.split(|b| *b == b'\n').filter(|line| line.len() > 81) {
            reflogs.extend([&line[..40], &line[41..81]].iter().filter_map(|hex| hex_id(hex)));
        }
    }
    for list in [&mut refs, &mut reflogs] {
        list.sort_unstable();
        list.dedup();
    }
    Ok(Tips { refs, reflogs })
}

fn hex_id(hex: &[u8]) -> Option<Oid> {
    Oid::from_str(std::str::from_utf8(hex).ok()?).ok().filter(|id| !id.is_zero())
}

/// The git folders of linked working trees.
fn work_trees(common: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(common.join("worktrees")).into_iter().flatten().flatten().map(|entry| entry.path())
}

/// Detached HEADs of the main and all linked working trees.
fn other_heads(repository: &Repository) -> Vec<Oid> {
    let common = repository.commondir();
    std::iter::once(common.to_owned())
        .chain(work_trees(common))
        .filter_map(|folder| fs::read(folder.join("HEAD")).ok())
        .filter_map(|text| hex_id(text.trim_ascii()))
        .filter(|id| repository.find_object(*id, Some(ObjectType::Commit)).is_ok())
        .collect()
}

/// Names loose refs whose content is neither an object id nor the name of another ref: libgit2 passes over them in silence.
fn unreadable_refs(folder: &Path, label: &str, collector: &Collector) {
    for path in files(folder).into_iter().filter(|p| p.extension().is_none_or(|e| e != "lock")) {
        match fs::read(&path) {
            Ok(text) if text.starts_with(b"ref: ") || hex_id(text.trim_ascii()).is_some() => {}
            Ok(_) => collector.error(format!("{label}: ref {}", path.display()), "holds no object id"),
            Err(error) => {
                collector.error(format!("{label}: ref {}", path.display()), format!("cannot be read: {error}"))
            }
        }
    }
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found
}
