//! An image, and the answers of a registry that has it.

use graviola::hashing::{Hash, Sha256};

use super::server::{Asked, Does};

/// The config of the image.
pub const CONFIG: &[u8] =
    br#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"#;

pub const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

pub fn digest(bytes: &[u8]) -> String {
    let digits = Sha256::hash(bytes);
    let digits: String = digits
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{digits}")
}

/// The manifest of the image.
pub fn manifest() -> Vec<u8> {
    let (digest, size) = (digest(CONFIG), CONFIG.len());
    let text = format!(
        r#"{{"schemaVersion":2,"mediaType":"{MANIFEST_TYPE}","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{digest}","size":{size}}},"layers":[]}}"#
    );
    text.into_bytes()
}

/// An answer with headers.
pub fn answers(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Does {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Does::Answers(status, headers.collect(), body.to_vec())
}

pub fn status(status: u16) -> Does {
    answers(status, &[], b"no")
}

/// What a registry does that has the image.
pub fn serves(asked: &Asked) -> Does {
    let path = asked.path();
    let manifest = manifest();
    match () {
        () if path.ends_with("/v2/") => answers(200, &[], b"{}"),
        () if path.contains("/manifests/") => {
            let digest = digest(&manifest);
            // The length is that of the manifest for HEAD, too.
            let length = manifest.len().to_string();
            let headers = [
                ("Content-Type", MANIFEST_TYPE),
                ("Docker-Content-Digest", digest.as_str()),
                ("Content-Length", length.as_str()),
            ];
            match path.ends_with("/v1") || path.ends_with(&digest) {
                true => answers(200, &headers, &manifest),
                false => status(404),
            }
        }
        () if path.ends_with(&digest(CONFIG)) => answers(200, &[], CONFIG),
        () => status(404),
    }
}
