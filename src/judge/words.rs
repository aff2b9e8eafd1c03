//! How much a text reads like words: likelihood of its letter pairs.

/// For each pair of letters, log2 of how much more often it occurs in English prose and identifiers than chance would have
/// it, rounded: counted over 42,403 distinct words (damped by the logarithm of their frequency) of the documentation and core
/// sources of Linux 6.1.
#[rustfmt::skip]
const PAIRS: [[i8; 26]; 26] = [
    [-2, 1, 2, 1, -2, -1, 1, -3, 1, -5, -1, 3, 2, 3, -3, 1, -4, 3, 2, 3, 0, 0, -2, -1, 0, -1],
    [1, -1, -1, -2, 1, -2, -3, -4, 1, -3, -4, 1, -2, -3, 0, -2, -6, 0, 0, -2, 0, -4, -5, -5, -2, -5],
    [2, -2, 0, -1, 2, -2, -2, 2, 1, -6, 1, 1, -1, -2, 3, 0, -4, 1, 0, 2, 0, -3, -4, -4, -2, -6],
    [1, -1, -1, 0, 3, -2, -2, -3, 2, -4, -5, -1, -1, -3, 1, -1, -4, 0, 0, -1, 0, -2, -3, -3, -2, -6],
    [2, -1, 2, 3, 1, 0, 1, -2, 0, -4, -2, 2, 1, 3, -1, 1, -1, 4, 3, 2, -1, 1, -1, 1, -1, -2],
    [0, -2, -2, -1, 0, 1, -3, -5, 1, -7, -6, 0, -3, -3, 1, -2, -5, 0, 0, -1, -1, -6, -4, -4, -2, -6],
    [0, -2, -3, -3, 2, -3, -1, -1, 1, -7, -5, -1, -2, -1, -1, -2, -6, 1, 0, -2, 0, -4, -5, -5, -3, -5],
    [1, -4, -3, -2, 1, -4, -4, -5, 1, -7, -4, -3, -2, -3, 0, -2, -7, -1, -2, -1, -1, -4, -2, -6, -2, -5],
    [1, 0, 2, 1, 1, 1, 1, -5, -2, -4, -2, 1, 1, 4, 3, 1, -3, 1, 2, 2, -2, 1, -4, -1, -5, 0],
    [-2, -6, -6, -5, -2, -6, -6, -7, -3, -7, -5, -6, -5, -5, -2, -5, -7, -8, -4, -5, -2, -7, -6, -8, -9, -9],
    [-1, -3, -3, -3, 1, -4, -4, -4, 0, -7, -4, -2, -3, -3, -2, -2, -6, -3, 0, -2, -2, -4, -4, -6, -3, -6],
    [2, -2, -1, 0, 3, -2, -3, -4, 3, -7, -1, 2, -2, -2, 2, -2, -6, -3, 0, 0, 0, -2, -4, -4, 1, -6],
    [2, 0, -1, -1, 2, -2, -4, -4, 2, -6, -3, -2, 0, -3, 1, 1, -5, -3, 0, -1, 0, -3, -3, -3, -3, -7],
    [1, -2, 1, 2, 2, 0, 3, -3, 2, -3, -1, -1, -2, 0, 2, -1, -3, -2, 2, 3, 0, -1, -3, -3, -2, -2],
    [-1, 0, 1, 1, -2, 0, 0, -3, -1, -4, -1, 1, 2, 3, 0, 1, -6, 3, 1, 1, 1, 0, 0, -2, -3, -4],
    [2, -3, -1, -1, 2, -2, -2, -1, 1, -7, -3, 1, -1, -3, 2, 1, -5, 2, 0, 1, 0, -3, -3, -4, -3, -6],
    [-5, -5, -4, -5, -4, -5, -9, -7, -4, -9, -9, -5, -5, -5, -6, -5, -7, -5, -3, -5, 0, -8, -7, -8, -9, -8],
    [3, -1, 0, 1, 4, -1, 0, -4, 3, -5, -1, 0, 1, 0, 2, -1, -2, 1, 1, 1, 0, -1, -2, -3, 0, -4],
    [1, -1, 1, -1, 3, -2, -2, 1, 2, -5, -1, 0, 0, -2, 1, 1, -4, -1, 2, 3, 1, -2, -1, -4, 0, -4],
    [2, -2, 0, -1, 3, -1, -3, 1, 3, -6, -4, 0, -1, -2, 2, -1, -5, 2, 1, 1, 1, -2, -2, -2, 0, -3],
    [0, 0, 0, -1, 0, -1, -1, -4, 0, -5, -4, 1, 0, 2, -2, 0, -8, 1, 1, 1, -4, -3, -5, -2, -4, -3],
    [1, -2, -2, -2, 2, -3, -3, -4, 1, -9, -6, -3, -1, -4, 0, -3, -7, -2, -2, -3, -3, -3, -7, -5, -4, -6],
    [0, -4, -3, -3, 0, -4, -5, -2, 0, -8, -5, -3, -3, -1, -1, -3, -5, -1, -2, -4, -5, -6, -4, -4, -6, -8],
    [-2, -4, -2, -3, -1, -2, -5, -4, -1, -6, -6, -4, -3, -5, -4, -1, -6, -3, -3, -1, -4, -5, -6, -2, -4, -7],
    [-2, -3, -2, -3, -2, -4, -5, -6, -2, -9, -6, -3, -2, -1, -3, -1, -7, -4, 0, -2, -3, -4, -4, -5, -4, -4],
    [-1, -5, -5, -7, 0, -5, -9, -5, 0, -9, -8, -5, -6, -7, -3, -5, -9, -6, -5, -6, -5, -7, -8, -6, -4, -2],
];

/// Mean pair score of the letters in `text` (case ignored, other bytes break pairs) and the number of pairs. Words score about
/// 1.5, random letters about -1.
pub(super) fn score(text: &[u8]) -> (f64, usize) {
    let (sum, pairs) = sum(text);
    (if pairs == 0 { 0.0 } else { f64::from(sum) / f64::from(pairs) }, pairs as usize)
}

/// The sum of pair scores and the number of pairs.
fn sum(text: &[u8]) -> (i32, i32) {
    let (mut sum, mut pairs) = (0i32, 0i32);
    for pair in text.windows(2) {
        if pair[0].is_ascii_alphabetic() && pair[1].is_ascii_alphabetic() {
            let index = |b: u8| usize::from(b.to_ascii_lowercase() - b'a');
            sum += i32::from(PAIRS[index(pair[0])][index(pair[1])]);
            pairs += 1;
        }
    }
    (sum, pairs)
}

/// The mean of [`score`] in hundredths, from integers alone.
pub(super) fn hundredths(text: &[u8]) -> i16 {
    let (sum, pairs) = sum(text);
    if pairs == 0 { 0 } else { (sum * 100 / pairs) as i16 }
}

/// For each two letters (26 is the beginning of a word) and the letter after them, how much likelier than one drawn at random it is there
/// in words of many languages, eighths of a bit: a signed byte. Written by `tools/words/triples.py`.
static TRIPLES: &[u8; 27 * 27 * 26] = include_bytes!("triples.bin");

/// How much likelier the letters of `text` are as words than drawn at random, eighths of a bit; each run of letters is a word, case is
/// ignored. Of texts drawn at random at most one in 2^n reaches n bits, whatever the table holds.
pub(super) fn likeness(text: &[u8]) -> i32 {
    const START: usize = 26;
    let (mut before, mut last, mut sum) = (START, START, 0);
    for byte in text {
        if !byte.is_ascii_alphabetic() {
            (before, last) = (START, START);
            continue;
        }
        let letter = usize::from(byte.to_ascii_lowercase() - b'a');
        sum += i32::from(TRIPLES[(before * 27 + last) * 26 + letter].cast_signed());
        (before, last) = (last, letter);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{likeness, score};

    #[test]
    fn words_of_many_languages_are_likelier_than_letters_drawn_at_random() {
        for word in ["rabbithole", "mykitchen", "Adgangskode", "contrasenha", "hydra", "some-words"] {
            assert!(likeness(word.as_bytes()) >= 24, "{word} {}", likeness(word.as_bytes()));
        }
        // Three bits: one in eight of what is drawn at random, at most; by this table hardly one in fifty.
        let drawn = |n: u64| {
            let mut state = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x2545_F491_4F6C_DD1D;
            (0..8)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    b'a' + ((state >> 33) % 26) as u8
                })
                .collect::<Vec<u8>>()
        };
        let like = (1..=4000).filter(|n| likeness(&drawn(*n)) >= 24).count();
        assert!((1..80).contains(&like), "{like}");
        assert_eq!((likeness(b""), likeness(b"17!")), (0, 0));
        assert_eq!(likeness(b"Word7word"), 2 * likeness(b"word"));
    }

    #[test]
    fn words_score_above_noise() {
        for words in ["password reset", "getElementById", "kubernetes-admin-token", "correct horse battery staple"] {
            assert!(score(words.as_bytes()).0 > 0.8, "{words} {:?}", score(words.as_bytes()));
        }
        for noise in ["qxjzkvbwpf", "xKqPvZtJwRbN", "hgtrfbvcjkq"] {
            assert!(score(noise.as_bytes()).0 < 0.0, "{noise} {:?}", score(noise.as_bytes()));
        }
        assert_eq!(score(b"1a2b3c"), (0.0, 0));
    }
}
