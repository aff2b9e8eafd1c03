//! Names that say that a random value is no secret: digests, signatures of messages, cursors of lists, constants of protocols.

use super::samples::is_chosen;
use super::{made, says};
use crate::detect::{Candidate, NEIGHBOURHOOD, Operator};
use crate::judge::kind::{self, FileKind};
use crate::judge::signals;
use crate::rules::Rule;

/// What the name of a value, or what stands before it in its line, says it is instead of a secret. For rules that the value model judges,
/// which see the line.
pub(super) fn other_than_secret(rule: &Rule, text: &[u8], candidate: &Candidate) -> Option<&'static str> {
    let name = candidate.name.clone().map_or(&[][..], |name| &text[name]);
    if is_signature(name) || is_signature_of_request(text, candidate) {
        return Some(SIGNATURE);
    }
    if text[candidate.secret.clone()].ends_with(b"/aws4_request") {
        return Some("the scope of a signature: an id, a day and a region");
    }
    if is_file_of_digest(text, candidate) {
        return Some("the name of a file, and the digest of what it holds");
    }
    if is_about_secret(name) {
        return Some("its name says that it is about a secret: where it is, what it is called, how many there are");
    }
    if says(name, &["ice"], 1) && says(name, &["pwd", "password"], 1) {
        return Some("belongs to one call (ICE, RFC 8839)");
    }
    if !is_chosen(rule) && is_for_search(text, candidate, name) {
        return Some("a key of Algolia that only searches, made to be shipped in pages");
    }
    if is_chosen(rule) {
        return says(name, &["policy", "policies"], 1).then_some("a policy for passwords, and none itself");
    }
    if says(name, &["magic"], 1) && !says(name, &["link", "login"], 1) {
        return Some("a magic value tells protocols apart, and opens nothing");
    }
    if says(name, &["csrfmiddlewaretoken", "csrf", "xsrf"], 1) || ends_in(name, b"requestverificationtoken") {
        return Some("a token against forged requests belongs to one session");
    }
    if is_tag(name) {
        return Some("the tag of an encrypted message opens nothing");
    }
    if is_half_of_handshake(name) {
        return Some("a challenge, which opens nothing");
    }
    if is_name_of_public_key(name) || rule.id == "generic-key" && says(name, &["public"], 1) {
        return Some("its name says that it is a public key");
    }
    if rule.id == "generic-key" && is_key_of_thing(name) {
        return Some("the key under which something is kept or found");
    }
    if is_place_in_list(name) {
        return Some("a place in a list");
    }
    if is_digest(rule, name) {
        return Some("its name says that it is a digest of something");
    }
    if says(name, &["gpg", "pgp", "openpgp", "signingkey", "recv"], 1) && is_pgp_id(&candidate.bytes(text)) {
        return Some("the id or the fingerprint of a PGP key");
    }
    (rule.id == "generic-key" && is_public(text, candidate)).then_some("its line says that it is a public key")
}

/// Whether the last word of a name is that of a setting or an account: `Password.Algorithm`, `credentials.username`, `require_otp_vsn`.
pub(super) fn is_setting(name: &[u8]) -> bool {
    const ENDS: [&str; 31] = [
        "button",
        "label",
        "tooltip",
        "placeholder",
        "hint",
        "prompt",
        "id",
        "ids",
        "error",
        "errors",
        "message",
        "name",
        "username",
        "user",
        "host",
        "hostname",
        "port",
        "algorithm",
        "algo",
        "iterations",
        "parallelism",
        "length",
        "size",
        "cost",
        "expires",
        "expiry",
        "policy",
        "format",
        "version",
        "versions",
        "vsn",
    ];
    signals::words(name).last().is_some_and(|(_, word)| says(word, &ENDS, 1))
}

/// Why signatures are no keys.
pub(super) const SIGNATURE: &str = "the signature of one message or request opens no other";

/// Whether a name ends as that of a signature: `X-Hub-Signature`.
pub(super) fn is_signature(name: &[u8]) -> bool {
    last_word(name).eq_ignore_ascii_case(b"signature")
}

fn last_word(name: &[u8]) -> &[u8] {
    signals::words(name).last().map_or(&[], |(_, word)| word)
}

/// `nextPageToken`, `continuation_token`; a page's access token is another thing.
fn is_place_in_list(name: &[u8]) -> bool {
    let last = last_word(name);
    let before = last_word(&name[..name.len() - last.len()]);
    last.eq_ignore_ascii_case(b"token") && says(before, &["page", "next", "continuation", "cursor"], 1)
}

/// `tokenEndpoint`, `passwordField`, `key_alias`: what a secret's neighbours in settings and programs are called.
fn is_about_secret(name: &[u8]) -> bool {
    const ENDS: [&str; 14] = [
        "url", "uri", "endpoint", "path", "alias", "prefix", "column", "arn", "field", "encoder", "count", "issuer",
        "method", "type",
    ];
    let last = last_word(name);
    last.len() < name.len() && says(last, &ENDS, 1)
}

/// The last 8 or 16 hexadecimal digits of a fingerprint, or all 40.
fn is_pgp_id(secret: &[u8]) -> bool {
    matches!(secret.len(), 8 | 16 | 40) && secret.iter().all(u8::is_ascii_hexdigit)
}

/// `lib/password.rb: 5d41…`, `/etc/passwd: 5d41…`: a list of files with their digests.
fn is_file_of_digest(text: &[u8], candidate: &Candidate) -> bool {
    const DIGESTS: [usize; 3] = [32, 40, 64];
    let Some(name) = candidate.name.clone() else { return false };
    let secret = &text[candidate.secret.clone()];
    if !DIGESTS.contains(&secret.len()) || !secret.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let in_folder = name.start.checked_sub(1).is_some_and(|n| text[n] == b'/');
    let called = std::str::from_utf8(&text[name]).is_ok_and(|name| kind::of(name) != FileKind::Plain);
    in_folder || called
}

/// `Sec-WebSocket-Key`, drawn for each connection (RFC 6455).
fn is_half_of_handshake(name: &[u8]) -> bool {
    // An early draft of the protocol had two of them, with a number each.
    ends_in(made::without_number(name), b"websocket-key")
}

fn ends_in(name: &[u8], end: &[u8]) -> bool {
    name.to_ascii_lowercase().ends_with(end)
}

/// Whether Algolia, its search for documentation or an index is named near a key; keys that write are called so.
fn is_for_search(text: &[u8], candidate: &Candidate, name: &[u8]) -> bool {
    let from = candidate.anchor.saturating_sub(NEIGHBOURHOOD.back);
    let to = text.len().min(candidate.anchor.saturating_add(NEIGHBOURHOOD.forward));
    let seen = text.get(from..to).unwrap_or_default().to_ascii_lowercase();
    let named =
        [&b"algolia"[..], b"docsearch", b"indexname"].iter().any(|word| memchr::memmem::find(&seen, word).is_some());
    named && !says(name, &["admin", "write", "secret"], 1)
}

/// `auth_tag`, of encryption that authenticates.
fn is_tag(name: &[u8]) -> bool {
    let last = last_word(name);
    last.eq_ignore_ascii_case(b"tag")
        && last_word(&name[..name.len() - last.len()]).to_ascii_lowercase().starts_with(b"auth")
}

/// `credentialPublicKey`, `leftrsasigkey` of IPsec; a public API key may be one for all to see, or the name of an exported constant.
fn is_name_of_public_key(name: &[u8]) -> bool {
    let mut before = &b""[..];
    signals::words(name).any(|(_, word)| {
        let public = before.eq_ignore_ascii_case(b"public") && word.eq_ignore_ascii_case(b"key");
        before = word;
        public || says(word, &["pubkey", "publickey", "rsasigkey", "leftrsasigkey", "rightrsasigkey"], 1)
    })
}

/// What caches, tables and maps call a key.
fn is_key_of_thing(name: &[u8]) -> bool {
    const THINGS: [&str; 17] = [
        "translation",
        "index",
        "unique",
        "context",
        "cache",
        "primary",
        "foreign",
        "sort",
        "partition",
        "row",
        "group",
        "release",
        "map",
        "lookup",
        "object",
        "routing",
        "dedup",
    ];
    let last = last_word(name);
    let before = last_word(&name[..name.len() - last.len()]);
    last.eq_ignore_ascii_case(b"key") && says(before, &THINGS, 1)
}

fn is_digest(rule: &Rule, name: &[u8]) -> bool {
    // `api_hash` is what Telegram calls a secret.
    let hash = matches!(&*rule.id, "generic-key" | "generic-token") && last_word(name).eq_ignore_ascii_case(b"hash");
    // What SCRAM keeps of a password (RFC 5802).
    let stored = says(name, &["stored", "salted"], 1);
    hash || stored || says(name, &["checksum", "thumbprint", "fingerprint", "hashed", "md5", "digest"], 1)
}

/// `oauth_signature="…"`, whose last word alone may be the name.
fn is_signature_of_request(text: &[u8], candidate: &Candidate) -> bool {
    const NAME: &[u8] = b"signature";
    let from = candidate.anchor.saturating_sub(NEIGHBOURHOOD.back);
    let head = text.get(from..candidate.secret.start).unwrap_or_default();
    let head = head.strip_suffix(b"\"").unwrap_or(head);
    let head = head.strip_suffix(b"=").unwrap_or_default();
    head.len() >= NAME.len() && head[head.len() - NAME.len()..].eq_ignore_ascii_case(NAME)
}

/// Whether what stands before a name in its line speaks of a public key: `pubkey, err := ParseKey("…")`.
fn is_public(text: &[u8], candidate: &Candidate) -> bool {
    let Some(name) = &candidate.name else { return false };
    if !matches!(candidate.operator, Some(Operator::Call | Operator::Equals | Operator::Comma)) {
        return false;
    }
    let from = candidate.anchor.saturating_sub(NEIGHBOURHOOD.back);
    let head = text.get(from..name.start).unwrap_or_default();
    let line = memchr::memrchr(b'\n', head).map_or(head, |n| &head[n + 1..]);
    // `public` alone is a modifier in many languages.
    let said = |words: &[u8]| line.windows(words.len()).any(|w| w.eq_ignore_ascii_case(words));
    said(b"pubkey") || said(b"publickey") || said(b"public_key") || said(b"public key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Detector;
    use crate::rules::{RuleSet, examples};

    /// What is said of what the rule `id` finds in `text`, a template.
    fn said(id: &str, text: &str) -> Option<&'static str> {
        let rules = RuleSet::builtin();
        let text = examples::expand(text, 5).expect("a template").text;
        let found = Detector::new(&rules).search(text.as_bytes());
        let candidate = found.iter().find(|c| rules.get(c.rule).id == id).expect(id);
        other_than_secret(rules.get(candidate.rule), text.as_bytes(), candidate)
    }

    #[test]
    fn names_of_what_is_no_secret() {
        for (id, text, word) in [
            ("generic-auth", "Authorization: OAuth oauth_signature=\"{{base62:26}}%3D\"", "signature"),
            ("generic-token", "X-Amz-Credential: {{upper:20}}/20200102/us-east-1/s3/aws4_request", "scope"),
            ("generic-password", "\"lib/functions/my_password.rb\": \"{{hex:32}}\"", "file"),
            ("generic-password", "/etc/passwd: {{hex:32}}", "file"),
            ("generic-password", "passwordPolicy: {{base62:14}}", "policy"),
            ("generic-token", "MagicCookieValue: \"{{hex:32}}\"", "magic"),
            ("generic-auth", "\"auth_tag\": \"{{base64:22}}==\"", "tag"),
            ("generic-password", "a=ice-pwd:{{base62:24}}", "one call"),
            ("generic-token", "nextPageToken: \"{{base62:32}}\"", "place"),
            ("generic-token", "tokenEndpoint: \"{{base62:32}}\"", "about a secret"),
            ("generic-key", "routingKey = \"{{hex:32}}\"", "kept"),
            ("generic-token", "node-token-checksum: \"{{hex:64}}\"", "digest"),
            ("generic-key", "segment_key_hash: \"{{hex:32}}\"", "digest"),
            ("generic-key", "storedKey={{hex:32}}", "digest"),
            ("generic-key", "tool --gpg-key {{hex:16}}", "PGP"),
            ("generic-key", "gpg --recv-key {{HEX:40}}", "PGP"),
            ("generic-token", "\"__RequestVerificationToken\": \"{{base62:80}}\"", "session"),
            ("generic-api-key", "docsearch({ apiKey: '{{hex:32}}', indexName: 'acme' })", "searches"),
            ("generic-signing-secret", "git config user.signingkey \"{{hex:40}}\"", "PGP"),
            ("generic-token", "name=\"csrfmiddlewaretoken\" value=\"{{base62:32}}\"", "session"),
            ("generic-key", "Sec-WebSocket-Key: {{base64:22}}==", "challenge"),
            ("generic-key", "'Sec-WebSocket-Key2': '{{base62:22}}'", "challenge"),
            ("generic-key", "init({ appId: 'acme', apiKey: '{{hex:32}}', indexName: 'npm' })", "searches"),
            ("generic-token", "credentialPublicKey: \"{{base62:32}}\"", "public"),
            ("generic-key", "leftrsasigkey=0sAQN{{base62:60}}", "public"),
            ("generic-key", "publicResourceKey: \"{{base62:32}}\"", "public"),
            ("generic-key", "unique_key: \"{{hex:40}}\"", "kept"),
            ("generic-key", "pubkey, err := ParseKey(\"{{base64:43}}=\")", "public"),
        ] {
            assert!(said(id, text).is_some_and(|reason| reason.contains(word)), "{text}: {:?}", said(id, text));
        }
    }

    #[test]
    fn names_of_secrets() {
        for (id, text) in [
            ("generic-token", "magic_link_token: \"{{base62:32}}\""),
            ("generic-token", "page_access_token: \"{{base62:32}}\""),
            ("generic-signing-secret", "signature_secret: \"{{hex:64}}\""),
            ("generic-api-key", "acme_api_key: \"{{hex:32}}\""),
            ("generic-api-key", "algolia_write_api_key: \"{{hex:32}}\""),
            ("generic-password", "db_password: \"{{base62:14}}\""),
            ("generic-password", "db.password: \"{{hex:32}}\""),
            ("generic-key", "sealed, err := ParseKey(\"{{base64:43}}=\")"),
            ("generic-key", "public static final String AES_KEY = \"{{hex:32}}\";"),
        ] {
            assert_eq!(said(id, text), None, "{text}");
        }
    }
}
