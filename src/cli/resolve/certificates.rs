//! The contents of the certificate files of an endpoint, as far as two nodes can differ in it.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::containerd::{Endpoint, Files};
use crate::disk::Tree;
use crate::fleet;
use crate::go::pem;
use crate::go::x509::CaPool;

/// The certificate files that were read, each once.
#[derive(Default)]
pub struct CertificateFiles {
    known: RefCell<HashMap<(String, String), Value>>,
}

impl CertificateFiles {
    /// The files of an endpoint: CAs, then client certificates. Private keys are not read.
    pub fn of(&self, endpoint: &Endpoint, tree: Option<&Tree>) -> Vec<Value> {
        let authorities = endpoint.tls.ca.iter().flatten();
        let authorities = authorities.map(|path| (path.as_str(), "ca"));
        let clients = endpoint.tls.client.iter();
        let clients = clients.map(|(certificate, _)| (certificate.as_str(), "client"));
        authorities
            .chain(clients)
            .map(|(path, role)| {
                let mut file = json!({ "path": path, "as": role });
                let contents = tree.map_or(Value::Null, |tree| self.contents(tree, path));
                match (file.as_object_mut(), contents) {
                    (Some(file), Value::Object(contents)) => file.extend(contents),
                    (Some(file), _) => _ = file.insert("fingerprint".to_owned(), Value::Null),
                    _ => {}
                }
                file
            })
            .collect()
    }

    fn contents(&self, tree: &Tree, path: &str) -> Value {
        let key = (tree.root.clone(), path.to_owned());
        let mut known = self.known.borrow_mut();
        known.entry(key).or_insert_with(|| read(tree, path)).clone()
    }
}

/// The fingerprint of a file's certificates, whatever is between them, and what people know them by; `null` where it cannot be
/// read here.
fn read(tree: &Tree, path: &str) -> Value {
    let Ok(bytes) = tree.read(path) else {
        return Value::Null;
    };
    let blocks: Vec<Vec<u8>> = pem::blocks(&bytes)
        .filter(pem::Block::is_certificate)
        .map(|block| block.contents)
        .collect();
    let pool = CaPool::read(&bytes);
    let first = pool.certificates.first();
    let not_after = pool.certificates.iter().map(|c| c.not_after).min();
    let not_after = not_after
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .and_then(|moment| moment.format(&Rfc3339).ok());
    json!({
        "fingerprint": fleet::of_bytes(blocks.iter().map(Vec::as_slice)),
        "certificates": pool.certificates.len(),
        "subject": first.map(|certificate| certificate.subject.display()),
        "not_after": not_after,
    })
}
