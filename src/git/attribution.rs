//! Where objects stand in history: first commit, paths, in HEAD or not. One pass over all trees and commits for all objects that
//! hold something.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use git2::{Oid, Repository};
use rustc_hash::{FxHashMap, FxHashSet};

use super::GitError;
use super::graph::{Bits, Graph, Named};
use super::store::Store;
use super::tips::Tips;
use crate::collect::Collector;

/// One path at which an object stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Appearance {
    /// Path from the top of the repository; invalid UTF-8 replaced.
    pub(super) path: Arc<str>,
    /// Place of its first commit in the order of history: parents before children, ties by date.
    pub(super) order: u32,
    /// That commit.
    pub(super) commit: Oid,
    /// HEAD has the object there.
    pub(super) in_head: bool,
}

/// What the walk over all commits says.
#[derive(Default)]
pub(super) struct Attribution {
    /// Appearances of the wanted objects by number; an object without any is not reachable.
    pub(super) appearances: HashMap<u32, Vec<Appearance>>,
    /// How many commits were walked.
    pub(super) commits: u64,
}

struct Walk<'r> {
    graph: &'r Graph,
    wanted: &'r Bits,
    /// By tree: whether it holds something wanted.
    useful: Vec<Useful>,
    /// Paths by number: the folder's path and the name.
    paths: Vec<(u32, u32)>,
    path_numbers: FxHashMap<(u32, u32), u32>,
    /// Trees that were seen, with their paths.
    seen: FxHashSet<(u32, u32)>,
    /// By tree: the path it was last seen at. Few trees stand at more than one.
    last_seen: Vec<u32>,
    /// Objects seen at a path, with the appearance's place in `found`.
    found: FxHashMap<(u32, u32), (u32, Oid, bool)>,
}

/// Whether a tree holds something wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Useful {
    Unknown,
    No,
    Yes,
}

/// The path number of the top of the repository.
const TOP: u32 = 0;
/// No path's number.
const NOWHERE: u32 = u32::MAX;

/// Attributes the `wanted` objects. Objects that reachable history names and that are not there are errors of the scan.
pub(super) fn attribute(
    repository: &Repository,
    store: &Store,
    graph: &Graph,
    wanted: &Bits,
    collector: &Collector,
) -> Result<Attribution, GitError> {
    let tips = super::tips::tips(repository, collector)?;
    let order = order(repository, store, graph, &tips, collector);
    report_missing(repository, store, graph, &order, collector);
    let mut walk = Walk {
        graph,
        wanted,
        useful: vec![Useful::Unknown; store.ids.len()],
        paths: vec![(TOP, 0)],
        path_numbers: FxHashMap::default(),
        seen: FxHashSet::default(),
        last_seen: vec![NOWHERE; store.ids.len()],
        found: FxHashMap::default(),
    };
    for (place, number) in order.iter().enumerate() {
        if collector.is_cancelled() {
            break;
        }
        let Some(tree) = graph.commit(*number).and_then(|c| c.tree.number()) else { continue };
        walk.tree(tree, TOP, &mut |_, _| Some((place as u32, store.ids[*number as usize])));
    }
    let head = super::tips::head(repository, collector);
    if let Some(tree) = head.as_ref().and_then(|c| store.number(&c.tree_id())) {
        walk.seen.clear();
        walk.last_seen.fill(NOWHERE);
        walk.tree(tree, TOP, &mut |_, _| None);
    }
    let mut attribution = Attribution { commits: order.len() as u64, ..Attribution::default() };
    let found = std::mem::take(&mut walk.found);
    for ((object, path), (order, commit, in_head)) in found {
        let path = walk.path(path);
        attribution.appearances.entry(object).or_default().push(Appearance { path, order, commit, in_head });
    }
    messages(store, wanted, &order, head.map(|c| c.id()), graph, &mut attribution);
    Ok(attribution)
}

/// Wanted commits appear in themselves: their message holds something.
fn messages(
    store: &Store,
    wanted: &Bits,
    order: &[u32],
    head: Option<Oid>,
    graph: &Graph,
    attribution: &mut Attribution,
) {
    let messages: Vec<(u32, u32)> =
        order.iter().enumerate().filter(|(_, n)| wanted.contains(**n)).map(|(place, n)| (place as u32, *n)).collect();
    if messages.is_empty() {
        return;
    }
    let in_head = ancestors(store, graph, head.iter().copied());
    for (place, number) in messages {
        attribution.appearances.entry(number).or_default().push(Appearance {
            path: Arc::from(super::COMMIT_MESSAGE),
            order: place,
            commit: store.ids[number as usize],
            in_head: in_head.contains(number),
        });
    }
}

impl Walk<'_> {
    /// Whether the tree holds something wanted, at any depth.
    fn is_useful(&mut self, tree: u32) -> bool {
        match self.useful[tree as usize] {
            Useful::Unknown => {}
            known => return known == Useful::Yes,
        }
        let graph = self.graph;
        let entries = graph.entries(tree);
        // A tree cannot hold itself, but damaged data can say so.
        self.useful[tree as usize] = Useful::No;
        let mut useful = false;
        for entry in entries {
            useful |= if entry.is_tree { self.is_useful(entry.object) } else { self.wanted.contains(entry.object) };
        }
        if useful {
            self.useful[tree as usize] = Useful::Yes;
        }
        useful
    }

    /// Notes the wanted objects below `tree`, which stands at `path`. `commit` gives the commit they first appear in; none marks
    /// what is in HEAD.
    fn tree(&mut self, tree: u32, path: u32, commit: &mut dyn FnMut(u32, u32) -> Option<(u32, Oid)>) {
        if !self.is_useful(tree) || self.last_seen[tree as usize] == path {
            return;
        }
        self.last_seen[tree as usize] = path;
        if !self.seen.insert((tree, path)) {
            return;
        }
        let graph = self.graph;
        for entry in graph.entries(tree) {
            if entry.is_tree && !self.is_useful(entry.object) {
                continue;
            }
            let at = self.path_number(path, entry.name);
            if entry.is_tree {
                self.tree(entry.object, at, commit);
                continue;
            }
            match commit(entry.object, at) {
                Some((place, id)) => {
                    self.found.entry((entry.object, at)).or_insert((place, id, false));
                }
                None => {
                    if let Some(found) = self.found.get_mut(&(entry.object, at)) {
                        found.2 = true;
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

/// All commits that `from` reaches, `from` included, by number.
fn ancestors(store: &Store, graph: &Graph, from: impl Iterator<Item = Oid>) -> Bits {
    let mut reached = Bits::new(store.ids.len());
    let mut queue: Vec<u32> = from.filter_map(|id| store.number(&id)).filter(|n| reached.insert(*n)).collect();
    while let Some(number) = queue.pop() {
        let parents = graph.commit(number).map_or(&[][..], |c| &c.parents);
        queue.extend(parents.iter().filter_map(|p| p.number()).filter(|n| reached.insert(*n)));
    }
    reached
}

/// The reachable commits, parents before children, ties by committer time and id; then, in the same order, those that only
/// reflogs remember.
fn order(repository: &Repository, store: &Store, graph: &Graph, tips: &Tips, collector: &Collector) -> Vec<u32> {
    let name = super::name(repository);
    let boundary = super::shallow(repository);
    let reached = ancestors(store, graph, tips.refs.iter().copied());
    let remembered = ancestors(store, graph, tips.reflogs.iter().copied());
    for (number, commit) in graph.commits().iter().filter(|(n, _)| reached.contains(*n)) {
        let id = store.ids[*number as usize];
        for parent in commit.parents.iter().filter(|_| !boundary.contains(&id)) {
            if parent.number().is_none_or(|n| graph.commit(n).is_none()) {
                let parent = parent.id(store);
                collector
                    .error(format!("{name}: commit {parent}"), format!("is missing; commit {id} names it as a parent"));
            }
        }
    }
    let mut order = sorted(graph, |n| reached.contains(n));
    order.extend(sorted(graph, |n| remembered.contains(n) && !reached.contains(n)));
    order
}

/// The chosen commits, parents before children, ties by committer time and id.
fn sorted(graph: &Graph, chosen: impl Fn(u32) -> bool) -> Vec<u32> {
    // By place among the commits: how many parents are still to come, and the children.
    let commits = graph.commits();
    let mut waiting = vec![0u32; commits.len()];
    let mut links: Vec<(u32, u32)> = Vec::new();
    let mut ready = BinaryHeap::new();
    for (place, (number, commit)) in commits.iter().enumerate().filter(|(_, (n, _))| chosen(*n)) {
        for parent in commit.parents.iter().filter_map(|p| p.number()).filter(|n| chosen(*n)) {
            if let Some(parent) = graph.commit_place(parent) {
                links.push((parent as u32, place as u32));
                waiting[place] += 1;
            }
        }
        if waiting[place] == 0 {
            ready.push(Reverse((commit.time, *number, place as u32)));
        }
    }
    links.sort_unstable();
    let mut order = Vec::with_capacity(commits.len());
    while let Some(Reverse((_, number, place))) = ready.pop() {
        order.push(number);
        let first = links.partition_point(|l| l.0 < place);
        for &(_, child) in links[first..].iter().take_while(|l| l.0 == place) {
            waiting[child as usize] -= 1;
            if waiting[child as usize] == 0 {
                let (number, commit) = &commits[child as usize];
                ready.push(Reverse((commit.time, *number, child)));
            }
        }
    }
    order
}

/// Reports what reachable trees name and the object database lacks: one error for each kind, with the count.
fn report_missing(repository: &Repository, store: &Store, graph: &Graph, order: &[u32], collector: &Collector) {
    let name = super::name(repository);
    let mut lost: Vec<Oid> = Vec::new();
    let mut roots: Vec<u32> = Vec::new();
    for commit in order.iter().filter_map(|n| graph.commit(*n)) {
        match commit.tree {
            Named::Here(tree) => roots.push(tree),
            Named::Missing(id) => lost.push(id),
        }
    }
    if !graph.missing.is_empty() {
        let mut reached = Bits::new(store.ids.len());
        roots.retain(|tree| reached.insert(*tree));
        while let Some(tree) = roots.pop() {
            let entries = graph.entries(tree);
            roots.extend(entries.iter().filter(|e| e.is_tree).map(|e| e.object).filter(|t| reached.insert(*t)));
        }
        lost.extend(graph.missing.iter().filter(|(tree, _)| reached.contains(*tree)).map(|(_, id)| *id));
    }
    lost.sort_unstable();
    lost.dedup();
    if let Some(first) = lost.first() {
        let problem = format!(
            "{} objects that history names are missing, {first} the first of them: a partial clone (`git -c remote.origin.partialclonefilter= fetch --refetch` \
             or a full clone brings them), or damage (`git fsck` tells)",
            lost.len()
        );
        collector.error(name, problem);
    }
}
