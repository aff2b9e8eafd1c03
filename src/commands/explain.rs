//! `spillcheck explain`: what the rules make of a line, and why it is reported or not.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use super::{Outcome, UsageError, output, scan};
use crate::cli::{ConfidenceName, ExplainArgs};
use crate::finding::Finding;
use crate::git;
use crate::plan::Plan;
use crate::report::{DropReason, Report, printable};
use crate::rules::Confidence;
use crate::scan::{Target, What};
use crate::search::{Explained, Searcher, Trace};
use crate::settings;
use crate::source::decode;
use crate::suppression::Suppression;

/// `FILE:LINE`, `COMMIT:FILE:LINE`, with or without a column as in reports.
struct Place {
    /// A revision, and the path in its tree.
    revision: Option<String>,
    path: PathBuf,
    line: NonZeroU32,
}

impl Place {
    fn parse(text: &str) -> Result<Self, UsageError> {
        let usage = || UsageError::new(format!("{text:?}: expected FILE:LINE or COMMIT:FILE:LINE"));
        let number = |text: &str| text.parse::<NonZeroU32>().ok();
        let (rest, last) = text.rsplit_once(':').ok_or_else(usage)?;
        let last = number(last).ok_or_else(usage)?;
        // The last of two numbers is a column, as reports write it, unless a file is called so.
        let (rest, line) = match rest.rsplit_once(':').and_then(|(head, line)| Some((head, number(line)?))) {
            Some((head, line)) if !Path::new(rest).exists() => (head, line),
            _ => (rest, last),
        };
        if rest.is_empty() {
            return Err(usage());
        }
        match rest.split_once(':') {
            Some((revision, path)) if !Path::new(rest).exists() && !path.is_empty() => {
                Ok(Self { revision: Some(revision.to_owned()), path: path.into(), line })
            }
            _ => Ok(Self { revision: None, path: rest.into(), line }),
        }
    }
}

pub(super) fn run(args: ExplainArgs) -> Result<Outcome, UsageError> {
    let common = &args.common;
    if common.format.is_some() || common.output.is_some() || !common.report.is_empty() {
        return Err(UsageError::new("no report is written here: leave --format, --output and --report to `scan`"));
    }
    let place = Place::parse(&args.place)?;
    let (target, bytes) = match &place.revision {
        None => {
            let path = existing(&place.path);
            let bytes = std::fs::read(&path).map_err(|e| UsageError::new(format!("{}: {e}", path.display())))?;
            (Target::Paths { paths: vec![path], what: What::Files, submodules: false }, bytes)
        }
        Some(revision) => {
            let repository = git::discover(Path::new(".")).map_err(UsageError::new)?;
            let repository =
                repository.ok_or_else(|| UsageError::new("not in a git repository: COMMIT has no meaning"))?;
            let (bytes, _) = git::version(&repository, revision, &place.path).map_err(UsageError::new)?;
            (Target::Version { repository: ".".into(), revision: revision.clone(), file: place.path.clone() }, bytes)
        }
    };
    let plan = Plan { targets: vec![target], ..Plan::default() };
    let wanted = settings::resolve(&common.settings, &plan.targets).map_err(UsageError::new)?.confidence;
    let mut args = args.common;
    // All there is, and what is left of it at the wanted confidence.
    args.settings.confidence = Some(ConfidenceName::Low);
    let outcome = scan::perform(&args, &plan, |report, _| {
        let Some(text) = decode::text(&bytes) else {
            return output::to_stdout(|out| writeln!(out, "The file is binary: it is skipped, and counted as such."));
        };
        let now = jiff::Timestamp::now().as_second();
        let searcher = Searcher::new(report.rules, now).with_comments(scan::comments(&args));
        let explained = searcher.explain(&text, place.line);
        let page = Page { report, wanted, line: place.line };
        output::to_stdout(|out| write!(out, "{}", page.text(&explained)))
    })?;
    Ok(if matches!(outcome, Outcome::Findings(_)) { Outcome::Clean } else { outcome })
}

/// The path as given, or seen from the top of the repository, as reports write it.
fn existing(path: &Path) -> PathBuf {
    if path.exists() {
        return path.to_owned();
    }
    let top = super::known::root_of(Path::new("."));
    let from_top = top.join(path);
    if from_top.exists() { from_top } else { path.to_owned() }
}

struct Page<'a> {
    report: &'a Report<'a>,
    wanted: Confidence,
    line: NonZeroU32,
}

/// What became of a candidate in the end.
enum End<'a> {
    Reported(Confidence),
    Below(Confidence),
    Suppressed(&'a Suppression),
    /// The text alone would report it; its path does not.
    Path,
    Dropped(DropReason),
}

impl Page<'_> {
    fn text(&self, explained: &Explained) -> String {
        let mut text = String::new();
        for trace in &explained.traces {
            self.trace(trace, &mut text);
        }
        if explained.traces.is_empty() {
            text.push_str(&format!("No rule sees a value on line {}.\n", self.line));
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

    fn trace(&self, trace: &Trace, text: &mut String) {
        let rule = self.report.rules.get(trace.rule);
        let at = format!("{}:{}-{}:{}", trace.start.line, trace.start.column, trace.end.line, trace.end.column);
        text.push_str(&format!("{at}  {}  [{}]\n", printable(&trace.secret.mask()), rule.id));
        for signal in &trace.signals {
            text.push_str(&format!("  {}: {}\n", signal.name, printable(&signal.text)));
        }
        let end = self.end(trace);
        text.push_str(&format!("  outcome: {}\n", printable(&self.outcome(&end, trace))));
        text.push_str(&format!("  to change that: {}\n\n", self.advice(&end, trace)));
    }

    fn end(&self, trace: &Trace) -> End<'_> {
        if let Err(reason) = trace.verdict {
            return End::Dropped(reason);
        }
        let here = |finding: &Finding| {
            let same = finding.rule == trace.rule && finding.secret == trace.secret;
            let location = finding.locations.iter().find(|l| same && l.start == trace.start)?;
            Some(location.confidence)
        };
        if let Some(by) = self.report.suppressed.iter().find(|s| here(&s.finding).is_some()) {
            return End::Suppressed(&by.by);
        }
        match self.report.findings.iter().find_map(here) {
            Some(confidence) if confidence >= self.wanted => End::Reported(confidence),
            Some(confidence) => End::Below(confidence),
            None => End::Path,
        }
    }

    fn outcome(&self, end: &End<'_>, trace: &Trace) -> String {
        match end {
            End::Reported(confidence) => format!("reported, confidence {confidence}"),
            End::Below(confidence) => format!("confidence {confidence}, below --confidence {}", self.wanted),
            End::Suppressed(by) => format!("suppressed by {by}"),
            End::Path => "dropped: in a file of this kind such a value is a reference and no secret".to_owned(),
            End::Dropped(DropReason::Overlap) => match trace.beaten_by {
                Some(rule) => {
                    format!("dropped: {} reports these bytes, and ties better", self.report.rules.get(rule).id)
                }
                None => "dropped: another rule reports these bytes, and ties better".to_owned(),
            },
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
            End::Suppressed(by) if by.line.is_some() => "take that line away or change it".to_owned(),
            End::Suppressed(_) => "take it out of that file".to_owned(),
            End::Path => "quote the value, if it is one; or write a rule of your own (--rules)".to_owned(),
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
