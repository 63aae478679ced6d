//! What a file of the journal is made of: frames, one behind the other, each with its length and its sum.
//!
//! `mark (4) · length of the text (4, little end first) · row (26) · SHA-256 of length, row and text (32) · text`

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::letters_of;

/// What a frame begins with. Its first character stands in no id and in no sealed text.
const MARK: &[u8; 4] = b"#e4j";
const HEAD_LEN: usize = 66;

/// The id of a row, as it stands in a frame.
pub type Row = [u8; 26];

/// A frame that holds the text of a row. Nothing if the text is longer than a frame can be.
pub(super) fn frame(row: Row, text: &str) -> Option<Vec<u8>> {
    let length = u32::try_from(text.len()).ok()?.to_le_bytes();
    let mut frame = Vec::with_capacity(HEAD_LEN + text.len());
    frame.extend_from_slice(MARK);
    frame.extend_from_slice(&length);
    frame.extend_from_slice(&row);
    frame.extend_from_slice(&sum(length, row, text.as_bytes()));
    frame.extend_from_slice(text.as_bytes());
    Some(frame)
}

fn sum(length: [u8; 4], row: Row, text: &[u8]) -> [u8; 32] {
    let mut sum = Sha256::new();
    sum.update(length);
    sum.update(row);
    sum.update(text);
    sum.finalize().into()
}

/// A piece of a file. `at` counts from the beginning of what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A frame whose sum is right.
    Whole { row: Row, text: &'a str, end: usize },
    /// Bytes that are no frame, before a whole one or as long as a frame should be.
    Damaged { at: usize, length: usize },
    /// The last frame, of which only the beginning was written.
    Torn { at: usize },
}

/// The pieces of some bytes, one behind the other.
pub(super) fn pieces(bytes: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= bytes.len() {
            return None;
        }
        let piece = piece(bytes, at);
        at = match piece {
            Piece::Whole { end, .. } => end,
            Piece::Damaged { at, length } => at + length,
            Piece::Torn { .. } => bytes.len(),
        };
        Some(piece)
    })
}

/// True if some bytes are whole records, one behind the other, and perhaps the beginning of one more.
pub fn are_records(bytes: &[u8]) -> bool {
    pieces(bytes).all(|it| !matches!(it, Piece::Damaged { .. }))
}

/// True if some bytes have all that others say: they begin with them, or have each of their frames.
pub fn holds(there: &[u8], wanted: &[u8]) -> bool {
    let is_there: HashSet<(Row, &str)> = pieces(there)
        .filter_map(
            |it| if let Piece::Whole { row, text, .. } = it { Some((row, text)) } else { None },
        )
        .collect();
    let has = |it| match it {
        Piece::Whole { row, text, .. } => is_there.contains(&(row, text)),
        Piece::Damaged { .. } => false,
        Piece::Torn { .. } => true,
    };
    there.starts_with(wanted) || pieces(wanted).all(has)
}

fn piece(bytes: &[u8], at: usize) -> Piece<'_> {
    if let Some(whole) = whole(bytes, at) {
        return whole;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let marks = rest.windows(MARK.len()).enumerate().skip(1).filter(|(_, it)| *it == MARK);
    for (away, _) in marks {
        if whole(bytes, at + away).is_some() {
            return Piece::Damaged { at, length: away };
        }
    }
    if is_torn(rest) { Piece::Torn { at } } else { Piece::Damaged { at, length: rest.len() } }
}

fn whole(bytes: &[u8], at: usize) -> Option<Piece<'_>> {
    let rest = bytes.get(at..)?.strip_prefix(MARK)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (row, rest) = rest.split_first_chunk::<26>()?;
    let (kept, rest) = rest.split_first_chunk::<32>()?;
    let text = rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    if sum(*length, *row, text) != *kept {
        return None;
    }
    let row = letters_of(std::str::from_utf8(row).ok()?)?;
    let text = std::str::from_utf8(text).ok()?;
    Some(Piece::Whole { row, text, end: at + HEAD_LEN + text.len() })
}

/// True for what a crash leaves behind the last whole frame: less than a whole one, or space that was never written.
fn is_torn(rest: &[u8]) -> bool {
    let begun = rest.len().min(MARK.len());
    let is_begun = rest.get(..begun) == MARK.get(..begun);
    let is_short = match rest.get(4..8).and_then(|it| <[u8; 4]>::try_from(it).ok()) {
        None => true,
        Some(length) => usize::try_from(u32::from_le_bytes(length))
            .is_ok_and(|length| rest.len() < HEAD_LEN + length),
    };
    (is_begun && is_short) || rest.iter().all(|it| *it == 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROW: Row = *b"0123456789abcdefghjkmnpqrs";

    fn file(texts: &[&str]) -> (Vec<u8>, Vec<usize>) {
        let (mut file, mut begins) = (Vec::new(), Vec::new());
        for text in texts {
            begins.push(file.len());
            file.extend(frame(ROW, text).expect("a frame"));
        }
        (file, begins)
    }

    fn texts(file: &[u8]) -> Vec<&str> {
        let text = |it| if let Piece::Whole { text, .. } = it { Some(text) } else { None };
        pieces(file).filter_map(text).collect()
    }

    #[test]
    fn what_was_framed_reads_back_in_its_order() {
        let (file, _) = file(&["one", "", "thrée #e4j"]);
        assert_eq!(texts(&file), ["one", "", "thrée #e4j"]);
    }

    #[test]
    fn space_that_was_never_written_is_torn_and_other_rubbish_is_damage() {
        let (mut rubbish, _) = file(&["one"]);
        let end = rubbish.len();
        let mut zeros = rubbish.clone();
        zeros.extend([0; 40]);
        assert_eq!(pieces(&zeros).last(), Some(Piece::Torn { at: end }));
        rubbish.extend([b'x'; 40]);
        assert_eq!(pieces(&rubbish).last(), Some(Piece::Damaged { at: end, length: 40 }));
    }

    proptest! {
        #[test]
        fn a_file_cut_anywhere_loses_its_last_frame_and_says_where(cut in 0_usize..420) {
            let (file, begins) = file(&["first", "second", "a third one"]);
            let cut = cut % file.len();
            let whole = begins.iter().skip(1).filter(|it| **it <= cut).count();
            let kept = &file[..cut];
            prop_assert_eq!(texts(kept).len(), whole);
            let is_at_an_end = begins.contains(&cut);
            let torn = Piece::Torn { at: begins[whole] };
            prop_assert_eq!(pieces(kept).last() == Some(torn), !is_at_an_end);
        }

        #[test]
        fn one_changed_byte_damages_its_own_frame_and_no_other(at in 0_usize..420, flip in 1_u8..) {
            let (mut file, begins) = file(&["first", "second", "a third one"]);
            let at = at % begins[2];
            file[at] ^= flip;
            let hit = usize::from(at >= begins[1]);
            let kept: Vec<&str> = ["first", "second", "a third one"].into_iter().enumerate()
                .filter(|(number, _)| *number != hit).map(|(_, it)| it).collect();
            prop_assert_eq!(texts(&file), kept);
            let damage = pieces(&file).find(|it| !matches!(it, Piece::Whole { .. }));
            let length = begins[hit + 1] - begins[hit];
            prop_assert_eq!(damage, Some(Piece::Damaged { at: begins[hit], length }));
        }
    }
}
