//! Text for people, which forms and translations hold: sentences, words beyond ASCII, words after a bare value; and
//! what words before a value say of it.

use std::borrow::Cow;

use super::samples::head;
use crate::detect::{Candidate, NEIGHBOURHOOD, Operator};

/// Several words of any language, but not a pass phrase: small letters of ASCII alone. One word if it has letters
/// beyond ASCII. Escapes of JSON and HTML are read first: `Contrase\u00f1a`.
pub(super) fn is_sentence(secret: &[u8]) -> bool {
    /// Bytes of a word with a figure in it that may be a password.
    const SHORTEST_NAME: usize = 6;
    /// Words of a text that is one whatever else stands in it.
    const LONG: usize = 6;
    let Ok(text) = std::str::from_utf8(secret) else { return false };
    let text = without_escapes(text);
    // What a program puts in, numbers, dashes and short names with a number: `at least {0}`, `:count`, `%d`, `6`, `2FA`.
    let is_slot = |word: &str| {
        word.starts_with([':', '{', '%', '<'])
            || word.len() < SHORTEST_NAME && word.chars().any(|c| c.is_ascii_digit())
            || !word.chars().any(char::is_alphabetic)
    };
    let (mut words, mut slots) = (0, 0);
    let mut others = 0;
    for word in text.split_whitespace() {
        let (word, slot) = (is_word(word), is_slot(word));
        words += usize::from(word);
        slots += usize::from(slot && !word);
        others += usize::from(!word && !slot);
    }
    let phrase = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b' ');
    // Names of settings, addresses and marks stand in long ones.
    let most = others == 0 || words >= LONG && words >= 4 * others;
    most && !phrase && (words > slots.max(1) || words == 1 && slots == 0 && !text.is_ascii())
}

/// Letters and marks of any language. With a figure in it, most of its letters are beyond ASCII, as where words are not parted.
fn is_word(word: &str) -> bool {
    const SIGNS: &str = ".,;:!?'’\"()„“”«»-/&*";
    let figures = word.chars().filter(char::is_ascii_digit).count();
    let wide = word.chars().filter(|c| c.is_alphabetic() && !c.is_ascii()).count();
    word.chars().any(char::is_alphabetic)
        && word.chars().all(|c| c.is_alphabetic() || SIGNS.contains(c) || c.is_ascii_digit() || !c.is_ascii())
        && (figures == 0 || wide >= 4 * figures)
}

/// Words that Crowdin puts in place of a text to find it on a page (its in-context language): `crwdns71:0crwdne71:0`.
pub(super) fn is_mark_of_text(secret: &[u8]) -> bool {
    secret.starts_with(b"crwdns") && memchr::memmem::find(secret, b"crwdne").is_some()
}

/// `text` with what JSON and HTML escape: `\u00f1`, `\"`, `&eacute;`, `&#241;`. Of a letter of HTML it counts that it is one.
fn without_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '&']) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '&']) {
        let (head, tail) = rest.split_at(at);
        plain.push_str(head);
        let (read, length) = escaped(tail).unwrap_or((tail.chars().next(), 1));
        plain.extend(read);
        rest = &tail[length..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// What the escape at the beginning of `text` stands for, and its length; halves of a character beyond the first plane
/// stand for nothing.
fn escaped(text: &str) -> Option<(Option<char>, usize)> {
    if let Some(code) = text.strip_prefix("\\u").and_then(|hex| hex.get(..4)) {
        return Some((char::from_u32(u32::from_str_radix(code, 16).ok()?), 6));
    }
    if let Some(code) = text.strip_prefix("\\U").and_then(|hex| hex.get(..8)) {
        return Some((char::from_u32(u32::from_str_radix(code, 16).ok()?), 10));
    }
    if let Some(next) = text.strip_prefix('\\').and_then(|rest| rest.chars().next()) {
        let read = match next {
            'n' | 't' | 'r' => ' ',
            '"' | '\'' | '/' | '\\' => next,
            _ => return None,
        };
        return Some((Some(read), 2));
    }
    /// Letters of the name of an entity.
    const NAMES: std::ops::RangeInclusive<usize> = 2..=8;
    let end = text.find(';')?;
    let name = text.get(1..end)?;
    let entity = name.strip_prefix('#').map_or_else(
        || NAMES.contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphabetic()),
        |code| !code.is_empty() && code.len() <= 6 && code.bytes().all(|b| b.is_ascii_hexdigit() || b == b'x'),
    );
    entity.then_some((Some('é'), end + 1))
}

/// A bare word, and more words in its line: text, of which the reader took the first word for a value. After a colon or
/// the name of a scheme, and after `=` where a name with small letters begins its line, as in files of translations:
/// `PASSWORD=word command` sets a variable, and `--password=word` is an option.
pub(super) fn is_followed_by_words(text: &[u8], candidate: &Candidate) -> bool {
    /// Bytes that are looked at.
    const SEEN: usize = 24;
    let after_sign = match candidate.operator {
        Some(Operator::Colon) | None => true,
        Some(Operator::Equals) => is_key_of_line(text, candidate),
        // `identified by someone, who …` is no SQL.
        Some(Operator::Blank) => text[candidate.secret.end..].starts_with(b", "),
        _ => false,
    };
    let letter = |b: &u8| b.is_ascii_alphabetic() || *b >= 0x80;
    let secret = &text[candidate.secret.clone()];
    if candidate.quoted || !after_sign || !secret.iter().all(|b| letter(b) || matches!(b, b'-' | b'\'')) {
        return false;
    }
    let rest = &text[candidate.secret.end..text.len().min(candidate.secret.end + SEEN)];
    // A list of options goes on with a comma, too, but not with a blank after it.
    let word = rest.strip_prefix(b" ").or_else(|| rest.strip_prefix(b", ")).unwrap_or_default();
    let end = word.iter().take_while(|b| letter(b)).count();
    let closed =
        matches!(word.get(end), Some(b' ' | b'.' | b',' | b'!' | b'?' | b':' | b'-' | b'\'' | b'\\' | b'\n' | b'\r'));
    end >= 2 && (closed || end == word.len()) || end == 1 && word.get(1) == Some(&b' ')
}

/// Bare letters, and then a letter that is escaped: `Bekr\\u00E4fta`, of which the reader took what stands before the backslash.
pub(super) fn is_followed_by_escape(text: &[u8], candidate: &Candidate) -> bool {
    let letters = text[candidate.secret.clone()].iter().all(u8::is_ascii_alphabetic);
    let escape = text[candidate.secret.end..].strip_prefix(b"\\u").and_then(|rest| rest.get(..4));
    !candidate.quoted && letters && escape.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
}

/// Whether a password is the name of a user or a database as well, as local services have it: `USER: acme`, `PASSWORD: acme`.
pub(super) fn is_name_beside(text: &[u8], candidate: &Candidate) -> bool {
    /// Bytes of a name and what stands after it.
    const HEAD: usize = 24;
    const NAMES: [&[u8]; 7] = [b"user", b"username", b"name", b"db", b"database", b"login", b"uid"];
    let secret = &text[candidate.secret.clone()];
    if secret.len() < 3 || !secret.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let from = candidate.anchor.saturating_sub(NEIGHBOURHOOD.back);
    let to = text.len().min(candidate.anchor.saturating_add(NEIGHBOURHOOD.forward));
    let seen = text.get(from..to).unwrap_or_default();
    memchr::memmem::find_iter(seen, secret).any(|at| {
        let whole = !seen.get(at + secret.len()).is_some_and(u8::is_ascii_alphanumeric);
        let head = &seen[at.saturating_sub(HEAD)..at];
        let end = head.iter().rposition(|b| !matches!(b, b' ' | b':' | b'=' | b'"' | b'\'')).map_or(0, |n| n + 1);
        let name = &head[..end];
        let called =
            |word: &[u8]| name.len() >= word.len() && name[name.len() - word.len()..].eq_ignore_ascii_case(word);
        from + at != candidate.secret.start && whole && end < head.len() && NAMES.into_iter().any(called)
    })
}

/// Whether a quoted word stands in a sentence, after a word that was taken for its name: `cannot pass 'this' and 'that'`.
pub(super) fn is_quoted_in_sentence(text: &[u8], candidate: &Candidate) -> bool {
    let secret = &text[candidate.secret.clone()];
    let blank = candidate.name.as_ref().is_some_and(|name| text.get(name.end) == Some(&b' '));
    let gap = candidate.name.as_ref().map_or(0, |name| candidate.secret.start - name.end.min(candidate.secret.start));
    // A space and the quote.
    if !candidate.quoted || !blank || gap != 2 || !secret.iter().all(u8::is_ascii_alphabetic) {
        return false;
    }
    let rest = text.get(candidate.secret.end + 1..).unwrap_or_default();
    let word = rest.strip_prefix(b" ").unwrap_or_default();
    let end = word.iter().take_while(|b| b.is_ascii_lowercase()).count();
    // Words that go on in prose, and not in statements of SQL.
    [&b"and"[..], b"or", b"is", b"was", b"but", b"must", b"cannot", b"are"].contains(&&word[..end])
}

/// Whether a name with small letters begins its line.
fn is_key_of_line(text: &[u8], candidate: &Candidate) -> bool {
    let Some(name) = candidate.name.clone() else { return false };
    let from = candidate.anchor.saturating_sub(NEIGHBOURHOOD.back);
    let head = text.get(from..name.start).unwrap_or_default();
    let head = memchr::memrchr(b'\n', head).map_or(head, |n| &head[n + 1..]);
    head.trim_ascii().is_empty() && text[name].iter().any(u8::is_ascii_lowercase)
}

/// Why what descriptions of interfaces show is of low confidence.
pub(super) const GIVEN_AS_EXAMPLE: &str = "what stands before it says that it is an example";

/// Whether `example:`, as in descriptions of interfaces, or `e.g.` stands right before a value or its name.
pub(super) fn is_given_as_example(text: &[u8], candidate: &Candidate) -> bool {
    let quote = |b: &u8| matches!(b, b'"' | b'\'' | b'`');
    let unquoted = |text: &'_ [u8]| text.len() - usize::from(text.last().is_some_and(quote));
    let said = |head: &[u8]| {
        let head = head[..unquoted(head)].trim_ascii_end();
        let head = head.strip_suffix(b":").unwrap_or(head);
        let head = &head[..unquoted(head)];
        let ends = |word: &[u8]| head.len() >= word.len() && head[head.len() - word.len()..].eq_ignore_ascii_case(word);
        ends(b"example") || ends(b"e.g.") || ends(b" eg.")
    };
    let head = head(text, candidate);
    let name = candidate.name.as_ref().map_or(0, |name| candidate.secret.start.saturating_sub(name.start));
    said(head) || said(&head[..head.len().saturating_sub(name)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of_any_language() {
        for text in [
            "Passwort zurücksetzen",
            "Contraseña",
            r"Contrase\u00f1a",
            r"\u5bc6\u7801",
            r"\U00010457\U00010471",
            r"Potvrzen\u00ed nov\u00e9ho hesla:",
            r#"\"API ključ\" iz postavki"#,
            "Contrase&ntilde;a",
            "Mot de passe oubli&#233;",
            "Musi mieć co najmniej 6 znaków.",
            "Must have at least :count signs",
            "Must have {0} signs",
            r"Acme \u2013 Parola bildirimi",
            "Codice 2FA errato",
            "Tajny klucz serwera LwM2M",
            "使用U2F设备进行认证",
            r"Hej %1s, \n\m Ny adgangskode er: %2s \n\n Log på her: %3s",
            "Ky token_auth është po aq i fshehtë sa të dhënat tuaja",
        ] {
            assert!(is_sentence(text.as_bytes()), "{text}");
        }
        for text in [
            "correct horse battery staple",
            "correct horse 7 staple",
            "Passwort",
            r"kq\u00f1Xz7",
            r"C:\dir",
            "a&b;c",
            "Xk&q;7",
            "%d {0} word",
            "Passwört7",
            "6 7 8",
            "",
            "\\",
            "\\u12",
            "&",
            "&;",
        ] {
            assert!(!is_sentence(text.as_bytes()), "{text}");
        }
        assert!(!is_sentence(b"\xff \xfe"));
        assert!(is_mark_of_text(b"crwdns71:0crwdne71:0") && !is_mark_of_text(b"crwdns71:0"));
    }
}
