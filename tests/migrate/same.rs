//! Each case, on each release.

use certsd_lint::containerd::{Endpoint, Release};
use certsd_lint::migrate::{Options, migrate};

use super::cases::cases;
use super::compare::{ROOT, Written, differences};

/// Registries that no case names: what is said of all holds for them, or nothing.
const STRANGERS: [&str; 5] = [
    "docker.io",
    "quay.io",
    "ghcr.io",
    "stranger.internal",
    "stranger.internal:8443",
];

#[test]
fn the_migrated_trees_mean_what_the_old_configurations_meant() {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for case in cases() {
        // A node is not the one that the paths of Windows are for, and this one is left out for 1.x.
        if ["windows", "ipv6-on-1.x"].contains(&case.name.as_str()) {
            continue;
        }
        let releases = case.releases();
        let source = certsd_lint::migrate::parse(case.kind, &case.text).unwrap();
        let options = Options {
            releases: &releases,
            config_path: ROOT,
            from: case.source,
        };
        let migration = migrate(source, &options);
        let tree = Written::new(&migration);
        let old = certsd_lint::migrate::parse(case.kind, &case.text)
            .unwrap()
            .old;
        let mut hosts = old.named();
        hosts.extend(STRANGERS.iter().map(ToString::to_string));
        // For all lines, whichever the case is written for; but for those that it is not written for at all.
        let only_v2 = releases.iter().all(|release| release.is_v2());
        let lines: Vec<Release> = Release::newest()
            .filter(|release| *release >= Release::new(1, 6, 0))
            .filter(|release| !only_v2 || release.is_v2())
            .collect();
        for host in &hosts {
            compared += 1;
            let found = differences(&*old, &tree, &lines, host);
            wrong.extend(found.iter().map(|text| format!("{}: {text}", case.name)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 150, "{compared} registries");
}

#[test]
fn a_path_of_windows_is_written_as_it_is() {
    let case = cases()
        .into_iter()
        .find(|case| case.name == "windows")
        .unwrap();
    let source = certsd_lint::migrate::parse(case.kind, &case.text).unwrap();
    let releases = Release::supported();
    let options = Options {
        releases: &releases,
        config_path: ROOT,
        from: case.source,
    };
    let migration = migrate(source, &options);
    assert_eq!(migration.files[0].directory, "reg.internal_5000_");
    assert!(
        migration.files[0]
            .text
            .contains(r#"ca = "C:\\ProgramData\\certs\\ca.pem""#)
    );
}

#[test]
fn a_bracketed_address_is_left_out_for_1_x_and_nothing_else_is() {
    let case = cases()
        .into_iter()
        .find(|case| case.name == "ipv6-on-1.x")
        .unwrap();
    let source = certsd_lint::migrate::parse(case.kind, &case.text).unwrap();
    let releases = Release::supported();
    let options = Options {
        releases: &releases,
        config_path: ROOT,
        from: case.source,
    };
    let migration = migrate(source, &options);
    let tree = Written::new(&migration);
    let urls = |host: &str| -> Vec<String> {
        let outcome = certsd_lint::containerd::load(Release::new(1, 7, 34), &tree, ROOT, host);
        outcome.endpoints().iter().map(Endpoint::url).collect()
    };
    assert_eq!(
        urls("docker.io"),
        [
            "https://mirror.internal/v2",
            "https://registry-1.docker.io/v2"
        ]
    );
    // As the server, it is in no table's key.
    assert_eq!(urls("[fd00::1]:5000"), ["http://[fd00::1]:5000/v2"]);
    assert!(migration.loses());
}
