//! Takes PEM and OpenPGP armour apart, however it was pasted: real or escaped line ends, quotes, string concatenation,
//! comment and log prefixes, indentation, diffs, one line. Source: RFC 7468, RFC 1421 (headers), RFC 9580 (armour).

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use memchr::memmem;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A line of armour is at least this long, except the last.
const LINE: usize = 16;

/// One armoured block, taken apart.
pub(super) struct Armour {
    /// What stands after `BEGIN`, for example `RSA PRIVATE KEY`.
    pub(super) label: String,
    /// `Proc-Type: 4,ENCRYPTED` was among the headers.
    pub(super) encrypted: bool,
    /// The cipher that `DEK-Info` names.
    pub(super) cipher: Option<String>,
    /// The CRC-24 of OpenPGP armour.
    pub(super) crc24: Option<u32>,
    /// The writer left something out: an ellipsis, a row of x.
    pub(super) elided: bool,
    /// Base64 of the body, read line by line.
    lines: Vec<u8>,
    /// Base64 of the body, read word by word.
    words: Vec<u8>,
}

impl Armour {
    /// Takes `secret` apart; `None` without a `BEGIN` line.
    pub(super) fn parse(secret: &[u8]) -> Option<Self> {
        let after_begin = memmem::find(secret, b"BEGIN ")? + 6;
        let rest = secret.get(after_begin..)?;
        let label_end = memmem::find(rest.get(..rest.len().min(80))?, b"--")?;
        let label = std::str::from_utf8(rest.get(..label_end)?).ok()?.trim().to_owned();
        let body = rest.get(label_end..)?;
        let end = memmem::find(body, b"-END").or_else(|| memmem::find(body, b"- END"));
        let mut text = unescape(end.and_then(|end| body.get(..end)).unwrap_or(body));
        cut_prefix_of_end(&mut text);
        let encrypted = cut(&mut text, b"Proc-Type:").is_some_and(|v| memmem::find(&v, b"ENCRYPTED").is_some());
        let cipher = cut(&mut text, b"DEK-Info:").and_then(|value| cipher_name(&value));
        let crc24 = if label.starts_with("PGP") { cut_crc24(&mut text) } else { None };
        let (lines, words) = base64_of(&text);
        let elided = memmem::find(&text, b"..").is_some()
            || memmem::find(&text, "…".as_bytes()).is_some()
            || memmem::find(&text, b"**").is_some()
            || words.windows(6).any(|w| w.iter().all(|b| matches!(b, b'x' | b'X')));
        Some(Self { label, encrypted, cipher, crc24, elided, lines, words })
    }

    /// Characters of base64, without padding and without what is too short to be a line of armour.
    pub(super) fn body_len(&self) -> usize {
        self.lines.len()
    }

    /// Distinct characters of base64.
    pub(super) fn distinct(&self) -> usize {
        let mut seen = [false; 256];
        for byte in &self.words {
            seen[usize::from(*byte)] = true;
        }
        seen.iter().filter(|s| **s).count()
    }

    /// The readings of the body that are base64, most likely first.
    pub(super) fn bodies(&self) -> impl Iterator<Item = Vec<u8>> {
        let second = (self.words != self.lines).then_some(&self.words);
        [Some(&self.lines), second].into_iter().flatten().filter_map(|text| BASE64.decode(text).ok())
    }
}

/// Turns escapes into what they stand for; every way to write a line end becomes a line end.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let (becomes, length) = match byte {
            b'\\' => backslash(&text[at..]),
            b'%' => hex_byte(text.get(at + 1..at + 3)).map_or((b'%', 1), |b| (b, 3)),
            b'&' => (b'\n', short_until(&text[at..], b';')),
            b'<' => (b'\n', short_until(&text[at..], b'>')),
            b'\r' => (b'\n', 1),
            other => (*other, 1),
        };
        out.push(becomes);
        at += length;
    }
    out
}

/// Any number of backslashes and the character they escape.
fn backslash(text: &[u8]) -> (u8, usize) {
    let slashes = text.iter().take_while(|b| **b == b'\\').count();
    match text.get(slashes) {
        Some(b'n' | b'r') => (b'\n', slashes + 1),
        Some(b't') => (b' ', slashes + 1),
        Some(b'/') => (b'/', slashes + 1),
        Some(b'=') => (b'=', slashes + 1),
        Some(b'u') => hex_byte(text.get(slashes + 3..slashes + 5)).map_or((b' ', slashes), |b| (b, slashes + 5)),
        Some(b'x') => hex_byte(text.get(slashes + 1..slashes + 3)).map_or((b' ', slashes), |b| (b, slashes + 3)),
        _ => (b' ', slashes),
    }
}

fn hex_byte(digits: Option<&[u8]>) -> Option<u8> {
    let digits = std::str::from_utf8(digits?).ok()?;
    u8::from_str_radix(digits, 16).ok().filter(u8::is_ascii)
}

/// Length up to and including `end` when that is near, else 1.
fn short_until(text: &[u8], end: u8) -> usize {
    text.iter().take(8).position(|b| *b == end).map_or(1, |n| n + 1)
}

/// Removes the header `name` with its value (one word, after at most one space) and gives the value.
fn cut(text: &mut Vec<u8>, name: &[u8]) -> Option<Vec<u8>> {
    let start = memmem::find(text, name)?;
    let mut end = start + name.len();
    while text.get(end) == Some(&b' ') {
        end += 1;
    }
    let value_start = end;
    while text.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b',' | b'-')) {
        end += 1;
    }
    let value = text.get(value_start..end)?.to_vec();
    text.drain(start..end);
    Some(value)
}

/// Removes what stands before the dashes on the END line, if it is a mere prefix like the other lines have.
fn cut_prefix_of_end(text: &mut Vec<u8>) {
    let dashes = text.iter().rev().take_while(|b| **b == b'-').count();
    text.truncate(text.len() - dashes);
    let Some(start) = memchr::memrchr(b'\n', text) else { return };
    let adjoins = text.last().is_some_and(|b| is_base64(*b) || *b == b'=');
    if !adjoins && text.get(start..).is_some_and(|line| words(line).all(|w| w.len() < LINE)) {
        text.truncate(start);
    }
}

fn cipher_name(value: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(value.split(|b| *b == b',').next()?).ok()?;
    let known = ["AES", "DES", "CAMELLIA", "ARIA", "SEED", "SM4", "IDEA", "BF", "RC2", "CAST", "id-aes"];
    (name.len() <= 20 && known.iter().any(|k| name.starts_with(k))).then(|| name.to_ascii_lowercase())
}

/// Removes `=XXXX` standing alone and decodes it.
fn cut_crc24(text: &mut Vec<u8>) -> Option<u32> {
    let edge = |byte: Option<&u8>| byte.is_none_or(|b| !is_base64(*b) && *b != b'=');
    let start = memchr::memrchr_iter(b'=', text).find(|at| {
        let after = text.get(at + 1..at + 5);
        after.is_some_and(|a| a.iter().all(|b| is_base64(*b)))
            && edge(text.get(at + 5))
            && edge(at.checked_sub(1).and_then(|before| text.get(before)))
    })?;
    let decoded = BASE64.decode(text.get(start + 1..start + 5)?).ok()?;
    text.drain(start..start + 5);
    Some(decoded.iter().fold(0, |sum, b| sum << 8 | u32::from(*b)))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// The words of a line that can be base64, padding left out.
fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|b| !is_base64(*b)).filter(|w| w.iter().any(u8::is_ascii_alphanumeric))
}

/// The body twice: the likely word of every line, and all words.
fn base64_of(text: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut rows: Vec<Vec<&[u8]>> = text
        .split(|b| *b == b'\n')
        .filter(|line| !is_header(line))
        .map(|line| words(line).collect())
        .filter(|row: &Vec<&[u8]>| !row.is_empty())
        .collect();
    if rows.len() > 1 && rows.first().is_some_and(|row| row.iter().all(|w| w.len() < LINE)) {
        rows.remove(0);
    }
    let all = rows.concat().concat();
    if let [row] = rows.as_slice() {
        let short_end = row.last().filter(|w| w.len() < LINE);
        let line: Vec<&[u8]> = row.iter().filter(|w| w.len() >= LINE).chain(short_end).copied().collect();
        return (line.concat(), all);
    }
    let last = rows.len().saturating_sub(1);
    let mut chosen: Vec<&[u8]> = Vec::with_capacity(rows.len());
    for (n, row) in rows.iter().enumerate() {
        let longest = row.iter().copied().max_by_key(|w| w.len()).unwrap_or_default();
        if longest.len() >= LINE {
            chosen.push(longest);
        } else if n == last {
            chosen.extend(row.last());
        }
    }
    if chosen.len() > 1 && chosen.iter().all(|w| w.first() == Some(&b'+')) {
        chosen = chosen.iter().filter_map(|w| w.get(1..)).collect();
    }
    (chosen.concat(), all)
}

/// A line such as `Version: GnuPG v2` or `Comment: …`.
fn is_header(line: &[u8]) -> bool {
    let Some(colon) = memmem::find(line, b": ") else { return false };
    let name: Vec<u8> = line.iter().take(colon).copied().filter(|b| b.is_ascii_alphabetic() || *b == b'-').collect();
    let known = [b"Version".as_slice(), b"Comment", b"Hash", b"Charset", b"MessageID", b"Subject"];
    known.iter().any(|k| name.ends_with(k)) || !words(line).any(|w| w.len() >= 40)
}

#[cfg(test)]
mod tests {
    use super::*;

    const D: &str = "-----";
    const ROWS: [&str; 3] = [
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2",
        "d3h5ejAxMjM0NTY3ODkrL0FCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaYWJjZGVm",
        "Z2hpag==",
    ];

    fn body(before: &str, between: &str, after: &str) -> Vec<u8> {
        let text = format!("{D}BEGIN EC PRIVATE KEY{D}{before}{}{after}{D}END EC PRIVATE KEY{D}", ROWS.join(between));
        let armour = Armour::parse(text.as_bytes()).expect("there is a header");
        assert_eq!(armour.label, "EC PRIVATE KEY");
        armour.bodies().next().unwrap_or_default()
    }

    #[test]
    fn every_way_to_paste_a_key() {
        let plain = BASE64.decode(ROWS.concat()).expect("made of base64");
        for (before, between, after) in [
            ("\n", "\n", "\n"),
            ("\r\n", "\r\n", "\r\n"),
            (" ", " ", " "),
            ("", "", ""),
            ("\\n", "\\n", "\\n"),
            ("\\\\n", "\\\\n", "\\\\n"),
            ("\\r\\n", "\\r\\n", "\\r\\n"),
            ("\\n\" +\n   \"", "\\n\" +\n   \"", "\\n\" +\n   \""),
            ("\\n\"\n  + \"", "\\n\"\n  + \"", "\\n\"\n  + \""),
            (" fake\\n\" +\n \"", "\\n\" +\n \"", "\\n\" +\n \""),
            ("\\n'+'", "\\n'+'", "\\n'+'"),
            ("',\n  '", "',\n  '", "',\n  '"),
            ("\n# ", "\n# ", "\n# "),
            ("\n  //  ", "\n  //  ", "\n  //  "),
            ("\n+", "\n+", "\n+"),
            ("\n#6 0.245 ", "\n#6 0.245 ", "\n#6 0.245 "),
            ("\\r\\n2026-04-26 12:36:01 ", "\\r\\n2026-04-26 12:36:01 ", "\\r\\n2026-04-26 12:36:01 "),
            ("%0A", "%0A", "%0A"),
            ("&#10;", "&#xA;", "&#10;"),
            ("<br>", "<br/>\n", "<br>"),
            ("\\u000a", "\\u000a", "\\u000a"),
            ("\\\n", "\\\n", "\\\n"),
        ] {
            assert_eq!(body(before, between, after), plain, "{between:?}");
        }
    }

    #[test]
    fn headers_are_read_and_left_out() {
        for sep in ["\n", "\\n", " "] {
            let text = format!(
                "{D}BEGIN RSA PRIVATE KEY{D}{sep}Proc-Type: 4,ENCRYPTED{sep}DEK-Info: AES-256-CBC,0011AABB{sep}{sep}{}{sep}{D}END",
                ROWS.join(sep)
            );
            let armour = Armour::parse(text.as_bytes()).expect("there is a header");
            assert!(armour.encrypted);
            assert_eq!(armour.cipher.as_deref(), Some("aes-256-cbc"));
            assert_eq!(armour.bodies().next(), BASE64.decode(ROWS.concat()).ok());
        }
    }

    #[test]
    fn openpgp_headers_and_checksum() {
        let text =
            format!("{D}BEGIN PGP PRIVATE KEY BLOCK{D}\nVersion: GnuPG v2\n\n{}\n=8xQN\n{D}END", ROWS.join("\n"));
        let armour = Armour::parse(text.as_bytes()).expect("there is a header");
        assert_eq!(armour.crc24, Some(0x00f3_140d));
        assert_eq!(armour.bodies().next(), BASE64.decode(ROWS.concat()).ok());
    }

    #[test]
    fn slashes_may_be_escaped() {
        let text = format!("{D}BEGIN X{D}\\nAAAA\\/BBBB\\\\/CCCCDDDDEEEEFFFF\\n{D}END");
        let armour = Armour::parse(text.as_bytes()).expect("there is a header");
        assert_eq!(armour.bodies().next(), BASE64.decode("AAAA/BBBB/CCCCDDDDEEEEFFFF").ok());
    }
}
