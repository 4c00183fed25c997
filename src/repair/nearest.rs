//! The closest known name to an unknown one.

/// Longer words are not taken for a misspelling.
const LONGEST: usize = 64;

/// The candidate that is nearest to `word`, unless none is near.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let normal = |text: &str| text.to_lowercase().replace(['_', ' '], "-");
    let word = normal(word);
    let length = word.chars().count();
    candidates
        .into_iter()
        .map(|candidate| {
            let normal = normal(candidate);
            // So many characters have to be added or taken away at least.
            let difference = normal.chars().count().abs_diff(length);
            let edits = match difference <= 1 + length / 4 || length >= 4 {
                true => strsim::damerau_levenshtein(&word, &normal),
                false => difference,
            };
            // A name that was cut short or drawn out (`unknown-cap`, `skip-verify-tls`) is near too.
            let cut = length >= 4
                && (length..length + 2).any(|end| {
                    let beginning: String = normal.chars().take(end).collect();
                    strsim::damerau_levenshtein(&word, &beginning) <= length / 6
                });
            let is_part = length >= 4 && (normal.contains(&word) || word.contains(&normal));
            let near = edits <= 1 + length / 4 || cut || is_part;
            (edits, near, candidate)
        })
        .filter(|(_, near, _)| *near)
        .min_by_key(|(edits, ..)| *edits)
        .map(|(.., candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_others_are_not() {
        let names = ["unknown-capability", "skip-verify", "skip-verify-with-ca"];
        assert_eq!(
            nearest("unkown-capability", names),
            Some("unknown-capability")
        );
        assert_eq!(
            nearest("unknown_capability", names),
            Some("unknown-capability")
        );
        assert_eq!(nearest("unknown-cap", names), Some("unknown-capability"));
        assert_eq!(nearest("Skip_Verify", names), Some("skip-verify"));
        assert_eq!(nearest("unkown-cap", names), Some("unknown-capability"));
        assert_eq!(nearest("pineapple", names), None);
        assert_eq!(nearest("", names), None);
    }
}
