//! Numbers and dates: what is checked of them once a value is decoded, which it is only under a known key.

use super::parser::DateKind;

/// Is `text` a whole number that fits 64 bits?
pub(super) fn check_integer(text: &str) -> Result<(), &'static str> {
    let (digits, radix) = match text.as_bytes() {
        // A bare `0x` is too short for its prefix to count, and then fails as a decimal number.
        [b'0', b'x', _, ..] => (&text[2..], 16),
        [b'0', b'o', _, ..] => (&text[2..], 8),
        [b'0', b'b', _, ..] => (&text[2..], 2),
        _ => (text, 10),
    };
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    check_underscores(unsigned)?;
    if radix == 10 && unsigned.len() > 1 && unsigned.starts_with('0') {
        return Err("a decimal number cannot begin with zero");
    }
    match i64::from_str_radix(&digits.replace('_', ""), radix) {
        Ok(_) => Ok(()),
        Err(_) => Err("this is not a whole number, or too large for 64 bits"),
    }
}

fn check_underscores(digits: &str) -> Result<(), &'static str> {
    if digits.starts_with('_') || digits.ends_with('_') || digits.contains("__") {
        return Err("an underscore belongs between two digits");
    }
    Ok(())
}

/// Is `text` a number with a fraction or exponent, `inf` or `nan`?
pub(super) fn check_float(text: &str) -> Result<(), &'static str> {
    if text == "+nan" || text == "-nan" {
        return Ok(());
    }
    check_underscores(text)?;
    let beside_point =
        |pair: &[u8]| pair.contains(&b'_') && pair.iter().any(|b| matches!(b, b'.' | b'e' | b'E'));
    // A sign starts the count of digits again, so no underscore may follow it.
    if text
        .as_bytes()
        .windows(2)
        .any(|pair| beside_point(pair) || matches!(pair, [b'+' | b'-', b'_']))
    {
        return Err("an underscore belongs between two digits");
    }
    let plain = text.replace('_', "");
    let bytes = plain.as_bytes();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let mut points = plain.match_indices('.').map(|(at, _)| at);
    if let Some(point) = points.next()
        && (points.next().is_some()
            || !is_digit(point.checked_sub(1))
            || !is_digit(Some(point + 1)))
    {
        return Err("a decimal point belongs between two digits, and there can be one only");
    }
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    if unsigned.starts_with('0') && unsigned.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
        return Err("a number cannot begin with zero");
    }
    match plain.parse::<f64>() {
        // Go calls a number out of range an error, Rust calls it infinite.
        Ok(number) if number.is_infinite() && !plain.ends_with("inf") => {
            Err("this number is out of range")
        }
        Ok(_) => Ok(()),
        Err(_) => Err("this is not a number"),
    }
}

/// Is `text` the date or time that it looks like?
///
/// Bytes, since the lexer may have let one character pass unseen.
pub(super) fn check_date(bytes: &[u8], kind: DateKind) -> Result<(), &'static str> {
    match kind {
        DateKind::LocalDate => date(bytes),
        DateKind::LocalTime => nothing(time(bytes)?),
        DateKind::LocalDateTime => nothing(date_time(bytes)?),
        DateKind::Offset => offset(date_time(bytes)?),
    }
}

fn nothing(rest: &[u8]) -> Result<(), &'static str> {
    if rest.is_empty() {
        Ok(())
    } else {
        Err("there is something after the time")
    }
}

fn date(bytes: &[u8]) -> Result<(), &'static str> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes else {
        return Err("a date is written YYYY-MM-DD");
    };
    let (Some(year), Some(month), Some(day)) = (
        number(&[y1, y2, y3, y4]),
        number(&[m1, m2]),
        number(&[d1, d2]),
    ) else {
        return Err("a date is written YYYY-MM-DD");
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    if (1..=days).contains(&day) {
        Ok(())
    } else {
        Err("there is no such date")
    }
}

/// A date, `T` or a space, and a time; returns what follows.
fn date_time(bytes: &[u8]) -> Result<&[u8], &'static str> {
    let Some((day, [separator, rest @ ..])) = bytes.split_at_checked(10) else {
        return Err("a date and time is written YYYY-MM-DDTHH:MM:SS");
    };
    date(day)?;
    if !matches!(separator, b'T' | b't' | b' ') {
        return Err("a date and a time are separated by `T` or a space");
    }
    time(rest)
}

/// A time with its fraction; returns what follows.
fn time(bytes: &[u8]) -> Result<&[u8], &'static str> {
    let &[h1, h2, b':', m1, m2, b':', s1, s2, ref rest @ ..] = bytes else {
        return Err("a time is written HH:MM:SS");
    };
    let (Some(hour), Some(minute), Some(second)) =
        (number(&[h1, h2]), number(&[m1, m2]), number(&[s1, s2]))
    else {
        return Err("a time is written HH:MM:SS");
    };
    // Later versions refuse a second of 60 too. It makes no difference here: no key of hosts.toml takes a time.
    if hour > 23 || minute > 59 || second > 60 {
        return Err("there is no such time");
    }
    let [b'.', fraction @ ..] = rest else {
        return Ok(rest);
    };
    match fraction
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count()
    {
        0 => Err("a fraction needs digits"),
        digits => Ok(&fraction[digits..]),
    }
}

fn offset(bytes: &[u8]) -> Result<(), &'static str> {
    match *bytes {
        [b'Z' | b'z', ref rest @ ..] => nothing(rest),
        [b'+' | b'-', h1, h2, b':', m1, m2] => match (number(&[h1, h2]), number(&[m1, m2])) {
            (Some(0..=23), Some(0..=59)) => Ok(()),
            _ => Err("there is no such time zone"),
        },
        _ => Err("a time zone is written Z or +HH:MM"),
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, byte| {
        Some(value * 10 + char::from(*byte).to_digit(10)?)
    })
}
