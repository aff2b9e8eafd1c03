//! What a value alone says of how people made it up, or that it is no secret at all.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::instead::{SHORTEST_KEY, escaped_bytes};
use crate::detect::check::codec::{self, percent_decoded};
use crate::judge::words;

/// What is asked of text that is to be made of words.
pub(super) struct Wording {
    /// Fewest letters.
    letters: usize,
    /// Lowest mean score of pairs of letters, hundredths; random letters have about -100.
    score: i16,
}

/// Names of things are longer, and keys and tokens that machines make score far below.
pub(super) const NAME: Wording = Wording { letters: 6, score: 25 };
pub(super) const PASSWORD: Wording = Wording { letters: 3, score: 40 };

/// Whether most of a value is letters that read as words, parted by signs, figures or turns of case.
pub(super) fn is_of_words(value: &[u8], wording: Wording) -> bool {
    const LONGEST_NUMBER: usize = 4;
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let starts = (0..value.len())
        .filter(|n| value[*n].is_ascii_alphabetic() && (*n == 0 || !value[*n - 1].is_ascii_alphabetic()))
        .count();
    let longest_number = value.split(|b| !b.is_ascii_digit()).map(<[u8]>::len).max().unwrap_or(0);
    letters >= wording.letters
        && letters >= 2 * digits
        && 2 * letters >= 5 * starts
        && letters * 3 >= value.len() * 2
        && longest_number <= LONGEST_NUMBER
        && !value.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-')
        && words::hundredths(value) >= wording.score
}

/// Letters for the most part, and likelier words of some language than drawn at random, by three bits: in disguise or not.
pub(super) fn is_like_words(value: &[u8]) -> bool {
    const EIGHTHS: i32 = 24;
    const FEWEST: usize = 4;
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    letters >= FEWEST
        && letters >= 2 * digits
        && letters * 3 >= value.len() * 2
        && !value.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-')
        && words::likeness(value) >= EIGHTHS
}

/// Four words or more with underscores between: `ptr_field_with_default`.
pub(super) fn is_identifier(secret: &[u8]) -> bool {
    const FEWEST: usize = 4;
    secret.iter().all(|b| b.is_ascii_lowercase() || *b == b'_')
        && secret.split(|b| *b == b'_').filter(|word| !word.is_empty()).count() >= FEWEST
        && is_of_words(secret, NAME)
}

/// Four words or more of small letters with one sign between, whatever language they are of: `webhooks_by_app_id`, `this-or-that-one`. Of as
/// many letters each, or as a UUID is parted, they may be drawn.
pub(super) fn is_joined(secret: &[u8]) -> bool {
    const FEWEST: usize = 4;
    const UUID: usize = 36;
    let Some(sign) = secret.iter().find(|b| matches!(b, b'_' | b'-')) else { return false };
    let parts = || secret.split(|b| b == sign);
    let first = parts().next().map_or(0, <[u8]>::len);
    secret.len() != UUID
        && parts().all(|word| word.iter().all(u8::is_ascii_lowercase))
        && parts().filter(|word| word.len() >= 2).count() >= FEWEST
        && parts().any(|word| word.len() != first)
}

/// A name with a year after it, and two signs at most at the end: `Staging2024#`.
pub(super) fn is_name_and_year(secret: &[u8]) -> bool {
    const LONGEST: usize = 24;
    const MOST_SIGNS: usize = 2;
    let end = secret.iter().rposition(|b| !b.is_ascii_punctuation()).map_or(0, |n| n + 1);
    let plain = if secret.len() - end <= MOST_SIGNS { &secret[..end] } else { secret };
    let Some((name, [century @ .., decade, last])) = plain.split_last_chunk::<4>() else { return false };
    let year = matches!(century, b"19" | b"20") && decade.is_ascii_digit() && last.is_ascii_digit();
    year && secret.len() <= LONGEST
        && name.len() >= 3
        && name.iter().filter(|b| b.is_ascii_alphabetic()).count() * 2 > name.len()
}

/// Text in base32, or the sample of many pages about one-time passwords: `Hello!` and `0xDEADBEEF`.
pub(super) fn is_text_in_base32(secret: &[u8]) -> bool {
    const SAMPLE: &[u8] = b"JBSWY3DPEHPK3PXP";
    const SHORTEST: usize = 16;
    secret.starts_with(SAMPLE)
        || secret.len() >= SHORTEST
            && codec::base32(secret).is_some_and(|plain| plain.iter().all(|b| (b' '..0x7f).contains(b)))
}

/// A number with a letter or two, shorter than keys are: an id.
pub(super) fn is_mostly_number(secret: &[u8]) -> bool {
    const LONGEST: usize = 18;
    let digits = secret.iter().filter(|b| b.is_ascii_digit()).count();
    secret.len() <= LONGEST && digits < secret.len() && digits * 10 >= secret.len() * 9
}

/// Four words or more of a name in camel case, without a digit: `wayToGetPagerDutyKey`. Their capitals begin words or are one
/// abbreviation (`wayToGetAPIKeys`); letters that are drawn change their case anywhere.
pub(super) fn is_camel(secret: &[u8]) -> bool {
    const FEWEST: usize = 4;
    const LETTERS: usize = 3;
    let words = 1 + secret.windows(2).filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase()).count();
    let runs = secret.split(|b| !b.is_ascii_uppercase()).filter(|run| run.len() > 1).count();
    secret.iter().all(u8::is_ascii_alphabetic)
        && words >= FEWEST
        && secret.len() >= LETTERS * words
        && runs <= 1
        && is_of_words(secret, NAME)
}

/// A password as it was thought of: escapes of addresses read, what follows the last letter cut off, and figures and signs that
/// stand for letters read as these, unless they are half of it.
pub(super) fn without_disguise(secret: &[u8]) -> Vec<u8> {
    let plain = percent_decoded(secret);
    let end = plain.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |n| n + 1);
    let letter = |b: &u8| match b {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        other => *other,
    };
    let read: Vec<u8> = plain[..end].iter().map(letter).collect();
    let changed = read.iter().zip(&plain).filter(|(a, b)| a != b).count();
    if changed * 2 <= end && !secret.iter().all(u8::is_ascii_hexdigit) { read } else { plain }
}

/// The text that a value is the base64 of, padded or not.
pub(super) fn text_of_base64(secret: &[u8]) -> Option<Vec<u8>> {
    const LENGTHS: std::ops::RangeInclusive<usize> = 8..=512;
    const UNPADDED: usize = 16;
    if !LENGTHS.contains(&secret.len()) {
        return None;
    }
    let decoded = STANDARD.decode(secret).ok();
    // Without padding a short word would be taken for base64.
    let decoded =
        decoded.or_else(|| if secret.len() < UNPADDED { None } else { STANDARD_NO_PAD.decode(secret).ok() })?;
    printable(&decoded)
}

/// A list or an object in base64, with a name in quotes.
pub(super) fn is_json_in_base64(secret: &[u8]) -> bool {
    text_of_base64(secret).is_some_and(|plain| {
        matches!(plain.first(), Some(b'[' | b'{')) && memchr::memmem::find(&plain, b"\":").is_some()
    })
}

/// The text that a value is written for in hexadecimal digits.
pub(super) fn text_of_hex(secret: &[u8]) -> Option<Vec<u8>> {
    const SHORTEST: usize = 24;
    if secret.len() < SHORTEST { None } else { printable(&codec::hex(secret)?) }
}

/// Text of ASCII, of one line or more, without white space at its ends.
fn printable(decoded: &[u8]) -> Option<Vec<u8>> {
    let plain = decoded.trim_ascii();
    plain.iter().all(|b| (b' '..0x7f).contains(b) || b.is_ascii_whitespace()).then(|| plain.to_vec())
}

/// Padding with more base64 after it: `…=f34`. Encoders put it at the end; a name and a value have one sign between.
pub(super) fn has_padding_inside(secret: &[u8]) -> bool {
    let Some(at) = secret.iter().position(|b| *b == b'=') else { return false };
    let (head, rest) =
        (&secret[..at], secret[at..].split(|b| *b != b'=').next().map_or(&[][..], |run| &secret[at + run.len()..]));
    let base64 = |text: &[u8]| text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'));
    let signs = |text: &[u8]| text.iter().any(|b| matches!(b, b'+' | b'/'));
    !rest.is_empty() && base64(head) && signs(head) && rest.iter().all(|b| base64(&[*b]) || *b == b'=')
}

/// What stands before the figures at the end of a value.
pub(super) fn without_number(secret: &[u8]) -> &[u8] {
    &secret[..secret.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |n| n + 1)]
}

/// A word, as names of things have it, and a number of any length: `ExpiresAt4687177990`.
pub(super) fn is_word_and_number(secret: &[u8]) -> bool {
    let word = without_number(secret);
    word.len() < secret.len() && word.iter().all(u8::is_ascii_alphabetic) && is_of_words(word, NAME)
}

/// A password's hash: `$2b$…`, `$argon2id$v=19$…`, `{SSHA}…`, `{pbkdf2}…`.
pub(super) fn is_hash(secret: &[u8]) -> bool {
    const SCHEMES: [&[u8]; 10] = [b"1", b"5", b"6", b"y", b"apr1", b"argon2", b"pbkdf2", b"scrypt", b"bcrypt", b"2"];
    const STORED: [&[u8]; 7] = [b"sha", b"ssha", b"smd5", b"md5", b"crypt", b"pbkdf2", b"argon2"];
    let braced =
        secret.strip_prefix(b"{").and_then(|rest| rest.iter().position(|b| *b == b'}').map(|n| rest.split_at(n)));
    if let Some((scheme, _)) = braced {
        let scheme = scheme.to_ascii_lowercase();
        return STORED.iter().any(|stored| scheme.windows(stored.len()).any(|w| w == *stored));
    }
    // Django names the scheme first: `pbkdf2_sha256$12000$…`.
    let django = secret.split(|b| *b == b'$').collect::<Vec<_>>();
    if let [b"pbkdf2_sha256" | b"pbkdf2_sha1" | b"bcrypt_sha256" | b"argon2" | b"scrypt" | b"sha1" | b"md5", _, ..] =
        django[..]
    {
        return true;
    }
    // Version 1 of ASP.NET Core Identity: its number, then that of the function.
    if secret.starts_with(b"AQAAAA") && secret.len() == 84 {
        return true;
    }
    let Some(rest) = secret.strip_prefix(b"$") else { return false };
    // A scheme of some framework, its function, its rounds, salt and hash: `$shiro1$SHA-256$500000$…`.
    if rest.split(|b| *b == b'$').count() >= 5 {
        return true;
    }
    let id = rest.split(|b| *b == b'$').next().unwrap_or_default();
    let known = |scheme: &&[u8]| {
        // One letter may follow a number, as in `2b`.
        let most = if scheme.len() > 1 { 8 } else { 1 };
        id.strip_prefix(*scheme).is_some_and(|more| more.len() <= most)
    };
    rest.len() > id.len() && SCHEMES.iter().any(known)
}

/// A public key of SSH, or one for RSA or elliptic curves in the form of X.509, in base64 or hexadecimal digits: it begins with the name of
/// its algorithm.
pub(super) fn is_public_key(secret: &[u8]) -> bool {
    const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const HEAD: usize = 32;
    // The length of its name, and the name (RFC 4253, section 6.6).
    const SSH: [&[u8]; 3] = [b"AAAAB3NzaC1yc2E", b"AAAAC3NzaC1lZDI1NTE5", b"AAAAE2VjZHNhLXNoYTIt"];
    if SSH.iter().any(|start| secret.starts_with(start)) {
        return true;
    }
    let der = match secret.get(..HEAD) {
        Some(head) if head.starts_with(b"M") => STANDARD.decode(head).ok(),
        _ => secret.get(..2 * HEAD).filter(|head| head.starts_with(b"30")).and_then(codec::hex),
    };
    let Some(der) = der else { return false };
    let header = match der.get(1) {
        Some(length @ 0x80..) => 2 + usize::from(length & 0x7f),
        _ => 2,
    };
    // A private key has its version here, a number.
    let Some([0x30, _, 0x06, _, oid @ ..]) = der.get(header..) else { return false };
    oid.starts_with(RSA) || oid.starts_with(EC)
}

/// The first parts of a JSON Web Token, without its signature.
pub(super) fn is_part_of_jwt(secret: &[u8]) -> bool {
    secret.starts_with(b"eyJ") && secret.iter().filter(|b| **b == b'.').count() < 2
}

/// The base64 of a Fernet message: version 0x80 and the time, whose first bytes stay zero for a century. Source: the Fernet specification.
pub(super) fn is_fernet_message(secret: &[u8]) -> bool {
    secret.starts_with(b"gAAAAA")
}

/// `2016-11-06`, with or without a time after it.
pub(super) fn is_date(secret: &[u8]) -> bool {
    let form = |n: usize| if matches!(n, 4 | 7) { secret[n] == b'-' } else { secret[n].is_ascii_digit() };
    secret.len() >= 10 && (0..10).all(form) && matches!(secret.get(10), None | Some(b'T' | b' '))
}

/// `^6.4|^7.0`, and `npm:3.378.0` as lockfiles of Yarn have it.
pub(super) fn is_version(secret: &[u8]) -> bool {
    let from_registry = secret.strip_prefix(b"npm:");
    let version = from_registry.unwrap_or(secret);
    let range = matches!(version.first(), Some(b'^' | b'~' | b'<' | b'>' | b'='));
    (range || from_registry.is_some())
        && version.iter().any(u8::is_ascii_digit)
        && !version.iter().any(u8::is_ascii_alphabetic)
        && version.contains(&b'.')
}

/// Words that programmers give to what has no name of its own.
pub(super) const METASYNTACTIC: [&str; 24] = [
    "foo", "bar", "baz", "qux", "quux", "corge", "grault", "garply", "waldo", "fred", "plugh", "xyzzy", "thud", "spam",
    "ham", "eggs", "fizz", "buzz", "wibble", "wobble", "blah", "lorem", "ipsum", "foobar",
];

/// Made of such words alone (`barfoo`, `b=ar`), or a short word that ends in the most common of them (`syncfoo`), in letters of any case.
pub(super) fn is_metasyntactic(password: &[u8]) -> bool {
    const LONGEST: usize = 12;
    const COMMON: [&[u8]; 4] = [b"foo", b"bar", b"baz", b"qux"];
    let letters: Vec<u8> = password.iter().filter(|b| b.is_ascii_alphabetic()).map(u8::to_ascii_lowercase).collect();
    if letters.is_empty() || letters.len() > LONGEST {
        return false;
    }
    let mut rest = &letters[..];
    while let Some(word) = METASYNTACTIC.iter().find(|word| rest.starts_with(word.as_bytes())) {
        rest = &rest[word.len()..];
    }
    rest.is_empty() || COMMON.iter().any(|word| letters.ends_with(word))
}

/// A word for a password with something before or after it: `mysqlpass`, `testpwd1`, `PWD`. Longer ones are of words anyway.
pub(super) fn says_password(password: &[u8]) -> bool {
    const LONGEST: usize = 12;
    const WORDS: [&[u8]; 3] = [b"pass", b"passwd", b"pwd"];
    let plain = without_number(password).to_ascii_lowercase();
    plain.len() <= LONGEST
        && plain.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'-'))
        && WORDS.iter().any(|word| plain.starts_with(word) || plain.ends_with(word))
}

/// Escapes of control characters: compiled descriptors and binary data have them, passwords and tokens do not.
pub(super) fn has_control_escapes(secret: &[u8]) -> bool {
    const FEWEST: usize = 2;
    let escapes = secret.windows(4).filter(|w| w.starts_with(b"\\x") && matches!(w[2], b'0' | b'1')).count();
    let letters = secret.windows(2).filter(|w| matches!(w, [b'\\', b'a' | b'b' | b'f' | b'v'])).count();
    escapes + letters >= FEWEST
}

/// `IDX_EE52E3FA19EB6921`, `fk_5f37a13b`: what tools for databases call an index or a constraint, by a digest of table and columns.
pub(super) fn is_constraint(secret: &[u8]) -> bool {
    const HEADS: [&[u8]; 6] = [b"fk", b"pk", b"uk", b"ix", b"idx", b"uniq"];
    const SHORTEST: usize = 8;
    let Some(sign) = secret.iter().position(|b| *b == b'_') else { return false };
    let (head, digits) = (secret[..sign].to_ascii_lowercase(), &secret[sign + 1..]);
    HEADS.contains(&&*head) && digits.len() >= SHORTEST && digits.iter().all(u8::is_ascii_hexdigit)
}

/// Escapes such as `\xC1` and nothing else, for fewer bytes than keys have.
pub(super) fn is_short_constant(secret: &[u8]) -> bool {
    escaped_bytes(secret).is_some_and(|bytes| (1..SHORTEST_KEY).contains(&bytes.len()))
}

/// A number as programs write it: `0xa44072db979083e9`, `134217728`, with the suffix of its type or without.
pub(super) fn is_number_of_program(secret: &[u8]) -> bool {
    const LONGEST: usize = 20;
    let end = secret.iter().rposition(|b| !matches!(b, b'u' | b'U' | b'l' | b'L')).map_or(0, |n| n + 1);
    let number = &secret[..end];
    let hex = number.strip_prefix(b"0x").or_else(|| number.strip_prefix(b"0X"));
    let digits = hex.map_or_else(|| number.iter().all(u8::is_ascii_digit), |hex| hex.iter().all(u8::is_ascii_hexdigit));
    !number.is_empty() && number.len() <= LONGEST && digits
}

/// Two hexadecimal texts with a colon between, the second of 32 bytes or more: an id and the signature of one message.
pub(super) fn is_signature(secret: &[u8]) -> bool {
    const SIGNATURE: usize = 64;
    let Some(colon) = secret.iter().position(|b| *b == b':') else { return false };
    let (id, signature) = (&secret[..colon], &secret[colon + 1..]);
    let hex = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_hexdigit);
    hex(id) && hex(signature) && signature.len() >= SIGNATURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_camel_case() {
        for name in ["wayToGetPagerDutyKey", "wayToGetAPIKeys"] {
            assert!(is_camel(name.as_bytes()), "{name}");
        }
        for drawn in ["oUUFIeflAPprmbROtUEq", "HaSaiIeBlETw", "wHNonFIElLdv"] {
            assert!(!is_camel(drawn.as_bytes()), "{drawn}");
        }
    }

    #[test]
    fn names_with_years_and_hashes() {
        assert!(is_hash(b"$scheme1$SHA-256$5000$U1==$zn=") && !is_hash(b"$scheme1$SHA-256$"));
        assert!(is_hash(b"pbkdf2_sha256$12000$U1$zn=") && !is_hash(b"pbkdf2$U1") && !is_hash(b"sha1"));
        for text in ["Staging2024#", "OldOne2022", "W0rk@HR2024#", "Staging2024!?"] {
            assert!(is_name_and_year(text.as_bytes()), "{text}");
        }
        for text in ["4k92024", "Staging3024", "Staging20x4", "Staging2024!?!", "2024", ""] {
            assert!(!is_name_and_year(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn names_of_constraints_and_short_constants() {
        for head in ["FK_", "idx_", "UNIQ_"] {
            assert!(is_constraint(format!("{head}EE52E3FA19EB6921").as_bytes()), "{head}");
        }
        for text in ["EE52E3FA19EB6921", "key_EE52E3FA19EB6921", "FK_EE52E3FAx9EB6921", "FK_", ""] {
            assert!(!is_constraint(text.as_bytes()), "{text}");
        }
        let bytes = |n: usize| r"\xD2".repeat(n);
        assert!(is_short_constant(bytes(8).as_bytes()) && !is_short_constant(bytes(16).as_bytes()));
        assert!(!is_short_constant(br"\xD2kq") && !is_short_constant(b"") && !is_short_constant(br"\xD"));
    }

    #[test]
    fn text_in_base32() {
        let base32 = |bytes: &[u8]| codec::to_base32(bytes).into_bytes();
        assert!(is_text_in_base32(&base32(b"TestSecret")) && is_text_in_base32(&base32(b"1234567890")));
        assert!(is_text_in_base32(&base32(b"Hello!\xde\xad\xbe\xef\xaf")));
        assert!(!is_text_in_base32(&base32(b"Short")));
        assert!(!is_text_in_base32(&base32(&[0x9c, 0x01, 0x7f, 0xe2, 0x33, 0x80, 0xaa, 0x05, 0xfe, 0x11])));
    }
}
