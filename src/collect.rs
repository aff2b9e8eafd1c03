//! What the workers of a scan hand over, and how it becomes findings. The order in which it arrives does not matter.

mod findings;
mod places;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::origin::Origin;
use crate::report::{DropReason, ScanError, SkipReason, Stats};
use crate::search::{Idle, Match, Matches};
use crate::suppression::UnusedAllow;

pub use findings::{Sorted, findings, unused};

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

/// How far a search is, for those who wait. What is counted here is in no report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pace {
    /// Objects that are to be looked at, as far as known.
    pub objects: u64,
    /// Objects looked at.
    pub passed: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Objects that hold something, and matches in files.
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
        // What a history holds was counted when its objects were looked at.
        if !matches!(origin, Origin::Commit { .. } | Origin::Tag { .. } | Origin::Object { .. }) {
            self.held.fetch_add(matches.found.len() as u64, Ordering::Relaxed);
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

    /// How far the search is.
    pub fn pace(&self) -> Pace {
        let read = |n: &AtomicU64| n.load(Ordering::Relaxed);
        Pace {
            objects: read(&self.ahead) + read(&self.announced),
            passed: read(&self.passed),
            bytes: read(&self.passed_bytes),
            held: read(&self.held),
        }
    }

    /// What was searched so far.
    pub fn stats(&self) -> Stats {
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
