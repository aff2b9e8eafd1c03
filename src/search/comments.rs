//! Allow comments of one text: which of them allow its findings, and which allow nothing.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use memchr::memmem;

use super::{Hidden, Searcher, parts};
use crate::judge::Judged;
use crate::judge::allow::{self, Comments, MARKER};
use crate::position::{Positions, Start};
use crate::report::DropReason;

/// The comment that allows a match.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allowed {
    /// Its line.
    pub line: NonZeroU32,
    /// What it is: `spillcheck:allow`, `gitleaks:allow` and so on.
    pub what: Arc<str>,
    /// The words after it, secrets masked.
    pub reason: Option<Arc<str>>,
    /// The last day it counts.
    pub until: Option<Date>,
    /// See [`allow::Allow::except_yaml`].
    pub except_yaml: bool,
}

impl Allowed {
    /// Whether it counts in a file of that path.
    pub fn counts_at(&self, path: &str) -> bool {
        !(self.except_yaml && path.ends_with(".yaml"))
    }
}

/// A comment of our own that allows nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idle {
    /// Its line.
    pub line: NonZeroU32,
    /// What it is.
    pub what: Arc<str>,
    /// Why it allows nothing.
    pub problem: String,
}

impl Searcher<'_> {
    /// The day of the scan (UTC).
    fn today(&self) -> Date {
        let now = jiff::Timestamp::from_second(self.now).unwrap_or_default();
        now.to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    fn comment(&self, text: &[u8], judged: &Judged) -> Option<allow::Allow> {
        let candidate = &judged.candidate;
        let rule = self.rules().get(candidate.rule);
        allow::comment(text, candidate.name.as_ref(), &candidate.secret, rule, self.today(), self.comments)
    }

    /// The comment that allows a finding. `start` is where the text begins.
    pub(super) fn allowed(&self, text: &[u8], start: Start, judged: &Judged, hidden: &Hidden) -> Option<Allowed> {
        let found = self.comment(text, judged)?;
        // Written by hand, and on a line with secrets: whatever is hidden in excerpts is hidden here.
        let reason = parts(text, found.reason, hidden).render(false);
        Some(Allowed {
            line: Positions::new(text, start).of(found.at).line,
            what: found.what,
            reason: (!reason.is_empty()).then(|| reason.into()),
            until: found.until,
            except_yaml: found.except_yaml,
        })
    }

    /// Comments of our own in `text[owned]` that allow none of `judged`, which are the candidates of the whole text.
    pub(super) fn idle(&self, text: &[u8], start: Start, judged: &[Judged], owned: &Range<usize>) -> Vec<Idle> {
        if self.comments == Comments::Off {
            return Vec::new();
        }
        // A marker belongs to the window that owns its first byte, wherever it ends.
        let end = text.len().min(owned.end + MARKER.len() - 1);
        let mut markers = memmem::find_iter(&text[owned.start..end], MARKER).map(|n| owned.start + n).peekable();
        if markers.peek().is_none() {
            return Vec::new();
        }
        // Of a rule that was not selected we do not know whether its finding needs the comment: it counts as used.
        let speaks = |j: &&Judged| matches!(j.verdict, Ok(_) | Err(DropReason::Muted));
        let used: BTreeSet<usize> =
            judged.iter().filter(speaks).filter_map(|j| Some(self.comment(text, j)?.at)).collect();
        let mut positions = Positions::new(text, start);
        let mut idle = Vec::new();
        for at in markers.filter(|at| !used.contains(at)) {
            let (what, problem) = match allow::own_at(text, at) {
                None => continue,
                Some(Err(problem)) => (MARKER, problem),
                Some(Ok(own)) => {
                    let problem = own.problem(self.rules(), self.today());
                    (own.what(), problem.unwrap_or_else(|| "nothing here needs it".to_owned()))
                }
            };
            idle.push(Idle { line: positions.of(at).line, what: what.into(), problem });
        }
        idle
    }
}
