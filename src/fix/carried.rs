//! Fixes of texts in carriers: what they do is judged at the texts that come out.

use std::path::{Path, PathBuf};

use super::linted::{OnDisk, Original, Refusal, Texts};
use crate::carriers::carried::CarriedTree;
use crate::disk::{NodeFiles, Tree};
use crate::engine::{completed, planted};
use crate::facts::Carrier;

/// A text of a carrier that a fix changes, before and after.
pub enum Part {
    /// A hosts.toml: its tree and its namespace.
    Hosts(Box<Tree>, String, Vec<u8>, Vec<u8>),
    /// A config.toml.
    Config(Box<NodeFiles>, Vec<u8>, Vec<u8>),
}

/// The carriers with these texts.
pub fn with_texts<'a>(carriers: impl Iterator<Item = &'a Carrier>, texts: &Texts) -> Vec<Carrier> {
    let with_text = |carrier: &Carrier| match texts.get(carrier.path()) {
        Some(text) => carrier.with_text(&String::from_utf8_lossy(text)),
        None => carrier.clone(),
    };
    carriers.map(with_text).collect()
}

/// The file as it was read.
pub fn original(carrier: &Carrier) -> Original {
    let path = PathBuf::from(carrier.path());
    let root = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Original {
        bytes: carrier.source.text.as_bytes().to_vec(),
        disk: Some(OnDisk {
            root: root.to_owned(),
            real: path.canonicalize().unwrap_or_else(|_| path.clone()),
            path,
        }),
    }
}

/// The texts that differ between two texts of a carrier.
///
/// # Errors
/// If the carrier no longer contains the same files.
pub fn parts(carrier: &Carrier, before: &[u8], after: &[u8]) -> Result<Vec<Part>, Refusal> {
    let [before, after] =
        [before, after].map(|text| carrier.with_text(&String::from_utf8_lossy(text)));
    let another = || Refusal::Broken("the file would contain other configuration".to_owned());
    let (old, new) = (&before.carried, &after.carried);
    if old.trees.len() != new.trees.len() || old.configs.len() != new.configs.len() {
        return Err(another());
    }
    let mut parts = Vec::new();
    for (old, new) in old.trees.iter().zip(&new.trees) {
        let names = |tree: &CarriedTree| -> Vec<(String, Vec<String>)> {
            let namespaces = tree.namespaces.iter();
            namespaces
                .map(|(name, n)| (name.clone(), n.files.keys().cloned().collect()))
                .collect()
        };
        if names(old) != names(new) {
            return Err(another());
        }
        for (name, namespace) in &old.namespaces {
            let text = |tree: &CarriedTree| {
                let (_, file) = tree.file(&format!("{name}/hosts.toml"))?;
                Some(file.text.as_ref()?.as_str().as_bytes().to_vec())
            };
            if !namespace.files.contains_key("hosts.toml") {
                continue;
            }
            match (text(old), text(new)) {
                (Some(before), Some(after)) if before != after => {
                    parts.push(Part::Hosts(
                        Box::new(planted(old)),
                        name.clone(),
                        before,
                        after,
                    ));
                }
                (Some(_), None) | (None, Some(_)) => return Err(another()),
                _ => {}
            }
        }
    }
    for (old, new) in old.configs.iter().zip(&new.configs) {
        let [before, after] =
            [old, new].map(|config| completed(config).as_str().as_bytes().to_vec());
        if before != after {
            let node = NodeFiles::carried(carrier.path(), before.clone());
            parts.push(Part::Config(Box::new(node), before, after));
        }
    }
    Ok(parts)
}
