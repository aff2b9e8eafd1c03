//! One version of one file, by the name of a revision.

use std::path::Path;
use std::sync::Arc;

use git2::Repository;

use super::{GitError, describe, name};
use crate::origin::{Origin, Reach};

/// The bytes of the file at `path` (from the top of the repository) in the tree of `revision`, and its place.
pub fn version(repository: &Repository, revision: &str, path: &Path) -> Result<(Vec<u8>, Origin), GitError> {
    super::loose::check_all(repository)?;
    let fail = |error: git2::Error| GitError::Revision {
        repository: name(repository),
        revision: revision.to_owned(),
        message: error.message().to_owned(),
    };
    let commit = repository.revparse_single(revision).and_then(|object| object.peel_to_commit()).map_err(fail)?;
    let missing = |_| {
        let (name, path) = (name(repository), path.display());
        GitError::Other(format!(
            "{name}: {revision} has no file {path} (paths are taken from the top of the repository)"
        ))
    };
    let blob_in = |tree: git2::Tree<'_>| tree.get_path(path).map(|entry| entry.id());
    let blob = commit.tree().and_then(blob_in).map_err(missing)?;
    let bytes = repository.find_blob(blob).map_err(missing)?.content().to_vec();
    let head = repository.head().and_then(|head| head.peel_to_tree()).and_then(blob_in);
    let origin = Origin::Commit {
        path: path.to_string_lossy().into(),
        commit: Arc::new(describe(&commit)),
        in_head: head.is_ok_and(|id| id == blob),
        reach: Arc::new(Reach::Unknown),
    };
    Ok((bytes, origin))
}
