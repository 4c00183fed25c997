//! The stand-ins for expressions that are filled in later.

use std::collections::HashMap;

/// Letters that hardly any word has beside each other.
const LETTERS: &[u8] = b"qxjzkwvbpfghmnrst";

/// So many stand-ins are looked for in the carrier; no real one has more.
const CHECKED: usize = 256;

/// The stand-ins of one carrier: an expression has the same one wherever it is.
#[derive(Debug)]
pub struct StandIns<'a> {
    carrier: &'a str,
    known: HashMap<(String, bool), String>,
    count: usize,
}

impl<'a> StandIns<'a> {
    /// Those of a carrier; none of them is a part of its text.
    pub fn new(carrier: &'a str) -> StandIns<'a> {
        StandIns {
            carrier,
            known: HashMap::new(),
            count: 0,
        }
    }

    /// The stand-in of an expression, as long as it is. Behind `before`, the text up to it, it may have to be a port.
    pub fn of(&mut self, expression: &str, before: &str) -> String {
        let is_port = is_port(before);
        let key = (expression.to_owned(), is_port);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let made = match is_port {
            true => port(expression.len()),
            false => self.word(expression.len()),
        };
        self.known.insert(key, made.clone());
        made
    }

    fn word(&mut self, length: usize) -> String {
        // A few tries: a text that has them all is made to have them.
        let mut word = String::new();
        for _ in 0..64 {
            word = spelled(self.count, length.max(2));
            self.count += 1;
            if self.count > CHECKED || !self.carrier.contains(&word) {
                break;
            }
        }
        word
    }
}

/// Whether an expression behind this text is a port: `https://host:`, `localhost:`.
fn is_port(before: &str) -> bool {
    let host = before.strip_suffix(':').unwrap_or_default();
    let last = host.bytes().next_back();
    last.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b']' | b'}' | b')'))
        && !host.ends_with("http")
        && !host.ends_with("https")
}

/// A port with zeros before it.
fn port(length: usize) -> String {
    match length {
        0..4 => "5".repeat(length.max(1)),
        _ => format!("{:0>length$}", "5000"),
    }
}

fn spelled(number: usize, length: usize) -> String {
    let mut word = String::with_capacity(length);
    let mut rest = number;
    while word.len() < length {
        // A letter that depends on the place too, so that no stand-in is a part of a longer one.
        let index = rest % LETTERS.len();
        word.push(char::from(LETTERS[index]));
        rest = rest / LETTERS.len() + index + word.len();
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_as_long_and_the_same_for_the_same() {
        let mut all = StandIns::new("https://qx.example/");
        let one = all.of("${HOST}", "https://");
        assert_eq!(one.len(), 7);
        assert_eq!(all.of("${HOST}", "server = "), one);
        let other = all.of("${HOSTS}", "https://");
        assert_ne!(other, one);
        assert!(!other.contains(&one));
        let port = all.of("${PORT}", "https://a.example:");
        assert_eq!(port, "0005000");
        assert_eq!(all.of("$d", "https://").len(), 2);
    }
}
