//! Encodings and check sums that several checks share. Nothing here panics, whatever the input.
//!
//! Sources: RFC 4648 (base32, base64), the Bitcoin source (base58), the XMODEM protocol (CRC-16).

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Digits, upper case, lower case: the order GitHub, npm, Vercel, Deno and Azure use.
pub(crate) const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits, then lower case.
pub(crate) const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// RFC 4648.
pub(crate) const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Bitcoin's alphabet.
pub(crate) const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// The same letters in the order of the XRP Ledger.
pub(crate) const RIPPLE58: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

/// Longest base58 text that is decoded: the work grows with its square.
const LONGEST_BASE58: usize = 200;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const ANY_STANDARD: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const ANY_URL_SAFE: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Base64 of either alphabet, with or without padding.
pub(crate) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let url_safe = text.iter().any(|b| matches!(b, b'-' | b'_'));
    if url_safe { ANY_URL_SAFE.decode(text).ok() } else { ANY_STANDARD.decode(text).ok() }
}

/// `number` in the base of the alphabet, most significant digit first, padded with the first digit to `N` places.
/// Digits that do not fit are lost; the callers' numbers fit.
pub(crate) fn radix<const N: usize>(number: u32, alphabet: &[u8]) -> [u8; N] {
    let mut rest = number as usize;
    let mut out = [alphabet.first().copied().unwrap_or(b'0'); N];
    let base = alphabet.len().max(2);
    for place in out.iter_mut().rev() {
        *place = alphabet.get(rest % base).copied().unwrap_or(b'0');
        rest /= base;
    }
    out
}

/// Base32 of either case, without padding.
pub(crate) fn base32(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text {
        let value = match byte.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5 | u32::from(value)) & 0xfff;
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    Some(out)
}

/// Base32 in upper case, without padding.
pub(crate) fn to_base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in bytes {
        bits = (bits << 8 | u32::from(*byte)) & 0xffff;
        count += 8;
        while count >= 5 {
            count -= 5;
            out.push(char::from(BASE32[(bits >> count & 31) as usize]));
        }
    }
    if count > 0 {
        out.push(char::from(BASE32[(bits << (5 - count) & 31) as usize]));
    }
    out
}

/// Base58 with the given alphabet; leading first letters are zero bytes.
pub(super) fn base58(text: &[u8], alphabet: &[u8; 58]) -> Option<Vec<u8>> {
    if text.len() > LONGEST_BASE58 {
        return None;
    }
    let mut number: Vec<u8> = Vec::with_capacity(text.len());
    for byte in text {
        let mut carry = alphabet.iter().position(|b| b == byte)?;
        for place in &mut number {
            carry += usize::from(*place) * 58;
            *place = carry as u8;
            carry >>= 8;
        }
        while carry > 0 {
            number.push(carry as u8);
            carry >>= 8;
        }
    }
    let zeros = text.iter().take_while(|b| **b == alphabet[0]).count();
    number.resize(number.len() + zeros, 0);
    number.reverse();
    Some(number)
}

/// The inverse of [`base58`].
pub(crate) fn to_base58(bytes: &[u8], alphabet: &[u8; 58]) -> String {
    let mut digits: Vec<u8> = Vec::with_capacity(bytes.len() * 7 / 5 + 1);
    for byte in bytes {
        let mut carry = usize::from(*byte);
        for digit in &mut digits {
            carry += usize::from(*digit) << 8;
            *digit = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58) as u8);
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|b| **b == 0).count();
    digits.resize(digits.len() + zeros, 0);
    digits.iter().rev().map(|d| char::from(alphabet[usize::from(*d) % 58])).collect()
}

/// CRC-16/XMODEM: polynomial 1021, starting at 0.
pub(crate) fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 })
    })
}

/// Text with its percent escapes (`%3D`) decoded; an incomplete escape stays as it is.
pub(crate) fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        let pair = tail.first_chunk::<2>().and_then(|pair| hex(pair)).and_then(|bytes| bytes.first().copied());
        match pair {
            Some(byte) if *first == b'%' => {
                out.push(byte);
                rest = &tail[2..];
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

/// The bytes of an array as programs write it, numbers with commas between, decimal or hexadecimal after `0x`; a comma may end it.
pub(crate) fn array(text: &[u8]) -> Option<Vec<u8>> {
    let number = |part: &[u8]| {
        let part = std::str::from_utf8(part.trim_ascii()).ok()?;
        let hex = part.strip_prefix("0x").or_else(|| part.strip_prefix("0X"));
        hex.map_or_else(|| part.parse(), |digits| u8::from_str_radix(digits, 16)).ok()
    };
    let text = text.trim_ascii_end();
    text.strip_suffix(b",").unwrap_or(text).split(|b| *b == b',').map(number).collect()
}

/// Hexadecimal of either case.
pub(crate) fn hex(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
    text.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// `2024-03-01` in UTC for seconds since 1970.
pub(super) fn date(seconds: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
        assert_eq!(array(b"0x30, 7,\n 0XfF,\n"), Some(vec![0x30, 7, 0xff]));
        assert_eq!((array(b"1, 256"), array(b"1,,2"), array(b"")), (None, None, None));
        assert_eq!(&radix::<6>(61, BASE62), b"00000z");
        assert_eq!(to_base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(b"mzxw6ytboi").as_deref(), Some(b"foobar".as_slice()));
        assert_eq!(to_base58(b"Hello World!", BASE58), "2NEpo7TZRRrLZSi2U");
        assert_eq!(percent_decoded(b"a%2Bb%3D%3"), b"a+b=%3");
        assert_eq!((hex(b"00fF"), hex(b"0"), hex(b"0g")), (Some(vec![0, 255]), None, None));
        assert_eq!(date(1_700_000_000).as_deref(), Some("2023-11-14"));
    }

    proptest! {
        #[test]
        fn round_trips(bytes in prop::collection::vec(any::<u8>(), 0..90)) {
            prop_assert_eq!(base32(to_base32(&bytes).as_bytes()), Some(bytes.clone()));
            for alphabet in [BASE58, RIPPLE58] {
                prop_assert_eq!(base58(to_base58(&bytes, alphabet).as_bytes(), alphabet), Some(bytes.clone()));
            }
        }
    }
}
