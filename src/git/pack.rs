//! One pack and its index, as mapped files, and the entries of the pack in the order they lie in it.

use std::path::Path;

use gix_pack::data::Entry;
use rayon::prelude::*;

use super::table::Table;

/// One pack. For each of its objects it has ten bytes of tables, or less; the rest is read from the files.
pub(super) struct Pack {
    /// The mapped `.pack` file.
    pub(super) data: gix_pack::data::File,
    /// The mapped `.idx` file.
    pub(super) index: gix_pack::index::File,
    /// Where every entry begins.
    offsets: Offsets,
    /// By entry: the number of its object.
    numbers: Table<u32>,
    /// `firsts[offset >> shift]` is the first entry at or after the beginning of that stretch of the pack.
    firsts: Table<u32>,
    shift: u32,
}

impl Pack {
    /// Opens a pack and its index. The error says what is wrong.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let index_path = path.with_extension("idx");
        if !index_path.exists() {
            return Err(
                "the pack has no index, so its objects cannot be listed (`git index-pack` makes one)".to_owned()
            );
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
            return Err(
                "the ids in its index are not sorted: it is damaged (`git index-pack` makes a new one)".to_owned()
            );
        }
        let (offsets, numbers, firsts) = Default::default();
        Ok(Self { data, index, offsets, numbers, firsts, shift: 0 })
    }

    /// Lists the entries; `number_of` gives the number of the object at a place of the index.
    pub(super) fn list(&mut self, number_of: impl Fn(u32) -> u32 + Sync) {
        let index = &self.index;
        let entry = |place| (index.pack_offset_at_index(place), number_of(place));
        let mut entries = Table::filled((0, 0), index.num_objects() as usize);
        entries.par_iter_mut().enumerate().for_each(|(place, row)| *row = entry(place as u32));
        entries.par_sort_unstable();
        self.offsets = Offsets::of(entries.iter().map(|e| e.0));
        self.numbers = entries.iter().map(|e| e.1).collect();
        // About four entries in each stretch, which one line of the cache holds.
        let end = self.data.pack_end() as u64;
        self.shift = (end / self.numbers.len().max(1) as u64).max(1).ilog2() + 2;
        let mut next = 0;
        self.firsts = (0..=end >> self.shift)
            .map(|stretch| {
                while (next as usize) < self.numbers.len() && self.offset(next) >> self.shift < stretch {
                    next += 1;
                }
                next
            })
            .collect();
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> u32 {
        self.numbers.len() as u32
    }

    /// The number of an entry's object.
    pub(super) fn number(&self, entry: u32) -> u32 {
        self.numbers[entry as usize]
    }

    /// Where an entry begins in the pack.
    pub(super) fn offset(&self, entry: u32) -> u64 {
        self.offsets.get(entry)
    }

    /// The entry that begins at `offset`.
    pub(super) fn entry_at(&self, offset: u64) -> Option<u32> {
        let first = *self.firsts.get(usize::try_from(offset >> self.shift).ok()?)?;
        (first..self.len())
            .map(|entry| (entry, self.offset(entry)))
            .take_while(|e| e.1 <= offset)
            .find(|e| e.1 == offset)
            .map(|e| e.0)
    }

    /// The head of an entry. The error says what is wrong.
    pub(super) fn head(&self, entry: u32) -> Result<Entry, String> {
        self.data.entry(self.offset(entry)).map_err(|error| format!("its entry cannot be read: {error}"))
    }
}

/// Offsets in ascending order, in four bytes each.
#[derive(Default)]
struct Offsets {
    /// Without what is beyond 32 bits.
    low: Table<u32>,
    /// The places from where on the offsets are beyond the next multiple of 4 GiB.
    wraps: Vec<u32>,
}

impl Offsets {
    fn of(all: impl ExactSizeIterator<Item = u64>) -> Self {
        let mut offsets = Self { low: Table::with_capacity(all.len()), wraps: Vec::new() };
        for offset in all {
            while offset >> 32 > offsets.wraps.len() as u64 {
                offsets.wraps.push(offsets.low.len() as u32);
            }
            offsets.low.push(offset as u32);
        }
        offsets
    }

    fn get(&self, place: u32) -> u64 {
        let high = self.wraps.iter().take_while(|wrap| **wrap <= place).count();
        u64::from(self.low[place as usize]) | (high as u64) << 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_beyond_four_gigabytes_come_back() {
        let all = [12, (1 << 32) - 1, 1 << 32, (1 << 32) + 5, (3 << 32) + 7, (3 << 32) + 8];
        let offsets = Offsets::of(all.iter().copied());
        let back: Vec<u64> = (0..all.len() as u32).map(|place| offsets.get(place)).collect();
        assert_eq!(back, all);
    }
}
