//! The object database as files: packs and loose objects of a repository and its alternates.

use std::collections::HashSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository};
use rayon::prelude::*;

use crate::collect::Collector;

/// One pack: its mapped data, and its entries in the order they lie in it.
pub(super) struct Pack {
    /// The mapped `.pack` file.
    pub(super) data: gix_pack::data::File,
    /// The mapped `.idx` file.
    pub(super) index: gix_pack::index::File,
    /// Every entry, by offset.
    pub(super) entries: Vec<PackEntry>,
    /// `firsts[offset >> shift]` is the first entry at or after the beginning of that stretch of the pack.
    firsts: Vec<u32>,
    shift: u32,
}

/// An entry of a pack.
#[derive(Debug, Clone, Copy)]
pub(super) struct PackEntry {
    /// Where it begins.
    pub(super) offset: u64,
    /// Number of its object in the [`Store`].
    pub(super) number: u32,
}

impl Pack {
    /// The place in `entries` of the one that begins at `offset`.
    pub(super) fn entry_at(&self, offset: u64) -> Option<u32> {
        let first = *self.firsts.get(usize::try_from(offset >> self.shift).ok()?)?;
        let from = &self.entries[first as usize..];
        let n = from.iter().take_while(|e| e.offset <= offset).position(|e| e.offset == offset)?;
        Some(first + n as u32)
    }

    /// Fills `entries`, whose objects have the numbers that `number_of` gives for their ids.
    fn number_entries(&mut self, number_of: impl Fn(&[u8]) -> Option<u32> + Sync) {
        let index = &self.index;
        let entry = |n: u32| {
            let number = number_of(index.oid_at_index(n).as_bytes())?;
            Some(PackEntry { offset: index.pack_offset_at_index(n), number })
        };
        self.entries = (0..index.num_objects()).into_par_iter().filter_map(entry).collect();
        self.entries.par_sort_unstable_by_key(|e| e.offset);
        let end = self.data.pack_end() as u64;
        let stretches = self.entries.len().max(1) as u64;
        self.shift = (end / stretches).max(1).ilog2();
        let mut next = 0;
        self.firsts = (0..=end >> self.shift)
            .map(|stretch| {
                while self.entries.get(next).is_some_and(|e| e.offset >> self.shift < stretch) {
                    next += 1;
                }
                next as u32
            })
            .collect();
    }
}

/// All objects of a repository.
pub(super) struct Store {
    pub(super) packs: Vec<Pack>,
    /// Loose objects, sorted.
    pub(super) loose: Vec<Oid>,
    /// Every object id, sorted, each once; an object's number is its place here.
    pub(super) ids: Vec<Oid>,
    /// By number: the first pack that has the object, or [`LOOSE`].
    owners: Vec<u16>,
    /// `fanout[b]..fanout[b + 1]` are the ids that begin with the bits `b`.
    fanout: Vec<u32>,
    /// How many bits of the first 32 of an id the fanout leaves out: it has one or two buckets for each object.
    rest_bits: u32,
}

/// The owner of an object that no pack has.
const LOOSE: u16 = u16::MAX;

impl Store {
    /// Opens what there is; what cannot be opened is an error of the scan.
    pub(super) fn open(repository: &Repository, collector: &Collector, pool: &rayon::ThreadPool) -> Self {
        let folders = object_folders(repository, collector);
        pool.install(|| Self::of(&folders, collector))
    }

    fn of(folders: &[PathBuf], collector: &Collector) -> Self {
        let mut packs: Vec<Pack> = folders.iter().flat_map(|folder| open_packs(folder, collector)).collect();
        let mut loose = Vec::new();
        folders.iter().for_each(|folder| add_loose(folder, &mut loose, collector));
        loose.sort_unstable();
        loose.dedup();
        let packed = packs.iter().enumerate().flat_map(|(n, p)| ids_of(&p.index).map(move |id| (id, n as u16)));
        let mut all: Vec<(Oid, u16)> = packed.chain(loose.iter().map(|id| (*id, LOOSE))).collect();
        // Stable, because that kind of sorting makes use of the sorted runs that indexes are.
        all.sort();
        all.dedup_by_key(|(id, _)| *id);
        let (ids, owners): (Vec<Oid>, Vec<u16>) = all.into_iter().unzip();
        let bits = (ids.len() as u64).max(2).next_power_of_two().ilog2().min(31);
        let rest_bits = 32 - bits;
        let mut fanout = vec![0u32; (1 << bits) + 1];
        for id in &ids {
            fanout[bucket(id.as_bytes(), rest_bits) + 1] += 1;
        }
        for n in 1..fanout.len() {
            fanout[n] += fanout[n - 1];
        }
        let mut store = Self { packs: Vec::new(), loose, ids, owners, fanout, rest_bits };
        packs.iter_mut().for_each(|pack| pack.number_entries(|id| store.number_of(id)));
        store.packs = packs;
        store
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
        let alike = &self.ids[bucket.start as usize..bucket.end as usize];
        // One or two at most, unless somebody has made ids that begin alike.
        let found = if alike.len() > 8 {
            alike.binary_search_by(|i| i.as_bytes().cmp(id)).ok()
        } else {
            alike.iter().position(|i| i.as_bytes() == id)
        };
        found.map(|n| bucket.start + n as u32)
    }

    /// The first pack that has the object with this number; none for one that is only loose.
    pub(super) fn first_pack(&self, number: u32) -> Option<usize> {
        Some(self.owners[number as usize]).filter(|n| *n != LOOSE).map(usize::from)
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
        |path: &PathBuf| open_pack(path).map_err(|problem| collector.error(path.display().to_string(), problem)).ok();
    names.iter().filter_map(open).collect()
}

fn bucket(id: &[u8], rest_bits: u32) -> usize {
    (u32::from_be_bytes([id[0], id[1], id[2], id[3]]) >> rest_bits) as usize
}

fn ids_of(index: &gix_pack::index::File) -> impl Iterator<Item = Oid> + '_ {
    (0..index.num_objects())
        .map(|n| Oid::from_bytes(index.oid_at_index(n).as_bytes()).expect("an index of 20-byte ids was opened"))
}

fn open_pack(path: &Path) -> Result<Pack, String> {
    let index_path = path.with_extension("idx");
    if !index_path.exists() {
        return Err("the pack has no index, so its objects cannot be listed (`git index-pack` makes one)".to_owned());
    }
    let cannot = |e: &dyn std::fmt::Display| format!("the pack cannot be opened: {e}");
    let index = gix_pack::index::File::at(&index_path, gix_hash::Kind::Sha1).map_err(|e| cannot(&e))?;
    let data = gix_pack::data::File::at(path, gix_hash::Kind::Sha1).map_err(|e| cannot(&e))?;
    if data.num_objects() != index.num_objects() {
        return Err(format!(
            "pack and index do not fit together: {} objects against {}",
            data.num_objects(),
            index.num_objects()
        ));
    }
    let end = data.pack_end() as u64;
    if (0..index.num_objects()).into_par_iter().any(|n| index.pack_offset_at_index(n) >= end) {
        return Err("the index names objects beyond the end of the pack: it is truncated".to_owned());
    }
    if !(1..index.num_objects()).into_par_iter().all(|n| index.oid_at_index(n - 1) <= index.oid_at_index(n)) {
        return Err("the ids in its index are not sorted: it is damaged (`git index-pack` makes a new one)".to_owned());
    }
    Ok(Pack { data, index, entries: Vec::new(), firsts: Vec::new(), shift: 0 })
}

/// The repository's own object folder, then those it borrows from.
fn object_folders(repository: &Repository, collector: &Collector) -> Vec<PathBuf> {
    let (own, alternates) = super::environment::object_folders(repository.path());
    let mut folders = vec![own.unwrap_or_else(|| repository.commondir().join("objects"))];
    folders.extend(alternates);
    let mut known: HashSet<PathBuf> = HashSet::new();
    let mut result = Vec::new();
    while let Some(folder) = folders.pop() {
        let real = match fs::canonicalize(&folder) {
            Ok(real) => real,
            Err(error) => {
                collector.error(folder.display().to_string(), format!("object folder cannot be read: {error}"));
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
    for first in 0..=255u8 {
        let head = format!("{first:02x}");
        let Some(files) = list(&folder.join(&head), collector) else { continue };
        loose.extend(
            files
                .iter()
                .filter_map(|f| f.file_name()?.to_str())
                .filter(|tail| tail.len() == 38)
                .filter_map(|tail| Oid::from_str(&format!("{head}{tail}")).ok()),
        );
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
