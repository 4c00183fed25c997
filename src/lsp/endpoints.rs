//! The outcome of a host table or of `server`, release by release: for hovers and hints.

use std::fmt::Write;
use std::rc::Rc;

use crate::containerd::{Endpoint, Outcome, Release, Role, Verdict};
use crate::facts::NamespaceContext;
use crate::finding::words::{list, one_line, releases_in_words};
use crate::toml::Span;
use crate::toml::view;

/// The question.
#[derive(Debug, Clone, Copy)]
pub enum Written<'a> {
    /// A host table, by its name and the place of it.
    Table(&'a str, &'a Span),
    /// The root of the file.
    Server,
}

/// The outcome on some releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// The releases, oldest first.
    pub releases: Vec<Release>,
    /// Its place in the order, from 1, and of how many; the endpoint.
    pub endpoint: Result<Placed, String>,
}

/// An endpoint in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its place, from 1.
    pub place: usize,
    /// How many there are.
    pub of: usize,
    /// The endpoint, without the place where it is written.
    pub endpoint: Endpoint,
}

/// The outcomes, newest releases first; releases with the same outcome are together.
pub fn fates(context: &NamespaceContext<'_>, written: Written<'_>) -> Vec<Fate> {
    let mut fates: Vec<Fate> = Vec::new();
    for (release, outcome) in context.outcomes.iter().rev() {
        let endpoint = fate(context.text(), outcome, written);
        match fates.iter_mut().find(|fate| fate.endpoint == endpoint) {
            Some(fate) => fate.releases.insert(0, *release),
            None => fates.push(Fate {
                releases: vec![*release],
                endpoint,
            }),
        }
    }
    fates
}

fn fate(text: &str, outcome: &Rc<Outcome>, written: Written<'_>) -> Result<Placed, String> {
    let reason = || {
        outcome
            .reason()
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    match outcome.verdict {
        Verdict::Endpoints => {}
        Verdict::PullsFail => return Err(format!("every pull fails: {}", reason())),
        Verdict::Crash => return Err(format!("containerd panics: {}", reason())),
        Verdict::Unknown => return Err(format!("not known: {}", reason())),
    }
    if outcome.reason().is_some() {
        return Err(format!("containerd ignores this file: {}", reason()));
    }
    let endpoints = outcome.endpoints();
    let is_meant = |endpoint: &Endpoint| match (written, endpoint.role) {
        (Written::Server, role) => !matches!(role, Role::Host(_)),
        (Written::Table(name, span), Role::Host(_)) => endpoint.span.as_ref().is_some_and(|own| {
            own == span
                || text
                    .get(own.clone())
                    .is_some_and(|key| view::key(key).as_deref() == Some(name))
        }),
        (Written::Table(..), _) => false,
    };
    let place = endpoints.iter().position(is_meant);
    let place =
        place.ok_or_else(|| "not an endpoint: containerd does not see this table".to_owned())?;
    Ok(Placed {
        place: place + 1,
        of: endpoints.len(),
        endpoint: Endpoint {
            span: None,
            ..endpoints[place].clone()
        },
    })
}

/// The releases of a fate in words, where not all fare alike.
fn releases(fate: &Fate, context: &NamespaceContext<'_>) -> Option<String> {
    let targeted = context.releases();
    (fate.releases.len() < targeted.len()).then(|| releases_in_words(&fate.releases, &targeted))
}

/// The fates in Markdown.
pub fn markdown(fates: &[Fate], context: &NamespaceContext<'_>) -> String {
    let mut out = String::new();
    for fate in fates {
        if let Some(releases) = releases(fate, context) {
            let _ = writeln!(out, "containerd {releases}:\n");
        }
        match &fate.endpoint {
            Ok(placed) => describe(placed, context, &mut out),
            Err(why) => {
                let _ = writeln!(out, "{}\n", one_line(why));
            }
        }
    }
    out
}

fn describe(placed: &Placed, context: &NamespaceContext<'_>, out: &mut String) {
    let Placed {
        place,
        of,
        endpoint,
    } = placed;
    let order = match (place, of) {
        (1, 1) => "the only endpoint".to_owned(),
        (place, of) => format!("endpoint {place} of {of}"),
    };
    let _ = writeln!(out, "{order}: `{}`\n", code(&endpoint.url()));
    let words = endpoint.capabilities.words();
    let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    let _ = writeln!(out, "- may: {}", list(&words));
    let _ = writeln!(out, "- TLS: {}", tls(endpoint, context));
    let client = endpoint.tls.client.iter();
    let client: Vec<String> = client
        .map(|(certificate, _)| format!("`{}`", code(&context.tree.shown_node_path(certificate))))
        .collect();
    if !client.is_empty() {
        let _ = writeln!(out, "- client certificate: {}", list(&client));
    }
    let headers: Vec<String> = endpoint
        .header
        .keys()
        .map(|name| format!("`{}`", code(name)))
        .collect();
    if !headers.is_empty() {
        let _ = writeln!(out, "- sends the headers {}", list(&headers));
    }
    if let Some(timeout) = endpoint.dial_timeout {
        let seconds = timeout as f64 / 1e9;
        let _ = writeln!(out, "- waits {seconds} s for a connection");
    }
    out.push('\n');
}

fn tls(endpoint: &Endpoint, context: &NamespaceContext<'_>) -> String {
    if endpoint.scheme != "https" {
        return "none, requests are plain HTTP".to_owned();
    }
    let verified = match (&endpoint.tls.ca, endpoint.skips_verification()) {
        (_, true) => "any certificate is accepted".to_owned(),
        (Some(files), false) if !files.is_empty() => {
            let files: Vec<String> = files
                .iter()
                .map(|file| format!("`{}`", code(&context.tree.shown_node_path(file))))
                .collect();
            format!(
                "verified, {} and the CAs of the system are trusted",
                list(&files)
            )
        }
        _ => "verified by the CAs of the system".to_owned(),
    };
    match endpoint.http_fallback {
        true => format!("HTTPS is tried first, then plain HTTP; {verified}"),
        false => verified,
    }
}

/// A text that is allowed between backticks.
fn code(text: &str) -> String {
    one_line(text).replace('`', "'")
}
