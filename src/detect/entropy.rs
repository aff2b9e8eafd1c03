//! Shannon entropy, and the floor below which a text is not random for its alphabet and length.

/// Shannon entropy of the bytes in bits for each byte.
pub fn shannon(text: &[u8]) -> f64 {
    if text.is_empty() {
        return 0.0;
    }
    let mut counts = [0u32; 256];
    for b in text {
        counts[usize::from(*b)] += 1;
    }
    let n = text.len() as f64;
    counts.iter().filter(|c| **c > 0).map(|c| f64::from(*c) / n).map(|p| -p * p.log2()).sum()
}

/// Sizes of the alphabets in [`FLOORS`].
const ALPHABETS: [u32; 6] = [10, 16, 26, 32, 36, 64];

/// Lengths in [`FLOORS`].
const LENGTHS: [usize; 16] = [8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32, 36, 40, 48, 56, 64];

/// The entropy that all but four in ten thousand uniformly random texts exceed, by alphabet and length: measured over 60,000
/// texts each. `every_floor_lets_random_text_pass` measures again.
const FLOORS: [[f64; 16]; 6] = [
    [1.29, 1.48, 1.65, 1.92, 2.0, 2.15, 2.28, 2.33, 2.4, 2.5, 2.62, 2.67, 2.74, 2.84, 2.92, 2.97],
    [1.5, 1.77, 2.05, 2.26, 2.39, 2.52, 2.62, 2.72, 2.84, 2.96, 3.06, 3.15, 3.24, 3.36, 3.45, 3.5],
    [1.75, 2.04, 2.35, 2.55, 2.7, 2.85, 2.96, 3.09, 3.2, 3.33, 3.48, 3.59, 3.67, 3.83, 3.93, 4.02],
    [1.75, 2.12, 2.41, 2.63, 2.82, 2.97, 3.1, 3.23, 3.32, 3.47, 3.63, 3.74, 3.85, 4.01, 4.14, 4.23],
    [1.81, 2.24, 2.52, 2.69, 2.85, 3.03, 3.13, 3.26, 3.4, 3.57, 3.69, 3.84, 3.94, 4.11, 4.24, 4.34],
    [2.15, 2.44, 2.68, 2.95, 3.12, 3.3, 3.44, 3.56, 3.68, 3.89, 4.02, 4.18, 4.31, 4.51, 4.68, 4.79],
];

/// The floor for random text of `length` over an alphabet of at least `alphabet` symbols. Texts shorter than eight
/// have none.
pub fn floor(alphabet: u32, length: usize) -> f64 {
    let row = ALPHABETS.iter().rposition(|a| *a <= alphabet).unwrap_or(0);
    match LENGTHS.iter().rposition(|l| *l <= length) {
        Some(column) => FLOORS[row][column],
        None => 0.0,
    }
}

/// The smallest usual alphabet that four fifths of the text's letters and digits belong to: 10, 16, 22 (hexadecimal in both
/// cases), 26 (letters of one case), 32 (of base32: none of 0, 1, 8 and 9), 36, 52 (letters of both cases) or 64. A fixed prefix
/// or a separator does not change what the rest is made of.
pub fn alphabet(text: &[u8]) -> u32 {
    let (mut digits, mut low_hex, mut high_hex, mut lower, mut upper, mut beyond) = (0usize, 0, 0, 0, 0, 0);
    for b in text {
        match b {
            b'0'..=b'9' => digits += 1,
            b'a'..=b'f' => low_hex += 1,
            b'A'..=b'F' => high_hex += 1,
            b'g'..=b'z' => lower += 1,
            b'G'..=b'Z' => upper += 1,
            b'-' | b'_' | b'.' | b'=' => {}
            _ => beyond += 1,
        }
    }
    let total = digits + low_hex + high_hex + lower + upper + beyond;
    let most = |count: usize| count * 5 >= total * 4;
    if most(digits) {
        10
    } else if most(digits + low_hex) || most(digits + high_hex) {
        16
    } else if most(digits + low_hex + lower) || most(digits + high_hex + upper) {
        // Text over all 36 without a sign of the ten digits, or of these four, is short or rare.
        match (digits, text.iter().any(|b| matches!(b, b'0' | b'1' | b'8' | b'9'))) {
            (0, _) => 26,
            (_, false) => 32,
            (_, true) => 36,
        }
    } else if most(digits + low_hex + high_hex) {
        22
    } else if digits + beyond == 0 {
        52
    } else {
        64
    }
}

/// What stands before a checksum of eight hexadecimal digits, which are of a smaller alphabet than the rest and make the whole
/// less random than its alphabet says.
fn without_checksum(text: &[u8]) -> Option<&[u8]> {
    const DIGITS: usize = 8;
    let (body, sum) = text.split_at_checked(text.len().checked_sub(DIGITS)?)?;
    (sum.iter().all(u8::is_ascii_hexdigit) && alphabet(body) == 64).then_some(body)
}

/// False when a text of this alphabet and length would practically never be drawn at random: few distinct symbols. A text of
/// several parts, made of different alphabets perhaps, is random if its longest part is.
pub fn looks_random(text: &[u8]) -> bool {
    let passes = |part: &[u8]| shannon(part) >= floor(alphabet(part), part.len());
    if passes(text) || without_checksum(text).is_some_and(passes) {
        return true;
    }
    let parts = text.split(|b| matches!(b, b'-' | b'_' | b'.' | b'$' | b'|' | b':' | b'/'));
    parts.max_by_key(|part| part.len()).is_some_and(|part| part.len() >= 8 && part.len() < text.len() && passes(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::examples::Random;

    #[test]
    fn every_floor_lets_random_text_pass() {
        let mut random = Random::new(7);
        for symbols in [
            "0123456789",
            "0123456789abcdef",
            "0123456789abcdefABCDEF",
            "abcdefghijklmnopqrstuvwxyz",
            "abcdefghijklmnopqrstuvwxyz234567",
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "0123456789abcdefghijklmnopqrstuvwxyz",
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        ] {
            let symbols = symbols.as_bytes();
            for length in [8, 12, 16, 20, 32, 40, 64, 88] {
                let rejected = (0..4000)
                    .filter(|_| {
                        let text: Vec<u8> = (0..length).map(|_| random.pick(symbols)).collect();
                        !looks_random(&text)
                    })
                    .count();
                assert!(rejected <= 8, "{rejected} of 4000 texts of {length} over {} symbols", symbols.len());
            }
        }
    }

    #[test]
    fn repetition_is_not_random() {
        for text in ["xxxxxxxxxxxxxxxxxxxx", "0000000000000000", "abababababababababab", "aaaaaaaabbbbbbbb"] {
            assert!(!looks_random(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn known_values() {
        assert_eq!(shannon(b"aaaa"), 0.0);
        assert_eq!(shannon(b"abcd"), 2.0);
        assert_eq!(alphabet(b"00ff-11"), 16);
        assert_eq!(alphabet(b"0123"), 10);
        assert_eq!(alphabet(b"zz9"), 36);
        assert_eq!(alphabet(b"ZZ7"), 32);
        assert_eq!(alphabet(b"zzz"), 26);
        assert_eq!(alphabet(b"aB"), 22);
        assert_eq!(alphabet(b"zB"), 52);
        assert_eq!(alphabet(b"zB9"), 64);
    }
}
