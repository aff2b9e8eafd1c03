//! How occurrences become findings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::places;
use crate::config::policy::Policy;
use crate::finding::{Finding, Location, Place};
use crate::fingerprint::Fingerprint;
use crate::judge;
use crate::judge::companions::{Bystander, Companions};
use crate::origin::Origin;
use crate::report::DropReason;
use crate::rules::{Confidence, Rule, RuleSet, Severity};
use crate::search::{Allowed, Match};
use crate::secret::Secret;
use crate::suppression::{Subject, Suppressed, Suppression, SuppressionKind, Suppressor, UnusedAllow};

/// What the occurrences of a scan come to.
pub struct Sorted {
    /// One for each rule and secret, sorted by their first place.
    pub findings: Vec<Finding>,
    /// The places at which findings are not reported, in the same order, one entry for each rule, secret and suppression.
    pub suppressed: Vec<Suppressed>,
}

/// Groups occurrences into findings, one for each rule and secret, and sets those places apart at which a comment or one of
/// `suppressors` keeps them out of the report. What falls below `floor` is counted in `dropped`.
pub fn findings(
    rules: &RuleSet,
    occurrences: Vec<(Origin, Match)>,
    floor: Confidence,
    policy: &Policy,
    suppressors: &[Arc<dyn Suppressor>],
    dropped: &mut BTreeMap<DropReason, u64>,
) -> Sorted {
    let companions = Companions::new(rules);
    let Grouped { groups, below, bystanders } = group(rules, occurrences, floor, policy, &companions);
    let hidden = below.iter().filter(|key| !groups.contains_key(*key)).count() as u64;
    if hidden > 0 {
        *dropped.entry(DropReason::Confidence).or_default() += hidden;
    }
    let mut sorted = Sorted { findings: Vec::new(), suppressed: Vec::new() };
    for ((rule, secret), occurrences) in groups {
        let mut facts: Vec<_> = occurrences.iter().flat_map(|(_, m)| m.facts.iter().cloned()).collect();
        facts.sort();
        facts.dedup();
        let known = rules.get(rule);
        let fingerprint = Fingerprint::new(known, &secret);
        let is_example = facts.contains(&judge::published_example());
        let (mut open, mut closed) = (Vec::new(), BTreeMap::<Suppression, Vec<Location>>::new());
        for (location, allowed) in places::locations(occurrences) {
            let subject = Subject { rule: known, secret: &secret, fingerprint, location: &location };
            let by = allowed
                .filter(|allowed| allowed.counts_at(&location.path))
                .map(|allowed| inline(&location, allowed))
                .or_else(|| is_example.then(example))
                .or_else(|| suppressors.iter().find_map(|s| s.suppression(&subject)));
            match by {
                Some(by) => closed.entry(by).or_default().push(location),
                None => open.push(location),
            }
        }
        let finding = |locations: Vec<Location>| Finding {
            rule,
            severity: severity(policy, known, &locations),
            confidence: locations.iter().map(|l| l.confidence).max().unwrap_or(floor),
            fingerprint,
            secret: secret.clone(),
            facts: facts.clone(),
            locations,
        };
        sorted.suppressed.extend(closed.into_iter().map(|(by, places)| Suppressed { finding: finding(places), by }));
        if !open.is_empty() {
            sorted.findings.push(finding(open));
        }
    }
    let suppressed = sorted.suppressed.iter().map(|s| &s.finding);
    sorted.findings = companions.join(rules, sorted.findings, suppressed, &bystanders);
    let order = |a: &Finding, b: &Finding| {
        (&a.locations, &rules.get(a.rule).id, a.fingerprint).cmp(&(&b.locations, &rules.get(b.rule).id, b.fingerprint))
    };
    sorted.findings.sort_by(order);
    sorted.suppressed.sort_by(|a, b| order(&a.finding, &b.finding).then_with(|| a.by.cmp(&b.by)));
    sorted
}

/// Occurrences by rule and secret.
#[derive(Default)]
struct Grouped {
    /// Those to be reported, as sure as they are where they stand.
    groups: BTreeMap<(usize, Secret), Vec<(Origin, Match)>>,
    /// Those that fall below the floor.
    below: BTreeSet<(usize, Secret)>,
    /// What of these may be a part of a credential.
    bystanders: Vec<Bystander>,
}

fn group(
    rules: &RuleSet,
    occurrences: Vec<(Origin, Match)>,
    floor: Confidence,
    policy: &Policy,
    companions: &Companions,
) -> Grouped {
    let mut grouped = Grouped::default();
    for (origin, mut found) in occurrences {
        let (rule, path) = (rules.get(found.rule), origin.path());
        if !policy.applies(rule, path) {
            continue;
        }
        let weight = policy.weight(rule, path);
        let confidence = judge::at_path(found.by_kind, path);
        match confidence.map(|confidence| weight.confidence.unwrap_or(confidence)) {
            Some(confidence) if confidence >= weight.floor.unwrap_or(floor) => {
                found.confidence = confidence;
                grouped.groups.entry((found.rule, found.secret.clone())).or_default().push((origin, found));
            }
            verdict => {
                if verdict.is_some() && companions.is_part(found.rule) {
                    grouped.bystanders.push(bystander(&origin, &found));
                    if matches!(origin, Origin::Commit { .. } | Origin::Object { .. }) {
                        // The search of a history counts what is below the floor itself.
                        continue;
                    }
                }
                grouped.below.insert((found.rule, found.secret));
            }
        }
    }
    grouped
}

/// The highest severity that the rule has at one of the places.
fn severity(policy: &Policy, rule: &Rule, locations: &[Location]) -> Severity {
    let at = |l: &Location| policy.weight(rule, &l.path).severity.unwrap_or(rule.severity);
    locations.iter().map(at).max().unwrap_or(rule.severity)
}

fn bystander(origin: &Origin, found: &Match) -> Bystander {
    let (path, place, line) = (origin.path().into(), Place::of(origin), found.start.line.get());
    Bystander { rule: found.rule, secret: found.secret.clone(), path, place, line }
}

fn inline(location: &Location, allowed: Allowed) -> Suppression {
    Suppression {
        kind: SuppressionKind::Inline,
        file: Arc::clone(&location.path),
        line: Some(allowed.line),
        what: allowed.what,
        reason: allowed.reason,
        owner: None,
        until: allowed.until,
        reviewed: true,
    }
}

/// What documentation publishes opens nothing, wherever it stands.
fn example() -> Suppression {
    Suppression {
        kind: SuppressionKind::Example,
        file: "the built-in list".into(),
        line: None,
        what: "published example".into(),
        reason: None,
        owner: None,
        until: None,
        reviewed: true,
    }
}

/// What is meant to suppress and does not: the comments that the scan met, and what each suppressor says of itself when it
/// sees what is reported. Sorted, each once.
pub fn unused(
    rules: &RuleSet,
    comments: Vec<UnusedAllow>,
    findings: &[Finding],
    suppressors: &[Arc<dyn Suppressor>],
) -> Vec<UnusedAllow> {
    let mut reported = Vec::new();
    for Finding { rule, secret, fingerprint, locations, .. } in findings {
        let subject = |location| Subject { rule: rules.get(*rule), secret, fingerprint: *fingerprint, location };
        reported.extend(locations.iter().map(subject));
    }
    let mut unused = comments;
    unused.extend(suppressors.iter().flat_map(|s| s.unused(&reported)));
    unused.sort();
    unused.dedup();
    unused
}
