//! Which refs reach a commit.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use git2::{Oid, Repository};

use super::GitError;
use super::lookup::Lookup;
use super::ranges::{self, Set};
use super::table::Table;
use super::tips::tips;
use crate::collect::Collector;
use crate::origin::Reach;

/// Commits by number, parents before children, and the refs that point at them.
#[derive(Default)]
pub(super) struct Descent {
    /// Numbers of the parents of all commits, and where those of each commit end.
    parents: Table<u32>,
    ends: Table<usize>,
    /// Refs with their commits.
    pub(super) tips: Vec<(Arc<str>, u32)>,
}

impl Descent {
    /// Adds the next commit, whose parents have these numbers.
    pub(super) fn push(&mut self, parents: impl Iterator<Item = u32>) {
        self.parents.extend(parents);
        self.ends.push(self.parents.len());
    }

    fn parents(&self, commit: usize) -> &[u32] {
        let start = commit.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.parents[start..self.ends[commit]]
    }

    /// Says of each of these commits, which are in ascending order, which refs reach it.
    pub(super) fn refs(&self, commits: &[u32]) -> Vec<Reach> {
        let mut all = Vec::with_capacity(commits.len());
        // One pass over all commits for 64 of them, a bit for each.
        let mut descends = Table::filled(0u64, self.ends.len());
        for batch in commits.chunks(64) {
            descends.fill(0);
            for (bit, commit) in batch.iter().enumerate() {
                descends[*commit as usize] |= 1 << bit;
            }
            for commit in batch[0] as usize..descends.len() {
                let inherited = self.parents(commit).iter().fold(0, |bits, parent| bits | descends[*parent as usize]);
                descends[commit] |= inherited;
            }
            all.extend((0..batch.len()).map(|bit| {
                let reached = self.tips.iter().filter(|(_, tip)| descends[*tip as usize] & (1 << bit) != 0);
                Reach::of_refs(reached.map(|(name, _)| Arc::clone(name)))
            }));
        }
        all
    }
}

/// What reaches each of `wanted`, which are commits of `set`; what nothing remembers is left out. Refs that cannot be read are
/// errors of the scan.
pub fn of_commits(
    repository: &Repository,
    set: &Set,
    wanted: &BTreeSet<Oid>,
    collector: &Collector,
) -> Result<HashMap<Oid, Arc<Reach>>, GitError> {
    let tips = tips(&Lookup::of(repository), |_| false, collector)?;
    // Whatever leads to a commit of the set is not among what the set leaves out.
    let beyond =
        |label: &str, include: Vec<Oid>| Set { label: label.to_owned(), include, exclude: set.exclude.clone() };
    let by_refs = beyond("all refs", tips.refs.iter().map(|r| r.1).collect());
    let fail = |error: git2::Error| ranges::cannot_walk(repository, &by_refs.label, &error);
    let mut descent = Descent::default();
    let mut numbers: HashMap<Oid, u32> = HashMap::new();
    for id in ranges::walk(repository, &by_refs)? {
        let commit = id.and_then(|id| repository.find_commit(id)).map_err(fail)?;
        descent.push(commit.parent_ids().filter_map(|parent| numbers.get(&parent).copied()));
        numbers.insert(commit.id(), numbers.len() as u32);
    }
    let tip = |(name, id): &(Arc<str>, Oid)| Some((Arc::clone(name), *numbers.get(id)?));
    descent.tips = tips.refs.iter().filter_map(tip).collect();
    let mut named: Vec<(u32, Oid)> = wanted.iter().filter_map(|id| Some((*numbers.get(id)?, *id))).collect();
    named.sort_unstable();
    let reaches = descent.refs(&named.iter().map(|n| n.0).collect::<Vec<_>>());
    let mut all: HashMap<Oid, Arc<Reach>> = named.iter().map(|n| n.1).zip(reaches.into_iter().map(Arc::new)).collect();
    for (reach, from) in [(Reach::Stash, tips.stashes), (Reach::Reflog, tips.reflogs)] {
        if all.len() == wanted.len() {
            break;
        }
        // What reflogs name, and what leads there, may be gone.
        let from = from.into_iter().filter(|id| repository.find_commit(*id).is_ok()).collect();
        let reached = ranges::walk(repository, &beyond("stashes and reflogs", from))?.map_while(Result::ok);
        let reach = Arc::new(reach);
        for id in reached.filter(|id| wanted.contains(id)) {
            all.entry(id).or_insert_with(|| Arc::clone(&reach));
        }
    }
    Ok(all)
}
