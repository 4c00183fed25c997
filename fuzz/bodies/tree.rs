//! Bytes are the files of a namespace, one behind the other: hosts.toml with its certificates and keys.

use std::fs;

use certsd_lint::disk::{FindOptions, PathKind, TreeOptions, find};

use super::{Body, Seeds, lint};

pub const BODY: Body = Body {
    name: "tree",
    run,
    seeds,
};

/// What stands between two files.
const SEPARATOR: &str = "\n=====\n";

/// The files in their order; the last two are of Docker's layout.
const NAMES: [&str; 6] = [
    "hosts.toml",
    "ca.pem",
    "client.pem",
    "client.key",
    "docker.cert",
    "docker.key",
];

fn run(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let namespace = folder.path().join("certs.d/docker.io");
    fs::create_dir_all(&namespace).expect("a namespace");
    let mut rest = data;
    for name in NAMES {
        let separator = SEPARATOR.as_bytes();
        let end = rest.windows(separator.len()).position(|w| w == separator);
        let (file, behind) = match end {
            Some(end) => (&rest[..end], Some(&rest[end + separator.len()..])),
            None => (rest, None),
        };
        if !file.is_empty() {
            fs::write(namespace.join(name), file).expect("a file");
        }
        let Some(behind) = behind else { break };
        rest = behind;
    }
    let options = FindOptions {
        kind: Some(PathKind::ConfigPath),
        tree: TreeOptions {
            deploy_path: Some("/etc/containerd/certs.d".to_owned()),
            sysroot: None,
        },
        ..FindOptions::default()
    };
    let (trees, _) = find(&[folder.path().join("certs.d")], &options);
    lint::check(&trees);
}

fn seeds(seeds: &Seeds) -> Vec<Vec<u8>> {
    let hosts_toml = "server = \"https://a.example\"\nca = \"ca.pem\"\nclient = [[\"client.pem\", \"client.key\"]]\n\
        [host.\"https://mirror.internal\"]\nca = [\"ca.pem\"]\nclient = [\"client.pem\", [\"docker.cert\", \"docker.key\"]]\n";
    let pki = seeds.files("fixtures/pki", "");
    let mut all: Vec<Vec<u8>> = pki
        .iter()
        .map(|file| join(&[hosts_toml.as_bytes(), file, file, file]))
        .collect();
    let (certificates, keys) = (
        seeds.files("fixtures/pki", ".pem"),
        seeds.files("fixtures/pki", ".key"),
    );
    for (certificate, key) in certificates.iter().zip(keys.iter().cycle()) {
        all.push(join(&[b"", b"", b"", b"", certificate, key]));
        all.push(join(&[
            hosts_toml.as_bytes(),
            certificate,
            certificate,
            key,
        ]));
    }
    all
}

fn join(files: &[&[u8]]) -> Vec<u8> {
    files.join(SEPARATOR.as_bytes())
}
