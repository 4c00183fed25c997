//! The authorities and client pairs of an endpoint, read from the node's files.

use std::sync::Arc;

use super::tls::Identity;
use crate::containerd::{Endpoint, Files};
use crate::go::pem;
use crate::go::x509::Parts;

/// Where Go looks for the system's authorities: the first of these files, and the files of both directories where none has
/// any (`crypto/x509`, root_linux.go).
const FILES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
const DIRECTORIES: [&str; 2] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/// The files of a directory that are read.
const MAX_FILES: usize = 1_000;

/// The system's authorities, and where they are from.
#[derive(Debug, Clone, Default)]
pub struct System {
    /// They.
    pub roots: Vec<Parts>,
    /// The file or directory, as a path of the node; `None` where there is not one.
    pub from: Option<String>,
}

/// Reads the authorities of the node. `file` and `directory` are SSL_CERT_FILE and SSL_CERT_DIR of the daemon.
pub fn system(
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
    list: &dyn Fn(&str) -> Vec<String>,
    file: Option<&str>,
    directory: Option<&str>,
) -> System {
    let files: Vec<&str> = match file {
        Some(file) => vec![file],
        None => FILES.to_vec(),
    };
    for path in files {
        let roots = read(path)
            .map(|bytes| certificates(&bytes))
            .unwrap_or_default();
        if !roots.is_empty() && directory.is_none() {
            return System {
                roots,
                from: Some(path.to_owned()),
            };
        }
    }
    let directories: Vec<&str> = match directory {
        Some(directories) => directories.split(':').collect(),
        None => DIRECTORIES.to_vec(),
    };
    for path in directories {
        let names = list(path).into_iter().take(MAX_FILES);
        let bytes = names.filter_map(|name| read(&format!("{path}/{name}")));
        let roots: Vec<Parts> = bytes.flat_map(|bytes| certificates(&bytes)).collect();
        if !roots.is_empty() {
            return System {
                roots,
                from: Some(path.to_owned()),
            };
        }
    }
    System::default()
}

/// The certificates in PEM that Go takes.
pub fn certificates(bytes: &[u8]) -> Vec<Parts> {
    pem::blocks(bytes)
        .filter(|block| block.is_certificate() && block.headers.is_empty())
        .filter_map(|block| Parts::read(&block.contents).ok())
        .collect()
}

/// The authorities of an endpoint, which are added to the system's.
pub fn identity(endpoint: &Endpoint, files: Option<&dyn Files>, system: &System) -> Identity {
    let read = |path: &str| Some(files?.read(path).ok()?.into_owned());
    let mut roots = system.roots.clone();
    for path in endpoint.tls.ca.iter().flatten() {
        roots.extend(
            read(path)
                .map(|bytes| certificates(&bytes))
                .unwrap_or_default(),
        );
    }
    let pairs = endpoint.tls.client.iter().filter_map(|(certificate, key)| {
        let certificate = read(certificate)?;
        let key = match key.as_str() {
            "" => certificate.clone(),
            path => read(path)?,
        };
        Some((certificate, key))
    });
    Identity {
        pairs: pairs.collect(),
        roots: Arc::new(roots),
        skips_verification: endpoint.skips_verification(),
    }
}
