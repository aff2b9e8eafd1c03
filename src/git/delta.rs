//! Deltas of git packs: how a new version is made of pieces of its base and inserted bytes.
//!
//! Format: gitformat-pack(5), "Deltified representation".

use crate::search::Piece;

/// Builds the version that `delta` makes of `base` in `text` and says in `pieces` what it is made of. Copies that follow each
/// other in the base and in the result are one piece. The error says what is wrong with the delta.
pub(super) fn apply(
    base: &[u8],
    delta: &[u8],
    text: &mut Vec<u8>,
    pieces: &mut Vec<Piece>,
) -> Result<(), &'static str> {
    text.clear();
    pieces.clear();
    let mut rest = delta;
    if size(&mut rest)? != base.len() as u64 {
        return Err("the delta is made for a base of another size");
    }
    let wanted = size(&mut rest)?;
    let wanted = usize::try_from(wanted).map_err(|_| "the result is larger than memory")?;
    text.try_reserve_exact(wanted.saturating_add(SHORT)).map_err(|_| "the result is larger than memory")?;
    while let Some((&command, after)) = rest.split_first() {
        rest = after;
        if command & 0x80 != 0 {
            let (from, len) = copy(command, &mut rest)?;
            let source = base.get(from..from + len).ok_or("a copy reaches beyond the base")?;
            push(pieces, Piece { start: text.len(), len, source: Some(from) });
            match base.get(from..).and_then(|rest| rest.first_chunk::<SHORT>()) {
                // Most copies are short, and one of a constant length needs no call.
                Some(more) if len <= SHORT => {
                    let end = text.len() + len;
                    text.extend_from_slice(more);
                    text.truncate(end);
                }
                _ => text.extend_from_slice(source),
            }
        } else if command != 0 {
            let len = usize::from(command);
            let inserted = rest.get(..len).ok_or("an insertion is cut short")?;
            push(pieces, Piece { start: text.len(), len, source: None });
            text.extend_from_slice(inserted);
            rest = &rest[len..];
        } else {
            return Err("an unknown instruction");
        }
        if text.len() > wanted {
            return Err("the result is longer than announced");
        }
    }
    if text.len() == wanted { Ok(()) } else { Err("the result is shorter than announced") }
}

/// The length of the version that `delta` makes.
pub(super) fn result_len(mut delta: &[u8]) -> Result<u64, &'static str> {
    size(&mut delta)?;
    size(&mut delta)
}

/// Shorter copies count as inserted: nothing is gained by knowing where so few bytes come from, and there are many of them.
const SHORT: usize = 32;

fn push(pieces: &mut Vec<Piece>, mut piece: Piece) {
    if let Some(last) = pieces.last_mut()
        && let (Some(before), Some(next)) = (last.source, piece.source)
        && before + last.len == next
    {
        last.len += piece.len;
        return;
    }
    if piece.len < SHORT {
        piece.source = None;
    }
    if let Some(last) = pieces.last_mut()
        && (last.source, piece.source) == (None, None)
    {
        last.len += piece.len;
        return;
    }
    pieces.push(piece);
}

fn size(rest: &mut &[u8]) -> Result<u64, &'static str> {
    let (mut value, mut shift) = (0u64, 0);
    while let Some((&byte, after)) = rest.split_first() {
        *rest = after;
        if shift > 56 {
            return Err("a size is too large");
        }
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err("the header is cut short")
}

fn copy(command: u8, rest: &mut &[u8]) -> Result<(usize, usize), &'static str> {
    let mut field = |bits: std::ops::Range<u8>| {
        let mut value = 0usize;
        for (n, bit) in bits.enumerate() {
            if command & (1 << bit) != 0 {
                let (&byte, after) = rest.split_first().ok_or("a copy is cut short")?;
                *rest = after;
                value |= usize::from(byte) << (8 * n);
            }
        }
        Ok::<usize, &'static str>(value)
    };
    let from = field(0..4)?;
    let len = field(4..7)?;
    Ok((from, if len == 0 { 0x1_0000 } else { len }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(base: &[u8], delta: &[u8]) -> Result<(Vec<u8>, Vec<Piece>), &'static str> {
        let (mut text, mut pieces) = (Vec::new(), Vec::new());
        apply(base, delta, &mut text, &mut pieces).map(|()| (text, pieces))
    }

    #[test]
    fn copies_and_insertions() {
        let base: Vec<u8> = (0..100).collect();
        // copy 0..40, insert "XY", copy 60..100
        let delta = [100, 82, 0x90, 40, 2, b'X', b'Y', 0x91, 60, 40];
        let (text, pieces) = run(&base, &delta).expect("a valid delta");
        assert_eq!(text, [&base[..40], b"XY", &base[60..]].concat());
        assert_eq!(
            pieces,
            [
                Piece { start: 0, len: 40, source: Some(0) },
                Piece { start: 40, len: 2, source: None },
                Piece { start: 42, len: 40, source: Some(60) }
            ]
        );
    }

    #[test]
    fn short_copies_are_insertions() {
        // copy 0..4, insert "XY", copy 7..10
        let delta = [10, 9, 0x90, 4, 2, b'X', b'Y', 0x91, 7, 3];
        let (text, pieces) = run(b"0123456789", &delta).expect("a valid delta");
        assert_eq!(text, b"0123XY789");
        assert_eq!(pieces, [Piece { start: 0, len: 9, source: None }]);
    }

    #[test]
    fn neighbouring_copies_are_one_piece() {
        let (text, pieces) = run(b"abcdef", &[6, 6, 0x90, 3, 0x91, 3, 3]).expect("a valid delta");
        assert_eq!((text.as_slice(), pieces.len()), (&b"abcdef"[..], 1));
    }

    #[test]
    fn damage_is_named() {
        assert!(run(b"abc", &[4, 1, 1, b'x']).is_err());
        assert!(run(b"abc", &[3, 5, 0x90, 4]).is_err());
        assert!(run(b"abc", &[3, 2, 1, b'x']).is_err());
        assert!(run(b"abc", &[3, 1, 0]).is_err());
        assert!(run(b"abc", &[3]).is_err());
        assert!(run(b"abc", &[3, 5, 9, b'x']).is_err());
    }

    proptest::proptest! {
        #[test]
        fn never_panics(base in proptest::collection::vec(0u8.., 0..40), delta in proptest::collection::vec(0u8.., 0..40)) {
            if let Ok((text, pieces)) = run(&base, &delta) {
                proptest::prop_assert_eq!(pieces.iter().map(|p| p.len).sum::<usize>(), text.len());
            }
        }
    }
}
