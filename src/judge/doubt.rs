//! What holds a generic finding down, whatever the value model scores: reasons that are sure enough to be written as rules.
//!
//! Machines make keys and tokens, and a value that no machine makes is none. People write sample values, and say so.

use std::ops::Range;

use base64::Engine as _;

use super::forms::{self, Refusal};
use super::value::reads_as_words;
use super::{placeholder, signals};
use crate::detect::{Candidate, Operator, weak};
use crate::rules::{Confidence, Kind, Matcher, Rule};

/// A reason against a finding, and how sure it can be in spite of it: none means no finding at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doubt {
    /// What was seen, as `spillcheck explain` says it.
    pub(super) reason: &'static str,
    /// The highest confidence it leaves.
    pub(super) most: Option<Confidence>,
}

/// The strongest doubt about a candidate of a rule that the value model judges.
pub(super) fn of(rule: &Rule, text: &[u8], candidate: &Candidate) -> Option<Doubt> {
    let name = candidate.name.clone().map_or(&[][..], |name| &text[name]);
    let secret = &*candidate.bytes(text);
    let assigned = matches!(rule.matcher, Matcher::Assignment(_));
    let made = is_made_by_machines(rule);
    let chosen = matches!(rule.kind, Kind::Password | Kind::ConnectionString);
    let nothing = |reason| Some(Doubt { reason, most: None });
    let low = |reason| Some(Doubt { reason, most: Some(Confidence::Low) });
    if says(name, &DENIED, 1) {
        return nothing("its name says that it is not real");
    }
    if assigned && memchr::memmem::find(secret, b"://").is_some() {
        return nothing("an address is no secret; a password in one has a rule of its own");
    }
    if !chosen && says(secret, &TOLD, SHORTEST_TOLD) {
        return nothing("a word in it says that it is not real");
    }
    if made && assigned && !holds_text(name, secret) {
        if has_odd_sign(secret) {
            return nothing("keys and tokens have no such signs");
        }
        if rule.id == "generic-key" && is_only_key(name) && !candidate.quoted {
            return nothing("the name is only `key`, and the value is not in quotes");
        }
        if secret.len() < SHORTEST_MADE {
            return nothing("keys and tokens are longer");
        }
        if secret.len() < USUAL_MADE || is_only_key(name) {
            return low("keys and tokens are longer, and are called more than `key`");
        }
    }
    if made && !is_json(secret) && has_odd_sign(secret) {
        return low("keys and tokens have no such signs");
    }
    if rule.id == "bearer-header" && (secret.len() < USUAL_MADE || is_header_of_token(secret)) {
        return nothing("bearer tokens are longer, and more than a header");
    }
    if rule.id == "basic-auth-header" && !is_base64(secret) {
        return nothing("not the base64 of a user name and a password");
    }
    if password_in_base64(secret).is_some_and(|password| weak::is_weak(&password) || reads_as_words(&password)) {
        return low("in base64, a password that examples use");
    }
    if rule.id == "url-credentials" && is_host_of_examples(&text[candidate.secret.end..]) {
        return low("the host is one of documentation");
    }
    if assigned && has_harmless_end(name) {
        return nothing("names of files, ids and addresses end so");
    }
    if rule.id == "generic-secret" && secret.len() < SHORTEST_SECRET {
        return low("secrets are longer");
    }
    if is_piece(text, candidate) {
        return low("an item of a list, or a piece of a longer value");
    }
    if !chosen && placeholder::is_typed(secret) {
        return low("typed in the order of the alphabet");
    }
    let refusal = if !chosen && assigned { forms::refusal(with_words_before(text, candidate), secret) } else { None };
    match refusal {
        Some(Refusal::Damaged) => {
            return nothing("the provider's rules, which know the name or the beginning, do not take the value");
        }
        Some(Refusal::Taken) => return low("a provider's rule knows the beginning, and says more of it"),
        Some(Refusal::Longer) => return low("longer than the provider's credentials that our rules know"),
        None => {}
    }
    None
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

/// Of the right length and padding, and not a word: `basic upgrade` is prose.
fn is_base64(secret: &[u8]) -> bool {
    secret.len().is_multiple_of(4) && (secret.ends_with(b"=") || !reads_as_words(secret))
}

/// The password of `user:password` in base64, as `Authorization: Basic` headers and registries' `auth` fields have it.
fn password_in_base64(secret: &[u8]) -> Option<Vec<u8>> {
    const LONGEST: usize = 256;
    if secret.len() > LONGEST {
        return None;
    }
    let text = base64::engine::general_purpose::STANDARD.decode(secret).ok()?;
    let printable = text.iter().all(|b| (b' '..0x7f).contains(b));
    let colon = text.iter().position(|b| *b == b':')?;
    (printable && colon > 0).then(|| text[colon + 1..].to_vec())
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
    let opened = |name: &Range<usize>| text[..name.start - 1].trim_ascii_end().ends_with(b"(");
    let named_item = candidate.operator == Some(Operator::Comma)
        && candidate.name.as_ref().is_some_and(|name| name.start > 0 && !opened(name));
    let first_item = before(secret.start, 2) == Some(b'[') && text.get(secret.end + 1) == Some(&b',');
    named_item || candidate.quoted && first_item || text[secret.start] == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Detector;
    use crate::rules::{RuleSet, examples};

    /// The doubt about what the rule `id` finds in `text`, a template.
    fn doubt(id: &str, text: &str) -> Option<Option<Confidence>> {
        let rules = RuleSet::builtin();
        let text = examples::expand(text, 5).expect("a template").text;
        let found = Detector::new(&rules).search(text.as_bytes());
        let candidate = found.iter().find(|c| rules.get(c.rule).id == id).expect("the rule sees it");
        of(rules.get(candidate.rule), text.as_bytes(), candidate).map(|doubt| doubt.most)
    }

    #[test]
    fn keys_and_tokens_are_what_machines_make() {
        let low = Some(Some(Confidence::Low));
        for (id, text, wanted) in [
            ("generic-token", "acme_token = \"{{base62:40}}\"", None),
            ("generic-token", "acme_token = \"{{base62:20}}?{{base62:20}}\"", Some(None)),
            ("generic-token", "acme_token = \"{{base62:20}}%2F{{base62:20}}\"", None),
            ("generic-token", "acme_token = \"{{base62:20}}%c{{base62:20}}\"", Some(None)),
            ("generic-token", "acme_token = \"{{base62:7}}\"", Some(None)),
            ("generic-token", "acme_token = \"{{base62:12}}\"", low),
            ("bearer-header", "Authorization: Bearer {{base62:15}}", Some(None)),
            ("bearer-header", "Authorization: Bearer eyJ{{base62:15}}", Some(None)),
            ("bearer-header", "Authorization: Bearer {{base62:40}}", None),
            ("generic-api-key", "loggly api_key = \"{{hex:16}}\"", Some(None)),
            ("generic-token", "acme_token = \"{\\\"a\\\": \\\"{{base62:32}}\\\"}\"", None),
            ("generic-token", "cookie: \"a={{base62:30}}; b={{base62:12}}\"", low),
            ("generic-key", "key: {{base62:40}}", Some(None)),
            ("generic-key", "key: \"{{base62:40}}\"", low),
            ("generic-key", "acme_key: {{base62:40}}", None),
            ("generic-secret", "app_secret = \"{{base62:20}}?{{base62:20}}\"", None),
            ("generic-secret", "app_secret = \"{{base62:10}}\"", low),
        ] {
            assert_eq!(doubt(id, text), wanted, "{text}");
        }
    }

    #[test]
    fn what_base64_and_addresses_hold() {
        let low = Some(Some(Confidence::Low));
        let basic =
            |pair: &str| format!("Authorization: Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
        let random = examples::expand("{{base62:14}}", 5).expect("a template").text;
        for (id, text, wanted) in [
            ("basic-auth-header", basic("user:passwd"), low),
            ("basic-auth-header", basic("alice:secret"), low),
            ("basic-auth-header", basic(&format!("alice:{random}")), None),
            ("basic-auth-header", "it is a basic upgrades test".to_owned(), Some(None)),
            ("generic-auth", basic("alice:secret").replace("orization: Basic ", " = "), low),
            ("url-credentials", format!("http://mary:{random}@www.acme.com/"), low),
            ("url-credentials", format!("http://mary:{random}@host:80/"), low),
            ("url-credentials", format!("http://mary:{random}@notexample.com/"), None),
            ("url-credentials", format!("http://mary:{random}@db.acme.internal/"), None),
        ] {
            assert_eq!(doubt(id, &text), wanted, "{text}");
        }
    }

    #[test]
    fn names_and_values_that_say_what_they_are() {
        let low = Some(Some(Confidence::Low));
        for (id, text, wanted) in [
            ("generic-token", "invalid_token = \"{{base62:40}}\"", Some(None)),
            ("generic-password", "wrongPassword = \"{{base62:14}}\"", Some(None)),
            ("generic-token", "annotated_token = \"{{base62:40}}\"", None),
            ("generic-token", "acme_token = \"{{hex:20}}_extra\"", Some(None)),
            ("generic-token", "acme_token = \"{{hex:20}}extra\"", None),
            ("generic-token", "acme_token = \"https://login.acme.test/{{hex:20}}\"", Some(None)),
            ("generic-token", "acme_token = \"abc123def456ghi789jkl012mno345\"", low),
            ("generic-token", "acme_token = \"A1b2C3d4E5f6G7h8I9j0K1l2M3n4\"", low),
            ("generic-token", "token_id = \"{{base62:40}}\"", Some(None)),
            ("generic-token", "acme_token = \"glpat-{{base62:25}}?\"", Some(None)),
            ("generic-api-key", "DATADOG_API_KEY=\"{{hex:31}}\"", Some(None)),
            ("generic-api-key", "DATADOG_API_KEY=\"{{hex:44}}\"", low),
            ("generic-password", "datadog_password = \"{{base62:14}}\"", None),
        ] {
            assert_eq!(doubt(id, text), wanted, "{text}");
        }
    }
}
