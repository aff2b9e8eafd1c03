//! What holds a generic finding down, whatever the value model scores: reasons that are sure enough to be written as rules.
//!
//! Machines make keys and tokens, and a value that no machine makes is none. People write sample values, and say so.

mod digest;
mod instead;
mod keyboard;
mod language;
mod limit;
mod made;
mod manuals;
mod names;
mod samples;
mod vectors;

use std::borrow::Cow;
use std::ops::Range;

use super::forms::{self, Refusal};
use super::value::{self, reads_as_words};
use super::{placeholder, signals, words};
use crate::detect::check::Check;
use crate::detect::{self, Candidate, NEIGHBOURHOOD, Operator, weak};
use crate::rules::{Confidence, Kind, Matcher, Rule};

pub(super) use limit::{Doubt, Where};

/// The doubts about a candidate: what its name and form say, and what is made up for tests, examples and documentation. Of a rule that the
/// value model does not judge, only the second.
pub(super) fn all(rule: &Rule, text: &[u8], candidate: &Candidate) -> impl Iterator<Item = Doubt> {
    let weighed = rule.is_weighed();
    let form = if weighed { of(rule, text, candidate) } else { None };
    let sample = if weighed {
        samples::of(rule, text, candidate)
    } else {
        let anywhere = samples::of_place(rule, text, candidate).map(|reason| (Where::Everywhere, reason));
        anywhere.or_else(|| samples::of_value(rule, &candidate.bytes(text)))
    };
    let sample = sample.map(|(place, reason)| Doubt { reason, most: Some(Confidence::Low), place });
    let shown = manuals::of(rule).map(|(place, reason)| Doubt { reason, most: Some(Confidence::Low), place });
    form.into_iter().chain(sample).chain(shown)
}

/// The strongest doubt that name and form of a candidate raise, of a rule that the value model judges.
fn of(rule: &Rule, text: &[u8], candidate: &Candidate) -> Option<Doubt> {
    let seen = Seen::new(rule, text, candidate);
    let none = seen.denial().map(|reason| Doubt { reason, most: None, place: Where::Everywhere });
    none.or_else(|| {
        let (place, reason) = seen.reservation()?;
        Some(Doubt { reason, most: Some(Confidence::Low), place })
    })
}

/// Whether doubts count even where a rule is sure: no check proves what it finds, or one that proves a token, and not that it is of use.
pub(super) fn counts_for_sure(rule: &Rule) -> bool {
    matches!(rule.check, None | Some(Check::Jwt | Check::JwtBase64))
}

/// A candidate, and what its rule and its provider's rules say of it.
struct Seen<'t> {
    rule: &'t Rule,
    text: &'t [u8],
    candidate: &'t Candidate,
    name: &'t [u8],
    secret: Cow<'t, [u8]>,
    /// A value with a name.
    assigned: bool,
    /// Of a kind that people think of.
    chosen: bool,
    /// Of a kind that only machines make, with a name, and not a text of several parts.
    made: bool,
    refusal: Option<Refusal>,
}

impl<'t> Seen<'t> {
    fn new(rule: &'t Rule, text: &'t [u8], candidate: &'t Candidate) -> Self {
        let name = candidate.name.clone().map_or(&[][..], |name| &text[name]);
        let secret = candidate.bytes(text);
        let assigned = matches!(rule.matcher, Matcher::Assignment(_));
        let chosen = matches!(rule.kind, Kind::Password | Kind::ConnectionString);
        let made = is_made_by_machines(rule) && assigned && !holds_text(name, &secret);
        let refusal =
            if !chosen && assigned { forms::refusal(with_words_before(text, candidate), &secret) } else { None };
        Self { rule, text, candidate, name, secret, assigned, chosen, made, refusal }
    }

    /// Why it is no finding.
    fn denial(&self) -> Option<&'static str> {
        let secret = &*self.secret;
        if says(self.name, &DENIED, 1) {
            return Some("its name says that it is not real");
        }
        if self.assigned && memchr::memmem::find(secret, b"://").is_some() {
            return Some("an address is no secret; a password in one has a rule of its own");
        }
        if !self.chosen && says(secret, &TOLD, SHORTEST_TOLD) {
            return Some("a word in it says that it is not real");
        }
        if self.made && has_odd_sign(secret) && !is_bytes(secret) {
            return Some("keys and tokens have no such signs");
        }
        if self.made && self.rule.id == "generic-key" && is_only_key(self.name) && !self.candidate.quoted {
            return Some("the name is only `key`, and the value is not in quotes");
        }
        if self.made && secret.len() < SHORTEST_MADE {
            return Some("keys and tokens are longer");
        }
        if self.made && secret.len() < USUAL_MADE && secret.iter().all(u8::is_ascii_digit) {
            return Some("a number is the name of a key, and not the key");
        }
        if self.rule.id == "bearer-header" && (secret.len() < USUAL_MADE || is_header_of_token(secret)) {
            return Some("bearer tokens are longer, and more than a header");
        }
        if self.rule.id == "basic-auth-header" && self.candidate.inner.is_none() && !is_base64(secret) {
            return Some("not the base64 of a user name and a password");
        }
        if self.assigned && has_harmless_end(self.name) {
            return Some("names of files, ids and addresses end so");
        }
        // Who edits a sample types so; that its form is wrong says no more then.
        let edited = secret.len() >= USUAL_MADE && placeholder::is_typed(secret);
        let damaged = self.refusal == Some(Refusal::Damaged) && !edited;
        damaged.then_some("the provider's rules, which know the name or the beginning, do not take the value")
    }

    /// Why it is of low confidence, and in which files.
    fn reservation(&self) -> Option<(Where, &'static str)> {
        let Self { rule, text, candidate, name, .. } = *self;
        let secret = &*self.secret;
        let low = |reason| Some((Where::Everywhere, reason));
        if self.made && (secret.len() < USUAL_MADE || is_only_key(name)) {
            return low("keys and tokens are longer, and are called more than `key`");
        }
        if is_made_by_machines(rule) && !is_json(secret) && has_odd_sign(secret) {
            return low("keys and tokens have no such signs");
        }
        if self.chosen && is_bytes(secret) {
            return low("a password as bytes: a constant of a format");
        }
        let of_examples = |password: &[u8]| weak::is_weak(password) || reads_as_words(password);
        let in_base64 = candidate.inner.is_some() && of_examples(secret);
        if in_base64 || detect::pair(secret).is_some_and(|(_, password)| of_examples(&password)) {
            return low("in base64, a password that examples use");
        }
        if rule.id == "url-credentials" && is_host_of_examples(&text[candidate.secret.end..]) {
            return low("the host is one of documentation");
        }
        if rule.id == "generic-secret" && secret.len() < SHORTEST_SECRET {
            return low("secrets are longer");
        }
        if is_piece(text, candidate) {
            return low("an item of a list, or a piece of a longer value");
        }
        if !self.chosen && placeholder::is_typed(secret) {
            return low("typed in the order of the alphabet");
        }
        match self.refusal {
            Some(Refusal::Taken) => return low("a provider's rule knows the beginning, and says more of it"),
            Some(Refusal::Other) => return low("of another form than the provider's credentials that our rules know"),
            Some(Refusal::Damaged) | None => {}
        }
        if let Some(reason) = says_no_secret(rule, text, candidate, name, secret) {
            return low(reason);
        }
        if !self.assigned || candidate.quoted {
            return None;
        }
        let code = is_name_of_code(text, candidate) || is_piece_of_code(secret) || made::is_number_of_program(secret);
        code.then_some((Where::Programs, "bare in a program: the name of something else, a number or an expression"))
    }
}

/// Whether a random text is no key by its name, if it has one, or by its beginning: an id, a checksum, a public key, or what the rules
/// of its provider refuse.
pub(super) fn says_no_key(text: &[u8], candidate: &Candidate) -> bool {
    const OTHER: [&str; 14] = [
        "id",
        "public",
        "pub",
        "hash",
        "digest",
        "checksum",
        "integrity",
        "signature",
        "fingerprint",
        "etag",
        "cursor",
        "cert",
        "certificate",
        "url",
    ];
    /// What text of words scores; random letters are far below nothing.
    const WORDY: i16 = 50;
    let secret = &text[candidate.secret.clone()];
    let name = candidate.name.clone().map_or(&[][..], |name| &text[name]);
    value::is_uri_or_path(secret)
        || words::hundredths(secret) > WORDY
        // `x`, `y` and `n` of a public key.
        || (1..=2).contains(&name.len())
        || says(name, &DENIED, 1)
        || says(name, &OTHER, 1)
        || forms::refusal(name, secret).is_some()
}

/// What name and value together say against a secret.
fn says_no_secret(rule: &Rule, text: &[u8], candidate: &Candidate, name: &[u8], secret: &[u8]) -> Option<&'static str> {
    /// What a program does with a password, or asks about it.
    const VERBS: [&[u8]; 10] =
        [b"update", b"reset", b"change", b"require", b"requires", b"show", b"enable", b"use", b"generate", b"run"];
    let word = || {
        secret.first().is_some_and(u8::is_ascii_lowercase)
            && secret.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
    };
    // `self.update_password` begins with the verb, too.
    let own = |word: &[u8]| [&b"self"[..], b"this"].contains(&word);
    let first = signals::words(name).map(|(_, word)| word).find(|word| !own(word)).unwrap_or_default();
    let ends = |end: &[u8]| name.len() >= end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end);
    let attribute = text[candidate.secret.start.saturating_sub(2)..candidate.secret.start].starts_with(b"=");
    let unclosed = |open: u8, close: u8| secret.contains(&open) && !secret.contains(&close);
    match &*rule.id {
        "generic-salt" if ends(b"nonce") && candidate.quoted && attribute => {
            Some("the nonce of an element or a header opens nothing")
        }
        "generic-salt" if secret.iter().all(u8::is_ascii_digit) => Some("a number, and no salt that anybody drew"),
        "generic-key" if value::is_uuid(secret) => Some("a UUID that is only called a key"),
        "generic-password" if VERBS.iter().any(|v| first.eq_ignore_ascii_case(v)) && word() => {
            Some("a name that begins with a verb, and a word: a choice, not a password")
        }
        "generic-password" if unclosed(b'[', b']') || is_piece_of_type(secret) => Some("a piece of an expression"),
        "generic-token" if ends(b"cookie") && secret.len() < USUAL_MADE => Some("cookies of sessions are longer"),
        _ => None,
    }
}

/// `Option<i32`, of which the reader took what stands before the closing bracket.
fn is_piece_of_type(secret: &[u8]) -> bool {
    let Some(bracket) = secret.iter().position(|b| *b == b'<') else { return false };
    let word = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_alphanumeric);
    let named = secret.get(bracket + 1).is_some_and(u8::is_ascii_alphabetic);
    named && secret[0].is_ascii_uppercase() && word(&secret[..bracket]) && word(&secret[bracket + 1..])
}

/// Whether a bare value of a program is an identifier: the name of a variable, for what is a literal there stands in quotes.
fn is_name_of_code(text: &[u8], candidate: &Candidate) -> bool {
    use Operator::{Arrow, Blank, Call, Colon, Compare, Equals};
    let value = &text[candidate.secret.clone()];
    let given = matches!(candidate.operator, Some(Equals | Colon | Arrow | Call | Compare | Blank));
    let first = value.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    if !given || !first || !value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') {
        return false;
    }
    let from = candidate.secret.start.saturating_sub(NEIGHBOURHOOD.back);
    let line = memchr::memrchr(b'\n', &text[from..candidate.secret.start]).map_or(from, |n| from + n + 1);
    let head = text[line..candidate.secret.start].trim_ascii_start();
    // In a string or a comment it is text.
    let in_string = [b'"', b'\'', b'`'].iter().any(|quote| head.iter().filter(|b| *b == quote).count() % 2 == 1);
    let in_comment = [&b"#"[..], b"//", b"*", b"--", b"/*"].iter().any(|sign| head.starts_with(sign));
    !in_string && !in_comment
}

/// Whether a bare value has brackets or signs of the language it stands in.
fn is_piece_of_code(secret: &[u8]) -> bool {
    secret.iter().any(|b| matches!(b, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'*' | b'`'))
}

/// Words of a name that say the value is not the real one.
const DENIED: [&str; 9] = ["bad", "invalid", "wrong", "fake", "dummy", "bogus", "non", "not", "incorrect"];

/// Words of a value that say the same.
const TOLD: [&str; 11] =
    ["invalid", "fake", "mock", "dummy", "short", "extra", "wrong", "example", "truncated", "redacted", "placeholder"];
/// Shortest word that chance does not make.
const SHORTEST_TOLD: usize = 4;
/// No key or token is shorter.
const SHORTEST_MADE: usize = 8;
/// Most keys and tokens are at least as long.
const USUAL_MADE: usize = 16;
/// Most secrets of applications are at least as long.
const SHORTEST_SECRET: usize = 14;

/// Whether one of `words` is a whole word of `text`, parted by signs or by turns of case.
fn says(text: &[u8], words: &[&str], shortest: usize) -> bool {
    signals::words(text)
        .filter(|(_, word)| word.len() >= shortest)
        .any(|(_, word)| words.iter().any(|w| word.eq_ignore_ascii_case(w.as_bytes())))
}

/// Keys and tokens; passwords and secrets may be what people think of.
fn is_made_by_machines(rule: &Rule) -> bool {
    matches!(rule.kind, Kind::ApiKey | Kind::AccessToken) || rule.id == "generic-key"
}

/// The name of a candidate with the words before it in its line, as people write `amadeus secret = …`; empty without a name.
fn with_words_before<'t>(text: &'t [u8], candidate: &Candidate) -> &'t [u8] {
    const LONGEST: usize = 24;
    let Some(name) = candidate.name.clone() else { return &[] };
    let from = name.start.saturating_sub(LONGEST);
    let words = text[from..name.start].iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b' ').count();
    text[name.start - words..name.end].trim_ascii_start()
}

/// JSON in a string, and what a cookie or a credential is called: more than one value, or a user name and a password.
fn holds_text(name: &[u8], secret: &[u8]) -> bool {
    let called = |word: &[u8]| name.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word));
    is_json(secret) || called(b"cookie") || called(b"cred")
}

fn is_json(secret: &[u8]) -> bool {
    secret.starts_with(b"{")
}

/// The first part of a JSON Web Token, without claims.
fn is_header_of_token(secret: &[u8]) -> bool {
    secret.starts_with(b"eyJ") && !secret.contains(&b'.')
}

/// Of the right length and padding, and not a word: `basic workflow` is prose. Eight letters are all small once in a thousand times.
fn is_base64(secret: &[u8]) -> bool {
    let word = secret.iter().all(u8::is_ascii_lowercase) || reads_as_words(secret);
    secret.len().is_multiple_of(4) && (secret.ends_with(b"=") || !word)
}

/// Whether what follows a password in a URL, from the `@` on, is a host that documentation uses.
fn is_host_of_examples(rest: &[u8]) -> bool {
    const DOMAINS: [&[u8]; 9] = [
        b"example.com",
        b"example.org",
        b"example.net",
        b"acme.com",
        b"foo.com",
        b"bar.com",
        b"domain.com",
        b"somehost",
        b"hostname",
    ];
    let rest = rest.strip_prefix(b"@").unwrap_or(rest);
    let end = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))).unwrap_or(rest.len());
    let host = rest[..end].to_ascii_lowercase();
    let within = |domain: &[u8]| host.strip_suffix(domain).is_some_and(|head| head.is_empty() || head.ends_with(b"."));
    host == b"host" || within(b".example") || within(b".invalid") || DOMAINS.into_iter().any(within)
}

/// Bytes written as numbers with commas between them, as the reader takes them.
fn is_bytes(secret: &[u8]) -> bool {
    let number = |part: &[u8]| {
        let part = part.trim_ascii();
        (1..=4).contains(&part.len()) && part.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b'x' | b'X'))
    };
    secret.contains(&b',') && secret.strip_suffix(b",").unwrap_or(secret).split(|b| *b == b',').all(number)
}

/// Signs that no generator of keys uses, and a percent sign that escapes nothing.
fn has_odd_sign(secret: &[u8]) -> bool {
    let escape = |n: usize| secret[n + 1..].iter().take(2).filter(|b| b.is_ascii_hexdigit()).count() == 2;
    // Padding ends a value, and begins none.
    secret.first() == Some(&b'=')
        || secret.iter().enumerate().any(|(n, b)| match b {
            b'%' => !escape(n),
            b'!' | b'?' | b'^' | b'#' | b'&' | b'*' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'@' | b',' | b';' => {
                true
            }
            _ => false,
        })
}

/// A name that is `key` and no more, which maps and caches have as well.
fn is_only_key(name: &[u8]) -> bool {
    name.len() <= 4 && name.get(..3).is_some_and(|n| n.eq_ignore_ascii_case(b"key"))
}

fn has_harmless_end(name: &[u8]) -> bool {
    const HARMLESS: [&[u8]; 10] =
        [b"_id", b"-id", b"_file", b"_path", b"_name", b"_url", b"_uri", b"_type", b"_cache", b"_accessor"];
    let ends = |end: &[u8]| name.len() > end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end);
    HARMLESS.into_iter().any(ends) || name.ends_with(b"Id") || name.ends_with(b"File")
}

/// Whether a value is one item of a list rather than what a name is given: `["name", "value"]`, `key = ["value", "value"]`, or
/// begins with the dash of a piece that something stands before.
fn is_piece(text: &[u8], candidate: &Candidate) -> bool {
    let before = |at: usize, back: usize| at.checked_sub(back).and_then(|at| text.get(at)).copied();
    let secret = &candidate.secret;
    // The arguments of a call; `{name, "value"}` of Erlang.
    let opened = |name: &Range<usize>| {
        text[..name.start].ends_with(b"{") || text[..name.start - 1].trim_ascii_end().ends_with(b"(")
    };
    let named_item = candidate.operator == Some(Operator::Comma)
        && candidate.name.as_ref().is_some_and(|name| name.start > 0 && !opened(name));
    let first_item = before(secret.start, 2) == Some(b'[') && text.get(secret.end + 1) == Some(&b',');
    named_item || candidate.quoted && first_item || text[secret.start] == b'-'
}

#[cfg(test)]
mod tests;
