//! Go's duration grammar, as `time.ParseDuration` reads it.

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DurationError {
    /// No number where one is wanted: `abc`, `.s`, ` 3s`, and the empty text.
    NotANumber,
    /// A number without a unit: `3`.
    MissingUnit,
    /// A unit that is not `ns us µs ms s m h`.
    UnknownUnit(String),
    /// More than Go's 64 bits of nanoseconds, about 292 years.
    TooLarge,
}

impl std::fmt::Display for DurationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DurationError::NotANumber => f.write_str("it does not begin with a number"),
            DurationError::MissingUnit => f.write_str("the unit is missing"),
            DurationError::UnknownUnit(unit) => {
                write!(
                    f,
                    "`{}` is not one of the units ns, us, ms, s, m, h",
                    unit.trim()
                )
            }
            DurationError::TooLarge => {
                f.write_str("it exceeds 292 years, the longest duration in Go")
            }
        }
    }
}

const LIMIT: u64 = 1 << 63;

/// Reads `text` as Go's `time.ParseDuration` does; the result is in nanoseconds.
pub fn parse(text: &str) -> Result<i64, DurationError> {
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(DurationError::NotANumber);
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (whole, after_whole) = digits(rest);
        let (fraction, after) = match after_whole.strip_prefix('.') {
            Some(after_dot) => digits(after_dot),
            None => ("", after_whole),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(DurationError::NotANumber);
        }
        let unit_length = after
            .find(|c: char| c == '.' || c.is_ascii_digit())
            .unwrap_or(after.len());
        if unit_length == 0 {
            return Err(DurationError::MissingUnit);
        }
        let (unit, next) = after.split_at(unit_length);
        let scale = nanoseconds(unit).ok_or_else(|| DurationError::UnknownUnit(unit.to_owned()))?;
        let value = leading(whole)?;
        let mut part = value
            .checked_mul(scale)
            .filter(|&v| v <= LIMIT)
            .ok_or(DurationError::TooLarge)?;
        if !fraction.is_empty() {
            part = part
                .checked_add(fraction_of(fraction, scale))
                .filter(|&v| v <= LIMIT)
                .ok_or(DurationError::TooLarge)?;
        }
        total = total
            .checked_add(part)
            .filter(|&v| v <= LIMIT)
            .ok_or(DurationError::TooLarge)?;
        rest = next;
    }
    match (negative, total) {
        (true, LIMIT) => Ok(i64::MIN),
        (true, value) => Ok(-(value as i64)),
        (false, LIMIT) => Err(DurationError::TooLarge),
        (false, value) => Ok(value as i64),
    }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    )
}

fn leading(digits: &str) -> Result<u64, DurationError> {
    if digits.is_empty() {
        return Ok(0);
    }
    digits
        .parse()
        .ok()
        .filter(|&v: &u64| v <= LIMIT)
        .ok_or(DurationError::TooLarge)
}

/// Go drops the digits of a fraction that no longer fit, instead of refusing them.
fn fraction_of(digits: &str, scale: u64) -> u64 {
    let (mut value, mut divisor) = (0u64, 1f64);
    for digit in digits.bytes() {
        let Some(next) = value
            .checked_mul(10)
            .and_then(|v| v.checked_add(u64::from(digit - b'0')))
        else {
            break;
        };
        if next > i64::MAX as u64 {
            break;
        }
        value = next;
        divisor *= 10.0;
    }
    (value as f64 * (scale as f64 / divisor)) as u64
}

fn nanoseconds(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// Writes nanoseconds as Go's `Duration.String` does: `1m30s`, `200ms`, `0s`.
pub fn format(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    let fraction = |value: u64, unit: u64, name: &str| {
        let digits = unit.ilog10() as usize;
        let text = format!("{}.{:0digits$}", value / unit, value % unit);
        format!("{}{name}", text.trim_end_matches('0').trim_end_matches('.'))
    };
    let text = match total {
        0 => "0s".to_owned(),
        1..1_000 => format!("{total}ns"),
        1_000..1_000_000 => fraction(total, 1_000, "µs"),
        1_000_000..1_000_000_000 => fraction(total, 1_000_000, "ms"),
        _ => {
            let (minutes, rest) = (total / 60_000_000_000, total % 60_000_000_000);
            let seconds = match rest {
                0 => "0s".to_owned(),
                _ => fraction(rest, 1_000_000_000, "s"),
            };
            match (minutes / 60, minutes % 60) {
                (0, 0) => seconds,
                (0, minutes) => format!("{minutes}m{seconds}"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}"),
            }
        }
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_go_reads() {
        for (text, want) in [
            ("0", 0),
            ("-0", 0),
            ("3s", 3_000_000_000),
            ("+3s", 3_000_000_000),
            ("-1s", -1_000_000_000),
            (".5s", 500_000_000),
            ("1.s", 1_000_000_000),
            ("1h2m3.5s", 3_723_500_000_000),
            ("1µs", 1_000),
            ("1μs", 1_000),
            ("0.0000000001s", 0),
            ("9223372036s", 9_223_372_036_000_000_000),
        ] {
            assert_eq!(parse(text), Ok(want), "{text}");
        }
    }

    #[test]
    fn refuses_what_go_refuses() {
        use DurationError::{MissingUnit, NotANumber, TooLarge};
        let unit = |unit: &str| DurationError::UnknownUnit(unit.to_owned());
        for (text, want) in [
            ("", NotANumber),
            ("-", NotANumber),
            ("abc", NotANumber),
            (".s", NotANumber),
            (" 3s", NotANumber),
            ("3", MissingUnit),
            ("10 s", unit(" s")),
            ("1d", unit("d")),
            ("5S", unit("S")),
            ("1h-1m", unit("h-")),
            ("9223372037s", TooLarge),
            ("9999999h", TooLarge),
        ] {
            assert_eq!(parse(text), Err(want), "{text}");
        }
    }

    #[test]
    fn writes_what_go_writes() {
        for (nanoseconds, want) in [
            (0, "0s"),
            (1, "1ns"),
            (1_500, "1.5µs"),
            (200_000_000, "200ms"),
            (3_000_000_000, "3s"),
            (1_500_000_000, "1.5s"),
            (90_000_000_000, "1m30s"),
            (3_600_000_000_000, "1h0m0s"),
            (-1_000_000_000, "-1s"),
            (i64::MIN, "-2562047h47m16.854775808s"),
        ] {
            assert_eq!(format(nanoseconds), want);
        }
    }
}
