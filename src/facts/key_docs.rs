//! The documentation of each key of hosts.toml: for the JSON Schema and the editor.
//!
//! The names are those of [`keys`](super::keys), which the rules use; a test compares the two. A sentence is true for
//! every release, or names the first one for which it is.

use super::keys::{HOST_KEYS, ROOT_KEYS};

/// The type of a key's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyShape {
    /// A URL of a registry.
    Url,
    /// The host tables.
    Hosts,
    /// Words of [`Capabilities`](crate::containerd::Capabilities).
    Capabilities,
    /// A path, or several.
    Paths,
    /// Client certificates and their keys.
    Clients,
    /// `true` or `false`.
    Boolean,
    /// A table of texts, or lists of texts.
    Header,
    /// Text in Go's grammar for durations.
    Duration,
}

/// The documentation of a key.
#[derive(Debug, Clone, Copy)]
pub struct KeyDoc {
    /// The key.
    pub name: &'static str,
    /// The type of its value.
    pub shape: KeyShape,
    /// The releases that read it, where not all do: `1.6.0 and later`.
    pub since: Option<&'static str>,
    /// The effect on containerd, in Markdown, paragraph by paragraph.
    pub text: &'static str,
    /// A value, as it is written.
    pub example: &'static str,
}

/// All keys: those of the root alone, then those that the root and host tables have.
pub const KEY_DOCS: [KeyDoc; 9] = [
    KeyDoc {
        name: "server",
        shape: KeyShape::Url,
        since: None,
        text: "The registry that is tried after every `[host]` table. The default is the registry that the directory is \
               named after (`https://registry-1.docker.io` for docker.io), so leaving it out does not switch off the \
               upstream registry.\n\n\
               The keys at the root of the file apply only to this endpoint. Without `server`, `capabilities` and \
               `override_path` at the root are ignored.",
        example: "\"https://registry-1.docker.io\"",
    },
    KeyDoc {
        name: "host",
        shape: KeyShape::Hosts,
        since: None,
        text: "The endpoints that are tried before `server`, in the order of the file. Write each as a table with its own \
               header, `[host.\"https://mirror.example.com\"]`: containerd 2.0 and later ignores inline tables and dotted \
               keys here.\n\n\
               A host table inherits nothing from the root of the file.",
        example: "",
    },
    KeyDoc {
        name: "capabilities",
        shape: KeyShape::Capabilities,
        since: None,
        text: "The capabilities of the endpoint: `pull` (fetch by digest), `resolve` (turn a tag into a digest), `push` and, \
               from containerd 2.2, `referrers`. Without the key, or with an empty list, the endpoint has all of them.\n\n\
               An unknown word makes containerd ignore the whole file; before 2.2 that includes `referrers`. Pushes go to the \
               first endpoint that has `push`.",
        example: "[\"pull\", \"resolve\"]",
    },
    KeyDoc {
        name: "ca",
        shape: KeyShape::Paths,
        since: None,
        text: "PEM files with the certificate authorities that the endpoint's certificate is verified against, in addition to \
               those of the system. A relative path starts at the directory of this hosts.toml.\n\n\
               A file that is missing or contains no certificate makes every pull from the namespace fail.",
        example: "\"ca.crt\"",
    },
    KeyDoc {
        name: "client",
        shape: KeyShape::Clients,
        since: None,
        text: "Client certificates: one PEM file with certificate and key, several such files, or pairs of a certificate and \
               its key. A relative path starts at the directory of this hosts.toml.\n\n\
               A file that is missing, or a key that does not match, makes every pull from the namespace fail. So does an \
               empty path, as in `[\"client.pem\", \"\"]`.",
        example: "[[\"client.cert\", \"client.key\"]]",
    },
    KeyDoc {
        name: "skip_verify",
        shape: KeyShape::Boolean,
        since: None,
        text: "`true` accepts any certificate from the endpoint: anyone on the network path can read credentials and change \
               images that are pulled by tag. A `ca` is the better remedy for a private certificate.",
        example: "false",
    },
    KeyDoc {
        name: "header",
        shape: KeyShape::Header,
        since: None,
        text: "HTTP headers sent with each request to the endpoint; from containerd 2.1 with requests for tokens, too. A value is \
               a text or a list of texts.",
        example: "{ \"X-Team\" = \"platform\" }",
    },
    KeyDoc {
        name: "override_path",
        shape: KeyShape::Boolean,
        since: Some("1.6.0 and later"),
        text: "With `true`, the path of the URL is the root of the registry's API. Otherwise containerd appends `/v2` \
               unless the path ends with it.",
        example: "true",
    },
    KeyDoc {
        name: "dial_timeout",
        shape: KeyShape::Duration,
        since: Some("2.0.7 and later"),
        text: "How long containerd waits for a connection before it tries the next endpoint: a number with a unit, such as `3s` \
               or `1m30s`. The default is 30 seconds.\n\n\
               Releases that read the key ignore the whole file if the duration is not valid.",
        example: "\"3s\"",
    },
];

impl KeyDoc {
    /// The documentation of a key, in this spelling.
    pub fn of(name: &str) -> Option<&'static KeyDoc> {
        KEY_DOCS.iter().find(|key| key.name == name)
    }

    /// Whether it is a key of the root alone.
    pub fn is_of_root_alone(&self) -> bool {
        ROOT_KEYS.contains(&self.name)
    }

    /// Those that host tables have.
    pub fn of_host_tables() -> impl Iterator<Item = &'static KeyDoc> {
        KEY_DOCS.iter().filter(|key| HOST_KEYS.contains(&key.name))
    }

    /// The text, with the releases that read the key.
    pub fn description(&self) -> String {
        match self.since {
            Some(since) => format!("{}\n\nRead by containerd {since}.", self.text),
            None => self.text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::containerd::Release;
    use crate::facts::keys::is_known_to;

    #[test]
    fn every_key_of_the_model_is_documented_and_no_other() {
        let documented = KEY_DOCS.map(|key| key.name);
        let known: Vec<&str> = ROOT_KEYS.into_iter().chain(HOST_KEYS).collect();
        assert_eq!(documented.as_slice(), known);
    }

    #[test]
    fn the_first_release_that_reads_a_key_is_the_models() {
        for key in KEY_DOCS {
            let is_read = |release: &str| is_known_to(release.parse().unwrap(), key.name);
            match key.since {
                None => assert!(Release::newest().all(|release| is_known_to(release, key.name))),
                Some("1.6.0 and later") => assert!(is_read("1.6.0") && !is_read("1.5.18")),
                Some("2.0.7 and later") => assert!(is_read("2.0.7") && !is_read("2.0.6")),
                Some(other) => panic!("{other}: say here which releases these are"),
            }
        }
    }
}
