//! The daemon's own configuration: whether it starts, whether CRI loads, and the registry settings that count.

use certsd_lint::containerd::Release;
use certsd_lint::containerd::node::{BUILT_IN_CONFIG_PATH, ConfigOutcome, Cri, load};
use serde::Deserialize;

use super::memory::{Memory, ROOT};
use super::vectors::{Case, assert_none, read_as};

/// What a group of releases answered.
#[derive(Debug, Deserialize)]
struct Expected {
    releases: Vec<String>,
    daemon: String,
    #[serde(default)]
    cri: Option<String>,
    #[serde(default)]
    config_path: String,
    /// What `config dump` prints. From 2.2.2 the built-in list is added after that.
    #[serde(default)]
    effective_config_path: Option<String>,
    #[serde(default)]
    forced_local_pull: Option<String>,
    #[serde(default)]
    deprecated: Vec<String>,
}

/// The files that hold outcomes of the daemon: the last patch release of each line, and those at which something changed.
const NODE: [&str; 2] = ["node", "node-patches"];

#[test]
fn every_node_is_containerds() {
    let (mut contradictions, mut outcomes) = (Vec::new(), 0);
    for case in NODE.iter().flat_map(|name| read_as::<Expected>(name)) {
        // In a file's text, `$ROOT` is the directory of the case.
        let files = Memory::with(&case, |bytes| {
            String::from_utf8(bytes)
                .map(|text| text.replace("$ROOT", ROOT).into_bytes())
                .unwrap_or_else(|error| error.into_bytes())
        });
        for expected in &case.expect {
            for release in &expected.releases {
                let release: Release = release.parse().unwrap();
                outcomes += 1;
                let outcome = load(release, &files, &format!("{ROOT}/config.toml"));
                if let Err(why) = compare(&outcome, expected) {
                    contradictions.push(format!("{} [{release}] {why}", case.id));
                }
            }
        }
    }
    assert_none(&contradictions, outcomes);
}

/// A daemon that does not start has no CRI, and a CRI that does not load has no settings.
fn compare(outcome: &ConfigOutcome, expected: &Expected) -> Result<(), String> {
    let differ = |what: &str| Err(format!("{what}: {outcome:?}\n  not {expected:?}"));
    if outcome.starts != (expected.daemon == "starts") {
        return differ("daemon");
    }
    if !outcome.starts {
        return match outcome.fault {
            Some(_) => Ok(()),
            None => differ("no reason"),
        };
    }
    let cri = match outcome.cri {
        Cri::Loads => "loads",
        Cri::Fails => "fails",
        Cri::Absent => "absent",
    };
    if expected.cri.as_deref() != Some(cri) {
        return differ("CRI");
    }
    if outcome.cri != Cri::Loads {
        return Ok(());
    }
    if outcome.config_path != expected.config_path {
        return differ("config_path");
    }
    if let (true, Some(path)) = (
        outcome.release.default_beside_mirrors(),
        &expected.effective_config_path,
    ) && outcome.is_built_in() != (path == BUILT_IN_CONFIG_PATH)
    {
        return differ("effective config_path");
    }
    let forced = outcome.forced_local_pull.as_ref();
    let forced = forced.filter(|forced| !forced.is_table);
    if forced.map(|forced| forced.name) != expected.forced_local_pull.as_deref() {
        return differ("forced_local_pull");
    }
    let deprecated: Vec<&str> = outcome.deprecated.iter().map(|(name, _)| *name).collect();
    if deprecated != expected.deprecated {
        return differ("deprecated");
    }
    Ok(())
}

/// The cases are not read for nothing.
#[test]
fn every_case_has_a_config_toml() {
    let cases: Vec<Case<Expected>> = NODE.iter().flat_map(|name| read_as(name)).collect();
    assert_eq!(cases.len(), 281 + 210);
    assert!(
        cases
            .iter()
            .all(|case| case.files.contains_key("config.toml"))
    );
}
