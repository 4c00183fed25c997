//! The common pattern of findings that differ only in names.

/// A text without the code and the names in it: two findings with one pattern say the same.
pub fn pattern(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            found.push('`');
            continue;
        }
        for word in part.split_inclusive(' ') {
            match is_name(word) {
                true => found.push('·'),
                false => found.push_str(word),
            }
        }
    }
    found
}

/// The code in a text that another text of the same pattern does not have at its place.
pub fn differing<'a>(text: &'a str, other: &str) -> Vec<&'a str> {
    let codes = |text: &'a str| text.split('`').skip(1).step_by(2);
    let others: Vec<&str> = other.split('`').skip(1).step_by(2).collect();
    codes(text)
        .enumerate()
        .filter(|(index, code)| others.get(*index) != Some(code))
        .map(|(_, code)| code)
        .collect()
}

/// Whether a word is a host, a path or a URL: it has a dot, a colon or a slash inside.
fn is_name(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.contains(['.', ':', '/'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_code_are_left_out() {
        let one = "public mirror `a.io` may resolve tags of docker.io, once the file loads.";
        let other = "public mirror `b.io` may resolve tags of ghcr.io, once the file loads.";
        assert_eq!(pattern(one), pattern(other));
        assert_eq!(differing(other, one), ["b.io"]);
        assert_ne!(pattern("it is `a`"), pattern("it is not `a`"));
        assert_eq!(pattern("an odd ` stays"), "an odd `");
        assert!(differing("no code", "no code").is_empty());
    }
}
