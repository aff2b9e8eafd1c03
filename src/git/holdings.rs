//! What objects hold: for each blob (or message) the secrets in it, as numbers; the details are looked up later, and only for
//! those that are reported.

use std::collections::{BTreeMap, HashMap};

use super::commits;
use crate::judge::{ByKind, Judged};
use crate::report::{DropReason, SkipReason};
use crate::rules::RuleSet;
use crate::search::{Match, Matches};
use crate::secret::Secret;

/// A secret as one text shows it: what decides whether and how it is reported at a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Index of the rule.
    pub rule: usize,
    /// The credential.
    pub secret: Secret,
    /// How sure, by the text alone.
    pub by_kind: ByKind,
}

impl Key {
    /// The key of a match.
    pub fn of(found: &Match) -> Self {
        Self { rule: found.rule, secret: found.secret.clone(), by_kind: found.by_kind }
    }
}

/// The secrets of many objects.
#[derive(Debug, Default)]
pub struct Holdings {
    numbers: HashMap<Key, u32>,
    /// Keys by number.
    pub keys: Vec<Key>,
    /// Objects, by their numbers in the store, with the numbers of their keys, each once.
    pub objects: Vec<(u32, Vec<u32>)>,
    /// Candidates that came to nothing, counted once for each object.
    pub dropped: BTreeMap<DropReason, u64>,
    /// Objects that were not searched.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// Objects searched.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The commits among them, read where they are at hand.
    pub(super) commits: commits::List,
}

impl Holdings {
    fn number(&mut self, key: Key) -> u32 {
        let next = self.keys.len() as u32;
        *self.numbers.entry(key).or_insert_with_key(|key| {
            self.keys.push(key.clone());
            next
        })
    }

    /// Notes what was found in an object, whose text is `text`.
    pub(super) fn judged(&mut self, rules: &RuleSet, object: u32, text: &[u8], judged: &[Judged]) {
        let mut numbers = Vec::new();
        for j in judged.iter().filter(|j| !rules.is_muted(j.candidate.rule)) {
            match j.verdict {
                Ok(_) => {
                    let secret = Secret::new(&j.candidate.bytes(text));
                    let key = Key { rule: j.candidate.rule, secret, by_kind: j.by_kind };
                    numbers.push(self.number(key));
                }
                Err(reason) => *self.dropped.entry(reason).or_default() += 1,
            }
        }
        self.add(object, numbers);
    }

    /// The same for the outcome of a full search.
    pub(super) fn matches(&mut self, object: u32, matches: &Matches) {
        let numbers = matches.found.iter().map(|m| self.number(Key::of(m))).collect();
        for reason in &matches.dropped {
            *self.dropped.entry(*reason).or_default() += 1;
        }
        self.add(object, numbers);
    }

    fn add(&mut self, object: u32, mut numbers: Vec<u32>) {
        if !numbers.is_empty() {
            numbers.sort_unstable();
            numbers.dedup();
            self.objects.push((object, numbers));
        }
    }

    /// Notes that `bytes` were searched.
    pub(super) fn searched(&mut self, bytes: usize) {
        self.count += 1;
        self.bytes += bytes as u64;
    }

    /// Notes that an object was not searched.
    pub(super) fn skip(&mut self, reason: SkipReason) {
        *self.skipped.entry(reason).or_default() += 1;
    }

    /// Takes in what another thread found.
    pub(super) fn merge(mut self, other: Self) -> Self {
        if self.keys.len() < other.keys.len() {
            return other.merge(self);
        }
        let numbers: Vec<u32> = other.keys.into_iter().map(|key| self.number(key)).collect();
        for (object, keys) in other.objects {
            self.add(object, keys.iter().map(|k| numbers[*k as usize]).collect());
        }
        for (reason, n) in other.dropped {
            *self.dropped.entry(reason).or_default() += n;
        }
        for (reason, n) in other.skipped {
            *self.skipped.entry(reason).or_default() += n;
        }
        self.count += other.count;
        self.bytes += other.bytes;
        self.commits.append(other.commits);
        self
    }
}
