//! Signals of syntax and neighbourhood.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{Place, Signal, Signals, set};
use crate::detect::{NEIGHBOURHOOD, Operator, entropy};

/// Words of the neighbourhood by what they say: the index is their group.
const NEAR: [(Signal, &[&str]); 5] = [
    (Signal::Accounts, &["user", "login", "host", "email", "account", "database", "server", "port", "url", "endpoint"]),
    (
        Signal::Samples,
        &["test", "example", "sample", "mock", "fake", "dummy", "assert", "expect", "should", "fixture", "your"],
    ),
    (
        Signal::Interface,
        &[
            "label",
            "title",
            "placeholder",
            "message",
            "description",
            "translat",
            "<div",
            "<input",
            "hint",
            "help",
            "prompt",
            "please",
        ],
    ),
    (
        Signal::Code,
        &[
            "function", "return", "import", "public ", "private ", "static ", "class ", "def ", "func ", "const ",
            "void ", "struct", "self.", "this.", "require(",
        ],
    ),
    (Signal::Secrets, &["password", "passwd", "secret", "token", "apikey", "api_key", "access_key", "credential"]),
];

/// Words before the name in its line; the number is the signal.
const VERBS: [(&[&str], i16); 6] = [
    (&["assert", "expect", "should", "equal"], 1),
    (&["print", "log", "console", "echo ", "raise", "throw", "error", "fatal", "warn", "panic"], 2),
    (&["def ", "func ", "function", "fn ", "sub "], 3),
    (&["const ", "final ", "static ", "let ", "var ", "val "], 4),
    (&["export ", "ENV ", "ARG ", "setenv", "set "], 5),
    (&["if ", "if(", "while", "return", "case ", "elif", "unless"], 6),
];

fn automaton(table: &'static OnceLock<AhoCorasick>, words: impl Iterator<Item = &'static str>) -> &'static AhoCorasick {
    table.get_or_init(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostFirst)
            .build(words)
            .expect("a short list of short words makes a small automaton")
    })
}

/// Classes of a byte next to a name or value: 0 none, 1 line end, 2 blank, 3 letter or digit, 4 quote, 5 comma, 6
/// semicolon, 7 closing bracket, 8 opening bracket, 9 dot, 10 angle bracket, 11 `+`, `?`, `|`, `%`, 12 `$`, `@`, 13
/// `&`, 14 hyphen or underscore, 15 backslash, 16 `=` or `:`, 17 `/` or `#`, 18 else.
fn class(byte: Option<u8>) -> usize {
    match byte {
        None => 0,
        Some(b'\n' | b'\r') => 1,
        Some(b' ' | b'\t') => 2,
        Some(b) if b.is_ascii_alphanumeric() => 3,
        Some(b'"' | b'\'' | b'`') => 4,
        Some(b',') => 5,
        Some(b';') => 6,
        Some(b')' | b']' | b'}') => 7,
        Some(b'(' | b'[' | b'{') => 8,
        Some(b'.') => 9,
        Some(b'<' | b'>') => 10,
        Some(b'+' | b'?' | b'|' | b'%') => 11,
        Some(b'$' | b'@') => 12,
        Some(b'&') => 13,
        Some(b'-' | b'_') => 14,
        Some(b'\\') => 15,
        Some(b'=' | b':') => 16,
        Some(b'/' | b'#' | b'*') => 17,
        _ => 18,
    }
}

fn operator(operator: Option<Operator>) -> usize {
    match operator {
        None => 0,
        Some(Operator::Equals) => 1,
        Some(Operator::Colon) => 2,
        Some(Operator::Arrow) => 3,
        Some(Operator::Call) => 4,
        Some(Operator::Comma) => 5,
        Some(Operator::Tag) => 6,
        Some(Operator::Option) => 7,
        Some(Operator::Compare) => 8,
        Some(Operator::Blank) => 9,
        Some(Operator::Pair) => 10,
    }
}

/// Fills the signals of syntax and neighbourhood.
pub(super) fn measure(place: &Place<'_>, name: &Range<usize>, signals: &mut Signals) {
    let text = place.text;
    let from = place.anchor.saturating_sub(NEIGHBOURHOOD.back);
    let to = text.len().min(place.anchor + NEIGHBOURHOOD.forward);
    let seen = |at: usize| if (from..to).contains(&at) { text.get(at).copied() } else { None };
    let before = |at: usize| at.checked_sub(1).and_then(seen);
    let value = place.value.start.max(from)..place.value.end.min(to);
    set(signals, Signal::Operator, operator(place.operator));
    let quote = match before(value.start) {
        _ if !place.quoted => 0,
        Some(b'\'') => 2,
        Some(b'`') => 3,
        _ => 1,
    };
    set(signals, Signal::Quote, quote);
    set(signals, Signal::Escaped, usize::from(quote > 0 && value.start >= 2 && seen(value.start - 2) == Some(b'\\')));
    set(signals, Signal::NameQuoted, usize::from(matches!(seen(name.end), Some(b'"' | b'\'' | b'`' | b'\\'))));
    set(signals, Signal::Before, class(before(name.start)));
    let closed = value.end + usize::from(place.quoted);
    set(signals, Signal::After, class(seen(closed)));
    set(signals, Signal::AfterNext, class(seen(closed + 1)));
    if value.start > name.end {
        let gap = &text[name.end..value.start];
        set(signals, Signal::Gap, gap.len());
        set(signals, Signal::Wrapped, wrapped(gap));
    }
    line(text, from..to, name, &value, signals);
    near(text, from..to, name, &value, signals);
}

/// Whether a call stands in the gap between name and value: 1 a constructor or conversion, 2 any other.
fn wrapped(gap: &[u8]) -> usize {
    const MAKERS: &[&[u8]] = &[
        b"byte",
        b"bytes",
        b"string",
        b"str",
        b"some",
        b"from",
        b"secretstr",
        b"securestring",
        b"b64encode",
        b"tochararray",
        b"quote",
        b"of",
        b"key",
        b"secretkeyspec",
        b"password",
        b"just",
        b"encode",
    ];
    let Some(open) = memchr::memrchr(b'(', gap) else { return 0 };
    let word_start = gap[..open].iter().rposition(|b| !b.is_ascii_alphanumeric() && *b != b'_').map_or(0, |n| n + 1);
    let word = gap[word_start..open].to_ascii_lowercase();
    if word.is_empty() {
        0
    } else if MAKERS.contains(&&word[..]) {
        1
    } else {
        2
    }
}

fn line(text: &[u8], seen: Range<usize>, name: &Range<usize>, value: &Range<usize>, signals: &mut Signals) {
    static TABLE: OnceLock<AhoCorasick> = OnceLock::new();
    let start_of = name.start.max(seen.start);
    let start = memchr::memrchr(b'\n', &text[seen.start..start_of]).map_or(seen.start, |n| seen.start + n + 1);
    let head = &text[start..start_of];
    set(signals, Signal::Column, head.len());
    let indent = head.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    set(signals, Signal::Indent, indent);
    let first = &head[indent..];
    let comment = first.starts_with(b"#") && !first.starts_with(b"#define")
        || first.starts_with(b"//")
        || first.starts_with(b"*")
        || first.starts_with(b"--")
        || first.starts_with(b"/*")
        || first.starts_with(b"<!--")
        || first.starts_with(b";");
    set(signals, Signal::Comment, usize::from(comment));
    let end = memchr::memchr(b'\n', &text[value.end..seen.end]).map_or(seen.end, |n| value.end + n);
    set(signals, Signal::Rest, end.saturating_sub(value.end).min(160));
    let verbs = automaton(&TABLE, VERBS.iter().flat_map(|(all, _)| all.iter().copied()));
    let verb = verbs.find(head).map_or(0, |m| {
        let mut index = m.pattern().as_usize();
        VERBS
            .iter()
            .find_map(|(all, signal)| {
                if index < all.len() {
                    Some(*signal)
                } else {
                    index -= all.len();
                    None
                }
            })
            .unwrap_or(0)
    });
    signals[Signal::Verb as usize] = verb;
}

fn near(text: &[u8], seen: Range<usize>, name: &Range<usize>, value: &Range<usize>, signals: &mut Signals) {
    static TABLE: OnceLock<AhoCorasick> = OnceLock::new();
    /// Neighbourhood on either side, bytes.
    const NEIGHBOURHOOD: usize = 150;
    let words = automaton(&TABLE, NEAR.iter().flat_map(|(_, all)| all.iter().copied()));
    let before = name.start.saturating_sub(NEIGHBOURHOOD).max(seen.start)..name.start.max(seen.start);
    let after = value.end..seen.end.min(value.end + NEIGHBOURHOOD);
    for side in [before.clone(), after.clone()] {
        for found in words.find_iter(&text[side]) {
            let mut index = found.pattern().as_usize();
            for (signal, all) in &NEAR {
                if index < all.len() {
                    signals[*signal as usize] = (signals[*signal as usize] + 1).min(4);
                    break;
                }
                index -= all.len();
            }
        }
    }
    let (mut random, mut semicolons) = (0, 0);
    for side in [before, after] {
        let side = &text[side];
        random += side
            .split(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')))
            .filter(|run| run.len() >= 16 && run.iter().any(u8::is_ascii_digit) && entropy::looks_random(run))
            .count();
        semicolons += memchr::memmem::find_iter(side, b";\n").count();
    }
    set(signals, Signal::Random, random.min(4));
    set(signals, Signal::Semicolons, semicolons.min(4));
}
