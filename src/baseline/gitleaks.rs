//! A JSON report of gitleaks or betterleaks as a baseline.
//!
//! gitleaks itself compares all fields of a finding, so that its baselines break when lines move. Here a finding is known by
//! its secret. Where the report is redacted there is none: then file, line and commit have to do.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use crate::finding::Place;
use crate::secret::Secret;
use crate::suppression::Subject;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Finding {
    #[serde(default)]
    secret: String,
    #[serde(default, rename = "Match")]
    whole: String,
    file: String,
    #[serde(default)]
    start_line: u32,
    #[serde(default)]
    commit: String,
}

/// What such a file knows.
#[derive(Debug)]
pub(super) struct Gitleaks {
    secrets: HashSet<Secret>,
    /// By file: the secret and the text it stands in, for secrets whose ends the two tools see differently.
    texts: HashMap<String, Vec<(Secret, Secret)>>,
    /// Redacted ones: file, line and commit (empty: a scan of files).
    places: HashSet<(String, u32, String)>,
}

/// Shorter secrets are not looked for inside one another.
const SHORTEST_PIECE: usize = 8;

impl Gitleaks {
    pub(super) fn read(text: &str) -> serde_json::Result<Self> {
        let mut known = Self { secrets: HashSet::new(), texts: HashMap::new(), places: HashSet::new() };
        for found in serde_json::from_str::<Vec<Finding>>(text)? {
            let file = found.file.replace('\\', "/");
            if is_redacted(&found.secret) {
                known.places.insert((file, found.start_line, found.commit));
            } else {
                let secret = Secret::new(found.secret.as_bytes());
                known.secrets.insert(secret.clone());
                known.texts.entry(file).or_default().push((secret, Secret::new(found.whole.as_bytes())));
            }
        }
        Ok(known)
    }

    /// How a finding is known, in words.
    pub(super) fn find(&self, subject: &Subject<'_>) -> Option<&'static str> {
        if self.secrets.contains(subject.secret) {
            return Some("finding of gitleaks with the same secret");
        }
        let path = &*subject.location.path;
        let contains = |text: &Secret, piece: &Secret| {
            piece.reveal().len() >= SHORTEST_PIECE && memchr::memmem::find(text.reveal(), piece.reveal()).is_some()
        };
        let same_text =
            |(secret, whole): &(Secret, Secret)| contains(whole, subject.secret) || contains(subject.secret, secret);
        if self.texts.get(path).is_some_and(|known| known.iter().any(same_text)) {
            return Some("finding of gitleaks with the same text in the same file");
        }
        let commit = subject.location.commit.as_deref().map(|commit| commit.id.as_str()).unwrap_or_default();
        let line = subject.location.start.line.get();
        // A report of files has no commits; one of history names that which brought the line.
        let commits = if subject.location.place == Place::History { [commit, commit] } else { ["", commit] };
        let known = commits.iter().any(|commit| self.places.contains(&(path.to_owned(), line, (*commit).to_owned())));
        known.then_some("redacted finding of gitleaks on the same line")
    }
}

/// `--redact` writes REDACTED, or the first part of the secret and dots.
fn is_redacted(secret: &str) -> bool {
    secret.is_empty() || secret == "REDACTED" || secret.ends_with("...")
}
