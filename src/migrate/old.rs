//! An old configuration as a question: which endpoints does a registry host have?

use std::collections::BTreeSet;

use crate::containerd::Tls;
use crate::containerd::mirrors::{Meant, RegistryTables, WILDCARD};

/// The meaning of an old configuration, for any program.
pub trait Old {
    /// The endpoints of a registry host, as written in image references, in order.
    fn endpoints(&self, host: &str) -> Meant;

    /// The registry hosts that it configures by name.
    fn named(&self) -> BTreeSet<String>;

    /// The configuration of every other registry; `None` if there is none.
    fn others(&self) -> Option<Others>;
}

/// The configuration of registries without their own entry.
#[derive(Debug, Clone, Default)]
pub struct Others {
    /// The endpoints that are tried before the registry itself.
    pub listed: Meant,
    /// How the registry itself is secured.
    pub tls: Tls,
}

impl Old for RegistryTables {
    fn endpoints(&self, host: &str) -> Meant {
        RegistryTables::endpoints(self, host)
    }

    fn named(&self) -> BTreeSet<String> {
        let mut named: BTreeSet<String> = self
            .mirrors
            .keys()
            .chain(self.tls.keys())
            .filter(|host| *host != WILDCARD)
            .cloned()
            .collect();
        // TLS settings of the host that answers for docker.io are settings of docker.io.
        if self.tls.contains_key("registry-1.docker.io") {
            named.insert("docker.io".to_owned());
        }
        // A registry that the wildcard lists is not tried again after it.
        named.extend(self.wildcard_hosts());
        named
    }

    fn others(&self) -> Option<Others> {
        Some(Others {
            listed: self.wildcard()?,
            tls: Tls::default(),
        })
    }
}
