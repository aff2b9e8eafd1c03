//! Detection: bytes to candidates. Pure: no files, no git, no clock.
//!
//! The anchor search wakes rules; each rule then looks at a bounded stretch round its anchor and nowhere else, so a
//! candidate depends on that stretch alone. That is what lets a large text be searched in windows, and a new version of a
//! text be searched only where it changed.

mod assign;
pub mod check;
mod context;
mod edge;
mod encoded;
pub mod entropy;
mod joined;
pub mod names;
pub mod prefilter;
pub mod scanner;
mod verbatim;
pub mod weak;

use std::borrow::Cow;
use std::ops::Range;

use crate::rules::shape::LONGEST_MATCH;
use crate::rules::{Assignment, Matcher, Pattern, RuleSet, Shape, Token};
use prefilter::{ANYTHING, Follow, Hit, Prefilter};

pub use assign::Operator;
pub use encoded::pair;
use encoded::password_of_pair;

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

impl Sight {
    /// What sees all that either sees.
    fn widest(self, other: Self) -> Self {
        Self { back: self.back.max(other.back), forward: self.forward.max(other.forward) }
    }
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
    /// The secret, or the base64 it stands in.
    pub secret: Range<usize>,
    /// Where the secret is in what that base64 decodes to.
    pub inner: Option<Range<usize>>,
    /// The name it is assigned to, where there is one; of a verbatim rule, the whole match.
    pub name: Option<Range<usize>>,
    /// What ties it to the rule.
    pub relation: Relation,
    /// It is a literal in several pieces, and the secret is what the program makes of them.
    pub joined: bool,
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
                let spelled = match &rule.matcher {
                    Matcher::Token(_) => vec![anchor.to_string()],
                    Matcher::Context(_) => spellings(anchor, '_', &["_", "", "-"]),
                    Matcher::Assignment(_) => spellings(anchor, ' ', &["", "_", "-", " ", "."]),
                };
                pairs.extend(spelled.into_iter().map(|s| (s, index, follow)));
                if let Matcher::Token(token) = &rule.matcher
                    && !token.weighed
                {
                    let spelled = encoded::spellings(anchor, token);
                    pairs.extend(spelled.into_iter().map(|s| (s, rules.len() + index, ANYTHING)));
                }
            }
        }
        let prefilter = Prefilter::new(pairs.iter().map(|(text, rule, follow)| (text.as_str(), *rule, *follow)));
        let sights = (0..prefilter.len())
            .map(|anchor| prefilter.rules(anchor).iter().map(|woken| sight(rules, *woken)))
            .map(|all| all.fold(Sight::default(), Sight::widest))
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

    /// The rules that an anchor wakes, whether it stands there as it is or in base64.
    pub fn woken(&self, anchor: usize) -> impl Iterator<Item = usize> + '_ {
        self.prefilter.rules(anchor).iter().map(|woken| woken % self.rules.len())
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
        for &woken in self.prefilter.rules(hit.anchor) {
            if let Some(rule) = woken.checked_sub(self.rules.len()) {
                if let Matcher::Token(token) = &self.rules.get(rule).matcher {
                    encoded::search(seen, &anchor, rule, token, found);
                }
                continue;
            }
            let rule = woken;
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

    /// The bytes of the secret: decoded where they stand in base64, put together where they stand in pieces.
    pub fn bytes<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let whole = &text[self.secret.clone()];
        if self.joined {
            return Cow::Owned(joined::without_glue(whole));
        }
        self.inner.as_ref().map_or(Cow::Borrowed(whole), |inner| encoded::decode(whole, inner))
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
fn sight(rules: &RuleSet, woken: usize) -> Sight {
    const EDGE: usize = 8;
    if let Some(rule) = woken.checked_sub(rules.len()) {
        return match &rules.get(rule).matcher {
            Matcher::Token(token) => encoded::sight(token),
            Matcher::Context(_) | Matcher::Assignment(_) => Sight::default(),
        };
    }
    match &rules.get(woken).matcher {
        Matcher::Token(t) => {
            let own = match &t.shape {
                Shape::Scanner(scanner) => {
                    let back = if t.is_nameless() { assign::LONGEST_NAME + assign::LONGEST_GAP } else { 0 };
                    Sight { back: back + EDGE, forward: scanner.longest() + EDGE }
                }
                Shape::Pattern { pattern, lookback, max, .. } if t.verbatim.is_some() => {
                    let shape = verbatim::Shape { pattern, lookback: *lookback, max: *max };
                    let (back, forward) = t.verbatim.map_or((0, 0), |v| shape.reach(v));
                    Sight { back: back + EDGE, forward: forward + EDGE }
                }
                Shape::Pattern { lookback: 0, max, .. } => {
                    Sight { back: EDGE, forward: *max as usize + joined::ROOM + EDGE }
                }
                Shape::Pattern { lookback, max, .. } => {
                    Sight { back: *lookback as usize + EDGE, forward: *max as usize + EDGE }
                }
            };
            let near = rules.get(woken).check.filter(|check| check.looks_near()).map_or(0, |_| check::NEAR);
            let own = Sight { back: own.back + near, forward: own.forward + near };
            if t.weighed || rules.get(woken).is_password_hash() { own.widest(NEIGHBOURHOOD) } else { own }
        }
        Matcher::Context(c) => Sight {
            back: assign::LONGEST_NAME + assign::LONGEST_GAP + EDGE,
            forward: (context::OWN_NAME.max(c.within as usize) + c.max as usize + EDGE).max(context::own_sight(c.max)),
        },
        Matcher::Assignment(_) => NEIGHBOURHOOD,
    }
}

/// The rest of a name, the gap and a value after it.
const ASSIGNMENT: usize = assign::LONGEST_NAME + assign::LONGEST_GAP + assign::LONGEST_VALUE + 16;

/// What the value model sees round an anchor: a name that contains it, the gap, a value, and some text on either side.
pub const NEIGHBOURHOOD: Sight = Sight { back: 240, forward: ASSIGNMENT + 160 };

/// `name` with each of `separators` in place of `separator`: `api key` is written `apikey`, `api_key`, `api-key` in code.
fn spellings(name: &str, separator: char, separators: &[&str]) -> Vec<String> {
    if name.contains(separator) {
        separators.iter().map(|s| name.replace(separator, s)).collect()
    } else {
        vec![name.to_owned()]
    }
}

fn token_at(text: &[u8], anchor: &Range<usize>, rule: usize, token: &Token, found: &mut Vec<Candidate>) {
    if let (Some(verbatim), Shape::Pattern { pattern, lookback, max, .. }) = (token.verbatim, &token.shape) {
        let shape = verbatim::Shape { pattern, lookback: *lookback, max: *max };
        return verbatim::search(text, anchor, rule, &shape, verbatim, found);
    }
    let mut push = |secret: Range<usize>, joined: bool| {
        let inner = if token.basic { password_of_pair(&text[secret.clone()]) } else { None };
        // Only what says nothing for itself is asked for its name, which may say that it is none.
        let name = if token.is_nameless() { assign::name_before(text, secret.start) } else { None };
        found.push(Candidate {
            rule,
            anchor: anchor.start,
            anchor_id: 0,
            secret,
            inner,
            joined,
            name,
            relation: Relation::Own,
            quoted: true,
            operator: None,
        });
    };
    match &token.shape {
        Shape::Pattern { pattern, lookback, max, .. } if *lookback > 0 => {
            let start = anchor.start.saturating_sub(*lookback as usize);
            let end = text.len().min(anchor.start + *max as usize);
            // Mostly what follows the anchor does not fit, and then there is no need to look at what precedes it.
            if pattern.tail(&token.anchors).is_some_and(|tail| !tail.is_match(&text[anchor.start..end])) {
                return;
            }
            edge::bounded_matches(pattern.regex(), text, start..end, token.edge, |whole| {
                if whole.start <= anchor.start && anchor.end <= whole.end {
                    push(secret_of(pattern, text, &whole), false);
                }
            });
        }
        shape => match (token_from(text, anchor.start, token), shape) {
            (Some(secret), _) => push(secret, false),
            (None, Shape::Pattern { pattern, .. }) if !token.weighed => {
                if let Some(secret) = joined::token_from(text, anchor.start, token, pattern) {
                    push(secret, true);
                }
            }
            (None, _) => {}
        },
    }
}

/// The secret of a token that begins exactly at `start`, if it may begin there at all.
fn token_from(text: &[u8], start: usize, token: &Token) -> Option<Range<usize>> {
    let end = text.len().min(start + token.shape.longest());
    match &token.shape {
        Shape::Scanner(scanner) => scanner.find(&text[..end], start),
        Shape::Pattern { pattern, .. } => {
            let m = edge::may_begin(text, start, token.edge)
                .then(|| pattern.anchored().find(&text[start..end]))
                .flatten()?;
            let whole = start..start + m.end();
            edge::is_bounded(text, &whole, token.edge).then(|| secret_of(pattern, text, &whole))
        }
    }
}

/// The secret of the token that `text` begins with or, if it may stand anywhere `inside`, of the first one in it.
fn token_in(text: &[u8], inside: bool, token: &Token) -> Option<Range<usize>> {
    match &token.shape {
        Shape::Pattern { pattern, .. } if inside => {
            let mut first = None;
            edge::bounded_matches(pattern.regex(), text, 0..text.len(), token.edge, |whole| {
                first.get_or_insert_with(|| secret_of(pattern, text, &whole));
            });
            first
        }
        _ => token_from(text, 0, token),
    }
}

/// The group named `secret` of the match `whole`, or all of it.
fn secret_of(pattern: &Pattern, text: &[u8], whole: &Range<usize>) -> Range<usize> {
    let names_secret = pattern.regex().static_captures_len() != Some(1);
    let captures = names_secret.then(|| pattern.regex().captures(&text[whole.clone()])).flatten();
    match captures.as_ref().and_then(|c| c.name("secret")) {
        Some(group) => whole.start + group.start()..whole.start + group.end(),
        None => whole.clone(),
    }
}

fn assignment_at(text: &[u8], anchor: &Range<usize>, rule: usize, assignment: &Assignment, found: &mut Vec<Candidate>) {
    // Long words may be glued to what stands before them (`dbpassword`, `authtoken`); short ones end too many others.
    const GLUED: usize = 5;
    let glued = assignment.glued || anchor.len() >= GLUED;
    if !(glued || names::begins_word(text, anchor.start)) || !names::ends_word(text, anchor.end) {
        return;
    }
    let name = assign::identifier(text, anchor.clone());
    let mut values = assign::values_after(text, &name);
    values.retain(|value| !assignment.weak || weak::is_weak(&text[value.range.clone()]));
    if values.is_empty() || names::contains_any(&names::normalise(&text[name.clone()]), &assignment.not_names) {
        return;
    }
    found.extend(values.into_iter().map(|value| Candidate {
        rule,
        anchor: anchor.start,
        anchor_id: 0,
        secret: value.range,
        inner: None,
        joined: value.joined,
        name: Some(name.clone()),
        relation: Relation::Named,
        quoted: value.quoted,
        operator: Some(value.operator),
    }));
}
