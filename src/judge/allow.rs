//! Comments that allow a secret: our own, and those of other scanners with their scopes.
//!
//! | comment | where it counts |
//! |---|---|
//! | `spillcheck:allow` | the line on which the secret begins, or the one on which it ends |
//! | `spillcheck:allow-next-line` | the line before the one on which the secret begins |
//! | `gitleaks:allow`, `betterleaks:allow` | any line from the name to the end of the secret |
//! | `trufflehog:ignore` | after the secret, on its last line |
//! | `kingfisher:ignore` | any line of the secret, the line before and, if it has several lines, the line after |
//! | `pragma: allowlist secret` (`whitelist`, `-` for the blank) | after a comment sign on a line of the secret's begin or end; in `*.yaml` after `#` |
//! | `pragma: allowlist nextline secret` | the line before, and nothing but that comment may stand there |
//! | `ggignore` | as `spillcheck:allow` |
//!
//! Sources: the documentation of each tool. Nothing is looked for further than [`REACH`] from the secret, so that a search
//! in windows agrees with a search of the whole.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use memchr::memmem;

use crate::rules::{Rule, RuleSet};

/// How far before the beginning and after the end of a secret comments are looked for, bytes.
pub const REACH: usize = 4096;

/// Which comments are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// None.
    Off,
    /// `spillcheck:allow` and `spillcheck:allow-next-line`.
    Own,
    /// Those of other scanners, too.
    All,
}

/// What our own comments begin with.
pub const MARKER: &str = concat!("spillcheck", ":allow");

/// A comment of our own, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// For the line after it.
    pub next_line: bool,
    /// Ids of rules, or beginnings of ids followed by `*`; empty: all rules.
    pub rules: Vec<String>,
    /// The last day it counts.
    pub until: Option<Date>,
    /// The words that follow, as a range of the text; may be empty.
    pub reason: Range<usize>,
}

/// A comment that allows a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// Where it begins in the text.
    pub at: usize,
    /// What it is: `spillcheck:allow`, `gitleaks:allow` and so on.
    pub what: Arc<str>,
    /// The words that follow, as a range of the text; may be empty.
    pub reason: Range<usize>,
    /// The last day it counts.
    pub until: Option<Date>,
    /// It does not count in files called `*.yaml`, where detect-secrets reads comments with `#` alone.
    pub except_yaml: bool,
}

/// The line that holds `at`, without its end, cut to `REACH` before and after `at`.
fn line(text: &[u8], at: usize) -> Range<usize> {
    let floor = at.saturating_sub(REACH);
    let ceiling = text.len().min(at + REACH);
    let start = memchr::memrchr(b'\n', &text[floor..at]).map_or(floor, |n| floor + n + 1);
    start..memchr::memchr(b'\n', &text[at..ceiling]).map_or(ceiling, |n| at + n)
}

/// The line before the one that begins at `start`, if all of it is within reach.
fn line_before(text: &[u8], start: usize) -> Option<Range<usize>> {
    let end = start.checked_sub(1).filter(|end| text[*end] == b'\n')?;
    let floor = end.saturating_sub(REACH);
    match memchr::memrchr(b'\n', &text[floor..end]) {
        Some(n) => Some(floor + n + 1..end),
        None => (floor == 0).then_some(0..end),
    }
}

/// The lines round a secret that comments can stand on.
struct Lines {
    /// The line of its first byte.
    first: Range<usize>,
    /// The line of its last byte.
    last: Range<usize>,
    /// The line before the first.
    before: Option<Range<usize>>,
    /// The line after the last, if the secret has several.
    after: Option<Range<usize>>,
    /// From the line of its name to its last line.
    all: Range<usize>,
}

impl Lines {
    fn of(text: &[u8], name: Option<&Range<usize>>, secret: &Range<usize>) -> Self {
        let first = line(text, secret.start);
        let last = line(text, secret.end.max(secret.start + 1) - 1);
        let named = name.map_or(first.start, |name| line(text, name.start).start);
        let several = first.start != last.start;
        let after = (several && text.get(last.end) == Some(&b'\n')).then(|| line(text, last.end + 1));
        let all = first.start.min(named)..last.end;
        Self { before: line_before(text, first.start), after, all, first, last }
    }
}

/// The comment that allows what `rule` found at `secret` (which is assigned to `name`), if there is one. `today` is the
/// day of the scan.
pub fn comment(
    text: &[u8],
    name: Option<&Range<usize>>,
    secret: &Range<usize>,
    rule: &Rule,
    today: Date,
    read: Comments,
) -> Option<Allow> {
    if read == Comments::Off {
        return None;
    }
    let lines = Lines::of(text, name, secret);
    let own = own_comment(text, &lines, rule, today);
    if own.is_some() || read == Comments::Own {
        return own;
    }
    foreign_comment(text, &lines, secret)
}

fn own_comment(text: &[u8], lines: &Lines, rule: &Rule, today: Date) -> Option<Allow> {
    let on = [Some((&lines.first, false)), Some((&lines.last, false)), lines.before.as_ref().map(|l| (l, true))];
    for (line, next_line) in on.into_iter().flatten() {
        for at in memmem::find_iter(&text[line.clone()], MARKER).map(|n| line.start + n) {
            let Some(Ok(own)) = own_at(text, at) else { continue };
            let for_rule = own.rules.is_empty() || own.rules.iter().any(|name| rule.is_called(name));
            if own.next_line == next_line && for_rule && own.until.is_none_or(|until| until >= today) {
                return Some(Allow {
                    at,
                    what: own.what().into(),
                    reason: own.reason,
                    until: own.until,
                    except_yaml: false,
                });
            }
        }
    }
    None
}

impl Own {
    /// What it is, without its arguments.
    pub fn what(&self) -> &'static str {
        if self.next_line { concat!("spillcheck", ":allow-next-line") } else { MARKER }
    }

    /// Why it can allow nothing, whatever stands beside it: its day has passed, or a rule it names does not exist.
    pub fn problem(&self, rules: &RuleSet, today: Date) -> Option<String> {
        if let Some(until) = self.until.filter(|until| *until < today) {
            return Some(format!("expired after {until}"));
        }
        let unknown = self.rules.iter().find(|name| !rules.iter().any(|rule| rule.is_called(name)))?;
        Some(format!("no rule is called {unknown:?}{}", rules.suggestion(unknown)))
    }
}

/// Reads the comment whose [`MARKER`] is at `at`. `None`: only looks like one (a longer word, something in quotes).
/// `Err`: it is meant as one and cannot be understood.
pub fn own_at(text: &[u8], at: usize) -> Option<Result<Own, String>> {
    let quoted = |b: u8| b.is_ascii_alphanumeric() || b"_`'\"\\-./:@".contains(&b);
    if at > 0 && quoted(text[at - 1]) && !text[..at].ends_with(b"--") && !text[..at].ends_with(b"//") {
        return None;
    }
    let end = line(text, at).end;
    let mut rest = at + MARKER.len();
    let next_line = text[rest..end].starts_with(b"-next-line");
    if next_line {
        rest += "-next-line".len();
    }
    let mut rules = Vec::new();
    if text[rest..end].starts_with(b"[") {
        let Some(close) = memchr::memchr(b']', &text[rest..end]) else {
            return Some(Err("the `]` after the rule ids is missing".to_owned()));
        };
        let list = String::from_utf8_lossy(&text[rest + 1..rest + close]).into_owned();
        rules.extend(list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned));
        rest += close + 1;
        if rules.is_empty() {
            return Some(Err("there is no rule id between `[` and `]`".to_owned()));
        }
    }
    match text[rest..end].first() {
        Some(b'-') if !text[rest..end].starts_with(b"--") => {
            return Some(Err(format!("expected `{MARKER}` or `{MARKER}-next-line`")));
        }
        Some(b) if b.is_ascii_alphanumeric() || b"_`'\"\\".contains(b) => return None,
        _ => {}
    }
    // Code may follow a comment that ends on the same line.
    let closed = CLOSERS.iter().filter_map(|sign| memmem::find(&text[rest..end], sign)).min();
    let words = trim(text, rest..closed.map_or(end, |n| rest + n));
    match until(&text[words.clone()]) {
        Some((span, Some(day))) => {
            let before = trim(text, words.start..words.start + span.start);
            let after = trim(text, words.start + span.end..words.end);
            let reason = if before.is_empty() { after } else { before };
            Some(Ok(Own { next_line, rules, until: Some(day), reason }))
        }
        Some((_, None)) => Some(Err("`until=` wants a day such as 2027-01-31".to_owned())),
        None => Some(Ok(Own { next_line, rules, until: None, reason: words })),
    }
}

/// The word `until=…` in `words`, and its day.
fn until(words: &[u8]) -> Option<(Range<usize>, Option<Date>)> {
    let at = memmem::find_iter(words, b"until=").find(|at| *at == 0 || words[at - 1].is_ascii_whitespace())?;
    let len = words[at..].iter().position(u8::is_ascii_whitespace).unwrap_or(words.len() - at);
    let day = std::str::from_utf8(&words[at + 6..at + len]).ok().and_then(|day| day.parse().ok());
    Some((at..at + len, day))
}

/// Signs that end a comment.
const CLOSERS: &[&[u8]] = &[b"*/", b"-->", b"#}", b"%>", b"-}"];

/// Without blanks, and without a leading `:` or dash.
fn trim(text: &[u8], mut range: Range<usize>) -> Range<usize> {
    loop {
        let part = &text[range.clone()];
        if part.last().is_some_and(u8::is_ascii_whitespace) {
            range.end -= 1;
        } else if part.first().is_some_and(|b| b.is_ascii_whitespace() || b":-,;".contains(b)) {
            range.start += 1;
        } else {
            return range;
        }
    }
}

fn foreign_comment(text: &[u8], lines: &Lines, secret: &Range<usize>) -> Option<Allow> {
    let found = |range: &Range<usize>, what: &str| {
        let at = memmem::find(&text[range.clone()], what.as_bytes())?;
        Some(Allow { at: range.start + at, what: what.into(), reason: 0..0, until: None, except_yaml: false })
    };
    let ends = || [&lines.first, &lines.last].into_iter();
    found(&lines.all, "gitleaks:allow")
        .or_else(|| found(&lines.all, "betterleaks:allow"))
        .or_else(|| found(&(secret.end.min(lines.last.end)..lines.last.end), "trufflehog:ignore"))
        .or_else(|| {
            let beside = [Some(&lines.all), lines.before.as_ref(), lines.after.as_ref()];
            beside.into_iter().flatten().find_map(|line| found(line, "kingfisher:ignore"))
        })
        .or_else(|| ends().find_map(|line| found(line, "ggignore")))
        .or_else(|| ends().find_map(|line| pragma(text, line, false)))
        .or_else(|| lines.before.as_ref().and_then(|line| pragma(text, line, true)))
}

/// What begins and ends the comments that detect-secrets knows.
const PRAGMA_SIGNS: &[(&[u8], &[u8])] =
    &[(b"#", b""), (b"//", b""), (b"/*", b"*/"), (b"'", b""), (b"--", b""), (b"<!--", b"-->")];

/// `pragma: allowlist secret` in a comment that goes on to the end of the line, or `pragma: allowlist nextline secret` on a
/// line of its own. Words may follow. Source: detect_secrets/filters/allowlist.py of detect-secrets 1.5.
fn pragma(text: &[u8], line: &Range<usize>, next_line: bool) -> Option<Allow> {
    let whole = text[line.clone()].trim_ascii_end();
    for (sign, end) in PRAGMA_SIGNS.iter().filter(|(_, end)| whole.ends_with(end)) {
        for at in memmem::find_iter(whole, b"pragma:") {
            let before = trim_end(&whole[..at], b" ");
            let before = if *sign == b"<!--" { trim_end(before, b" \t#") } else { before };
            let Some(before) = before.strip_suffix(*sign) else { continue };
            let Some(what) = pragma_words(&whole[at..whole.len() - end.len()], next_line) else { continue };
            if !next_line || before.trim_ascii().is_empty() {
                let (at, except_yaml) = (line.start + at, *sign != b"#");
                return Some(Allow { at, what: what.into(), reason: 0..0, until: None, except_yaml });
            }
        }
    }
    None
}

/// The words of a pragma that begins `text`.
fn pragma_words(text: &[u8], next_line: bool) -> Option<String> {
    let rest = text.strip_prefix(b"pragma:")?;
    let mut rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let lists: &[&str] = if next_line { &["allowlist"] } else { &["allowlist", "whitelist"] };
    rest = lists.iter().find_map(|list| rest.strip_prefix(list.as_bytes()))?;
    let words: &[&str] = if next_line { &["nextline", "secret"] } else { &["secret"] };
    for word in words {
        rest = rest.strip_prefix(b" ").or_else(|| rest.strip_prefix(b"-"))?.strip_prefix(word.as_bytes())?;
    }
    Some(String::from_utf8_lossy(&text[..text.len() - rest.len()]).into_owned())
}

fn trim_end<'t>(text: &'t [u8], blanks: &[u8]) -> &'t [u8] {
    let end = text.iter().rposition(|b| !blanks.contains(b)).map_or(0, |last| last + 1);
    &text[..end]
}
