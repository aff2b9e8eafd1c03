//! `.secrets.baseline` of detect-secrets 1.x: JSON with the SHA-1 of each secret, by file.

use std::collections::HashMap;

use serde::Deserialize;

use crate::suppression::Subject;

#[derive(Deserialize)]
struct Document {
    results: HashMap<String, Vec<Result>>,
}

#[derive(Deserialize)]
struct Result {
    hashed_secret: String,
    /// What an audit said; none before it.
    #[serde(default)]
    is_secret: Option<bool>,
}

/// What such a file knows.
#[derive(Debug)]
pub(super) struct DetectSecrets {
    /// By path and SHA-1 in hex: what an audit said.
    audited: HashMap<(String, String), Option<bool>>,
}

impl DetectSecrets {
    pub(super) fn read(text: &str) -> serde_json::Result<Self> {
        let document: Document = serde_json::from_str(text)?;
        let audited = document.results.into_iter().flat_map(|(path, results)| {
            // Written on Windows, a path has backslashes.
            let path = path.replace('\\', "/");
            results.into_iter().map(move |r| ((path.clone(), r.hashed_secret.to_ascii_lowercase()), r.is_secret))
        });
        Ok(Self { audited: audited.collect() })
    }

    /// How a finding is known, and whether somebody looked at it. Its identity there is file and hash; which plugin found it
    /// does not matter.
    pub(super) fn find(&self, subject: &Subject<'_>) -> Option<(&'static str, bool)> {
        let path = subject.location.path.to_string();
        if is_hash_in_baseline(&path, subject.secret.reveal()) {
            return Some(("hash in a baseline of detect-secrets", true));
        }
        let audited = spellings(subject.secret.reveal()).find_map(|secret| {
            let hash = sha1(secret)?;
            self.audited.get(&(path.clone(), hash))
        });
        Some(match audited? {
            None => ("entry of detect-secrets, not audited", false),
            Some(true) => ("entry of detect-secrets, audited: a secret", true),
            Some(false) => ("entry of detect-secrets, audited: no secret", true),
        })
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
