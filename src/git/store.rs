//! The object database as files: packs and loose objects of a repository and its alternates.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use git2::{Oid, Repository};
use rayon::prelude::*;

use super::GitError;
use super::bits::first_from;
use super::pack::Pack;
use super::table::Table;
use crate::collect::Collector;

/// All objects of a repository. Their ids are read from the mapped indexes; an object's number is the place of its id among
/// all of them, sorted.
pub(super) struct Store {
    pub(super) packs: Vec<Pack>,
    /// Loose objects, sorted.
    loose: Vec<Oid>,
    /// By pack: how many ids the indexes of the packs before it have. Then how many all have: loose objects come after them.
    starts: Vec<u32>,
    /// By number: the place of the id, counted through all indexes and the loose objects. None if the numbers are the places, as
    /// with one pack and nothing else.
    places: Option<Table<u32>>,
    /// `fanout[b]..fanout[b + 1]` are the numbers of the ids that begin with the bits `b`.
    fanout: Table<u32>,
    /// How many bits of the first 32 of an id the fanout leaves out: it has a bucket for each one or two objects.
    rest_bits: u32,
    /// Why libgit2 may not read these packs ([`super::bounds`]); nothing if it may.
    pub(super) refused: OnceLock<GitError>,
}

impl Store {
    /// Opens what there is; what cannot be opened is an error of the scan.
    pub(super) fn open(repository: &Repository, collector: &Collector, pool: &rayon::ThreadPool) -> Self {
        let lost = |folder: &Path, error: std::io::Error| {
            collector.error(folder.display().to_string(), format!("object folder cannot be read: {error}"));
        };
        let folders = object_folders(repository, lost);
        let refused = super::bounds::check(repository).err().map(OnceLock::from).unwrap_or_default();
        pool.install(|| {
            let packs = folders.iter().flat_map(|folder| open_packs(folder, collector)).collect();
            let mut loose = Vec::new();
            folders.iter().for_each(|folder| add_loose(folder, &mut loose, collector));
            Self { refused, ..Self::new(packs, loose) }
        })
    }

    /// Of these packs and loose objects.
    pub(super) fn new(packs: Vec<Pack>, mut loose: Vec<Oid>) -> Self {
        loose.sort_unstable();
        loose.dedup();
        let mut starts = vec![0];
        // More than 2^32 objects would need 64 GiB for their numbers alone.
        starts.extend(packs.iter().scan(0, |end, pack| {
            *end += pack.index.num_objects();
            Some(*end)
        }));
        let mut store = Self {
            packs,
            loose,
            starts,
            places: None,
            fanout: Table::default(),
            rest_bits: 0,
            refused: OnceLock::new(),
        };
        let all = store.len() as u32;
        if !(1..all).into_par_iter().all(|place| store.id_at(place - 1) < store.id_at(place)) {
            let mut places: Table<u32> = (0..all).collect();
            // Stable, because that kind of sorting makes use of the sorted runs that indexes are, and the first pack that has an
            // object comes first.
            places.sort_by(|a, b| store.id_at(*a).cmp(store.id_at(*b)));
            places.dedup(|a, b| store.id_at(*a) == store.id_at(*b));
            store.places = Some(places);
        }
        store.count_buckets();
        let numbers = store.places.is_some().then(|| {
            let number = |place| store.number_of(store.id_at(place)).unwrap_or_default();
            let mut numbers = Table::filled(0, all as usize);
            numbers.par_iter_mut().enumerate().for_each(|(place, row)| *row = number(place as u32));
            numbers
        });
        for (pack, start) in store.packs.iter_mut().zip(&store.starts) {
            pack.list(|place| numbers.as_ref().map_or(start + place, |numbers| numbers[(start + place) as usize]));
        }
        store
    }

    fn count_buckets(&mut self) {
        let bits = (self.len() as u64).max(2).ilog2().min(31);
        self.rest_bits = 32 - bits;
        const TOGETHER: usize = 1 << 14;
        let bucket_of = |number: u32| bucket(self.id_bytes(number), self.rest_bits);
        let mut fanout = Table::filled(0u32, (1 << bits) + 1);
        fanout.par_chunks_mut(TOGETHER).enumerate().for_each(|(chunk, starts)| {
            let first = chunk * TOGETHER;
            let mut number = first_from(0, self.len(), |n| bucket_of(n as u32) < first) as u32;
            for (bucket, start) in (first..).zip(starts) {
                while (number as usize) < self.len() && bucket_of(number) < bucket {
                    number += 1;
                }
                *start = number;
            }
        });
        self.fanout = fanout;
    }

    /// How many objects there are.
    pub(super) fn len(&self) -> usize {
        let all = || self.starts[self.packs.len()] as usize + self.loose.len();
        self.places.as_ref().map_or_else(all, |places| places.len())
    }

    /// The pack that has the id at a place, and where in its index; none for a loose object.
    fn pack_at(&self, place: u32) -> (Option<usize>, u32) {
        let pack = self.starts[1..].partition_point(|end| *end <= place);
        (Some(pack).filter(|p| *p < self.packs.len()), place - self.starts[pack])
    }

    fn id_at(&self, place: u32) -> &[u8] {
        match self.pack_at(place) {
            (Some(pack), at) => self.packs[pack].index.oid_at_index(at).as_bytes(),
            (None, at) => self.loose[at as usize].as_bytes(),
        }
    }

    fn place(&self, number: u32) -> u32 {
        self.places.as_ref().map_or(number, |places| places[number as usize])
    }

    /// The 20 bytes of the id of the object with this number.
    fn id_bytes(&self, number: u32) -> &[u8] {
        self.id_at(self.place(number))
    }

    /// The id of the object with this number.
    pub(super) fn id(&self, number: u32) -> Oid {
        Oid::from_bytes(self.id_bytes(number)).expect("only indexes with ids of 20 bytes are opened")
    }

    /// The number of an object, if it is there.
    pub(super) fn number(&self, id: &Oid) -> Option<u32> {
        self.number_of(id.as_bytes())
    }

    /// The number of the object with these 20 bytes of id, if it is there.
    fn number_of(&self, id: &[u8]) -> Option<u32> {
        self.number_in(&self.bucket_of(id), id)
    }

    /// The numbers of which one is that of the object with these 20 bytes of id, if it is there.
    pub(super) fn bucket_of(&self, id: &[u8]) -> Range<u32> {
        let bucket = bucket(id, self.rest_bits);
        self.fanout[bucket]..self.fanout[bucket + 1]
    }

    /// The number of the object with these 20 bytes of id, which only one in `bucket` can be.
    pub(super) fn number_in(&self, bucket: &Range<u32>, id: &[u8]) -> Option<u32> {
        let mut alike = bucket.clone();
        // One or two at most, unless somebody has made ids that begin alike.
        if alike.len() > 8 {
            while alike.start < alike.end {
                let middle = alike.start.midpoint(alike.end);
                match self.id_bytes(middle).cmp(id) {
                    Ordering::Less => alike.start = middle + 1,
                    Ordering::Equal => return Some(middle),
                    Ordering::Greater => alike.end = middle,
                }
            }
        }
        // Of a length that is known, so that comparing them takes no call.
        let id = id.first_chunk::<20>();
        alike.find(|number| self.id_bytes(*number).first_chunk() == id)
    }

    /// The first pack that has the object with this number; none for one that is only loose.
    pub(super) fn first_pack(&self, number: u32) -> Option<usize> {
        self.pack_at(self.place(number)).0
    }

    /// Whether a pack behind this one has the object with this number, too.
    pub(super) fn is_in_a_pack_after(&self, number: u32, pack: usize) -> bool {
        let id = gix_hash::oid::try_from_bytes(self.id_bytes(number));
        id.is_ok_and(|id| self.packs.iter().skip(pack + 1).any(|pack| pack.index.lookup(id).is_some()))
    }

    /// Numbers of the objects that no pack has.
    pub(super) fn only_loose(&self) -> impl Iterator<Item = u32> {
        self.loose.iter().filter_map(|id| self.number(id)).filter(|n| self.first_pack(*n).is_none())
    }
}

fn open_packs(folder: &Path, collector: &Collector) -> Vec<Pack> {
    let mut names = list(&folder.join("pack"), collector).unwrap_or_default();
    names.sort();
    names.retain(|path| path.extension().is_some_and(|e| e == "pack"));
    let open =
        |path: &PathBuf| Pack::open(path).map_err(|problem| collector.error(path.display().to_string(), problem)).ok();
    names.iter().filter_map(open).collect()
}

fn bucket(id: &[u8], rest_bits: u32) -> usize {
    (u32::from_be_bytes([id[0], id[1], id[2], id[3]]) >> rest_bits) as usize
}

/// The repository's own object folder, then those it borrows from; `lost` hears of those that are not there.
pub(super) fn object_folders(repository: &Repository, mut lost: impl FnMut(&Path, std::io::Error)) -> Vec<PathBuf> {
    let (own, alternates) = super::environment::object_folders(repository.path());
    let mut folders = vec![own.unwrap_or_else(|| repository.commondir().join("objects"))];
    folders.extend(alternates);
    let mut known: HashSet<PathBuf> = HashSet::new();
    let mut result = Vec::new();
    while let Some(folder) = folders.pop() {
        let real = match fs::canonicalize(&folder) {
            Ok(real) => real,
            Err(error) => {
                lost(&folder, error);
                continue;
            }
        };
        if !known.insert(real.clone()) {
            continue;
        }
        if let Ok(text) = fs::read_to_string(real.join("info/alternates")) {
            folders.extend(text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(|l| real.join(l)));
        }
        result.push(real);
    }
    result
}

fn add_loose(folder: &Path, loose: &mut Vec<Oid>, collector: &Collector) {
    let (ids, problems) = super::loose::list(folder);
    loose.extend(ids);
    for (folder, error) in problems {
        collector.error(folder.display().to_string(), format!("cannot be listed: {error}"));
    }
}

/// The files of a folder; nothing for one that does not exist.
fn list(folder: &Path, collector: &Collector) -> Option<Vec<PathBuf>> {
    match fs::read_dir(folder).and_then(|all| all.map(|e| e.map(|e| e.path())).collect()) {
        Ok(files) => Some(files),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            collector.error(folder.display().to_string(), format!("cannot be listed: {error}"));
            None
        }
    }
}
