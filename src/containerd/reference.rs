//! Image references, as containerd's CRI plugin reads them before a pull.
//!
//! The grammar is that of `github.com/distribution/reference` (`ParseDockerRef`), which containerd
//! carried as a copy of its own up to 1.6: there, IPv6 hosts are unknown, and a first part with
//! upper-case letters is not a host.

use std::fmt;

use super::release::Release;

/// The host that names without a host are looked up at.
const DEFAULT_DOMAIN: &str = "docker.io";

/// An old name of [`DEFAULT_DOMAIN`]; both are looked up under the new one.
const LEGACY_DEFAULT_DOMAIN: &str = "index.docker.io";

/// Names may have this many bytes.
const MAX_NAME: usize = 255;

/// Tags may have this many.
const MAX_TAG: usize = 128;

/// An image reference in full: host, repository, and either a tag or a digest.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The registry host: the namespace that is looked up below the config path.
    pub host: String,
    /// The repository, without the host: `library/nginx`.
    pub repository: String,
    /// The tag or digest in it.
    pub object: Object,
}

/// The object that a reference names in its repository.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Object {
    /// A tag, `latest` where none is written.
    Tag(String),
    /// A digest. A tag beside it is dropped.
    Digest(String),
}

impl Object {
    /// The tag or digest alone.
    pub fn as_str(&self) -> &str {
        match self {
            Object::Tag(text) | Object::Digest(text) => text,
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = match self.object {
            Object::Tag(_) => ':',
            Object::Digest(_) => '@',
        };
        write!(
            f,
            "{}/{}{separator}{}",
            self.host,
            self.repository,
            self.object.as_str()
        )
    }
}

/// Why a text is not an image reference.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ReferenceError {
    /// Nothing at all.
    #[error("it is empty")]
    Empty,
    /// `https://…` and the like.
    #[error("an image reference has no scheme: leave out `{0}://`")]
    Scheme(String),
    /// 64 hexadecimal digits, which identify an image that is already present.
    #[error("64 hexadecimal digits are an image ID, which is never pulled")]
    Identifier,
    /// Upper-case letters outside host, tag and digest.
    #[error("the repository `{0}` contains upper-case letters")]
    UpperCase(String),
    /// A host that this release does not take for one.
    #[error("`{0}` is not a registry host")]
    Host(String),
    /// A part of the path that the grammar does not know.
    #[error(
        "`{0}` is not a valid part of a repository name: lower-case letters and digits, with single `.` or `_`, `__` or `-` between them"
    )]
    PathPart(String),
    /// Two slashes in a row, or one at the end.
    #[error("a part of the repository name is empty")]
    EmptyPathPart,
    /// A colon without a tag behind it.
    #[error("a tag is missing after `:`")]
    EmptyTag,
    /// A tag that the grammar does not know.
    #[error(
        "`{0}` is not a valid tag: letters, digits, `_`, and after the first character also `.` and `-`"
    )]
    Tag(String),
    /// A tag of too many characters.
    #[error("the tag has {0} characters, and at most 128 are allowed")]
    TagTooLong(usize),
    /// The text after `@` is not a digest that containerd can check.
    #[error(
        "`{0}` is not a valid digest: sha256, sha384 or sha512, a colon, and 64, 96 or 128 lower-case hexadecimal digits"
    )]
    Digest(String),
    /// A name of too many bytes.
    #[error("the name has {0} bytes, and at most 255 are allowed")]
    NameTooLong(usize),
}

/// Reads an image reference as the CRI plugin of this release does.
pub fn parse(release: Release, text: &str) -> Result<Reference, ReferenceError> {
    if text.is_empty() {
        return Err(ReferenceError::Empty);
    }
    if let Some((scheme, _)) = text.split_once("://") {
        return Err(ReferenceError::Scheme(scheme.to_owned()));
    }
    if text.len() == 64 && text.bytes().all(is_lower_hex) {
        return Err(ReferenceError::Identifier);
    }
    let (domain, rest) = split_domain(release, text);
    let (name, digest) = match rest.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (rest.as_str(), None),
    };
    let (path, tag) = split_tag(name);
    if path.chars().any(char::is_uppercase) {
        return Err(ReferenceError::UpperCase(path.to_owned()));
    }
    path.split('/').try_for_each(check_path_part)?;
    // A name that is not a host may still be the first part of a path: `reg_x.internal/app` is a name without
    // a host in the grammar, and is pulled from `reg_x.internal` nevertheless.
    if !is_host(release, domain) && !is_path_part(domain) {
        return Err(ReferenceError::Host(domain.to_owned()));
    }
    if let Some(tag) = tag {
        check_tag(tag)?;
    }
    if let Some(digest) = digest.filter(|digest| !is_digest(digest)) {
        return Err(ReferenceError::Digest(digest.to_owned()));
    }
    // Newer releases count the path alone, unless the host is part of it in the grammar.
    let length = if release.newer_references() && is_host(release, domain) {
        path.len()
    } else {
        domain.len() + 1 + path.len()
    };
    if length > MAX_NAME {
        return Err(ReferenceError::NameTooLong(length));
    }
    Ok(Reference {
        host: domain.to_owned(),
        repository: path.to_owned(),
        object: match digest {
            Some(digest) => Object::Digest(digest.to_owned()),
            None => Object::Tag(tag.unwrap_or("latest").to_owned()),
        },
    })
}

/// The host of a reference and what follows it, with the defaults of Docker Hub filled in.
fn split_domain(release: Release, text: &str) -> (&str, String) {
    let first = text.split_once('/').filter(|(first, _)| {
        first.contains(['.', ':'])
            || *first == "localhost"
            || release.newer_references() && first.chars().any(char::is_uppercase)
    });
    let (domain, rest) = match first {
        Some((LEGACY_DEFAULT_DOMAIN, rest)) => (DEFAULT_DOMAIN, rest),
        Some((domain, rest)) => (domain, rest),
        None => (DEFAULT_DOMAIN, text),
    };
    if domain == DEFAULT_DOMAIN && !rest.contains('/') {
        (domain, format!("library/{rest}"))
    } else {
        (domain, rest.to_owned())
    }
}

/// The tag is behind the first colon of the last part.
fn split_tag(name: &str) -> (&str, Option<&str>) {
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[last..].find(':') {
        Some(colon) => (&name[..last + colon], Some(&name[last + colon + 1..])),
        None => (name, None),
    }
}

fn check_path_part(part: &str) -> Result<(), ReferenceError> {
    match part {
        "" => Err(ReferenceError::EmptyPathPart),
        _ if is_path_part(part) => Ok(()),
        _ => Err(ReferenceError::PathPart(part.to_owned())),
    }
}

/// Runs of lower-case letters and digits, joined by `.`, `_`, `__` or any number of `-`.
fn is_path_part(part: &str) -> bool {
    let mut rest = part;
    loop {
        let word = run(rest, |c| matches!(c, 'a'..='z' | '0'..='9'));
        rest = &rest[word.len()..];
        if word.is_empty() || rest.is_empty() {
            return !word.is_empty();
        }
        let joint = run(rest, |c| matches!(c, '.' | '_' | '-'));
        if !matches!(joint, "." | "_" | "__") && !joint.bytes().all(|b| b == b'-') {
            return false;
        }
        rest = &rest[joint.len()..];
    }
}

/// The longest beginning of `text` that is made of such characters.
fn run(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !belongs(c)).unwrap_or(text.len())]
}

fn check_tag(tag: &str) -> Result<(), ReferenceError> {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let Some(first) = tag.bytes().next() else {
        return Err(ReferenceError::EmptyTag);
    };
    if !word(first) || !tag.bytes().all(|b| word(b) || b == b'.' || b == b'-') {
        return Err(ReferenceError::Tag(tag.to_owned()));
    }
    if tag.len() > MAX_TAG {
        return Err(ReferenceError::TagTooLong(tag.len()));
    }
    Ok(())
}

/// A DNS name, an IPv4 address or, in brackets and from 1.7, hexadecimal digits and colons; with or
/// without a port.
fn is_host(release: Release, text: &str) -> bool {
    let (host, port) = match text.rfind(':') {
        Some(colon) if !text[colon..].contains(']') => (&text[..colon], Some(&text[colon + 1..])),
        _ => (text, None),
    };
    let port_is_sound =
        port.is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let host_is_sound = match address {
        Some(address) => {
            release.newer_references()
                && !address.is_empty()
                && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':')
        }
        None => host.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        }),
    };
    port_is_sound && host_is_sound
}

/// The algorithms that containerd is built with, each with its length.
fn is_digest(text: &str) -> bool {
    let length = match text.split_once(':') {
        Some(("sha256", _)) => 64,
        Some(("sha384", _)) => 96,
        Some(("sha512", _)) => 128,
        _ => return false,
    };
    let digits = &text["sha256:".len()..];
    digits.len() == length && digits.bytes().all(is_lower_hex)
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Release = Release::new(1, 6, 39);
    const NEW: Release = Release::new(2, 3, 4);
    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn full(release: Release, text: &str) -> String {
        match parse(release, text) {
            Ok(reference) => reference.to_string(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn fills_in_what_is_left_out() {
        for (text, want) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("index.docker.io/nginx:1", "docker.io/library/nginx:1"),
            ("docker.io", "docker.io/library/docker.io:latest"),
            ("myhost/app", "docker.io/myhost/app:latest"),
            ("localhost/app", "localhost/app:latest"),
            ("reg.internal:5000/a/b:v1", "reg.internal:5000/a/b:v1"),
            ("reg_x.internal/app", "reg_x.internal/app:latest"),
            ("REG.internal/app", "REG.internal/app:latest"),
            ("a__b", "docker.io/library/a__b:latest"),
            ("a---b/c", "docker.io/a---b/c:latest"),
        ] {
            assert_eq!(full(NEW, text), want, "{text}");
            assert_eq!(full(OLD, text), want, "{text}");
        }
    }

    #[test]
    fn a_digest_drops_the_tag() {
        let want = format!("docker.io/library/nginx@{DIGEST}");
        assert_eq!(full(NEW, &format!("nginx:1@{DIGEST}")), want);
        assert_eq!(full(NEW, &format!("nginx@{DIGEST}")), want);
    }

    #[test]
    fn newer_releases_know_more_hosts() {
        for (text, want) in [
            ("[fd00::1]:5000/app", "[fd00::1]:5000/app:latest"),
            ("[::1]/app", "[::1]/app:latest"),
            ("Reg/app", "Reg/app:latest"),
        ] {
            assert_eq!(full(NEW, text), want);
            assert!(parse(OLD, text).is_err(), "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        use ReferenceError::*;
        let text = |text: &str| text.to_owned();
        for (reference, want) in [
            ("", Empty),
            ("https://docker.io/nginx", Scheme(text("https"))),
            (&"0123456789abcdef".repeat(4), Identifier),
            ("reg.internal/App", UpperCase(text("App"))),
            ("reg.internal:abc/app", Host(text("reg.internal:abc"))),
            ("reg.internal./app", Host(text("reg.internal."))),
            ("foo//bar", EmptyPathPart),
            ("docker.io/", EmptyPathPart),
            ("a___b", PathPart(text("a___b"))),
            ("-a/b", PathPart(text("-a"))),
            (" nginx", PathPart(text(" nginx"))),
            ("nginx:", EmptyTag),
            ("nginx:1 ", Tag(text("1 "))),
            (&format!("nginx:{}", "x".repeat(129)), TagTooLong(129)),
            (
                "nginx@md5:00000000000000000000000000000000",
                Digest(text("md5:00000000000000000000000000000000")),
            ),
            (
                &format!("nginx@{}", DIGEST.to_uppercase()),
                Digest(DIGEST.to_uppercase()),
            ),
            (&format!("reg.io/{}", "x".repeat(256)), NameTooLong(256)),
        ] {
            assert_eq!(parse(NEW, reference), Err(want), "{reference}");
        }
    }

    #[test]
    fn the_host_counts_in_older_releases() {
        let name = format!("reg.io/{}", "x".repeat(255));
        assert!(parse(NEW, &name).is_ok());
        assert_eq!(parse(OLD, &name), Err(ReferenceError::NameTooLong(262)));
    }

    proptest::proptest! {
        #[test]
        fn never_panics_and_is_stable(text in "\\PC{0,40}") {
            for release in [OLD, NEW] {
                if let Ok(reference) = parse(release, &text) {
                    proptest::prop_assert_eq!(parse(release, &reference.to_string()), Ok(reference));
                }
            }
        }

        #[test]
        fn likely_texts_are_stable(text in "[a-zA-B._:/@\\[\\]0-9-]{0,30}") {
            for release in [OLD, NEW] {
                if let Ok(reference) = parse(release, &text) {
                    proptest::prop_assert_eq!(parse(release, &reference.to_string()), Ok(reference));
                }
            }
        }
    }
}
