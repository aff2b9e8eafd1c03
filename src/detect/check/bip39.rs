//! Wallet phrases of 12 to 24 words. Sources: BIP-39; the Electrum documentation (seed version system).
//!
//! `bip39-english.txt` is the English list of BIP-39 as the package `mnemonic` 0.21 (MIT, Trezor) carries it;
//! its licence stands beside it.

use std::sync::LazyLock;

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256, Sha512};

use super::{Fact, Outcome, Verdict, checksum};

const TEXT: &str = include_str!("bip39-english.txt");
static LIST: LazyLock<Vec<&str>> = LazyLock::new(|| TEXT.lines().collect());
/// Longer texts are no phrase: 24 words of 8 letters and what stands between them.
const LONGEST: usize = 600;

/// Checks words and checksum.
pub(super) fn check(secret: &[u8]) -> Outcome {
    let Some(words) = words(secret) else { return Outcome::unproven() };
    let count = words.len();
    if !matches!(count, 12 | 15 | 18 | 21 | 24) {
        return Outcome::unproven();
    }
    let indexes: Vec<u16> = words.iter().filter_map(|word| index(word)).collect();
    let mut facts = vec![Fact::new("words", count.to_string())];
    if indexes.len() < count {
        let value = format!("{} of {count} are not on the English BIP-39 list", count - indexes.len());
        return Outcome::new(Verdict::Invalid, vec![Fact::new("words", value)]);
    }
    if right(&indexes) {
        facts.push(Fact::new("type", "BIP-39"));
    } else if let Some(kind) = electrum(&words.join(" ")) {
        facts.push(Fact::new("type", kind));
    } else {
        return Outcome::new(Verdict::Invalid, vec![Fact::new("checksum", "invalid")]);
    }
    let mut outcome = checksum(true);
    outcome.facts.extend(facts);
    outcome
}

/// The words in lower case, whatever separates them; `None` for other things than a list of words.
pub(super) fn words(secret: &[u8]) -> Option<Vec<String>> {
    let text = std::str::from_utf8(secret).ok().filter(|text| text.len() <= LONGEST)?;
    let separators = |c: char| c.is_ascii_whitespace() || matches!(c, ',' | '"' | '\'' | '[' | ']');
    let words: Vec<String> = text.split(separators).filter(|w| !w.is_empty()).map(str::to_ascii_lowercase).collect();
    words.iter().all(|w| w.bytes().all(|b| b.is_ascii_lowercase())).then_some(words)
}

fn index(word: &str) -> Option<u16> {
    LIST.binary_search(&word).ok().and_then(|at| u16::try_from(at).ok())
}

/// Eleven bits for each word; of 33 bits the last one belongs to the checksum.
fn right(indexes: &[u16]) -> bool {
    let mut bits = indexes.iter().flat_map(|index| (0..11).rev().map(move |bit| (index >> bit & 1) as u8));
    let entropy: Vec<u8> =
        (0..indexes.len() * 4 / 3).map(|_| bits.by_ref().take(8).fold(0, |byte, bit| byte << 1 | bit)).collect();
    let given = bits.fold(0u8, |sum, bit| sum << 1 | bit);
    given == sum(&entropy)
}

/// The first bits of SHA-256: one for each four bytes.
fn sum(entropy: &[u8]) -> u8 {
    let first = Sha256::digest(entropy).first().copied().unwrap_or(0);
    first >> (8 - entropy.len() / 4).min(7)
}

/// The phrase for this entropy of 16 to 32 bytes.
pub(crate) fn phrase(entropy: &[u8]) -> String {
    let bits = entropy.len() / 4;
    let tail = sum(entropy);
    let tail = (0..bits).rev().map(|bit| tail >> bit & 1);
    let all: Vec<u8> =
        entropy.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).chain(tail).collect();
    let word = |bits: &[u8]| bits.iter().fold(0usize, |index, bit| index << 1 | usize::from(*bit));
    let words: Vec<&str> = all.chunks_exact(11).filter_map(|bits| LIST.get(word(bits)).copied()).collect();
    words.join(" ")
}

/// Electrum's own phrases use the same words and another checksum.
fn electrum(phrase: &str) -> Option<&'static str> {
    let mac = Hmac::<Sha512>::new_from_slice(b"Seed version").ok()?;
    let sum = mac.chain_update(phrase.as_bytes()).finalize().into_bytes();
    match *sum.first_chunk::<2>()? {
        [0x01, _] => Some("Electrum seed"),
        [0x10, 0x00..=0x0f] => Some("Electrum seed (segwit)"),
        [0x10, 0x10..=0x2f] => Some("Electrum seed (two-factor)"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> Verdict {
        check(text.as_bytes()).verdict
    }

    #[test]
    fn the_list_is_the_published_one() {
        let hash: String = Sha256::digest(TEXT).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hash, "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda");
        assert!(LIST.len() == 2048 && LIST.is_sorted());
    }

    #[test]
    fn vectors() {
        let abandon = format!("{}about", "abandon ".repeat(11));
        let zoo = format!("{}wrong", "zoo ".repeat(11));
        let yellow = "legal winner thank year wave sausage worth useful legal winner thank yellow";
        for phrase in [&abandon, &zoo, yellow] {
            let out = check(phrase.as_bytes());
            assert_eq!((out.verdict, out.fact("type")), (Verdict::Valid, Some("BIP-39")), "{phrase}");
        }
        assert_eq!(verdict(&yellow.replace(' ', "\", \"")), Verdict::Valid);
        assert_eq!(verdict(&yellow.to_uppercase()), Verdict::Valid);
        assert_eq!(verdict(&"abandon ".repeat(12)), Verdict::Invalid);
        assert_eq!(verdict("these are some twelve words of a sentence that means nothing special"), Verdict::Invalid);
        assert_eq!(verdict("legal winner thank"), Verdict::Unproven);
        let segwit = "enact away cup use slight bounce citizen endless later this usual swallow";
        assert_eq!(check(segwit.as_bytes()).fact("type"), Some("Electrum seed (segwit)"));
    }

    #[test]
    fn every_length() {
        for size in [16, 20, 24, 28, 32] {
            let made = phrase(&vec![0x5a; size]);
            let out = check(made.as_bytes());
            assert_eq!((out.verdict, out.fact("words")), (Verdict::Valid, Some((size * 3 / 4).to_string().as_str())));
        }
    }
}
