//! `.gitleaksignore`: accepted findings by file, rule and line, some in one commit alone.
//! Source: gitleaks' README; entries are `file:rule:line` or `commit:file:rule:line`.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::{Carried, ids};
use crate::suppression::{Subject, Suppression, SuppressionKind};

/// An accepted finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// 1-based line of the entry.
    pub line: usize,
    /// The commit, for entries that name one.
    pub commit: Option<String>,
    /// Path from the folder of the list.
    pub path: String,
    /// The rule, as gitleaks names it.
    pub rule: String,
    /// 1-based line of the finding.
    pub at: u32,
}

/// Accepted findings by path.
#[derive(Debug, Default)]
pub struct AcceptedPlaces(HashMap<String, Vec<Accepted>>);

impl AcceptedPlaces {
    /// Of these entries.
    pub fn new(entries: Vec<Accepted>) -> Self {
        let mut by_path: HashMap<String, Vec<Accepted>> = HashMap::new();
        for entry in entries {
            by_path.entry(entry.path.clone()).or_default().push(entry);
        }
        Self(by_path)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entry of `file` that accepts `subject` at `path`. An entry with a commit accepts what first stood there in that
    /// commit, wherever in the file it stands today; one without accepts what stands on its line.
    pub(crate) fn find(&self, subject: &Subject<'_>, path: &str, file: &Arc<str>) -> Option<Suppression> {
        let location = subject.location;
        let accepts = |entry: &&Accepted| {
            let here = match &entry.commit {
                Some(commit) => location.commit.as_ref().is_some_and(|c| c.id == *commit),
                None => location.start.line.get() == entry.at,
            };
            // A commit brings many secrets into a file; where the line is still that of the commit, it decides.
            let line = entry.commit.is_none()
                || location.place != crate::finding::Place::History
                || location.start.line.get() == entry.at;
            here && line && ids::stands_for(&entry.rule, subject.rule)
        };
        let entry = self.0.get(path)?.iter().find(accepts)?;
        Some(Suppression {
            kind: SuppressionKind::Configuration,
            file: Arc::clone(file),
            line: u32::try_from(entry.line).ok().and_then(NonZeroU32::new),
            what: "ignored finding".into(),
            reason: None,
            owner: None,
            until: None,
            reviewed: true,
        })
    }
}

/// Reads a list.
pub(super) fn read(file: &str, text: &str) -> Carried {
    let mut carried = Carried::new(file, "gitleaksignore");
    for (n, line) in text.lines().enumerate() {
        let entry = line.trim();
        if entry.is_empty() || entry.starts_with('#') {
            continue;
        }
        match parse(entry, n + 1) {
            Some(accepted) => carried.accepted.push(accepted),
            None => carried.notice(n + 1, "no entry: expected file:rule:line or commit:file:rule:line"),
        }
    }
    carried
}

fn parse(entry: &str, line: usize) -> Option<Accepted> {
    let (rest, at) = entry.rsplit_once(':')?;
    let (rest, rule) = rest.rsplit_once(':')?;
    let at = at.trim().parse().ok()?;
    let is_commit = |text: &str| matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let (commit, path) = match rest.split_once(':') {
        Some((commit, path)) if is_commit(commit) => (Some(commit.to_ascii_lowercase()), path),
        _ => (None, rest),
    };
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path).to_owned();
    (!path.is_empty() && !rule.is_empty()).then(|| Accepted { line, commit, path, rule: rule.to_owned(), at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_and_what_is_neither() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let text = format!("# note\n\nsrc\\a.py:generic-api-key:12\n{id}:b c.txt:aws-access-token:3\nrubbish\na:b\n");
        let carried = read(".gitleaksignore", &text);
        let entry = |n: usize| carried.accepted[n].clone();
        assert_eq!(carried.accepted.len(), 2);
        assert_eq!((entry(0).path.as_str(), entry(0).at, entry(0).commit), ("src/a.py", 12, None));
        assert_eq!((entry(1).path.as_str(), entry(1).line, entry(1).commit.as_deref()), ("b c.txt", 4, Some(id)));
        assert_eq!(carried.notices.len(), 2);
        assert!(carried.notices[0].starts_with("line 5: "));
    }
}
