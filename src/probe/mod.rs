//! Trying the endpoints of a pull for real: the one part of the program that opens connections.
//!
//! Every endpoint is tried in containerd's order, without stopping at the first that works: DNS, TCP, TLS with exactly its
//! certificates, the API, the tag, the manifest by its digest, and one blob. What each endpoint does is put into the model
//! for failures ([`crate::containerd::failures`]), which says how the whole pull ends.
//!
//! It reads and never writes, sends a secret only where containerd sends it, and ends: each step has a limit in time and
//! bytes, and so has the run. Where Go, which containerd is written in, might judge otherwise than this program can, the
//! answer is that it is not known.

mod address;
mod ask;
mod challenge;
mod credentials;
mod daemon;
mod dial;
mod http;
mod limits;
mod proxy;
mod report;
mod roots;
mod steps;
mod tls;
mod trouble;
mod verdict;

use crate::containerd::node::Pull;
use crate::containerd::{Endpoint, Files, Object, Reference, Release, Request, requests};

use ask::PullContext;
use limits::Clock;
use steps::{Manifest, Prober};

pub use credentials::{Credentials, CredentialsError, MAX_FILE, VARIABLE};
pub use daemon::environment;
pub use limits::Limits;
pub use proxy::Proxies;
pub use report::{Mark, Probed, QuestionOutcome, Report, Shown, Step, Verdict};
pub use roots::{System, system};
pub use tls::unsupported_processor;

/// The endpoints to try.
pub struct Plan<'a> {
    /// The release whose behaviour is followed.
    pub release: Release,
    /// The component that fetches the image.
    pub pull: Pull,
    /// The image.
    pub reference: &'a Reference,
    /// The endpoints, in containerd's order.
    pub endpoints: &'a [Endpoint],
    /// The node's files, for certificates and keys.
    pub files: Option<&'a dyn Files>,
    /// The system's authorities.
    pub system: &'a System,
    /// The proxy settings of the daemon.
    pub proxies: &'a Proxies,
    /// The pull secret.
    pub credentials: Option<&'a Credentials>,
    /// The limits.
    pub limits: &'a Limits,
    /// Now, in seconds since 1970.
    pub now: i64,
    /// The architecture whose image is fetched, as Go names it.
    pub architecture: &'a str,
}

/// Tries every endpoint.
pub fn probe(plan: &Plan<'_>) -> Report {
    let node = PullContext {
        release: plan.release,
        repository: &plan.reference.repository,
        limits: plan.limits,
        clock: Clock::start(plan.limits),
        proxies: plan.proxies,
        credentials: plan.credentials,
        now: plan.now,
    };
    let asked = requests(plan.release, plan.reference, plan.endpoints);
    let mut probers: Vec<Prober<'_>> = plan
        .endpoints
        .iter()
        .map(|endpoint| {
            let identity = roots::identity(endpoint, plan.files, plan.system);
            Prober::new(&node, endpoint, identity)
        })
        .collect();
    for (index, prober) in probers.iter_mut().enumerate() {
        prober.api();
        prober.resolve(of(&asked.resolve, index));
    }
    let digest = match &plan.reference.object {
        Object::Digest(digest) => Some(digest.clone()),
        Object::Tag(_) => probers.iter().find_map(|p| p.digest().map(str::to_owned)),
    };
    if let Some(digest) = digest {
        fetch(plan, &mut probers, &asked.manifest, &asked.fetch, &digest);
    }
    let endpoints: Vec<Probed> = probers.into_iter().map(Prober::finish).collect();
    let digests: Vec<&String> = endpoints.iter().filter_map(|e| e.digest.as_ref()).collect();
    Report {
        release: plan.release,
        image: plan.reference.to_string(),
        differing_digests: digests.windows(2).any(|pair| pair[0] != pair[1]),
        verdict: verdict::verdict(plan, &endpoints),
        endpoints,
        system_roots: plan.system.from.clone(),
        proxy_from: plan.proxies.from.clone(),
    }
}

/// The request that goes to an endpoint.
fn of(requests: &[Request], endpoint: usize) -> Option<&Request> {
    requests.iter().find(|request| request.endpoint == endpoint)
}

/// The manifest from every endpoint, and then one blob.
fn fetch(
    plan: &Plan<'_>,
    probers: &mut [Prober<'_>],
    manifests: &[Request],
    blobs: &[Request],
    digest: &str,
) {
    let mut config = None;
    for (index, prober) in probers.iter_mut().enumerate() {
        let Some(request) = of(manifests, index) else {
            continue;
        };
        let mut manifest = prober.manifest(request, digest, plan.architecture);
        if let Manifest::Index(Some(content)) = &manifest {
            manifest = prober.manifest(request, &content.digest, plan.architecture);
        }
        if let Manifest::Image(Some(content)) = manifest {
            config = config.or(Some(content));
        }
    }
    let Some(config) = config else {
        return;
    };
    for (index, prober) in probers.iter_mut().enumerate() {
        if let Some(request) = of(blobs, index) {
            prober.layer(request, &config);
        }
    }
}
