//! Detection: bytes to candidates. Pure: no files, no git, no clock.
//!
//! The anchor search wakes rules; each rule then looks at a bounded stretch round its anchor and nowhere else, so a
//! candidate depends on that stretch alone. That is what lets a large text be searched in windows, and a new version of a
//! text be searched only where it changed.

mod assign;
pub mod check;
mod context;
mod edge;
pub mod entropy;
pub mod names;
pub mod prefilter;
pub mod scanner;
mod verbatim;

use std::ops::Range;

use crate::rules::shape::LONGEST_MATCH;
use crate::rules::{Assignment, Matcher, RuleSet, Shape, Token};
use prefilter::{ANYTHING, Follow, Hit, Prefilter};

pub use assign::Operator;

/// An upper bound of how far from its anchor any rule looks, in bytes, either way.
pub const REACH: usize = 2 * LONGEST_MATCH as usize;

/// What the rules of an anchor see of a text: the evaluation of a hit depends on these bytes and on nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sight {
    /// Bytes before the anchor.
    pub back: usize,
    /// Bytes after the anchor.
    pub forward: usize,
}

/// How a value hangs together with the word or name that led to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// Only stands near the word.
    Near,
    /// Stands near the word and is assigned to a name with a fitting label.
    Labelled,
    /// Is assigned to a name that contains the word.
    Named,
    /// Identifies itself.
    Own,
}

/// A place where a rule sees a credential. Spans are offsets into the searched text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Index of the rule in the rule set.
    pub rule: usize,
    /// Offset of the anchor that led here.
    pub anchor: usize,
    /// Which anchor that was.
    pub anchor_id: usize,
    /// The secret.
    pub secret: Range<usize>,
    /// The name it is assigned to, where there is one; of a verbatim rule, the whole match.
    pub name: Option<Range<usize>>,
    /// What ties it to the rule.
    pub relation: Relation,
    /// It stood in quotes (true for tokens).
    pub quoted: bool,
    /// What stood between name and value, for assignment rules.
    pub operator: Option<Operator>,
}

/// A rule set ready to search texts.
pub struct Detector<'r> {
    rules: &'r RuleSet,
    prefilter: Prefilter,
    /// By anchor.
    sights: Vec<Sight>,
}

impl<'r> Detector<'r> {
    /// For the rules of a scan.
    pub fn new(rules: &'r RuleSet) -> Self {
        let mut pairs: Vec<(String, usize, Follow)> = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let follow = match &rule.matcher {
                Matcher::Token(Token { shape: Shape::Pattern { follow, .. }, verbatim: None, .. }) => *follow,
                Matcher::Token(_) => ANYTHING,
                // Names and words go on with printable text.
                Matcher::Context(_) | Matcher::Assignment(_) => [0xffff_ffff_0000_2600, 0x7fff_ffff_ffff_ffff],
            };
            for anchor in rule.anchors() {
                if matches!(rule.matcher, Matcher::Assignment(_)) {
                    pairs.extend(spellings(anchor).into_iter().map(|s| (s, index, follow)));
                } else {
                    pairs.push((anchor.to_string(), index, follow));
                }
            }
        }
        let prefilter = Prefilter::new(pairs.iter().map(|(text, rule, follow)| (text.as_str(), *rule, *follow)));
        let sights = (0..prefilter.len())
            .map(|anchor| prefilter.rules(anchor).iter().map(|rule| sight(&rules.get(*rule).matcher)))
            .map(|all| {
                all.fold(Sight::default(), |a, b| Sight { back: a.back.max(b.back), forward: a.forward.max(b.forward) })
            })
            .collect();
        Self { rules, prefilter, sights }
    }

    /// The rules.
    pub fn rules(&self) -> &'r RuleSet {
        self.rules
    }

    /// The anchor search of these rules.
    pub fn prefilter(&self) -> &Prefilter {
        &self.prefilter
    }

    /// All candidates in `text`, in no particular order; the same secret may be there several times.
    pub fn search(&self, text: &[u8]) -> Vec<Candidate> {
        let mut found = Vec::new();
        self.prefilter.search(text, |hit| self.evaluate(text, hit, &mut found));
        found
    }

    /// What the rules of an anchor see.
    pub fn sight(&self, anchor: usize) -> Sight {
        self.sights[anchor]
    }

    /// Evaluates the rules that one anchor hit wakes, on the stretch of `text` in their [`Sight`].
    pub fn evaluate(&self, text: &[u8], hit: Hit, found: &mut Vec<Candidate>) {
        if !self.prefilter.stands_at(hit.anchor, text, hit.at) {
            return;
        }
        let (sight, len) = (self.sights[hit.anchor], self.prefilter.len_of(hit.anchor));
        let from = hit.at.saturating_sub(sight.back);
        let seen = &text[from..text.len().min(hit.at + len + sight.forward)];
        let anchor = hit.at - from..hit.at - from + len;
        let first = found.len();
        for &rule in self.prefilter.rules(hit.anchor) {
            match &self.rules.get(rule).matcher {
                Matcher::Token(token) => token_at(seen, &anchor, rule, token, found),
                Matcher::Context(c) => context::search(seen, &anchor, rule, c, found),
                Matcher::Assignment(a) => assignment_at(seen, &anchor, rule, a, found),
            }
        }
        for candidate in &mut found[first..] {
            candidate.shift(from, 0);
            candidate.anchor_id = hit.anchor;
        }
    }
}

impl Candidate {
    /// The secret with what it is assigned to: what gitleaks calls the match.
    pub fn matched(&self) -> Range<usize> {
        let name = self.name.as_ref().unwrap_or(&self.secret);
        name.start.min(self.secret.start)..name.end.max(self.secret.end)
    }

    /// Moves all offsets by `forward` minus `back`.
    pub fn shift(&mut self, forward: usize, back: usize) {
        let moved = |at: usize| at + forward - back;
        self.anchor = moved(self.anchor);
        self.secret = moved(self.secret.start)..moved(self.secret.end);
        self.name = self.name.as_ref().map(|n| moved(n.start)..moved(n.end));
    }
}

/// How far a rule looks. Generous by a few bytes for edges and escapes; being too small would lose matches, the same ones in
/// every way of searching.
fn sight(matcher: &Matcher) -> Sight {
    const EDGE: usize = 8;
    match matcher {
        Matcher::Token(t) => match &t.shape {
            Shape::Scanner(scanner) => Sight { back: EDGE, forward: scanner.longest() + EDGE },
            Shape::Pattern { pattern, lookback, max, .. } if t.verbatim.is_some() => {
                let shape = verbatim::Shape { pattern, lookback: *lookback, max: *max };
                let (back, forward) = t.verbatim.map_or((0, 0), |v| shape.reach(v));
                Sight { back: back + EDGE, forward: forward + EDGE }
            }
            Shape::Pattern { lookback, max, .. } => {
                Sight { back: *lookback as usize + EDGE, forward: *max as usize + EDGE }
            }
        },
        Matcher::Context(c) => Sight {
            back: assign::LONGEST_NAME + assign::LONGEST_GAP + EDGE,
            forward: (context::OWN_NAME.max(c.within as usize) + c.max as usize + EDGE).max(ASSIGNMENT),
        },
        Matcher::Assignment(_) => Sight { back: assign::LONGEST_NAME + EDGE, forward: ASSIGNMENT },
    }
}

/// The rest of a name, the gap and a value after it.
const ASSIGNMENT: usize = assign::LONGEST_NAME + assign::LONGEST_GAP + assign::LONGEST_VALUE + 16;

/// `api key` as it is written in code: `apikey`, `api_key`, `api-key`, `api key`, `api.key`.
fn spellings(name: &str) -> Vec<String> {
    if name.contains(' ') {
        ["", "_", "-", " ", "."].iter().map(|s| name.replace(' ', s)).collect()
    } else {
        vec![name.to_owned()]
    }
}

fn token_at(text: &[u8], anchor: &Range<usize>, rule: usize, token: &Token, found: &mut Vec<Candidate>) {
    if let (Some(verbatim), Shape::Pattern { pattern, lookback, max, .. }) = (token.verbatim, &token.shape) {
        let shape = verbatim::Shape { pattern, lookback: *lookback, max: *max };
        return verbatim::search(text, anchor, rule, &shape, verbatim, found);
    }
    let mut push = |secret: Range<usize>| {
        found.push(Candidate {
            rule,
            anchor: anchor.start,
            anchor_id: 0,
            secret,
            name: None,
            relation: Relation::Own,
            quoted: true,
            operator: None,
        });
    };
    match &token.shape {
        Shape::Scanner(scanner) => {
            let end = text.len().min(anchor.start + scanner.longest());
            if let Some(range) = scanner.find(&text[..end], anchor.start) {
                push(range);
            }
        }
        Shape::Pattern { pattern, lookback, max, .. } => {
            let start = anchor.start.saturating_sub(*lookback as usize);
            let end = text.len().min(anchor.start + *max as usize);
            let secret_of = |whole: &Range<usize>| {
                let names_secret = pattern.regex().static_captures_len() != Some(1);
                let captures = names_secret.then(|| pattern.regex().captures(&text[whole.clone()])).flatten();
                match captures.as_ref().and_then(|c| c.name("secret")) {
                    Some(group) => whole.start + group.start()..whole.start + group.end(),
                    None => whole.clone(),
                }
            };
            if *lookback == 0 {
                // Anchored: a match begins exactly here, if it may begin here at all.
                if !edge::may_begin(text, anchor.start, token.edge) {
                    return;
                }
                if let Some(m) = pattern.anchored().find(&text[start..end]) {
                    let whole = start + m.start()..start + m.end();
                    if edge::is_bounded(text, &whole, token.edge) {
                        push(secret_of(&whole));
                    }
                }
            } else {
                // Mostly what follows the anchor does not fit, and then there is no need to look at what precedes it.
                if pattern.tail(&token.anchors).is_some_and(|tail| !tail.is_match(&text[anchor.start..end])) {
                    return;
                }
                edge::bounded_matches(pattern.regex(), text, start..end, token.edge, |whole| {
                    if whole.start <= anchor.start && anchor.end <= whole.end {
                        push(secret_of(&whole));
                    }
                });
            }
        }
    }
}

fn assignment_at(text: &[u8], anchor: &Range<usize>, rule: usize, assignment: &Assignment, found: &mut Vec<Candidate>) {
    // Long words may be glued to what stands before them (`dbpassword`, `authtoken`); short ones end too many others.
    const GLUED: usize = 5;
    if !(names::begins_word(text, anchor.start) || anchor.len() >= GLUED) || !names::ends_word(text, anchor.end) {
        return;
    }
    let name = assign::identifier(text, anchor.clone());
    if let Some(value) = assign::value_after(text, &name)
        && !names::contains_any(&names::normalise(&text[name.clone()]), &assignment.not_names)
    {
        found.push(Candidate {
            rule,
            anchor: anchor.start,
            anchor_id: 0,
            secret: value.range,
            name: Some(name),
            relation: Relation::Named,
            quoted: value.quoted,
            operator: Some(value.operator),
        });
    }
}
