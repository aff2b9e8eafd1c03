//! The files of HEAD: where the configuration of a bare repository lies.

use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Repository, Tree, TreeEntry};

use super::loose;

/// The tree of HEAD.
pub struct Head<'r> {
    repository: &'r Repository,
    tree: Option<Tree<'r>>,
}

impl<'r> Head<'r> {
    /// Of `repository`; a HEAD without a commit has no files. A damaged one has none, too: it is an error of the scan.
    pub fn new(repository: &'r Repository) -> Self {
        let head = super::bounds::check(repository).ok().and_then(|()| repository.head().ok());
        let commit = head.and_then(|head| head.target());
        let commit = commit.filter(|id| loose::check(repository, *id).is_ok());
        let tree = commit.and_then(|id| repository.find_commit(id).ok());
        Self { repository, tree: tree.and_then(|commit| tree_of(repository, commit.tree_id()).ok()) }
    }

    /// Blobs of all files and links with their paths. A folder that cannot be read has none.
    pub(super) fn files(&self) -> Vec<(Oid, Vec<u8>)> {
        let mut files = Vec::new();
        if let Some(tree) = &self.tree {
            // What was read until then is listed.
            let _ = files_below(self.repository, tree.id(), b"", &mut files);
        }
        files
    }

    /// The paths of all files called `name`.
    pub fn named(&self, name: &str) -> Vec<PathBuf> {
        let paths = self.files().into_iter().map(|(_, path)| super::path_of_bytes(&path));
        paths.filter(|path| path.file_name().is_some_and(|last| last == name)).collect()
    }

    /// The entry at a path.
    fn entry(&self, path: &Path) -> Option<TreeEntry<'static>> {
        let mut tree = self.tree.clone()?;
        for folder in path.parent()?.iter() {
            let below = tree.get_name(folder.to_str()?)?.id();
            tree = tree_of(self.repository, below).ok()?;
        }
        tree.get_name(path.file_name()?.to_str()?).map(|entry| entry.to_owned())
    }
}

/// A tree, looked at before libgit2 is asked for it.
pub(super) fn tree_of(repository: &Repository, id: Oid) -> Result<Tree<'_>, git2::Error> {
    loose::check(repository, id)?;
    repository.find_tree(id)
}

/// Adds the blobs below the tree `id` with their paths, before which `prefix` is put. The error is that of the first folder that
/// cannot be read; those that were read by then are in the list.
pub(super) fn files_below(
    repository: &Repository,
    id: Oid,
    prefix: &[u8],
    files: &mut Vec<(Oid, Vec<u8>)>,
) -> Result<(), git2::Error> {
    let mut folders = vec![(id, prefix.to_vec())];
    while let Some((id, prefix)) = folders.pop() {
        for entry in &tree_of(repository, id)? {
            let mut path = [&prefix, entry.name_bytes()].concat();
            match entry.kind() {
                Some(ObjectType::Tree) => {
                    path.push(b'/');
                    folders.push((entry.id(), path));
                }
                Some(ObjectType::Blob) => files.push((entry.id(), path)),
                _ => {}
            }
        }
    }
    Ok(())
}

impl crate::config::files::Files for Head<'_> {
    fn read(&self, path: &str) -> Result<Option<String>, String> {
        let Some(entry) = self.entry(Path::new(path)) else {
            return Ok(None);
        };
        // A link or a submodule holds no text.
        if entry.kind() != Some(ObjectType::Blob) || entry.filemode() == 0o120_000 {
            return Ok(None);
        }
        let blob = loose::check(self.repository, entry.id()).and_then(|()| self.repository.find_blob(entry.id()));
        let blob = blob.map_err(|e| e.message().to_owned())?;
        if blob.size() as u64 > crate::config::files::LARGEST {
            return Err(format!("larger than {} bytes", crate::config::files::LARGEST));
        }
        std::str::from_utf8(blob.content()).map(|text| Some(text.to_owned())).map_err(|_| "it is no UTF-8".to_owned())
    }
}
