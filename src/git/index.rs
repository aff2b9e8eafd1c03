//! The index: what the next commit would be made of.
//!
//! libgit2 refuses an index with sparse folders or in two files (gitformat-index(5), extensions `sdir` and `link`), so gix-index
//! reads it. Extensions that only speed git up (file system monitor, untracked files, offsets) change nothing here, but for the
//! cache of trees, which saves comparing folders that nobody touched.

use std::path::PathBuf;

use git2::{ObjectType, Oid, Repository, Tree};
use gix_index::entry::Flags;
use gix_index::extension::Tree as Cached;
use gix_index::{Entry, File};

use super::ranges::{self, Change, Changed, Parent};
use super::{GitError, bounds, head, loose, name};
use crate::origin::Origin;

/// Kinds of entries of trees and of the index, by the bits of their mode (gitformat-index(5)).
const KIND: u32 = 0o170_000;
const FOLDER: u32 = 0o040_000;
const SUBMODULE: u32 = 0o160_000;

/// Longest path that is followed, bytes: git has no limit, but systems have, and folders are compared by recursion.
const LONGEST: usize = 4096;

/// The index of a repository, as it was when it was opened.
pub struct Index {
    file: File,
    /// The repository's folder, for messages.
    of: PathBuf,
}

impl Index {
    /// Reads the index that the next commit is made of: `git commit -a`, `-p` and `git commit PATH` run their hooks with one of
    /// their own, which the environment names. Where there is none, nothing is staged.
    pub fn open(repository: &Repository) -> Result<Self, GitError> {
        let path = super::environment::index_file(repository.path()).unwrap_or_else(|| repository.path().join("index"));
        let of = PathBuf::from(name(repository));
        let fail = |why: String| GitError::unreadable(repository, format!("cannot read the index: {why}"));
        if super::is_special(&path) {
            return Err(fail(format!("{} is no regular file", path.display())));
        }
        let options = gix_index::decode::Options { thread_limit: Some(1), ..Default::default() };
        // Like git itself, this does not check the sum over the whole file each time it is read.
        match File::at_or_default(path, gix_hash::Kind::Sha1, true, options) {
            Ok(file) => Ok(Self { file, of }),
            Err(error) => Err(fail(error.to_string())),
        }
    }

    fn path(&self, entry: &Entry) -> &[u8] {
        entry.path(&self.file)
    }

    /// Paths of everything that is tracked, folders of a sparse index in place of what lies in them.
    pub fn tracked(&self) -> Vec<PathBuf> {
        self.paths(|_| true)
    }

    /// Paths at which submodules stand.
    pub fn submodules(&self) -> Vec<PathBuf> {
        self.paths(|entry| entry.mode.bits() == SUBMODULE)
    }

    /// Paths of tracked files with this name.
    pub fn named(&self, name: &str) -> Vec<PathBuf> {
        let name = name.as_bytes();
        self.paths(|entry| self.path(entry).strip_suffix(name).is_some_and(|rest| matches!(rest, [] | [.., b'/'])))
    }

    fn paths(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<PathBuf> {
        let entries = self.file.entries().iter().filter(|entry| wanted(entry));
        entries.map(|entry| PathBuf::from(super::os_path(self.path(entry)))).collect()
    }

    /// Paths that are in conflict: nothing of them would be committed.
    pub fn unmerged(&self) -> Vec<String> {
        let in_conflict = self.file.entries().iter().filter(|entry| entry.stage_raw() != 0);
        let mut paths: Vec<String> = in_conflict.map(|entry| lossy(self.path(entry))).collect();
        paths.dedup();
        paths
    }

    /// Blob and path of every file, all sides of conflicts among them; those in sparse folders are read from their trees. What is
    /// only meant to be added has no content yet.
    pub fn files(&self, repository: &Repository) -> Result<Vec<(Oid, String)>, GitError> {
        let mut files = Vec::with_capacity(self.file.entries().len());
        let is_there = |entry: &&Entry| entry.mode.bits() != SUBMODULE && !entry.flags.contains(Flags::INTENT_TO_ADD);
        if self.file.entries().iter().any(|entry| entry.mode.is_sparse()) {
            bounds::check(repository)?;
        }
        for entry in self.file.entries().iter().filter(is_there) {
            let (id, path) = (oid(&entry.id), self.path(entry));
            if entry.mode.is_sparse() {
                let mut below = Vec::new();
                head::files_below(repository, id, path, &mut below).map_err(|error| self.cannot_compare(&error))?;
                files.extend(below.into_iter().map(|(id, path)| (id, lossy(&path))));
            } else {
                files.push((id, lossy(path)));
            }
        }
        Ok(files)
    }

    /// Every file that would be committed, as if nothing had been there before.
    pub fn whole(&self, repository: &Repository) -> Result<Change, GitError> {
        let unmerged = self.unmerged();
        let mut files = self.files(repository)?;
        files.retain(|(_, path)| unmerged.binary_search(path).is_err());
        Ok(change(files, Vec::new()))
    }

    /// What the index would commit: its files that HEAD has not, and what HEAD has in their place.
    pub fn staged(&self, repository: &Repository) -> Result<Change, GitError> {
        bounds::check(repository)?;
        let fail = |error: git2::Error| self.cannot_compare(&error);
        let head = match repository.head() {
            Ok(head) => {
                head.target().map_or(Ok(()), |id| loose::check(repository, id)).map_err(fail)?;
                Some(head.peel_to_commit().map_err(fail)?.tree_id())
            }
            Err(error) if matches!(error.code(), git2::ErrorCode::UnbornBranch | git2::ErrorCode::NotFound) => None,
            Err(error) => return Err(fail(error)),
        };
        let mut comparison = Comparison { index: self, repository, new: Vec::new(), old: Vec::new() };
        comparison.folder(head, self.file.entries(), 0, self.file.tree())?;
        Ok(change(comparison.new, comparison.old))
    }

    fn cannot_compare(&self, error: &git2::Error) -> GitError {
        let problem = format!("cannot compare the index with HEAD: {} (`git fsck` tells more)", error.message());
        GitError::Unreadable { path: self.of.clone(), problem }
    }

    fn tree<'r>(&self, repository: &'r Repository, id: Oid) -> Result<Tree<'r>, GitError> {
        head::tree_of(repository, id).map_err(|error| self.cannot_compare(&error))
    }
}

/// The change that brings `new` and takes `old` away.
fn change(new: Vec<(Oid, String)>, old: Vec<Oid>) -> Change {
    let differs = vec![true; new.len()];
    let changed = |(blob, path): (Oid, String)| Changed { blob, origin: Origin::Staged { path: path.into() } };
    Change { new: new.into_iter().map(changed).collect(), parents: vec![Parent { differs, old }] }
}

/// The index against HEAD's tree, folder by folder: both are sorted the same way, a folder counting as its name with a slash.
struct Comparison<'c> {
    index: &'c Index,
    repository: &'c Repository,
    new: Vec<(Oid, String)>,
    old: Vec<Oid>,
}

impl Comparison<'_> {
    /// Compares the tree `head` (none: there is no such folder) with `entries`, whose paths all begin with the same
    /// `prefix` bytes. `cached` is what git remembers of the folder.
    fn folder(
        &mut self,
        head: Option<Oid>,
        entries: &[Entry],
        prefix: usize,
        cached: Option<&Cached>,
    ) -> Result<(), GitError> {
        if let Some(cached) = cached
            && cached.num_entries.is_some_and(|n| usize::try_from(n) == Ok(entries.len()))
            && head == Some(oid(&cached.id))
        {
            return Ok(());
        }
        let tree = head.map(|id| self.index.tree(self.repository, id)).transpose()?;
        let mut there = tree.iter().flat_map(|tree| tree.iter()).peekable();
        let mut rest = entries;
        while let Some(first) = rest.first() {
            let index = self.index;
            let name = index.path(first).get(prefix..).unwrap_or_default();
            let folder = name.iter().position(|byte| *byte == b'/').map(|slash| &name[..=slash]);
            let key = folder.unwrap_or(name);
            while let Some(gone) = there.next_if(|entry| sort_key(entry).as_slice() < key) {
                self.gone(&gone)?;
            }
            let before = there.next_if(|entry| sort_key(entry) == key);
            let n = rest.partition_point(|entry| index.path(entry).get(prefix..).is_some_and(|n| same(n, key, folder)));
            // At least the first one is of this name: damage must not make this an endless loop.
            let (these, others) = rest.split_at(n.max(1));
            rest = others;
            match folder {
                Some(name) => {
                    let cached = cached.and_then(|c| c.children.iter().find(|c| c.name[..] == name[..name.len() - 1]));
                    let head = before.map(|entry| entry.id());
                    match these {
                        [sparse] if sparse.mode.is_sparse() => self.sparse(head, sparse)?,
                        _ if prefix < LONGEST => self.folder(head, these, prefix + name.len(), cached)?,
                        _ => {
                            let problem = format!("a path is longer than {LONGEST} bytes");
                            return Err(self.index.cannot_compare(&git2::Error::from_str(&problem)));
                        }
                    }
                }
                None => self.file(before, these),
            }
        }
        there.try_for_each(|entry| self.gone(&entry))
    }

    /// One path: the entry of HEAD, and that of the index, or the sides of a conflict.
    fn file(&mut self, before: Option<git2::TreeEntry<'_>>, entries: &[Entry]) {
        let is_file = |mode: u32| mode & KIND != SUBMODULE && mode & KIND != FOLDER;
        let old = before.filter(|old| is_file(mode(old))).map(|old| (old.id(), mode(&old)));
        let new = match entries {
            [entry] if entry.stage_raw() == 0 => entry,
            _ => return,
        };
        // What is only meant to be added is not part of a commit.
        let is_there = is_file(new.mode.bits()) && !new.flags.contains(Flags::INTENT_TO_ADD);
        let new = is_there.then(|| (oid(&new.id), new.mode.bits(), self.index.path(new)));
        if let (Some(old), Some((id, mode, _))) = (old, new)
            && old == (id, mode)
        {
            return;
        }
        self.old.extend(old.map(|(id, _)| id));
        self.new.extend(new.map(|(id, _, path)| (id, lossy(path))));
    }

    /// A folder of which the index has only the tree.
    fn sparse(&mut self, head: Option<Oid>, entry: &Entry) -> Result<(), GitError> {
        self.trees(head, Some(oid(&entry.id)), &lossy(self.index.path(entry)))
    }

    /// An entry of HEAD that the index has not.
    fn gone(&mut self, entry: &git2::TreeEntry<'_>) -> Result<(), GitError> {
        match entry.kind() {
            Some(ObjectType::Tree) => self.trees(Some(entry.id()), None, "")?,
            Some(ObjectType::Blob) => self.old.push(entry.id()),
            _ => {}
        }
        Ok(())
    }

    /// A folder of HEAD's and one of the index's, both as trees; `path` is put before the names in them.
    fn trees(&mut self, old: Option<Oid>, new: Option<Oid>, path: &str) -> Result<(), GitError> {
        if old == new {
            return Ok(());
        }
        let tree = |id: Option<Oid>| id.map(|id| self.index.tree(self.repository, id)).transpose();
        let (new, old) = ranges::sides_of_trees(self.repository, tree(old)?.as_ref(), tree(new)?.as_ref())
            .map_err(|error| self.index.cannot_compare(&error))?;
        self.new.extend(new.into_iter().map(|(id, name)| (id, format!("{path}{name}"))));
        self.old.extend(old);
        Ok(())
    }
}

/// Whether `name` is the file `key`, or lies in the folder.
fn same(name: &[u8], key: &[u8], folder: Option<&[u8]>) -> bool {
    if folder.is_some() { name.starts_with(key) } else { name == key }
}

/// A name as trees sort it.
fn sort_key(entry: &git2::TreeEntry<'_>) -> Vec<u8> {
    let slash: &[u8] = if entry.kind() == Some(ObjectType::Tree) { b"/" } else { b"" };
    [entry.name_bytes(), slash].concat()
}

/// The mode as git writes it today: old trees have files that their group may write.
fn mode(entry: &git2::TreeEntry<'_>) -> u32 {
    u32::try_from(entry.filemode()).unwrap_or_default()
}

fn oid(id: &gix_hash::ObjectId) -> Oid {
    Oid::from_bytes(id.as_slice()).unwrap_or(Oid::ZERO_SHA1)
}

fn lossy(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}
