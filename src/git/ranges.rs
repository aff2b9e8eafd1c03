//! What a change introduces: the commits of a range against all their parents. For the index see [`super::index`].

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use git2::{Delta, Diff, DiffOptions, ErrorClass, ErrorCode, Oid, Repository};

use super::selection::Filter;
use super::{GitError, describe, name, why};
use crate::collect::Collector;
use crate::origin::{Commit, Origin, Reach};

/// One file of a change, or the message of its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The blob after the change; for a message the commit.
    pub blob: Oid,
    /// Where it stands.
    pub origin: Origin,
}

/// A change: the files it brings, and for each parent the blobs that parent had in place of changed files. A secret is
/// introduced if it stands in a file the change brings and in no old blob of some parent, for every parent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// New and changed files, and the message of a commit.
    pub new: Vec<Changed>,
    /// For each parent, the paths that differ from it (indexes into `new`) and the blobs it had.
    pub parents: Vec<Parent>,
}

/// What the commits of a range introduce.
#[derive(Debug)]
pub struct Range {
    /// Commit by commit, oldest first.
    pub changes: Vec<Change>,
    /// A commit of the range whose parents a shallow clone does not have: older ones are not in `changes`, and all of its own
    /// files are.
    pub cut_at: Option<Oid>,
}

/// See [`Change`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parent {
    /// For each of [`Change::new`], whether it differs from this parent.
    pub differs: Vec<bool>,
    /// Blobs that the change replaces or removes.
    pub old: Vec<Oid>,
}

/// Blob and path of each file that differs in `new`, and the blobs it replaces or removes; none stands for an empty tree.
pub(super) fn sides_of_trees(
    repository: &Repository,
    old: Option<&git2::Tree<'_>>,
    new: Option<&git2::Tree<'_>>,
) -> Result<Sides, git2::Error> {
    let mut options = DiffOptions::new();
    options.include_typechange(true).ignore_submodules(true);
    repository.diff_tree_to_tree(old, new, Some(&mut options)).map(|diff| sides(&diff))
}

/// Blobs and paths after a change, and blobs before it.
type Sides = (Vec<(Oid, String)>, Vec<Oid>);

/// Blob and path of each file that `diff` brings, and the blobs it replaces or removes.
fn sides(diff: &Diff<'_>) -> Sides {
    let (mut new, mut old) = (Vec::new(), Vec::new());
    for delta in diff.deltas() {
        let is_file = |file: &git2::DiffFile<'_>| file.mode() != git2::FileMode::Commit && !file.id().is_zero();
        if is_file(&delta.old_file()) && delta.status() != Delta::Added {
            old.push(delta.old_file().id());
        }
        if is_file(&delta.new_file()) && delta.status() != Delta::Deleted {
            let path = delta.new_file().path_bytes().unwrap_or_default();
            new.push((delta.new_file().id(), String::from_utf8_lossy(path).into_owned()));
        }
    }
    (new, old)
}

impl Change {
    /// Keeps only the new and changed files whose path is `wanted`. What the change replaces stays: a secret that moved from
    /// there is old.
    pub fn keep(&mut self, wanted: impl Fn(&str) -> bool) {
        let kept: Vec<bool> = self.new.iter().map(|changed| wanted(changed.origin.path())).collect();
        let mut of_new = kept.iter();
        self.new.retain(|_| of_new.next() == Some(&true));
        for parent in &mut self.parents {
            let mut of_parent = kept.iter();
            parent.differs.retain(|_| of_parent.next() == Some(&true));
        }
    }
}

/// A set of commits: what `include` reaches and `exclude` does not, all parents followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// What it is called in messages.
    pub label: String,
    /// Tips of the set. The first one is what "in HEAD" means for its findings.
    pub include: Vec<Oid>,
    /// Commits that are known already, with all that leads to them.
    pub exclude: Vec<Oid>,
}

/// The commit that a user's revision names; the empty one is HEAD.
pub(super) fn commit(repository: &Repository, revision: &str) -> Result<Oid, GitError> {
    let revision = if revision.is_empty() { "HEAD" } else { revision };
    repository
        .revparse_single(revision)
        .and_then(|object| object.peel_to_commit())
        .map(|commit| commit.id())
        .map_err(|error| bad_revision(repository, revision, &error))
}

/// The commits that `range` names: `A..B`, `A...B` (since their merge base) or `B` (all that leads to B).
pub fn parse(repository: &Repository, range: &str) -> Result<Set, GitError> {
    if range.trim_matches('.').is_empty() {
        // What a script makes of empty variables.
        let message =
            "names no commit: `A..B`, `A...B` or `B` is wanted, where one side of the dots may be left out for HEAD";
        let message = message.to_owned();
        return Err(GitError::Revision { repository: name(repository), revision: range.to_owned(), message });
    }
    let resolve = |revision: &str| commit(repository, revision);
    let set = |to, from: &[Oid]| Set { label: range.to_owned(), include: vec![to], exclude: from.to_vec() };
    if let Some((from, to)) = range.split_once("...") {
        let (from, to) = (resolve(from)?, resolve(to)?);
        let base = repository.merge_base(from, to).map_err(|e| bad_revision(repository, range, &e))?;
        return Ok(set(to, &[base]));
    }
    if let Some((from, to)) = range.split_once("..") {
        let (from, to) = (resolve(from)?, resolve(to)?);
        return Ok(set(to, &[from]));
    }
    Ok(set(resolve(range)?, &[]))
}

/// All commits that `tips` reach.
pub(super) fn reached(repository: &Repository, tips: &[Oid]) -> Result<HashSet<Oid>, GitError> {
    let set = Set { label: "the branches".to_owned(), include: tips.to_vec(), exclude: Vec::new() };
    let walk = walk(repository, &set)?;
    walk.collect::<Result<_, _>>().map_err(|error| cannot_walk(repository, &set.label, &error))
}

/// The commits of `set`, parents before children.
pub(super) fn walk<'r>(repository: &'r Repository, set: &Set) -> Result<git2::Revwalk<'r>, GitError> {
    let fail = |error: git2::Error| cannot_walk(repository, &set.label, &error);
    let mut walk = repository.revwalk().map_err(fail)?;
    walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::TIME | git2::Sort::REVERSE).map_err(fail)?;
    set.include.iter().try_for_each(|id| walk.push(*id)).map_err(fail)?;
    set.exclude.iter().try_for_each(|id| walk.hide(*id)).map_err(fail)?;
    Ok(walk)
}

/// What those commits of `set` introduce that pass `filter`, oldest first. A commit that cannot be compared with its
/// parents is an error of the scan.
pub fn commits(repository: &Repository, set: &Set, filter: &Filter, collector: &Collector) -> Result<Range, GitError> {
    let mut ids = Vec::new();
    for id in walk(repository, set)? {
        match id {
            Ok(id) => ids.push(id),
            Err(error) => {
                let problem = format!("{} cannot be walked to its end: {}", set.label, error.message());
                collector.error(name(repository), problem);
                break;
            }
        }
    }
    ids.retain(|id| filter.within.as_ref().is_none_or(|within| within.contains(id)));
    if let Some(since) = filter.since {
        // One that cannot be read is not to be dropped in silence.
        ids.retain(|id| repository.find_commit(*id).map_or(true, |commit| commit.time().seconds() >= since));
    }
    let first = filter.max_count.map_or(0, |n| ids.len().saturating_sub(n));
    report_grafts(repository, collector);
    let tip = Tip::new(repository, set)?;
    let boundary = super::shallow(repository);
    let (mut changes, mut cut_at) = (Vec::new(), None);
    for id in ids.drain(first..).take_while(|_| !collector.is_cancelled()) {
        if boundary.contains(&id) {
            cut_at = Some(id);
        }
        match commit_change(repository, id, &tip) {
            Ok(change) => changes.push(change),
            Err(error) => {
                let problem = format!("cannot be compared with its parents: {}", why(&error));
                collector.error(format!("{}: commit {id}", name(repository)), problem);
            }
        }
    }
    Ok(Range { changes, cut_at })
}

/// libgit2 takes the parents of commits from a graft file, which can hide commits; the walk over all history does not.
fn report_grafts(repository: &Repository, collector: &Collector) {
    let grafts = repository.commondir().join("info/grafts");
    let is_empty = |text: Vec<u8>| text.split(|b| *b == b'\n').all(|line| line.is_empty() || line.starts_with(b"#"));
    if std::fs::read(&grafts).is_ok_and(|text| !is_empty(text)) {
        let problem = "gives commits other parents, so some may not have been scanned: remove it, or turn it into replace refs, \
                       which are ignored here (`git replace --convert-graft-file`)";
        collector.error(grafts.display().to_string(), problem);
    }
}

/// What "in HEAD" means for the commits of a set: the tree of its first tip, and the commits it reaches.
struct Tip<'r> {
    tree: Option<git2::Tree<'r>>,
    /// None: all of the set.
    reached: Option<HashSet<Oid>>,
}

impl<'r> Tip<'r> {
    fn new(repository: &'r Repository, set: &Set) -> Result<Self, GitError> {
        let first = set.include.first();
        let tree = first.and_then(|tip| repository.find_commit(*tip).and_then(|c| c.tree()).ok());
        let is_only = set.include.iter().all(|tip| Some(tip) == first);
        let reached = if is_only { None } else { Some(reached(repository, first.map_or(&[], std::slice::from_ref))?) };
        Ok(Self { tree, reached })
    }
}

pub(super) fn cannot_walk(repository: &Repository, label: &str, error: &git2::Error) -> GitError {
    GitError::unreadable(repository, format!("cannot walk {label}: {} (`git fsck` tells more)", why(error)))
}

/// Why a revision names no commit: it is wrong, or something that it leads to cannot be read.
pub(super) fn bad_revision(repository: &Repository, revision: &str, error: &git2::Error) -> GitError {
    let begins = revision.split(['~', '^', '@', ':', '.']).next().unwrap_or_default();
    let is_hex = !begins.is_empty() && begins.bytes().all(|b| b.is_ascii_hexdigit());
    let is_id = is_hex && repository.resolve_reference_from_short_name(begins).is_err();
    let why = match error.code() {
        // A name that is there may lead to an object that is not.
        ErrorCode::NotFound if error.class() == ErrorClass::Odb && !is_id => Some(error.message().to_owned()),
        // Of damaged refs none is found, and libgit2 says why only once.
        ErrorCode::NotFound => {
            let listed = super::reopen(repository.path()).and_then(|fresh| fresh.references().map(drop));
            listed.err().map(|error| error.message().to_owned())
        }
        ErrorCode::InvalidSpec | ErrorCode::Ambiguous | ErrorCode::Peel | ErrorCode::UnbornBranch => None,
        _ => Some(error.message().to_owned()),
    };
    if let Some(why) = why {
        let problem = format!("cannot read revision {revision:?}: {why} (`git fsck` tells more)");
        return GitError::unreadable(repository, problem);
    }
    let mut message = error.message().to_owned();
    if repository.is_shallow() {
        message.push_str("; the clone is shallow: fetch the missing commits (`git fetch --unshallow`, or fetch-depth: 0 in actions/checkout)");
    }
    GitError::Revision { repository: name(repository), revision: revision.to_owned(), message }
}

fn commit_change(repository: &Repository, id: Oid, tip: &Tip<'_>) -> Result<Change, git2::Error> {
    let commit = repository.find_commit(id)?;
    let about: Arc<Commit> = Arc::new(describe(&commit));
    let tree = commit.tree()?;
    let parents: Vec<Option<git2::Commit<'_>>> =
        if commit.parent_count() == 0 { vec![None] } else { commit.parents().map(Some).collect() };
    let mut files: Vec<(Oid, String)> = Vec::new();
    let mut index: HashMap<(Oid, String), usize> = HashMap::new();
    let mut sets = Vec::new();
    for parent in parents {
        let parent_tree = parent.map(|p| p.tree()).transpose()?;
        let (new, old) = sides_of_trees(repository, parent_tree.as_ref(), Some(&tree))?;
        let mut members = Vec::new();
        for file in new {
            let at = *index.entry(file.clone()).or_insert_with(|| {
                files.push(file);
                files.len() - 1
            });
            members.push(at);
        }
        sets.push((members, old));
    }
    // The message is a text that every parent lacks.
    let parents = sets
        .into_iter()
        .map(|(members, old)| {
            let mut differs = vec![false; files.len()];
            members.into_iter().for_each(|m| differs[m] = true);
            differs.push(true);
            Parent { differs, old }
        })
        .collect();
    let reach = Arc::new(Reach::Unknown);
    let origin = |path: Arc<str>, in_head| Origin::Commit {
        path,
        commit: Arc::clone(&about),
        in_head,
        reach: Arc::clone(&reach),
    };
    let is_in_tip = |blob: Oid, path: &str| {
        tip.tree.as_ref().is_some_and(|t| t.get_path(Path::new(path)).is_ok_and(|entry| entry.id() == blob))
    };
    let mut new: Vec<Changed> = files
        .into_iter()
        .map(|(blob, path)| {
            let in_head = is_in_tip(blob, &path);
            Changed { blob, origin: origin(path.into(), in_head) }
        })
        .collect();
    let in_head = tip.reached.as_ref().is_none_or(|reached| reached.contains(&id));
    new.push(Changed { blob: id, origin: origin(super::COMMIT_MESSAGE.into(), in_head) });
    Ok(Change { new, parents })
}
