//! Packs written by hand: gitformat-pack(5).

use std::path::{Path, PathBuf};

use libdeflater::{CompressionLvl, Compressor};

/// The kinds of whole objects, by their numbers in packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Commit = 1,
    Tree = 2,
    Blob = 3,
}

/// How a change names its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Offset,
    Id,
}

/// One instruction of a delta.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// So many bytes of the base, from there on.
    Copy { from: usize, len: usize },
    /// These bytes, 127 at most.
    Insert(Vec<u8>),
}

/// A pack and its index, while they grow.
#[derive(Default)]
pub struct Pack {
    bytes: Vec<u8>,
    /// Id, checksum and offset of each entry.
    rows: Vec<(Vec<u8>, u32, usize)>,
}

/// The id of an object.
pub fn id_of(kind: Kind, content: &[u8]) -> String {
    let name = match kind {
        Kind::Commit => "commit",
        Kind::Tree => "tree",
        Kind::Blob => "blob",
    };
    let bytes = sha1(&[format!("{name} {}\0", content.len()).as_bytes(), content].concat());
    git2::Oid::from_bytes(&bytes).unwrap().to_string()
}

/// A tree of files, sorted by name.
pub fn tree(files: &[(&str, &str)]) -> Vec<u8> {
    let entry = |(name, id): &(&str, &str)| [format!("100644 {name}\0").as_bytes(), &raw_id(id)].concat();
    files.iter().flat_map(entry).collect()
}

/// A commit, made so many seconds after the first of them.
pub fn commit(tree: &str, parent: Option<&str>, seconds: u64) -> Vec<u8> {
    let parent = parent.map(|id| format!("parent {id}\n")).unwrap_or_default();
    let time = 1_600_000_000 + seconds;
    let who = |name| format!("{name} <{name}@example.org> {time} +0000");
    format!("tree {tree}\n{parent}author {}\ncommitter {}\n\nversion\n", who("ada"), who("carl")).into_bytes()
}

/// A delta for a base and a result of these sizes.
pub fn delta(base: usize, result: usize, ops: &[Op]) -> Vec<u8> {
    let mut bytes = [size(base), size(result)].concat();
    for op in ops {
        match op {
            Op::Insert(text) => {
                bytes.push(u8::try_from(text.len()).unwrap());
                bytes.extend(text);
            }
            Op::Copy { from, len } => {
                // 64 KiB are written as none.
                let len = if *len == 0x1_0000 { 0 } else { *len };
                assert!(*from >> 32 == 0 && len >> 24 == 0);
                let fields: Vec<u8> = from.to_le_bytes()[..4].iter().chain(&len.to_le_bytes()[..3]).copied().collect();
                let given = fields.iter().enumerate().filter(|(_, byte)| **byte != 0);
                bytes.push(given.clone().fold(0x80, |command, (n, _)| command | 1 << n));
                bytes.extend(given.map(|(_, byte)| *byte));
            }
        }
    }
    bytes
}

/// What `ops` make of `base`.
pub fn apply(base: &[u8], ops: &[Op]) -> Vec<u8> {
    let text = |op: &Op| match op {
        Op::Insert(text) => text.clone(),
        Op::Copy { from, len } => base[*from..from + len].to_vec(),
    };
    ops.iter().flat_map(text).collect()
}

/// The delta that turns `base` into `text`: what begins and ends both is copied.
pub fn difference(base: &[u8], text: &[u8]) -> Vec<u8> {
    let head = base.iter().zip(text).take_while(|(a, b)| a == b).count();
    let rest = (base.len() - head).min(text.len() - head);
    let tail = base.iter().rev().zip(text.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let copy = |from: usize, to: usize| {
        let pieces = (from..to).step_by(0x1_0000).map(move |at| Op::Copy { from: at, len: (to - at).min(0x1_0000) });
        pieces.collect::<Vec<_>>()
    };
    let mut ops = copy(0, head);
    ops.extend(text[head..text.len() - tail].chunks(127).map(|part| Op::Insert(part.to_vec())));
    ops.extend(copy(base.len() - tail, base.len()));
    delta(base.len(), text.len(), &ops)
}

impl Pack {
    /// Adds an entry as it lies in a pack.
    pub fn raw(&mut self, id: &str, raw: &[u8]) {
        let offset = 12 + self.bytes.len();
        self.rows.push((raw_id(id), crc32fast::hash(raw), offset));
        self.bytes.extend(raw);
    }

    /// Adds a whole object; its id.
    pub fn whole(&mut self, kind: Kind, content: &[u8]) -> String {
        let id = id_of(kind, content);
        self.raw(&id, &[header(kind as u8, content.len()), deflate(content)].concat());
        id
    }

    /// Adds an object that is stored as a change of `base`; by offset that has to be in the pack by now.
    pub fn change(&mut self, id: &str, base: &str, by: By, delta: &[u8]) {
        let (kind, name) = match by {
            By::Id => (7, raw_id(base)),
            By::Offset => {
                let wanted = raw_id(base);
                let at = self.rows.iter().rev().find(|row| row.0 == wanted).expect("the base comes first").2;
                (6, distance(12 + self.bytes.len() - at))
            }
        };
        self.raw(id, &[header(kind, delta.len()), name, deflate(delta)].concat());
    }

    /// Where the entry of an object begins.
    pub fn offset(&self, id: &str) -> usize {
        let wanted = raw_id(id);
        self.rows.iter().find(|row| row.0 == wanted).unwrap().2
    }

    /// Writes `pack-NAME.pack` and its index, both version 2; the path of the pack.
    pub fn write(mut self, folder: &Path, name: &str) -> PathBuf {
        let number = |n: usize| u32::try_from(n).unwrap().to_be_bytes();
        let mut pack = [b"PACK".as_slice(), &number(2), &number(self.rows.len()), &self.bytes].concat();
        pack.extend(sha1(&pack));
        self.rows.sort();
        let mut index = [b"\xfftOc".as_slice(), &number(2)].concat();
        let upto = |first: u8| self.rows.partition_point(|row| row.0[0] <= first);
        (0..=255u8).for_each(|first| index.extend(number(upto(first))));
        self.rows.iter().for_each(|row| index.extend(&row.0));
        self.rows.iter().for_each(|row| index.extend(row.1.to_be_bytes()));
        self.rows.iter().for_each(|row| index.extend(number(row.2)));
        index.extend(&pack[pack.len() - 20..]);
        index.extend(sha1(&index));
        std::fs::create_dir_all(folder).unwrap();
        let path = folder.join(format!("pack-{name}.pack"));
        std::fs::write(&path, pack).unwrap();
        std::fs::write(path.with_extension("idx"), index).unwrap();
        path
    }
}

/// Type and size at the beginning of an entry.
pub fn header(kind: u8, size: usize) -> Vec<u8> {
    let mut rest = size >> 4;
    let mut bytes = vec![kind << 4 | (size & 0x0f) as u8];
    while rest > 0 {
        *bytes.last_mut().unwrap() |= 0x80;
        bytes.push((rest & 0x7f) as u8);
        rest >>= 7;
    }
    bytes
}

/// As zlib packs it.
pub fn deflate(content: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::fastest());
    let mut bytes = vec![0; compressor.zlib_compress_bound(content.len())];
    let len = compressor.zlib_compress(content, &mut bytes).unwrap();
    bytes.truncate(len);
    bytes
}

/// How far before it the base of a change begins.
fn distance(mut n: usize) -> Vec<u8> {
    let mut bytes = vec![(n & 0x7f) as u8];
    n >>= 7;
    while n > 0 {
        n -= 1;
        bytes.insert(0, 0x80 | (n & 0x7f) as u8);
        n >>= 7;
    }
    bytes
}

fn size(mut n: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while n >= 0x80 {
        bytes.push(0x80 | (n & 0x7f) as u8);
        n >>= 7;
    }
    bytes.push(n as u8);
    bytes
}

fn raw_id(id: &str) -> Vec<u8> {
    git2::Oid::from_str(id).unwrap().as_bytes().to_vec()
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    let mut hasher = gix_hash::hasher(gix_hash::Kind::Sha1);
    hasher.update(bytes);
    hasher.try_finalize().unwrap().as_bytes().to_vec()
}
