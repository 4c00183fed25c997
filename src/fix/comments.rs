//! Comments belong to people: a fix deletes one only if its finding is about that comment.

use crate::toml::view::{Document, comments};

/// A comment that is in `before` and not in `after`; `None` if one of the texts is not TOML, where comments cannot be
/// found.
pub fn lost<'a>(before: &'a [u8], after: &[u8]) -> Option<&'a str> {
    let mut kept = all(after)?;
    all(before)?.into_iter().find(|comment| {
        let place = kept.iter().position(|other| other == comment);
        place.map(|place| kept.swap_remove(place)).is_none()
    })
}

fn all(text: &[u8]) -> Option<Vec<&str>> {
    let text = std::str::from_utf8(text).ok()?;
    Document::parse(text).ok()?;
    let found = comments(text).into_iter();
    Some(found.map(|comment| text[comment.span].trim_end()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_may_move_and_not_vanish() {
        let before = b"a = 1 # one\n# two\nb = 2 # two\n";
        assert_eq!(lost(before, b"# two\n# two\n# one\n"), None);
        assert_eq!(lost(before, b"a = '# one' # two\n# two\n"), Some("# one"));
        assert_eq!(lost(before, b"a = 1 # one\n# two\n"), Some("# two"));
        assert_eq!(lost(b"a = # one\n", b""), None);
    }
}
