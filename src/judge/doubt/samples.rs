//! What people make up for tests, examples and documentation, and words that are no secret wherever they stand.

use super::made::{self, METASYNTACTIC, NAME, PASSWORD, is_of_words, text_of_base64, without_disguise};
use super::{DENIED, USUAL_MADE, Where, digest, instead, keyboard, language, names, says, vectors};
use crate::detect::check::codec::percent_decoded;
use crate::detect::check::{self, Check, Verdict};
use crate::detect::{self, Candidate, NEIGHBOURHOOD, Operator, weak};
use crate::judge::{placeholder, signals, value};
use crate::rules::{Kind, Matcher, Rule};

/// Why a value of a rule that the value model judges is probably no secret that somebody uses, and in which files that counts.
pub(super) fn of(rule: &Rule, text: &[u8], candidate: &Candidate) -> Option<(Where, &'static str)> {
    let name = candidate.name.clone().map_or(&[][..], |name| &text[name]);
    let secret = &*candidate.bytes(text);
    let anywhere = no_secret(rule, name, secret)
        .or_else(|| names::other_than_secret(rule, text, candidate))
        .or_else(|| example_of_use(rule, text, candidate, secret));
    anywhere.map(|reason| (Where::Everywhere, reason)).or_else(|| in_some_files(rule, text, candidate, name, secret))
}

/// What rule, name and value say wherever they stand.
fn no_secret(rule: &Rule, name: &[u8], secret: &[u8]) -> Option<&'static str> {
    if language::is_sentence(secret) || language::is_mark_of_text(secret) {
        return Some("words of a language, as messages and translations have them");
    }
    if made::is_public_key(secret) {
        return Some("a public key");
    }
    if made::is_date(secret) || made::is_version(secret) {
        return Some("a date or a range of versions");
    }
    if keyboard::is_mashed(secret) {
        return Some("struck on the middle row of a keyboard");
    }
    if names::is_setting(name) {
        return Some("its name ends as that of a setting or an account");
    }
    if says(name, &["nonce", "cnonce"], 1) {
        return Some("a nonce is used once, and opens nothing");
    }
    if rule.id == "generic-auth" && made::is_signature(secret) {
        return Some("an id and the signature of one message");
    }
    if digest::is_of_known_word(secret) {
        return Some(HASH_OF_KNOWN_WORD);
    }
    if matches!(&*rule.id, "generic-password" | "generic-token" | "generic-auth") && made::has_control_escapes(secret) {
        return Some("escapes of control characters: bytes of a program");
    }
    if let Some(reason) = instead::of_secret(secret) {
        return Some(reason);
    }
    if is_chosen(rule) {
        return instead::of_password(secret);
    }
    // When it ends is not asked: a check does that where the whole token is found.
    if secret.starts_with(b"eyJ") && matches!(Check::Jwt.run(secret, 0).verdict, Verdict::Weak | Verdict::Invalid) {
        return Some("a JSON Web Token that opens nothing");
    }
    if made::is_constraint(secret) {
        return Some("what tables call an index or a foreign key");
    }
    if made::is_short_constant(secret) {
        return Some("a few bytes with escapes: a constant of a program");
    }
    if made::is_fernet_message(secret) {
        return Some("a Fernet message, which opens nothing without its key");
    }
    if is_of_words(secret, NAME) || made::is_word_and_number(secret) || made::is_joined(secret) {
        return Some("made of words: what something is called");
    }
    if made::is_mostly_number(secret) {
        return Some("a number with a letter: an id");
    }
    if made::is_text_in_base32(secret) {
        return Some(TEXT_IN_BASE32);
    }
    if instead::is_encrypted(secret) {
        return Some("encrypted: it opens nothing without its key");
    }
    if check::nkey::is_public(secret) {
        return Some("a public key of NATS");
    }
    if made::has_padding_inside(secret) {
        return Some("padding of base64 before its end: cut, or damaged on purpose");
    }
    if made::text_of_hex(secret).is_some_and(|plain| is_of_words(&plain, NAME) || placeholder::is_typed(&plain)) {
        return Some("words in hexadecimal");
    }
    if text_of_base64(secret).is_some_and(|plain| plain.starts_with(CERTIFICATE)) {
        return Some("a certificate, which is public");
    }
    // A user name and a password may be words, and open something.
    if has_words_in_base64(secret) && detect::pair(secret).is_none() {
        return Some("words in base64");
    }
    if made::is_part_of_jwt(secret) {
        return Some("a part of a JSON Web Token");
    }
    let repeated = keyboard::repeats_pairs(secret) && detect::pair(secret).is_none();
    repeated.then_some("the same pairs of signs over and over, as no generator draws them")
}

/// Why seeds of one-time passwords that are text are of low confidence.
const TEXT_IN_BASE32: &str = "text in base32: a sample of a seed";

/// How a certificate in PEM form begins, whether `CERTIFICATE` is whole or not.
const CERTIFICATE: &[u8] = b"-----BEGIN CERT";

/// Why such a hash is of low confidence, as weak passwords are.
const HASH_OF_KNOWN_WORD: &str = "the hash of a password that everybody tries first";

/// Why a JSON Web Token without an issuer is of low confidence in some files.
const TOKEN_OF_NOBODY: &str = "a token of a test or an example, which names no issuer";

/// What stands round a value says that it only shows how something is used.
fn example_of_use(rule: &Rule, text: &[u8], candidate: &Candidate, secret: &[u8]) -> Option<&'static str> {
    if language::is_followed_by_words(text, candidate) {
        return Some("the first of several words of a language");
    }
    if is_chosen(rule) && language::is_name_beside(text, candidate) {
        return Some("the name of a user or a database beside it is the same");
    }
    if is_chosen(rule) && language::is_quoted_in_sentence(text, candidate) {
        return Some("a word quoted in a sentence");
    }
    if value::is_uuid(secret) && is_in_prose(text, candidate) {
        return Some("an id in the middle of a sentence");
    }
    let wordy = || is_of_words(secret, PASSWORD) || made::is_like_words(secret) || instead::is_name_in_parts(secret);
    if candidate.operator == Some(Operator::Compare) && wordy() {
        return Some("compared with a word: a choice, not a secret");
    }
    if language::is_followed_by_escape(text, candidate) {
        return Some("the beginning of a word with a letter that is escaped, as translations have it");
    }
    if text[..candidate.secret.start].ends_with(b"```") {
        return Some("the language of a block of code");
    }
    if is_made_for_a_sample(text, candidate) {
        return Some("handed to a function that makes samples or hashes");
    }
    if let Some(reason) = in_address(rule, text, candidate) {
        return Some(reason);
    }
    if language::is_given_as_example(text, candidate) {
        return Some(language::GIVEN_AS_EXAMPLE);
    }
    if !is_in_comment(text, candidate) {
        return None;
    }
    if is_cookie(text, candidate) {
        return Some("a cookie in a comment: an example of one");
    }
    if made::is_hash(secret) {
        return Some(HASH_IN_COMMENT);
    }
    (is_chosen(rule) && is_of_words(&without_disguise(secret), PASSWORD))
        .then_some("a word for a password in a comment: an example of one")
}

/// Why hashes in comments are of low confidence.
const HASH_IN_COMMENT: &str = "the hash of a password in a comment: an example of one";

/// The same for a rule that the value model does not judge, as far as such a rule sees.
pub(super) fn of_place(rule: &Rule, text: &[u8], candidate: &Candidate) -> Option<&'static str> {
    if language::is_given_as_example(text, candidate) {
        return Some(language::GIVEN_AS_EXAMPLE);
    }
    if rule.is_password_hash() {
        return is_in_comment(text, candidate).then_some(HASH_IN_COMMENT);
    }
    let name = candidate.name.clone().map_or(&[][..], |name| &text[name]);
    (matches!(rule.matcher, Matcher::Context(_)) && names::is_signature(name)).then_some(names::SIGNATURE)
}

/// What counts in tests, examples and documentation.
fn in_some_files(
    rule: &Rule,
    text: &[u8],
    candidate: &Candidate,
    name: &[u8],
    secret: &[u8],
) -> Option<(Where, &'static str)> {
    let sample = |reason| Some((Where::Samples, reason));
    if rule.id == "generic-salt" && vectors::is_spelled_out(secret) {
        return Some((Where::Everywhere, "bytes that a program spells out: the salt of a protocol"));
    }
    if rule.id == "generic-salt" {
        return sample("a salt opens nothing");
    }
    if has_words_in_base64(secret) {
        return sample("words in base64");
    }
    if matches!(&*rule.id, "generic-key" | "generic-token") && made::is_json_in_base64(secret) {
        return sample("JSON in base64");
    }
    if !is_chosen(rule) && check::is_jwt_of_nobody(secret) {
        return sample(TOKEN_OF_NOBODY);
    }
    if rule.id == "basic-auth-header" && candidate.inner.is_none() && detect::pair(secret).is_none() {
        return sample("Basic that does not decode to a user name and a password");
    }
    if detect::pair(secret).is_some_and(|(_, password)| made::is_hash(&password)) {
        return sample("the hash of a password in base64, of a test or an example");
    }
    if is_chosen(rule) && says(name, &["encoded", "hashed", "encrypted", "hash", "sha", "sha1", "sha256", "md5"], 1) {
        return sample("its name says that it is not the password itself");
    }
    if candidate.operator == Some(Operator::Compare) && head(text, candidate).trim_ascii_start().starts_with(b"- ") {
        return sample("compared in a list of conditions, as tests state them");
    }
    if says(name, &["credential", "credentials"], 1) && secret.len() < USUAL_MADE {
        return sample("keys and tokens are longer");
    }
    if is_cookie(text, candidate) {
        return sample("a cookie, whose session is of a test");
    }
    if matches!(&*rule.id, "generic-token" | "generic-password" | "generic-auth") && value::is_uuid(secret) {
        return Some((Where::Folders, "a UUID of a test or a sample: an id as likely as a token"));
    }
    if vectors::is_spelled_out(secret) {
        return Some((Where::Fixtures, "bytes that a program spells out: a vector of a test"));
    }
    if !is_chosen(rule) && vectors::is_beside_cipher_text(text, candidate) {
        return Some((Where::Fixtures, "beside a plain text and its cipher text: a vector of a test"));
    }
    if rule.id == "generic-password" && digest::is_long_as_one(secret) {
        return Some((Where::Fixtures, "as long as a digest: the hash of a password that a test made up"));
    }
    made_up(rule, secret)
}

fn has_words_in_base64(secret: &[u8]) -> bool {
    text_of_base64(secret).is_some_and(|plain| is_of_words(&plain, NAME) || plain.iter().all(u8::is_ascii_digit))
}

/// The same for a rule that the value model does not judge: from the value alone.
pub(super) fn of_value(rule: &Rule, secret: &[u8]) -> Option<(Where, &'static str)> {
    let random = match &rule.matcher {
        Matcher::Token(token) => token.random,
        Matcher::Context(context) => context.random,
        Matcher::Assignment(_) => false,
    };
    if random && (made::is_identifier(secret) || made::is_camel(secret)) {
        return Some((Where::Everywhere, "made of words: what something is called"));
    }
    if rule.id.starts_with("otp-") && made::is_text_in_base32(secret) {
        return Some((Where::Everywhere, TEXT_IN_BASE32));
    }
    let token = match rule.check {
        Some(Check::Jwt) => check::is_jwt_of_nobody(secret),
        Some(Check::JwtBase64) => check::codec::base64(secret).is_some_and(|token| check::is_jwt_of_nobody(&token)),
        _ => false,
    };
    if token {
        return Some((Where::Samples, TOKEN_OF_NOBODY));
    }
    if rule.id == "kubernetes-secret-manifest" && secret.contains(&b'/') && is_of_words(secret, NAME) {
        return Some((Where::Everywhere, "a path made of words"));
    }
    let password = is_chosen(rule) || rule.id == "kubernetes-secret-manifest";
    if password && instead::is_told_in_base64(secret) {
        return Some((Where::Everywhere, instead::TOLD_IN_BASE64));
    }
    if rule.kind == Kind::Password && digest::is_of_known_word(secret) {
        return Some((Where::Everywhere, HASH_OF_KNOWN_WORD));
    }
    if let Some(plain) = text_of_base64(secret) {
        if plain.starts_with(CERTIFICATE) {
            return Some((Where::Everywhere, "a certificate, which is public"));
        }
        if is_of_words(&plain, NAME) {
            return Some((Where::Samples, "words in base64"));
        }
    }
    if is_chosen(rule) { made_up(rule, secret) } else { None }
}

/// Passwords of tests, examples and documentation, and their hashes.
fn made_up(rule: &Rule, secret: &[u8]) -> Option<(Where, &'static str)> {
    /// People put few signs into a word; generators put in more.
    const MOST_SIGNS: usize = 2;
    if made::is_hash(secret) {
        return Some((Where::Samples, "the hash of a password that a test or an example made up"));
    }
    // People think of secrets as well, as of `Mys3cr3t`.
    if !is_chosen(rule) && !matches!(&*rule.id, "generic-secret" | "generic-signing-secret") {
        return None;
    }
    let plain = without_disguise(secret);
    let signs = secret.iter().filter(|b| b.is_ascii_punctuation() && !matches!(b, b'_' | b'-')).count();
    let told = signs <= MOST_SIGNS && (is_of_words(&plain, PASSWORD) || made::is_like_words(&plain))
        || weak::is_weak(&plain)
        || says(&plain, &DENIED, 3)
        || says(&plain, &METASYNTACTIC, 3)
        || says(&plain, &["pass", "passwd", "pwd", "password"], 1)
        || made::is_metasyntactic(secret)
        || made::is_joined(secret)
        || made::is_name_and_year(secret)
        || placeholder::is_told(secret)
        || made::says_password(&percent_decoded(secret));
    if told || placeholder::is_typed(secret) {
        return Some((Where::Samples, "a word, or one in disguise: tests and examples make such passwords up"));
    }
    keyboard::is_struck(secret).then_some((Where::Samples, "keys that lie side by side"))
}

/// Passwords: people choose them.
pub(super) fn is_chosen(rule: &Rule) -> bool {
    matches!(rule.kind, Kind::Password | Kind::ConnectionString) || rule.id == "basic-auth-header"
}

/// The part of the line before a value, as far as rules see.
pub(super) fn head<'t>(text: &'t [u8], candidate: &Candidate) -> &'t [u8] {
    let from = candidate.anchor.saturating_sub(NEIGHBOURHOOD.back);
    let head = text.get(from..candidate.secret.start).unwrap_or_default();
    memchr::memrchr(b'\n', head).map_or(head, |n| &head[n + 1..])
}

/// Whether a value is an argument of a call whose name says that it makes a sample of it, or its hash: the first, or the second after a
/// text that was taken for a name, as in `hash("password", "…")`.
fn is_made_for_a_sample(text: &[u8], candidate: &Candidate) -> bool {
    let head = head(text, candidate);
    let second = candidate.operator == Some(Operator::Comma);
    let before = candidate.name.as_ref().filter(|_| second).map_or(0, |name| candidate.secret.start - name.start);
    let head = &head[..head.len().saturating_sub(before)];
    let head = head.strip_suffix(b"\"").or_else(|| head.strip_suffix(b"'")).unwrap_or(head);
    let Some(call) = head.strip_suffix(b"(") else { return false };
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let start = call.iter().rposition(|b| !word(b)).map_or(0, |n| n + 1);
    says(&call[start..], &["sample", "example", "fake", "mock", "dummy", "stub", "hash"], 1)
}

/// What is said of a value in an address: its host is one that examples use, or it is a key that pages hand on, such as the one a font is
/// asked for with. The password in front of a host has a doubt of its own, and keys of providers in addresses have rules.
fn in_address(rule: &Rule, text: &[u8], candidate: &Candidate) -> Option<&'static str> {
    let head = head(text, candidate);
    let start =
        head.iter().rposition(|b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'<' | b'(' | b'`')).map_or(0, |n| n + 1);
    let address = &head[start..];
    let host = memchr::memmem::find(address, b"://").map(|n| &address[n + 3..])?;
    if super::is_host_of_examples(host) {
        return Some("part of an address that examples use");
    }
    (rule.id == "generic-key").then_some("a key in an address, which pages show")
}

/// Two plain words before the name, in the same line.
fn is_in_prose(text: &[u8], candidate: &Candidate) -> bool {
    const WORDS: usize = 2;
    let head = head(text, candidate);
    let head = &head[..head.len().min(candidate.name.as_ref().map_or(head.len(), |name| {
        head.len().saturating_sub(candidate.secret.start - name.start.min(candidate.secret.start))
    }))];
    let mut words = head.rsplit(|b| *b == b' ').skip(1);
    let plain = |word: &[u8]| {
        let word = word.strip_suffix(b",").unwrap_or(word);
        word.len() >= 2 && word.iter().all(u8::is_ascii_alphabetic)
    };
    (0..WORDS).all(|_| words.next().is_some_and(plain))
}

/// Whether the name ends as that of a cookie, or is looked up in cookies: `Set-Cookie`, `cookies[SessionKey]`.
fn is_cookie(text: &[u8], candidate: &Candidate) -> bool {
    let Some(name) = &candidate.name else { return false };
    let called =
        signals::words(&text[name.clone()]).last().is_some_and(|(_, word)| word.eq_ignore_ascii_case(b"cookie"));
    called
        || text[..name.start].ends_with(b"cookies[")
            && name.start >= candidate.anchor.saturating_sub(NEIGHBOURHOOD.back) + 8
}

fn is_in_comment(text: &[u8], candidate: &Candidate) -> bool {
    let head = head(text, candidate).trim_ascii_start();
    [&b"#"[..], b"//", b"*", b"--", b"/*", b"<!--", b";", b"%%"].iter().any(|sign| head.starts_with(sign))
}
