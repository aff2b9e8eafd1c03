//! What a change introduces: secrets of its new files that none of the files it replaces had.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use git2::{Oid, Repository};
use rayon::prelude::*;

use super::Scan;
use crate::git::objects::search_blob;
use crate::git::ranges::{Change, Set};
use crate::git::{self, reach, reopen};
use crate::origin::{Origin, Reach};
use crate::search::{Match, Matches};
use crate::secret::Secret;

/// Searches the blobs of a change that is no commit and collects what it introduces.
pub fn scan(scan: &Scan<'_>, repository: &Repository, change: &Change) {
    for (origin, matches) in search(scan, repository, std::slice::from_ref(change)) {
        scan.collector.matches(&origin, matches);
    }
}

/// The same for commits of `set`; it is looked up what reaches those that introduce something, and `otherwise` said of those that
/// nothing reaches.
pub fn scan_commits(scan: &Scan<'_>, repository: &Repository, changes: &[Change], set: &Set, otherwise: Reach) {
    let found = search(scan, repository, changes);
    let is_reported = |matches: &Matches| matches.found.iter().any(|m| m.by_kind.most() >= Some(scan.floor));
    let wanted = found.iter().filter(|(_, m)| is_reported(m)).filter_map(|(origin, _)| commit_of(origin)).collect();
    let reaches = if scan.collector.is_cancelled() || BTreeSet::is_empty(&wanted) {
        HashMap::new()
    } else {
        let otherwise = Arc::new(otherwise);
        match reach::of_commits(repository, set, &wanted, scan.collector) {
            Ok(mut reaches) => {
                for id in wanted {
                    reaches.entry(id).or_insert_with(|| Arc::clone(&otherwise));
                }
                reaches
            }
            // What was found is reported whether it is known what reaches it or not.
            Err(error) => {
                scan.collector.error(git::name(repository), error.problem());
                HashMap::new()
            }
        }
    };
    for (mut origin, matches) in found {
        let known = commit_of(&origin).and_then(|id| reaches.get(&id));
        if let (Origin::Commit { reach, .. }, Some(known)) = (&mut origin, known) {
            *reach = Arc::clone(known);
        }
        scan.collector.matches(&origin, matches);
    }
}

/// The commit that an origin names.
fn commit_of(origin: &Origin) -> Option<Oid> {
    match origin {
        Origin::Commit { commit, .. } => Oid::from_str(&commit.id).ok(),
        _ => None,
    }
}

/// The objects that are searched for `changes`, each once.
pub fn involved(changes: &[Change]) -> Vec<Oid> {
    let of = |c: &Change| {
        let old = c.parents.iter().flat_map(|parent| parent.old.iter().copied());
        c.new.iter().map(|changed| changed.blob).chain(old).collect::<Vec<_>>()
    };
    let mut ids: Vec<Oid> = changes.iter().flat_map(of).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Searches the blobs of all `changes` once each, in parallel. What each change introduces, by place.
fn search(scan: &Scan<'_>, repository: &Repository, changes: &[Change]) -> Vec<(Origin, Matches)> {
    let ids = involved(changes);
    scan.collector.expect_objects(ids.len() as u64);
    let (path, name) = (repository.path().to_owned(), git::name(repository));
    let search = |handle: &Result<Repository, git2::Error>, id| {
        let matches = search_blob(handle, id, scan, &name);
        scan.collector.passed_object(0, !matches.found.is_empty());
        (id, matches)
    };
    let searched: HashMap<Oid, Matches> = scan.pool.install(|| {
        ids.par_iter().with_max_len(16).map_init(|| reopen(&path), |handle, id| search(handle, *id)).collect()
    });
    let mut counted: HashSet<Oid> = HashSet::new();
    let mut introduced = Vec::new();
    for change in changes {
        for (file, changed) in change.new.iter().enumerate() {
            let Some(matches) = searched.get(&changed.blob) else { continue };
            let found: Vec<Match> =
                matches.found.iter().filter(|m| is_new(m, file, change, &searched)).cloned().collect();
            let dropped = if counted.insert(changed.blob) { matches.dropped.clone() } else { Vec::new() };
            let matches = Matches { found, dropped, idle: matches.idle.clone() };
            if !matches.is_empty() {
                introduced.push((changed.origin.clone(), matches));
            }
        }
    }
    introduced
}

/// For every parent: the file differs from that parent's, and nothing the change replaces there had the secret.
fn is_new(found: &Match, file: usize, change: &Change, searched: &HashMap<Oid, Matches>) -> bool {
    let had = |old: &[Oid], secret: &Secret, rule: usize| {
        old.iter()
            .filter_map(|id| searched.get(id))
            .any(|m| m.found.iter().any(|o| o.rule == rule && o.secret == *secret))
    };
    change.parents.iter().all(|parent| parent.differs[file] && !had(&parent.old, &found.secret, found.rule))
}
