//! How lines for people are broken.

use textwrap::{WordSeparator, WordSplitter};

/// How prose is wrapped: paths and URLs stay whole, so that they can be copied.
pub fn wrapping<'a>(width: usize) -> textwrap::Options<'a> {
    textwrap::Options::new(width)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
}
