//! What the workers of a scan hand over, and how it becomes findings. The order in which it arrives does not matter.

mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::config::policy::Policy;
use crate::finding::{Finding, Location, Place};
use crate::fingerprint::Fingerprint;
use crate::judge;
use crate::judge::companions::{Bystander, Companions};
use crate::origin::Origin;
use crate::report::{DropReason, ScanError, SkipReason, Stats};
use crate::rules::{Confidence, Rule, RuleSet, Severity};
use crate::search::{Allowed, Idle, Match, Matches};
use crate::secret::Secret;
use crate::suppression::{Subject, Suppressed, Suppression, SuppressionKind, Suppressor, UnusedAllow};

#[derive(Default)]
struct Inner {
    occurrences: Vec<(Origin, Match)>,
    dropped: BTreeMap<DropReason, u64>,
    skipped: BTreeMap<SkipReason, u64>,
    errors: Vec<ScanError>,
    unused: Vec<UnusedAllow>,
}

/// Shared by all workers of a scan.
#[derive(Default)]
pub struct Collector {
    inner: Mutex<Inner>,
    files: AtomicU64,
    blobs: AtomicU64,
    commits: AtomicU64,
    bytes: AtomicU64,
    cancelled: AtomicBool,
    ahead: AtomicU64,
    announced: AtomicU64,
    passed: AtomicU64,
    passed_bytes: AtomicU64,
    held: AtomicU64,
}

/// How far a search of history is, for those who wait. What is counted here is in no report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pace {
    /// Objects that are to be looked at, as far as known.
    pub objects: u64,
    /// Objects looked at.
    pub passed: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Objects that hold something.
    pub held: u64,
}

/// What a scan collected, in no particular order yet.
pub struct Collected {
    /// Every place a rule matched.
    pub occurrences: Vec<(Origin, Match)>,
    /// Candidates that came to nothing.
    pub dropped: BTreeMap<DropReason, u64>,
    /// What was deliberately not searched.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// What could not be searched, sorted, each once.
    pub errors: Vec<ScanError>,
    /// Allow comments that allow nothing.
    pub unused: Vec<UnusedAllow>,
    /// What was searched.
    pub stats: Stats,
    /// The scan was stopped.
    pub interrupted: bool,
}

impl Collector {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A worker that panicked while holding the lock left nothing half-done that matters: each change is one push.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A file was searched.
    pub fn file(&self, bytes: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A git blob was searched.
    pub fn blob(&self, bytes: u64) {
        self.blobs.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Commits were walked.
    pub fn commits(&self, n: u64) {
        self.commits.fetch_add(n, Ordering::Relaxed);
    }

    /// Matches in a text and the text's place.
    pub fn matches(&self, origin: &Origin, matches: Matches) {
        if matches.is_empty() {
            return;
        }
        // Old versions cannot be mended.
        if !matches!(origin, Origin::Commit { in_head: false, .. } | Origin::Tag { .. } | Origin::Object { .. }) {
            self.idle(origin.path(), matches.idle);
        }
        let mut inner = self.lock();
        for reason in matches.dropped {
            *inner.dropped.entry(reason).or_default() += 1;
        }
        inner.occurrences.extend(matches.found.into_iter().map(|m| (origin.clone(), m)));
    }

    /// Allow comments of the file at `path` that allow nothing.
    pub fn idle(&self, path: &str, comments: Vec<Idle>) {
        self.lock().unused.extend(comments.into_iter().map(|idle| UnusedAllow {
            file: path.into(),
            line: Some(idle.line),
            what: idle.what,
            problem: idle.problem,
        }));
    }

    /// Objects of a history were searched.
    pub fn objects(&self, blobs: u64, bytes: u64, commits: u64) {
        self.blobs.fetch_add(blobs, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.commits(commits);
    }

    /// Candidates that came to nothing in texts whose place does not matter.
    pub fn drop_many(&self, counts: &BTreeMap<DropReason, u64>) {
        let mut inner = self.lock();
        for (reason, n) in counts.iter().filter(|(_, n)| **n > 0) {
            *inner.dropped.entry(*reason).or_default() += n;
        }
    }

    /// Something is deliberately not searched.
    pub fn skip(&self, reason: SkipReason) {
        self.skip_many(reason, 1);
    }

    /// The same for `n` things.
    pub fn skip_many(&self, reason: SkipReason, n: u64) {
        *self.lock().skipped.entry(reason).or_default() += n;
    }

    /// Something could not be searched.
    pub fn error(&self, subject: impl Into<String>, problem: impl Into<String>) {
        self.lock().errors.push(ScanError { subject: subject.into(), problem: problem.into() });
    }

    /// What was searched so far, and how many matches there are.
    pub fn so_far(&self) -> (Stats, usize) {
        (self.stats(), self.lock().occurrences.len())
    }

    /// About so many objects of a history will be looked at, once its turn comes.
    pub fn announce_objects(&self, n: u64) {
        self.announced.fetch_add(n, Ordering::Relaxed);
    }

    /// So many objects were announced of a history of which it will now be known exactly.
    pub fn withdraw_objects(&self, n: u64) {
        self.announced.fetch_sub(n, Ordering::Relaxed);
    }

    /// So many more objects of a history will be looked at.
    pub fn expect_objects(&self, n: u64) {
        self.ahead.fetch_add(n, Ordering::Relaxed);
    }

    /// An object of a history was looked at, of so many bytes; `holds`: something was found in it.
    pub fn passed_object(&self, bytes: u64, holds: bool) {
        self.passed.fetch_add(1, Ordering::Relaxed);
        self.passed_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.held.fetch_add(u64::from(holds), Ordering::Relaxed);
    }

    /// How far the search of history is.
    pub fn pace(&self) -> Pace {
        let read = |n: &AtomicU64| n.load(Ordering::Relaxed);
        Pace {
            objects: read(&self.ahead) + read(&self.announced),
            passed: read(&self.passed),
            bytes: read(&self.passed_bytes),
            held: read(&self.held),
        }
    }

    fn stats(&self) -> Stats {
        Stats {
            files: self.files.load(Ordering::Relaxed),
            blobs: self.blobs.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    /// Asks all workers to stop.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the workers were asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Ends the scan.
    pub fn finish(&self) -> Collected {
        let inner = std::mem::take(&mut *self.lock());
        let mut errors = inner.errors;
        errors.sort();
        errors.dedup();
        Collected {
            occurrences: inner.occurrences,
            dropped: inner.dropped,
            skipped: inner.skipped,
            errors,
            unused: inner.unused,
            stats: self.stats(),
            interrupted: self.is_cancelled(),
        }
    }
}

/// What the occurrences of a scan come to.
pub struct Sorted {
    /// One for each rule and secret, sorted by their first place.
    pub findings: Vec<Finding>,
    /// The places at which findings are not reported, in the same order, one entry for each rule, secret and suppression.
    pub suppressed: Vec<Suppressed>,
}

/// A place and the comment there that allows the secret.
type Seen = (Location, Option<Allowed>);

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
    let mut groups: BTreeMap<(usize, Secret), Vec<(Origin, Match)>> = BTreeMap::new();
    let mut below: BTreeSet<(usize, Secret)> = BTreeSet::new();
    let companions = Companions::new(rules);
    let mut bystanders = Vec::new();
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
                groups.entry((found.rule, found.secret.clone())).or_default().push((origin, found));
            }
            verdict => {
                if verdict.is_some() && companions.is_part(found.rule) {
                    bystanders.push(bystander(&origin, &found));
                    if matches!(origin, Origin::Commit { .. } | Origin::Object { .. }) {
                        // The search of a history counts what is below the floor itself.
                        continue;
                    }
                }
                below.insert((found.rule, found.secret));
            }
        }
    }
    let hidden = below.iter().filter(|key| !groups.contains_key(*key)).count() as u64;
    if hidden > 0 {
        *dropped.entry(DropReason::Confidence).or_default() += hidden;
    }
    let mut sorted = Sorted { findings: Vec::new(), suppressed: Vec::new() };
    for ((rule, secret), group) in groups {
        let mut facts: Vec<_> = group.iter().flat_map(|(_, m)| m.facts.iter().cloned()).collect();
        facts.sort();
        facts.dedup();
        let known = rules.get(rule);
        let fingerprint = Fingerprint::new(known, &secret);
        let is_example = facts.contains(&judge::published_example());
        let (mut open, mut closed) = (Vec::new(), BTreeMap::<Suppression, Vec<Location>>::new());
        for (location, allowed) in places::locations(group) {
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
