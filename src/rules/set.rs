//! The rules of one scan.

use super::load::{self, Loaded};
use super::{Confidence, Rule};

enum Entry {
    Builtin(&'static Rule),
    Own(Box<Rule>),
}

/// The rules of one scan: built-in ones in the order of their files, then the user's. Ids are unique.
pub struct RuleSet {
    entries: Vec<Entry>,
    /// By index: the rule was not selected.
    muted: Vec<bool>,
    /// Weak passwords are reported as others are.
    weak: bool,
}

impl RuleSet {
    /// All built-in rules.
    pub fn builtin() -> Self {
        let entries: Vec<Entry> = load::builtin().iter().map(Entry::Builtin).collect();
        Self { muted: vec![false; entries.len()], entries, weak: false }
    }

    /// No rules.
    pub fn empty() -> Self {
        Self { entries: Vec::new(), muted: Vec::new(), weak: false }
    }

    /// Adds rules read from a file. An id that is already there is an error, which begins with its line; then none are added
    /// from that line on.
    pub fn add(&mut self, loaded: Vec<Loaded>) -> Result<(), String> {
        for Loaded { rule, line, .. } in loaded {
            if let Some(other) = self.entries.iter().find(|entry| entry.rule().id == rule.id) {
                let whose = if matches!(other, Entry::Builtin(_)) { ", a built-in one" } else { "" };
                return Err(format!("{line}: rule {}: another rule has this id{whose}", rule.id));
            }
            self.entries.push(Entry::Own(Box::new(rule)));
            self.muted.push(false);
        }
        Ok(())
    }

    /// Mutes all rules but those that `only` names (all, if it is empty) and `skip` does not. A muted rule reports nothing, but
    /// what it would find is still masked in excerpts. A name is a rule id, or the beginning of one followed by `*`. A name
    /// that no rule has is an error.
    pub fn select(mut self, only: &[String], skip: &[String]) -> Result<Self, String> {
        for name in only.iter().chain(skip) {
            if !self.iter().any(|rule| rule.is_called(name)) {
                return Err(format!("no rule is called {name:?}{}", self.suggestion(name)));
            }
        }
        for (muted, entry) in self.muted.iter_mut().zip(&self.entries) {
            let rule = entry.rule();
            *muted = !(only.is_empty() || only.iter().any(|name| rule.is_called(name)))
                || skip.iter().any(|name| rule.is_called(name));
        }
        Ok(self)
    }

    /// Takes out the rules with these ids.
    pub fn without(self, ids: &[String]) -> Self {
        self.keep(|rule| !ids.iter().any(|id| *id == rule.id))
    }

    /// Takes out the rules that nothing but randomness speaks for, if findings of low confidence are not wanted: they have no
    /// others, and look at every string.
    pub fn for_confidence(self, lowest: Confidence) -> Self {
        self.keep(|rule| lowest == Confidence::Low || !rule.is_nameless())
    }

    fn keep(self, wanted: impl Fn(&Rule) -> bool) -> Self {
        let kept = self.entries.into_iter().zip(self.muted).filter(|(entry, _)| wanted(entry.rule()));
        let (entries, muted) = kept.unzip();
        Self { entries, muted, weak: self.weak }
    }

    /// Reports weak and default passwords at medium confidence, not at low.
    pub fn with_weak_passwords(self, weak: bool) -> Self {
        Self { weak, ..self }
    }

    /// Whether weak and default passwords count as others do.
    pub fn weak_passwords(&self) -> bool {
        self.weak
    }

    /// A rule that names a companion which is no rule, and that name.
    pub fn missing_companion(&self) -> Option<(&Rule, &str)> {
        let ids: std::collections::BTreeSet<&str> = self.iter().map(|rule| &*rule.id).collect();
        self.iter().find_map(|rule| {
            let missing = rule.companions.iter().find(|c| !ids.contains(&***c))?;
            Some((rule, &**missing))
        })
    }

    /// Whether the rule with this index was not selected.
    pub fn is_muted(&self, index: usize) -> bool {
        self.muted[index]
    }

    /// How many rules report what they find.
    pub fn selected(&self) -> usize {
        self.muted.iter().filter(|m| !**m).count()
    }

    /// The rule with this index; indexes come from this set.
    pub fn get(&self, index: usize) -> &Rule {
        self.entries[index].rule()
    }

    /// The rule with this id.
    pub fn find(&self, id: &str) -> Option<&Rule> {
        self.iter().find(|rule| rule.id == id)
    }

    /// All rules in order of their indexes.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.entries.iter().map(Entry::rule)
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True for a set without rules.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// `; did you mean …?` for a rule id that does not exist, or nothing.
    pub fn suggestion(&self, name: &str) -> String {
        // The beginning of an id is more likely meant than another id of the same length.
        let begun = self.iter().map(|r| &*r.id).find(|id| !name.is_empty() && id.starts_with(name));
        match begun.or_else(|| nearest(name, self.iter().map(|r| &*r.id))) {
            Some(id) => format!("; did you mean {id:?}?"),
            None => "; `spillcheck rules list` names them all".to_owned(),
        }
    }
}

impl Entry {
    fn rule(&self) -> &Rule {
        match self {
            Self::Builtin(rule) => rule,
            Self::Own(rule) => rule,
        }
    }
}

impl Rule {
    /// Whether `name` is the rule's id, or the beginning of it followed by `*`.
    pub fn is_called(&self, name: &str) -> bool {
        match name.strip_suffix('*') {
            Some(head) => self.id.starts_with(head),
            None => self.id == name,
        }
    }
}

/// The one of `names` that `name` was probably meant to be.
pub fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let (far, near) = names.map(|n| (distance(name, n), n)).min()?;
    (far <= 1 + name.len() / 4).then_some(near)
}

/// Levenshtein distance in bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let next = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "same"), 0);
    }
}
