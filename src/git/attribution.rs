//! Where objects stand in history: first commit, paths, in HEAD or not. One pass over all trees and commits for all objects that
//! hold something.

use std::collections::HashMap;
use std::sync::Arc;

use git2::{Object, Oid};
use rustc_hash::{FxHashMap, FxHashSet};

use super::GitError;
use super::bits::Bits;
use super::commits::Commits;
use super::graph::{EntryKind, Graph, Useful};
use super::lineage::{Lineage, ancestors};
use super::lookup::Lookup;
use super::store::Store;
use super::table::Table;
use super::tips::Tips;
use crate::collect::Collector;
use crate::origin::{Reach, Tag};

/// One path at which an object stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Appearance {
    /// Path from the top of the repository, invalid UTF-8 replaced; or what stands in for one.
    pub(super) path: Arc<str>,
    /// Place of its first commit in [`Lineage::order`]; beyond all of them for what is in no commit.
    pub(super) order: u32,
    /// What has it there.
    pub(super) holder: Holder,
    /// HEAD has the object there.
    pub(super) in_head: bool,
}

/// What an object is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    /// A commit; the lineage knows what reaches it.
    Commit(Oid),
    /// An annotated tag: the object is its message.
    Tag(Arc<Tag>, Arc<Reach>),
    /// A tree or blob that refs point at without a commit.
    Refs(Arc<Reach>),
}

/// What the walk over all commits says.
#[derive(Default)]
pub(super) struct Attribution {
    /// Appearances of the wanted objects by number; an object without any is part of nothing.
    pub(super) appearances: HashMap<u32, Vec<Appearance>>,
    /// All commits.
    pub(super) lineage: Lineage,
}

struct Walk<'r> {
    graph: &'r Graph,
    useful: &'r Useful<'r>,
    /// Paths by number: the folder's path and the name.
    paths: Vec<(u32, u32)>,
    path_numbers: FxHashMap<(u32, u32), u32>,
    /// Trees that were seen, with their paths.
    seen: FxHashSet<(u32, u32)>,
    /// By tree: the path it was last seen at. Few trees stand at more than one.
    last_seen: Table<u32>,
    /// Objects seen at a path: what had them there first, and whether HEAD has them there.
    found: FxHashMap<(u32, u32), (u32, bool)>,
    /// Folders were too deep.
    is_cut: bool,
}

/// The path number of the top of the repository.
const TOP: u32 = 0;
/// No path's number.
const NOWHERE: u32 = u32::MAX;

/// Folders in folders: git's own limit (`core.maxTreeDepth`).
const DEEPEST: usize = 2048;

/// What was read of the history of a repository.
pub(super) struct History {
    /// All commits.
    pub(super) commits: Commits,
    /// All trees.
    pub(super) graph: Graph,
    /// Where history begins.
    pub(super) tips: Tips,
    /// The order of the commits.
    pub(super) lineage: Lineage,
}

/// Attributes the `wanted` objects. Objects that reachable history names and that are not there are errors of the scan.
pub(super) fn attribute(
    lookup: &Lookup<'_>,
    store: &Store,
    history: History,
    wanted: &Bits,
    collector: &Collector,
    pool: &rayon::ThreadPool,
) -> Result<Attribution, GitError> {
    let History { commits, graph, tips, lineage } = history;
    let useful = pool.install(|| graph.useful(DEEPEST));
    let mut walk = Walk {
        graph: &graph,
        useful: &useful,
        paths: vec![(TOP, 0)],
        path_numbers: FxHashMap::default(),
        seen: FxHashSet::default(),
        last_seen: Table::filled(NOWHERE, graph.len()),
        found: FxHashMap::default(),
        is_cut: useful.is_cut,
    };
    let lost = || missing(&commits, &graph, lineage.remembered());
    let ((lost, is_cut), ()) = pool.install(|| rayon::join(lost, || walk.commits(&commits, &lineage, collector)));
    walk.is_cut |= is_cut;
    report_missing(&lost, super::name(lookup.repository), collector);
    // Beyond the commits: trees that refs point at.
    let by_ref: Vec<(u32, Arc<Reach>)> = tips
        .objects
        .iter()
        .filter_map(|(id, refs)| Some((store.number(id)?, Arc::new(Reach::of_refs(refs.iter().cloned())))))
        .collect();
    let in_commits = lineage.order.len();
    for (n, (tree, _)) in by_ref.iter().enumerate() {
        if let Some(tree) = graph.place(*tree) {
            walk.tree(tree, TOP, Some((in_commits + n) as u32), 0);
        }
    }
    let head = super::tips::head(lookup, collector);
    if let Some(tree) = head.as_ref().and_then(|c| graph.place(store.number(&c.tree_id())?)) {
        walk.seen.clear();
        walk.last_seen.fill(NOWHERE);
        walk.tree(tree, TOP, None, 0);
    }
    if walk.is_cut {
        let problem = format!("has folders more than {DEEPEST} deep: what stands below is reported without its path");
        collector.error(super::name(lookup.repository), problem);
    }
    let mut attribution = Attribution { lineage, ..Attribution::default() };
    for ((object, path), (order, in_head)) in std::mem::take(&mut walk.found) {
        let path = walk.path(path);
        let holder = match attribution.lineage.order.get(order as usize) {
            Some(number) => Holder::Commit(store.id(*number)),
            None => Holder::Refs(Arc::clone(&by_ref[order as usize - in_commits].1)),
        };
        attribution.appearances.entry(object).or_default().push(Appearance { path, order, holder, in_head });
    }
    attribution.messages(store, &commits, wanted, head.map(|c| c.id()));
    attribution.tags(lookup, store, wanted, &tips);
    for (blob, reach) in by_ref.iter().filter(|(number, _)| wanted.contains(*number)) {
        let Reach::Refs { names, .. } = &**reach else { continue };
        let path = format!("<blob of {}>", names.first().map_or("a ref", |name| name));
        attribution.appearances.entry(*blob).or_insert_with(|| vec![alone(path, Holder::Refs(Arc::clone(reach)))]);
    }
    Ok(attribution)
}

/// The appearance of what is in no commit.
fn alone(path: String, holder: Holder) -> Appearance {
    Appearance { path: path.into(), order: u32::MAX, holder, in_head: false }
}

impl Attribution {
    /// Wanted commits appear in themselves: their message holds something.
    fn messages(&mut self, store: &Store, commits: &Commits, wanted: &Bits, head: Option<Oid>) {
        let order = self.lineage.order.iter().enumerate();
        let messages: Vec<(u32, u32)> =
            order.filter(|(_, n)| wanted.contains(**n)).map(|(place, n)| (place as u32, *n)).collect();
        if messages.is_empty() {
            return;
        }
        let in_head = ancestors(store, commits, head.into_iter());
        for (place, number) in messages {
            self.appearances.entry(number).or_default().push(Appearance {
                path: Arc::from(super::COMMIT_MESSAGE),
                order: place,
                holder: Holder::Commit(store.id(number)),
                in_head: in_head.contains(number),
            });
        }
    }

    /// The same for wanted tags, those that no ref leads to any more included.
    fn tags(&mut self, lookup: &Lookup<'_>, store: &Store, wanted: &Bits, tips: &Tips) {
        let numbers = (0..store.len() as u32).filter(|n| wanted.contains(*n));
        let left: Vec<u32> = numbers.filter(|n| !self.appearances.contains_key(n)).collect();
        for number in left {
            let id = store.id(number);
            let Some(Ok(tag)) = lookup.find(id).ok().map(Object::into_tag) else { continue };
            let reach = match tips.tags.get(&id) {
                Some(refs) => Reach::of_refs(refs.iter().cloned()),
                None => Reach::Unreachable,
            };
            let tag = Arc::new(super::tag_about(&tag));
            let path = format!("<message of tag {}>", tag.name);
            self.appearances.insert(number, vec![alone(path, Holder::Tag(tag, Arc::new(reach)))]);
        }
    }
}

impl Walk<'_> {
    /// Walks the trees of all commits, in their order.
    fn commits(&mut self, commits: &Commits, lineage: &Lineage, collector: &Collector) {
        for (place, number) in lineage.order.iter().enumerate() {
            if collector.is_cancelled() {
                break;
            }
            let tree = commits.get(*number).and_then(|c| self.graph.place(c.tree.number()?));
            let Some(tree) = tree else { continue };
            self.tree(tree, TOP, Some(place as u32), 0);
        }
    }

    /// Notes the wanted objects below `tree`, which stands at `path`. `order` is the place of what has it; none marks what is in
    /// HEAD.
    fn tree(&mut self, tree: u32, path: u32, order: Option<u32>, depth: usize) {
        if self.last_seen[tree as usize] == path {
            return;
        }
        if depth > DEEPEST {
            self.is_cut = true;
            return;
        }
        self.last_seen[tree as usize] = path;
        let useful = self.useful;
        let entries = useful.entries(tree);
        if entries.len() == 0 || !self.seen.insert((tree, path)) {
            return;
        }
        for entry in entries {
            let at = self.path_number(path, entry.name());
            if entry.kind() == EntryKind::Tree {
                self.tree(entry.object, at, order, depth + 1);
                continue;
            }
            match order {
                Some(order) => {
                    self.found.entry((entry.object, at)).or_insert((order, false));
                }
                None => {
                    if let Some(found) = self.found.get_mut(&(entry.object, at)) {
                        found.1 = true;
                    }
                }
            }
        }
    }

    fn path_number(&mut self, folder: u32, name: u32) -> u32 {
        let next = self.paths.len() as u32;
        *self.path_numbers.entry((folder, name)).or_insert_with(|| {
            self.paths.push((folder, name));
            next
        })
    }

    fn path(&self, mut number: u32) -> Arc<str> {
        let mut names = Vec::new();
        while number != TOP {
            let (folder, name) = self.paths[number as usize];
            names.push(String::from_utf8_lossy(&self.graph.names[name as usize]));
            number = folder;
        }
        names.reverse();
        names.join("/").into()
    }
}

/// What `remembered` commits and the trees they reach name and the object database lacks, each once.
/// Also whether folders were too deep to say so of all.
fn missing(commits: &Commits, graph: &Graph, remembered: &[u32]) -> (Vec<Oid>, bool) {
    let mut lost: Vec<Oid> = Vec::new();
    let mut roots = Table::default();
    for commit in remembered.iter().filter_map(|n| commits.get(*n)) {
        roots.extend(commit.tree.number().and_then(|tree| graph.place(tree)));
        lost.extend(commits.missing(commit.tree));
    }
    let (below, is_cut) = graph.missing_below(roots.iter().copied(), DEEPEST);
    lost.extend(below);
    lost.sort_unstable();
    lost.dedup();
    (lost, is_cut)
}

/// Reports missing objects: one error for all, with the count.
fn report_missing(lost: &[Oid], name: String, collector: &Collector) {
    if let Some(first) = lost.first() {
        let problem = format!(
            "{} objects that history names are missing, {first} the first of them: a partial clone (`git -c remote.origin.partialclonefilter= fetch --refetch` \
             or a full clone brings them), or damage (`git fsck` tells)",
            lost.len()
        );
        collector.error(name, problem);
    }
}
