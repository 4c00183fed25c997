use crate::containerd::node::{ConfigOutcome, Reason};
use crate::facts::{Check, NodeContext};
use crate::finding::Finding;
use crate::toml::document::Place;

crate::rule! {
    /// Mirrors in config.toml beside a config path: CRI does not load.
    ///
    /// ## What it does
    ///
    /// Reports a table `mirrors` beside a `config_path` that is not empty, and on 1.x `tls` below `configs` beside one.
    ///
    /// ## Why
    ///
    /// CRI refuses the combination. Its plugin does not load, the kubelet cannot connect to it, and the node runs no pods. In 2.2.0 and 2.2.1 the built-in
    /// config path is enough for that.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # config.toml
    /// version = 2
    /// [plugins."io.containerd.grpc.v1.cri".registry]
    ///   config_path = "/etc/containerd/certs.d"
    ///   [plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
    ///     endpoint = ["https://mirror.internal"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// The config path alone, with `docker.io/hosts.toml` below it:
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
    /// There is no case in which CRI loads with both.
    ///
    /// ## Source
    ///
    /// containerd#5306, containerd#7844, containerd#12612. Recorded from containerd: `node-*-mirrors-path` and `node-*-configs-tls-path` in
    /// `fixtures/conformance/node.jsonl`.
    name: "mirrors-with-config-path",
    category: Node,
    severity: Error,
    consequence: CriFails,
    releases: "all",
    fix: None,
    check: Check::Node(check),
}

fn check(context: &NodeContext, out: &mut Vec<Finding>) {
    for group in context.groups(conflicts) {
        let (table, is_written) = group.what;
        let message = match is_written {
            true => format!("`{table}` and `config_path` are both set, and CRI does not load"),
            false => {
                format!("`{table}` is set beside the built-in config path, and CRI does not load")
            }
        };
        let mut finding = context
            .finding(&RULE, &group, message)
            .label("CRI does not load")
            .effect("the kubelet cannot connect to containerd, and the node runs no pods")
            .help(format!(
                "run `certsd-lint migrate`, which writes hosts.toml files from `{table}`, and delete `{table}`"
            ));
        let outcome = context
            .outcomes
            .iter()
            .find(|outcome| group.releases.contains(&outcome.release));
        if let Some((outcome, place)) =
            outcome.and_then(|o| Some((o, o.config_path_place.as_ref()?)))
        {
            finding = finding.related(context.place(outcome, place), "the config path");
        }
        out.push(finding);
    }
}

/// The table, and whether a config path is written beside it.
fn conflicts(outcome: &ConfigOutcome) -> Vec<((&'static str, bool), Option<Place>)> {
    let Some(fault) = &outcome.fault else {
        return Vec::new();
    };
    // Where CRI is required, the daemon falls with it.
    let reason = match &fault.reason {
        Reason::Required {
            because: Some(reason),
            ..
        } => reason,
        reason => reason,
    };
    let what = match reason {
        Reason::BesideConfigPath(table) => (*table, true),
        Reason::BesideDefault => ("mirrors", false),
        _ => return Vec::new(),
    };
    vec![(what, fault.place.clone())]
}
