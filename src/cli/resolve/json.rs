//! The answers as JSON. The contract is in `fixtures/conformance/README.md`; what it does not name
//! (`location`, `root`, `absent`, `shadowed`, `pull`, `local_pull`, `fingerprint`, `certificates`, `all`) is an addition.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Query, Resolution};
use super::certificates::CertificateFiles;
use super::config_path::{ConfigPath, NoLookup};
use super::found::FoundDirectory;
use super::secrets::{shown_value, without_password, without_userinfo};
use super::when::When;
use super::{after, played};
use crate::containerd::{Endpoint, HostsToml, Release, Request, Role, Verdict};
use crate::fleet;
use crate::go::duration;

/// The whole document.
pub fn document(
    resolutions: &[Resolution],
    config_path: &ConfigPath,
    whens: &[When],
    show_secrets: bool,
) -> Value {
    let writer = Writer {
        config_path,
        whens,
        show_secrets,
        certificates: CertificateFiles::default(),
    };
    let resolutions: Vec<Value> = resolutions.iter().map(|r| writer.resolution(r)).collect();
    let answers = resolutions.iter();
    let answers = answers.map(|r| (r["query"].as_str().unwrap_or_default(), &r["outcomes"]));
    json!({
        "version": 1,
        "fingerprint": fleet::of_answers(answers),
        "client": config_path.client.to_string(),
        "resolutions": resolutions,
    })
}

/// The reason for a node with `mirrors` in its config.toml.
const OLD_TABLES: &str = "the deprecated registry tables of config.toml decide where pulls go";

/// The reason for a node with a Windows path.
const WINDOWS: &str = "the config path is a Windows path, which is not checked";

struct Writer<'a> {
    config_path: &'a ConfigPath,
    whens: &'a [When],
    show_secrets: bool,
    certificates: CertificateFiles,
}

impl Writer<'_> {
    fn resolution(&self, resolution: &Resolution) -> Value {
        let (reference, namespace) = resolution.newest();
        // Releases that answer alike share one outcome: alike is what is printed alike.
        let mut outcomes: Vec<(Vec<Release>, Map<String, Value>)> = Vec::new();
        for (release, answer) in &resolution.answers {
            let mut outcome = self.answer(*release, answer);
            if let Some(own) = own_reference(answer, &resolution.query, reference.as_deref()) {
                outcome.insert("reference".to_owned(), own);
            }
            match outcomes.iter_mut().find(|(_, known)| *known == outcome) {
                Some((releases, _)) => releases.push(*release),
                None => outcomes.push((vec![*release], outcome)),
            }
        }
        let outcomes: Vec<Value> = outcomes
            .into_iter()
            .map(|(releases, outcome)| {
                let mut with_releases = Map::new();
                with_releases.insert("releases".to_owned(), json!(releases));
                with_releases.extend(outcome);
                let mut outcome = Value::Object(with_releases);
                outcome["fingerprint"] = json!(fleet::of_plan(&outcome));
                outcome
            })
            .collect();
        json!({
            "query": resolution.query.text(),
            "namespace": namespace,
            "reference": reference,
            "outcomes": outcomes,
        })
    }

    fn answer(&self, release: Release, answer: &Answer) -> Map<String, Value> {
        let value = match answer {
            Answer::NoReference(error) => json!({
                "directory": null,
                "hosts_toml": null,
                "reason": null,
                "result": "invalid_reference",
                "error": error.to_string(),
                "endpoints": [],
            }),
            Answer::NoLookup { why, .. } => {
                let (result, error) = match why {
                    NoLookup::NoCri(why) => ("pulls_fail", why.as_str()),
                    NoLookup::OldTables => ("undetermined", OLD_TABLES),
                    NoLookup::Windows(_) => ("undetermined", WINDOWS),
                };
                json!({
                    "directory": null,
                    "hosts_toml": "absent",
                    "reason": null,
                    "result": result,
                    "error": error,
                    "endpoints": [],
                })
            }
            Answer::Found {
                by_default,
                by_local_pull,
                reference,
                ..
            } => {
                let mut value = self.found(by_default);
                if !by_default.outcome.endpoints().is_empty() {
                    value["after"] = after::json(release, by_default);
                }
                if let Some(reference) = reference.as_ref().filter(|_| !self.whens.is_empty()) {
                    value["played"] = played::json(release, by_default, reference, self.whens);
                }
                if let Some(local) = by_local_pull {
                    value["pull"] = json!("transfer");
                    value["local_pull"] = self.found(local);
                }
                value
            }
        };
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    fn found(&self, found: &FoundDirectory) -> Value {
        let outcome = &found.outcome;
        let text = outcome
            .reason()
            .map(|p| without_userinfo(&p.to_string(), self.show_secrets).into_owned());
        let (reason, error) = match outcome.verdict {
            Verdict::Endpoints => (text, None),
            Verdict::PullsFail | Verdict::Crash | Verdict::Unknown => (None, text),
        };
        let endpoints: Vec<Value> = outcome
            .endpoints()
            .iter()
            .map(|e| self.endpoint(e, found))
            .collect();
        let mut value = json!({
            "directory": outcome.lookup.chosen,
            "hosts_toml": match outcome.hosts_toml {
                HostsToml::Loaded => "loaded",
                HostsToml::Ignored => "ignored",
                HostsToml::Empty => "empty",
                HostsToml::Absent => "absent",
            },
            "reason": reason,
            "result": match outcome.verdict {
                Verdict::Endpoints => "endpoints",
                Verdict::PullsFail => "pulls_fail",
                Verdict::Crash => "crash",
                Verdict::Unknown => "unknown",
            },
            "error": error,
            "location": found.location.as_ref().map(|location| json!({
                "path": location.path,
                "line": location.position.line,
                "column": location.position.column,
            })),
            "root": self.config_path.tree(found).map(|tree| tree.shown("")),
            "absent": outcome.lookup.absent,
            "shadowed": outcome.lookup.shadowed,
            "endpoints": endpoints,
        });
        if let Some(requests) = &found.requests {
            let list = |requests: &[Request]| -> Vec<String> {
                requests
                    .iter()
                    .map(|request| self.request(request, outcome.endpoints().get(request.endpoint)))
                    .collect()
            };
            value["requests"] = json!({
                "resolve": list(&requests.resolve),
                "manifest": list(&requests.manifest),
                "fetch": list(&requests.fetch),
                "push": list(&requests.push),
            });
        }
        value
    }

    /// Method and URL. Headers that tear the request apart (a line break in a value) come after it, as in
    /// the recorded vectors: containerd makes the request, and Go refuses to send it.
    fn request(&self, request: &Request, endpoint: Option<&Endpoint>) -> String {
        let line = format!(
            "{} {}",
            request.method,
            without_password(&request.url, self.show_secrets)
        );
        let Some(header) = endpoint.map(|endpoint| &endpoint.header) else {
            return line;
        };
        if !header.values().flatten().any(|value| value.contains('\n')) {
            return line;
        }
        let headers: Vec<String> = header
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("user-agent"))
            .map(|(name, values)| {
                format!("{name}: {}", self.header_values(name, values).join(", "))
            })
            .collect();
        format!("{line} {{{}}}", headers.join("; "))
    }

    fn header_values<'a>(&self, name: &str, values: &'a [String]) -> Vec<&'a str> {
        values
            .iter()
            .map(|value| shown_value(name, value, self.show_secrets))
            .collect()
    }

    fn endpoint(&self, endpoint: &Endpoint, found: &FoundDirectory) -> Value {
        let header: Map<String, Value> = endpoint
            .header
            .iter()
            .map(|(name, values)| (name.clone(), json!(self.header_values(name, values))))
            .collect();
        json!({
            "role": match endpoint.role {
                Role::Host(_) => "host",
                Role::Server => "server",
                Role::Upstream => "upstream",
            },
            "url": without_password(&endpoint.url(), self.show_secrets),
            "scheme": endpoint.scheme,
            "host": endpoint.host,
            "path": without_password(&endpoint.path, self.show_secrets),
            "capabilities": endpoint.capabilities.words(),
            "skip_verify": endpoint.skips_verification(),
            "http_fallback": endpoint.http_fallback,
            "header": header,
            "ca": endpoint.tls.ca.clone().unwrap_or_default(),
            "client": endpoint.tls.client,
            "dial_timeout": endpoint.dial_timeout.map(duration::format),
            "certificates": self.certificates.of(endpoint, self.config_path.tree(found)),
        })
    }
}

/// The reference of this release, where it is not the one of the whole resolution.
fn own_reference(answer: &Answer, query: &Query, shared: Option<&str>) -> Option<Value> {
    let own = match (query, answer) {
        (Query::Registry(_), _) => return None,
        (_, Answer::NoReference(_)) => None,
        (_, Answer::Found { reference, .. } | Answer::NoLookup { reference, .. }) => {
            reference.as_ref().map(ToString::to_string)
        }
    };
    (own.as_deref() != shared).then(|| json!(own))
}
