//! A JSON report of gitleaks or betterleaks as a baseline.
//!
//! gitleaks itself compares all fields of a finding, so that its baselines break when lines move. Here a finding is known by
//! its secret. Where the report is redacted there is none: then file, line and commit have to do.

use std::collections::HashMap;

use serde::Deserialize;

use super::State;
use super::foreign::{Foreign, Hit};
use crate::finding::Place;
use crate::secret::Secret;
use crate::suppression::Subject;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Finding {
    #[serde(default, rename = "RuleID")]
    rule: String,
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
    /// All entries.
    pub(super) entries: Vec<Foreign>,
    /// Their numbers by secret.
    secrets: HashMap<Secret, Vec<usize>>,
    /// By file: the secret and the text it stands in, for secrets whose ends the two tools see differently.
    texts: HashMap<String, Vec<(Secret, Secret, [usize; 1])>>,
    /// Redacted ones: by file, line and commit (empty: a scan of files).
    places: HashMap<(String, u32, String), Vec<usize>>,
}

/// Shorter secrets are not looked for inside one another.
const SHORTEST_PIECE: usize = 8;

impl Gitleaks {
    pub(super) fn read(text: &str) -> serde_json::Result<Self> {
        let mut known =
            Self { entries: Vec::new(), secrets: HashMap::new(), texts: HashMap::new(), places: HashMap::new() };
        for found in serde_json::from_str::<Vec<Finding>>(text)? {
            let (path, number) = (found.file.replace('\\', "/"), known.entries.len());
            if is_redacted(&found.secret) {
                known.places.entry((path.clone(), found.start_line, found.commit)).or_default().push(number);
            } else {
                let secret = Secret::new(found.secret.as_bytes());
                known.secrets.entry(secret.clone()).or_default().push(number);
                let whole = Secret::new(found.whole.as_bytes());
                known.texts.entry(path.clone()).or_default().push((secret, whole, [number]));
            }
            known.entries.push(Foreign {
                path,
                line: found.start_line,
                kind: found.rule,
                state: State::Unreviewed,
                only_there: is_redacted(&found.secret),
            });
        }
        Ok(known)
    }

    /// How the finding at `path` is known.
    pub(super) fn find(&self, path: &str, subject: &Subject<'_>) -> Option<Hit<'_>> {
        if let Some(entries) = self.secrets.get(subject.secret) {
            return Some(("finding of gitleaks with the same secret", entries));
        }
        let contains = |text: &Secret, piece: &Secret| {
            piece.reveal().len() >= SHORTEST_PIECE && memchr::memmem::find(text.reveal(), piece.reveal()).is_some()
        };
        let same_text = |(secret, whole, _): &&(Secret, Secret, [usize; 1])| {
            contains(whole, subject.secret) || contains(subject.secret, secret)
        };
        if let Some((_, _, entry)) = self.texts.get(path).and_then(|known| known.iter().find(same_text)) {
            return Some(("finding of gitleaks with the same text in the same file", entry));
        }
        let commit = subject.location.commit.as_deref().map(|commit| commit.id.as_str()).unwrap_or_default();
        let line = subject.location.start.line.get();
        // A report of files has no commits; one of history names that which brought the line.
        let commits = if subject.location.place == Place::History { [commit, commit] } else { ["", commit] };
        let known =
            commits.iter().find_map(|commit| self.places.get(&(path.to_owned(), line, (*commit).to_owned())))?;
        Some(("redacted finding of gitleaks on the same line", known))
    }
}

/// `--redact` writes REDACTED, or the first part of the secret and dots.
fn is_redacted(secret: &str) -> bool {
    secret.is_empty() || secret == "REDACTED" || secret.ends_with("...")
}
