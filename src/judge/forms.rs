//! What the built-in rules know of the forms of providers' credentials: enough to tell a value that was cut, mangled or made
//! up, which no rule of its provider takes, from the value of an unknown provider.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind, StartKind};

use crate::detect::names;
use crate::rules::{Context, Matcher, Rule, RuleSet, Shape, Token};

/// Shortest literal that tells whose a value is.
const SHORTEST_HEAD: usize = 3;
/// Shortest word of a provider.
const SHORTEST_WORD: usize = 4;

struct Forms {
    rules: RuleSet,
    /// Literals that tokens begin with.
    heads: AhoCorasick,
    /// For each of them, the length of the longest token that begins so, and the rules of such tokens.
    by_head: Vec<(usize, Vec<usize>)>,
    /// Words of providers, and for each the rule that names it.
    words: AhoCorasick,
    by_word: Vec<usize>,
}

fn forms() -> &'static Forms {
    static FORMS: OnceLock<Forms> = OnceLock::new();
    FORMS.get_or_init(|| {
        let rules = RuleSet::builtin();
        let mut of_head: BTreeMap<&str, (usize, Vec<usize>)> = BTreeMap::new();
        for (n, rule) in rules.iter().enumerate() {
            for (head, longest) in heads_of(rule) {
                let (most, takers) = of_head.entry(head).or_default();
                *most = longest.max(*most);
                takers.push(n);
            }
        }
        let (heads, by_head): (Vec<&str>, Vec<_>) = of_head.into_iter().unzip();
        let (words, by_word): (Vec<&str>, Vec<usize>) = rules
            .iter()
            .enumerate()
            .filter_map(|(n, rule)| Some((n, context(rule)?)))
            .flat_map(|(n, context)| context.words.iter().map(move |word| (&**word, n)))
            .filter(|(word, _)| word.len() >= SHORTEST_WORD)
            .unzip();
        let heads = AhoCorasick::builder()
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::LeftmostLongest)
            .build(heads)
            .expect("short literals make a small automaton");
        let words = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(words)
            .expect("short words make a small automaton");
        Forms { heads, by_head, words, by_word, rules }
    })
}

/// The literals that the tokens of a rule begin with, and the length of the longest.
fn heads_of(rule: &Rule) -> impl Iterator<Item = (&str, usize)> {
    let begins = match &rule.matcher {
        Matcher::Token(token) if !token.weighed => match &token.shape {
            Shape::Pattern { lookback: 0, max, .. } => Some(*max as usize),
            _ => None,
        },
        _ => None,
    };
    let tells = |head: &&str| {
        head.len() >= SHORTEST_HEAD
            && head.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'~'))
    };
    let anchors = rule.anchors().iter().map(|anchor| &**anchor).filter(tells);
    anchors.filter_map(move |anchor| Some((anchor, begins?)))
}

fn context(rule: &Rule) -> Option<&Context> {
    match &rule.matcher {
        Matcher::Context(context) if !rule.generic => Some(context),
        _ => None,
    }
}

/// What the rules of its provider say of a value that a generic rule takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refusal {
    /// A rule of the provider takes it, and says more than a generic one.
    Taken,
    /// Longer than any of them, for it may be newer than our rules, or a UUID without its hyphens.
    Other,
    /// Cut or mangled: hardly longer than they are, and none of them.
    Damaged,
}

/// What the rules of the provider whose tokens begin as `value`, or whose credential `name` says it is, have against a generic
/// rule's taking it.
pub(super) fn refusal(name: &[u8], value: &[u8]) -> Option<Refusal> {
    by_head(value).max(by_name(name, value))
}

fn by_head(value: &[u8]) -> Option<Refusal> {
    let forms = forms();
    let head = forms.heads.find(Input::new(value).anchored(Anchored::Yes)).filter(|head| head.end() < value.len())?;
    let (longest, takers) = &forms.by_head[head.pattern().as_usize()];
    let takes = |rule: &usize| match &forms.rules.get(*rule).matcher {
        Matcher::Token(Token { shape: Shape::Pattern { pattern, .. }, .. }) => {
            pattern.anchored().find(value).is_some_and(|whole| whole.end() == value.len())
        }
        _ => false,
    };
    Some(if takers.iter().any(takes) { Refusal::Taken } else { judged(value, *longest) })
}

fn judged(value: &[u8], longest: usize) -> Refusal {
    // A slip of the hand adds so many; a provider that lengthens its credentials adds more.
    const SLIP: usize = 2;
    if value.len() > longest + SLIP { Refusal::Other } else { Refusal::Damaged }
}

/// Whether `value` is a UUID without its hyphens, where the provider's credentials are UUIDs.
fn is_bare_uuid(context: &Context, value: &[u8]) -> bool {
    if value.len() != 32 || !value.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let parts = [&value[..8], &value[8..12], &value[12..16], &value[16..20], &value[20..]];
    let whole = parts.join(&b'-');
    context.value.anchored().find(&whole).is_some_and(|found| found.end() == whole.len())
}

fn by_name(name: &[u8], value: &[u8]) -> Option<Refusal> {
    let forms = forms();
    let label = names::normalise(name);
    let mut longest = None;
    for word in forms.words.find_overlapping_iter(name) {
        if !names::begins_word(name, word.start()) || !names::ends_word(name, word.end()) {
            continue;
        }
        let Some(context) = context(forms.rules.get(forms.by_word[word.pattern().as_usize()])) else { continue };
        let fits = context.names.is_empty() || names::contains_any(&label, &context.names);
        if !fits || names::contains_any(&label, &context.not_names) {
            continue;
        }
        if context.value.anchored().find(value).is_some_and(|whole| whole.end() == value.len()) {
            return None;
        }
        if is_bare_uuid(context, value) {
            return Some(Refusal::Other);
        }
        longest = longest.max(Some(context.max as usize));
    }
    longest.map(|longest| judged(value, longest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::examples;

    #[test]
    fn heads_of_tokens_with_something_after_them() {
        let long = format!("glpat-{}", "ab".repeat(200));
        for (value, wanted) in [
            ("glpat-abc", Some(Refusal::Damaged)),
            (&long, Some(Refusal::Other)),
            (&format!("glpat-{}", "aB3dE5gH1j".repeat(2)), Some(Refusal::Taken)),
            ("glpat-", None),
            ("xglpat-abc", None),
            ("Glpat-abc", None),
        ] {
            assert_eq!(by_head(value.as_bytes()), wanted, "{value}");
        }
    }

    #[test]
    fn names_that_a_provider_knows_with_values_it_does_not() {
        let key = |template: &str| examples::expand(template, 3).expect("a template").text;
        for (name, template, wanted) in [
            ("DATADOG_API_KEY", "{{hex:32}}", None),
            ("DATADOG_API_KEY", "{{hex:31}}", Some(Refusal::Damaged)),
            ("DATADOG_API_KEY", "{{hex:16}}_{{hex:15}}", Some(Refusal::Damaged)),
            ("DATADOG_API_KEY", "{{hex:34}}", Some(Refusal::Damaged)),
            ("datadog-api-key", "{{base62:50}}", Some(Refusal::Other)),
            ("HEROKU_API_KEY", "{{hex:32}}", Some(Refusal::Other)),
            ("acme_api_key", "{{hex:31}}", None),
            ("notdatadogs_api_key", "{{hex:31}}", None),
        ] {
            assert_eq!(refusal(name.as_bytes(), key(template).as_bytes()), wanted, "{name} {template}");
        }
    }
}
