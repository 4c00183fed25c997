use crate::containerd::node::{ConfigOutcome, Why};
use crate::facts::{Check, NodeContext};
use crate::finding::Finding;
use crate::toml::document::Place;

crate::rule! {
    /// Registry tables in config.toml that are deprecated.
    ///
    /// ## What it does
    ///
    /// Reports the tables `mirrors`, `configs` and `auths` of CRI's registry settings, and `tls` below `configs` where it is ignored.
    ///
    /// ## Why
    ///
    /// containerd warns about them on every start (about `configs` from 1.6.25 and 1.7.9), and their removal is announced for 2.4. From 2.0 on `tls` below
    /// `configs` is not read any more, so a registry with a CA of its own fails, and from 2.1 on each of the tables forces local pulls. hosts.toml files hold
    /// the same settings and are read by every release.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # config.toml
    /// version = 2
    /// [plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
    ///   endpoint = ["https://mirror.internal"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # config.toml
    /// version = 2
    /// [plugins."io.containerd.grpc.v1.cri".registry]
    ///   config_path = "/etc/containerd/certs.d"
    /// ```
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When credentials have to be in config.toml: hosts.toml can hold them only as a header. Image pull secrets and the kubelet's credential providers
    /// are the better places.
    ///
    /// ## Source
    ///
    /// containerd's `RELEASES.md`; containerd#11624. Recorded from containerd: `node-*-mirrors`, `node-*-configs-*` and `node-*-auths` in
    /// `fixtures/conformance/node.jsonl`.
    name: "deprecated-registry-config",
    category: Node,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: None,
    check: Check::Node(check),
}

fn check(context: &NodeContext, out: &mut Vec<Finding>) {
    let deprecated = |outcome: &ConfigOutcome| {
        let tables = outcome.deprecated.iter();
        tables
            .map(|(table, place)| (*table, Some(place.clone())))
            .collect()
    };
    for group in context.groups(deprecated) {
        let table = group.what;
        let help = match table {
            "auths" => {
                "use image pull secrets or a credential provider of the kubelet, and delete the table"
            }
            "configs" => {
                "move `tls` to hosts.toml files, which `certsd-lint migrate` writes, and credentials to image pull secrets"
            }
            _ => {
                "run `certsd-lint migrate`, which writes hosts.toml files and the `config_path` for them, and delete the table"
            }
        };
        out.push(
            context
                .finding(&RULE, &group, format!("`{table}` is deprecated"))
                .label("deprecated")
                .effect("containerd warns about it on every start, and its removal is announced for 2.4")
                .help(help),
        );
    }
    let ignored = |outcome: &ConfigOutcome| -> Vec<(String, Option<Place>)> {
        let ignored = outcome.ignored.iter();
        ignored
            .filter(|ignored| ignored.why == Why::ConfigsTls)
            .map(|ignored| (ignored.what.clone(), Some(ignored.place.clone())))
            .collect()
    };
    for group in context.groups(ignored) {
        out.push(
            context
                .finding(&RULE, &group, format!("{} is ignored", group.what))
                .label("not read")
                .effect("from 2.0 on containerd connects to the registry with the system's CAs and without a client certificate")
                .help("write `ca`, `client` or `skip_verify` in the registry's hosts.toml, as `certsd-lint migrate` does"),
        );
    }
}
