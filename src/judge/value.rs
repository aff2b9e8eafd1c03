//! What the value of a context rule without a shape is: a secret chosen by people, or something else.

use super::words;
use crate::rules::Confidence;

/// Shortest value taken for a password.
const SHORTEST_PASSWORD: usize = 5;
/// Mean pair score (see [`words::score`]) above which letters read as words.
const WORDY: f64 = 0.55;

/// Confidence that `value` is a password, or none if it is something else.
pub(super) fn assess(value: &[u8]) -> Option<Confidence> {
    if is_plain_word(value)
        || looks_like_code(value)
        || is_uri_or_path(value)
        || value.iter().any(|b| *b < b' ' || *b >= 0x7f)
    {
        return None;
    }
    password(value)
}

/// Values that say nothing: literals of programming languages, and the names of the things themselves.
pub(super) fn is_plain_word(value: &[u8]) -> bool {
    const PLAIN: &[&str] = &[
        "true",
        "false",
        "null",
        "nil",
        "none",
        "undefined",
        "yes",
        "no",
        "on",
        "off",
        "string",
        "str",
        "bytes",
        "text",
        "int",
        "number",
        "boolean",
        "object",
        "array",
        "hidden",
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "apikey",
        "key",
        "username",
        "user",
        "email",
        "optional",
        "required",
        "default",
        "disabled",
        "enabled",
        "bearer",
        "basic",
        "value",
        "empty",
        "unknown",
        "type",
        "name",
        "label",
        "input",
        "field",
        "submit",
        "column",
        "invalid",
        "missing",
        "file",
        "env",
        "external",
        "self",
        "this",
        "new",
        "old",
    ];
    let folded: Vec<u8> = value.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    PLAIN.iter().any(|word| word.as_bytes() == folded)
}

/// Expressions, calls, member accesses, format strings, markup.
fn looks_like_code(value: &[u8]) -> bool {
    let has = |wanted: &[u8]| memchr::memmem::find(value, wanted).is_some();
    let call = value.contains(&b'(') && value.contains(&b')');
    let unclosed = |open: u8, close: u8| {
        let opens = value.iter().position(|b| *b == open);
        opens.is_some_and(|n| n > 0 && value[n - 1].is_ascii_alphanumeric() && !value.contains(&close))
    };
    let shell = value.first() == Some(&b'$') && has(b"/") || value.starts_with(b"\\$");
    unclosed(b'(', b')')
        || unclosed(b'[', b']')
        || shell
        || has(b"\\w")
        || has(b"\\d")
        || has(b"[^")
        || has(b".*")
        || call
        || is_dotted(value)
        || has(b"::")
        || has(b"->")
        || has(b"=>")
        || has(b"&&")
        || has(b"</")
        || has(b"%s")
        || value.contains(&b' ')
}

/// `settings.db_password`, `user.password`.
pub(super) fn is_dotted(value: &[u8]) -> bool {
    value.contains(&b'.')
        && value.split(|b| *b == b'.').all(|part| {
            part.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
                && part.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_')
        })
}

/// Addresses, paths of files, data in a URI.
pub(super) fn is_uri_or_path(value: &[u8]) -> bool {
    memchr::memmem::find(value, b"://").is_some()
        || value.starts_with(b"/")
        || value.starts_with(b"./")
        || value.starts_with(b"../")
        || value.starts_with(b"~/")
        || value.starts_with(b"C:\\")
        || value.starts_with(b"data:")
}

/// Thirty-two hexadecimal digits in the five groups of a UUID.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value
            .iter()
            .enumerate()
            .all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

/// Letters (and separators between words) only, reading as words.
pub(super) fn reads_as_words(value: &[u8]) -> bool {
    value.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b'.' | b'/' | b':' | b','))
        && words::score(value).0 > if value.len() < 12 { 0.0 } else { WORDY }
}

/// Whether small letters and capitals follow each other as nobody writes words: small ones alone, and several capitals before
/// small ones, one time or more for every six bytes.
pub(super) fn is_cased_at_random(value: &[u8]) -> bool {
    let mut odd = 0;
    for word in value.split(|b| !b.is_ascii_alphabetic()).filter(|word| word.iter().any(u8::is_ascii_uppercase)) {
        let mut capitals = 0;
        for run in word.chunk_by(|a, b| a.is_ascii_uppercase() == b.is_ascii_uppercase()) {
            let is_upper = run.first().is_some_and(u8::is_ascii_uppercase);
            odd += usize::from(!is_upper && run.len() == 1) + usize::from(!is_upper && capitals > 1);
            capitals = if is_upper { run.len() } else { 0 };
        }
    }
    odd * 6 >= value.len() && odd > 0
}

fn classes(value: &[u8]) -> (usize, bool) {
    let lower = value.iter().any(u8::is_ascii_lowercase);
    let upper = value.iter().any(u8::is_ascii_uppercase);
    let digit = value.iter().any(u8::is_ascii_digit);
    let other = value.iter().any(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'-' | b'.'));
    (usize::from(lower) + usize::from(upper) + usize::from(digit) + usize::from(other), digit)
}

fn password(value: &[u8]) -> Option<Confidence> {
    if value.len() < SHORTEST_PASSWORD || value.len() > 128 {
        return None;
    }
    if reads_as_words(value) {
        // A plain word in a password's place may be one (weak, default): for audits.
        let one_word = value.iter().all(u8::is_ascii_lowercase) && value.len() <= 12;
        return one_word.then_some(Confidence::Low);
    }
    let (kinds, digit) = classes(value);
    let all_digits = value.iter().all(u8::is_ascii_digit);
    if all_digits {
        return (value.len() >= 6).then_some(Confidence::Low);
    }
    if kinds >= 3 || (kinds == 2 && digit && value.len() >= 6) || (value.len() >= 8 && words::score(value).0 < 0.0) {
        return Some(Confidence::Medium);
    }
    Some(Confidence::Low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_random_letters_are_told_apart_by_their_case() {
        for value in
            ["helloWorldAgain", "HelloWorld", "getHTTPFromXMLDoc", "MY_SECRET_KEY", "FOO_BAR", "a_b_c", "plain", ""]
        {
            assert!(!is_cased_at_random(value.as_bytes()), "{value}");
        }
        for value in ["mekREibePMEn", "hRnCEItoICAs", "miPaoxreNsGu", "bLEAOFgaNNcTOraUsBMX"] {
            assert!(is_cased_at_random(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn passwords() {
        for value in ["Summer2024!", "acme-prod-db1", "letmein99", "8ThyF#1*@96%dYt!", "GitHub!23"] {
            assert!(assess(value.as_bytes()) >= Some(Confidence::Medium), "{value}");
        }
        for value in [
            "password",
            "getPassword()",
            "user.password",
            "settings.DB_PASSWORD",
            "/run/secrets/db",
            "Enter your password",
            "reset_password_form",
        ] {
            assert_eq!(assess(value.as_bytes()), None, "{value}");
        }
    }
}
