//! The files of HEAD: where the configuration of a bare repository lies.

use std::path::{Path, PathBuf};

use git2::{ObjectType, Repository, TreeWalkMode, TreeWalkResult};

/// The tree of HEAD.
pub struct Head<'r> {
    repository: &'r Repository,
    tree: Option<git2::Tree<'r>>,
}

impl<'r> Head<'r> {
    /// Of `repository`; a HEAD without a commit has no files.
    pub fn new(repository: &'r Repository) -> Self {
        // A damaged one is an error of the scan.
        let head = super::loose::check_all(repository).ok().and_then(|()| repository.head().ok());
        let tree = head.and_then(|head| head.peel_to_tree().ok());
        Self { repository, tree }
    }

    /// The paths of all files called `name`.
    pub fn named(&self, name: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        if let Some(tree) = &self.tree {
            // A folder that cannot be read holds no configuration that could be read.
            let _ = tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
                if entry.kind() == Some(ObjectType::Blob) && entry.name_bytes() == name.as_bytes() {
                    found.push(Path::new(folder).join(name));
                }
                TreeWalkResult::Ok
            });
        }
        found
    }
}

impl crate::config::files::Files for Head<'_> {
    fn read(&self, path: &str) -> Result<Option<String>, String> {
        let Some(entry) = self.tree.as_ref().and_then(|tree| tree.get_path(Path::new(path)).ok()) else {
            return Ok(None);
        };
        // A link or a submodule holds no text.
        if entry.kind() != Some(ObjectType::Blob) || entry.filemode() == 0o120_000 {
            return Ok(None);
        }
        let blob = self.repository.find_blob(entry.id()).map_err(|e| e.message().to_owned())?;
        if blob.size() as u64 > crate::config::files::LARGEST {
            return Err(format!("larger than {} bytes", crate::config::files::LARGEST));
        }
        std::str::from_utf8(blob.content()).map(|text| Some(text.to_owned())).map_err(|_| "it is no UTF-8".to_owned())
    }
}
