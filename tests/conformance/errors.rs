//! Error texts: each recorded one is read back, and names the part of the pull, the cause and the endpoint.

use std::collections::BTreeSet;

use certsd_lint::containerd::Release;
use certsd_lint::containerd::error_text::{Others, Part, others, read};

use super::live;

/// What a recorded case ends with: the cause, and the endpoint that the text names.
const ENDS: &[(&str, &str, Option<&str>)] = &[
    ("live-18-html200", "web-page", None),
    ("live-45-server-is-mirror", "not-found", None),
    ("live-51-ca-missing", "ca-unreadable", None),
    ("live-51b-ca-missing-on-last", "ca-unreadable", None),
    ("live-56-hosts-is-dir", "hosts-toml-is-directory", None),
    ("live-56b-ns-is-file", "namespace-is-file", None),
    ("live-67-userinfo", "no-credentials", None),
    ("live-75-not-found-anywhere", "not-found", None),
    ("live-76-401-then-404", "no-credentials", None),
    ("live-77-404-then-401", "no-credentials", None),
    ("live-79-refused-then-404", "refused", Some("down.example")),
    ("live-80-404-then-refused", "refused", Some("down.example")),
    (
        "live-81-500-then-unknownca",
        "server-error",
        Some("s500.example"),
    ),
    (
        "live-83-wrongname-only",
        "wrong-name",
        Some("wrongname.example"),
    ),
    ("live-84-expired-only", "expired", Some("expired.example")),
    (
        "live-88-mtls-none-only",
        "client-certificate-refused",
        Some("mtls.example"),
    ),
    (
        "live-89-mtls-badca-only",
        "client-certificate-refused",
        Some("mtls.example"),
    ),
    ("live-91-only-401", "no-credentials", None),
    (
        "live-91-only-429",
        "too-many-requests",
        Some("s429.example"),
    ),
    ("live-91-only-500", "server-error", Some("s500.example")),
    ("live-91-only-503", "unavailable", Some("s503.example")),
    ("live-93-refused-only", "refused", Some("down.example")),
    ("live-96-other-ca", "unknown-authority", Some("tls.example")),
];

#[test]
fn every_recorded_error_is_explained() {
    let (mut texts, mut wrong) = (BTreeSet::new(), Vec::new());
    for recorded in live::read() {
        for run in &recorded.runs {
            let Some(text) = &run.error else { continue };
            texts.insert(text.clone());
            let end = ENDS.iter().find(|(id, ..)| *id == recorded.id);
            let (_, cause, host) = end.unwrap_or_else(|| panic!("{}", recorded.id));
            let is_hidden = text.ends_with(&format!("{}: not found", recorded.image));
            // A 404 hides the rest on 2.x; before 1.6.25, 401 is a status like any other.
            let (cause, host) = match (is_hidden, text.contains("pulling from host ")) {
                (true, _) => ("not-found", None),
                (_, true) if *cause == "no-credentials" => {
                    let host = text.split("pulling from host ").nth(1).unwrap();
                    ("unauthorized", host.split(' ').next())
                }
                _ => (*cause, *host),
            };
            for text in [text.clone(), event(&recorded.image, text), logged(text)] {
                let Some(read) = read(&text) else {
                    wrong.push(format!("unknown: {text}"));
                    continue;
                };
                let part = match () {
                    () if text.contains("unable to read") || text.contains("hosts.toml") => {
                        Part::Tree
                    }
                    () if text.contains("media type") => Part::Unpack,
                    () => Part::Resolve,
                };
                let is = (read.cause.id, read.host.as_deref(), read.part);
                if is != (cause, host, Some(part)) {
                    wrong.push(format!("{is:?}, not {:?}: {text}", (cause, host, part)));
                }
            }
        }
    }
    assert!(texts.len() > 40, "{}", texts.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// As `kubectl describe pod` shows it.
fn event(image: &str, text: &str) -> String {
    format!("Failed to pull image \"{image}\": rpc error: code = Unknown desc = {text}")
}

/// As the journal has it.
fn logged(text: &str) -> String {
    let text = text.replace('"', "\\\"");
    format!("time=\"2026-11-30T18:00:00Z\" level=error msg=\"PullImage failed\" error=\"{text}\"")
}

#[test]
fn what_is_hidden_depends_on_the_release() {
    let local = "failed to pull and unpack image \"r.example/a:1\": failed to resolve reference \"r.example/a:1\": ";
    let transfer = "failed to pull and unpack image \"r.example/a:1\": failed to resolve image: ";
    let not_found = "r.example/a:1: not found";
    let status =
        "unexpected status from HEAD request to https://m.example/v2/a/manifests/1: 403 Forbidden";
    let refused = "failed to do request: Head \"https://m.example/v2/a/manifests/1\": dial tcp 10.0.0.1:443: connect: connection refused";
    let (old, new) = (Release::new(1, 7, 34), Release::new(2, 0, 11));
    for (start, end, release, want) in [
        (local, not_found, Some(old), Others::AllNotFound),
        (local, not_found, Some(new), Others::OneNotFound),
        (local, not_found, None, Others::Unknown),
        (transfer, not_found, None, Others::OneNotFound),
        (local, refused, Some(old), Others::First),
        (transfer, refused, None, Others::NoStatus),
        (transfer, status, None, Others::FirstStatus),
        (local, status, Some(old), Others::First),
    ] {
        let read = read(&format!("{start}{end}")).unwrap();
        assert_eq!(others(&read, release), want, "{start}{end}");
    }
}

#[test]
fn lines_of_the_log_name_their_endpoint() {
    let line = "level=info msg=\"trying next host\" error=\"failed to do request: Head \\\"https://m.example:5000/v2/a/manifests/1?ns=docker.io\\\": dial tcp: lookup m.example on 10.0.0.10:53: no such host\" host=\"m.example:5000\"";
    let known = read(line).unwrap();
    assert_eq!(
        (known.cause.id, known.host.as_deref()),
        ("no-such-host", Some("m.example:5000"))
    );
    assert_eq!(others(&known, None), Others::None);
    let line = "level=error msg=\"cancel pulling image docker.io/library/a:1 because of no progress in 5m0s\"";
    let known = read(line).unwrap();
    assert_eq!(
        (known.cause.id, known.image.as_deref()),
        ("no-progress", Some("docker.io/library/a:1"))
    );
}

#[test]
fn what_is_not_known_is_not_explained() {
    for text in [
        "",
        "not found",
        "container \"a\" not found",
        "Back-off pulling image \"nginx\"",
        "exec format error",
        "no space left on device",
        "failed to pull and unpack image \"a\": failed to extract layer: whatever: 403 bytes",
        "some program: 500 lines",
        "x509",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}
