//! Context rules: a value of a given shape near a word that names its provider.

use std::ops::Range;

use super::{Candidate, Relation, assign, edge, names};
use crate::rules::{Context, Edge};

/// Room for the rest of the name that contains the word, and for what stands between it and its value.
pub(super) const OWN_NAME: usize = assign::LONGEST_NAME + assign::LONGEST_GAP;

/// Finds the values of `rule` after the word at `word`.
pub(super) fn search(text: &[u8], word: &Range<usize>, rule: usize, context: &Context, found: &mut Vec<Candidate>) {
    if !names::begins_word(text, word.start) || !names::ends_word(text, word.end) {
        return;
    }
    if let Some(candidate) = own_value(text, word, rule, context) {
        found.push(candidate);
    }
    if context.edge == Edge::None {
        // Without edges a value has no extent of its own: only the reader can tell where it begins and ends.
        return;
    }
    let reach = OWN_NAME.max(context.within as usize);
    let end = text.len().min(word.end + reach + context.max as usize);
    if !context.value.alphabet().fits(&text[word.end..end]) {
        return;
    }
    edge::bounded_matches(context.value.regex(), text, word.end..end, context.edge, |value| {
        if value.start - word.end > reach {
            return;
        }
        if let Some((relation, name)) = relate(text, word, &value, context) {
            found.push(Candidate {
                rule,
                anchor: word.start,
                anchor_id: 0,
                quoted: matches!(text[value.start - 1], b'"' | b'\'' | b'`'),
                secret: value,
                name,
                relation,
                operator: None,
            });
        }
    });
}

/// The value of the very name that contains the word, as the assignment reader sees it: the only way to values of any
/// characters, such as passphrases.
fn own_value(text: &[u8], word: &Range<usize>, rule: usize, context: &Context) -> Option<Candidate> {
    let name = assign::identifier(text, word.clone());
    let label = names::normalise(&text[name.clone()]);
    let fits = context.names.is_empty() || names::contains_any(&label, &context.names);
    if !fits || names::contains_any(&label, &context.not_names) {
        return None;
    }
    let value = assign::value_after(text, &name).filter(|v| v.operator != assign::Operator::Comma)?;
    let whole = context.value.anchored().find(&text[value.range.clone()])?;
    (whole.end() == value.range.len()).then_some(Candidate {
        rule,
        anchor: word.start,
        anchor_id: 0,
        secret: value.range,
        name: Some(name),
        relation: Relation::Named,
        quoted: value.quoted,
        operator: None,
    })
}

/// What ties the value to the word, if its name (or, without one, the text between) carries a fitting label.
fn relate(
    text: &[u8],
    word: &Range<usize>,
    value: &Range<usize>,
    context: &Context,
) -> Option<(Relation, Option<Range<usize>>)> {
    let near = value.start - word.end <= context.within as usize;
    match assign::name_before(text, value.start) {
        Some(name) => {
            let label = names::normalise(&text[name.clone()]);
            if names::contains_any(&label, &context.not_names) {
                return None;
            }
            let fits = context.names.is_empty() || names::contains_any(&label, &context.names);
            if name.start <= word.start && word.end <= name.end {
                // The word may itself be the label: `X-MBX-APIKEY: …`.
                return fits.then_some((Relation::Named, Some(name)));
            }
            (near && fits).then_some((Relation::Labelled, Some(name)))
        }
        None => {
            let between = names::normalise(&text[word.start..value.start]);
            let fits = context.names.is_empty() || names::contains_any(&between, &context.names);
            (near && fits && !names::contains_any(&between, &context.not_names)).then_some((Relation::Near, None))
        }
    }
}
