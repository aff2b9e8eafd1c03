//! What the built-in rules know of the forms of providers' credentials: enough to tell a value that was cut, mangled or made
//! up, which no rule of its provider takes, from the value of an unknown provider.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind, StartKind};

use crate::detect::names;
use crate::rules::{Context, Matcher, Rule, RuleSet, Shape};

/// Shortest literal that tells whose a value is.
const SHORTEST_HEAD: usize = 3;
/// Shortest word of a provider.
const SHORTEST_WORD: usize = 4;

struct Forms {
    rules: RuleSet,
    /// Literals that tokens begin with.
    heads: AhoCorasick,
    /// Words of providers, and for each the rule that names it.
    words: AhoCorasick,
    by_word: Vec<usize>,
}

fn forms() -> &'static Forms {
    static FORMS: OnceLock<Forms> = OnceLock::new();
    FORMS.get_or_init(|| {
        let rules = RuleSet::builtin();
        let heads: Vec<&str> = rules.iter().flat_map(heads_of).collect();
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
        Forms { heads, words, by_word, rules }
    })
}

/// The literals that the tokens of a rule begin with.
fn heads_of(rule: &Rule) -> impl Iterator<Item = &str> {
    let begins = match &rule.matcher {
        Matcher::Token(token) if !token.weighed => matches!(token.shape, Shape::Pattern { lookback: 0, .. }),
        _ => false,
    };
    let tells = |head: &&str| {
        head.len() >= SHORTEST_HEAD
            && head.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'~'))
    };
    rule.anchors().iter().filter(move |_| begins).map(|anchor| &**anchor).filter(tells)
}

fn context(rule: &Rule) -> Option<&Context> {
    match &rule.matcher {
        Matcher::Context(context) if !rule.generic => Some(context),
        _ => None,
    }
}

/// Whether `value` begins as the tokens of a provider do. Asked of what only a generic rule takes, it means that the value is
/// none: of another length, or with characters that they do not have.
pub(super) fn has_head_of_token(value: &[u8]) -> bool {
    let input = Input::new(value).anchored(Anchored::Yes);
    forms().heads.find(input).is_some_and(|head| head.end() < value.len())
}

/// Whether rules of a provider know `name` as that of its credential, and none of them takes `value` for one.
pub(super) fn is_refused(name: &[u8], value: &[u8]) -> bool {
    let forms = forms();
    let label = names::normalise(name);
    let mut known = false;
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
            return false;
        }
        known = true;
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::examples;

    #[test]
    fn heads_of_tokens_with_something_after_them() {
        for (value, wanted) in [("glpat-abc", true), ("glpat-", false), ("xglpat-abc", false), ("Glpat-abc", false)] {
            assert_eq!(has_head_of_token(value.as_bytes()), wanted, "{value}");
        }
    }

    #[test]
    fn names_that_a_provider_knows_with_values_it_does_not() {
        let key = |template: &str| examples::expand(template, 3).expect("a template").text;
        for (name, template, wanted) in [
            ("DATADOG_API_KEY", "{{hex:32}}", false),
            ("DATADOG_API_KEY", "{{hex:31}}", true),
            ("datadog-api-key", "{{base62:50}}", true),
            ("acme_api_key", "{{hex:31}}", false),
            ("notdatadogs_api_key", "{{hex:31}}", false),
        ] {
            assert_eq!(is_refused(name.as_bytes(), key(template).as_bytes()), wanted, "{name} {template}");
        }
    }
}
