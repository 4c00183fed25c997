//! What may be sent to a terminal.

/// Panics when a text holds what a terminal would obey, or what changes the order of a text.
pub fn assert_printable(what: &str, text: &str) {
    let bad = text.chars().find(|&c| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
    });
    assert_eq!(bad, None, "{what} holds an unprintable character:\n{text}");
}
