//! Where history begins: refs, the HEADs of all working trees, and what reflogs remember.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{Commit, ErrorCode, Object, ObjectType, Oid};

use super::lookup::Lookup;
use super::{GitError, name};
use crate::collect::Collector;

/// Commits that history is walked from, and what refs point at besides.
#[derive(Default)]
pub(super) struct Tips {
    /// Full names of refs and detached HEADs (`HEAD`, `worktrees/NAME/HEAD`) with the commits they lead to, tags peeled: those in
    /// HEADs, branches, remote branches, tags, others; then by name.
    pub(super) refs: Vec<(Arc<str>, Oid)>,
    /// The stash and what its reflog names.
    pub(super) stashes: Vec<Oid>,
    /// What other reflogs name: amended and rebased commits. They may be gone, which is no damage.
    pub(super) reflogs: Vec<Oid>,
    /// Annotated tags, each with the refs that lead to it.
    pub(super) tags: BTreeMap<Oid, Vec<Arc<str>>>,
    /// Trees and blobs that refs point at, by way of a tag or not, with these refs.
    pub(super) objects: BTreeMap<Oid, Vec<Arc<str>>>,
}

/// The place of a ref among those that lead to one commit: people look at branches first.
fn rank(name: &str) -> usize {
    let kinds = ["refs/heads/", "refs/remotes/", "refs/tags/", "refs/"];
    kinds.iter().position(|kind| name.starts_with(kind)).map_or(0, |n| n + 1)
}

/// Where a stash is kept.
const STASH: &str = "refs/stash";

/// The commit HEAD points at; none on an unborn branch. A HEAD that cannot be read is an error of the scan.
pub(super) fn head<'l>(lookup: &'l Lookup<'_>, collector: &Collector) -> Option<Commit<'l>> {
    let nothing = || git2::Error::from_str("it leads to nothing");
    let commit = |head: git2::Reference<'_>| lookup.find(head.target().ok_or_else(nothing)?)?.peel_to_commit();
    match lookup.repository.head().and_then(commit) {
        Ok(commit) => Some(commit),
        Err(error) if error.code() == ErrorCode::UnbornBranch => None,
        Err(error) => {
            collector
                .error(format!("{}: HEAD", name(lookup.repository)), format!("cannot be read: {}", error.message()));
            None
        }
    }
}

/// All tips. A ref that cannot be read is an error of the scan. What `is_commit` says of an object, because it was read
/// before, is not looked up again: there may be a ref for each pull request.
pub(super) fn tips(
    lookup: &Lookup<'_>,
    is_commit: impl Fn(&Oid) -> bool,
    collector: &Collector,
) -> Result<Tips, GitError> {
    let repository = lookup.repository;
    let label = name(repository);
    let mut tips = Tips::default();
    let fail = |error: git2::Error| GitError::unreadable(repository, format!("cannot list refs: {}", error.message()));
    let references = repository.references().map_err(fail)?;
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
        let ref_name: Arc<str> = String::from_utf8_lossy(reference.name_bytes()).into();
        if is_commit(&target) {
            tips.add_commit(&ref_name, target);
            continue;
        }
        match lookup.find(target) {
            Ok(object) => {
                if let Err(problem) = tips.add(lookup, &ref_name, object) {
                    collector.error(format!("{label}: ref {ref_name}"), problem);
                }
            }
            Err(error) => {
                let problem = format!("points at {target}, which cannot be read: {}", error.message());
                collector.error(format!("{label}: ref {ref_name}"), problem);
            }
        }
    }
    tips.refs.extend(detached(lookup));
    let common = repository.commondir();
    unreadable_refs(&common.join("refs"), &label, collector);
    let logs = std::iter::once(common.join("logs")).chain(work_trees(common).map(|w| w.join("logs")));
    for path in logs.flat_map(|folder| files(&folder)) {
        let list = if path.ends_with(STASH) { &mut tips.stashes } else { &mut tips.reflogs };
        // One line for each change: old id, new id, who, when, why.
        let text = fs::read(&path).unwrap_or_default();
        for line in text.split(|b| *b == b'\n').filter(|line| line.len() > 81) {
            list.extend([&line[..40], &line[41..81]].iter().filter_map(|hex| hex_id(hex)));
        }
    }
    tips.refs.sort_by(|(a, _), (b, _)| (rank(a), a).cmp(&(rank(b), b)));
    Ok(tips)
}

impl Tips {
    /// Adds what the ref `name` points at. Tags of tags are followed to their end.
    fn add<'l>(&mut self, lookup: &'l Lookup<'_>, name: &Arc<str>, mut object: Object<'l>) -> Result<(), String> {
        while let Some(tag) = object.as_tag() {
            self.tags.entry(tag.id()).or_default().push(Arc::clone(name));
            let unreadable =
                |e: git2::Error| format!("its tag names {}, which cannot be read: {}", tag.target_id(), e.message());
            object = lookup.find(tag.target_id()).map_err(unreadable)?;
        }
        match object.kind() {
            Some(ObjectType::Commit) => self.add_commit(name, object.id()),
            _ => self.objects.entry(object.id()).or_default().push(Arc::clone(name)),
        }
        Ok(())
    }

    fn add_commit(&mut self, name: &Arc<str>, id: Oid) {
        match &**name {
            STASH => self.stashes.push(id),
            _ => self.refs.push((Arc::clone(name), id)),
        }
    }
}

fn hex_id(hex: &[u8]) -> Option<Oid> {
    Oid::from_str(std::str::from_utf8(hex).ok()?).ok().filter(|id| !id.is_zero())
}

/// The git folders of linked working trees.
fn work_trees(common: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(common.join("worktrees")).into_iter().flatten().flatten().map(|entry| entry.path())
}

/// Detached HEADs of the main and all linked working trees, with their names as git has them.
fn detached(lookup: &Lookup<'_>) -> Vec<(Arc<str>, Oid)> {
    let common = lookup.repository.commondir();
    let linked = work_trees(common).map(|folder| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (format!("worktrees/{name}/HEAD"), folder)
    });
    std::iter::once(("HEAD".to_owned(), common.to_owned()))
        .chain(linked)
        .filter_map(|(name, folder)| Some((name.into(), hex_id(fs::read(folder.join("HEAD")).ok()?.trim_ascii())?)))
        .filter(|(_, id)| lookup.find(*id).is_ok_and(|object| object.kind() == Some(ObjectType::Commit)))
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
