//! What follows when an endpoint fails: real pulls by running daemons.
//!
//! A server's name says how it behaves (`fixtures/conformance/README.md`); a pull is played with that, and has to make
//! the recorded requests after each failure, and to end as the recorded pull did, with its error text.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use certsd_lint::containerd::failures::{End, Play, Question, Reply, UNKNOWN, default_pull, play};
use certsd_lint::containerd::{Endpoint, Reference, Verdict, load, reference};
use serde::Deserialize;

use super::memory::{Memory, ROOT};
use super::vectors::{Case, Content, assert_none};

/// A recorded pull.
#[derive(Deserialize)]
pub struct Recorded {
    pub id: String,
    pub image: String,
    files: BTreeMap<String, Option<Content>>,
    pub runs: Vec<Run>,
    /// The credentials of the pull.
    auth: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub struct Run {
    releases: Vec<String>,
    pulled: bool,
    /// The HEAD requests, repeats folded.
    resolve: Vec<String>,
    /// For each digest the endpoints asked, each distinct chain once.
    asked: Vec<Vec<String>>,
    pub error: Option<String>,
}

pub fn read() -> Vec<Recorded> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/conformance/live.jsonl");
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The tree of a case, the certificates beside it.
fn files(recorded: &Recorded) -> Memory {
    let pki = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/conformance/live-pki");
    let mut case: Case = Case {
        id: recorded.id.clone(),
        host: String::new(),
        image: recorded.image.clone(),
        files: BTreeMap::new(),
        expect: Vec::new(),
    };
    for entry in fs::read_dir(pki).unwrap() {
        let entry = entry.unwrap();
        let text = fs::read_to_string(entry.path()).unwrap();
        let name = format!(".pki/{}", entry.file_name().to_string_lossy());
        case.files.insert(name, Some(Content::Text(text)));
    }
    for (name, content) in &recorded.files {
        let content = content.as_ref().map(|content| {
            let text = String::from_utf8(content.bytes()).unwrap();
            Content::Text(text.replace("$PKI", &format!("{ROOT}/.pki")))
        });
        case.files.insert(name.clone(), content);
    }
    Memory::new(&case)
}

/// What a server does, by its name and by what the endpoint brings along.
fn reply(endpoint: &Endpoint, reference: &Reference, has_credentials: bool) -> Reply {
    let (name, port) = match endpoint.host.split_once(':') {
        Some((name, port)) => (name, port),
        None => (endpoint.host.as_str(), ""),
    };
    let trusts = |file: &str| {
        let cas = endpoint.tls.ca.iter().flatten();
        endpoint.skips_verification() || cas.into_iter().any(|ca| ca.ends_with(file))
    };
    let issued = |reply| match trusts("/ca.pem") || trusts("ca.crt") {
        true => reply,
        false => Reply::UnknownAuthority,
    };
    let has_image = |images: &[&str]| match images.contains(&reference.repository.as_str()) {
        true => Reply::Serves,
        false => Reply::Status(404),
    };
    match name.split('.').next().unwrap_or_default() {
        "s404" | "s404none" | "empty" => Reply::Status(404),
        "s429" => Reply::Status(429),
        "s500" => Reply::Status(500),
        "s502" => Reply::Status(502),
        "s503" => Reply::Status(503),
        "s401" => Reply::Status(401),
        "slow" if port == "7443" => Reply::Reset,
        "down" => Reply::Refused,
        "html" => Reply::WebPage,
        "reg" => Reply::NoName,
        "plain" if endpoint.scheme == "https" => Reply::PlainHttp,
        "wrongname" if !endpoint.skips_verification() => issued(Reply::WrongName),
        "self" if !endpoint.skips_verification() => issued(Reply::CommonName),
        "expired" if !endpoint.skips_verification() => issued(Reply::Expired),
        "mtls" => {
            let is_client = |(file, _): &(String, String)| {
                file.ends_with("/client.pem") || file.ends_with("client.cert")
            };
            match endpoint.tls.client.iter().any(is_client) {
                true => Reply::Serves,
                false => issued(Reply::ClientCertificate),
            }
        }
        "auth" | "token" if !has_credentials => Reply::Status(401),
        "tls" => issued(has_image(&["app", "library/app"])),
        "mirror-b" => issued(has_image(&["app", "onlyb"])),
        _ => has_image(&["app", "library/app"]),
    }
}

#[test]
fn every_pull_goes_on_and_ends_as_recorded() {
    let (mut contradictions, mut outcomes, mut errors, mut failures) = (Vec::new(), 0, 0, 0);
    for recorded in read() {
        let files = files(&recorded);
        for run in &recorded.runs {
            for release in &run.releases {
                let release = release.parse().unwrap();
                let reference = reference::parse(release, &recorded.image).unwrap();
                let outcome = load(release, &files, ROOT, &reference.host);
                outcomes += 1;
                if outcome.verdict == Verdict::PullsFail {
                    let was_asked = !run.resolve.is_empty() || !run.asked.is_empty();
                    if was_asked || run.pulled {
                        contradictions.push(format!("{} [{release}] pulls fail", recorded.id));
                    }
                    continue;
                }
                let endpoints = outcome.endpoints();
                let has_credentials = recorded.auth.is_some();
                let answer =
                    |index: usize, _| reply(&endpoints[index], &reference, has_credentials);
                let pull = default_pull(release);
                let played = play(release, pull, &reference, endpoints, &answer);
                failures += played.asked.len();
                errors += usize::from(run.error.is_some());
                if let Err(why) = compare(&played, endpoints, run) {
                    contradictions.push(format!("{} [{release}] {why}", recorded.id));
                }
            }
        }
    }
    assert!(outcomes > 350 && errors > 100 && failures > 1000);
    assert_none(&contradictions, outcomes);
}

fn compare(played: &Play, endpoints: &[Endpoint], run: &Run) -> Result<(), String> {
    let of = |question| {
        let asked = played.asked.iter();
        asked.filter(move |asked| asked.question == question)
    };
    let mut heads: Vec<String> = Vec::new();
    for asked in of(Question::Resolve).filter(|asked| asked.request.method == "HEAD") {
        let line = format!("HEAD {}", asked.request.url);
        // The recording folds repeats: a host table and the server with one URL.
        if heads.last() != Some(&line) {
            heads.push(line);
        }
    }
    if heads != run.resolve {
        return Err(format!("{heads:?}\n  not {:?}", run.resolve));
    }
    for question in [Question::Manifest, Question::Layer] {
        let mut chain: Vec<String> = Vec::new();
        for asked in of(question) {
            let url = &asked.request.url;
            let (path, query) = url.split_once('?').unwrap_or((url, ""));
            let base = path
                .split("/manifests/")
                .next()
                .and_then(|path| path.split("/blobs/").next())
                .unwrap();
            let query = if query.is_empty() {
                ""
            } else {
                &url[path.len()..]
            };
            let endpoint = format!("{base}{query}");
            if chain.last() != Some(&endpoint) {
                chain.push(endpoint);
            }
        }
        if !chain.is_empty() && !run.asked.contains(&chain) {
            return Err(format!("{question:?} {chain:?}\n  not {:?}", run.asked));
        }
    }
    match (&played.end, &run.error, run.pulled) {
        (End::Pulled { layers, .. }, None, true) => {
            let chains = run.asked.iter();
            let last = chains.filter_map(|chain| chain.last());
            let host = &endpoints[*layers].host;
            match last.into_iter().all(|url| url.contains(host.as_str())) {
                true => Ok(()),
                false => Err(format!("served by {host}, not as in {:?}", run.asked)),
            }
        }
        (End::Fails(ours), Some(theirs), false) if fits(ours, theirs) => Ok(()),
        (ours, theirs, _) => Err(format!("{ours:?}\n  not {theirs:?}")),
    }
}

/// Whether a text is another but for what is unknown in it.
fn fits(pattern: &str, text: &str) -> bool {
    let parts: Vec<&str> = pattern.split(UNKNOWN).collect();
    let Some(mut rest) = text.strip_prefix(parts[0]) else {
        return false;
    };
    for (place, part) in parts.iter().enumerate().skip(1) {
        if part.is_empty() && place + 1 == parts.len() {
            return true;
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

#[test]
fn what_is_unknown_fits_anything_and_the_rest_only_itself() {
    assert!(fits(
        "dial tcp …: refused",
        "dial tcp 127.0.0.1:443: refused"
    ));
    assert!(fits("403 …", "403 Forbidden"));
    assert!(!fits(
        "dial tcp …: refused",
        "dial tcp 127.0.0.1:443: reset"
    ));
    assert!(!fits("not found", "not found, really"));
}
