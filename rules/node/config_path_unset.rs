use crate::containerd::node::{Cri, Outcome, Why};
use crate::facts::sections::{config_path, set_config_path};
use crate::facts::{Check, NodeContext};
use crate::finding::{Finding, Safety};
use crate::toml::document::Place;

crate::rule! {
    /// No config path: the node does not look for a tree.
    ///
    /// ## What it does
    ///
    /// Reports a config.toml that sets no `config_path`, for releases that have none of their own. A file that is named alone and lies in a folder of
    /// drop-ins, such as `conf.d`, need not set one.
    ///
    /// ## Why
    ///
    /// Below 2.2 the config path is empty unless it is set. Then CRI reads no hosts.toml at all, and every pull goes to the registry itself.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # config.toml
    /// version = 2
    /// [plugins."io.containerd.grpc.v1.cri"]
    ///   sandbox_image = "registry.k8s.io/pause:3.9"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # config.toml
    /// version = 2
    /// [plugins."io.containerd.grpc.v1.cri"]
    ///   sandbox_image = "registry.k8s.io/pause:3.9"
    /// [plugins."io.containerd.grpc.v1.cri".registry]
    ///   config_path = "/etc/containerd/certs.d"
    /// ```
    ///
    /// ## When not to
    ///
    /// On nodes that need neither mirrors nor certificates.
    ///
    /// ## Source
    ///
    /// containerd's `docs/cri/registry.md`; containerd#6485. Recorded from containerd: `node-*-nothing` in `fixtures/conformance/node.jsonl`.
    name: "config-path-unset",
    category: Node,
    severity: Error,
    consequence: KeyIgnored,
    releases: "below 2.2",
    fix: Safe,
    check: Check::Node(check),
}

fn check(context: &NodeContext, out: &mut Vec<Finding>) {
    if context.node.is_drop_in() {
        return;
    }
    for group in context.groups(unset) {
        let finding = context
            .finding(&RULE, &group, "no `config_path` is set")
            .label("no config path")
            .effect("no hosts.toml is read: every pull goes to the registry itself");
        out.push(
            match set_config_path(context, &group, &config_path(context)) {
                Some(section) => finding
                    .help(format!("set it:\n{}", section.written))
                    .fix_edits(Safety::Safe, "set the config path", section.edits),
                None => finding,
            },
        );
    }
}

/// Nothing is looked in, and nothing says otherwise: no old table, and no section that was to set it.
fn unset(outcome: &Outcome) -> Vec<((), Option<Place>)> {
    let was_meant = outcome.ignored.iter().any(|ignored| match &ignored.why {
        Why::OtherSection { .. }
        | Why::Unquoted(_)
        | Why::Misquoted(_)
        | Why::OutsideRegistry
        | Why::Capitals
        | Why::ReplacedWhole(_) => true,
        Why::UnknownKey { near } => *near == Some("config_path"),
        _ => false,
    });
    let is_unset = outcome.starts
        && outcome.cri == Cri::Loads
        // cri-disabled
        && outcome.server_disabled.is_none()
        && outcome.roots.is_empty()
        && outcome.deprecated.is_empty()
        // An import that cannot be looked at may set it.
        && outcome.unknown.is_empty()
        && !was_meant;
    // An empty one is a place to look at.
    is_unset
        .then(|| ((), outcome.config_path_place.clone()))
        .into_iter()
        .collect()
}
