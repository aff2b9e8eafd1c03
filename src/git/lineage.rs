//! The order of commits, parents before children, and which refs reach them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::sync::Arc;

use git2::{Oid, Repository};

use super::bits::Bits;
use super::commits::Commits;
use super::reach::Descent;
use super::store::Store;
use super::table::Table;
use super::tips::Tips;
use crate::collect::Collector;
use crate::origin::Reach;

/// All commits of an object database in the order in which they count as first: those that refs reach, those of stashes, those
/// that only reflogs remember, those that nothing reaches; among each of these parents before children, ties by committer time
/// and id.
#[derive(Default)]
pub(super) struct Lineage {
    /// Object numbers of the commits, in this order.
    pub(super) order: Table<u32>,
    /// How many of them refs reach; refs and stashes; refs, stashes and reflogs.
    ends: [usize; 3],
    /// The commits that refs reach, by their places.
    descent: Descent,
}

/// No place.
const NONE: u32 = u32::MAX;

impl Lineage {
    /// Orders `commits`. A parent that is missing is an error of the scan, unless a shallow clone ends there.
    pub(super) fn new(
        repository: &Repository,
        store: &Store,
        commits: &Commits,
        tips: &Tips,
        collector: &Collector,
    ) -> Self {
        let reached = ancestors(store, commits, tips.refs.iter().map(|r| r.1));
        let stashed = ancestors(store, commits, tips.stashes.iter().copied());
        let remembered = ancestors(store, commits, tips.reflogs.iter().copied());
        report_lost_parents(repository, store, commits, &[&reached, &stashed], collector);
        let mut lineage = Self::default();
        let tiers: [&dyn Fn(u32) -> bool; 4] = [
            &|n| reached.contains(n),
            &|n| stashed.contains(n) && !reached.contains(n),
            &|n| remembered.contains(n) && !stashed.contains(n) && !reached.contains(n),
            &|n| !remembered.contains(n) && !stashed.contains(n) && !reached.contains(n),
        ];
        for (tier, chosen) in tiers.iter().enumerate() {
            sorted(commits, chosen, &mut lineage.order);
            if let Some(end) = lineage.ends.get_mut(tier) {
                *end = lineage.order.len();
            }
        }
        // By place among the commits: the place in the order.
        let mut places = Table::filled(NONE, commits.len());
        for (place, number) in lineage.order[..lineage.ends[0]].iter().enumerate() {
            let Some(at) = commits.place(*number) else { continue };
            places[at] = place as u32;
            let parents = commits.at(at).parents.iter().filter_map(|p| commits.place(p.number()?));
            lineage.descent.push(parents.map(|at| places[at]).filter(|p| *p != NONE));
        }
        let place = |id: &Oid| commits.place(store.number(id)?).map(|at| places[at]).filter(|p| *p != NONE);
        lineage.descent.tips = tips.refs.iter().filter_map(|(name, id)| Some((Arc::clone(name), place(id)?))).collect();
        lineage
    }

    /// The commits that refs, stashes or reflogs reach: what they name should be there.
    pub(super) fn remembered(&self) -> &[u32] {
        &self.order[..self.ends[2]]
    }

    /// Says of each of the commits at `places` of the order what reaches it.
    pub(super) fn reaches(&self, places: &BTreeSet<u32>) -> HashMap<u32, Arc<Reach>> {
        let [by_refs, stashed, remembered] = self.ends;
        let mut all = HashMap::with_capacity(places.len());
        let others = [(stashed, Reach::Stash), (remembered, Reach::Reflog), (usize::MAX, Reach::Unreachable)];
        let others = others.map(|(end, reach)| (end, Arc::new(reach)));
        for place in places.range(by_refs as u32..) {
            let reach = others.iter().find(|(end, _)| (*place as usize) < *end).map_or(&others[2].1, |o| &o.1);
            all.insert(*place, Arc::clone(reach));
        }
        let named: Vec<u32> = places.range(..by_refs as u32).copied().collect();
        let reaches = self.descent.refs(&named).into_iter().map(Arc::new);
        all.extend(named.iter().copied().zip(reaches));
        all
    }
}

/// All commits that `from` reaches, `from` included, by number.
pub(super) fn ancestors(store: &Store, commits: &Commits, from: impl Iterator<Item = Oid>) -> Bits {
    let mut reached = Bits::new(store.len());
    let mut queue: Vec<u32> = from.filter_map(|id| store.number(&id)).filter(|n| reached.insert(*n)).collect();
    while let Some(number) = queue.pop() {
        let parents = commits.get(number).map_or(&[][..], |c| c.parents);
        queue.extend(parents.iter().filter_map(|p| p.number()).filter(|n| reached.insert(*n)));
    }
    reached
}

fn report_lost_parents(
    repository: &Repository,
    store: &Store,
    commits: &Commits,
    reached: &[&Bits],
    collector: &Collector,
) {
    let name = super::name(repository);
    let boundary = super::shallow(repository);
    for commit in commits.all().filter(|c| reached.iter().any(|set| set.contains(c.number))) {
        let id = store.id(commit.number);
        for parent in commit.parents.iter().filter(|_| !boundary.contains(&id)) {
            if parent.number().is_none_or(|n| commits.get(n).is_none()) {
                let parent = commits.id(*parent, store);
                collector
                    .error(format!("{name}: commit {parent}"), format!("is missing; commit {id} names it as a parent"));
            }
        }
    }
}

/// Adds the chosen commits to `order`, parents before children, ties by committer time and id.
fn sorted(commits: &Commits, chosen: impl Fn(u32) -> bool, order: &mut Table<u32>) {
    // By place among the commits: how many parents are still to come, and the children.
    let mut waiting = Table::filled(0u32, commits.len());
    let mut links = Table::default();
    let mut ready = BinaryHeap::new();
    for (place, commit) in commits.all().enumerate().filter(|(_, c)| chosen(c.number)) {
        for parent in commit.parents.iter().filter_map(|p| p.number()).filter(|n| chosen(*n)) {
            if let Some(parent) = commits.place(parent) {
                links.push((parent as u32, place as u32));
                waiting[place] += 1;
            }
        }
        if waiting[place] == 0 {
            ready.push(Reverse((commit.time, commit.number, place as u32)));
        }
    }
    links.sort_unstable();
    while let Some(Reverse((_, number, place))) = ready.pop() {
        order.push(number);
        let first = links.partition_point(|l| l.0 < place);
        for &(_, child) in links[first..].iter().take_while(|l| l.0 == place) {
            waiting[child as usize] -= 1;
            if waiting[child as usize] == 0 {
                let commit = commits.at(child as usize);
                ready.push(Reverse((commit.time, commit.number, child)));
            }
        }
    }
}
