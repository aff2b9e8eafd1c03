//! What `spillcheck explain` prints.

use std::cmp::Reverse;
use std::num::NonZeroU32;
use std::path::Path;

use crate::finding::Finding;
use crate::judge::Explanation;
use crate::report::{DropReason, Report, printable};
use crate::rules::Confidence;
use crate::search::{Explained, Trace};
use crate::settings::Settings;
use crate::suppression::{Suppression, SuppressionKind, UnusedAllow};

/// Signals of the value model shown without `--verbose`: those with the most to say.
const SIGNALS: usize = 12;

/// One line, explained.
pub(super) struct Page<'a> {
    /// All that a scan of the text finds, down to low confidence.
    pub(super) report: &'a Report<'a>,
    /// What the scan that is explained runs with.
    pub(super) settings: &'a Settings,
    /// The line.
    pub(super) line: NonZeroU32,
    /// The text's path, as reports write it.
    pub(super) path: &'a str,
    /// Every signal.
    pub(super) verbose: bool,
}

/// What became of a candidate in the end.
enum End<'a> {
    Reported(Confidence),
    Below(Confidence),
    Suppressed(&'a Suppression),
    /// The text alone would report it; in a file of this kind the value model does not.
    Kind,
    /// A file restricts the rule to other paths.
    Elsewhere,
    /// It is a part of a credential near it, which is reported with it.
    Part,
    Dropped(DropReason),
}

impl Page<'_> {
    /// The page.
    pub(super) fn text(&self, explained: &Explained) -> String {
        let mut text = String::new();
        for trace in &explained.traces {
            self.trace(trace, &mut text);
        }
        if explained.traces.is_empty() {
            text.push_str(&format!("No rule sees a value on line {}.\n", self.line));
        }
        for unused in self.report.unused_allows.iter().filter(|unused| self.is_beside(unused)) {
            text.push_str(&format!("It allows nothing: {}.\n", printable(&unused.to_string())));
        }
        let names: Vec<String> = explained
            .idle
            .iter()
            .map(|(rule, column)| format!("{} (a word of it at column {column})", self.report.rules.get(*rule).id))
            .collect();
        if !names.is_empty() {
            let names = names.join(", ");
            text.push_str(&format!("Looked here and found nothing of their shape: {names}.\n"));
        }
        if explained.traces.is_empty() && names.is_empty() {
            text.push_str(
                "No word that wakes a rule stands on it. A rule of your own can look for the value: --rules.\n",
            );
        }
        text
    }

    /// Whether a comment that allows nothing stands on the line, or on the one before for the sake of this one.
    fn is_beside(&self, unused: &UnusedAllow) -> bool {
        let (here, file) = (self.line.get(), Path::new(&*unused.file));
        let same = Path::new(self.path).ends_with(file) || file.ends_with(self.path);
        same && unused.line.is_some_and(|line| line.get() == here || line.get() + 1 == here)
    }

    fn trace(&self, trace: &Trace, text: &mut String) {
        let rule = self.report.rules.get(trace.rule);
        let at = format!("{}:{}-{}:{}", trace.start.line, trace.start.column, trace.end.line, trace.end.column);
        text.push_str(&format!("{at}  {}  [{}]\n", printable(&trace.secret.mask()), rule.id));
        for signal in &trace.signals {
            text.push_str(&format!("  {}: {}\n", signal.name, printable(&signal.text)));
        }
        if let Some(model) = &trace.model {
            self.model(model, text);
        }
        let end = self.end(trace);
        text.push_str(&format!("  outcome: {}\n", printable(&self.outcome(&end, trace))));
        text.push_str(&format!("  to change that: {}\n\n", self.advice(&end, trace)));
    }

    /// The score, and the signals that made it, those with the most to say first.
    fn model(&self, model: &Explanation, text: &mut String) {
        let logit = |thousandths: i32| format!("{:+.3}", f64::from(thousandths) / 1000.0);
        let (low, medium) = model.thresholds;
        text.push_str(&format!(
            "  model: score {}; medium confidence {}, low from {}; a value of which nothing is known has {}\n",
            logit(model.score),
            if medium == i32::MAX {
                "never (a comment of a program)".to_owned()
            } else {
                format!("from {}", logit(medium))
            },
            logit(low),
            logit(model.base)
        ));
        let mut signals: Vec<_> = model.signals.iter().collect();
        signals.sort_by_key(|signal| Reverse(signal.adds.abs()));
        let shown = if self.verbose { signals.len() } else { SIGNALS };
        for signal in signals.iter().take(shown) {
            let meaning = signal.meaning.map(|meaning| format!(" ({meaning})")).unwrap_or_default();
            text.push_str(&format!("    {} {} = {}{meaning}\n", logit(signal.adds), signal.name, signal.value));
        }
        if let Some(rest) = signals.get(shown..).filter(|rest| !rest.is_empty()) {
            let adds = logit(rest.iter().map(|signal| signal.adds).sum());
            text.push_str(&format!("    {adds} {} other signals (--verbose lists them)\n", rest.len()));
        }
    }

    fn end(&self, trace: &Trace) -> End<'_> {
        if let Err(reason) = trace.verdict {
            return End::Dropped(reason);
        }
        let rule = self.report.rules.get(trace.rule);
        let here = |finding: &Finding| {
            let same = finding.rule == trace.rule && finding.secret == trace.secret;
            let location = finding.locations.iter().find(|l| same && l.start == trace.start)?;
            Some(location.confidence)
        };
        if let Some(by) = self.report.suppressed.iter().find(|s| here(&s.finding).is_some()) {
            return End::Suppressed(&by.by);
        }
        match self.report.findings.iter().find_map(here) {
            Some(confidence) if confidence >= self.floor(trace) => End::Reported(confidence),
            Some(confidence) => End::Below(confidence),
            None if !self.settings.policy.applies(rule, self.path) => End::Elsewhere,
            None if trace.model.as_ref().is_some_and(|model| model.score < model.thresholds.0) => End::Kind,
            None => End::Part,
        }
    }

    /// Findings of the rule are reported from this confidence on.
    fn floor(&self, trace: &Trace) -> Confidence {
        let rule = self.report.rules.get(trace.rule);
        self.settings.policy.weight(rule, self.path).floor.unwrap_or(self.settings.confidence)
    }

    fn outcome(&self, end: &End<'_>, trace: &Trace) -> String {
        match end {
            End::Reported(confidence) => format!("reported, confidence {confidence}"),
            End::Below(confidence) => format!("confidence {confidence}, below --confidence {}", self.floor(trace)),
            End::Suppressed(by) => format!("suppressed by {by}"),
            End::Kind => "dropped: unlikely in a file of this kind, by the score of the value model".to_owned(),
            End::Elsewhere => "dropped: a configuration has the rule look at other paths".to_owned(),
            End::Part => {
                "not reported for itself: it is a part of the credential beside it, and named there".to_owned()
            }
            End::Dropped(DropReason::Overlap) => match trace.beaten_by {
                Some(rule) => {
                    format!("dropped: {} reports these bytes, and ties better", self.report.rules.get(rule).id)
                }
                None => "dropped: another rule reports these bytes, and ties better".to_owned(),
            },
            End::Dropped(DropReason::Unlikely) => match &trace.model {
                Some(model) if model.score < model.thresholds.0 => {
                    "dropped: unlikely, by the score of the value model".to_owned()
                }
                Some(model) if model.most.is_none() => "dropped: unlikely by its form, whatever the score".to_owned(),
                _ => "dropped: unlikely, by its form or by what stands before it".to_owned(),
            },
            End::Dropped(DropReason::Placeholder) => {
                "dropped: placeholder; a reference, a template, a mask, a word such as \
                 `changeme` or next to nothing stands for a value"
                    .to_owned()
            }
            End::Dropped(DropReason::Entropy) => {
                "dropped: not random; what this rule looks for is drawn by machines".to_owned()
            }
            End::Dropped(reason) => format!("dropped: {}", reason.as_str()),
        }
    }

    fn advice(&self, end: &End<'_>, trace: &Trace) -> String {
        let id = &self.report.rules.get(trace.rule).id;
        match end {
            End::Reported(_) => format!(
                "take the secret out and disable it; or write `spillcheck:allow[{id}] why` in a comment on line {}, or \
                 decide with `spillcheck baseline audit`",
                trace.start.line
            ),
            End::Below(confidence) => format!("--confidence {confidence}"),
            End::Suppressed(by) if by.kind == SuppressionKind::Example => {
                "nothing needs to change: everybody has it".to_owned()
            }
            End::Suppressed(by) if by.line.is_some() => "take that line away or change it".to_owned(),
            End::Suppressed(_) => "take it out of that file".to_owned(),
            End::Kind => "quote the value, if it is one; or write a rule of your own (--rules)".to_owned(),
            End::Elsewhere => "take `paths` out of the rule's settings".to_owned(),
            End::Part => "nothing needs to change".to_owned(),
            End::Dropped(DropReason::Muted) => {
                "select the rule: it is left out by --only, --skip or a configuration".to_owned()
            }
            End::Dropped(DropReason::Overlap) => "nothing needs to change: the other rule speaks".to_owned(),
            End::Dropped(DropReason::Entropy) => {
                "if it is a secret all the same, write a rule of your own with `random = false` (--rules)".to_owned()
            }
            End::Dropped(DropReason::NotSecret) => "nothing needs to change: the check proves it".to_owned(),
            End::Dropped(_) => {
                "if it is a secret all the same, write a rule of your own that knows its shape (--rules)".to_owned()
            }
        }
    }
}
