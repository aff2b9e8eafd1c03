//! Where rules come from: the table compiled in, and files the user names.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::schema::{RuleDef, RuleFile};
use super::{Assignment, Confidence, Context, Edge, Matcher, Pattern, Rule, Shape, Token, Verbatim, shape};

/// The rules compiled into the program.
pub fn builtin() -> &'static [Rule] {
    use super::{Kind, Severity};
    use crate::detect::check::Check;
    use crate::detect::scanner::Scanner;
    include!(concat!(env!("OUT_DIR"), "/builtin.rs"))
}

/// Why a rule file is refused.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("{}: cannot read rule file: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no rule file: syntax, unknown or missing keys.
    #[error("{path}:{line}: {message}")]
    Syntax {
        /// The file as named.
        path: String,
        /// 1-based line.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A rule is wrong.
    #[error("{path}:{line}: rule {id}: {message}")]
    Rule {
        /// The file as named.
        path: String,
        /// 1-based line of the key that is wrong, or of the rule's id.
        line: usize,
        /// The rule.
        id: String,
        /// What is wrong.
        message: String,
    },
}

/// What is wrong with a rule.
#[derive(Debug)]
pub struct Flaw {
    /// The key that holds it; empty if none does.
    key: &'static str,
    /// What is wrong.
    message: String,
}

impl Flaw {
    /// A flaw of the value under `key`.
    pub fn new(key: &'static str, message: impl Into<String>) -> Self {
        Self { key, message: message.into() }
    }
}

/// A rule with the examples that came with it.
pub struct Loaded {
    /// The rule.
    pub rule: Rule,
    /// Its examples, templates not yet expanded.
    pub examples: super::schema::Examples,
    /// 1-based line of its id in the file.
    pub line: usize,
    /// 1-based lines of its leaks and of its clean examples; that of its id where it has none.
    pub example_lines: [usize; 2],
}

/// The examples of a rule, and where they stand.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The id of the rule.
    pub id: String,
    /// See [`Loaded::line`].
    pub line: usize,
    /// See [`Loaded::example_lines`].
    pub example_lines: [usize; 2],
    /// The examples.
    pub examples: super::schema::Examples,
}

impl Loaded {
    /// Its examples, to be run when the rule is in its rule set.
    pub fn shown(&self) -> Shown {
        let Self { rule, examples, line, example_lines } = self;
        Shown { id: rule.id.to_string(), line: *line, example_lines: *example_lines, examples: examples.clone() }
    }
}

/// Reads and checks one rule file.
pub fn file(path: &Path) -> Result<Vec<Loaded>, LoadError> {
    let text = std::fs::read_to_string(path).map_err(|source| LoadError::Read { path: path.to_owned(), source })?;
    parse(&path.display().to_string(), &text)
}

/// Reads and checks the text of a rule file; `name` is what errors call it.
pub fn parse(name: &str, text: &str) -> Result<Vec<Loaded>, LoadError> {
    let file: RuleFile = toml::from_str(text).map_err(|e| LoadError::Syntax {
        path: name.to_owned(),
        line: e.span().map_or(1, |s| line_of(text, s.start)),
        message: e.message().to_owned(),
    })?;
    rules(name, text, file)
}

/// Checks the rules of a file that is already parsed; `text` is where their lines are looked up.
pub fn rules(name: &str, text: &str, file: RuleFile) -> Result<Vec<Loaded>, LoadError> {
    let RuleFile { provider, generic, documentation, remedy, rules } = file;
    let mut loaded = Vec::with_capacity(rules.len());
    for mut def in rules {
        let earlier = loaded.iter().filter(|l: &&Loaded| l.rule.id == def.id).count();
        let line = find_id(text, &def.id, earlier);
        def.documentation = def.documentation.or_else(|| documentation.clone());
        def.disable = def.disable.or_else(|| remedy.disable.clone());
        def.rotate = def.rotate.or_else(|| remedy.rotate.clone());
        def.store = def.store.or_else(|| remedy.store.clone());
        let id = def.id.clone();
        let examples = std::mem::take(&mut def.examples);
        let checked = rule(&provider, generic, def).and_then(|rule| super::lint::rule(&rule).map(|()| rule));
        let rule = checked.map_err(|flaw| LoadError::Rule {
            path: name.to_owned(),
            line: key_line(text, line, flaw.key),
            id,
            message: flaw.message,
        })?;
        let example_lines = ["leak", "clean"].map(|key| key_line(text, line, key));
        loaded.push(Loaded { rule, examples, line, example_lines });
    }
    Ok(loaded)
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())].iter().filter(|b| **b == b'\n').count()
}

/// The line of an id, which is the one after `earlier` others that are the same.
fn find_id(text: &str, id: &str, earlier: usize) -> usize {
    let quoted = [format!("\"{id}\""), format!("'{id}'")];
    let names = |line: &str| line.trim_start().starts_with("id") && quoted.iter().any(|q| line.contains(q));
    let mut lines = text.lines().enumerate().filter(|(_, line)| names(line));
    lines.nth(earlier).map_or(1, |(n, _)| n + 1)
}

/// The line of `key` in the rule whose id stands in line `id`; that line, if the key stands in no line of its own.
fn key_line(text: &str, id: usize, key: &str) -> usize {
    let is_head = |line: &&str| line.trim_start().starts_with("[[");
    let before = text.lines().take(id).collect::<Vec<_>>().iter().rev().take_while(|line| !is_head(line)).count();
    let first = id.saturating_sub(before);
    let is_key =
        |text: &str| text.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    // Inline tables hold several.
    let names = |line: &str| line.split(['{', ',']).any(is_key);
    let own = text.lines().enumerate().skip(first).take_while(|(n, line)| *n < id || !is_head(line));
    let found = own.into_iter().find(|(_, line)| names(line));
    found.map_or(id, |(n, _)| n + 1)
}

fn rule(provider: &str, generic: bool, def: RuleDef) -> Result<Rule, Flaw> {
    let missing = |what: &str| Flaw::new("", format!("`{what}` is missing, here and in [remedy]"));
    let matcher = matcher(def.token, def.context, def.assignment)?;
    Ok(Rule {
        id: def.id.into(),
        provider: provider.to_owned().into(),
        generic,
        title: def.title.into(),
        kind: named("kind", &def.kind)?,
        severity: named("severity", &def.severity)?,
        confidence: def.confidence.as_deref().map_or(Ok(Confidence::Medium), |c| named("confidence", c))?,
        about: def.about.into(),
        impact: def.impact.into(),
        disable: def.disable.ok_or_else(|| missing("disable"))?.into(),
        rotate: def.rotate.ok_or_else(|| missing("rotate"))?.into(),
        store: def.store.ok_or_else(|| missing("store"))?.into(),
        documentation: def.documentation.map(Cow::Owned),
        companions: list(def.companions),
        check: def.check.as_deref().map(|c| named("check", c)).transpose()?,
        matcher,
    })
}

fn matcher(
    token: Option<super::schema::TokenDef>,
    context: Option<super::schema::ContextDef>,
    assignment: Option<super::schema::AssignmentDef>,
) -> Result<Matcher, Flaw> {
    match (token, context, assignment) {
        (Some(t), None, None) => {
            let verbatim = verbatim(&t)?;
            let shape = match (t.pattern, t.scanner) {
                (Some(pattern), None) => {
                    let bounds =
                        |cap| shape::bounds(&pattern, &t.anchors, cap).map_err(|message| Flaw::new("pattern", message));
                    let mut b = match bounds(t.max_length) {
                        Err(_) if verbatim.is_some() && t.max_length.is_none() => bounds(Some(UNBOUNDED))?,
                        bounds => bounds?,
                    };
                    let near = verbatim.is_some_and(|v| v.within.is_some());
                    if verbatim.is_some() {
                        // What stands before the match is looked at, too: `\b`, `^`.
                        b.lookback = b.lookback.max(LOOK);
                    }
                    if !near && t.anchors.is_empty() {
                        return Err(Flaw::new(
                            "anchors",
                            "`anchors` is empty: a literal of at least 3 bytes that is in every match",
                        ));
                    }
                    let required = shape::anchor_is_required(&pattern, &t.anchors);
                    if !near && required.map_err(|message| Flaw::new("pattern", message))? != Some(true) {
                        let message = "not every match of the pattern contains one of the anchors";
                        return Err(Flaw::new("anchors", message));
                    }
                    Shape::Pattern {
                        pattern: Pattern::new(pattern.into()),
                        lookback: b.lookback,
                        max: b.max,
                        follow: b.follow,
                    }
                }
                (None, Some(scanner)) => Shape::Scanner(named("scanner", &scanner)?),
                _ => return Err(Flaw::new("anchors", "a token needs either `pattern` or `scanner`")),
            };
            Ok(Matcher::Token(Token {
                anchors: list(t.anchors),
                shape,
                edge: edge(t.edge.as_deref())?,
                random: t.random.unwrap_or(true),
                verbatim,
                weighed: t.weighed,
                basic: t.basic,
            }))
        }
        (None, Some(c), None) => {
            let b = shape::bounds(&c.value, &[], c.max_length).map_err(|message| Flaw::new("value", message))?;
            Ok(Matcher::Context(Context {
                words: list(c.words),
                names: list(c.names),
                not_names: list(c.not_names),
                value: Pattern::new(c.value.into()),
                max: b.max,
                within: c.within.unwrap_or(0),
                edge: edge(c.edge.as_deref())?,
                random: c.random.unwrap_or(true),
            }))
        }
        (None, None, Some(a)) => Ok(Matcher::Assignment(Assignment {
            names: list(a.names),
            not_names: list(a.not_names),
            glued: a.glued,
            weak: a.weak,
        })),
        _ => Err(Flaw::new("", "a rule needs exactly one of [rule.token], [rule.context], [rule.assignment]")),
    }
}

/// Bytes before an anchor that a verbatim pattern sees at least.
const LOOK: u32 = 8;
/// Longest match of a verbatim pattern with an unbounded repetition, bytes.
const UNBOUNDED: u32 = 4096;
/// Farthest that an anchor may be from a match, bytes.
const FARTHEST: u32 = 8192;

fn verbatim(token: &super::schema::TokenDef) -> Result<Option<Verbatim>, Flaw> {
    if !token.verbatim {
        let key = if token.entropy.is_some() { "entropy" } else { "within" };
        return match (token.entropy, token.within) {
            (None, None) => Ok(None),
            _ => Err(Flaw::new(key, "`entropy` and `within` are for rules with `verbatim = true`")),
        };
    }
    if token.scanner.is_some() || token.random == Some(true) {
        return Err(Flaw::new("verbatim", "`verbatim` goes with `pattern`, and without `random`"));
    }
    let entropy = token.entropy.unwrap_or(0.0);
    if !(0.0..=8.0).contains(&entropy) {
        return Err(Flaw::new("entropy", "`entropy` is between 0 and 8 bits for each byte"));
    }
    if token.within.is_some_and(|n| n > FARTHEST) {
        return Err(Flaw::new("within", format!("`within` is at most {FARTHEST} bytes")));
    }
    Ok(Some(Verbatim { entropy, within: token.within }))
}

fn edge(name: Option<&str>) -> Result<Edge, Flaw> {
    name.map_or(Ok(Edge::Word), |e| named("edge", e))
}

fn named<T: std::str::FromStr<Err = String>>(key: &'static str, value: &str) -> Result<T, Flaw> {
    value.parse().map_err(|e| Flaw::new(key, format!("{key}: {e}")))
}

fn list(values: Vec<String>) -> Cow<'static, [Cow<'static, str>]> {
    Cow::Owned(values.into_iter().map(Cow::Owned).collect())
}
