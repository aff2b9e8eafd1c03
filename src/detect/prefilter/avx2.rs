//! The anchor search's first step on processors with AVX2: eight positions at once.
//!
//! Unsafe, because the instruction that reads eight words of a table takes a pointer. Worth it, because this is the innermost loop
//! of every scan. The portable form gives the same answers, which a test compares.

#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8, _mm256_and_si256, _mm256_broadcastsi128_si256,
    _mm256_castsi256_ps, _mm256_i32gather_epi32, _mm256_movemask_ps, _mm256_mullo_epi32, _mm256_set_epi8,
    _mm256_set1_epi32, _mm256_shuffle_epi8, _mm256_slli_epi32, _mm256_srli_epi32, _mm256_srlv_epi32,
};

use std::ops::Range;

use super::{FACTOR, FIRST_BIT, FOLD, SECOND_BIT, WORD, WORDS};

/// Positions that one step looks at, and the bytes of text that it reads.
const STEP: usize = 8;
const CHUNK: usize = 16;

/// Calls `passed` for the positions in `range` of `text` that pass `bitmap`, with the folded gram there, and returns the rest of the
/// range: the last positions of a text, where a chunk would reach beyond its end. On a processor that cannot run it, all of it.
pub(super) fn each(
    bitmap: &[u32; WORDS],
    text: &[u8],
    range: Range<usize>,
    passed: impl FnMut(usize, u32),
) -> Range<usize> {
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        unsafe { walk(bitmap, text, range, passed) }
    } else {
        range
    }
}

#[target_feature(enable = "avx2")]
fn walk(
    bitmap: &[u32; WORDS],
    text: &[u8],
    Range { start: mut at, end }: Range<usize>,
    mut passed: impl FnMut(usize, u32),
) -> Range<usize> {
    while at < end
        && let Some(chunk) = text.get(at..at + CHUNK)
    {
        let chunk: [u8; CHUNK] = chunk.try_into().expect("that many bytes were asked for");
        let mut any = passing(bitmap, chunk);
        if end - at < STEP {
            any &= (1 << (end - at)) - 1;
        }
        while any != 0 {
            let n = any.trailing_zeros() as usize;
            passed(at + n, u32::from_le_bytes(std::array::from_fn(|i| chunk[n + i])) | FOLD);
            any &= any - 1;
        }
        at += STEP;
    }
    at.min(end)..end
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
    let places = _mm256_srli_epi32::<{ WORD as i32 }>(hashes);
    // SAFETY: the shift leaves numbers below `WORDS`, which is the length of the bitmap, of four bytes each.
    let words = unsafe { _mm256_i32gather_epi32::<4>(bitmap.as_ptr().cast(), places) };
    let low = _mm256_set1_epi32(31);
    let first = _mm256_and_si256(_mm256_srli_epi32::<{ FIRST_BIT as i32 }>(hashes), low);
    let second = _mm256_and_si256(_mm256_srli_epi32::<{ SECOND_BIT as i32 }>(hashes), low);
    let both: __m256i = _mm256_and_si256(_mm256_srlv_epi32(words, first), _mm256_srlv_epi32(words, second));
    _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_slli_epi32::<31>(both))).cast_unsigned()
}
