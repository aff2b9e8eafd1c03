//! One version of one file, by the name of a revision.

use std::path::Path;
use std::sync::Arc;

use git2::{ErrorClass, Repository};

use super::{GitError, describe, name, ranges};
use crate::origin::{Origin, Reach};

/// The bytes of the file at `path` (from the top of the repository) in the tree of `revision`, and its place. Whoever calls
/// this has looked at the loose objects ([`super::loose::check_all`]).
pub fn version(repository: &Repository, revision: &str, path: &Path) -> Result<(Vec<u8>, Origin), GitError> {
    let commit = ranges::commit(repository, revision)?;
    let missing = |error: git2::Error| {
        let (name, path) = (name(repository), path.display());
        match error.class() {
            ErrorClass::Tree | ErrorClass::Invalid => GitError::Other(format!(
                "{name}: {revision} has no file {path} (paths are taken from the top of the repository)"
            )),
            _ => GitError::unreadable(repository, format!("cannot read {path} of {revision}: {}", error.message())),
        }
    };
    let commit = repository.find_commit(commit).map_err(missing)?;
    let blob_in = |tree: git2::Tree<'_>| tree.get_path(path).map(|entry| entry.id());
    let blob = commit.tree().and_then(blob_in).map_err(missing)?;
    let bytes = super::loose::check(repository, blob).and_then(|()| repository.find_blob(blob)).map_err(missing)?;
    let head = repository.head().and_then(|head| head.peel_to_tree()).and_then(blob_in);
    let origin = Origin::Commit {
        path: path.to_string_lossy().into(),
        commit: Arc::new(describe(&commit)),
        in_head: head.is_ok_and(|id| id == blob),
        reach: Arc::new(Reach::Unknown),
    };
    Ok((bytes.content().to_vec(), origin))
}
