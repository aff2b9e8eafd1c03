//! Tables of numbers that grow with history: in memory while they are small, beyond that in a file without a name, so that memory does
//! not grow with the number of objects.
//!
//! Such tables are read here and there, so they are mapped, as packs are: what is not in use need not stay in memory, but is
//! written to the disk when something else needs the room.

use std::env;
use std::fmt::{self, Debug};
use std::fs::File;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use memmap2::{MmapMut, MmapOptions};

/// How many bytes the larger ones of all tables of the process together take of memory before others go to files.
const IN_MEMORY: usize = 16 << 20;

/// Smaller tables stay in memory, bytes: there are few for each pack.
const SMALL: usize = 64 << 10;

/// By how much a file grows at least, bytes.
const STEP: usize = 1 << 20;

static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// Rows of one kind, as in a vector.
pub(super) struct Table<T: Copy>(Rows<T>);

enum Rows<T: Copy> {
    Memory(Memory<T>),
    Mapped(Mapped<T>),
}

impl<T: Copy> Table<T> {
    /// Of `len` rows, all `row`.
    pub(super) fn filled(row: T, len: usize) -> Self {
        let mut table = Self::with_capacity(len);
        table.extend(std::iter::repeat_n(row, len));
        table
    }

    /// Empty, with room for so many rows.
    pub(super) fn with_capacity(rows: usize) -> Self {
        let mut table = Self::default();
        table.reserve(rows);
        table
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: T) {
        match &mut self.0 {
            Rows::Memory(memory) if memory.rows.len() < memory.rows.capacity() => memory.rows.push(row),
            Rows::Mapped(mapped) if mapped.len < mapped.capacity() => mapped.push(row),
            Rows::Memory(memory) => {
                let double = memory.rows.len().max(16);
                self.reserve(double);
                self.push(row);
            }
            // A file need not be copied to grow, so it grows by little.
            Rows::Mapped(mapped) => {
                let step = (mapped.map.len() / 4).max(STEP) / size_of::<T>();
                self.reserve(step);
                self.push(row);
            }
        }
    }

    /// Leaves out rows that are the `same` as the one before them.
    pub(super) fn dedup(&mut self, same: impl Fn(&T, &T) -> bool) {
        let mut kept = 0;
        for at in 0..self.len() {
            if kept == 0 || !same(&self[kept - 1], &self[at]) {
                self[kept] = self[at];
                kept += 1;
            }
        }
        self.truncate(kept);
    }

    /// Leaves only the first `len` rows.
    fn truncate(&mut self, len: usize) {
        match &mut self.0 {
            Rows::Memory(memory) => memory.rows.truncate(len),
            Rows::Mapped(mapped) => mapped.len = mapped.len.min(len),
        }
    }

    /// Makes room for so many more rows.
    fn reserve(&mut self, more: usize) {
        match &mut self.0 {
            Rows::Memory(memory) => {
                let bytes = (memory.rows.len() + more) * size_of::<T>();
                if memory.take(bytes) {
                    memory.rows.reserve_exact(more);
                } else if let Ok(mapped) = Mapped::new(&memory.rows, bytes) {
                    self.0 = Rows::Mapped(mapped);
                } else {
                    // No room on the disk: then it has to be in memory.
                    memory.rows.reserve_exact(more);
                }
            }
            Rows::Mapped(mapped) => {
                if mapped.grow(more).is_err() {
                    let mut memory = Memory::default();
                    memory.rows.reserve_exact(mapped.len + more);
                    memory.rows.extend_from_slice(mapped);
                    self.0 = Rows::Memory(memory);
                }
            }
        }
    }
}

impl<T: Copy> Default for Table<T> {
    fn default() -> Self {
        Self(Rows::Memory(Memory::default()))
    }
}

impl<T: Copy + Debug> Debug for Table<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Copy> Extend<T> for Table<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, rows: I) {
        let rows = rows.into_iter();
        let free = match &self.0 {
            Rows::Memory(memory) => memory.rows.capacity() - memory.rows.len(),
            Rows::Mapped(mapped) => mapped.capacity() - mapped.len,
        };
        if rows.size_hint().0 > free {
            self.reserve(rows.size_hint().0);
        }
        rows.for_each(|row| self.push(row));
    }
}

impl<T: Copy> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        let mut table = Self::default();
        table.extend(rows);
        table
    }
}

impl<T: Copy> Deref for Table<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Rows::Memory(memory) => &memory.rows,
            Rows::Mapped(mapped) => mapped,
        }
    }
}

impl<T: Copy> DerefMut for Table<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            Rows::Memory(memory) => &mut memory.rows,
            Rows::Mapped(mapped) => mapped,
        }
    }
}

/// Rows in memory.
struct Memory<T> {
    rows: Vec<T>,
    /// How many bytes of [`IN_MEMORY`] they count for.
    taken: usize,
}

impl<T> Memory<T> {
    /// Whether `bytes` may be in memory.
    fn take(&mut self, bytes: usize) -> bool {
        let more = if bytes <= SMALL { 0 } else { bytes.saturating_sub(self.taken) };
        let fits = TAKEN.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
            Some(taken + more).filter(|sum| *sum <= IN_MEMORY)
        });
        if fits.is_ok() {
            self.taken += more;
        }
        fits.is_ok()
    }
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), taken: 0 }
    }
}

impl<T> Drop for Memory<T> {
    fn drop(&mut self) {
        TAKEN.fetch_sub(self.taken, Ordering::Relaxed);
    }
}

/// Rows in a file.
struct Mapped<T> {
    file: File,
    map: MmapMut,
    /// How many rows there are.
    len: usize,
    rows: PhantomData<T>,
}

impl<T: Copy> Mapped<T> {
    /// Puts `rows` into a file of so many bytes.
    fn new(rows: &[T], bytes: usize) -> io::Result<Self> {
        let mut file = unnamed()?;
        let map = longer(&mut file, 0, bytes)?;
        let mut mapped = Self { file, map, len: 0, rows: PhantomData };
        rows.iter().for_each(|row| mapped.push(*row));
        Ok(mapped)
    }

    fn capacity(&self) -> usize {
        self.map.len() / size_of::<T>()
    }

    /// Makes room for so many more rows.
    fn grow(&mut self, more: usize) -> io::Result<()> {
        self.map = longer(&mut self.file, self.map.len(), more * size_of::<T>())?;
        Ok(())
    }

    /// Adds a row.
    fn push(&mut self, row: T) {
        assert!(self.len < self.capacity());
        // SAFETY: the place of the row lies within the map, which begins at a page and so is aligned for rows of any kind.
        #[allow(unsafe_code)]
        unsafe {
            self.map.as_mut_ptr().cast::<T>().add(self.len).write(row);
        }
        self.len += 1;
    }
}

impl<T: Copy> Deref for Mapped<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the map begins at a page, and its first `len` rows were written by `push`; nobody else writes to the file.
        #[allow(unsafe_code)]
        unsafe {
            std::slice::from_raw_parts(self.map.as_ptr().cast(), self.len)
        }
    }
}

impl<T: Copy> DerefMut for Mapped<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as for `deref`; the map is borrowed as long as the rows are.
        #[allow(unsafe_code)]
        unsafe {
            std::slice::from_raw_parts_mut(self.map.as_mut_ptr().cast(), self.len)
        }
    }
}

/// A file without a name, in `TMPDIR` or where temporary files outlive memory.
fn unnamed() -> io::Result<File> {
    // To write beyond such a limit would end the process.
    #[cfg(unix)]
    if rustix::process::getrlimit(rustix::process::Resource::Fsize).current.is_some() {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let folder = PathBuf::from("/var/tmp");
    let chosen = env::var_os("TMPDIR").is_some() || !folder.is_dir();
    tempfile::tempfile_in(if chosen { env::temp_dir() } else { folder })
}

/// Makes a file of `len` bytes longer, and maps it whole.
fn longer(file: &mut File, len: usize, more: usize) -> io::Result<MmapMut> {
    // Bytes that are not there would end the process where there is no room for them on the disk.
    let mut rest = more.next_multiple_of(STEP / 4);
    let end = len + rest;
    while rest > 0 {
        let step = rest.min(ZEROS.len());
        file.write_all(&ZEROS[..step])?;
        rest -= step;
    }
    // SAFETY: the file has no name, so nobody else changes it or cuts it short.
    #[allow(unsafe_code)]
    unsafe {
        MmapOptions::new().len(end).map_mut(&*file)
    }
}

static ZEROS: [u8; 1 << 16] = [0; 1 << 16];

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds to two tables what a vector gets, one in memory and one that goes to a file.
    #[test]
    fn rows_in_files_are_those_of_a_vector() {
        let rows = |n: u32| (0..n).map(|n| (n, n.wrapping_mul(0x9e37_79b9)));
        for count in [0, 1, 1000, 300_000, 3_000_000] {
            let mut table: Table<(u32, u32)> = rows(count).collect();
            assert_eq!(matches!(table.0, Rows::Mapped(_)), count == 3_000_000);
            rows(70_000).for_each(|row| table.push(row));
            let mut vector: Vec<(u32, u32)> = rows(count).chain(rows(70_000)).collect();
            assert!(*table == *vector);
            table[count as usize].1 = 7;
            vector[count as usize].1 = 7;
            table.sort_unstable();
            vector.sort_unstable();
            assert!(*table == *vector);
            table.truncate(count as usize / 2);
            assert!(*table == vector[..count as usize / 2]);
            table.push((5, 6));
            assert_eq!(table.last(), Some(&(5, 6)));
        }
        assert!(Table::filled(9u32, 5_000_000).iter().all(|n| *n == 9));
    }
}
