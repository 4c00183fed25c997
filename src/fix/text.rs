//! Edits, applied to the bytes of a file.

use crate::finding::Edit;

/// Returns the bytes with these edits applied. The edits may be in any order and must not [conflict]; two insertions at
/// one place are made in their order.
///
/// The bytes need not be UTF-8: the places of edits are those of the file, see [`crate::finding::Source`].
pub fn apply<'a>(bytes: &[u8], edits: impl IntoIterator<Item = &'a Edit>) -> Vec<u8> {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    // An insertion at the beginning of a place goes before its replacement.
    edits.sort_by_cached_key(|edit| (edit.span.start, edit.span.end));
    let mut text = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for edit in edits {
        text.extend_from_slice(&bytes[at..edit.span.start]);
        text.extend_from_slice(edit.replacement.as_bytes());
        at = edit.span.end;
    }
    text.extend_from_slice(&bytes[at..]);
    text
}

/// Whether two edits touch the same text, so that at most one of them can be made. Two that insert at one
/// place, or side by side, do not.
pub fn conflict(one: &Edit, other: &Edit) -> bool {
    let (a, b) = (&one.span, &other.span);
    match (a.is_empty(), b.is_empty()) {
        (true, true) => false,
        (true, false) => b.start < a.start && a.start < b.end,
        (false, true) => a.start < b.start && b.start < a.end,
        (false, false) => a.start < b.end && b.start < a.end,
    }
}

/// Whether the edits are of these bytes: in order, apart from each other, and within.
pub fn fits(bytes: &[u8], edits: &[Edit]) -> bool {
    let sound = |edit: &Edit| edit.span.start <= edit.span.end && edit.span.end <= bytes.len();
    edits.iter().all(sound)
        && edits
            .iter()
            .enumerate()
            .all(|(i, edit)| edits[..i].iter().all(|other| !conflict(edit, other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(span: std::ops::Range<usize>, replacement: &str) -> Edit {
        Edit {
            span,
            replacement: replacement.to_owned(),
        }
    }

    #[test]
    fn all_that_is_not_edited_stays_byte_for_byte() {
        let text = b"\xef\xbb\xbfa = 1\r\n# \xff\xfe\r\nb";
        let edits = [edit(16..17, "c"), edit(0..3, ""), edit(7..8, "22")];
        assert_eq!(apply(text, &edits), b"a = 22\r\n# \xff\xfe\r\nc");
        assert_eq!(apply(text, []), text);
    }

    #[test]
    fn insertions_at_one_place_keep_their_order() {
        let edits = [edit(1..1, "x"), edit(1..2, "Y"), edit(1..1, "z")];
        assert_eq!(apply(b"abc", &edits), b"axzYc");
    }

    #[test]
    fn edits_conflict_where_they_touch_the_same_text() {
        assert!(conflict(&edit(1..4, ""), &edit(3..5, "")));
        assert!(conflict(&edit(1..4, ""), &edit(2..2, "x")));
        assert!(conflict(&edit(1..4, "x"), &edit(1..4, "x")));
        assert!(!conflict(&edit(1..4, ""), &edit(4..5, "")));
        assert!(!conflict(&edit(1..4, ""), &edit(4..4, "x")));
        assert!(!conflict(&edit(1..1, "x"), &edit(1..4, "")));
        assert!(!conflict(&edit(1..1, "x"), &edit(1..1, "y")));
    }

    #[test]
    fn edits_fit_their_text() {
        assert!(fits(b"abc", &[edit(0..1, ""), edit(1..3, "")]));
        assert!(!fits(b"abc", &[edit(0..2, ""), edit(1..3, "")]));
        assert!(!fits(b"abc", &[edit(0..4, "")]));
    }
}
