//! Context rules: a value of a given shape near a word that names its provider.

use std::ops::Range;

use super::{Candidate, Relation, assign, edge, joined, names};
use crate::rules::{Context, Edge};

/// Room for the rest of the name that contains the word, and for what stands between it and its value.
pub(super) const OWN_NAME: usize = assign::LONGEST_NAME + assign::LONGEST_GAP;

/// What reading the value of the own name takes: one of up to `max` bytes in two pieces, and some bytes more that tell
/// a longer one from it.
pub(super) fn own_sight(max: u32) -> usize {
    const MORE: usize = 16;
    OWN_NAME + (max as usize).min(assign::LONGEST_VALUE) + joined::ROOM + MORE
}

/// How far after the word, in its line, a value without any name may stand: `jira VALUE`, `curl host/VALUE`.
const UNNAMED: usize = 40;

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
    let mut push = |value: Range<usize>| {
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
                inner: None,
                joined: false,
                name,
                relation,
                operator: None,
            });
        }
    };
    let mut from = word.end;
    while let Some(run) = context.value.alphabet().run(&text[..end], from) {
        from = run.end;
        edge::bounded_matches(context.value.regex(), text, run, context.edge, &mut push);
    }
}

/// The value of the very name that contains the word, as the assignment reader sees it: the only way to values of any
/// characters, such as passphrases.
fn own_value(text: &[u8], word: &Range<usize>, rule: usize, context: &Context) -> Option<Candidate> {
    let name = assign::identifier(text, word.clone());
    // Most words are given no value, which is soon seen.
    let value = assign::value_after(text, &name).filter(|v| v.operator != assign::Operator::Comma)?;
    let label = names::normalise(&text[name.clone()]);
    let fits = context.names.is_empty() || names::contains_any(&label, &context.names);
    if !fits || names::contains_any(&label, &context.not_names) {
        return None;
    }
    let bytes = value.bytes(text);
    let whole = context.value.anchored().find(&bytes)?;
    (whole.end() == bytes.len()).then_some(Candidate {
        rule,
        anchor: word.start,
        anchor_id: 0,
        secret: value.range,
        inner: None,
        joined: value.joined,
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
    let gap = &text[word.start..value.start];
    let near = value.start - word.end <= context.within as usize;
    let beside = value.start - word.end <= UNNAMED && !gap.contains(&b'\n');
    let own = assign::identifier(text, word.clone());
    let given = text.get(own.end..value.start).is_some_and(|gap| gives(gap) || is_set_with(text, own.start, gap));
    let Some(name) = given.then_some(own).or_else(|| assign::name_before(text, value.start)) else {
        let between = names::normalise(gap);
        let fits = context.names.is_empty() || names::contains_any(&between, &context.names) || beside;
        let near = near && !gap_is_foreign(gap) && !is_revision(text, value);
        return (near && fits && !names::contains_any(&between, &context.not_names)).then_some((Relation::Near, None));
    };
    let label = names::normalise(&text[name.clone()]);
    if names::contains_any(&label, &context.not_names) {
        return None;
    }
    let fits = context.names.is_empty() || names::contains_any(&label, &context.names);
    let own = name.start <= word.start && word.end <= name.end;
    let relation = match (own, fits) {
        // The word may itself be the label: `X-MBX-APIKEY: …`.
        (true, true) => Relation::Named,
        (true, false) if says_little(&label, &names::normalise(&text[word.clone()])) => Relation::Near,
        (false, true) if near => Relation::Labelled,
        (false, false) if (near || beside) && is_credential(&label) => Relation::Near,
        _ => return None,
    };
    Some((relation, Some(name)))
}

/// Ways of giving a value that the text just before the value does not show: `$k .= "v"`, `var k string = "v"`, and an element
/// whose text is on the next line.
fn gives(gap: &[u8]) -> bool {
    let inner = gap.strip_suffix(b"\"").or(gap.strip_suffix(b"'")).unwrap_or(gap).trim_ascii();
    if inner == b">" || inner == b".=" {
        return true;
    }
    let kind = inner.strip_suffix(b"=").map(<[u8]>::trim_ascii).unwrap_or_default();
    !gap.contains(&b'\n') && (3..=16).contains(&kind.len()) && kind.iter().all(|b| b.is_ascii_alphabetic())
}

/// Whether the name at `start` and the value after `gap` are the two arguments of a call: `setProperty("NAME", "value")`.
fn is_set_with(text: &[u8], start: usize, gap: &[u8]) -> bool {
    let quote = |at: Option<&u8>| matches!(at, Some(b'"' | b'\''));
    let called = quote(text[..start].last()) && text[..start - 1].trim_ascii_end().ends_with(b"(");
    called && quote(gap.first()) && quote(gap.last()) && gap.len() > 2 && gap[1..gap.len() - 1].trim_ascii() == b","
}

/// Whether what stands between a word and a value without a name ties them no more: another line begins with an operator or
/// a sentence.
fn gap_is_foreign(gap: &[u8]) -> bool {
    let Some(line) = gap.iter().rposition(|b| *b == b'\n') else { return false };
    let lead = gap[line..].trim_ascii_start();
    matches!(lead.first(), Some(b'=' | b':'))
}

/// Whether a value is the hash of a revision or of a file, as lock files and links to code hold them.
fn is_revision(text: &[u8], value: &Range<usize>) -> bool {
    const BEFORE: [&[u8]; 13] = [
        b"#",
        b"@",
        b"/blob/",
        b"/commit/",
        b"/tree/",
        b"/raw/",
        b"/blobs/",
        b"/commits/",
        b"/trees/",
        b"/zipball/",
        b"/tarball/",
        b"/tar.gz/",
        b"/archive/",
    ];
    let hex = text[value.clone()].iter().all(u8::is_ascii_hexdigit);
    let head = &text[..value.start];
    hex && (BEFORE.into_iter().any(|before| head.ends_with(before)) || ends_with_time(head))
}

/// Whether a text ends as the version that Go makes of a commit does before its hash: `v0.0.0-20180924051300-`.
fn ends_with_time(head: &[u8]) -> bool {
    const DIGITS: usize = 14;
    let Some(time) = head.strip_suffix(b"-").filter(|time| time.len() > DIGITS) else { return false };
    let (before, digits) = time.split_at(time.len() - DIGITS);
    matches!(before.last(), Some(b'-' | b'.')) && digits.iter().all(u8::is_ascii_digit)
}

/// A name that is nothing but the word says whose the value is, and not what; nor does one that only calls it a credential.
fn says_little(label: &[u8], word: &[u8]) -> bool {
    label == word || label.strip_prefix(word).is_some_and(|rest| rest == b"api") || is_credential(label)
}

/// What people call a credential when they do not use the provider's own word for it.
fn is_credential(label: &[u8]) -> bool {
    const WORDS: [&[u8]; 8] = [b"key", b"token", b"secret", b"private", b"access", b"auth", b"passw", b"credential"];
    WORDS.iter().any(|word| memchr::memmem::find(label, word).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_revisions() {
        let hash = "0393e58bdf10a1b2c3d4e5f60718293a4b5c6d7e";
        for (before, revision) in [
            ("https://api.github.com/repos/acme/app/zipball/", true),
            ("https://codeload.github.com/acme/app/tar.gz/", true),
            ("https://git.acme.io/api/git/blobs/", true),
            ("uses: acme/app@", true),
            ("github.com/acme/app v0.0.0-20180924051300-", true),
            ("github.com/acme/app v1.2.4-0.20180924051300-", true),
            ("github acme-20180924-", false),
            ("github ", false),
        ] {
            let text = format!("{before}{hash}");
            assert_eq!(is_revision(text.as_bytes(), &(before.len()..text.len())), revision, "{text}");
        }
        let other = "github.com/acme/app/tar.gz/zzzz";
        assert!(!is_revision(other.as_bytes(), &(other.len() - 4..other.len())));
    }
}
