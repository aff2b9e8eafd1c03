//! What stands where a password might, and is none: rules, commands, addresses, settings, words in base64.

use super::made::{says_password, text_of_base64};
use super::says;
use crate::detect::check::codec;
use crate::detect::weak;
use crate::judge::{placeholder, value};

/// What stands where any secret might, and is none.
pub(super) fn of_secret(secret: &[u8]) -> Option<&'static str> {
    if is_command(secret) {
        return Some("a command that makes one");
    }
    if is_counting(secret) {
        return Some("numbers in their order");
    }
    if is_counting_bytes(secret) {
        return Some("bytes in their order");
    }
    if is_registry_path(secret) {
        return Some("names with backslashes between: a path");
    }
    if secret.starts_with(b"$ANSIBLE_VAULT;") {
        return Some("encrypted by Ansible Vault: it opens nothing without its password");
    }
    is_pattern(secret).then_some("a pattern, and no text")
}

/// What stands where a password might, and is none.
pub(super) fn of_password(secret: &[u8]) -> Option<&'static str> {
    if is_choice(secret) {
        return Some("rules for a value, or names to choose from");
    }
    if is_pipeline(secret) {
        return Some("a command that makes one");
    }
    if is_host_and_port(secret) || is_address(secret) {
        return Some("a host and a port, or an address");
    }
    if is_known_by_number(secret) {
        return Some("an encoding or a vulnerability, by its number");
    }
    if secret.starts_with(b"{{ ") || secret.starts_with(b"{% ") || secret.starts_with(b"<%= ") {
        return Some("a template makes one");
    }
    if is_told_in_base64(secret) {
        return Some(TOLD_IN_BASE64);
    }
    has_setting(secret).then_some("a setting of a program")
}

/// Why such values are of low confidence, as they are without base64.
pub(super) const TOLD_IN_BASE64: &str = "in base64, a password that examples use";

/// The base64 of a weak password, or of words that speak of one: `my-root-password`.
pub(super) fn is_told_in_base64(secret: &[u8]) -> bool {
    text_of_base64(secret).is_some_and(|plain| {
        weak::is_weak(&plain)
            || placeholder::is_typed(&plain)
            || says_password(&plain)
            || says(&plain, &["password", "passwd", "pass", "secret", "value"], 1)
    })
}

/// Rules for a value, or names to choose from: `required|string|max:255`, `between:8,60`.
fn is_choice(secret: &[u8]) -> bool {
    const FEWEST: usize = 3;
    let word = |part: &[u8]| {
        part.first().is_some_and(u8::is_ascii_lowercase)
            && part
                .iter()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b':' | b',' | b'-'))
    };
    let numbers = |part: &[u8]| {
        part.iter().position(|b| *b == b':').is_some_and(|colon| {
            part[..colon].iter().all(u8::is_ascii_lowercase)
                && part[colon..].contains(&b',')
                && part[colon + 1..].iter().all(|b| b.is_ascii_digit() || *b == b',')
        })
    };
    let parts = || secret.split(|b| *b == b'|');
    parts().all(word) && (parts().count() >= FEWEST || parts().any(numbers))
}

/// Commands with a pipe between: `cat /dev/urandom | head -c 32`.
fn is_pipeline(secret: &[u8]) -> bool {
    secret.windows(3).any(|w| w == b" | ") && secret.first().is_some_and(u8::is_ascii_lowercase)
}

/// What a choice is called: small letters and figures with signs between, and a part that is four letters or more: `freebsd-13-amd64`.
pub(super) fn is_name_in_parts(secret: &[u8]) -> bool {
    const FEWEST: usize = 4;
    let parts = || secret.split(|b| matches!(b, b'-' | b'_' | b'.'));
    !value::is_uuid(secret)
        && parts().count() >= 2
        && parts().all(|part| part.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
        && parts().any(|part| part.len() >= FEWEST && part.iter().all(u8::is_ascii_lowercase))
}

/// A command with an option: `pwgen -1s 32`, `openssl rand -hex 16`.
fn is_command(secret: &[u8]) -> bool {
    let mut words = secret.split(|b| *b == b' ');
    let program = words.next().is_some_and(|word| word.len() >= 3 && word.iter().all(u8::is_ascii_lowercase));
    let option = |word: &[u8]| matches!(word, [b'-', b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-', ..]);
    program && words.any(option)
}

/// Eight numbers or more, each one more than the last: an index of pages.
fn is_counting(secret: &[u8]) -> bool {
    const FEWEST: usize = 8;
    let numbers = || secret.split(|b| *b == b',').map(|part| std::str::from_utf8(part).ok()?.parse::<u32>().ok());
    secret.contains(&b',')
        && numbers().count() >= FEWEST
        && numbers()
            .zip(numbers().skip(1))
            .all(|pair| matches!(pair, (Some(a), Some(b)) if a.checked_add(1) == Some(b)))
}

/// Escapes such as `\xC1` and nothing else, for as many bytes as keys have.
pub(super) fn is_escaped_bytes(secret: &[u8]) -> bool {
    secret.len() >= 4 * SHORTEST_KEY && escaped_bytes(secret).is_some()
}

/// Bytes of the shortest key.
pub(super) const SHORTEST_KEY: usize = 16;

/// The bytes that are written as escapes such as `\xC1`, if nothing else is.
pub(super) fn escaped_bytes(secret: &[u8]) -> Option<Vec<u8>> {
    let pieces = secret.chunks(4).map(|piece| piece.strip_prefix(b"\\x").filter(|digits| digits.len() == 2));
    let digits = pieces.collect::<Option<Vec<_>>>()?.concat();
    codec::hex(&digits)
}

/// Eight bytes or more in hexadecimal digits or as escapes, each one more than the last: `0405060708090a0b`.
fn is_counting_bytes(secret: &[u8]) -> bool {
    const FEWEST: usize = 8;
    let bytes = escaped_bytes(secret).or_else(|| codec::hex(secret));
    bytes.is_some_and(|bytes| bytes.len() >= FEWEST && bytes.windows(2).all(|w| w[0].checked_add(1) == Some(w[1])))
}

/// Pieces of base64 with `|` between, padded: what is encrypted, with its nonce and its authentication code.
pub(super) fn is_encrypted(secret: &[u8]) -> bool {
    const FEWEST: usize = 2;
    let pieces = || secret.split(|b| *b == b'|');
    let base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'.');
    pieces().count() >= FEWEST
        && pieces().all(|piece| piece.len() >= 8 && piece.iter().all(base64))
        && pieces().any(|piece| piece.ends_with(b"="))
}

/// Three names or more with backslashes between, as in Windows' registry: `Software\\Acme\\Widgets`.
fn is_registry_path(secret: &[u8]) -> bool {
    const FEWEST: usize = 3;
    let parts = || secret.split(|b| *b == b'\\').filter(|part| !part.is_empty());
    parts().count() >= FEWEST && parts().all(|part| part.len() >= 2 && part.iter().all(u8::is_ascii_alphabetic))
}

/// Letters in either case, or one class from end to end: `^[Ss][Hh][Aa]`, `^[0-9a-z_]+$`.
fn is_pattern(secret: &[u8]) -> bool {
    // `(a{1000}){8,}`: a group or a set with how often it may come.
    let often = |rest: &[u8]| {
        let end = rest.iter().position(|b| !b.is_ascii_digit() && *b != b',').unwrap_or(rest.len());
        end > 0 && rest.get(end) == Some(&b'}')
    };
    let opens = |n: usize, w: &[u8]| matches!(w, b"){" | b"]{") && often(&secret[n + 2..]);
    if secret.windows(2).enumerate().any(|(n, w)| opens(n, w)) {
        return true;
    }
    const FEWEST: usize = 2;
    if secret.starts_with(b"^[") && secret.ends_with(b"$") || memchr::memmem::find(secret, br"\p{").is_some() {
        return true;
    }
    let either = |w: &&[u8]| matches!(w, [b'[', upper, lower, b']'] if upper.is_ascii_uppercase() && upper.to_ascii_lowercase() == *lower);
    secret.windows(4).filter(either).count() >= FEWEST
}

/// `backend:9000`, `unix:/run/backend.sock`, as servers are told where to pass requests to, and `2813/tcp`.
fn is_host_and_port(secret: &[u8]) -> bool {
    let service = secret.strip_suffix(b"/tcp").or_else(|| secret.strip_suffix(b"/udp"));
    if secret.starts_with(b"unix:/") || service.is_some_and(|port| port.iter().all(u8::is_ascii_digit)) {
        return true;
    }
    let Some(colon) = secret.iter().position(|b| *b == b':') else { return false };
    let (host, port) = (&secret[..colon], &secret[colon + 1..]);
    host.first().is_some_and(u8::is_ascii_lowercase)
        && host.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'))
        && (2..=5).contains(&port.len())
        && port.iter().all(u8::is_ascii_digit)
}

/// An address of the internet protocol, as a whole: `192.0.2.7`, `fe80::204:61ff`.
fn is_address(secret: &[u8]) -> bool {
    let parts = |sign: u8| secret.split(move |b| *b == sign);
    let number = |part: &[u8]| (1..=3).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    let group = |part: &[u8]| part.len() <= 4 && part.iter().all(u8::is_ascii_hexdigit);
    let zeros = memchr::memmem::find(secret, b"::").is_some();
    let groups = parts(b':').count();
    (parts(b'.').count() == 4 && parts(b'.').all(number))
        || ((groups == 8 || zeros && (3..8).contains(&groups)) && parts(b':').all(group))
}

/// What standards and lists call by a number: `ISO-8859-1`, `UTF-16`, `CVE-2025-12816`.
fn is_known_by_number(secret: &[u8]) -> bool {
    const LISTS: [&[u8]; 5] = [b"ISO-8859-", b"UTF-", b"windows-125", b"CVE-", b"RFC-"];
    let number = |rest: &[u8]| !rest.is_empty() && rest.iter().all(|b| b.is_ascii_digit() || *b == b'-');
    LISTS.iter().any(|head| {
        secret.get(..head.len()).is_some_and(|text| text.eq_ignore_ascii_case(head)) && number(&secret[head.len()..])
    })
}

/// A setting inside a bare value: `1:repeatlast=0`, four small letters or more before the sign and something after it.
fn has_setting(secret: &[u8]) -> bool {
    const FEWEST: usize = 4;
    let Some(sign) = secret.iter().position(|b| *b == b'=') else { return false };
    let letters = secret[..sign].iter().rev().take_while(|b| b.is_ascii_lowercase()).count();
    letters >= FEWEST && sign + 1 < secret.len() && secret[sign + 1] != b'='
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    #[test]
    fn what_stands_in_place_of_any_secret() {
        let list = |step: u32| (0..20).map(|n| (n * step).to_string()).collect::<Vec<_>>().join(",");
        let path = ["Software", "Acme", "Widgets"].join("\\");
        for text in [
            "pwgen -1s 32",
            "openssl rand -hex 16",
            "^%{[Ss][Hh][Aa]%}",
            "^[0-9a-z_]+$",
            r"[\p{Alnum}]{6}",
            &list(1),
            &path,
        ] {
            assert!(of_secret(text.as_bytes()).is_some(), "{text}");
        }
        for text in ["kq-1s 32", "Pw7 -kq", "kq[Zp]w7[Lx]", &list(3), r"kq\Zp7\wLx", r"ab\cd", ""] {
            assert_eq!(of_secret(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn bytes_that_programs_spell_out() {
        let escapes = |n: u8, step: u8| (0..n).map(|b| format!("\\x{:02X}", 0x10 + b * step)).collect::<String>();
        let hex = |n: u8, step: u8| (0..n).map(|b| format!("{:02x}", 4 + b * step)).collect::<String>();
        assert!(is_counting_bytes(escapes(8, 1).as_bytes()) && is_counting_bytes(hex(16, 1).as_bytes()));
        assert!(!is_counting_bytes(escapes(8, 2).as_bytes()) && !is_counting_bytes(hex(7, 1).as_bytes()));
        assert!(is_escaped_bytes(escapes(16, 7).as_bytes()) && !is_escaped_bytes(escapes(15, 7).as_bytes()));
        assert!(!is_escaped_bytes(format!("{}kq", escapes(16, 7)).as_bytes()) && !is_escaped_bytes(b""));
    }

    #[test]
    fn encrypted_pieces() {
        let piece = base64::engine::general_purpose::STANDARD.encode("a piece");
        assert!(is_encrypted(format!("2.{piece}|{piece}|{piece}").as_bytes()));
        assert!(!is_encrypted(piece.as_bytes()) && !is_encrypted(b"Xk9v|Q2z!=") && !is_encrypted(b""));
    }

    #[test]
    fn what_people_put_in_place_of_a_secret() {
        for text in ["required|string|max:255", "between:8,60", "required|between:8,60"] {
            assert!(is_choice(text.as_bytes()), "{text}");
        }
        for text in ["Xk9|vQ2|z", "one|two", "host:5432", ""] {
            assert!(!is_choice(text.as_bytes()), "{text}");
        }
        for text in ["backend:9000", "unix:/run/backend.sock", "2813/tcp"] {
            assert!(is_host_and_port(text.as_bytes()), "{text}");
        }
        for text in ["Xk9:9000", "backend:x", "kq3/tcp", ""] {
            assert!(!is_host_and_port(text.as_bytes()), "{text}");
        }
        for text in ["iso-8859-1", "UTF-8", "CVE-2021-44228", "fe80::204:61ff", "192.0.2.7"] {
            assert!(of_password(text.as_bytes()).is_some(), "{text}");
        }
        for text in ["(a{1000}){1000}", "[a-z]{8,}", "^[0-9a-f]{40}$"] {
            assert!(is_pattern(text.as_bytes()), "{text}");
        }
        assert!(of_secret(b"$ANSIBLE_VAULT;1.1;AES256").is_some() && of_secret(b"$ANSIBLE_VAULT").is_none());
        for text in ["kq(7){x}", "a]{", "(kq){}", "kq{40}"] {
            assert!(!is_pattern(text.as_bytes()), "{text}");
        }
        for text in ["UTF-x8", "CVE-", "Xk-8859-1", "192.0.2", "fe80:kq"] {
            assert_eq!(of_password(text.as_bytes()), None, "{text}");
        }
    }
}
