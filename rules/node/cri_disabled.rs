use crate::containerd::node::{ConfigOutcome, Reason};
use crate::facts::{Check, NodeContext};
use crate::finding::Finding;
use crate::toml::document::Place;

crate::rule! {
    /// CRI is disabled, so the kubelet cannot connect to containerd.
    ///
    /// ## What it does
    ///
    /// Reports `disabled_plugins` that names CRI or one of some twenty plugins without which CRI does not load, and a proxy plugin that is a second content
    /// store.
    ///
    /// ## Why
    ///
    /// Docker's packages ship a config.toml with `disabled_plugins = ["cri"]`, because Docker does not need it. On a node of a cluster the kubelet then cannot
    /// connect to containerd (`unknown service runtime.v1.RuntimeService`), and no registry setting has any effect.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # config.toml
    /// disabled_plugins = ["cri"]
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
    /// ## When not to
    ///
    /// On machines that run Docker alone.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `node-packaged-docker` and `node-*-disabled-*` in `fixtures/conformance/node.jsonl`, `node-p-off-*` and `node-p-proxy-*` in
    /// `node-patches.jsonl`. From 2.0 the image service of CRI loads although its server does not (containerd's `plugins/cri`).
    name: "cri-disabled",
    category: Node,
    severity: Error,
    consequence: CriFails,
    releases: "all",
    fix: None,
    check: Check::Node(check),
}

/// The reasons why CRI does not load.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Off {
    /// CRI itself is disabled.
    Cri,
    /// A plugin is disabled that it needs.
    Needed(&'static str),
    /// A proxy plugin is a second content store.
    SecondStore(String),
}

fn check(context: &NodeContext, out: &mut Vec<Finding>) {
    for group in context.groups(off) {
        let (message, label, help) = match &group.what {
            Off::Cri => (
                "CRI is disabled".to_owned(),
                "disables CRI",
                "remove it from `disabled_plugins`, and restart containerd".to_owned(),
            ),
            Off::Needed(plugin) => (
                format!("plugin `{plugin}` is disabled, and CRI does not load without it"),
                "CRI needs this plugin",
                format!("remove `{plugin}` from `disabled_plugins`, and restart containerd"),
            ),
            Off::SecondStore(plugin) => (
                format!("proxy plugin `{plugin}` is a second content store beside the built-in one"),
                "a second content store",
                "add \"io.containerd.content.v1.content\" to `disabled_plugins` to use the proxy plugin alone, or delete the proxy plugin"
                    .to_owned(),
            ),
        };
        out.push(
            context
                .finding(&RULE, &group, message)
                .label(label)
                .effect("the kubelet cannot connect to containerd, and no registry setting has any effect")
                .help(help),
        );
    }
}

/// Where CRI is disabled: itself, or by way of a plugin that it needs.
fn off(outcome: &ConfigOutcome) -> Vec<(Off, Option<Place>)> {
    let itself = outcome
        .disabled
        .as_ref()
        .or(outcome.server_disabled.as_ref());
    if let Some(place) = itself.filter(|_| outcome.starts) {
        return vec![(Off::Cri, Some(place.clone()))];
    }
    let Some(fault) = &outcome.fault else {
        return Vec::new();
    };
    let off = match &fault.reason {
        Reason::Disabled(plugin) => Off::Needed(plugin),
        Reason::SecondContentStore { plugin } => Off::SecondStore(plugin.clone()),
        _ => return Vec::new(),
    };
    vec![(off, fault.place.clone())]
}
