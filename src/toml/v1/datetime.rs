//! Dates and times: finding their extent, and whether they exist.

/// A date or time at the beginning of a text, as 1.8 finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// How many characters it has, all of them ASCII.
    pub(super) length: usize,
    /// Whether it ends in an offset.
    pub(super) offset: bool,
}

/// The match of 1.8's regular expression: a date with one to four digits for
/// the year, then a time with or without `T` or a space before it, then an offset; either of date and
/// time may be missing. Whether that makes a date is seen later.
pub(super) fn prefix_v1_8(text: &str) -> Option<Found> {
    let text = text.as_bytes();
    let mut cursor = Cursor { text, at: 0 };
    if let Some(year) = (1..=4).find(|&year| text.get(year) == Some(&b'-')) {
        cursor.attempt(|cursor| cursor.digits(year) && cursor.shape("-00-00"));
    }
    let mut offset = false;
    cursor.attempt(|cursor| {
        cursor.any_of(b"T ");
        if !cursor.shape("00:00:00") {
            return false;
        }
        cursor.attempt(|cursor| {
            let digits = cursor.any_of(b".") && cursor.digits(1);
            for _ in 1..9 {
                cursor.digits(1);
            }
            digits
        });
        offset = cursor.any_of(b"Z")
            || cursor.attempt(|cursor| cursor.any_of(b"+-") && cursor.shape("00:00"));
        true
    });
    (cursor.at > 0).then_some(Found {
        length: cursor.at,
        offset,
    })
}

struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
}

impl Cursor<'_> {
    /// Goes back to where it was when the attempt fails.
    fn attempt(&mut self, step: impl FnOnce(&mut Self) -> bool) -> bool {
        let before = self.at;
        let done = step(self);
        if !done {
            self.at = before;
        }
        done
    }

    fn any_of(&mut self, bytes: &[u8]) -> bool {
        let found = self.text.get(self.at).is_some_and(|b| bytes.contains(b));
        self.at += usize::from(found);
        found
    }

    fn digits(&mut self, count: usize) -> bool {
        (0..count).all(|_| self.shape("0"))
    }

    /// Matches a shape in which `0` represents any digit.
    fn shape(&mut self, shape: &str) -> bool {
        self.attempt(|cursor| {
            shape.bytes().all(|wanted| {
                let Some(&byte) = cursor.text.get(cursor.at) else {
                    return false;
                };
                cursor.at += 1;
                match wanted {
                    b'0' => byte.is_ascii_digit(),
                    _ => byte == wanted,
                }
            })
        })
    }
}

/// The values that begin with digits in 1.9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginning {
    /// Four digits and a hyphen.
    Date,
    /// Two digits and a colon.
    Time,
}

/// 1.9's look ahead, which decides between a date, a time and a number.
pub(super) fn look_ahead_v1_9(text: &str) -> Option<Beginning> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match (digits, text.as_bytes().get(digits)) {
        (2, Some(b':')) => Some(Beginning::Time),
        (4, Some(b'-')) => Some(Beginning::Date),
        _ => None,
    }
}

/// Whether a date exists: `YYYY-MM-DD` as Go's `time.Parse` takes it.
pub(super) fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Whether a time exists: `hh:mm:ss` with any fraction. There is no second 60 in Go.
pub(super) fn is_time(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Vec<&str> = whole.split(':').collect();
    let [hour, minute, second] = parts[..] else {
        return false;
    };
    number(hour, 2).is_some_and(|hour| hour < 24)
        && number(minute, 2).is_some_and(|minute| minute < 60)
        && number(second, 2).is_some_and(|second| second < 60)
        && !fraction.is_empty()
        && fraction.chars().all(|char| char.is_ascii_digit())
}

/// Whether an offset is one to Go, which is generous to `+24:60`.
pub(super) fn is_offset(text: &str) -> bool {
    if text == "Z" {
        return true;
    }
    let Some((hours, minutes)) = text
        .strip_prefix(['+', '-'])
        .and_then(|text| text.split_once(':'))
    else {
        return false;
    };
    number(hours, 2).is_some_and(|hours| hours <= 24)
        && number(minutes, 2).is_some_and(|minutes| minutes <= 60)
}

/// Whether 1.8 takes the text that [`prefix_v1_8`] found.
pub(super) fn is_v1_8(text: &str, offset: bool) -> bool {
    let (local, zone) = match text.strip_suffix('Z') {
        Some(local) => (local, "Z"),
        None if offset => text.split_at(text.len().saturating_sub("+00:00".len())),
        None => (text, "Z"),
    };
    match local.split_once(['T', ' ']) {
        Some((date, time)) => is_date(date) && is_time(time) && is_offset(zone),
        None if offset => false,
        None => is_date(local) || is_time(local),
    }
}

/// The value of text that has exactly so many digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    let exact = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    exact.then(|| text.parse().ok()).flatten()
}
