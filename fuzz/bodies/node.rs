//! Bytes are a config.toml: the model of the node, linting, and every format.

use std::path::Path;

use certsd_lint::containerd::node::{ConfigOutcome, Cri, load};
use certsd_lint::containerd::{Files, Release};
use certsd_lint::disk::NodeFiles;
use certsd_lint::engine::lint_nodes;
use certsd_lint::finding::{Run, Settings};
use certsd_lint::toml::document::Place;

use super::lint::{assert_formats, assert_places, in_lines};
use super::{Body, Seeds};

pub const BODY: Body = Body {
    name: "node",
    run,
    seeds: Seeds::node_configs,
};

fn run(data: &[u8]) {
    let node = NodeFiles::deployed(Path::new("/no-such-folder/containerd/config.toml"))
        .with_config(data.to_owned());
    for release in Release::newest() {
        let outcome = load(release, &node, &node.config);
        assert_outcome(&outcome, &node);
        assert_eq!(outcome, load(release, &node, &node.config));
    }
    let lint = || {
        let settings = Settings {
            releases: Release::newest().collect(),
            ..Settings::default()
        };
        lint_nodes(std::slice::from_ref(&node), &[], &Run { settings, now: 0 })
    };
    let report = lint();
    assert_eq!(report.failures, []);
    assert_places(&report);
    assert_eq!(in_lines(&report), in_lines(&lint()), "not repeatable");
    assert_formats(&report);
}

/// Every place is in the text of its file, and what does not come up has a reason.
fn assert_outcome(outcome: &ConfigOutcome, node: &NodeFiles) {
    let is_place = |place: &Place| {
        let path = outcome.path(place).expect("a file that was read");
        let bytes = node.read(path).expect("a file that was read");
        assert!(bytes.get(place.span.clone()).is_some(), "{place:?}");
    };
    let fault = outcome.fault.as_ref();
    assert_eq!(
        fault.is_some(),
        !outcome.starts || outcome.cri == Cri::Fails
    );
    fault
        .and_then(|fault| fault.place.as_ref())
        .into_iter()
        .chain(&outcome.config_path_place)
        .chain(outcome.deprecated.iter().map(|(_, place)| place))
        .chain(outcome.ignored.iter().map(|ignored| &ignored.place))
        .chain(outcome.forced_local_pull.iter().map(|forced| &forced.place))
        .for_each(is_place);
}
