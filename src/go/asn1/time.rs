//! The two time formats of certificates, as seconds since 1970.

use time::{Date, Month};

use super::der::{Reader, tag};

/// Reads a UTCTime or GeneralizedTime.
///
/// Go accepts seconds or, in UTCTime, minutes; a zone that is `Z` or an offset other than zero; no fractions; and only
/// dates that exist.
pub(crate) fn read(reader: &mut Reader<'_>) -> Option<i64> {
    if reader.peek(tag::UTC_TIME) {
        reader.content(tag::UTC_TIME).and_then(utc_time)
    } else {
        reader
            .content(tag::GENERALIZED_TIME)
            .and_then(generalized_time)
    }
}

fn utc_time(text: &[u8]) -> Option<i64> {
    let short = number(text.get(..2)?)?;
    let year = if short >= 50 {
        1900 + short
    } else {
        2000 + short
    };
    let rest = &text[2..];
    instant(year, rest, true).or_else(|| instant(year, rest, false))
}

fn generalized_time(text: &[u8]) -> Option<i64> {
    instant(number(text.get(..4)?)?, &text[4..], true)
}

/// Month, day, hour, minute, perhaps second, and zone.
fn instant(year: i32, text: &[u8], with_seconds: bool) -> Option<i64> {
    let field = |index: usize| {
        text.get(index * 2..index * 2 + 2)
            .and_then(number)
            .and_then(|n| u8::try_from(n).ok())
    };
    let date = Date::from_calendar_date(year, Month::try_from(field(0)?).ok()?, field(1)?).ok()?;
    let second = if with_seconds { field(4)? } else { 0 };
    let time = date.with_hms(field(2)?, field(3)?, second).ok()?;
    let zone = &text[if with_seconds { 10 } else { 8 }..];
    Some(time.assume_utc().unix_timestamp() - offset(zone)?)
}

/// The seconds by which a zone is ahead of UTC.
fn offset(zone: &[u8]) -> Option<i64> {
    let (sign, digits) = match zone {
        b"Z" => return Some(0),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    if digits.len() != 4 {
        return None;
    }
    let (hours, minutes) = (number(&digits[..2])?, number(&digits[2..])?);
    // An offset of zero has to be written `Z`: Go compares with what it would have written itself.
    if hours > 24 || minutes > 59 || (hours, minutes) == (0, 0) {
        return None;
    }
    Some(sign * i64::from(hours * 3600 + minutes * 60))
}

fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0, |value, digit| {
        digit
            .is_ascii_digit()
            .then(|| value * 10 + i32::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utc_times() {
        assert_eq!(utc_time(b"700101000000Z"), Some(0));
        assert_eq!(
            utc_time(b"7001010001Z"),
            Some(60),
            "Go allows minutes alone"
        );
        assert_eq!(utc_time(b"491231235959Z"), Some(2_524_607_999));
        assert_eq!(utc_time(b"500101000000Z"), Some(-631_152_000));
        assert_eq!(utc_time(b"700101020000+0200"), Some(0));
        for refused in [
            "",
            "70",
            "700101000000",
            "700230000000Z",
            "700101240000Z",
            "700101000000+0000",
            "70010100000Z",
        ] {
            assert_eq!(utc_time(refused.as_bytes()), None, "{refused}");
        }
    }

    #[test]
    fn generalized_times() {
        assert_eq!(generalized_time(b"20500101000000Z"), Some(2_524_608_000));
        assert_eq!(generalized_time(b"99991231235959Z"), Some(253_402_300_799));
        for refused in [
            "20500101000000.5Z",
            "205001010000Z",
            "20500229000000Z",
            "20500101000000z",
            "2050010100000",
        ] {
            assert_eq!(generalized_time(refused.as_bytes()), None, "{refused}");
        }
    }
}
