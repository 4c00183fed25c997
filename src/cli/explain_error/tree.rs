//! An error beside the endpoints of a real tree.

use crate::cli::resolve::Planned;
use crate::containerd::Release;
use crate::containerd::error_text::Read;

/// Where a pull of the image goes.
pub enum Tried {
    /// The text names no image, so nothing can be looked up.
    NoImage,
    /// The endpoints, releases that are alike together, newest first.
    Pulls(Vec<Pull>),
}

/// The answer of some releases.
#[derive(Debug, PartialEq, Eq)]
pub struct Pull {
    /// The releases, newest first.
    pub releases: Vec<Release>,
    /// The endpoints' hosts in order, or why none is tried.
    pub hosts: Result<Vec<String>, String>,
    /// Which of them the text names: an index.
    pub named: Option<usize>,
}

impl Tried {
    /// Marks the endpoint that the text names.
    pub fn new(planned: Vec<Planned>, read: &Read) -> Tried {
        let mut pulls: Vec<Pull> = Vec::new();
        for planned in planned.into_iter().rev() {
            let hosts = planned.pull.map_err(|why| why.to_string()).map(|pull| {
                let hosts = pull.endpoints.into_iter().map(|endpoint| endpoint.host);
                hosts.collect::<Vec<String>>()
            });
            let named = hosts.as_ref().ok().and_then(|hosts| {
                let host = read.host.as_deref()?;
                // A name that DNS does not know has no port in the error.
                let is_it = |known: &String| {
                    known == host || known.rsplit_once(':').is_some_and(|(name, _)| name == host)
                };
                hosts.iter().position(is_it)
            });
            match pulls.iter_mut().find(|known| known.hosts == hosts) {
                Some(known) => known.releases.push(planned.release),
                None => pulls.push(Pull {
                    releases: vec![planned.release],
                    hosts,
                    named,
                }),
            }
        }
        Tried::Pulls(pulls)
    }
}
