//! The drawing of one release's answer: directory, hosts.toml, endpoints, and the requests to each.

use std::fmt::Write;

use super::answer::position;
use super::config_path::ConfigPath;
use super::found::FoundDirectory;
use super::secrets::{shown_value, without_password, without_userinfo};
use crate::cli::drawing::style::{
    BAD, FAINT, GOOD, ODD, STRONG, WIDTH, paint, visible, wrap_items, wrap_words,
};
use crate::cli::drawing::{INDENT, Sheet};
use crate::containerd::directory::{self, DEFAULT};
use crate::containerd::hosts::Host;
use crate::containerd::requests;
use crate::containerd::requests::{is_proxy, unusable};
use crate::containerd::{
    Capabilities, Cause, Endpoint, Files, HostsToml, Object, Outcome, Problem, Reference, Release,
    Request, Role, Verdict,
};
use crate::disk::{DEFAULT_CONFIG_PATH, Deployment, Tree};
use crate::go::duration;

/// Where the URLs of the endpoints begin, right of the ticks.
const URL_INDENT: usize = 24;

/// Go's default dial timeout.
const DEFAULT_DIAL_TIMEOUT: &str = "30s";

/// The drawing of one release's answer.
struct Page<'a> {
    release: Release,
    config_path: &'a ConfigPath,
    show_secrets: bool,
    sheet: Sheet,
}

/// Draws what this release finds; without a reference, for any image of the registry.
pub fn draw(
    release: Release,
    config_path: &ConfigPath,
    show_secrets: bool,
    found: &FoundDirectory,
    host: &str,
    reference: Option<&Reference>,
) -> String {
    let mut page = Page {
        release,
        config_path,
        show_secrets,
        sheet: Sheet::default(),
    };
    page.found(found, host, reference);
    page.sheet.out
}

/// The hosts at which a tag is resolved, or a digest looked for, in order; without a reference, for any image.
pub fn resolved_at(
    release: Release,
    found: &FoundDirectory,
    host: &str,
    reference: Option<&Reference>,
) -> Vec<String> {
    let endpoints = found.outcome.endpoints();
    let asked = requests(release, reference.unwrap_or(&any_image(host)), endpoints);
    let mut hosts: Vec<String> = Vec::new();
    for request in &asked.resolve {
        let endpoint = &endpoints[request.endpoint];
        let host = match endpoint.host.as_str() {
            "" => "(no host)".to_owned(),
            host => host.to_owned(),
        };
        if unusable(release, endpoint).is_none() && !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

/// Any image of a registry: the order in which endpoints are tried is the same for all.
fn any_image(host: &str) -> Reference {
    Reference {
        host: host.to_owned(),
        repository: "any".to_owned(),
        object: Object::Tag("any".to_owned()),
    }
}

impl Page<'_> {
    fn found(&mut self, found: &FoundDirectory, host: &str, reference: Option<&Reference>) {
        let outcome = &found.outcome;
        self.directory(found, host);
        self.hosts_toml(found);
        if outcome.verdict == Verdict::Endpoints {
            self.endpoints(found);
            self.unused(found);
            self.flows(found, host, reference);
        } else {
            self.unused(found);
        }
    }

    /// The directory that is chosen, and the names that are not.
    fn directory(&mut self, found: &FoundDirectory, host: &str) {
        let lookup = &found.outcome.lookup;
        let mut searched = found.searched.iter();
        let exists = searched.any(|index| self.config_path.at(*index).disk.exists());
        if found.as_one && lookup.chosen.is_none() && !exists {
            let text = "✗ the transfer service, through which this release pulls, reads the \
                        list as the name of ONE directory, which does not exist (containerd#12636)";
            return self.sheet.section("directory", BAD, text);
        }
        let root = self.config_path.tree(found);
        let shown = |name: &str| root.map_or_else(|| name.to_owned(), |root| root.shown(name));
        if let Some((name, _)) = &lookup.failed {
            return self
                .sheet
                .section("directory", BAD, &format!("✗ {}", shown(name)));
        }
        let Some(chosen) = &lookup.chosen else {
            if found.searched.is_empty() {
                return self.sheet.section("directory", ODD, "– none is read");
            }
            let names = directory::candidates(self.release, host);
            let text = format!("– none: there is no {}", visible(&names.join(" and no ")));
            self.sheet.section("directory", ODD, &text);
            self.neighbours();
            return;
        };
        self.sheet
            .section("directory", GOOD, &format!("✓ {}", shown(chosen)));
        if chosen == DEFAULT {
            self.sheet
                .more(FAINT, "for registries that have no directory of their own");
        }
        if !lookup.absent.is_empty() {
            self.sheet
                .more(FAINT, &format!("not there: {}", lookup.absent.join(", ")));
        }
        for name in &lookup.shadowed {
            self.sheet.more(
                ODD,
                &format!("– {} exists too and is not read", shown(name)),
            );
        }
        // In a list, what a later root has is hidden as well.
        let later = self.config_path.later(found);
        let names = directory::candidates(self.release, host);
        let hidden: Vec<String> = later
            .iter()
            .flat_map(|tree| names.iter().map(move |name| (tree, name)))
            .filter(|(tree, name)| tree.stat(&format!("{}/{name}", tree.root)).is_ok())
            .map(|(tree, name)| tree.shown(name))
            .collect();
        for name in hidden {
            self.sheet
                .more(ODD, &format!("– {name} exists too and is not read"));
        }
    }

    /// The names that are there, when none of them is the one.
    fn neighbours(&mut self) {
        let names: Vec<String> = self
            .config_path
            .roots()
            .flat_map(|root| root.namespaces().unwrap_or_default())
            .map(|namespace| visible(&namespace.name))
            .collect();
        let more = names.len().saturating_sub(8);
        let mut text = names.into_iter().take(8).collect::<Vec<_>>().join(", ");
        if more > 0 {
            let _ = write!(text, " and {more} more");
        }
        if !text.is_empty() {
            self.sheet.more(FAINT, &format!("there are: {text}"));
        }
    }

    /// The state of the file, and why.
    fn hosts_toml(&mut self, found: &FoundDirectory) {
        let outcome = &found.outcome;
        let reason = outcome
            .reason()
            .map(|problem| self.reason(problem))
            .unwrap_or_default();
        match (outcome.verdict, outcome.hosts_toml) {
            (Verdict::Crash, _) => {
                self.sheet.section(
                    "hosts.toml",
                    BAD,
                    &format!("✗ containerd crashes: {reason}"),
                );
            }
            (Verdict::PullsFail, _) => {
                self.sheet
                    .section("hosts.toml", BAD, &format!("✗ every pull fails: {reason}"));
            }
            (Verdict::Unknown, _) => {
                let text = format!("– not read, so nothing is known about it: {reason}");
                self.sheet.section("hosts.toml", ODD, &text);
            }
            (_, HostsToml::Ignored) => {
                self.sheet
                    .section("hosts.toml", BAD, &format!("✗ ignored: {reason}"));
            }
            (_, HostsToml::Loaded) => self.sheet.section("hosts.toml", GOOD, "✓ loaded"),
            (_, HostsToml::Empty) => {
                self.sheet
                    .section("hosts.toml", ODD, "– empty, which is the same as absent");
            }
            (_, HostsToml::Absent) if outcome.lookup.chosen.is_some() => {
                let certificates = outcome.endpoints().iter().any(|e| e.tls.is_set());
                let text = match certificates {
                    true => "– absent; the certificate files of the directory are used",
                    false => "– absent",
                };
                self.sheet.section("hosts.toml", ODD, text);
            }
            (_, HostsToml::Absent) => {}
        }
        if let Some(location) = &found.location {
            let at = location.position;
            self.sheet.more(
                FAINT,
                &format!("at {}:{}:{}", location.path, at.line, at.column),
            );
        }
        if (outcome.verdict, outcome.hosts_toml) == (Verdict::Endpoints, HostsToml::Ignored) {
            self.sheet
                .more(FAINT, "containerd logs one line and continues without it");
        }
        self.elsewhere(found);
        self.further(outcome);
    }

    /// A file that is missing here may be on the node, if the tree is deployed to another path.
    fn elsewhere(&mut self, found: &FoundDirectory) {
        let Some(Cause::TlsFile { path, .. }) = found.outcome.reason().map(|p| &p.cause) else {
            return;
        };
        let root = self.config_path.tree(found);
        let in_place = root.is_some_and(|root| root.deployment == Deployment::InPlace);
        if in_place && self.shown_file(path) == *path && path.starts_with(DEFAULT_CONFIG_PATH) {
            let text = "on this machine; for a tree that is deployed there, add --deploy-path";
            self.sheet
                .more(ODD, &format!("{text} {DEFAULT_CONFIG_PATH}"));
        }
    }

    /// The next problem that containerd would meet if the first one were fixed.
    fn further(&mut self, outcome: &Outcome) {
        let Some(first) = outcome.reason() else {
            return;
        };
        let mut rest: Vec<String> = outcome
            .problems
            .iter()
            .chain(&outcome.masked)
            .filter(|problem| *problem != first)
            .map(|problem| self.reason(problem))
            .collect();
        rest.dedup();
        for reason in rest.iter().take(3) {
            self.sheet.more(FAINT, &format!("and then: {reason}"));
        }
        if rest.len() > 3 {
            self.sheet
                .more(FAINT, &format!("and {} more", rest.len() - 3));
        }
    }

    fn reason(&self, problem: &Problem) -> String {
        without_userinfo(&problem.to_string(), self.show_secrets).into_owned()
    }

    /// The endpoints in the order tried, with what each may do.
    fn endpoints(&mut self, found: &FoundDirectory) {
        let endpoints = found.outcome.endpoints();
        self.sheet.out.push('\n');
        self.sheet
            .line(FAINT, "     resolve pull push   tried in this order");
        for (index, endpoint) in endpoints.iter().enumerate() {
            let tick = |capability| match endpoint.capabilities.has(capability) {
                true => paint(GOOD, "✓"),
                false => paint(FAINT, "·"),
            };
            let _ = writeln!(
                self.sheet.out,
                "  {:>2}    {}     {}    {}    {}",
                index + 1,
                tick(Capabilities::RESOLVE),
                tick(Capabilities::PULL),
                tick(Capabilities::PUSH),
                paint(
                    STRONG,
                    &visible(&without_password(&endpoint.url(), self.show_secrets))
                ),
            );
            if let Some(why) = unusable(self.release, endpoint) {
                for line in wrap_words(&format!("✗ cannot be used: {why}"), URL_INDENT) {
                    self.sheet.indented(BAD, URL_INDENT, &visible(&line));
                }
            }
            if matches!(endpoint.host.as_str(), "docker.io" | "hub.docker.com") {
                let text = "– a web site, not a registry: write registry-1.docker.io";
                self.sheet.indented(ODD, URL_INDENT, text);
            }
            if index + 1 == endpoints.len() && endpoints.len() > 1 {
                self.sheet.indented(
                    FAINT,
                    URL_INDENT,
                    &format!("tried last · {}", self.origin(found, endpoint)),
                );
            } else {
                self.sheet
                    .indented(FAINT, URL_INDENT, &self.origin(found, endpoint));
            }
            let items: Vec<String> = self.settings(endpoint).iter().map(|i| visible(i)).collect();
            for line in wrap_items(&items, URL_INDENT) {
                self.sheet.indented(FAINT, URL_INDENT, &line);
            }
        }
        self.chance(found);
    }

    /// Hosts that are on one line, which 1.x sorts by the line alone.
    fn chance(&mut self, found: &FoundDirectory) {
        if self.release.is_v2() {
            return;
        }
        let lines: Vec<Option<usize>> = found
            .outcome
            .endpoints()
            .iter()
            .filter(|endpoint| matches!(endpoint.role, Role::Host(_)))
            .map(|endpoint| self.line_of(found, endpoint.span.as_ref().map(|span| span.start)))
            .collect();
        let on_one_line = lines
            .windows(2)
            .any(|pair| pair[0].is_some() && pair[0] == pair[1]);
        if on_one_line {
            let text = "– hosts on one line: containerd 1.x tries them in an order that changes from run to run";
            for line in wrap_words(text, URL_INDENT) {
                self.sheet.indented(ODD, URL_INDENT, &line);
            }
        }
    }

    /// Where an endpoint comes from.
    fn origin(&self, found: &FoundDirectory, endpoint: &Endpoint) -> String {
        let line = self.line_of(found, endpoint.span.as_ref().map(|span| span.start));
        match (endpoint.role, line) {
            (Role::Host(_), Some(line)) => format!("host table, line {line}"),
            (Role::Host(_), None) => "host table".to_owned(),
            (Role::Server, Some(line)) => format!("server, line {line}"),
            (Role::Server, None) => "server".to_owned(),
            (Role::Upstream, _) => "the registry itself, by default".to_owned(),
        }
    }

    fn line_of(&self, found: &FoundDirectory, offset: Option<usize>) -> Option<usize> {
        let tree = self.config_path.tree(found)?;
        Some(position(tree, &found.outcome, offset?)?.line)
    }

    /// TLS, timeout and headers, each in a few words.
    fn settings(&self, endpoint: &Endpoint) -> Vec<String> {
        let mut items = Vec::new();
        let file = |path: &String| self.shown_file(path);
        match (endpoint.scheme.as_ref(), endpoint.http_fallback) {
            ("http", _) => items.push("plain HTTP".to_owned()),
            (_, true) => items.push("HTTPS first, then plain HTTP".to_owned()),
            _ => {}
        }
        if endpoint.scheme == "https" {
            let cas: Vec<String> = endpoint.tls.ca.iter().flatten().map(file).collect();
            items.push(match (endpoint.skips_verification(), cas.is_empty()) {
                (true, _) => "certificate NOT verified".to_owned(),
                (false, true) => "system CAs".to_owned(),
                (false, false) => format!("CA {} and the system's", cas.join(", ")),
            });
            for (certificate, key) in &endpoint.tls.client {
                items.push(match key.as_str() {
                    "" => format!("client certificate {}", file(certificate)),
                    _ => format!(
                        "client certificate {} with {}",
                        file(certificate),
                        file(key)
                    ),
                });
            }
        }
        let timeout = endpoint.dial_timeout.map(duration::format);
        items.push(format!(
            "dial timeout {}",
            timeout.as_deref().unwrap_or(DEFAULT_DIAL_TIMEOUT)
        ));
        for (name, values) in &endpoint.header {
            for value in values {
                items.push(format!(
                    "{name}: {}",
                    shown_value(name, value, self.show_secrets)
                ));
            }
        }
        items
    }

    fn shown_file(&self, path: &str) -> String {
        let root = self
            .config_path
            .roots()
            .find(|root| root.relative(path).is_some());
        root.map_or_else(|| path.to_owned(), |root: &Tree| root.shown_node_path(path))
    }

    /// Host tables of a file that is not used.
    fn unused(&mut self, found: &FoundDirectory) {
        let outcome = &found.outcome;
        let used = |host: &Host| {
            outcome
                .endpoints()
                .iter()
                .any(|e| e.role == host.role && e.role != Role::Upstream)
        };
        let listed: Vec<&Host> = outcome
            .entries
            .iter()
            .filter(|host| !host.host.is_empty() && !used(host))
            .collect();
        if listed.is_empty() {
            return;
        }
        self.sheet.out.push('\n');
        self.sheet
            .line(FAINT, "     not used            listed in hosts.toml");
        for host in listed {
            let url = format!("{}://{}{}", host.scheme, host.host, host.path);
            let line = self.line_of(found, host.span.as_ref().map(|span| span.start));
            let _ = writeln!(
                self.sheet.out,
                "      {}                 {} {}",
                paint(BAD, "✗"),
                visible(&without_password(&url, self.show_secrets)),
                paint(
                    FAINT,
                    &line.map_or_else(String::new, |line| format!("line {line}"))
                ),
            );
        }
    }

    /// Which endpoints get which requests, in order; and the manifest requests.
    fn flows(&mut self, found: &FoundDirectory, host: &str, reference: Option<&Reference>) {
        let endpoints = found.outcome.endpoints();
        let any = any_image(host);
        let asked = requests(self.release, reference.unwrap_or(&any), endpoints);
        self.sheet.out.push('\n');
        let object = match reference.map(|r| &r.object) {
            Some(Object::Digest(_)) => "digest at",
            _ => "tag at",
        };
        self.flow(
            object,
            endpoints,
            &asked.resolve,
            "✗ no endpoint may resolve tags: every pull by tag fails",
        );
        self.flow(
            "layers from",
            endpoints,
            &asked.fetch,
            "✗ no endpoint may serve pulls",
        );
        let without_pull = asked.fetch.iter().find(|request| {
            !endpoints[request.endpoint]
                .capabilities
                .has(Capabilities::PULL)
        });
        if let Some(request) = without_pull {
            let text = format!(
                "– {} too, although it has no pull: if one has it, all are tried",
                request.endpoint + 1
            );
            self.sheet.more(ODD, &text);
        }
        self.flow(
            "pushes to",
            endpoints,
            &asked.push,
            "✗ no endpoint takes pushes",
        );
        let pushed_to = asked
            .push
            .first()
            .map_or(endpoints.len(), |push| push.endpoint);
        if pushed_to + 1 < endpoints.len() && is_proxy(&endpoints[pushed_to], host) {
            self.sheet
                .more(ODD, "– a mirror: it comes first of those that have push");
        }
        if reference.is_some() && !asked.resolve.is_empty() {
            self.sheet.out.push('\n');
            self.manifest_requests(&asked.resolve);
        }
    }

    /// `1 mirror → 2 registry`, in as many lines as it takes.
    fn flow(&mut self, label: &str, endpoints: &[Endpoint], asked: &[Request], nobody: &str) {
        let mut stations: Vec<usize> = Vec::new();
        for request in asked {
            if !stations.contains(&request.endpoint) {
                stations.push(request.endpoint);
            }
        }
        if stations.is_empty() {
            return self.sheet.section(label, BAD, nobody);
        }
        let mut lines: Vec<String> = Vec::new();
        for (index, &station) in stations.iter().enumerate() {
            let endpoint = &endpoints[station];
            let sign = match unusable(self.release, endpoint) {
                Some(_) => "✗ ",
                None => "",
            };
            let host = match endpoint.host.as_str() {
                "" => "(no host)".to_owned(),
                host => visible(host),
            };
            let text = format!("{} {sign}{host}", station + 1);
            match lines.last_mut() {
                Some(line) if line.chars().count() + text.chars().count() + 3 <= WIDTH - INDENT => {
                    line.push_str(&format!(" → {text}"));
                }
                _ if index == 0 => lines.push(text),
                _ => lines.push(format!("→ {text}")),
            }
        }
        for (index, line) in lines.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let _ = writeln!(self.sheet.out, "  {label:<12}{line}");
        }
    }

    fn manifest_requests(&mut self, asked: &[Request]) {
        let (manifests, blobs): (Vec<&Request>, Vec<&Request>) = asked
            .iter()
            .partition(|request| request.url.contains("/manifests/"));
        for request in manifests {
            let _ = writeln!(
                self.sheet.out,
                "  {:>2} {} {}",
                request.endpoint + 1,
                paint(FAINT, request.method),
                visible(&without_password(&request.url, self.show_secrets))
            );
        }
        if !blobs.is_empty() {
            self.sheet
                .line(FAINT, "     … and then the same under /blobs/");
        }
    }
}
