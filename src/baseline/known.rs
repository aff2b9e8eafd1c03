//! A baseline as a scan uses it.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use jiff::civil::Date;

use super::detect_secrets::DetectSecrets;
use super::foreign::{Foreign, Hit};
use super::gitleaks::Gitleaks;
use super::text::{self, Numbered};
use super::{Baseline, Digest, Entry, Key, State, in_scope};
use crate::suppression::{Subject, Suppression, SuppressionKind, Suppressor, UnusedAllow};

/// What is wrong with a baseline file, and where. Quotes nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line.
    pub line: NonZeroU32,
    /// What is wrong, and what is expected.
    pub problem: String,
}

/// A baseline of ours or of another scanner, and the day of the scan.
#[derive(Debug)]
pub struct Known {
    file: Arc<str>,
    /// What reported paths of its repository begin with.
    prefix: Box<str>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Own(Own),
    DetectSecrets(DetectSecrets),
    Gitleaks(Gitleaks),
}

#[derive(Debug)]
struct Own {
    keys: BTreeSet<Key>,
    /// Sorted by id.
    entries: Vec<Numbered>,
    today: Date,
}

impl Baseline {
    /// Reads a `.spillcheck-baseline`, which is called `file`.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problem> {
        let (keys, entries) = parse(file, text)?;
        Ok(Self { keys, entries: entries.into_iter().map(|(entry, _)| entry).collect() })
    }
}

fn parse(file: &str, text: &str) -> Result<(BTreeSet<Key>, Vec<Numbered>), Problem> {
    text::parse(text).map_err(|e| Problem { file: file.to_owned(), line: e.line, problem: e.problem })
}

impl Known {
    /// Reads a baseline: ours, detect-secrets' `.secrets.baseline` or a gitleaks report in JSON, told by its content.
    /// `file` is what it is called in reports; `today` decides which entries have expired.
    pub fn read(file: &str, text: &str, today: Date) -> Result<Self, Problem> {
        let json = |e: serde_json::Error| {
            let line = u32::try_from(e.line()).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
            let problem =
                format!("column {}: no baseline of detect-secrets and no JSON report of gitleaks", e.column());
            Problem { file: file.to_owned(), line, problem }
        };
        let content = match text.trim_start_matches('\u{feff}').trim_start().bytes().next() {
            Some(b'{') => Content::DetectSecrets(DetectSecrets::read(text).map_err(json)?),
            Some(b'[') => Content::Gitleaks(Gitleaks::read(text).map_err(json)?),
            _ => {
                let (keys, mut entries) = parse(file, text)?;
                // Mostly they are: files are written so.
                entries.sort_by_key(|(entry, _)| entry.id);
                Content::Own(Own { keys, entries, today })
            }
        };
        Ok(Self { file: file.into(), prefix: "".into(), content })
    }

    /// For a repository whose reported paths begin with `prefix`: it knows nothing of others.
    pub fn below(self, prefix: &str) -> Self {
        Self { prefix: prefix.into(), ..self }
    }
}

impl Own {
    /// The entries for a finding at `path`, whether they have expired or not.
    fn of(&self, path: &str, subject: &Subject<'_>) -> Vec<&Numbered> {
        let with = |id: Digest| {
            let first = self.entries.partition_point(|(entry, _)| entry.id < id);
            self.entries[first..].iter().take_while(move |(entry, _)| entry.id == id)
        };
        let entries = self.keys.iter().flat_map(|key| with(key.id(&subject.fingerprint)));
        let applies = |entry: &Entry| entry.path.as_deref().is_none_or(|scope| in_scope(scope, path));
        entries.filter(|(entry, _)| applies(entry)).collect()
    }

    fn counts(&self, entry: &Entry) -> bool {
        entry.until.is_none_or(|until| until >= self.today)
    }
}

impl Known {
    /// The path of a finding as the file would write it; none for findings of other repositories.
    fn path<'s>(&self, subject: &'s Subject<'_>) -> Option<&'s str> {
        subject.location.path.strip_prefix(&*self.prefix)
    }

    /// How another scanner's baseline knows a finding.
    fn hit(&self, subject: &Subject<'_>) -> Option<Hit<'_>> {
        let path = self.path(subject)?;
        match &self.content {
            Content::Own(_) => None,
            Content::DetectSecrets(known) => known.find(path, subject.secret.reveal()),
            Content::Gitleaks(known) => known.find(path, subject),
        }
    }

    /// What it is called in reports.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The entries, if it is another scanner's baseline.
    pub fn foreign(&self) -> &[Foreign] {
        match &self.content {
            Content::Own(_) => &[],
            Content::DetectSecrets(known) => &known.entries,
            Content::Gitleaks(known) => &known.entries,
        }
    }

    /// The numbers of those [`foreign`](Self::foreign) entries that know a finding.
    pub fn known_by(&self, subject: &Subject<'_>) -> &[usize] {
        self.hit(subject).map_or(&[], |(_, entries)| entries)
    }
}

impl Suppressor for Known {
    fn suppression(&self, subject: &Subject<'_>) -> Option<Suppression> {
        let mut suppression = Suppression {
            kind: SuppressionKind::Baseline,
            file: Arc::clone(&self.file),
            line: None,
            what: "entry".into(),
            reason: None,
            owner: None,
            until: None,
            reviewed: true,
        };
        match &self.content {
            Content::Own(own) => {
                let entries = own.of(self.path(subject)?, subject);
                let counting = || entries.iter().filter(|(entry, _)| own.counts(entry));
                if counting().any(|(entry, _)| entry.state == State::Keep) {
                    return None;
                }
                let (entry, line) = counting().next()?;
                suppression.line = Some(*line);
                suppression.what = format!("entry, {}", entry.state).into();
                suppression.reason = entry.reason.as_deref().map(Arc::from);
                suppression.owner = entry.owner.as_deref().map(Arc::from);
                suppression.until = entry.until;
                suppression.reviewed = entry.state != State::Unreviewed;
            }
            Content::DetectSecrets(_) | Content::Gitleaks(_) => {
                let (what, entries) = self.hit(subject)?;
                suppression.what = what.into();
                suppression.reviewed = entries.iter().all(|n| self.foreign()[*n].state != State::Unreviewed);
            }
        }
        Some(suppression)
    }

    fn unused(&self, reported: &[Subject<'_>]) -> Vec<UnusedAllow> {
        let Content::Own(own) = &self.content else { return Vec::new() };
        let of = |subject: &Subject<'_>| self.path(subject).map(|path| own.of(path, subject)).unwrap_or_default();
        let expired = reported.iter().flat_map(of).filter_map(|(entry, line)| {
            let until = entry.until.filter(|_| entry.state != State::Keep && !own.counts(entry))?;
            Some(UnusedAllow {
                file: Arc::clone(&self.file),
                line: Some(*line),
                what: format!("entry, {}", entry.state).into(),
                problem: format!("expired after {until}: what it stands for is reported again"),
            })
        });
        expired.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::fingerprint::Fingerprint;
    use crate::rules::RuleSet;
    use crate::secret::Secret;

    /// A large baseline costs a hook nothing that is felt. Other tests run beside this one: the best of some tries counts.
    #[test]
    fn five_thousand_entries_are_read_in_five_milliseconds() {
        let rules = RuleSet::builtin();
        let key = Key::random().expect("random numbers");
        let mut baseline = Baseline::new(key);
        for n in 0..5_000u32 {
            baseline.entries.insert(Entry {
                id: key.id(&Fingerprint::new(rules.get(0), &Secret::new(&n.to_le_bytes()))),
                state: State::Allow,
                rule: "github-personal-access-token".to_owned(),
                path: (n % 2 == 0).then(|| format!("src/module{n}/config.py")),
                owner: Some("@infra".to_owned()),
                until: None,
                reason: Some(format!("number {n} of the samples")),
            });
        }
        let text = baseline.to_string();
        assert_eq!(text.lines().count(), 5_002);
        let today = jiff::civil::date(2026, 1, 1);
        let read = || {
            let start = Instant::now();
            let known = Known::read("x", &text, today).expect("a baseline");
            let Content::Own(own) = &known.content else { panic!("ours") };
            assert_eq!(own.entries.len(), 5_000);
            start.elapsed()
        };
        // Five milliseconds are promised of the released program; without optimisation, on a busy machine, it may take longer.
        let wanted = Duration::from_millis(if cfg!(debug_assertions) { 50 } else { 5 });
        let best = (0..200).map(|_| read()).take_while_inclusive(wanted);
        assert!(best <= wanted, "{best:?}");
    }

    /// The shortest time, looked for until one is within `wanted`.
    trait UntilWithin: Iterator<Item = Duration> + Sized {
        fn take_while_inclusive(self, wanted: Duration) -> Duration {
            let mut best = Duration::MAX;
            for time in self {
                best = best.min(time);
                if best <= wanted {
                    break;
                }
            }
            best
        }
    }

    impl<I: Iterator<Item = Duration>> UntilWithin for I {}
}
