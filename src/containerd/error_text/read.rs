//! Reading a text: the part of the pull, the image and the endpoint that it names.

use super::causes::{Cause, names_a_request};
use super::part::Part;

/// The contents of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The part of the pull, where the text names it.
    pub part: Option<Part>,
    /// Why it failed.
    pub cause: &'static Cause,
    /// The image that was pulled, where the text names it.
    pub image: Option<String>,
    /// The host that the text names, with its port where it has one.
    pub host: Option<String>,
    /// The URL that the text names.
    pub url: Option<String>,
    /// The status that was answered.
    pub status: Option<u16>,
    /// The file that the text names.
    pub file: Option<String>,
    /// The host is that of a token server, and not of an endpoint.
    pub is_token_server: bool,
    /// A line of the log, which is about one endpoint and hides none.
    pub is_log: bool,
    /// Written by the transfer service: 2.1 or later.
    pub is_transfer: bool,
    /// The words that only 1.x before 1.6.25 has.
    pub is_old: bool,
}

/// Reads one error; `None` where it is not known.
pub fn read(text: &str) -> Option<Read> {
    // Logs quote what is quoted in the message.
    let text = text.replace("\\\"", "\"");
    let text = text.trim();
    let image = image(text);
    let cause = match Cause::of(text) {
        Some(cause) => cause,
        None if is_not_found(text, image.as_deref()) => Cause::not_found(),
        None => return None,
    };
    let url = url(text);
    let is_log = [
        "msg=\"trying next host",
        "msg=\"fetch failed",
        "msg=trying",
        "cancel pulling image ",
    ]
    .iter()
    .any(|mark| text.contains(mark))
        || text.contains("failed to decode ");
    let host = url
        .as_deref()
        .and_then(host_of)
        .or_else(|| after(text, "pulling from host ", ' '))
        .or_else(|| is_log.then(|| field(text, "host")).flatten())
        .or_else(|| name_of_lookup(text));
    Some(Read {
        part: cause.part.or_else(|| part(text)),
        image,
        host,
        url,
        status: status(text),
        file: file(text, cause),
        is_token_server: cause.id.starts_with("token"),
        is_log,
        is_transfer: text.contains("failed to resolve image: "),
        is_old: text.contains("pulling from host "),
        cause,
    })
}

/// `docker.io/library/nginx:1: not found`, at the end of the text.
fn is_not_found(text: &str, image: Option<&str>) -> bool {
    let text = text.trim_end_matches('"');
    let end = match image {
        Some(image) => text.ends_with(&format!("{image}: not found")),
        None => false,
    };
    end && (text.contains("failed to resolve ") || text.contains("failed to pull"))
}

fn part(text: &str) -> Option<Part> {
    let marks = [
        ("failed to resolve ", Part::Resolve),
        ("failed to copy: httpReadSeeker", Part::Fetch),
        ("failed to do request: Head \"", Part::Resolve),
        ("HEAD request to ", Part::Resolve),
        ("failed to copy: ", Part::Fetch),
        ("failed commit on ref ", Part::Fetch),
        ("failed to do request: Get \"", Part::Fetch),
        ("failed to do request: Put \"", Part::Push),
        ("failed to do request: Post \"", Part::Push),
        ("failed to unpack image", Part::Unpack),
        ("get image config descriptor", Part::Unpack),
    ];
    let found = marks.iter().find(|(mark, _)| text.contains(mark));
    found.map(|(_, part)| *part)
}

/// The image in `pull and unpack image "…"`, or in the words of the kubelet and the log.
fn image(text: &str) -> Option<String> {
    [
        "pull and unpack image \"",
        "failed to resolve reference \"",
        "failed to pull image \"",
        "Failed to pull image \"",
        "PullImage \"",
    ]
    .iter()
    .find_map(|mark| after(text, mark, '"'))
    .or_else(|| after(text, "cancel pulling image ", ' '))
    .or_else(|| unquoted(text))
}

/// The image in `failed to resolve image: REFERENCE: not found`, where nothing else names it.
fn unquoted(text: &str) -> Option<String> {
    let rest = text.split_once("failed to resolve image: ")?.1;
    let name = rest.split(": not found").next()?;
    let is_name = rest.len() > name.len() && name.contains('/') && !name.contains(' ');
    is_name.then(|| name.to_owned())
}

/// The URL of the request that failed.
fn url(text: &str) -> Option<String> {
    for mark in ["Head \"", "Get \"", "Post \"", "Put \"", "Patch \""] {
        if let Some(url) = after(text, mark, '"') {
            return is_url(&url).then_some(url);
        }
    }
    let marks = [
        " request to ",
        "unexpected status code ",
        "unexpected HEAD status code ",
        "content at ",
    ];
    let found = marks.iter().find_map(|mark| after(text, mark, ' '));
    if let Some(url) = found.map(|url| url.trim_end_matches(':').to_owned()) {
        return is_url(&url).then_some(url);
    }
    field(text, "url").filter(|url| is_url(url))
}

fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn host_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?;
    (!host.is_empty()).then(|| host.to_owned())
}

/// The host in `lookup HOST on SERVER: no such host`.
fn name_of_lookup(text: &str) -> Option<String> {
    let rest = text.split("lookup ").nth(1)?;
    let name = rest.split([' ', ':']).next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// A field of a line of the log: `host=mirror.internal`, `url="https://…"`.
fn field(text: &str, name: &str) -> Option<String> {
    let mark = format!(" {name}=");
    let rest = text.split_once(&mark)?.1;
    let value = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split_whitespace().next(),
    };
    value.filter(|value| !value.is_empty()).map(str::to_owned)
}

fn after(text: &str, mark: &str, end: char) -> Option<String> {
    let rest = text.split_once(mark)?.1;
    let value = rest.split(end).next()?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// The status in `…: 403 Forbidden`.
fn status(text: &str) -> Option<u16> {
    if !names_a_request(text) {
        return None;
    }
    let found = text.rmatch_indices(": ").find_map(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        let digits: &str = rest.get(..3)?;
        let is_alone = matches!(rest.as_bytes().get(3), None | Some(b' ' | b'"'));
        (is_alone && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())
    });
    found.flatten()
}

/// The file in `unable to read CA cert "P"`, or the hosts.toml that is named.
fn file(text: &str, cause: &Cause) -> Option<String> {
    let mark = cause.marks.first()?;
    if mark.ends_with('"') {
        return after(text, mark, '"');
    }
    let at = text.find("/hosts.toml")?;
    let start = text[..at].rfind([' ', '"']).map_or(0, |space| space + 1);
    Some(text[start..at + "/hosts.toml".len()].to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn errors_of_every_day_are_read() {
        for (text, cause, host) in [
            (
                "Failed to pull image \"nginx\": rpc error: code = Unknown desc = failed to pull and unpack image \"docker.io/library/nginx:latest\": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/sha256:1: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.",
                "too-many-requests",
                Some("registry-1.docker.io"),
            ),
            (
                "failed to pull and unpack image \"ghcr.io/a/b:1\": failed to resolve reference \"ghcr.io/a/b:1\": failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://ghcr.io/token: 401 Unauthorized",
                "token-failed",
                Some("ghcr.io"),
            ),
            (
                "failed to authorize: failed to fetch anonymous token: Get \"https://auth.docker.io/token?scope=x\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
                "token-certificate",
                Some("auth.docker.io"),
            ),
            (
                "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
                "insufficient-scope",
                None,
            ),
            (
                "ctr: failed to resolve image: docker.io/library/nosuch:1: not found",
                "not-found",
                None,
            ),
            (
                "time=\"2026-11-30T18:00:00Z\" level=warning msg=\"failed to decode /etc/containerd/certs.d/docker.io/hosts.toml\" error=\"toml: invalid\"",
                "hosts-toml-ignored",
                None,
            ),
        ] {
            let read = read(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (read.cause.id, read.host.as_deref()),
                (cause, host),
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_is_named() {
        let read = read(
            "failed to resolve image: read /etc/containerd/certs.d/a/hosts.toml: is a directory",
        )
        .unwrap();
        assert_eq!(
            read.file.as_deref(),
            Some("/etc/containerd/certs.d/a/hosts.toml")
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|[ :\"=/]|failed to |request to |: 404 |lookup |hosts.toml|Head \"|not found){0,40}") {
            let _ = read(&text);
        }
    }
}
