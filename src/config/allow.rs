//! Allow rules: which findings are not to be reported. Pure; every expression is linear in what it is matched on.

use std::num::NonZeroU32;
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use jiff::civil::Date;
use regex::bytes::{RegexSet, RegexSetBuilder};
use sha2::{Digest, Sha256};

use super::schema::{AllowTable, Join};
use crate::detect::entropy;
use crate::finding::Location;
use crate::judge;
use crate::suppression::{Subject, Suppression, SuppressionKind};

/// Memory that the compiled expressions of one list may take, bytes.
const REGEX_SIZE: usize = 8 << 20;
/// Longest expression, bytes.
const LONGEST_PATTERN: usize = 16 << 10;
/// Fewest digits of a commit id.
const SHORTEST_COMMIT: usize = 7;

/// A condition on a finding at a place.
#[derive(Debug)]
enum Condition {
    /// The path, by patterns as in `.gitignore`.
    Globs(Gitignore),
    /// The path, by regular expressions.
    Path(RegexSet),
    /// The secret.
    Secret(RegexSet),
    /// The secret contains one of these, in lower case.
    Words(Vec<String>),
    /// The secret's digest.
    Sha256(Vec<[u8; 32]>),
    /// The whole match.
    Match(RegexSet),
    /// The lines of the match.
    Line(RegexSet),
    /// The secret's entropy is at most this.
    Entropy(f64),
    /// The secret reads as words, or does not.
    Natural(bool),
    /// The commit in which the secret first appeared, by beginnings of ids.
    Commits(Vec<String>),
}

/// A compiled allow rule.
#[derive(Debug)]
pub struct Allow {
    /// What is said where it suppresses something.
    pub suppression: Suppression,
    /// Ids, or beginnings of ids followed by `*`.
    rules: Vec<String>,
    lines: Vec<u32>,
    conditions: Vec<Condition>,
    join: Join,
}

impl Allow {
    /// Compiles a rule. `file` and `line` are where it stands, `what` is what it is called in reports.
    pub fn new(file: &Arc<str>, line: usize, what: &str, table: AllowTable) -> Result<Self, String> {
        let mut conditions = Vec::new();
        if !table.paths.is_empty() {
            conditions.push(Condition::Globs(globs(&table.paths)?));
        }
        let mut add = |key: &str, patterns: &[String], wrap: fn(RegexSet) -> Condition| {
            if !patterns.is_empty() {
                conditions.push(wrap(regexes(key, patterns)?));
            }
            Ok::<(), String>(())
        };
        add("path-patterns", &table.path_patterns, Condition::Path)?;
        add("secret", &table.secret, Condition::Secret)?;
        add("match", &table.matched, Condition::Match)?;
        add("line", &table.line, Condition::Line)?;
        if !table.words.is_empty() {
            if table.words.iter().any(String::is_empty) {
                return Err("`words`: the empty text is in every secret".to_owned());
            }
            conditions.push(Condition::Words(table.words.iter().map(|w| w.to_lowercase()).collect()));
        }
        conditions.extend(table.max_entropy.map(Condition::Entropy));
        conditions.extend(table.natural.map(Condition::Natural));
        if !table.sha256.is_empty() {
            conditions.push(Condition::Sha256(table.sha256.iter().map(|d| digest(d)).collect::<Result<_, _>>()?));
        }
        if !table.commits.is_empty() {
            let commits: Vec<String> = table.commits.iter().map(|c| c.trim().to_ascii_lowercase()).collect();
            let is_id = |c: &String| c.len() >= SHORTEST_COMMIT && c.bytes().all(|b| b.is_ascii_hexdigit());
            if let Some(bad) = commits.iter().position(|c| !is_id(c)) {
                return Err(format!(
                    "`commits`: entry {} is no commit id of {SHORTEST_COMMIT} digits or more",
                    bad + 1
                ));
            }
            conditions.push(Condition::Commits(commits));
        }
        if conditions.is_empty() {
            return Err(match table.rules.is_empty() {
                true => "it has no condition and would allow everything".to_owned(),
                false => "it names rules and no condition: to turn a rule off, set it to \"off\" in [rules]".to_owned(),
            });
        }
        let until = table.until.as_deref().map(day).transpose()?;
        let suppression = Suppression {
            kind: SuppressionKind::Configuration,
            file: Arc::clone(file),
            line: u32::try_from(line).ok().and_then(NonZeroU32::new),
            what: what.into(),
            reason: table.reason.filter(|r| !r.trim().is_empty()).map(Arc::from),
            owner: table.owner.map(Arc::from),
            until,
            reviewed: true,
        };
        Ok(Self {
            suppression,
            rules: table.rules,
            lines: table.lines,
            conditions,
            join: table.condition.unwrap_or(Join::All),
        })
    }

    /// Whether it looks at the match or its lines: they must be kept for it.
    pub fn needs_context(&self) -> bool {
        self.conditions.iter().any(|c| matches!(c, Condition::Match(_) | Condition::Line(_)))
    }

    /// Its ids and beginnings of ids that name none of `rules`.
    pub fn unknown_names<'a>(&'a self, rules: &'a crate::rules::RuleSet) -> impl Iterator<Item = &'a str> {
        let known = |name: &&String| rules.iter().any(|rule| rule.is_called(name));
        self.rules.iter().filter(move |name| !known(name)).map(String::as_str)
    }

    /// Whether it allows `subject`, whose path from the configuration's folder is `path`, on the day `today`.
    pub fn allows(&self, subject: &Subject<'_>, path: &str, today: Date) -> bool {
        if self.suppression.until.is_some_and(|until| today > until)
            || !(self.rules.is_empty() || self.rules.iter().any(|name| subject.rule.is_called(name)))
            || !(self.lines.is_empty() || self.lines.contains(&subject.location.start.line.get()))
        {
            return false;
        }
        let holds = |condition: &Condition| condition.holds(subject, path);
        match self.join {
            Join::All => self.conditions.iter().all(holds),
            Join::Any => self.conditions.iter().any(holds),
        }
    }
}

impl Condition {
    fn holds(&self, subject: &Subject<'_>, path: &str) -> bool {
        let secret = subject.secret.reveal();
        match self {
            Self::Globs(globs) => is_matched(globs, path),
            Self::Path(set) => set.is_match(path.as_bytes()),
            Self::Secret(set) => set.is_match(secret),
            Self::Words(words) => {
                let secret = String::from_utf8_lossy(secret).to_lowercase();
                words.iter().any(|w| secret.contains(w.as_str()))
            }
            Self::Sha256(digests) => digests_of(secret).any(|digest| digests.contains(&digest)),
            Self::Entropy(most) => entropy::shannon(secret) <= *most,
            Self::Natural(wanted) => judge::reads_as_words(secret) == *wanted,
            Self::Match(set) => with_context(subject.location, |c| c.matched.render(true), set),
            Self::Line(set) => with_context(subject.location, |c| c.lines.render(true), set),
            Self::Commits(commits) => {
                subject.location.commit.as_ref().is_some_and(|c| commits.iter().any(|id| c.id.starts_with(id.as_str())))
            }
        }
    }
}

fn with_context(location: &Location, text: fn(&crate::finding::Context) -> String, set: &RegexSet) -> bool {
    location.context.as_ref().is_some_and(|context| set.is_match(text(context).as_bytes()))
}

/// What ggshield calls a secret in the digests it writes: `secret,type`.
const GGSHIELD_TYPES: &[&str] = &[
    "apikey",
    "token",
    "password",
    "client_secret",
    "client_id",
    "secret_key",
    "connection_uri",
    "certificate",
    "username",
    "webhook",
    "url",
];

/// The digest of a secret, and those that ggshield makes of it and its type.
fn digests_of(secret: &[u8]) -> impl Iterator<Item = [u8; 32]> {
    let typed = move |kind: &&str| -> [u8; 32] {
        Sha256::new().chain_update(secret).chain_update(b",").chain_update(kind.as_bytes()).finalize().into()
    };
    std::iter::once(Sha256::digest(secret).into()).chain(GGSHIELD_TYPES.iter().map(typed))
}

/// Whether one of the patterns matches `path` or a folder above it.
pub(super) fn is_matched(globs: &Gitignore, path: &str) -> bool {
    !path.is_empty() && globs.matched_path_or_any_parents(path, false).is_ignore()
}

/// Compiles patterns as in `.gitignore`.
pub(super) fn globs<S: AsRef<str>>(patterns: &[S]) -> Result<Gitignore, String> {
    let mut builder = GitignoreBuilder::new("");
    for (n, pattern) in patterns.iter().enumerate() {
        let fail = |problem: String| format!("`paths`: entry {}: {problem}", n + 1);
        if pattern.as_ref().len() > LONGEST_PATTERN {
            return Err(fail(format!("longer than {LONGEST_PATTERN} bytes")));
        }
        // What the error quotes of the pattern is left out: a pattern may hold what must not be shown.
        builder.add_line(None, pattern.as_ref()).map_err(|_| fail("no pattern as in .gitignore".to_owned()))?;
    }
    builder.build().map_err(|_| "`paths`: the patterns are too large together".to_owned())
}

/// Compiles expressions that may match anywhere. Errors name the place and not the text, which may be a secret.
pub(super) fn regexes<S: AsRef<str>>(key: &str, patterns: &[S]) -> Result<RegexSet, String> {
    for (n, pattern) in patterns.iter().map(AsRef::as_ref).enumerate() {
        let fail = |problem: &str| format!("`{key}`: entry {}: {problem}", n + 1);
        if pattern.is_empty() {
            return Err(fail("the empty expression matches everything"));
        }
        if pattern.len() > LONGEST_PATTERN {
            return Err(fail(&format!("longer than {LONGEST_PATTERN} bytes")));
        }
        if let Some(problem) = problem_of(pattern) {
            return Err(fail(&problem));
        }
    }
    RegexSetBuilder::new(patterns)
        .size_limit(REGEX_SIZE)
        .build()
        .map_err(|_| format!("`{key}`: the expressions are too large together"))
}

/// What is wrong with an expression, without its text.
fn problem_of(pattern: &str) -> Option<String> {
    let error = regex_syntax::ParserBuilder::new().utf8(false).build().parse(pattern).err()?;
    let (what, at) = match &error {
        regex_syntax::Error::Parse(e) => (e.kind().to_string(), e.span().start.column),
        regex_syntax::Error::Translate(e) => (e.kind().to_string(), e.span().start.column),
        _ => return Some("no regular expression".to_owned()),
    };
    Some(format!("no regular expression: {what} (character {at})"))
}

fn digest(text: &str) -> Result<[u8; 32], String> {
    let fail = || "`sha256`: expected 64 hexadecimal digits".to_owned();
    let bytes = text.trim().as_bytes();
    if bytes.len() != 64 || !bytes.iter().all(u8::is_ascii_hexdigit) {
        return Err(fail());
    }
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(bytes.chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| fail())?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| fail())?;
    }
    Ok(out)
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "`until`: expected a day, for example 2027-01-31".to_owned())
}
