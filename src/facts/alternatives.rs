//! Whether an endpoint can work, and what is left of a namespace when one cannot.
//!
//! An endpoint that cannot work is a warning while another endpoint of the namespace can do the same, and an error
//! when none is left: then pulls fail. Every rule about such an endpoint uses this module.

use super::context::{NamespaceContext, mirrors, written_urls};
use super::mirrors::{Listed, listed, place_of};
use super::placeholders::is_example_name;
use super::tls;
use super::urls::{Shape, WrittenUrl};
use super::view::Entry;
use crate::containerd::requests::forbidden_header;
use crate::containerd::{Capabilities, Role};
use crate::finding::Environment;
use crate::finding::hosts as classify;
use crate::finding::{Finding, Severity};

/// The functions that no other endpoint of a namespace can take over from one that does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lost {
    Pull,
    Resolve,
    Push,
}

impl NamespaceContext<'_> {
    /// Lets a finding about an entry to which no request succeeds say how much that matters: its severity, and the
    /// end of its effect.
    pub fn without_endpoint(&self, entry: &Entry<'_>, finding: Finding) -> Finding {
        let lost = self.lost_without(entry);
        let severity = match lost {
            Some(_) => Severity::Error,
            None => Severity::Warning,
        };
        let registry = self.registry();
        let is_last = !matches!(entry.host.role, Role::Host(_));
        let then = match lost {
            Some(Lost::Pull) => {
                format!("no other endpoint can serve pulls, so every pull from {registry} fails")
            }
            Some(Lost::Resolve) => {
                format!(
                    "no other endpoint can resolve tags, so every pull of a tag from {registry} fails"
                )
            }
            Some(Lost::Push) => {
                format!("no other endpoint accepts pushes, so pushes to {registry} fail")
            }
            None if is_last => "images that no earlier endpoint has are not found".to_owned(),
            None => "containerd tries the next endpoint".to_owned(),
        };
        let effect = match finding.effect.is_empty() {
            true => format!("requests to it fail; {then}"),
            false => format!("{}; {then}", finding.effect),
        };
        finding.severity(severity).effect(effect)
    }

    /// Whether no other endpoint of the namespace can do what this entry is there for.
    pub fn is_needed(&self, entry: &Entry<'_>) -> bool {
        self.lost_without(entry).is_some()
    }

    /// The functions that the namespace loses without this entry.
    fn lost_without(&self, entry: &Entry<'_>) -> Option<Lost> {
        let others: Vec<&Entry> = self
            .entries()
            .iter()
            .filter(|other| !is_same(other, entry) && !self.cannot_work(other))
            .collect();
        let meant = entry.host.capabilities;
        let can = |host: Capabilities, wanted: &[Capabilities]| wanted.iter().all(|c| host.has(*c));
        let is_lost = |wanted: &[Capabilities]| {
            can(meant, wanted) && !others.iter().any(|other| can(capabilities(other), wanted))
        };
        if is_lost(&[Capabilities::PULL]) {
            return Some(Lost::Pull);
        }
        if is_lost(&[Capabilities::PULL, Capabilities::RESOLVE]) {
            return Some(Lost::Resolve);
        }
        // Nodes seldom push: that counts only where it is written.
        let pushes = written_urls(self)
            .iter()
            .find(|url| is_same(&url.entry, entry))
            .is_some_and(|url| match listed(url) {
                Listed::Words(_, words) => place_of(&words, Capabilities::PUSH).is_some(),
                _ => false,
            });
        (pushes && is_lost(&[Capabilities::PUSH])).then_some(Lost::Push)
    }

    /// Whether an endpoint that can resolve tags is tried before this entry, and can work.
    pub fn works_before(&self, entry: &Entry<'_>) -> bool {
        let before = self
            .entries()
            .iter()
            .take_while(|other| !is_same(other, entry));
        let resolves =
            |host: Capabilities| host.has(Capabilities::PULL) && host.has(Capabilities::RESOLVE);
        let mut before = before.filter(|other| resolves(capabilities(other)));
        before.any(|other| !self.cannot_work(other))
    }

    /// Whether no request to an entry can succeed, as far as this run can see.
    pub fn cannot_work(&self, entry: &Entry<'_>) -> bool {
        // A `server` without a host counts as absent: the registry itself takes its place.
        if entry.host.host.is_empty() && entry.host.role == Role::Server {
            return false;
        }
        let url = written_urls(self)
            .iter()
            .find(|url| is_same(&url.entry, entry));
        url.is_some_and(|url| self.leads_nowhere(url))
            || forbidden_header(&entry.host.header).is_some()
            || tls::is_out_of_date(self, entry)
    }

    fn leads_nowhere(&self, url: &WrittenUrl<'_>) -> bool {
        match url.shape() {
            None | Some(Shape::NoScheme) => {
                url.is_docker_site()
                    || url.has_impossible_port()
                    || classify::closed_mirror(&url.url.host).is_some()
            }
            Some(Shape::Placeholder(found)) => {
                !is_example_name(found) || self.environment() == Environment::Production
            }
            Some(_) => true,
        }
    }
}

/// The capabilities of an entry; a `server` without a host becomes the registry itself, which has all.
fn capabilities(entry: &Entry<'_>) -> Capabilities {
    match entry.host.role == Role::Server && entry.host.host.is_empty() {
        true => Capabilities::all(true),
        false => entry.host.capabilities,
    }
}

fn is_same(a: &Entry<'_>, b: &Entry<'_>) -> bool {
    let is_host = |entry: &Entry| matches!(entry.host.role, Role::Host(_));
    a.host.span == b.host.span && is_host(a) == is_host(b)
}

/// The host that resolves tags once the reported mirrors no longer do: the first other endpoint that can, or the registry
/// itself. `None` if there is none.
pub fn resolver_left(context: &NamespaceContext) -> Option<String> {
    let mut both = Capabilities::PULL;
    both.insert(Capabilities::RESOLVE);
    let upstream = match (context.is_default(), context.meant_host()) {
        (true, _) => "the registry itself",
        (false, "docker.io") => "registry-1.docker.io",
        (false, own) => own,
    };
    context.entries().iter().find_map(|entry| {
        let is_host = matches!(entry.host.role, Role::Host(_));
        if !is_host && entry.host.host.is_empty() {
            return Some(upstream.to_owned());
        }
        let url = written_urls(context).iter().find(|url| {
            url.span.start == entry.host.span.clone().map_or(usize::MAX, |s| s.start)
        })?;
        // docker-io-server advises the registry instead.
        if url.is_docker_site() {
            return Some("registry-1.docker.io".to_owned());
        }
        let is_reported =
            mirrors(context).any(|m| m.url.span == url.span && m.resolves(context).is_some());
        let resolves = entry.host.capabilities.has(both) && !is_reported;
        (resolves && !context.cannot_work(entry)).then(|| entry.host.host.clone())
    })
}
