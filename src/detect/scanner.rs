//! Token extents that need more than a regular expression.
//!
//! Every scanner is linear and reads nothing beyond `at + longest()`, so that a window shows what the whole text shows.

use std::ops::Range;

use memchr::memmem;

use crate::named_enum;

named_enum! {
    /// A scanner named in a rule file.
    Scanner {
        /// A PEM or PGP private key block: from `-----BEGIN` to its `-----END … -----`, escaped, quoted or indented.
        Pem = "pem",
        /// A JSON Web Token: three base64url parts (five for an encrypted one).
        Jwt = "jwt",
        /// A PuTTY private key file.
        Putty = "putty",
        /// A long random text in quotes, from the operator and the quote before it.
        Random = "random",
    }
}

impl Scanner {
    /// Longest match in bytes.
    pub fn longest(self) -> usize {
        match self {
            Self::Pem => 32 * 1024,
            Self::Jwt | Self::Putty => 16 * 1024,
            Self::Random => LONGEST_RANDOM + 8,
        }
    }

    /// Longest text of a match before its anchor: matches begin at their anchor.
    pub fn lookback(self) -> usize {
        0
    }

    /// The extent of the token whose anchor begins at `at`, or, of a random text, that stands behind it.
    pub fn find(self, hay: &[u8], at: usize) -> Option<Range<usize>> {
        let end = hay.len().min(at.saturating_add(self.longest()));
        let window = hay.get(at..end)?;
        let length = match self {
            Self::Pem => pem(window)?,
            Self::Jwt if follows_token(hay.get(..at)?) => return None,
            Self::Jwt => jwt(window, self.longest())?,
            Self::Putty => putty(window)?,
            Self::Random => return random(window).map(|text| at + text.start..at + text.end),
        };
        Some(at..at + length)
    }
}

/// Shortest and longest text that is taken for random without a name.
const SHORTEST_RANDOM: usize = 40;
const LONGEST_RANDOM: usize = 200;

/// The text in quotes behind the operator that `text` begins with, if it is long, of one piece, of a round length, and of capitals,
/// small letters and digits: passwords are shorter, and checksums are hexadecimal.
fn random(text: &[u8]) -> Option<Range<usize>> {
    /// Checksums of files as package managers write them.
    const CHECKSUMS: [&[u8]; 4] = [b"sha1-", b"sha256-", b"sha384-", b"sha512-"];
    let start = text.iter().take(4).position(|b| matches!(b, b'"' | b'\''))? + 1;
    let body = &text[start..];
    // Nearly everything ends here.
    let inside = |n: usize| body.get(n).is_some_and(|b| is_base64(*b) || is_base64url(*b));
    if !inside(SHORTEST_RANDOM - 1) || !inside(SHORTEST_RANDOM / 2) || !inside(0) {
        return None;
    }
    let run = (0..body.len()).take_while(|n| inside(*n)).count();
    let padding = body[run..].iter().take(2).take_while(|b| **b == b'=').count();
    let closed = body.get(run + padding) == Some(&text[start - 1]);
    let has = |class: fn(&u8) -> bool, least| body[..run].iter().filter(|b| class(b)).count() >= least;
    // Two digits are missing in two of a thousand random texts.
    let mixed = has(u8::is_ascii_lowercase, 2) && has(u8::is_ascii_uppercase, 2) && has(u8::is_ascii_digit, 1);
    let length = run + padding;
    let fits = (SHORTEST_RANDOM..=LONGEST_RANDOM).contains(&length) && is_round(length);
    let checksum = CHECKSUMS.iter().any(|head| body.starts_with(head));
    (closed && mixed && fits && !checksum).then_some(start..start + run + padding)
}

/// Whether somebody asks a generator for so many characters, or so many stand for 32 or 64 bytes in base64 without padding.
fn is_round(length: usize) -> bool {
    length.is_multiple_of(4) || length.is_multiple_of(10) || matches!(length, 43 | 86)
}

/// Body text a missing END line needs.
const MIN_BODY: usize = 64;
/// A run of base64 this long, in both cases, is key material and not prose or code.
const MIN_RUN: usize = 30;
/// Text other than key material that a block may contain at a stretch: headers, comment prefixes, a placeholder.
const MAX_GAP: usize = 400;
/// Longest label of a block.
const MAX_LABEL: usize = 64;

/// Length of the block at the start of `text`.
fn pem(text: &[u8]) -> Option<usize> {
    let dashes = dashes(text, 0);
    let Some(Marker { word: Word::Begin, label, end: header_end }) = marker(text, dashes) else { return None };
    let mut at = header_end;
    let mut body = 0;
    let mut body_end = header_end;
    while at < text.len() && at - body_end <= MAX_GAP {
        if text[at] == b'-' {
            at += dashes_run(text, at);
            match marker(text, at) {
                Some(Marker { word: Word::End, label: other, end }) if closes(label, other) => return Some(end),
                Some(_) => break,
                None => {}
            }
        } else if is_base64(text[at]) {
            let run = base64_run(text, at);
            let follows = body_end > header_end && at - body_end < 16 && text.get(at + run) == Some(&b'=');
            let padding = text.iter().skip(at + run).take(2).take_while(|b| **b == b'=').count();
            if is_material(&text[at..at + run]) || follows {
                body += run;
                body_end = at + run + padding;
            }
            at += run + padding;
        } else {
            at += 1;
        }
    }
    (body >= MIN_BODY).then_some(body_end)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Begin,
    End,
}

/// A BEGIN or END line.
struct Marker<'a> {
    word: Word,
    label: &'a [u8],
    /// Offset behind its closing dashes.
    end: usize,
}

/// Dashes at `at`, all of them.
fn dashes_run(text: &[u8], at: usize) -> usize {
    text.iter().skip(at).take_while(|b| **b == b'-').count()
}

/// Dashes at `at`, at most five: as many as a line opens or closes with.
fn dashes(text: &[u8], at: usize) -> usize {
    text.iter().skip(at).take(5).take_while(|b| **b == b'-').count()
}

/// The marker whose opening dashes end at `at`. SSH2 files have four dashes and spaces inside them.
fn marker(text: &[u8], at: usize) -> Option<Marker<'_>> {
    if !text.get(..at)?.ends_with(b"----") {
        return None;
    }
    let start = if text.get(at) == Some(&b' ') { at + 1 } else { at };
    let rest = text.get(start..)?;
    let (word, length) = if rest.starts_with(b"BEGIN ") {
        (Word::Begin, 6)
    } else if rest.starts_with(b"END ") {
        (Word::End, 4)
    } else {
        return None;
    };
    let rest = rest.get(length..)?;
    let label_length = rest
        .iter()
        .take(MAX_LABEL)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'_' | b'.' | b'/'))
        .count();
    let label_end = start + length + label_length;
    let closing = dashes(text, label_end);
    (label_length > 0 && closing >= 4).then(|| Marker {
        word,
        label: rest.get(..label_length).unwrap_or_default().trim_ascii(),
        end: label_end + closing,
    })
}

/// An END line may misspell the kind of key, but not be that of something else.
fn closes(begin: &[u8], end: &[u8]) -> bool {
    let private = |label: &[u8]| memmem::find(label, b"PRIVATE KEY").is_some();
    begin == end || private(begin) && private(end)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Length of the base64 at `at`, with slashes that JSON escaped.
fn base64_run(text: &[u8], at: usize) -> usize {
    let mut end = at;
    while let Some(byte) = text.get(end) {
        if is_base64(*byte) {
            end += 1;
        } else if *byte == b'\\' && text.get(end + 1) == Some(&b'/') {
            end += 2;
        } else {
            break;
        }
    }
    end - at
}

fn is_material(run: &[u8]) -> bool {
    run.len() >= MIN_RUN && run.iter().any(u8::is_ascii_uppercase) && run.iter().any(u8::is_ascii_lowercase)
}

/// Shortest header: `{"alg":"none"}` has 19 characters, without the last ones 16.
const MIN_HEADER: usize = 16;

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Whether the text before a token makes it the middle of something longer. An escape (`\n`, `%3D`) does not.
fn follows_token(before: &[u8]) -> bool {
    match before {
        [.., b'\\', b'n' | b'r' | b't'] => false,
        [.., b'%', high, low] => !(high.is_ascii_hexdigit() && low.is_ascii_hexdigit()),
        [.., last] => is_base64url(*last),
        [] => false,
    }
}

/// Length of the token at the start of `text`. One that reaches `max` may be longer than can be seen: it is none.
fn jwt(text: &[u8], max: usize) -> Option<usize> {
    let part = |at: usize| text.iter().skip(at).take_while(|b| is_base64url(**b)).count();
    let dot = |at: usize| text.get(at) == Some(&b'.');
    let header = part(0);
    if header < MIN_HEADER || !dot(header) || !matches!(text, [b'e', b'y' | b'w', ..]) {
        return None;
    }
    let payload_end = header + 1 + part(header + 1);
    if !dot(payload_end) {
        return None;
    }
    let third_end = payload_end + 1 + part(payload_end + 1);
    if dot(third_end) {
        let fourth_end = third_end + 1 + part(third_end + 1);
        let fifth_end = fourth_end + 1 + part(fourth_end + 1);
        let whole = fourth_end > third_end + 1 && dot(fourth_end) && fifth_end > fourth_end + 1;
        if whole && is_encrypted(text.get(..header)?) {
            return (fifth_end < max).then_some(fifth_end);
        }
    }
    let elided = dot(third_end) && (dot(third_end + 1) || third_end == payload_end + 1);
    let payload = payload_end - header - 1;
    (payload >= 3 && !elided && third_end < max).then_some(third_end)
}

/// Whether a token header names a content encryption.
fn is_encrypted(header: &[u8]) -> bool {
    use base64::Engine as _;
    let decoded = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header);
    decoded.is_ok_and(|json| memmem::find(&json, b"\"enc\"").is_some())
}

/// Length of the key file at the start of `text`: up to the end of its MAC.
fn putty(text: &[u8]) -> Option<usize> {
    const MAGIC: &[u8] = b"PuTTY-User-Key-File-";
    if !text.starts_with(MAGIC) || !matches!(text.get(MAGIC.len()), Some(b'1'..=b'9')) {
        return None;
    }
    let next = memmem::find(text.get(MAGIC.len()..)?, MAGIC).map_or(text.len(), |n| n + MAGIC.len());
    let text = text.get(..next)?;
    let name = memmem::find(text, b"Private-MAC:").map(|at| at + b"Private-MAC:".len())?;
    let mac = name + text.iter().skip(name).take_while(|b| **b == b' ').count();
    let digits = text.iter().skip(mac).take_while(|b| b.is_ascii_hexdigit()).count();
    (digits >= 40).then_some(mac + digits)
}

#[cfg(test)]
mod tests;
