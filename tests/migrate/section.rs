//! What is said of config.toml, done to the old one, gives a node that uses the tree.

use std::borrow::Cow;

use certsd_lint::containerd::node::{self, Cri};
use certsd_lint::containerd::{DirEntry, FileError, Files};
use certsd_lint::migrate::{Migration, Options, SourceKind, migrate};

use super::cases::cases;
use super::compare::ROOT;

const PATH: &str = "/etc/containerd/config.toml";

/// A node on which config.toml is the only file.
struct Node(String);

impl Files for Node {
    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, FileError> {
        match path {
            PATH => Ok(Cow::Borrowed(self.0.as_bytes())),
            _ => Err(FileError::NotFound),
        }
    }

    fn stat(&self, path: &str) -> Result<(), FileError> {
        match path {
            PATH => Ok(()),
            _ => Err(FileError::NotFound),
        }
    }

    fn list(&self, _: &str) -> Result<Vec<DirEntry>, FileError> {
        Err(FileError::NotFound)
    }
}

/// Does what the report says: deletes the tables, and writes the section.
fn done(text: &str, migration: &Migration) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut deleting = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with('[') {
            deleting = migration
                .delete
                .iter()
                .any(|(_, number)| *number == Some(index + 1));
        }
        // These two are in the section.
        let replaced = ["version", "config_path"]
            .iter()
            .any(|key| line.trim_start().starts_with(key));
        if !deleting && !replaced {
            kept.push(line);
        }
    }
    let (version, section) = migration
        .section
        .text
        .split_once('[')
        .map(|(version, rest)| (version, format!("[{rest}")))
        .unwrap();
    let (header, setting) = section.split_once('\n').unwrap();
    // The quotes may be of the other kind.
    let place = kept
        .iter()
        .position(|line| line.trim().replace('\'', "\"") == header);
    match place {
        Some(at) => kept.insert(at + 1, setting),
        None => kept.extend([header, setting]),
    }
    format!("{version}{}\n", kept.join("\n"))
}

#[test]
fn a_node_that_does_what_is_said_uses_the_tree() {
    let mut tried = 0;
    for case in cases()
        .iter()
        .filter(|case| case.kind == SourceKind::Containerd)
    {
        let source = certsd_lint::migrate::parse(case.kind, &case.text).unwrap();
        // Where every plugin has its short name, there is more to rename than the registry.
        if !source.holds_registries || case.name == "schema-1" {
            continue;
        }
        let releases = case.releases();
        let options = Options {
            releases: &releases,
            config_path: ROOT,
            from: case.source,
        };
        let migration = migrate(source, &options);
        let text = done(&case.text, &migration);
        for release in releases {
            let outcome = node::load(release, &Node(text.clone()), PATH);
            assert_eq!(
                outcome.cri,
                Cri::Loads,
                "{} on {release}: {:?}\n{text}",
                case.name,
                outcome.fault
            );
            assert_eq!(
                outcome.config_path, ROOT,
                "{} on {release}:\n{text}",
                case.name
            );
            let old: Vec<&str> = outcome.deprecated.iter().map(|(table, _)| *table).collect();
            assert!(
                !old.contains(&"mirrors"),
                "{} on {release}: {old:?}\n{text}",
                case.name
            );
            tried += 1;
        }
    }
    assert!(tried > 60, "{tried} nodes");
}

#[test]
fn the_section_alone_is_read_by_all_releases_that_it_is_for() {
    for kind in [SourceKind::Docker, SourceKind::K3s] {
        for range in ["1.6..2.3", "1.7", ">=2.0", "2.3"] {
            let releases = certsd_lint::containerd::release::parse_releases(range).unwrap();
            let options = Options {
                releases: &releases,
                config_path: ROOT,
                from: kind.file(),
            };
            let migration = migrate(certsd_lint::migrate::parse(kind, "{}").unwrap(), &options);
            for release in releases {
                let node = Node(migration.section.text.clone());
                let outcome = node::load(release, &node, PATH);
                assert_eq!(outcome.config_path, ROOT, "{kind:?} {range} on {release}");
            }
        }
    }
}
