use crate::containerd::node::{Outcome, Reason};
use crate::facts::{Check, NodeContext};
use crate::finding::Finding;
use crate::toml::document::Place;

crate::rule! {
    /// CRI is disabled, and with it the kubelet's way to containerd.
    ///
    /// ## What it does
    ///
    /// Reports `disabled_plugins` that names CRI or a plugin that CRI cannot do without.
    ///
    /// ## Why
    ///
    /// Docker's packages ship a config.toml with `disabled_plugins = ["cri"]`, for Docker does not need it. On a node of a cluster the kubelet then finds
    /// nobody to talk to (`unknown service runtime.v1.RuntimeService`), and no registry setting has any effect.
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
    /// Recorded from containerd: `node-packaged-docker` and `node-*-disabled-*` in `fixtures/conformance/node.jsonl`. From 2.0 the image service of CRI loads
    /// all the same; that its server does not is read in containerd's sources (`plugins/cri`).
    name: "cri-disabled",
    category: Node,
    severity: Error,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Node(check),
}

fn check(context: &NodeContext, out: &mut Vec<Finding>) {
    for group in context.groups(disabled) {
        let message = match group.what {
            None => "CRI is disabled".to_owned(),
            Some(plugin) => format!("the plugin {plugin}, which CRI needs, is disabled"),
        };
        out.push(
            context
                .finding(&RULE, &group, message)
                .label("switches CRI off")
                .effect("the kubelet has nobody to talk to, and no registry setting has any effect")
                .help("take it out of `disabled_plugins`, and restart containerd"),
        );
    }
}

/// Where CRI is disabled: itself, or by way of a plugin that it needs.
fn disabled(outcome: &Outcome) -> Vec<(Option<&'static str>, Option<Place>)> {
    let itself = outcome
        .disabled
        .as_ref()
        .or(outcome.server_disabled.as_ref());
    if let Some(place) = itself.filter(|_| outcome.starts) {
        return vec![(None, Some(place.clone()))];
    }
    match &outcome.fault {
        Some(fault) => match fault.reason {
            Reason::Disabled(plugin) => vec![(Some(plugin), fault.place.clone())],
            _ => Vec::new(),
        },
        None => Vec::new(),
    }
}
