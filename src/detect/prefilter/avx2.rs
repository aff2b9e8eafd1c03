//! The anchor search's first step on processors with AVX2: eight positions at once.
//!
//! The words of the bitmap are loaded one by one: as fast as the instruction that gathers eight, or faster (AMD Zen 4), and safe. What
//! passes is written down first, then what of it fits a stem, and that is looked up: a branch at each of these steps would be
//! mispredicted too often.
//! Unsafe is the call of code for a processor that was asked for at run time. The portable form gives the same answers, which a test
//! compares.

#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm_cvtsi128_si64, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8, _mm_unpackhi_epi64, _mm256_and_si256,
    _mm256_broadcastsi128_si256, _mm256_castsi256_ps, _mm256_castsi256_si128, _mm256_extracti128_si256,
    _mm256_movemask_ps, _mm256_mullo_epi32, _mm256_set_epi8, _mm256_set_epi32, _mm256_set1_epi32, _mm256_shuffle_epi8,
    _mm256_slli_epi32, _mm256_srli_epi32, _mm256_srlv_epi32,
};

use std::ops::Range;

use super::gram::{FACTOR, FOLD};
use super::{FIRST_BIT, SECOND_BIT, WORD, WORDS};

/// Positions that one step looks at, and the bytes of text that it reads.
const STEP: usize = 8;
const CHUNK: usize = 16;
/// Steps with something that passes, of which note is taken before any is looked up.
const NOTES: usize = 16;
// What passes is numbered in a byte.
const _: () = assert!(NOTES * STEP <= 256);

/// Calls `found` for the positions in `range` of `text` that pass `bitmap` and `fits`, both times with the folded gram there, and
/// returns the rest of the range: the last positions of a text, where a chunk would reach beyond its end. On a processor that
/// cannot run it, all of it.
pub(super) fn each(
    bitmap: &[u32; WORDS],
    text: &[u8],
    range: Range<usize>,
    fits: impl Fn(usize, u32) -> bool,
    found: impl FnMut(usize, u32),
) -> Range<usize> {
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        unsafe { walk(bitmap, text, range, fits, found) }
    } else {
        range
    }
}

#[target_feature(enable = "avx2")]
fn walk(
    bitmap: &[u32; WORDS],
    text: &[u8],
    Range { start: mut at, end }: Range<usize>,
    fits: impl Fn(usize, u32) -> bool,
    mut found: impl FnMut(usize, u32),
) -> Range<usize> {
    // Where a step began, and which of its positions pass.
    let mut notes = [(0, 0); NOTES];
    // Numbers of those that fit, note by note: small, because most texts to be searched are a few bytes round a seam.
    let mut places = [0u8; NOTES * STEP];
    let gram = |place: usize| u32::from_le_bytes(text[place..place + 4].try_into().expect("four bytes")) | FOLD;
    loop {
        let mut taken = 0;
        while taken < NOTES
            && at < end
            && let Some(chunk) = text.get(at..at + CHUNK)
        {
            let chunk: [u8; CHUNK] = chunk.try_into().expect("that many bytes were asked for");
            let mut any = passing(bitmap, chunk);
            if end - at < STEP {
                any &= (1 << (end - at)) - 1;
            }
            notes[taken] = (at, any);
            taken += usize::from(any != 0);
            at += STEP;
        }
        let mut fit = 0;
        for (n, (from, mut any)) in notes[..taken].iter().copied().enumerate() {
            while any != 0 {
                let bit = any.trailing_zeros() as usize;
                places[fit] = (n * STEP + bit) as u8;
                fit += usize::from(fits(from + bit, gram(from + bit)));
                any &= any - 1;
            }
        }
        for number in places[..fit].iter().map(|number| usize::from(*number)) {
            let place = notes[number / STEP].0 + number % STEP;
            found(place, gram(place));
        }
        if taken < NOTES {
            return at.min(end)..end;
        }
    }
}

/// Which of the first eight positions of `chunk` pass `bitmap`, a bit for each.
#[target_feature(enable = "avx2")]
#[inline]
fn passing(bitmap: &[u32; WORDS], chunk: [u8; CHUNK]) -> u32 {
    let half = |n: usize| i64::from_le_bytes(std::array::from_fn(|i| chunk[8 * n + i]));
    let text = _mm_or_si128(_mm_set_epi64x(half(1), half(0)), _mm_set1_epi8(0x20));
    // Four overlapping grams from the first seven bytes, four more from the next.
    let spread = _mm256_set_epi8(
        10, 9, 8, 7, 9, 8, 7, 6, 8, 7, 6, 5, 7, 6, 5, 4, 6, 5, 4, 3, 5, 4, 3, 2, 4, 3, 2, 1, 3, 2, 1, 0,
    );
    let grams = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(text), spread);
    let hashes = _mm256_mullo_epi32(grams, _mm256_set1_epi32(FACTOR.cast_signed()));
    let words = words(bitmap, _mm256_srli_epi32::<{ WORD as i32 }>(hashes));
    let low = _mm256_set1_epi32(31);
    let first = _mm256_and_si256(_mm256_srli_epi32::<{ FIRST_BIT as i32 }>(hashes), low);
    let second = _mm256_and_si256(_mm256_srli_epi32::<{ SECOND_BIT as i32 }>(hashes), low);
    let both: __m256i = _mm256_and_si256(_mm256_srlv_epi32(words, first), _mm256_srlv_epi32(words, second));
    _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_slli_epi32::<31>(both))).cast_unsigned()
}

/// The words of `bitmap` at eight places.
#[target_feature(enable = "avx2")]
#[inline]
fn words(bitmap: &[u32; WORDS], places: __m256i) -> __m256i {
    let (low, high) = (_mm256_castsi256_si128(places), _mm256_extracti128_si256::<1>(places));
    let pairs = [low, _mm_unpackhi_epi64(low, low), high, _mm_unpackhi_epi64(high, high)]
        .map(|pair| _mm_cvtsi128_si64(pair).cast_unsigned());
    // The remainder changes nothing, and tells the compiler that no place is beyond the end.
    let word = |n: usize| bitmap[(pairs[n / 2] >> (32 * (n % 2))) as u32 as usize % WORDS].cast_signed();
    _mm256_set_epi32(word(7), word(6), word(5), word(4), word(3), word(2), word(1), word(0))
}
