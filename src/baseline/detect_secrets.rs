//! `.secrets.baseline` of detect-secrets 1.x: JSON with the SHA-1 of each secret, by file.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::State;
use super::foreign::{Foreign, Hit};

#[derive(Deserialize)]
struct Document {
    results: BTreeMap<String, Vec<Result>>,
}

#[derive(Deserialize)]
struct Result {
    hashed_secret: String,
    /// The plugin that found it.
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    line_number: u32,
    /// What an audit said; none before it.
    #[serde(default)]
    is_secret: Option<bool>,
}

/// What such a file knows.
#[derive(Debug)]
pub(super) struct DetectSecrets {
    /// All entries.
    pub(super) entries: Vec<Foreign>,
    /// Their numbers by path and SHA-1 in hex.
    by_hash: HashMap<(String, String), Vec<usize>>,
}

impl DetectSecrets {
    pub(super) fn read(text: &str) -> serde_json::Result<Self> {
        let document: Document = serde_json::from_str(text)?;
        let mut known = Self { entries: Vec::new(), by_hash: HashMap::new() };
        for (path, results) in document.results {
            // Written on Windows, a path has backslashes.
            let path = path.replace('\\', "/");
            for result in results {
                let key = (path.clone(), result.hashed_secret.to_ascii_lowercase());
                known.by_hash.entry(key).or_default().push(known.entries.len());
                known.entries.push(Foreign {
                    path: path.clone(),
                    line: result.line_number,
                    kind: result.kind,
                    state: match result.is_secret {
                        None => State::Unreviewed,
                        // What an audit calls a secret is no more reported than the rest of the file.
                        Some(true) => State::Allow,
                        Some(false) => State::FalseAlarm,
                    },
                    only_there: true,
                });
            }
        }
        Ok(known)
    }

    /// How a secret at `path` is known. Its identity there is file and hash; which plugin found it does not matter.
    pub(super) fn find(&self, path: &str, secret: &[u8]) -> Option<Hit<'_>> {
        if is_hash_in_baseline(path, secret) {
            return Some(("hash in a baseline of detect-secrets", &[]));
        }
        let entries = spellings(secret).find_map(|secret| self.by_hash.get(&(path.to_owned(), sha1(secret)?)))?;
        let what = match self.entries[entries[0]].state {
            State::Allow => "entry of detect-secrets, audited: a secret",
            State::FalseAlarm => "entry of detect-secrets, audited: no secret",
            State::Unreviewed | State::Keep => "entry of detect-secrets, not audited",
        };
        Some((what, entries))
    }
}

/// The hashes in such a file, in any of its versions, are values of `hashed_secret`, and no secrets.
fn is_hash_in_baseline(path: &str, secret: &[u8]) -> bool {
    path.rsplit('/').next() == Some(super::DETECT_SECRETS_NAME)
        && secret.len() == 40
        && secret.iter().all(u8::is_ascii_hexdigit)
}

/// The secret, and for a private key what detect-secrets takes for it: the words of its first line.
fn spellings(secret: &[u8]) -> impl Iterator<Item = &[u8]> {
    let label = secret.strip_prefix(b"-----").and_then(|rest| {
        let end = rest.windows(5).position(|w| w == b"-----")?;
        Some(&rest[..end])
    });
    [Some(secret), label].into_iter().flatten()
}

fn sha1(bytes: &[u8]) -> Option<String> {
    let mut hasher = gix_hash::hasher(gix_hash::Kind::Sha1);
    hasher.update(bytes);
    // A hash that was made to collide is refused, and matches nothing.
    hasher.try_finalize().ok().map(|id| id.to_string())
}
