//! Loose objects, read without libgit2: its reader goes round for ever on one that was cut short
//! (<https://github.com/libgit2/libgit2/issues/7342>, in 1.9.7).
//!
//! Format: gitformat-loose(5).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Repository};
use libdeflater::{DecompressionError, Decompressor};

use super::forest::Kind;
use super::store::object_folders;
use super::{GitError, bounds};

/// Type and size before the text: `commit 123` and a zero byte. Longer ones are none.
const LONGEST_HEADER: usize = 64;

/// Reads a loose object of `repository` or of one it borrows from; none if it is not loose. The error says what is wrong.
pub(super) fn read(repository: &Repository, id: Oid) -> Option<Result<(Kind, Vec<u8>), String>> {
    Some(packed(repository, id)?.map_err(|e| e.to_string()).and_then(|packed| inflate(&packed)))
}

/// Says what is wrong with an object before libgit2 is asked for it, if it is loose and cannot be read, or made from itself.
pub(super) fn check(repository: &Repository, id: Oid) -> Result<(), git2::Error> {
    bounds::check_chain(repository, id)?;
    match read(repository, id) {
        Some(Err(problem)) => Err(git2::Error::from_str(&format!("object {id} cannot be read: {problem}"))),
        _ => Ok(()),
    }
}

/// The same for all commits, trees and tags, and for the indexes of packs, for those who let libgit2 walk over commits.
/// Blobs are not walked over.
///
/// # Errors
/// [`GitError::Unreadable`] names the first that cannot be read.
pub fn check_all(repository: &Repository) -> Result<(), GitError> {
    let fail = |why: &str| {
        GitError::unreadable(repository, format!("its commits cannot be walked: {why} (`git fsck` tells more)"))
    };
    bounds::check(repository).and_then(|()| bounds::check_circles(repository)).map_err(|e| fail(&e.problem()))?;
    let odb = repository.odb().map_err(|e| fail(e.message()))?;
    for folder in object_folders(repository, |_, _| {}) {
        let (ids, _) = list(&folder);
        // What has no header may be anything.
        let is_walked = |id: &Oid| odb.read_header(*id).map_or(true, |(_, kind)| kind != ObjectType::Blob);
        for id in ids.into_iter().filter(is_walked) {
            check(repository, id).map_err(|error| fail(error.message()))?;
        }
    }
    Ok(())
}

/// Ids of the loose objects in an object folder, and what of it could not be listed.
pub(super) fn list(folder: &Path) -> (Vec<Oid>, Vec<(PathBuf, io::Error)>) {
    let (mut ids, mut problems) = (Vec::new(), Vec::new());
    for first in 0..=255u8 {
        let head = format!("{first:02x}");
        let below = folder.join(&head);
        let names = fs::read_dir(&below).and_then(|all| all.map(|entry| Ok(entry?.file_name())).collect());
        let names: Vec<std::ffi::OsString> = match names {
            Ok(names) => names,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                problems.push((below, error));
                continue;
            }
        };
        let tails = names.iter().filter_map(|name| name.to_str()).filter(|tail| tail.len() == 38);
        ids.extend(tails.filter_map(|tail| Oid::from_str(&format!("{head}{tail}")).ok()));
    }
    (ids, problems)
}

/// The file of a loose object; none if there is none.
fn packed(repository: &Repository, id: Oid) -> Option<io::Result<Vec<u8>>> {
    let hex = id.to_string();
    let file = |folder: &Path| match fs::read(folder.join(&hex[..2]).join(&hex[2..])) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        read => Some(read),
    };
    file(&repository.commondir().join("objects"))
        .or_else(|| object_folders(repository, |_, _| {}).iter().find_map(|folder| file(folder)))
}

fn inflate(packed: &[u8]) -> Result<(Kind, Vec<u8>), String> {
    // Deflate packs at most 1032 to 1.
    let most = packed.len().saturating_mul(1032).saturating_add(LONGEST_HEADER);
    let mut text = vec![0; most.min(4 * packed.len() + LONGEST_HEADER)];
    let len = loop {
        match Decompressor::new().zlib_decompress(packed, &mut text) {
            Ok(len) => break len,
            Err(DecompressionError::InsufficientSpace) if text.len() < most => {
                text.resize(most.min(4 * text.len()), 0);
            }
            Err(_) => return Err("its data is damaged or cut short".to_owned()),
        }
    };
    text.truncate(len);
    let end = text.iter().take(LONGEST_HEADER).position(|b| *b == 0).ok_or("its header is damaged")?;
    let header = std::str::from_utf8(&text[..end]).ok().and_then(|header| header.split_once(' '));
    let (kind, size) = header.ok_or("its header is damaged")?;
    let size: Option<usize> = size.parse().ok();
    let kind = match kind {
        "blob" => Kind::Blob,
        "commit" => Kind::Commit,
        "tree" => Kind::Tree,
        "tag" => Kind::Tag,
        _ => return Err("it is of no known type".to_owned()),
    };
    text.drain(..=end);
    if size != Some(text.len()) {
        return Err("its size is not what its header says".to_owned());
    }
    Ok((kind, text))
}
