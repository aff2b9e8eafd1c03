//! Values that stand for a secret without being one. Always a judgement on the whole value: a stop word inside a random
//! string says nothing.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

/// Words that only people writing documentation put into a value.
const TELLING: &[&str] = &[
    "your_",
    "your-",
    "yourkey",
    "your ",
    "youra",
    "yoursecret",
    "yourpass",
    "yourtoken",
    "my_secret",
    "my-secret",
    "mysecretkey",
    "example",
    "changeme",
    "change_me",
    "change-me",
    "change this",
    "changethis",
    "placeholder",
    "replace_",
    "replace-",
    "replaceme",
    "redacted",
    "insert_",
    "insert-",
    "dummy",
    "xxxx",
    "<secret",
    "<token",
    "<password",
    "todo",
    "fixme",
    "removed",
    "hidden",
    "not_a_real",
    "not-a-real",
    "notareal",
    "fake",
    "invalid",
    "sample",
    "_here",
    "-here",
    "goes here",
    "goeshere",
    "lorem",
    "foobar",
    "deadbeef",
    "undefined",
    "****",
    "....",
    "test_secret",
    "testsecret",
    "enter_",
    "put_your",
    "00000000",
];

fn telling() -> &'static AhoCorasick {
    static TABLE: OnceLock<AhoCorasick> = OnceLock::new();
    TABLE.get_or_init(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(TELLING)
            .expect("a short list of short words makes a small automaton")
    })
}

/// Why `value` cannot be a secret, if it cannot: a reference to one, a template, a mask, or a word that says so. A telling
/// word counts only where it is a good part of the value.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    // Vendors write EXAMPLE into the keys of their documentation, in capitals: seven letters would hardly be drawn by chance.
    let vendor = memchr::memmem::find(value, b"EXAMPLE").is_some();
    vendor || is_reference(value) || is_mask(value) || is_told(value)
}

/// Whether something else stands in for the value: a reference, a template, a mask, a vendor's example. JSON in a string is none.
pub(super) fn stands_in(value: &[u8]) -> bool {
    let json = value.starts_with(b"{") && memchr::memmem::find(value, b"\":").is_some();
    let filler = |part: &[u8]| part.len() >= 3 && part.iter().all(|b| b == &part[0] && b.is_ascii_alphabetic());
    let elided = memchr::memmem::find(value, b"...").is_some()
        || value.ends_with("…".as_bytes())
        || value.split(|b| *b == b'.').any(filler);
    elided
        || memchr::memmem::find(value, b"EXAMPLE").is_some()
        || is_mask(value)
        || is_mostly_one(value)
        || is_version(value)
        || is_reference(value) && !json
}

/// What a package manager is asked for: `^4.0.23`, `npm:3.378.0`, `>=1.2`.
fn is_version(value: &[u8]) -> bool {
    let version = value.strip_prefix(b"npm:").unwrap_or(value);
    let bare = version.iter().position(|b| !b"^~<>= ".contains(b)).map_or(&[][..], |n| &version[n..]);
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let numbers = bare.split(|b| *b == b'.').take_while(|part| digits(part)).count();
    bare.len() < value.len() && numbers >= 2 && bare.split(|b| *b == b'.').count() == numbers
}

/// A quarter of the value at least is made of telling words.
pub(super) fn is_told(value: &[u8]) -> bool {
    told_percent(value) >= 25
}

/// How much of the value is made of telling words, percent.
pub(super) fn told_percent(value: &[u8]) -> usize {
    let told: usize = telling().find_iter(value).map(|m| m.len()).sum();
    if value.is_empty() { 0 } else { told * 100 / value.len() }
}

/// Fewer symbols than anybody uses who edits a sample, let alone a generator.
pub(super) fn has_few_symbols(value: &[u8]) -> bool {
    kinds(value) < 6
}

fn kinds(value: &[u8]) -> usize {
    let mut distinct = [false; 256];
    for b in value {
        distinct[usize::from(b.to_ascii_lowercase())] = true;
    }
    distinct.iter().filter(|d| **d).count()
}

/// More than half of it one character: filler between a head and a tail.
fn is_mostly_one(value: &[u8]) -> bool {
    const SHORTEST: usize = 8;
    let most = value.iter().map(|b| memchr::memchr_iter(*b, value).count()).max().unwrap_or(0);
    value.len() >= SHORTEST && most * 2 > value.len()
}

/// One or two characters repeated, or nothing but punctuation.
pub(super) fn is_mask(value: &[u8]) -> bool {
    kinds(value) <= 2 || !value.iter().any(u8::is_ascii_alphanumeric)
}

/// A variable, template, macro or call in place of a value: `$TOKEN`, `${…}`, `{{ … }}`, `%TOKEN%`, `<token>`, `@token@`,
/// `#{…}`, `process.env.X`, `!Ref X`, `vault:…`.
pub(super) fn is_reference(value: &[u8]) -> bool {
    let Some((&first, rest)) = value.split_first() else { return true };
    if has_many_signs(value) {
        return false;
    }
    let last = *value.last().unwrap_or(&first);
    let identifier = |text: &[u8]| {
        !text.is_empty() && text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b':'))
    };
    match first {
        b'$' => matches!(rest.first(), Some(b'{' | b'(' | b'[')) || (identifier(rest) && !rest[0].is_ascii_digit()),
        b'%' => {
            (last == b'%' && value.len() > 2)
                || matches!(rest.first(), Some(b'(' | b'{' | b's' | b'd')) && value.len() <= 24
        }
        b'<' => last == b'>',
        b'{' => last == b'}',
        b'[' => last == b']',
        b'@' => last == b'@' && value.len() > 2,
        b'#' => rest.starts_with(b"{"),
        b'!' => rest.starts_with(b"Ref ") || rest.starts_with(b"Sub "),
        _ => {
            value.windows(2).any(|w| w == b"${" || w == b"{{" || w == b"#{" || w == b"$(")
                || [
                    &b"process.env"[..],
                    b"os.environ",
                    b"os.getenv",
                    b"env.",
                    b"vault:",
                    b"arn:aws:secretsmanager",
                    b"secretKeyRef",
                    b"op://",
                    b"ENC[",
                    b"ENC(",
                ]
                .iter()
                .any(|head| value.starts_with(head))
        }
    }
}

/// More different signs than templates are written with: of a generator that draws from all of them, `${` among them.
fn has_many_signs(value: &[u8]) -> bool {
    const MOST: usize = 8;
    let mut seen = [false; 256];
    for b in value.iter().filter(|b| b.is_ascii_punctuation()) {
        seen[usize::from(*b)] = true;
    }
    seen.iter().filter(|s| **s).count() > MOST
}

/// An ascending run (`abcdefgh`, `12345678`) of at least eight characters makes up half of the value: made up by hand.
pub(super) fn is_sequence(value: &[u8]) -> bool {
    has_ascent(value, 1)
}

/// Made up by hand in another way: two ascending runs in turn (`1a2b3c4d5e6f`), or the same characters over and over
/// (`A1B2C3A1B2C3…`) for three quarters of the value. Case and separators do not count.
pub(super) fn is_pattern(value: &[u8]) -> bool {
    let plain: Vec<u8> = value.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    let repeats = |period: usize| {
        let again = plain.iter().zip(&plain[period..]).take_while(|(a, b)| a == b).count();
        again >= period && (again + period) * 4 >= plain.len() * 3
    };
    has_ascent(&plain, 2) || plain.len() >= 16 && (1..=plain.len() / 2).any(repeats)
}

/// Whether a run of at least eight characters, each followed by its successor `apart` places on, makes up half of the value.
fn has_ascent(value: &[u8], apart: usize) -> bool {
    let (mut run, mut longest) = (apart, apart);
    for pair in value.windows(apart + 1) {
        let (first, last) = (pair[0], pair[apart]);
        let step = last.to_ascii_lowercase().wrapping_sub(first.to_ascii_lowercase());
        let from_nine = last == b'0' || apart == 1 && matches!(last, b'a' | b'A');
        let wraps = match first {
            b'9' => from_nine,
            b'f' | b'F' => last == b'0' || apart == 2 && matches!(last, b'a' | b'A'),
            b'z' | b'Z' => last == b'0' || apart == 2 && matches!(last, b'a' | b'A'),
            _ => false,
        };
        run = if step == 1 || wraps { run + 1 } else { apart };
        longest = longest.max(run);
    }
    longest >= 8 && longest * 2 >= value.len()
}

/// Most of it in the order of the alphabet or of the digits: in runs (`abc123def456`), or letters and digits each for themselves
/// (`a1B2c3D4`). People type so, and chance does not.
pub(super) fn is_typed(value: &[u8]) -> bool {
    const FEWEST: usize = 6;
    let follows = |a: u8, b: u8| b.to_ascii_lowercase() == a.to_ascii_lowercase().wrapping_add(1);
    let (mut in_runs, mut run) = (0, 1);
    for n in 1..=value.len() {
        if n < value.len() && value[n].is_ascii_alphanumeric() && follows(value[n - 1], value[n]) {
            run += 1;
        } else {
            in_runs += if run >= 3 { run } else { 0 };
            run = 1;
        }
    }
    let alone = |wanted: fn(&u8) -> bool| {
        let of_class: Vec<u8> = value.iter().copied().filter(wanted).collect();
        let steps = of_class.windows(2).filter(|pair| follows(pair[0], pair[1])).count();
        of_class.len() >= FEWEST && steps * 5 > (of_class.len() - 1) * 3
    };
    in_runs * 5 > value.len() * 3 || alone(u8::is_ascii_alphabetic) || alone(u8::is_ascii_digit)
}

/// A UUID made from the time and a machine's address (version 1): whoever knows one guesses its neighbours.
pub(super) fn is_time_uuid(value: &[u8]) -> bool {
    let dashes = value.len() == 36 && [8, 13, 18, 23].into_iter().all(|at| value[at] == b'-');
    // The time's highest digits are 1d, 1e or 1f from 1995 to 2050.
    let time = dashes && &value[14..16] == b"11" && matches!(value[16].to_ascii_lowercase(), b'd' | b'e' | b'f');
    time && matches!(value[19].to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_templates() {
        for value in [
            "$TOKEN",
            "${TOKEN}",
            "${{ secrets.X }}",
            "{{ token }}",
            "%TOKEN%",
            "<your token>",
            "@TOKEN@",
            "process.env.TOKEN",
            "#{token}",
            "%s",
            "xxxxxxxxxxxx",
            "****************",
            "your_api_key_here",
            "AKIAIOSFODNN7EXAMPLE",
            "changeme",
            "",
            "{0}",
        ] {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn versions_that_are_asked_for() {
        for value in ["^4.0.23", "npm:3.378.0", "npm:^0.1.6", ">=1.2", "~> 1.0"] {
            assert!(stands_in(value.as_bytes()), "{value}");
        }
        for value in ["3.378.0", "^4", "^4.0.x7Qz", "npm:kq8fakeZ2m", "^^^^"] {
            assert!(!is_version(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn a_word_inside_a_random_value_says_nothing() {
        for value in
            ["kq8fakeZ2mXw9RtY4vBn7LpQ", "p4$$W0rd!", "$2ab9Kq", "9f8e7d6c5b4a39281706f5e4d3c2b1a0", "Tr0ub4dor&3"]
        {
            assert!(!is_placeholder(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn filler_and_typed_values() {
        for value in ["AIzaaaaaaaaaaaaaaaaaaa", "glc_11111111111=", "aaaaaaaaaaend"] {
            assert!(stands_in(value.as_bytes()), "{value}");
        }
        for value in ["abc123def456ghi789", "a1B2c3D4e5F6", "abcdefgh-12345678", "AbCdEfGhIjKl1234567890"] {
            assert!(is_typed(value.as_bytes()), "{value}");
        }
        for value in ["kq8Z2mXw9RtY4vBn7LpQ", "9f8e7d6c1b4a39281706", "abc9k2xq7w", "1"] {
            assert!(!is_typed(value.as_bytes()) && !is_mostly_one(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn sequences() {
        assert!(is_sequence(b"1234567890abcdef"));
        assert!(is_sequence(b"abcdefghijklmnop"));
        assert!(!is_sequence(b"a8s7d6f5g4h3j2k1"));
        for value in
            ["1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b", "A1B2C3A1B2C3A1B2C3", "invalidInvaliDinvalidinva", "a1b2c3d4e5f6g7h8"]
        {
            assert!(is_pattern(value.as_bytes()), "{value}");
        }
        for value in ["a8s7d6f5g4h3j2k1", "9f8e7d6c5b4a39281706f5e4d3c2b1a0", "A1B2C3A1B2C3", "kq8fZ2mXw9RtY4vBn7LpQ"] {
            assert!(!is_pattern(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn uuids_made_from_time() {
        let uuid = |version: char, variant: char| format!("743b294a-cd03-{version}1ec-{variant}d64-0242ac120002");
        assert!(is_time_uuid(uuid('1', '9').as_bytes()));
        for other in [uuid('4', '9'), uuid('1', 'c'), uuid('1', '9').replace('-', "")] {
            assert!(!is_time_uuid(other.as_bytes()), "{other}");
        }
    }
}
