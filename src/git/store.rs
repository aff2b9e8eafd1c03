//! The object database as files: packs and loose objects of a repository and its alternates.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository};

use crate::collect::Collector;

/// One pack: its mapped data, and its entries in the order they lie in it.
pub(super) struct Pack {
    /// The mapped `.pack` file.
    pub(super) data: gix_pack::data::File,
    /// The mapped `.idx` file.
    pub(super) index: gix_pack::index::File,
    /// Offset and id of every entry, by offset.
    pub(super) entries: Vec<(u64, Oid)>,
}

/// All objects of a repository.
pub(super) struct Store {
    pub(super) packs: Vec<Pack>,
    /// Loose objects, sorted.
    pub(super) loose: Vec<Oid>,
    /// Every object id, sorted, each once; an object's number is its place here.
    pub(super) ids: Vec<Oid>,
    /// By number: the first pack that has the object.
    owners: Vec<Option<u16>>,
    /// `fanout[b]..fanout[b + 1]` are the ids that begin with the two bytes `b`.
    fanout: Vec<u32>,
}

impl Store {
    /// Opens what there is; what cannot be opened is an error of the scan.
    pub(super) fn open(repository: &Repository, collector: &Collector) -> Self {
        let mut store =
            Self { packs: Vec::new(), loose: Vec::new(), ids: Vec::new(), owners: Vec::new(), fanout: Vec::new() };
        for folder in object_folders(repository, collector) {
            store.add_packs(&folder, collector);
            add_loose(&folder, &mut store.loose, collector);
        }
        store.loose.sort_unstable();
        store.loose.dedup();
        let packed = store.packs.iter().enumerate().flat_map(|(n, p)| p.entries.iter().map(move |e| (e.1, n as u16)));
        let mut all: Vec<(Oid, u16)> = packed.chain(store.loose.iter().map(|id| (*id, u16::MAX))).collect();
        all.sort_unstable();
        all.dedup_by_key(|(id, _)| *id);
        let owners = all.iter().map(|(_, pack)| (*pack != u16::MAX).then_some(*pack)).collect();
        let ids: Vec<Oid> = all.into_iter().map(|(id, _)| id).collect();
        let mut fanout = vec![0u32; (1 << 16) + 1];
        for id in &ids {
            fanout[prefix(id) + 1] += 1;
        }
        for n in 1..fanout.len() {
            fanout[n] += fanout[n - 1];
        }
        Self { ids, owners, fanout, ..store }
    }

    /// The number of an object, if it is there.
    pub(super) fn number(&self, id: &Oid) -> Option<u32> {
        let start = self.fanout[prefix(id)];
        let range = start as usize..self.fanout[prefix(id) + 1] as usize;
        self.ids[range].binary_search(id).ok().map(|n| start + n as u32)
    }

    /// The first pack that has the object; none for one that is only loose.
    pub(super) fn first_pack(&self, id: &Oid) -> Option<usize> {
        self.owners[self.number(id)? as usize].map(usize::from)
    }

    fn add_packs(&mut self, folder: &Path, collector: &Collector) {
        let Some(mut names) = list(&folder.join("pack"), collector) else { return };
        names.sort();
        for path in names.iter().filter(|p| p.extension().is_some_and(|e| e == "pack")) {
            match open_pack(path) {
                Ok(pack) => self.packs.push(pack),
                Err(problem) => collector.error(path.display().to_string(), problem),
            }
        }
    }
}

fn prefix(id: &Oid) -> usize {
    let bytes = id.as_bytes();
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
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
    let mut entries: Vec<(u64, Oid)> = (0..index.num_objects())
        .map(|n| Oid::from_bytes(index.oid_at_index(n).as_bytes()).map(|id| (index.pack_offset_at_index(n), id)))
        .collect::<Result<_, _>>()
        .map_err(|e| cannot(&e.message()))?;
    entries.sort_unstable();
    let end = data.pack_end() as u64;
    if entries.last().is_some_and(|(offset, _)| *offset >= end) {
        return Err("the index names objects beyond the end of the pack: it is truncated".to_owned());
    }
    Ok(Pack { data, index, entries })
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
