//! Marvin32, the keyed hash of .NET's strings, which Microsoft uses to sign the shape of its keys.
//!
//! Source: Microsoft/security-utilities (`Marvin.cs`) and its published vectors.

/// The 64-bit state, folded.
pub(crate) fn marvin32(seed: u64, data: &[u8]) -> u32 {
    let state = marvin64(seed, data);
    (state >> 32) as u32 ^ state as u32
}

/// A seed named by eight letters: their bytes as one big-endian number.
pub(crate) fn seed(name: &[u8; 8]) -> u64 {
    u64::from_be_bytes(*name)
}

fn marvin64(seed: u64, data: &[u8]) -> u64 {
    let (mut low, mut high) = (seed as u32, (seed >> 32) as u32);
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        low = low.wrapping_add(u32::from_le_bytes(*word));
        (low, high) = mix(low, high);
    }
    let last = rest.iter().rev().fold(0x80u32, |last, b| last << 8 | u32::from(*b));
    (low, high) = mix(low.wrapping_add(last), high);
    (low, high) = mix(low, high);
    u64::from(high) << 32 | u64::from(low)
}

fn mix(mut low: u32, mut high: u32) -> (u32, u32) {
    high ^= low;
    low = low.rotate_left(20).wrapping_add(high);
    high = high.rotate_left(9) ^ low;
    low = low.rotate_left(27).wrapping_add(high);
    (low, high.rotate_left(19))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors() {
        assert_eq!(marvin64(0x004f_b61a_001b_dbcc, b""), 0x30ed_35c1_00cd_3c7d);
        let seven = [0xab, 0x42, 0x7e, 0xa8, 0xd1, 0x0f, 0xc7];
        assert_eq!(marvin64(0x804f_b61a_001b_dbcc, &seven), 0xe203_987d_ba25_2fb3);
        assert_eq!(marvin64(0x004f_b61a_001b_dbcc, &[0x37, 0xf4, 0x95]), 0xf0b0_7c78_9b8c_f7e8);
    }
}
