//! The history of a repository: what its objects hold, and where that stands.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{Oid, Repository};
use rayon::prelude::*;

use super::attribution::{self, Appearance, Attribution, History, Holder};
use super::bits::Bits;
use super::commits::Commits;
use super::forest::Forest;
use super::graph;
use super::holdings::{Holdings, Key};
use super::lineage::Lineage;
use super::lookup::Lookup;
use super::store::{Store, object_folders};
use super::tips::tips;
use super::{GitError, commit_about, loose, objects};
use crate::judge::companions::Companions;
use crate::origin::{Commit, Origin, Reach};
use crate::report::DropReason;
use crate::search::{Match, Matches};
use crate::source::Scan;

/// About how many objects [`scan`] will look at, for those who wait: half of what packs hold, because trees are not
/// searched there.
pub fn extent(repository: &Repository) -> u64 {
    let of_packs = |folder: &Path| {
        let files = fs::read_dir(folder.join("pack")).into_iter().flatten().flatten().map(|entry| entry.path());
        let indexes = files.filter(|path| path.extension().is_some_and(|e| e == "idx"));
        let open = |path: PathBuf| gix_pack::index::File::at(path, gix_hash::Kind::Sha1).ok();
        indexes.filter_map(open).map(|index| u64::from(index.num_objects()) / 2).sum::<u64>()
    };
    let folders = object_folders(repository, |_, _| {});
    folders.iter().map(|folder| loose::list(folder).0.len() as u64 + of_packs(folder)).sum()
}

/// Searches all objects of `repository`, of which so many were `announced`, and hands what is found over to the scan's collector.
/// `prefix` is put before every path.
pub fn scan(scan: &Scan<'_>, repository: &Repository, prefix: &str, announced: u64) {
    let store = Store::open(repository, scan.collector, scan.pool);
    let forests: Vec<Forest<'_>> = scan.pool.install(|| store.packs.iter().map(Forest::new).collect());
    scan.collector.withdraw_objects(announced);
    if let Some((pack, _)) = store.packs.iter().zip(&forests).find(|(_, forest)| forest.has_circle()) {
        store.refused.get_or_init(|| super::bounds::circle(repository, pack.data.path()));
    }
    if let Some(refused) = store.refused.get() {
        scan.collector.error(super::name(repository), refused.problem());
    }
    let lookup = Lookup::in_store(repository, &store);
    let mut holdings = objects::search(repository, &store, &forests, scan);
    let mut wanted = Bits::new(store.len());
    let reported = |key: u32| holdings.keys[key as usize].by_kind.most() >= Some(scan.floor);
    for (number, _) in holdings.objects.iter().filter(|(_, keys)| keys.iter().any(|k| reported(*k))) {
        wanted.insert(*number);
    }
    let commits = Commits::new(std::mem::take(&mut holdings.commits), store.len());
    // What was found is reported whether it is known where it stands or not.
    let attribution = attribute(scan, &lookup, &store, forests, commits, &wanted).unwrap_or_else(|error| {
        scan.collector.error(super::name(repository), error.problem());
        None
    });
    let commits = attribution.as_ref().map_or(0, |a| a.lineage.order.len() as u64);
    scan.collector.objects(holdings.count, holdings.bytes, commits);
    holdings.skipped.iter().for_each(|(reason, n)| scan.collector.skip_many(*reason, *n));
    scan.collector.drop_many(&holdings.dropped);
    let below = holdings.keys.iter().filter(|k| k.by_kind.most() < Some(scan.floor)).count() as u64;
    scan.collector.drop_many(&BTreeMap::from([(DropReason::Confidence, below)]));
    let staged = super::index_entries(repository, scan.collector);
    report(
        &Findings {
            scan,
            lookup: &lookup,
            store: &store,
            holdings: &holdings,
            attribution: attribution.as_ref(),
            prefix,
        },
        &staged,
    );
}

/// Where the wanted objects stand; nothing if the scan is interrupted, because half of a walk would be wrong.
fn attribute(
    scan: &Scan<'_>,
    lookup: &Lookup<'_>,
    store: &Store,
    forests: Vec<Forest<'_>>,
    commits: Commits,
    wanted: &Bits,
) -> Result<Option<Attribution>, GitError> {
    let (collector, pool, limits) = (scan.collector, scan.pool, objects::limits(scan));
    if collector.is_cancelled() {
        return Ok(None);
    }
    // A libgit2 handle serves one thread at a time.
    let path = lookup.repository.path();
    let trees = || {
        let elsewhere = objects::trees_elsewhere(path, store, &forests, collector);
        graph::read(store, &forests, elsewhere, wanted, collector, pool, limits)
    };
    let lineage = || {
        let handle = super::reopen(path).map_err(|e| GitError::cannot_open(path, e.message()))?;
        let is_commit = |id: &Oid| store.number(id).is_some_and(|number| commits.place(number).is_some());
        let tips = tips(&Lookup::in_store(&handle, store), is_commit, collector)?;
        let lineage = Lineage::new(&handle, store, &commits, &tips, collector);
        Ok::<_, GitError>((tips, lineage))
    };
    let (graph, lineage) = pool.install(|| rayon::join(trees, lineage));
    // Nothing is unpacked any more; attribution needs the room.
    drop(forests);
    let (tips, lineage) = lineage?;
    let history = History { commits, graph, tips, lineage };
    let attribution = attribution::attribute(lookup, store, history, wanted, collector, pool)?;
    Ok((!collector.is_cancelled()).then_some(attribution))
}

struct Findings<'f> {
    scan: &'f Scan<'f>,
    lookup: &'f Lookup<'f>,
    store: &'f Store,
    holdings: &'f Holdings,
    attribution: Option<&'f Attribution>,
    prefix: &'f str,
}

/// Where one secret first stands at one path.
struct First {
    appearance: Option<Appearance>,
    object: Oid,
    /// The version at this path in HEAD, if it has the secret.
    head: Option<Oid>,
}

impl Findings<'_> {
    /// What stands in for the path of an object that is part of nothing, and what is said of it.
    fn alone(&self, id: Oid) -> (Arc<str>, Reach) {
        match self.attribution {
            Some(_) => (format!("<unreachable object {id}>").into(), Reach::Unreachable),
            None => (format!("<object {id}>").into(), Reach::Unknown),
        }
    }

    /// Whether it is known that an object stands in no commit that anything remembers.
    fn is_forgotten(&self, appearances: &[Appearance]) -> bool {
        self.attribution.is_some_and(|attribution| {
            let remembered = attribution.lineage.remembered().len();
            appearances.iter().all(|a| matches!(a.holder, Holder::Commit(_)) && a.order as usize >= remembered)
        })
    }
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
        let id = &f.store.id(*number);
        let appearances = f.attribution.and_then(|a| a.appearances.get(number)).map_or(&[][..], Vec::as_slice);
        for appearance in appearances {
            keys().for_each(|key| note(&mut firsts, *key, *id, appearance));
        }
        match staged_at.get(id).filter(|_| f.is_forgotten(appearances)) {
            Some(paths) => staged_only.extend(paths.iter().map(|p| (*id, *p))),
            None if appearances.is_empty() => {
                for key in keys() {
                    let first = First { appearance: None, object: *id, head: None };
                    firsts.insert((*key, f.alone(*id).0), first);
                }
            }
            None => {}
        }
    }
    let in_commits = firsts.values().flat_map(|first| [Some(first.object), first.head]).flatten();
    let details = details(f, in_commits.chain(staged_only.iter().map(|s| s.0)));
    report_firsts(f, firsts, &details);
    for (id, path) in staged_only {
        let found = details.get(&id).map(|m| m.found.clone()).unwrap_or_default();
        let origin = Origin::Staged { path: format!("{}{path}", f.prefix).into() };
        f.scan.collector.matches(&origin, Matches { found, ..Matches::default() });
    }
}

fn report_firsts(f: &Findings<'_>, firsts: BTreeMap<(u32, Arc<str>), First>, details: &HashMap<Oid, Matches>) {
    let in_commits = firsts.values().filter_map(|first| first.appearance.as_ref());
    let places = in_commits.filter(|a| matches!(a.holder, Holder::Commit(_))).map(|a| a.order).collect();
    let reaches = f.attribution.map(|a| a.lineage.reaches(&places)).unwrap_or_default();
    let mut commits: HashMap<Oid, Arc<Commit>> = HashMap::new();
    let companions = Companions::new(f.scan.searcher.rules());
    for ((key, path), first) in firsts {
        let key = &f.holdings.keys[key as usize];
        let Some(matches) = details.get(&first.object) else { continue };
        // A key id that would not be reported for itself may be a part of this credential.
        let part = |m: &&Match| m.confidence < f.scan.floor && companions.is_part(m.rule);
        let today = first.head.filter(|head| *head != first.object).and_then(|head| details.get(&head));
        let found = matches.found.iter().filter(|m| Key::of(m) == *key || part(m));
        let found = found.map(|m| as_allowed_today(m, today)).collect();
        let path: Arc<str> = format!("{}{path}", f.prefix).into();
        let origin = match first.appearance.map(|a| (a.holder, reaches.get(&a.order))) {
            Some((Holder::Commit(id), reach)) => Origin::Commit {
                path,
                commit: Arc::clone(commits.entry(id).or_insert_with(|| Arc::new(commit_about(f.lookup, id)))),
                in_head: first.head.is_some(),
                reach: reach.map_or_else(|| Arc::new(Reach::Unknown), Arc::clone),
            },
            Some((Holder::Tag(tag, reach), _)) => Origin::Tag { path, tag, reach },
            Some((Holder::Refs(reach), _)) => Origin::Object { path, reach },
            None => Origin::Object { path, reach: Arc::new(f.alone(first.object).1) },
        };
        f.scan.collector.matches(&origin, Matches { found, ..Matches::default() });
    }
}

/// A match of the first version, with the comment that allows it in the version of today: who allows a secret writes it there.
/// If that has the secret in several places, each has to be allowed.
fn as_allowed_today(found: &Match, today: Option<&Matches>) -> Match {
    let mut found = found.clone();
    if let Some(today) = today {
        let key = Key::of(&found);
        let mut comments = today.found.iter().filter(|m| Key::of(m) == key).map(|m| m.allowed.as_ref());
        let all: Option<Vec<_>> = comments.by_ref().collect();
        found.allowed = all.and_then(|all| all.into_iter().next().cloned());
    }
    found
}

fn note(firsts: &mut BTreeMap<(u32, Arc<str>), First>, key: u32, object: Oid, appearance: &Appearance) {
    let place = (key, Arc::clone(&appearance.path));
    let first = firsts.entry(place).or_insert_with(|| First { appearance: None, object, head: None });
    if appearance.in_head {
        first.head = Some(object);
    }
    // Two versions cannot first appear at one path in one commit; two tags can have one name.
    let rank = (appearance.order, object);
    if first.appearance.as_ref().is_none_or(|a| rank < (a.order, first.object)) {
        first.appearance = Some(appearance.clone());
        first.object = object;
    }
}

/// Full searches of the objects that are reported.
fn details(f: &Findings<'_>, ids: impl Iterator<Item = Oid>) -> HashMap<Oid, Matches> {
    let mut ids: Vec<Oid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let name = super::name(f.lookup.repository);
    let path = f.lookup.repository.path().to_owned();
    f.scan.pool.install(|| {
        ids.par_iter()
            .with_max_len(16)
            .map_init(
                || super::reopen(&path),
                |handle, id| Some((*id, objects::details(handle, Some(f.store), *id, f.scan, &name)?)),
            )
            .flatten()
            .collect()
    })
}
