//! Text for people: one block for each secret, the worst first, and once for each rule what to do about it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::text::{count, printable, printable_bytes, wrap};
use super::{Options, Report, excerpt, reach, summary};
use crate::finding::{Finding, Location, Place};
use crate::origin::Commit;
use crate::rules::{Confidence, Rule, Severity};

/// Places shown of one finding without `verbose`.
const PLACES: usize = 5;

/// Puts ANSI codes round text, or leaves it as it is: the text is the same with and without colour.
#[derive(Clone, Copy)]
pub(super) struct Paint(bool);

impl Paint {
    /// Leaves text as it is.
    pub(super) fn plain() -> Self {
        Self(false)
    }

    /// With colours, or text as it is.
    pub(super) fn new(color: bool) -> Self {
        Self(color)
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.0 { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn color(self, color: AnsiColor, text: &str) -> String {
        self.with(color.on_default().bold(), text)
    }

    /// Something that needs attention.
    pub(super) fn warning(self, text: &str) -> String {
        self.color(AnsiColor::Red, text)
    }

    /// Good news.
    pub(super) fn good(self, text: &str) -> String {
        self.color(AnsiColor::Green, text)
    }

    /// A label or a place.
    pub(super) fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// Text in the colour of a severity.
    pub(super) fn severity(self, severity: Severity, text: &str) -> String {
        match severity {
            Severity::Critical => self.color(AnsiColor::Magenta, text),
            Severity::High => self.color(AnsiColor::Red, text),
            Severity::Medium => self.color(AnsiColor::Yellow, text),
            Severity::Low => self.color(AnsiColor::Blue, text),
        }
    }
}

/// A report and how it is shown.
pub(super) struct Page<'a> {
    /// The report.
    pub(super) report: &'a Report<'a>,
    /// What may be shown of it.
    pub(super) options: &'a Options,
    /// Colours.
    pub(super) paint: Paint,
}

/// Writes the findings and the summary.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let page = Page { report, options, paint: Paint(options.color) };
    let findings = sorted(&report.findings);
    for (i, finding) in findings.iter().enumerate() {
        page.finding(finding, out)?;
        if findings.get(i + 1).is_none_or(|next| next.rule != finding.rule) {
            page.remedy(report.rules.get(finding.rule), out)?;
        }
    }
    summary::write(report, options, page.paint, out)
}

/// Writes one finding.
pub(super) fn one(report: &Report<'_>, finding: &Finding, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    Page { report, options, paint: Paint(options.color) }.finding(finding, out)
}

/// The worst first, findings of one rule together, else in the order of the report.
pub(super) fn sorted(findings: &[Finding]) -> Vec<&Finding> {
    let mut best: BTreeMap<usize, (Severity, Confidence)> = BTreeMap::new();
    for finding in findings {
        let rank = (finding.severity, finding.confidence);
        best.entry(finding.rule).and_modify(|b| *b = rank.max(*b)).or_insert(rank);
    }
    let mut sorted: Vec<_> = findings.iter().collect();
    sorted.sort_by_key(|f| (Reverse(best.get(&f.rule).copied()), f.rule, Reverse((f.severity, f.confidence))));
    sorted
}

/// `GitHub personal access token`: the title, with the provider in front where it does not name it.
pub(super) fn headline(rule: &Rule) -> String {
    if rule.title.to_lowercase().contains(&rule.provider.to_lowercase()) {
        rule.title.to_string()
    } else {
        format!("{} {}", rule.provider, rule.title)
    }
}

/// The first twelve digits of an object id.
pub(super) fn short(commit: &Commit) -> &str {
    commit.id.get(..12).unwrap_or(&commit.id)
}

/// The day of a commit.
pub(super) fn day(commit: &Commit) -> &str {
    commit.date.get(..10).unwrap_or(&commit.date)
}

impl Page<'_> {
    /// One finding: what it is, its mask and its places.
    pub(super) fn finding(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let rule = self.report.rules.get(finding.rule);
        writeln!(
            out,
            "{}  {}  {}  confidence {}",
            self.paint.severity(finding.severity, finding.severity.as_str()),
            self.paint.bold(&printable(&headline(rule))),
            self.paint.dim(&format!("[{}]", rule.id)),
            finding.confidence,
        )?;
        self.secret(finding, out)?;
        let places = finding.locations.len();
        let shown = if self.options.verbose { places } else { PLACES.min(places) };
        for at in 0..shown {
            self.place(finding, at, out)?;
        }
        if shown < places {
            writeln!(out, "  and {} (--verbose shows them)", count((places - shown) as u64, "more place"))?;
        }
        writeln!(out)
    }

    fn secret(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let mut notes: Vec<_> = finding.facts.iter().map(|f| printable(&f.to_string())).collect();
        if let Some(commit) = finding.since()
            && finding.locations.len() > 1
        {
            notes.push(format!("exposed since {}", printable(day(commit))));
        }
        let notes: String = notes.iter().map(|note| format!("  {note}")).collect();
        let secret = match self.options.reveal {
            true => Self::clear(finding),
            false => vec![printable(&finding.secret.mask())],
        };
        for (i, line) in secret.iter().enumerate() {
            let notes = if i == 0 { notes.as_str() } else { "" };
            writeln!(out, "  {}{notes}", self.paint.color(AnsiColor::Red, line))?;
        }
        if self.options.verbose {
            writeln!(out, "  fingerprint {}", finding.fingerprint)?;
        }
        Ok(())
    }

    /// The secret in clear, line by line.
    fn clear(finding: &Finding) -> Vec<String> {
        let lines = finding.secret.reveal().split(|b| *b == b'\n');
        lines.map(|line| printable_bytes(line.strip_suffix(b"\r").unwrap_or(line))).collect()
    }

    fn place(&self, finding: &Finding, at: usize, out: &mut dyn Write) -> io::Result<()> {
        let location = &finding.locations[at];
        let place = format!("{}:{}:{}", printable(&location.path), location.start.line, location.start.column);
        let staged = if location.place == Place::Staged { "  staged" } else { "" };
        writeln!(out, "  {}{staged}", self.paint.bold(&place))?;
        if let Some(shown) = excerpt::shown(finding, at, self.options.reveal) {
            let line = location.start.line.to_string();
            writeln!(out, "    {} {}", self.paint.dim(&format!("{line} |")), shown.text)?;
            if !shown.carets.is_empty() {
                let gutter = self.paint.dim(&format!("{} |", " ".repeat(line.len())));
                let blank = shown.carets.len() - shown.carets.trim_start().len();
                let (blank, carets) = shown.carets.split_at(blank);
                writeln!(out, "    {gutter} {blank}{}", self.paint.color(AnsiColor::Red, carets))?;
            }
        }
        history(location).into_iter().flatten().try_for_each(|note| writeln!(out, "    {}", wrap(&note, 4, 6)))
    }

    fn remedy(&self, rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
        let about = self.options.verbose.then_some(("What it is:", &rule.about));
        let steps = [
            ("What it opens:", &rule.impact),
            ("Disable it first:", &rule.disable),
            ("Rotate:", &rule.rotate),
            ("Store:", &rule.store),
        ];
        for (label, text) in about.into_iter().chain(steps) {
            let text = wrap(text, 2 + label.len() + 1, 4);
            writeln!(out, "  {} {text}", self.paint.bold(label))?;
        }
        if let Some(page) = &rule.documentation {
            writeln!(out, "  {} {}", self.paint.bold("See:"), printable(page))?;
        }
        writeln!(out)
    }
}

/// `since 2024-03-01 in commit abcdef123456 by Name, still in HEAD`, and who committed it and what reaches it, as far as it is
/// known.
fn history(location: &Location) -> [Option<String>; 2] {
    let head = match (location.in_head, location.place) {
        (Some(true), _) => Some("still in HEAD"),
        (Some(false), Place::History) => Some("only in history"),
        (Some(false), _) => Some("not in HEAD"),
        (None, Place::History) => Some("in history"),
        (None, _) => None,
    };
    let by = |person: &str| if who(person).is_empty() { String::new() } else { format!(" by {}", who(person)) };
    let since = location
        .commit
        .as_deref()
        .map(|commit| format!("since {} in commit {}{}", day(commit), short(commit), by(&commit.author)));
    let tag = location.tag.as_deref().map(|tag| {
        let since = tag.date.get(..10).map_or(String::new(), |day| format!(" since {day}"));
        format!("in the message of tag {}{since}{}", tag.name, by(&tag.tagger))
    });
    let other = location.commit.as_deref().filter(|c| who(&c.committer) != who(&c.author));
    let committed = other.map(|commit| format!("committed{}", by(&commit.committer)));
    let line = |parts: Vec<String>| (!parts.is_empty()).then(|| printable(&parts.join(", ")));
    [
        line(since.into_iter().chain(tag).chain(head.map(str::to_owned)).collect()),
        line(committed.into_iter().chain(reach::words(location)).collect()),
    ]
}

/// The name alone: an address in a CI log is read by more people than the commit is.
fn who(person: &str) -> &str {
    person.split('<').next().unwrap_or_default().trim()
}
