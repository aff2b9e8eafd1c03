//! Tokens that end in a checksum of themselves, each in its own way.
//!
//! Sources: GitLab's design document on routable tokens and its published samples; Grafana's `satokengen` package; Atlassian,
//! Confluent and Zuplo: found by computing CRC-32 over published samples; crates.io's trusted publishing code.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::codec::{self, BASE36, radix};
use super::{Fact, Outcome, checksum};

/// Routable GitLab tokens: payload, `.`, an optional version and `.`, two digits of length, seven of CRC-32, both base 36.
/// The older 20-character tokens have no checksum.
pub(super) fn gitlab(secret: &[u8]) -> Outcome {
    let Some((head, tail)) = secret.split_last_chunk::<7>() else { return Outcome::unproven() };
    let base36 = |b: &u8| b.is_ascii_digit() || b.is_ascii_lowercase();
    let mut parts = secret.splitn(4, |b| *b == b'.');
    let (Some(start), Some(second)) = (parts.next(), parts.next()) else { return Outcome::unproven() };
    let last = match (parts.next(), parts.next()) {
        (None, _) => second,
        (Some(last), None) if second.len() == 2 => last,
        _ => return Outcome::unproven(),
    };
    if !start.starts_with(b"gl") || last.len() != 9 || !last.iter().all(base36) {
        return Outcome::unproven();
    }
    let mut outcome = checksum(gitlab_crc(head) == *tail);
    if outcome.fact("checksum") == Some("valid") {
        outcome.facts.extend(routing(start));
    }
    outcome
}

/// CRC-32 of everything before it in base 36.
pub(crate) fn gitlab_crc(head: &[u8]) -> [u8; 7] {
    radix(crc32fast::hash(head), BASE36)
}

/// The lines a routable payload begins with: organization, cell, user, group and project in base 36.
fn routing(start: &[u8]) -> Vec<Fact> {
    let payload = start.iter().position(|b| *b == b'-').map_or(start, |at| &start[at + 1..]);
    let payload = match payload {
        [b't', b'0'..=b'9', b'_', rest @ ..] => rest,
        all => all,
    };
    let Some(bytes) = codec::base64(payload) else { return Vec::new() };
    let mut facts = Vec::new();
    // What follows the last line end is random, or a number that runs into it.
    let lines = bytes.iter().rposition(|b| *b == b'\n').map_or(&[][..], |end| &bytes[..end]);
    for line in lines.split(|b| *b == b'\n') {
        let label = match line {
            [b'o', b':', ..] => "organization",
            [b'c', b':', ..] => "cell",
            [b'u', b':', ..] => "user",
            [b'g', b':', ..] => "group",
            [b'p', b':', ..] => "project",
            _ => break,
        };
        let number = std::str::from_utf8(&line[2..]).ok().filter(|n| n.len() <= 12);
        match number.and_then(|n| u64::from_str_radix(n, 36).ok()) {
            Some(number) => facts.push(Fact::new(label, number.to_string())),
            None => break,
        }
    }
    facts
}

/// `glsa_`, 32 characters, `_`, CRC-32 of the 37 characters before it: little-endian hexadecimal.
pub(super) fn grafana(secret: &[u8]) -> Outcome {
    match secret.split_at_checked(37) {
        Some((head, [b'_', tail @ ..])) if head.starts_with(b"glsa_") && tail.len() == 8 => {
            checksum(grafana_crc(head).as_bytes().eq_ignore_ascii_case(tail))
        }
        _ => Outcome::unproven(),
    }
}

/// CRC-32 as the bytes of a little-endian number in hexadecimal.
pub(crate) fn grafana_crc(head: &[u8]) -> String {
    format!("{:08x}", crc32fast::hash(head).swap_bytes())
}

/// Atlassian's `ATATT3…=` and `ATCTT3…=`, Bitbucket's `ATBB…`: CRC-32 of everything before the last eight characters.
pub(super) fn atlassian(secret: &[u8]) -> Outcome {
    let text = unescaped(secret);
    let Some((head, tail)) = text.split_last_chunk::<8>() else { return Outcome::unproven() };
    let long = (head.starts_with(b"ATATT3") || head.starts_with(b"ATCTT3")) && head.ends_with(b"=");
    let short = head.starts_with(b"ATBB") && head.len() == 28;
    if !(long || short) || !tail.iter().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(b)) {
        return Outcome::unproven();
    }
    checksum(upper_crc(head).as_bytes() == tail)
}

/// CRC-32 as eight upper-case hexadecimal digits.
pub(crate) fn upper_crc(head: &[u8]) -> String {
    format!("{:08X}", crc32fast::hash(head))
}

/// Atlassian's `=` is written `\=` in shell files and `%3D` in URLs.
fn unescaped(secret: &[u8]) -> Vec<u8> {
    let text = codec::percent_decoded(secret);
    text.iter().copied().filter(|b| *b != b'\\').collect()
}

/// Confluent's `cflt`, 54 characters, the first six characters of base64 of their CRC-32, little-endian.
pub(super) fn confluent(secret: &[u8]) -> Outcome {
    match secret.strip_prefix(b"cflt").and_then(|body| body.split_at_checked(54)) {
        Some((body, tail)) if tail.len() == 6 => checksum(confluent_tail(body).as_bytes() == tail),
        _ => Outcome::unproven(),
    }
}

/// The last six characters for this body.
pub(crate) fn confluent_tail(body: &[u8]) -> String {
    let mut text = STANDARD.encode(crc32fast::hash(body).to_le_bytes());
    text.truncate(6);
    text
}

/// Zuplo's `zpka_`, 32 characters, `_`, their CRC-32 in hexadecimal.
pub(super) fn zuplo(secret: &[u8]) -> Outcome {
    match secret.strip_prefix(b"zpka_").and_then(|body| body.split_at_checked(32)) {
        Some((body, [b'_', tail @ ..])) if tail.len() == 8 => {
            checksum(format!("{:08x}", crc32fast::hash(body)).as_bytes() == tail)
        }
        _ => Outcome::unproven(),
    }
}

/// crates.io's `cio_tp_`, 31 characters, and a letter for the XOR of them.
pub(super) fn crates_io(secret: &[u8]) -> Outcome {
    match secret.strip_prefix(b"cio_tp_").and_then(<[u8]>::split_last) {
        Some((last, body)) if body.len() == 31 => checksum(crates_io_tail(body) == *last),
        _ => Outcome::unproven(),
    }
}

/// The last character for this body.
pub(crate) fn crates_io_tail(body: &[u8]) -> u8 {
    match body.iter().fold(0, |sum, b| sum ^ b) % 62 {
        upper @ 0..=25 => b'A' + upper,
        lower @ 26..=51 => b'a' + lower - 26,
        digit => b'0' + digit.saturating_sub(52),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::check::Verdict::{self, Invalid, Unproven, Valid};

    fn verdict(check: fn(&[u8]) -> Outcome, parts: &[&str]) -> Verdict {
        check(parts.concat().as_bytes()).verdict
    }

    #[test]
    fn gitlab_vectors() {
        let start = ["glpat", "-bzox79Of-KE9FD2LjoXXF4CvyxA."].concat();
        let out = gitlab([&start, "0r03gxo7s"].concat().as_bytes());
        assert_eq!((out.verdict, out.facts.len()), (Valid, 1));
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(b"o:1\nu:2k\nrandom bytes");
        let head = format!("glpat-{payload}.0y");
        let text = format!("{head}{}", String::from_utf8_lossy(&gitlab_crc(head.as_bytes())));
        let out = gitlab(text.as_bytes());
        assert_eq!((out.fact("organization"), out.fact("user")), (Some("1"), Some("92")));
        assert_eq!(verdict(gitlab, &[&start, "01.0r0l8l6ir"]), Valid);
        assert_eq!(verdict(gitlab, &[&start, "01.0r03gxo7a"]), Invalid);
        assert_eq!(verdict(gitlab, &["glpat", "-MadeUpVectorMadeUpVe"]), Unproven);
        assert_eq!(verdict(gitlab, &["glpat", "-a.b.c.d"]), Unproven);
    }

    #[test]
    fn vectors() {
        let name = "MadeUpVector";
        let grafana_body = [name, name, "MadeUpVe"].concat();
        assert_eq!(verdict(grafana, &["glsa_", &grafana_body, "_6583d4cd"]), Valid);
        assert_eq!(verdict(grafana, &["glsa_", &grafana_body, "_6583D4CD"]), Valid);
        assert_eq!(verdict(grafana, &["glsa_", &grafana_body, "_6583d4ce"]), Invalid);
        assert_eq!(verdict(grafana, &["glsa_", name, "_6583d4ce"]), Unproven);
        assert_eq!(verdict(atlassian, &["ATBB", name, name, "51C843D1"]), Valid);
        assert_eq!(verdict(atlassian, &["ATBB", name, name, "51C843D2"]), Invalid);
        assert_eq!(verdict(atlassian, &["ATBB", name, name, "51c843d1"]), Unproven);
        let confluent_body = [name.repeat(4), "MadeUp".to_owned()].concat();
        assert_eq!(verdict(confluent, &["cflt", &confluent_body, "mPV+uA"]), Valid);
        assert_eq!(verdict(confluent, &["cflt", &confluent_body, "mPV+uB"]), Invalid);
        let zuplo_body = "0123456789abcdef".repeat(2);
        assert_eq!(verdict(zuplo, &["zpka_", &zuplo_body, "_7759b50e"]), Valid);
        assert_eq!(verdict(zuplo, &["zpka_", &zuplo_body, "_7759b50f"]), Invalid);
        assert_eq!(verdict(crates_io, &["cio_tp", "_", &"0".repeat(31), "w"]), Valid);
        assert_eq!(verdict(crates_io, &["cio_tp", "_gGK6jurSwKyl9V3Az19z7YEFQI9aoOOd"]), Valid);
        assert_eq!(verdict(crates_io, &["cio_tp", "_", &"0".repeat(32)]), Invalid);
        assert_eq!(verdict(crates_io, &["cio", &"0".repeat(32)]), Unproven);
    }

    #[test]
    fn atlassian_escapes() {
        let head = ["ATATT", "3xFfGF0", &"MadeUpVector".repeat(14)].concat();
        let sum = upper_crc(format!("{head}=").as_bytes());
        for equals in ["=", "\\=", "%3D", "%3d"] {
            assert_eq!(verdict(atlassian, &[&head, equals, &sum]), Valid, "{equals}");
        }
        assert_eq!(verdict(atlassian, &[&head, "=", "00000000"]), Invalid);
        assert_eq!(verdict(atlassian, &[&head, &sum]), Unproven);
    }
}
