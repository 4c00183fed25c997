//! Which numbers go-toml v1 takes, once the lexer has found their extent.

use super::Version;
use super::tree::Datum;

/// Reads a whole number. The error says why it is not one, in our words.
pub(super) fn integer<'s>(text: &str, version: Version) -> Result<Datum<'s>, &'static str> {
    let digits: String = text.chars().filter(|&char| char != '_').collect();
    // Two characters are too few for a base; so `01` is a number, and `012` is not.
    let (base, digits) = match (digits.len() >= 3, digits.get(..2)) {
        (true, Some("0x")) => (16, &digits[2..]),
        (true, Some("0o")) => (8, &digits[2..]),
        (true, Some("0b")) => (2, &digits[2..]),
        (true, Some(start)) if start.starts_with('0') => {
            return Err("a number with a leading zero");
        }
        _ => (10, &digits[..]),
    };
    underscores(text, base == 16, version)?;
    if i64::from_str_radix(digits, base).is_ok() {
        return Ok(Datum::Integer);
    }
    // 1.9.5 keeps what is too large for 64 bits with a sign in as many without, unless
    // it is written with one.
    let unsigned = !digits.starts_with(['+', '-']) && u64::from_str_radix(digits, base).is_ok();
    match version {
        Version::V1_9_5 if unsigned => Ok(Datum::UnsignedInteger),
        _ => Err("a number that does not fit in 64 bits"),
    }
}

/// Checks a number with fraction or exponent. Go reports what is out of range as an error.
pub(super) fn float<'s>(text: &str, version: Version) -> Result<Datum<'s>, &'static str> {
    underscores(text, false, version)?;
    let digits: String = text.chars().filter(|&char| char != '_').collect();
    match digits.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Datum::Float),
        Ok(_) => Err("a number that is out of range"),
        Err(_) => Err("a number without digits in its exponent"),
    }
}

/// Checks underscores. 1.9 wants a digit before each, and that the number does not
/// end in one; 1.8 wants a digit on both sides, and no capital among hexadecimal ones.
fn underscores(text: &str, hexadecimal: bool, version: Version) -> Result<(), &'static str> {
    let is_digit = |char: char| match (hexadecimal, version) {
        (false, _) => char.is_ascii_digit(),
        (true, Version::V1_8) => matches!(char, '0'..='9' | 'a'..='f'),
        (true, Version::V1_9_3 | Version::V1_9_5) => char.is_ascii_hexdigit(),
    };
    let chars: Vec<char> = text.chars().collect();
    for (at, _) in chars.iter().enumerate().filter(|(_, char)| **char == '_') {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let after = chars.get(at + 1).copied();
        let fine = before.is_some_and(is_digit)
            && match version {
                Version::V1_8 => after.is_some_and(is_digit),
                Version::V1_9_3 | Version::V1_9_5 => after.is_some(),
            };
        if !fine {
            return Err("an underscore in a number that is not between digits");
        }
    }
    Ok(())
}
