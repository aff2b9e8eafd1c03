//! The history of a repository: what its objects hold, and where that stands.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use git2::{Oid, Repository};
use rayon::prelude::*;

use super::attribution::{self, Appearance, Attribution};
use super::forest::Forest;
use super::graph::{self, Bits};
use super::holdings::{Holdings, Key};
use super::store::Store;
use super::{GitError, commit_about, objects};
use crate::judge::companions::Companions;
use crate::origin::{Commit, Origin};
use crate::report::DropReason;
use crate::search::{Match, Matches};
use crate::source::Scan;

/// Searches all objects of `repository` and hands what is found over to the scan's collector. `prefix` is put before every
/// path.
pub fn scan(scan: &Scan<'_>, repository: &Repository, prefix: &str) -> Result<(), GitError> {
    let store = Store::open(repository, scan.collector);
    let forests: Vec<Forest<'_>> = scan.pool.install(|| store.packs.iter().map(Forest::new).collect());
    let holdings = objects::search(repository, &store, &forests, scan);
    let mut wanted = Bits::new(store.ids.len());
    let reported = |key: u32| holdings.keys[key as usize].by_kind.most() >= Some(scan.floor);
    for (number, _) in holdings.objects.iter().filter(|(_, keys)| keys.iter().any(|k| reported(*k))) {
        wanted.insert(*number);
    }
    let graph = graph::read(repository, &store, &forests, &wanted, scan.collector, scan.pool, objects::limits(scan));
    let attribution = attribution::attribute(repository, &store, &graph, &wanted, scan.collector)?;
    scan.collector.objects(holdings.count, holdings.bytes, attribution.commits);
    holdings.skipped.iter().for_each(|(reason, n)| scan.collector.skip_many(*reason, *n));
    scan.collector.drop_many(&holdings.dropped);
    let below = holdings.keys.iter().filter(|k| k.by_kind.most() < Some(scan.floor)).count() as u64;
    scan.collector.drop_many(&BTreeMap::from([(DropReason::Confidence, below)]));
    let staged = super::index_entries(repository, scan.collector);
    report(
        &Findings { scan, repository, store: &store, holdings: &holdings, attribution: &attribution, prefix },
        &staged,
    );
    Ok(())
}

struct Findings<'f> {
    scan: &'f Scan<'f>,
    repository: &'f Repository,
    store: &'f Store,
    holdings: &'f Holdings,
    attribution: &'f Attribution,
    prefix: &'f str,
}

/// Where one secret first stands at one path.
struct First {
    appearance: Option<Appearance>,
    object: Oid,
    in_head: bool,
}

/// Looks up, for every secret and every path, the first version that has it, and reports its details.
fn report(f: &Findings<'_>, staged: &[(Oid, String)]) {
    let mut firsts: BTreeMap<(u32, Arc<str>), First> = BTreeMap::new();
    let mut staged_at: HashMap<Oid, Vec<&str>> = HashMap::new();
    for (id, path) in staged {
        staged_at.entry(*id).or_default().push(path);
    }
    let mut staged_only: Vec<(Oid, &str)> = Vec::new();
    for (number, keys) in &f.holdings.objects {
        let keys = || keys.iter().filter(|k| f.holdings.keys[**k as usize].by_kind.most() >= Some(f.scan.floor));
        if keys().next().is_none() {
            continue;
        }
        let id = &f.store.ids[*number as usize];
        match f.attribution.appearances.get(number) {
            Some(appearances) => {
                for appearance in appearances {
                    for key in keys() {
                        note(&mut firsts, *key, *id, appearance);
                    }
                }
            }
            None => match staged_at.get(id) {
                Some(paths) => staged_only.extend(paths.iter().map(|p| (*id, *p))),
                None => {
                    let path: Arc<str> = format!("<unreachable object {id}>").into();
                    for key in keys() {
                        firsts
                            .insert((*key, Arc::clone(&path)), First { appearance: None, object: *id, in_head: false });
                    }
                }
            },
        }
    }
    let details = details(f, firsts.values().map(|first| first.object).chain(staged_only.iter().map(|s| s.0)));
    let mut commits: HashMap<Oid, Arc<Commit>> = HashMap::new();
    let companions = Companions::new(f.scan.searcher.rules());
    for ((key, path), first) in firsts {
        let key = &f.holdings.keys[key as usize];
        let Some(matches) = details.get(&first.object) else { continue };
        // A key id that would not be reported for itself may be a part of this credential.
        let part = |m: &&Match| m.confidence < f.scan.floor && companions.is_part(m.rule);
        let found = matches.found.iter().filter(|m| Key::of(m) == *key || part(m)).cloned().collect();
        let path: Arc<str> = format!("{}{path}", f.prefix).into();
        let origin = match first.appearance {
            Some(appearance) => {
                let commit = commits
                    .entry(appearance.commit)
                    .or_insert_with(|| Arc::new(commit_about(f.repository, appearance.commit)));
                Origin::Commit { path, commit: Arc::clone(commit), in_head: first.in_head }
            }
            None => Origin::Object { path },
        };
        f.scan.collector.matches(&origin, Matches { found, ..Matches::default() });
    }
    for (id, path) in staged_only {
        let found = details.get(&id).map(|m| m.found.clone()).unwrap_or_default();
        let origin = Origin::Staged { path: format!("{}{path}", f.prefix).into() };
        f.scan.collector.matches(&origin, Matches { found, ..Matches::default() });
    }
}

fn note(firsts: &mut BTreeMap<(u32, Arc<str>), First>, key: u32, object: Oid, appearance: &Appearance) {
    let place = (key, Arc::clone(&appearance.path));
    let first = firsts.entry(place).or_insert_with(|| First { appearance: None, object, in_head: false });
    first.in_head |= appearance.in_head;
    // Two versions cannot first appear at one path in one commit.
    if first.appearance.as_ref().is_none_or(|a| appearance.order < a.order) {
        first.appearance = Some(appearance.clone());
        first.object = object;
    }
}

/// Full searches of the objects that are reported.
fn details(f: &Findings<'_>, ids: impl Iterator<Item = Oid>) -> HashMap<Oid, Matches> {
    let mut ids: Vec<Oid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let name = super::name(f.repository);
    let path = f.repository.path().to_owned();
    f.scan.pool.install(|| {
        ids.par_iter()
            .with_max_len(16)
            .map_init(|| super::reopen(&path), |handle, id| Some((*id, objects::details(handle, *id, f.scan, &name)?)))
            .flatten()
            .collect()
    })
}
