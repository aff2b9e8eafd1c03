//! Signals of the value itself.

use super::lists::usual;
use super::{Signal, Signals, percent, set};
use crate::detect;
use crate::judge::value::{is_dotted, is_plain_word, is_uri_or_path, is_uuid};
use crate::judge::{placeholder, words};

/// 1024 log2(n) for n up to 512, rounded down, from integers alone.
fn log2(n: usize) -> usize {
    if n < 2 {
        return 0;
    }
    let whole = n.ilog2() as usize;
    // Ten fractional bits by repeated squaring of a 32-bit mantissa.
    let mut mantissa = ((n as u64) << 31) >> whole;
    let mut bits = 0;
    for _ in 0..10 {
        mantissa = (mantissa * mantissa) >> 31;
        bits <<= 1;
        if mantissa >= 2 << 31 {
            mantissa >>= 1;
            bits |= 1;
        }
    }
    whole * 1024 + bits
}

/// Shannon entropy in hundredths of a bit for each byte.
fn entropy(counts: &[u16; 256], length: usize) -> usize {
    if length == 0 {
        return 0;
    }
    let weighed: usize = counts.iter().filter(|n| **n > 1).map(|n| usize::from(*n) * log2(usize::from(*n))).sum();
    (log2(length) * length).saturating_sub(weighed) * 100 / length / 1024
}

/// Fills the signals of `value`, which is given to `name`.
pub(super) fn measure(value: &[u8], name: &[u8], signals: &mut Signals) {
    let value = &value[..value.len().min(512)];
    let mut counts = [0u16; 256];
    for b in value {
        counts[usize::from(*b)] += 1;
    }
    let of = |wanted: &dyn Fn(u8) -> bool| {
        (0..=255u8).filter(|b| wanted(*b)).map(|b| usize::from(counts[usize::from(b)])).sum::<usize>()
    };
    let any = |bytes: &[u8]| bytes.iter().map(|b| usize::from(counts[usize::from(*b)])).sum::<usize>();
    let length = value.len();
    set(signals, Signal::Length, length);
    set(signals, Signal::Lower, percent(of(&|b| b.is_ascii_lowercase()), length));
    set(signals, Signal::Upper, percent(of(&|b| b.is_ascii_uppercase()), length));
    set(signals, Signal::Digits, percent(of(&|b| b.is_ascii_digit()), length));
    set(signals, Signal::Marks, percent(of(&|b| b.is_ascii_punctuation()), length));
    set(signals, Signal::Wide, percent(of(&|b| b >= 0x80), length));
    set(signals, Signal::Distinct, percent(counts.iter().filter(|n| **n > 0).count(), length));
    set(signals, Signal::Entropy, entropy(&counts, length));
    set(signals, Signal::Blanks, any(b" \t"));
    set(signals, Signal::Dots, any(b"."));
    set(signals, Signal::Joints, any(b"_-"));
    set(signals, Signal::Slashes, any(b"/"));
    set(signals, Signal::Brackets, any(b"()[]{}<>"));
    set(signals, Signal::Sigils, any(b"$%"));
    set(signals, Signal::Backslashes, any(b"\\"));
    set(signals, Signal::Colons, any(b":"));
    set(signals, Signal::Alphabet, alphabet(value));
    set(signals, Signal::Shape, shape(value));
    set(signals, Signal::Told, placeholder::told_percent(value));
    let known: usize = usual().find_iter(value).map(|m| m.len()).sum();
    set(signals, Signal::Usual, percent(known, of(&|b| b.is_ascii_alphabetic()).max(1)).min(100));
    set(signals, Signal::Echo, echo(value, name));
    set(
        signals,
        Signal::First,
        match value.first() {
            Some(b) if b.is_ascii_lowercase() => 0,
            Some(b) if b.is_ascii_uppercase() => 1,
            Some(b) if b.is_ascii_digit() => 2,
            _ => 3,
        },
    );
    set(signals, Signal::LastDigits, value.iter().rev().take_while(|b| b.is_ascii_digit()).count());
    runs(value, signals);
    signals[Signal::Words as usize] = words::hundredths(value);
    signals[Signal::WorstRun as usize] = value
        .split(|b| !b.is_ascii_alphabetic())
        .filter(|run| run.len() >= 4)
        .map(words::hundredths)
        .min()
        .unwrap_or(0);
}

fn runs(value: &[u8], signals: &mut Signals) {
    let class = |b: u8| match b {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let (mut turns, mut letters, mut same, mut up) = (0usize, 0usize, 1usize, 1usize);
    let (mut most_letters, mut most_same, mut most_up) = (0usize, 1usize, 1usize);
    let mut last: Option<u8> = None;
    for &b in value {
        letters = if b.is_ascii_alphabetic() { letters + 1 } else { 0 };
        if let Some(last) = last {
            // A capital that begins a word is no turn.
            turns += usize::from(class(last) != class(b) && !(class(last) == 1 && class(b) == 0));
            same = if last == b { same + 1 } else { 1 };
            up = if b == last.wrapping_add(1) && b.is_ascii_alphanumeric() { up + 1 } else { 1 };
        }
        most_letters = most_letters.max(letters);
        most_same = most_same.max(same);
        most_up = most_up.max(up);
        last = Some(b);
    }
    set(signals, Signal::Turns, percent(turns, value.len()));
    set(signals, Signal::LetterRun, most_letters);
    set(signals, Signal::SameRun, most_same);
    set(signals, Signal::Ascending, most_up);
}

/// 0 nothing, 1 digits, 2 hexadecimal, 3 small letters, 4 capitals, 5 letters, 6 small letters and digits, 7 letters and digits,
/// 8 base64url, 9 base64, 10 a name of code, 11 printable, 12 anything.
fn alphabet(value: &[u8]) -> usize {
    let all = |wanted: &dyn Fn(&u8) -> bool| value.iter().all(wanted);
    let body = value.strip_suffix(b"==").or_else(|| value.strip_suffix(b"=")).unwrap_or(value);
    let in_body = |wanted: &dyn Fn(&u8) -> bool| body.iter().all(wanted);
    if value.is_empty() {
        0
    } else if all(&u8::is_ascii_digit) {
        1
    } else if all(&u8::is_ascii_lowercase) {
        3
    } else if all(&u8::is_ascii_uppercase) {
        4
    } else if all(&u8::is_ascii_alphabetic) {
        5
    } else if all(&u8::is_ascii_hexdigit) {
        2
    } else if all(&|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        6
    } else if all(&u8::is_ascii_alphanumeric) {
        7
    } else if in_body(&|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        8
    } else if in_body(&|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')) {
        9
    } else if all(&|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':')) {
        10
    } else if all(&|b| b.is_ascii_graphic()) {
        11
    } else {
        12
    }
}

/// 0 nothing known, 1 a reference or template, 2 a mask, 3 a URL or path, 4 a call or expression, 5 names joined by
/// dots, 6 a UUID, 7 a date or version, 8 a hash with its name (`sha256:…`, `$2a$…`), 9 markup, 10 a format string, 11
/// an address, 12 a fingerprint with colons, 13 a constant in capitals, 14 one of the usual words alone, 15 a regular
/// expression, 16 JSON, 17 base64 of a user name, a colon and a password.
fn shape(value: &[u8]) -> usize {
    let has = |wanted: &[u8]| memchr::memmem::find(value, wanted).is_some();
    if placeholder::is_reference(value) {
        if value.starts_with(b"{") && has(b"\":") { 16 } else { 1 }
    } else if placeholder::is_mask(value) {
        2
    } else if is_uri_or_path(value) {
        3
    } else if is_plain_word(value) {
        14
    } else if has(b"\\w") || has(b"\\d") || has(b"[^") || has(b".*") || has(b"[a-z") || has(b"[A-Z") {
        15
    } else if has(b"%s") || has(b"%d") || has(b"%v") || has(b"{}") || has(b"{0}") {
        10
    } else if is_expression(value) {
        4
    } else if has(b"</") || has(b"/>") || has(b"=\"") {
        9
    } else if is_uuid(value) {
        6
    } else if value.len() > 4
        && value
            .iter()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b':' | b'/' | b'T' | b'Z' | b'v' | b' '))
        && value.iter().any(|b| !b.is_ascii_digit())
    {
        7
    } else if value.starts_with(b"sha") && has(b"-") | has(b":")
        || value.starts_with(b"$2")
        || value.starts_with(b"$argon")
        || value.starts_with(b"pbkdf2")
        || value.starts_with(b"{SSHA")
        || value.starts_with(b"$6$")
        || value.starts_with(b"$1$")
        || value.starts_with(b"md5:")
    {
        8
    } else if value.iter().filter(|b| **b == b'@').count() == 1
        && value.contains(&b'.')
        && value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'@' | b'.' | b'-' | b'_' | b'+'))
    {
        11
    } else if value.len() > 11
        && value.split(|b| *b == b':').all(|p| p.len() == 2 && p.iter().all(u8::is_ascii_hexdigit))
    {
        12
    } else if is_dotted(value) {
        5
    } else if detect::pair(value).is_some() {
        17
    } else if value.contains(&b'_') && value.iter().all(|b| b.is_ascii_uppercase() || *b == b'_') {
        13
    } else {
        0
    }
}

/// Calls, member accesses, operators of programming languages.
fn is_expression(value: &[u8]) -> bool {
    let has = |wanted: &[u8]| memchr::memmem::find(value, wanted).is_some();
    let opened = |open: u8| {
        value
            .iter()
            .position(|b| *b == open)
            .is_some_and(|n| n > 0 && (value[n - 1].is_ascii_alphanumeric() || value[n - 1] == b'_'))
    };
    (opened(b'(') && !value.contains(&b' ') && value.iter().all(|b| !matches!(b, b'!' | b'#' | b'%' | b'^')))
        || (opened(b'[') && value.ends_with(b"]"))
        || has(b"::")
        || has(b"->")
        || has(b"=>")
        || has(b"&&")
        || has(b"||")
        || has(b" + ")
}

/// How much of the value is in the name or the other way round, letters alone: 0 nothing in common, else percent of the value.
fn echo(value: &[u8], name: &[u8]) -> usize {
    let fold = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|b| b.is_ascii_alphabetic()).take(80).map(u8::to_ascii_lowercase).collect()
    };
    if value.len() > 80 {
        return 0;
    }
    let (value, name) = (fold(value), fold(name));
    if value.len() < 3 || name.len() < 3 {
        return 0;
    }
    if memchr::memmem::find(&name, &value).is_some() {
        return 100;
    }
    // The longest piece of the value that the name holds.
    let mut longest = 0;
    for start in 0..value.len() {
        while start + longest < value.len() && memchr::memmem::find(&name, &value[start..=start + longest]).is_some() {
            longest += 1;
        }
    }
    if longest < 3 { 0 } else { percent(longest, value.len()) }
}
