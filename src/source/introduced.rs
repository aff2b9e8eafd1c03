//! What a change introduces: secrets of its new files that none of the files it replaces had.

use std::collections::{HashMap, HashSet};

use git2::{Oid, Repository};
use rayon::prelude::*;

use super::Scan;
use crate::git::objects::search_blob;
use crate::git::ranges::Change;
use crate::git::reopen;
use crate::search::{Match, Matches};
use crate::secret::Secret;

/// Searches the blobs of all `changes` once each, in parallel, and collects what each change introduces.
pub fn scan(scan: &Scan<'_>, repository: &Repository, changes: &[Change]) {
    let mut ids: Vec<Oid> = changes
        .iter()
        .flat_map(|c| c.new.iter().map(|n| n.blob).chain(c.parents.iter().flat_map(|p| p.old.iter().copied())))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let path = repository.path().to_owned();
    let searched: HashMap<Oid, Matches> = scan.pool.install(|| {
        ids.par_iter()
            .with_max_len(16)
            .map_init(|| reopen(&path), |handle, id| (*id, search_blob(handle, *id, scan)))
            .collect()
    });
    let mut counted: HashSet<Oid> = HashSet::new();
    for change in changes {
        for (file, changed) in change.new.iter().enumerate() {
            let Some(matches) = searched.get(&changed.blob) else { continue };
            let found: Vec<Match> =
                matches.found.iter().filter(|m| is_new(m, file, change, &searched)).cloned().collect();
            let dropped = if counted.insert(changed.blob) { matches.dropped.clone() } else { Vec::new() };
            scan.collector.matches(&changed.origin, Matches { found, dropped, idle: matches.idle.clone() });
        }
    }
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
