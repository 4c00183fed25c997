//! `filepath.Match`, on POSIX.

/// A pattern that is malformed: a bracket without its end, an escape of nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPattern;

/// Whether a pattern represents more than one name.
pub(crate) fn has_meta(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '\\'])
}

/// Whether the whole of `name` matches: `*` and `?` match anything but a slash.
pub fn matches(pattern: &str, name: &str) -> Result<bool, BadPattern> {
    Ok(Pattern::read(pattern)?.fits(name))
}

/// A pattern that is matched against several names.
pub(crate) struct Pattern(Vec<Token>);

impl Pattern {
    /// Reads it.
    pub fn read(pattern: &str) -> Result<Pattern, BadPattern> {
        let pattern: Vec<char> = pattern.chars().collect();
        tokens(&pattern).map(Pattern)
    }

    /// Whether the whole of `name` matches.
    pub fn fits(&self, name: &str) -> bool {
        fits(&self.0, name)
    }
}

fn fits(tokens: &[Token], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    // Where to go on from when a star has to take one more: the star, and what it took.
    let (mut token, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < name.len() || token < tokens.len() {
        let fits = match (tokens.get(token), name.get(at)) {
            (Some(Token::Star), _) => {
                star = Some((token, at));
                token += 1;
                continue;
            }
            (Some(one), Some(&char)) => one.takes(char),
            _ => false,
        };
        if fits {
            token += 1;
            at += 1;
            continue;
        }
        match star {
            Some((back, taken)) if name.get(taken).is_some_and(|&char| char != '/') => {
                star = Some((back, taken + 1));
                (token, at) = (back + 1, taken + 1);
            }
            _ => return false,
        }
    }
    true
}

enum Token {
    Star,
    Any,
    Literal(char),
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Token {
    fn takes(&self, char: char) -> bool {
        match self {
            Token::Star => false,
            Token::Any => char != '/',
            Token::Literal(literal) => char == *literal,
            Token::Class { negated, ranges } => {
                ranges
                    .iter()
                    .any(|&(low, high)| low <= char && char <= high)
                    != *negated
            }
        }
    }
}

fn tokens(mut pattern: &[char]) -> Result<Vec<Token>, BadPattern> {
    let mut tokens = Vec::new();
    while let Some((&first, rest)) = pattern.split_first() {
        pattern = rest;
        tokens.push(match first {
            '*' => Token::Star,
            '?' => Token::Any,
            '\\' => {
                let (&literal, rest) = pattern.split_first().ok_or(BadPattern)?;
                pattern = rest;
                Token::Literal(literal)
            }
            '[' => {
                let negated = pattern.first() == Some(&'^');
                if negated {
                    pattern = &pattern[1..];
                }
                let mut ranges = Vec::new();
                loop {
                    if pattern.first() == Some(&']') && !ranges.is_empty() {
                        pattern = &pattern[1..];
                        break;
                    }
                    let low = bound(&mut pattern)?;
                    let high = match pattern.first() {
                        Some('-') => {
                            pattern = &pattern[1..];
                            bound(&mut pattern)?
                        }
                        _ => low,
                    };
                    ranges.push((low, high));
                }
                Token::Class { negated, ranges }
            }
            literal => Token::Literal(literal),
        });
    }
    Ok(tokens)
}

/// One end of a range. There is always something behind it: the closing bracket at least.
fn bound(pattern: &mut &[char]) -> Result<char, BadPattern> {
    let (&first, rest) = pattern.split_first().ok_or(BadPattern)?;
    let (char, rest) = match first {
        '-' | ']' => return Err(BadPattern),
        '\\' => rest.split_first().map(|(c, r)| (*c, r)).ok_or(BadPattern)?,
        char => (char, rest),
    };
    if rest.is_empty() {
        return Err(BadPattern);
    }
    *pattern = rest;
    Ok(char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_go_does() {
        // From Go's path/filepath/match_test.go: the facts, not the code.
        for (pattern, name, want) in [
            ("abc", "abc", Ok(true)),
            ("*", "abc", Ok(true)),
            ("*c", "abc", Ok(true)),
            ("a*", "ab/c", Ok(false)),
            ("a*b*c*d*e*/f", "axbxcxdxe/f", Ok(true)),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", Ok(false)),
            ("ab[c]", "abc", Ok(true)),
            ("ab[b-d]", "abc", Ok(true)),
            ("ab[^b-d]", "abc", Ok(false)),
            ("a\\*b", "a*b", Ok(true)),
            ("a\\*b", "ab", Ok(false)),
            ("*.toml", ".toml", Ok(true)),
            ("*.toml", ".hidden.toml", Ok(true)),
            ("a?b", "a/b", Ok(false)),
            ("[]a]", "]", Err(BadPattern)),
            ("[-]", "-", Err(BadPattern)),
            ("[x-]", "x", Err(BadPattern)),
            ("[\\-x]", "-", Ok(true)),
            ("a[", "a", Err(BadPattern)),
            ("a\\", "a", Err(BadPattern)),
            ("*x", "xxx", Ok(true)),
            ("", "", Ok(true)),
            ("**", "", Ok(true)),
        ] {
            assert_eq!(matches(pattern, name), want, "{pattern} {name}");
        }
    }
}
