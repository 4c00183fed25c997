//! How lines for people are broken.

use textwrap::core::Word;
use textwrap::{WordSeparator, WordSplitter};

/// How prose is wrapped: code, paths and URLs stay whole, so that they can be copied.
pub fn wrapping<'a>(width: usize) -> textwrap::Options<'a> {
    textwrap::Options::new(width)
        .break_words(false)
        .word_separator(whole_code())
        .word_splitter(WordSplitter::NoHyphenation)
}

/// Breaks lines between words, and not within code: what is between backticks is one word.
pub fn whole_code() -> WordSeparator {
    WordSeparator::Custom(words)
}

fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut rest = line;
    Box::new(std::iter::from_fn(move || {
        let (word, behind) = rest.split_at(end_of_word(rest));
        rest = behind;
        (!word.is_empty()).then(|| Word::from(word))
    }))
}

/// Where the first word of a text ends, with the spaces behind it.
fn end_of_word(text: &str) -> usize {
    let mut at = 0;
    while let Some(end) = text[at..].find([' ', '`']).map(|found| at + found) {
        if text[end..].starts_with(' ') {
            let spaces = text[end..].trim_start_matches(' ');
            return text.len() - spaces.len();
        }
        // A backtick without another is only a backtick.
        at = match text[end + 1..].find('`') {
            Some(close) => end + 1 + close + 1,
            None => end + 1,
        };
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_one_word() {
        let lines = |text: &'static str| textwrap::wrap(text, wrapping(20));
        assert_eq!(
            lines("write `capabilities = [\"pull\"]`, and a  `b c`d e"),
            ["write", "`capabilities = [\"pull\"]`,", "and a  `b c`d e"]
        );
        assert_eq!(
            lines("an odd ` and some words"),
            ["an odd ` and some", "words"]
        );
        assert_eq!(lines(""), [""]);
        assert_eq!(lines("a   "), ["a"]);
    }
}
