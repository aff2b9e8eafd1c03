//! Where blobs stand in history: first commit, paths, in HEAD or not. Paid for the blobs that hold something, in one pass.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use git2::{ObjectType, Oid, Repository, Sort, Tree};

use super::{GitError, time};
use crate::collect::Collector;
use crate::origin::Commit;

/// One path at which a blob stands, with the first commit that has it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appearance {
    /// Path from the top of the repository; invalid UTF-8 replaced.
    pub path: Arc<str>,
    /// The first commit that has the blob there: parents before children, ties by date.
    pub commit: Arc<Commit>,
    /// HEAD has the blob there.
    pub in_head: bool,
}

/// What a walk over all commits says.
#[derive(Default)]
pub struct Attribution {
    /// Appearances of the wanted blobs; a blob without any is not reachable.
    pub appearances: HashMap<Oid, Vec<Appearance>>,
    /// How many commits were walked.
    pub commits: u64,
}

struct Walk<'r> {
    repository: &'r Repository,
    wanted: &'r HashSet<Oid>,
    present: &'r HashSet<Oid>,
    collector: &'r Collector,
    name: String,
    /// Trees already walked at a path, so that each version of a folder is read once.
    seen: HashSet<(Oid, u64)>,
    missing: HashSet<Oid>,
    found: HashMap<Oid, Vec<Appearance>>,
}

/// Walks all commits that any ref, HEAD or the reflogs' stash reaches, oldest first, and notes where the `wanted` blobs appear.
/// Objects that history names and that are not `present` are errors of the scan.
pub fn attribute(
    repository: &Repository,
    wanted: &HashSet<Oid>,
    present: &HashSet<Oid>,
    collector: &Collector,
) -> Result<Attribution, GitError> {
    let name = super::name(repository);
    let mut walk = Walk {
        repository,
        wanted,
        present,
        collector,
        name,
        seen: HashSet::new(),
        missing: HashSet::new(),
        found: HashMap::new(),
    };
    let tips = walk.tips()?;
    let mut commits = 0;
    let mut order = repository.revwalk().map_err(|e| walk.other("cannot walk commits", &e))?;
    // Topological order, parents first; libgit2 breaks ties by commit time.
    order
        .set_sorting(Sort::TOPOLOGICAL | Sort::TIME | Sort::REVERSE)
        .map_err(|e| walk.other("cannot walk commits", &e))?;
    for tip in tips {
        if let Err(error) = order.push(tip) {
            walk.collector
                .error(format!("{}: commit {tip}", walk.name), format!("cannot be walked: {}", error.message()));
        }
    }
    for id in order {
        if collector.is_cancelled() {
            break;
        }
        match id {
            Ok(id) => {
                commits += 1;
                walk.commit(id);
            }
            Err(error) => {
                // The walk cannot go on past a broken commit: what is left of history has no attribution.
                collector.error(walk.name.clone(), format!("history cannot be walked to its end: {}", error.message()));
                break;
            }
        }
    }
    walk.mark_head();
    Ok(Attribution { appearances: walk.found, commits })
}

impl Walk<'_> {
    fn other(&self, what: &str, error: &git2::Error) -> GitError {
        GitError::Other(format!("{}: {what}: {}", self.name, error.message()))
    }

    /// Commits that refs and HEAD point at, tags peeled.
    fn tips(&self) -> Result<Vec<Oid>, GitError> {
        let mut tips = Vec::new();
        let references = self.repository.references().map_err(|e| self.other("cannot list refs", &e))?;
        for reference in references {
            let reference = match reference {
                Ok(reference) => reference,
                Err(error) => {
                    self.collector
                        .error(format!("{}: refs", self.name), format!("a ref cannot be read: {}", error.message()));
                    continue;
                }
            };
            // Symbolic refs point at others of the list, or at an unborn branch.
            let Some(target) = reference.target() else { continue };
            match self.repository.find_object(target, None).and_then(|o| o.peel(ObjectType::Any)) {
                Ok(object) => match object.peel_to_commit() {
                    Ok(commit) => tips.push(commit.id()),
                    // A tag of a tree or blob: its content is searched, it has no commit.
                    Err(_) => continue,
                },
                Err(error) => {
                    let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
                    self.collector.error(
                        format!("{}: ref {name}", self.name),
                        format!("points at {target}, which cannot be read: {}", error.message()),
                    );
                }
            }
        }
        if let Ok(head) = self.repository.head().and_then(|h| h.peel_to_commit()) {
            tips.push(head.id());
        }
        tips.sort_unstable();
        tips.dedup();
        Ok(tips)
    }

    fn missing(&mut self, what: &str, id: Oid, problem: &str) {
        if self.missing.insert(id) {
            self.collector.error(format!("{}: {what} {id}", self.name), problem.to_owned());
        }
    }

    fn commit(&mut self, id: Oid) {
        let commit = match self.repository.find_commit(id) {
            Ok(commit) => commit,
            Err(error) => return self.missing("commit", id, &format!("cannot be read: {}", error.message())),
        };
        match commit.tree() {
            Ok(tree) => {
                // Made for the first wanted blob only.
                let mut shared = None;
                self.tree(&tree, "", &mut || Arc::clone(shared.get_or_insert_with(|| Arc::new(describe(&commit)))));
            }
            Err(error) => self.missing("tree", commit.tree_id(), &format!("cannot be read: {}", error.message())),
        }
    }

    fn tree(&mut self, tree: &Tree<'_>, path: &str, commit: &mut dyn FnMut() -> Arc<Commit>) {
        if !self.seen.insert((tree.id(), hash(path))) {
            return;
        }
        for entry in tree {
            let id = entry.id();
            let kind = entry.kind();
            if kind == Some(ObjectType::Commit) {
                continue; // a submodule
            }
            if !self.present.contains(&id) {
                let what = if kind == Some(ObjectType::Tree) { "tree" } else { "blob" };
                self.missing(what, id, "is missing from the object database (a partial clone, or damage)");
                continue;
            }
            let full = || format!("{path}{}", String::from_utf8_lossy(entry.name_bytes()));
            match kind {
                Some(ObjectType::Tree) => {
                    let full = format!("{}/", full());
                    if self.seen.contains(&(id, hash(&full))) {
                        continue;
                    }
                    match self.repository.find_tree(id) {
                        Ok(subtree) => self.tree(&subtree, &full, commit),
                        Err(error) => self.missing("tree", id, &format!("cannot be read: {}", error.message())),
                    }
                }
                _ if self.wanted.contains(&id) => {
                    let full = full();
                    let list = self.found.entry(id).or_default();
                    if !list.iter().any(|a| *a.path == full) {
                        list.push(Appearance { path: full.into(), commit: commit(), in_head: false });
                    }
                }
                _ => {}
            }
        }
    }

    fn mark_head(&mut self) {
        let Ok(tree) = self.repository.head().and_then(|h| h.peel_to_tree()) else { return };
        for (id, appearances) in &mut self.found {
            for appearance in appearances {
                appearance.in_head =
                    tree.get_path(std::path::Path::new(&*appearance.path)).is_ok_and(|entry| entry.id() == *id);
            }
        }
    }
}

fn hash(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

/// What is reported of a commit.
pub(super) fn describe(commit: &git2::Commit<'_>) -> Commit {
    let author = commit.author();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Commit {
        time: commit.time().seconds(),
        id: commit.id().to_string(),
        author: format!("{} <{}>", text(author.name_bytes()), text(author.email_bytes())),
        date: time::rfc3339(author.when()),
    }
}
