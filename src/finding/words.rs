//! Words: counting, sentences, naming releases.

pub use crate::printable::{
    ends_like_command, is_unprintable, lines, one_line, picture, shortened,
};

use crate::containerd::Release;

/// `1 error`, `2 errors`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `10,000`: with a comma between thousands.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The sentences one behind the other, each with its capital and its end.
pub fn sentences(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts.iter().map(|part| part.trim()) {
        if part.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        let first = part.split(' ').next().unwrap_or_default();
        let first = first.trim_end_matches([',', ';', ':', '?', '!', '.']);
        // Names keep their letters: containerd's own, keys, paths.
        let is_prose = first.bytes().all(|b| b.is_ascii_lowercase()) && first != "containerd";
        let (capital, rest) = part.split_at(usize::from(is_prose));
        text.push_str(&capital.to_ascii_uppercase());
        text.push_str(rest);
        if !part.ends_with(['.', '!', '?', ':']) {
            text.push('.');
        }
    }
    text
}

/// The releases of a finding, as short as the targeted ones allow: `all targeted releases`,
/// `2.0 and later`, `1.7.34 and earlier`, or each by its number.
pub fn releases_in_words(holds: &[Release], targeted: &[Release]) -> String {
    let each = || {
        let numbers: Vec<String> = holds.iter().map(ToString::to_string).collect();
        numbers.join(", ")
    };
    let [first, .., last] = holds else {
        // With a single target there is nothing to tell apart.
        return match holds {
            [only] => only.to_string(),
            _ => "no release".to_owned(),
        };
    };
    let others: Vec<&Release> = targeted.iter().filter(|r| !holds.contains(r)).collect();
    if others.is_empty() {
        "all targeted releases".to_owned()
    } else if others.iter().all(|other| *other < first) {
        format!("{} and later", name_of_end(*first, &others))
    } else if others.iter().all(|other| *other > last) {
        format!("{} and earlier", name_of_end(*last, &others))
    } else {
        each()
    }
}

/// The line, where no release of the same line is on the other side.
fn name_of_end(end: Release, others: &[&Release]) -> String {
    let line = end.line();
    if others.iter().any(|other| other.line() == line) {
        end.to_string()
    } else {
        line
    }
}

/// Several things in a sentence: `a`, `b` and `c`.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let numbers = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn sentences_begin_and_end() {
        let parts = [
            "`a` is odd",
            "",
            "containerd drops it",
            "write \"b\"",
            "why?",
            "skip_verify is on",
        ];
        assert_eq!(
            sentences(&parts),
            "`a` is odd. containerd drops it. Write \"b\". Why? skip_verify is on."
        );
    }

    #[test]
    fn releases_are_named_as_short_as_they_can_be() {
        let all: Vec<Release> = Release::newest().collect();
        let words = |range: std::ops::Range<usize>| releases_in_words(&all[range], &all);
        assert_eq!(words(0..7), "all targeted releases");
        assert_eq!(words(3..7), "2.0 and later");
        assert_eq!(words(0..3), "1.7 and earlier");
        assert_eq!(words(6..7), "2.3.4");
        assert_eq!(words(1..3), "1.6.39, 1.7.34");
        let two = [
            Release::new(2, 0, 6),
            Release::new(2, 0, 7),
            Release::new(2, 1, 9),
        ];
        assert_eq!(releases_in_words(&two[1..], &two), "2.0.7 and later");
    }
}
