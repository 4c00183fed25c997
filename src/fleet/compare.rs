//! In what two answers differ, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{
    Answer, CertificateFile, Endpoint, NodeOutcome, Plan, ReleaseOutcome, Resolution,
};

/// One thing in which an answer differs from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Difference {
    /// The registry or image, where it is about one.
    pub registry: Option<String>,
    /// The kind of difference: `release`, `registry`, `hosts_toml`, `result`, `endpoint`, `order`, a setting's name, `certificate`, or what a
    /// config.toml decides.
    pub what: &'static str,
    /// The endpoint, or the file, that it is about.
    pub of: Option<String>,
    /// The value in this answer; `None` if there is none.
    pub here: Option<String>,
    /// The value in the other.
    pub there: Option<String>,
}

impl Difference {
    fn new(what: &'static str, here: impl Into<String>, there: impl Into<String>) -> Difference {
        let some = |text: String| (!text.is_empty()).then_some(text);
        Difference {
            registry: None,
            what,
            of: None,
            here: some(here.into()),
            there: some(there.into()),
        }
    }

    fn of(self, of: &str) -> Difference {
        Difference {
            of: Some(of.to_owned()),
            ..self
        }
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(registry) = &self.registry {
            write!(f, "{registry}: ")?;
        }
        match (self.what, self.here.as_deref(), self.there.as_deref()) {
            ("registry", Some(_), None) => f.write_str("has a directory only here"),
            ("registry", ..) => f.write_str("has no directory here"),
            ("endpoint", Some(url), None) => write!(f, "endpoint {url} is only here"),
            ("endpoint", _, there) => write!(f, "endpoint {} is missing", there.unwrap_or("")),
            ("order", here, there) => write!(
                f,
                "the order of endpoints is {} instead of {}",
                here.unwrap_or(""),
                there.unwrap_or("")
            ),
            (what, here, there) => {
                let of = self.of.as_deref();
                let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
                let name = match what {
                    "release" => "containerd",
                    "hosts_toml" => "hosts.toml",
                    what => what,
                };
                write!(
                    f,
                    "{name}{of} is {} instead of {}",
                    here.unwrap_or("not set"),
                    there.unwrap_or("not set")
                )
            }
        }
    }
}

/// In what an answer differs from another one of the same kind, each thing once.
pub fn differences(here: &Answer, there: &Answer) -> Vec<Difference> {
    let mut found = Vec::new();
    let releases = |answer: &Answer| releases(answer).join(", ");
    if releases(here) != releases(there) {
        found.push(Difference::new("release", releases(here), releases(there)));
    }
    resolutions(here, there, &mut found);
    for (here, there) in here.nodes.iter().zip(&there.nodes) {
        let pairs = pairs(&here.outcomes, &there.outcomes, |outcome| &outcome.releases);
        for (here, there, _) in pairs {
            node(here, there, &mut found);
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|difference| seen.insert(difference.clone()));
    found
}

/// All releases of an answer, in its order.
fn releases(answer: &Answer) -> Vec<&str> {
    let resolved = answer.resolutions.iter().flat_map(|r| &r.outcomes);
    let resolved = resolved.flat_map(|outcome| &outcome.releases);
    let nodes = answer.nodes.iter().flat_map(|node| &node.outcomes);
    let nodes = nodes.flat_map(|outcome| &outcome.releases);
    let all: BTreeSet<&str> = resolved.chain(nodes).map(String::as_str).collect();
    all.into_iter().collect()
}

fn resolutions(here: &Answer, there: &Answer, found: &mut Vec<Difference>) {
    fn by_query(answer: &Answer) -> BTreeMap<&str, &Resolution> {
        let resolutions = answer.resolutions.iter();
        resolutions.map(|r| (r.query.as_str(), r)).collect()
    }
    let (of_here, of_there) = (by_query(here), by_query(there));
    let queries: BTreeSet<&str> = of_here.keys().chain(of_there.keys()).copied().collect();
    for query in queries {
        let begin = found.len();
        match (of_here.get(query), of_there.get(query)) {
            (Some(here), Some(there)) => {
                let pairs = pairs(&here.outcomes, &there.outcomes, |outcome| &outcome.releases);
                for (here, there, same_releases) in pairs {
                    outcome(here, there, same_releases, found);
                }
            }
            (Some(_), None) => found.push(Difference::new("registry", query, "")),
            _ => found.push(Difference::new("registry", "", query)),
        }
        for difference in &mut found[begin..] {
            difference.registry = Some(query.to_owned());
        }
    }
}

/// The outcomes of the same releases; where there is no release in common, those of the newest. Whether the releases are the same
/// comes with each pair.
fn pairs<'a, T>(
    here: &'a [T],
    there: &'a [T],
    releases: impl Fn(&T) -> &Vec<String>,
) -> Vec<(&'a T, &'a T, bool)> {
    let mut pairs = Vec::new();
    for a in here {
        let shares = |b: &&T| releases(a).iter().any(|r| releases(b).contains(r));
        pairs.extend(there.iter().filter(shares).map(|b| (a, b, true)));
    }
    if pairs.is_empty() {
        let newest = here.last().zip(there.last());
        pairs.extend(newest.map(|(a, b)| (a, b, false)));
    }
    pairs
}

fn outcome(
    here: &ReleaseOutcome,
    there: &ReleaseOutcome,
    same_releases: bool,
    found: &mut Vec<Difference>,
) {
    plan(&here.plan, &there.plan, same_releases, found);
    match (&here.local_pull, &there.local_pull) {
        (Some(here), Some(there)) => plan(here, there, same_releases, found),
        (None, None) => {}
        // Releases differ in how they take a list.
        _ if !same_releases => {}
        (here, there) => {
            let words = |local: &Option<Plan>| match local {
                Some(_) => "the list for one directory",
                None => "each directory of the list",
            };
            found.push(Difference::new("config path", words(here), words(there)));
        }
    }
}

fn plan(here: &Plan, there: &Plan, same_releases: bool, found: &mut Vec<Difference>) {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (a, b) = (text(&here.hosts_toml), text(&there.hosts_toml));
    if a != b {
        found.push(Difference::new("hosts_toml", a, b));
    }
    if here.result != there.result {
        found.push(Difference::new(
            "result",
            here.result.replace('_', " "),
            there.result.replace('_', " "),
        ));
        // Without endpoints on one side, their absence is known.
        if here.endpoints.is_empty() || there.endpoints.is_empty() {
            return;
        }
    }
    fn urls(plan: &Plan) -> Vec<&str> {
        plan.endpoints.iter().map(|e| e.url.as_str()).collect()
    }
    let (of_here, of_there) = (urls(here), urls(there));
    let set_here: BTreeSet<&str> = of_here.iter().copied().collect();
    let set_there: BTreeSet<&str> = of_there.iter().copied().collect();
    for url in of_there.iter().filter(|url| !set_here.contains(**url)) {
        found.push(Difference::new("endpoint", "", *url));
    }
    for url in of_here.iter().filter(|url| !set_there.contains(**url)) {
        found.push(Difference::new("endpoint", *url, ""));
    }
    if set_here == set_there && of_here != of_there {
        let (a, b) = (of_here.join(", "), of_there.join(", "));
        found.push(Difference::new("order", a, b));
    }
    let known: BTreeMap<&str, &Endpoint> = there
        .endpoints
        .iter()
        .rev()
        .map(|endpoint| (endpoint.url.as_str(), endpoint))
        .collect();
    for endpoint in &here.endpoints {
        if let Some(known) = known.get(endpoint.url.as_str()) {
            settings(endpoint, known, same_releases, found);
        }
    }
}

fn settings(here: &Endpoint, there: &Endpoint, same_releases: bool, found: &mut Vec<Difference>) {
    // An endpoint that lists no capabilities has all that the release knows, and older ones do not know `referrers`.
    let capabilities = |endpoint: &Endpoint| {
        let words = endpoint.capabilities.iter().map(String::as_str);
        let words = words.filter(|word| same_releases || *word != "referrers");
        words.collect::<Vec<_>>().join(", ")
    };
    let header = |endpoint: &Endpoint| {
        let headers = endpoint.header.iter();
        let headers = headers.map(|(name, values)| format!("{name}: {}", values.join(", ")));
        headers.collect::<Vec<_>>().join("; ")
    };
    let client = |endpoint: &Endpoint| {
        let pairs = endpoint.client.iter();
        let pairs = pairs.map(|(certificate, key)| format!("{certificate} {key}"));
        pairs.collect::<Vec<_>>().join(", ")
    };
    type Show<'a> = &'a dyn Fn(&Endpoint) -> String;
    let all: [(&'static str, Show<'_>); 7] = [
        ("capabilities", &capabilities),
        ("skip_verify", &|e| e.skip_verify.to_string()),
        ("fallback to HTTP", &|e| e.http_fallback.to_string()),
        ("header", &header),
        ("ca", &|e| e.ca.join(", ")),
        ("client", &client),
        ("dial_timeout", &|e| {
            e.dial_timeout.clone().unwrap_or_default()
        }),
    ];
    for (what, show) in all {
        let (a, b) = (show(here), show(there));
        if a != b {
            found.push(Difference::new(what, a, b).of(&here.url));
        }
    }
    for file in &here.certificates {
        let is_same = |known: &&CertificateFile| known.path == file.path && known.role == file.role;
        let Some(known) = there.certificates.iter().find(is_same) else {
            continue;
        };
        // A value that one side cannot read is not known to differ.
        let both = file.fingerprint.as_ref().zip(known.fingerprint.as_ref());
        if both.is_some_and(|(a, b)| a != b) {
            let difference = Difference::new("certificate", words(file), words(known));
            found.push(difference.of(&file.path));
        }
    }
}

/// A certificate file in words.
fn words(file: &CertificateFile) -> String {
    let subject = file.subject.as_deref().unwrap_or("a certificate");
    let until = file.not_after.as_deref().and_then(|text| text.get(..10));
    let fingerprint = file.fingerprint.as_deref().unwrap_or_default();
    let fingerprint = fingerprint.get(..8).unwrap_or(fingerprint);
    match until {
        Some(until) => format!("`{subject}` valid until {until} ({fingerprint})"),
        None => format!("`{subject}` ({fingerprint})"),
    }
}

fn node(here: &NodeOutcome, there: &NodeOutcome, found: &mut Vec<Difference>) {
    type Show<'a> = &'a dyn Fn(&NodeOutcome) -> String;
    let all: [(&'static str, Show<'_>); 6] = [
        ("daemon", &|n| n.daemon.clone()),
        ("CRI", &|n| n.cri.clone()),
        ("config path", &|n| n.config_path.clone()),
        ("list of directories", &|n| n.roots.join(", ")),
        ("pull", &|n| n.pull.clone()),
        ("sandbox image", &|n| {
            n.sandbox_image.clone().unwrap_or_default()
        }),
    ];
    for (what, show) in all {
        let (a, b) = (show(here), show(there));
        if a != b {
            found.push(Difference::new(what, a, b));
        }
    }
}
