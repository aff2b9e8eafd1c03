//! Credentials in several parts: a key id and its secret, a key, a secret and a passphrase. What a rule names as companions of
//! its credential and stands near it belongs to it: the finding says so, and the part is not reported for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::detect::check::Fact;
use crate::finding::{Finding, Place};
use crate::rules::RuleSet;
use crate::secret::Secret;

/// How many lines may lie between a credential and its part.
const NEAR: u32 = 10;

/// A part that is not reported for itself, because it is worth too little: a lone key id.
#[derive(Debug, Clone)]
pub struct Bystander {
    /// Index of its rule.
    pub rule: usize,
    /// Its bytes.
    pub secret: Secret,
    /// The path of its text.
    pub path: Arc<str>,
    /// What the text was read from.
    pub place: Place,
    /// Its 1-based line.
    pub line: u32,
}

/// By rule: the rules of its parts.
pub struct Companions {
    of: BTreeMap<usize, BTreeSet<usize>>,
    parts: BTreeSet<usize>,
}

impl Companions {
    /// Of the rules of a scan.
    pub fn new(rules: &RuleSet) -> Self {
        let owners: Vec<_> = rules.iter().enumerate().filter(|(_, rule)| !rule.companions.is_empty()).collect();
        let named: BTreeSet<&str> = owners.iter().flat_map(|(_, rule)| rule.companions.iter().map(|c| &**c)).collect();
        let index: BTreeMap<&str, usize> =
            rules.iter().enumerate().filter(|(_, r)| named.contains(&*r.id)).map(|(n, r)| (&*r.id, n)).collect();
        let of: BTreeMap<usize, BTreeSet<usize>> = owners
            .into_iter()
            .map(|(n, rule)| (n, rule.companions.iter().filter_map(|c| index.get(&**c).copied()).collect()))
            .collect();
        let parts = of.values().flatten().copied().collect();
        Self { of, parts }
    }

    /// Whether what this rule finds may be a part of something else.
    pub fn is_part(&self, rule: usize) -> bool {
        self.parts.contains(&rule)
    }

    /// Gives each credential the parts that stand near it, the nearest of each kind, and takes out the findings of which every
    /// place is a part of one, or of a credential that is `suppressed`.
    pub fn join<'f>(
        &self,
        rules: &RuleSet,
        mut findings: Vec<Finding>,
        suppressed: impl Iterator<Item = &'f Finding>,
        bystanders: &[Bystander],
    ) -> Vec<Finding> {
        let seen = self.seen(rules, &findings, bystanders);
        let mut taken: BTreeSet<(usize, usize)> = BTreeSet::new();
        for finding in suppressed {
            taken.extend(self.parts(&seen, finding).iter().filter_map(|part| part.of));
        }
        for finding in &mut findings {
            for part in self.parts(&seen, finding) {
                finding.facts.push(Fact::new("with", part.what.as_str()));
                taken.extend(part.of);
            }
            finding.facts.sort();
            finding.facts.dedup();
        }
        let mut numbers = 0..;
        findings.retain(|finding| {
            let number = numbers.next().unwrap_or(usize::MAX);
            !(0..finding.locations.len()).all(|at| taken.contains(&(number, at)))
        });
        findings
    }

    /// The parts that stand near the places of `finding`.
    fn parts<'s>(&self, seen: &'s Seen, finding: &Finding) -> Vec<&'s Part> {
        let mut parts = Vec::new();
        let Some(companions) = self.of.get(&finding.rule) else { return parts };
        for location in &finding.locations {
            let Some(beside) = seen.get(&(Arc::clone(&location.path), location.place)) else { continue };
            for companion in companions {
                let distance = |part: &&Part| part.line.abs_diff(location.start.line.get());
                let near = beside.iter().filter(|part| part.rule == *companion && distance(part) <= NEAR);
                parts.extend(near.min_by_key(|part| (distance(part), part.line)));
            }
        }
        parts
    }

    /// What may be a part, by text.
    fn seen(&self, rules: &RuleSet, findings: &[Finding], bystanders: &[Bystander]) -> Seen {
        let mut seen = Seen::new();
        let mut add = |rule: usize, secret: &Secret, path: &Arc<str>, place: Place, line: u32, of| {
            let what = format!("{} {} (line {line})", rules.get(rule).title, secret.mask());
            seen.entry((Arc::clone(path), place)).or_default().push(Part { rule, what, line, of });
        };
        for (number, finding) in findings.iter().enumerate().filter(|(_, f)| self.is_part(f.rule)) {
            for (at, l) in finding.locations.iter().enumerate() {
                add(finding.rule, &finding.secret, &l.path, l.place, l.start.line.get(), Some((number, at)));
            }
        }
        for b in bystanders {
            add(b.rule, &b.secret, &b.path, b.place, b.line, None);
        }
        seen
    }
}

/// Something that may be a part of a credential near it.
struct Part {
    rule: usize,
    /// What the credential's finding says of it.
    what: String,
    line: u32,
    /// The finding and the place in it, if it would be reported for itself.
    of: Option<(usize, usize)>,
}

type Seen = BTreeMap<(Arc<str>, Place), Vec<Part>>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::examples::expand;
    use crate::rules::{Confidence, RuleSet};
    use crate::search::Searcher;

    /// Rule ids and `with` facts of what is reported at default confidence for a file of this text.
    fn reported(template: &str) -> Vec<(String, Vec<String>)> {
        let rules = RuleSet::builtin();
        let searcher = Searcher::new(&rules, 1_767_225_600);
        let text = expand(template, 3).expect("a template").text;
        let collector = crate::collect::Collector::default();
        let origin = crate::origin::Origin::File { path: "a.env".into() };
        collector.matches(&origin, searcher.search(text.as_bytes()));
        let occurrences = collector.finish().occurrences;
        let sorted = crate::collect::findings(
            &rules,
            occurrences,
            Confidence::Medium,
            &crate::config::policy::Policy::default(),
            &[],
            &mut BTreeMap::new(),
        );
        let with = |f: &Finding| f.facts.iter().filter(|x| x.label == "with").map(|x| x.value.clone()).collect();
        sorted.findings.iter().map(|f| (rules.get(f.rule).id.to_string(), with(f))).collect()
    }

    const SECRET: &str = "KUCOIN_API_SECRET={{uuid}}\n";
    /// In two pieces, so that a scan of this file sees no passphrase.
    const PHRASE: &str = concat!("KUCOIN_PASS", "PHRASE={{password:14}}\n");

    #[test]
    fn three_parts_are_one_credential() {
        let all = reported(&format!("KUCOIN_API_KEY={{{{hex:24}}}}\n{SECRET}{PHRASE}"));
        assert_eq!(all.len(), 1, "{all:?}");
        let (id, with) = &all[0];
        assert_eq!(id, "kucoin-api-secret");
        assert_eq!(with.len(), 2, "{with:?}");
        assert!(with[0].starts_with("KuCoin API key ") && with[0].ends_with(" (line 1)"), "{with:?}");
        assert!(with[1].starts_with("KuCoin API passphrase ") && with[1].ends_with(" (line 3)"), "{with:?}");
    }

    #[test]
    fn a_lone_key_is_not_reported_and_a_lone_passphrase_is() {
        assert_eq!(reported("KUCOIN_API_KEY={{hex:24}}\n"), []);
        let ids: Vec<_> = reported(PHRASE).into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, ["kucoin-passphrase"]);
    }

    #[test]
    fn parts_are_near() {
        let apart = |lines: usize| reported(&format!("KUCOIN_API_KEY={{{{hex:24}}}}\n{}{SECRET}", "\n".repeat(lines)));
        assert_eq!(apart(9)[0].1.len(), 1, "ten lines below");
        assert_eq!(apart(10), [("kucoin-api-secret".to_owned(), Vec::new())]);
    }

    #[test]
    fn the_nearest_of_two_is_the_part() {
        let all = reported(&format!("KUCOIN_API_KEY={{{{hex:24}}}}\n\n{SECRET}KUCOIN_API_KEY={{{{hex:24}}}}\n"));
        assert!(all[0].1[0].ends_with(" (line 4)"), "{all:?}");
    }

    #[test]
    fn no_fact_shows_a_part() {
        let text = expand(PHRASE, 3).expect("a template").text;
        let secret = text.trim_end().split_once('=').expect("one sign").1;
        let all = reported(&format!("{SECRET}{PHRASE}"));
        assert!(!all[0].1.concat().contains(secret), "{all:?}");
    }
}
