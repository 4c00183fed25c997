//! `WWW-Authenticate`, as containerd reads it (`remotes/docker/auth`).

use std::collections::BTreeMap;

/// How a registry wants to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    /// User name and password.
    Basic,
    /// Not supported by containerd.
    Digest,
    /// A token from a token server.
    Bearer,
}

/// One challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Its scheme.
    pub scheme: Scheme,
    /// Its parameters, names in lower case.
    pub parameters: BTreeMap<String, String>,
}

impl Challenge {
    /// A parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

/// The challenges of a response, those that containerd prefers first.
pub fn challenges<'a>(headers: impl Iterator<Item = &'a str>) -> Vec<Challenge> {
    let mut all: Vec<Challenge> = headers.filter_map(one).collect();
    all.sort_by_key(|challenge| std::cmp::Reverse(challenge.scheme));
    all
}

fn one(header: &str) -> Option<Challenge> {
    let (word, mut rest) = token(header);
    let scheme = match word.to_ascii_lowercase().as_str() {
        "basic" => Scheme::Basic,
        "digest" => Scheme::Digest,
        "bearer" => Scheme::Bearer,
        _ => return None,
    };
    let mut parameters = BTreeMap::new();
    loop {
        let (name, after) = token(rest.trim_start());
        let Some(after) = after.strip_prefix('=').filter(|_| !name.is_empty()) else {
            break;
        };
        let (value, after) = value(after);
        parameters.insert(name.to_ascii_lowercase(), value);
        match after.trim_start().strip_prefix(',') {
            Some(after) => rest = after,
            None => break,
        }
    }
    Some(Challenge { scheme, parameters })
}

fn token(text: &str) -> (&str, &str) {
    let is_token = |c: char| c.is_ascii_graphic() && !"\"(),/:;<=>?@[]\\{}".contains(c);
    let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
    text.split_at(end)
}

fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = token(text);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut is_escaped = false;
    for (at, c) in quoted.char_indices() {
        match c {
            _ if is_escaped => {
                value.push(c);
                is_escaped = false;
            }
            '\\' => is_escaped = true,
            '"' => return (value, &quoted[at + 1..]),
            c => value.push(c),
        }
    }
    // A value without a closing quote counts as absent.
    (String::new(), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bearer_comes_before_basic() {
        let headers = [
            "Basic realm=\"x\"",
            "Bearer realm=\"https://auth.internal/token\",service=\"a \\\"b\\\"\", scope=repository:a:pull",
            "Negotiate",
        ];
        let all = challenges(headers.into_iter());
        let schemes: Vec<Scheme> = all.iter().map(|c| c.scheme).collect();
        assert_eq!(schemes, [Scheme::Bearer, Scheme::Basic]);
        assert_eq!(all[0].get("realm"), Some("https://auth.internal/token"));
        assert_eq!(all[0].get("service"), Some("a \"b\""));
        // A colon is not part of a token.
        assert_eq!(all[0].get("scope"), Some("repository"));
        assert_eq!(
            challenges(["Bearer realm=\"x"].into_iter())[0].get("realm"),
            Some("")
        );
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_read(text in "(\\PC|[\",=\\\\ ]|Bearer |realm=){0,30}") {
            let _ = challenges([text.as_str()].into_iter());
        }
    }
}
