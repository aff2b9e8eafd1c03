//! Two baselines as one.

use std::collections::BTreeMap;

use super::{Baseline, Entry, State};
use crate::fingerprint::Fingerprint;

impl Baseline {
    /// Takes in the keys and entries of `other`. Of two entries for one secret and scope one is left: what was decided stands
    /// over what was not, `keep` over `allow` (the more is reported the better), the earlier day over the later.
    pub fn merge(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.entries.extend(other.entries);
        self.settle();
    }

    /// Leaves one entry for each secret and scope.
    pub fn settle(&mut self) {
        let mut by_secret: BTreeMap<_, Entry> = BTreeMap::new();
        for entry in std::mem::take(&mut self.entries) {
            let key = (entry.id, entry.path.clone());
            let settled = match by_secret.remove(&key) {
                Some(known) => settled(known, entry),
                None => entry,
            };
            by_secret.insert(key, settled);
        }
        self.entries = by_secret.into_values().collect();
    }

    /// Writes the entries of secrets that were found with the first key, whichever they were made with.
    pub fn rekey<'f>(&mut self, found: impl IntoIterator<Item = &'f Fingerprint>) {
        let mut first = BTreeMap::new();
        for fingerprint in found {
            let ids = self.ids(fingerprint);
            first.extend(ids[1..].iter().map(|id| (*id, ids[0])));
        }
        let entries = std::mem::take(&mut self.entries).into_iter();
        self.entries = entries.map(|e| Entry { id: first.get(&e.id).copied().unwrap_or(e.id), ..e }).collect();
        self.settle();
    }
}

fn settled(one: Entry, other: Entry) -> Entry {
    let rank = |entry: &Entry| match entry.state {
        State::Unreviewed => 0,
        State::FalseAlarm => 1,
        State::Allow => 2,
        State::Keep => 3,
    };
    let (best, rest) = if rank(&one) >= rank(&other) { (one, other) } else { (other, one) };
    Entry {
        until: best.until.into_iter().chain(rest.until).min(),
        owner: best.owner.or(rest.owner),
        reason: best.reason.or(rest.reason),
        ..best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::{Digest, Key};
    use crate::rules::RuleSet;
    use crate::secret::Secret;

    fn fingerprint(secret: &str) -> Fingerprint {
        let rules = RuleSet::builtin();
        Fingerprint::new(rules.get(0), &Secret::new(secret.as_bytes()))
    }

    fn key(n: u8) -> Key {
        Key(Digest([n; 16]))
    }

    fn entry(id: Digest, state: State) -> Entry {
        Entry { id, state, rule: "acme-key".to_owned(), path: None, owner: None, until: None, reason: None }
    }

    #[test]
    fn what_was_decided_stands_over_what_was_not() {
        let id = key(1).id(&fingerprint("a"));
        let mut one = Baseline::new(key(1));
        one.entries.insert(Entry { reason: Some("seen".to_owned()), ..entry(id, State::Unreviewed) });
        one.entries.insert(Entry { path: Some("docs/**".to_owned()), ..entry(id, State::Allow) });
        let mut other = Baseline::new(key(1));
        other.entries.insert(Entry { until: Some(jiff::civil::date(2027, 1, 31)), ..entry(id, State::FalseAlarm) });
        one.merge(other);
        let lines: Vec<String> = one.entries.iter().map(|e| e.to_string()[40..].to_owned()).collect();
        assert_eq!(lines, ["allow acme-key path=docs/**", "false-alarm acme-key until=2027-01-31 reason=seen"]);
    }

    #[test]
    fn entries_of_two_keys_become_those_of_one_when_their_secrets_are_found() {
        let (a, b) = (fingerprint("a"), fingerprint("b"));
        let mut one = Baseline::new(key(1));
        one.entries.insert(entry(key(1).id(&a), State::Unreviewed));
        let mut other = Baseline::new(key(2));
        other.entries.insert(entry(key(2).id(&a), State::Keep));
        other.entries.insert(entry(key(2).id(&b), State::Allow));
        one.merge(other);
        assert_eq!((one.keys.len(), one.entries.len()), (2, 3));
        assert_eq!(one.entries_of(&a).count(), 2);
        one.rekey([&a, &b]);
        let left: Vec<_> = one.entries.iter().map(|e| (e.id, e.state)).collect();
        let mut wanted = vec![(key(1).id(&a), State::Keep), (key(1).id(&b), State::Allow)];
        wanted.sort();
        assert_eq!(left, wanted);
    }
}
