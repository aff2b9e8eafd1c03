//! What hands leave that strike keys for the sake of it.

use super::made::without_number;

/// Keys that lie side by side, a row of them, or the same few over and over.
pub(super) fn is_struck(secret: &[u8]) -> bool {
    const STEPS: usize = 6;
    const REST: usize = 3;
    // Then people add what a policy asks for.
    let begins = secret.len() <= STEPS + REST && secret.get(..STEPS).is_some_and(is_walk);
    is_walk(secret)
        || is_row(secret)
        || is_rows(secret)
        || is_twice(secret)
        || is_of_few_letters(secret)
        || begins
        || ends_in_order(secret)
}

/// Letters, and then figures in their order, up or down, with a sign or two at most at the end: `bob1234!`, `user@321`.
fn ends_in_order(secret: &[u8]) -> bool {
    const FEWEST: usize = 3;
    const MOST_SIGNS: usize = 2;
    let end = secret.iter().rposition(|b| !b.is_ascii_punctuation()).map_or(0, |n| n + 1);
    let word = without_number(&secret[..end]);
    let figures = &secret[word.len()..end];
    let steps = |step: i16| figures.windows(2).all(|w| i16::from(w[1]) - i16::from(w[0]) == step);
    let letters = word.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'@' | b'_' | b'-' | b'.'));
    secret.len() - end <= MOST_SIGNS
        && !word.is_empty()
        && letters
        && figures.len() >= FEWEST
        && (steps(1) || steps(-1))
}

/// Pairs of signs over and over, more than chance has: `89h3f98hbwf987h3f98`. Of values drawn at random one in ten thousand is such.
pub(super) fn repeats_pairs(secret: &[u8]) -> bool {
    const LENGTHS: std::ops::RangeInclusive<usize> = 16..=64;
    const CHANCE: f64 = 1e-4;
    let sign = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'+' | b'/' | b'=');
    if !LENGTHS.contains(&secret.len()) || !secret.iter().all(sign) {
        return false;
    }
    let letters = if secret.iter().all(|b| !b.is_ascii_alphabetic() || b.is_ascii_hexdigit()) { 6.0 } else { 26.0 };
    let has = |is: fn(&u8) -> bool, letters: f64| if secret.iter().any(is) { letters } else { 0.0 };
    let alphabet =
        has(u8::is_ascii_lowercase, letters) + has(u8::is_ascii_uppercase, letters) + has(u8::is_ascii_digit, 10.0);
    let mut pairs: Vec<&[u8]> = secret.windows(2).collect();
    let all = pairs.len();
    pairs.sort_unstable();
    pairs.dedup();
    // Pairs meet again as rare things happen: their number is that of Poisson.
    let expected = (all * (all - 1)) as f64 / 2.0 / (alphabet * alphabet).max(1.0);
    let (mut term, mut fewer) = ((-expected).exp(), 0.0);
    for n in 1..=all - pairs.len() {
        fewer += term;
        term *= expected / n as f64;
    }
    1.0 - fewer < CHANCE
}

/// Two stretches of three keys or more, each of one row from left to right: `asdqwe`.
fn is_rows(secret: &[u8]) -> bool {
    const FEWEST: usize = 3;
    (FEWEST..=secret.len().saturating_sub(FEWEST)).any(|n| is_stretch(&secret[..n]) && is_stretch(&secret[n..]))
}

/// The same half twice: `asdfasdf`.
fn is_twice(secret: &[u8]) -> bool {
    const SHORTEST: usize = 6;
    let (one, other) = secret.split_at(secret.len() / 2);
    secret.len() >= SHORTEST && one == other
}

/// Small letters, and half as many different ones as letters, or fewer: `geqgegaae`. Of eight drawn at random one in a thousand is such.
fn is_of_few_letters(secret: &[u8]) -> bool {
    const SHORTEST: usize = 8;
    let different = (b'a'..=b'z').filter(|b| secret.contains(b)).count();
    secret.len() >= SHORTEST && secret.iter().all(u8::is_ascii_lowercase) && 2 * different <= secret.len()
}

/// Two letters of three from the middle row of a keyboard, in small letters throughout: what hands do that lie there.
pub(super) fn is_mashed(secret: &[u8]) -> bool {
    const ROW: &[u8] = b"asdfghjkl";
    const FEWEST: usize = 14;
    let letters: Vec<u8> = secret.iter().copied().filter(u8::is_ascii_alphabetic).collect();
    let on_row = letters.iter().filter(|b| ROW.contains(b)).count();
    // Of which hexadecimal digits are a part.
    let beyond_hex = letters.iter().filter(|b| b"sghjkl".contains(b)).count();
    letters.len() >= FEWEST
        && letters.iter().all(u8::is_ascii_lowercase)
        && on_row * 3 >= letters.len() * 2
        && beyond_hex * 4 >= letters.len()
}

/// Four keys or more of one row of letters, from left to right, with or without a number after them: `asdf`, `zxcv1`.
fn is_row(secret: &[u8]) -> bool {
    const FEWEST: usize = 4;
    let keys = without_number(secret);
    keys.len() >= FEWEST && is_stretch(keys)
}

/// Keys of one row of letters, from left to right.
fn is_stretch(keys: &[u8]) -> bool {
    const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
    let keys = keys.to_ascii_lowercase();
    ROWS.iter().any(|row| row.windows(keys.len()).any(|run| run == keys))
}

/// Four steps of five lead to a key beside the last, or all where there are few: `q1w2e3`, `zxcvbn`, `1q2w3e$R`, `asdfqwer1234asdf`.
fn is_walk(secret: &[u8]) -> bool {
    const ROWS: [&[u8]; 4] = [b"1234567890", b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
    const SHORTEST: usize = 6;
    const FEW: usize = 8;
    // With shift held down, on an American keyboard.
    let unshifted =
        |b: &u8| b")!@#$%^&*(".iter().position(|sign| sign == b).map_or(b.to_ascii_lowercase(), |n| b'0' + n as u8);
    let place = |b: &u8| {
        let b = unshifted(b);
        (0..).zip(ROWS).find_map(|(row, keys)| Some((row, i32::try_from(keys.iter().position(|k| *k == b)?).ok()?)))
    };
    let places: Vec<Option<(i32, i32)>> = secret.iter().map(place).collect();
    let beside = |pair: &&[Option<(i32, i32)>]| match pair {
        [Some(a), Some(b)] => (a.0 - b.0).abs() <= 1 && (a.1 - b.1).abs() <= 1,
        _ => false,
    };
    let steps = places.windows(2).filter(beside).count();
    let all = secret.len().saturating_sub(1);
    secret.len() >= SHORTEST && if all < FEW { steps == all } else { steps * 5 >= all * 4 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hands_strike() {
        for text in
            ["asdfasdf", "asdqwe", "geqgeagae", "1q2w3e$R", "1q2w3e!R", "qwerty", "zxcv1", "q1w2e3", "asdfqwer1234asdf"]
        {
            assert!(is_struck(text.as_bytes()), "{text}");
        }
        for text in ["bob1234!", "acme_user@321", "kqzv345"] {
            assert!(is_struck(text.as_bytes()), "{text}");
        }
        for text in [
            "kqzvwxbt",
            "kqkqz",
            "xkqzvbwp",
            "1qXw3e!R",
            "q1w2e3kfkgkh",
            "",
            "ab",
            "kqz12",
            "kq7z345",
            "kqz135",
            "123",
            "kqz123!!!",
        ] {
            assert!(!is_struck(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn pairs_that_come_again() {
        for text in
            ["89h3f98hbwf987h3f98wenf89ehf", "t1-0_0_0_0_0_0_0_0_0", "free-42727540-1111-1111-0000-80662e000000-0000"]
        {
            assert!(repeats_pairs(text.as_bytes()), "{text}");
        }
        for text in ["89h3f98hbwf", "89h3f98hbwf987h3f98wen!89ehf", ""] {
            assert!(!repeats_pairs(text.as_bytes()), "{text}");
        }
        let drawn = |template: &str| {
            (0..2000)
                .filter(|n| {
                    repeats_pairs(crate::rules::examples::expand(template, *n).expect("a template").text.as_bytes())
                })
                .count()
        };
        for template in
            ["{{base62:20}}", "{{base62:64}}", "{{hex:32}}", "{{hex:64}}", "{{lower:40}}", "{{digit:20}}", "{{uuid}}"]
        {
            assert!(drawn(template) <= 2, "{template}: {}", drawn(template));
        }
    }
}
