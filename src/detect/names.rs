//! Names of values: where a word ends inside an identifier, and what labels a name carries.

use std::borrow::Cow;

/// `name` in lower case without anything but letters and digits: `API-Key`, `apiKey` and `api_key` are all `apikey`.
pub fn normalise(name: &[u8]) -> Vec<u8> {
    name.iter().filter(|c| c.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}

/// True when the normalised `name` contains one of `labels`.
pub fn contains_any(name: &[u8], labels: &[Cow<'static, str>]) -> bool {
    // Names are short: a look at every place costs less than the preparations of a search.
    let holds = |label: &[u8]| name.windows(label.len()).any(|part| part[0] == label[0] && part == label);
    labels.iter().any(|label| label.is_empty() || holds(label.as_bytes()))
}

/// True when the word `text[start..end]` begins where a word may begin: not after a letter, except where the case turns
/// (`myToken`, `MACKey`). A digit before it is no letter, and a word that begins with a sign (`_pw`) brings its own edge.
pub fn begins_word(text: &[u8], start: usize) -> bool {
    match start.checked_sub(1).map(|i| text[i]) {
        Some(c) if c.is_ascii_alphabetic() && text[start].is_ascii_alphabetic() => {
            let small_follows = text.get(start + 1).is_some_and(u8::is_ascii_lowercase);
            text[start].is_ascii_uppercase() && (c.is_ascii_lowercase() || small_follows)
        }
        _ => true,
    }
}

/// True when the word `text[start..end]` ends where a word may end: not before a letter of the same case as its last one.
/// `tokenValue` ends `token`, `tokens` and `TOKENS` do not.
pub fn ends_word(text: &[u8], end: usize) -> bool {
    let last = text[end - 1];
    match text.get(end) {
        Some(c) if c.is_ascii_lowercase() => {
            !last.is_ascii_alphabetic() || last.is_ascii_uppercase() && single_capital(text, end)
        }
        Some(c) if c.is_ascii_uppercase() => !last.is_ascii_uppercase(),
        _ => true,
    }
}

/// Whether the word that ends at `end` is written in capitals and what follows is a new lower-case word: never in practice
/// for words of several letters, so only a lone capital counts.
fn single_capital(text: &[u8], end: usize) -> bool {
    end >= 2 && !text[end - 2].is_ascii_alphabetic()
}

/// True for bytes that belong to a name: letters, digits, `_`, `-`, `.`, `$` and anything beyond ASCII.
pub fn is_name_byte(c: u8) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.' | b'$') || c >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_at_case_turns_and_separators() {
        let ends = |text: &str, word: &str| {
            let start = text.find(word).expect("contains it");
            (begins_word(text.as_bytes(), start), ends_word(text.as_bytes(), start + word.len()))
        };
        assert_eq!(ends("my_token=1", "token"), (true, true));
        assert_eq!(ends("myToken=1", "Token"), (true, true));
        assert_eq!(ends("tokenValue", "token"), (true, true));
        assert_eq!(ends("MY_TOKEN_2", "TOKEN"), (true, true));
        assert_eq!(ends("tokens", "token"), (true, false));
        assert_eq!(ends("TOKENS", "TOKEN"), (true, false));
        assert_eq!(ends("betoken", "token"), (false, true));
        assert_eq!(ends("MONKEY", "KEY"), (false, true));
        assert_eq!(ends("key2", "key"), (true, true));
    }

    #[test]
    fn normalising_drops_case_and_separators() {
        assert_eq!(normalise(b"X-CMC_PRO.Api Key"), b"xcmcproapikey");
    }
}
