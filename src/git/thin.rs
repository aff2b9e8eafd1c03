//! Objects that libgit2 does not read though they are there: a change whose base lies in another pack or is loose, as in a thin
//! pack that was given an index, and one that is damaged in one pack and whole in another.

use std::collections::HashSet;

use git2::{Oid, Repository};
use gix_pack::data::Entry;
use gix_pack::data::entry::Header;

use super::delta;
use super::forest::Kind;
use super::loose;
use super::pack::Pack;
use super::store::Store;

/// Larger objects are not unpacked.
const LARGEST: u64 = 512 << 20;

/// How an object is stored, best first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Stored {
    Whole(Kind),
    /// A change of this object.
    ChangeOf(Oid),
}

/// Reads an object wherever it and its bases lie, up to 512 MiB. The error says what is wrong.
pub(super) fn read(store: &Store, repository: &Repository, id: Oid) -> Result<(Kind, Vec<u8>), String> {
    let mut deltas: Vec<Vec<u8>> = Vec::new();
    let mut seen = HashSet::from([id]);
    let mut at = id;
    let (kind, mut text) = loop {
        let places =
            store.packs.iter().filter_map(|pack| place(store, pack, at).map(|(how, entry)| (how, pack, entry)));
        match places.min_by(|a, b| a.0.cmp(&b.0)) {
            None => {
                break loose::read(repository, at).ok_or("an object that it is stored as a change of is missing")??;
            }
            Some((Stored::Whole(kind), pack, entry)) => break (kind, inflate(pack, &entry)?),
            Some((Stored::ChangeOf(base), pack, entry)) => {
                if !seen.insert(base) {
                    return Err("its deltas form a circle".to_owned());
                }
                deltas.push(inflate(pack, &entry)?);
                at = base;
            }
        }
    };
    let (mut next, mut pieces) = (Vec::new(), Vec::new());
    while let Some(delta) = deltas.pop() {
        if delta::result_len(&delta)? > LARGEST {
            return Err("it is too large to be unpacked".to_owned());
        }
        delta::apply(&text, &delta, &mut next, &mut pieces)?;
        std::mem::swap(&mut text, &mut next);
    }
    Ok((kind, text))
}

/// How a pack has an object, if it does and the header can be read.
fn place(store: &Store, pack: &Pack, id: Oid) -> Option<(Stored, Entry)> {
    let at = pack.index.lookup(gix_hash::oid::try_from_bytes(id.as_bytes()).ok()?)?;
    let offset = pack.index.pack_offset_at_index(at);
    let entry = pack.data.entry(offset).ok()?;
    let stored = match entry.header {
        Header::Commit => Stored::Whole(Kind::Commit),
        Header::Tree => Stored::Whole(Kind::Tree),
        Header::Blob => Stored::Whole(Kind::Blob),
        Header::Tag => Stored::Whole(Kind::Tag),
        Header::RefDelta { base_id } => Stored::ChangeOf(Oid::from_bytes(base_id.as_bytes()).ok()?),
        Header::OfsDelta { base_distance } => {
            let base = pack.entry_at(offset.checked_sub(base_distance)?)?;
            Stored::ChangeOf(store.id(pack.number(base)))
        }
    };
    Some((stored, entry))
}

fn inflate(pack: &Pack, entry: &Entry) -> Result<Vec<u8>, String> {
    // A damaged size must not take all memory: deflate packs at most 1032 to 1.
    if entry.decompressed_size > LARGEST.min(1032 * pack.data.pack_end() as u64) {
        return Err("it is too large to be unpacked".to_owned());
    }
    let mut text = vec![0; usize::try_from(entry.decompressed_size).map_err(|e| e.to_string())?];
    pack.data.decompress_entry(entry, &mut Default::default(), &mut text).map_err(|e| e.to_string())?;
    Ok(text)
}
