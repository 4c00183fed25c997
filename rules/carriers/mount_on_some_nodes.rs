use crate::carriers::fact::Fact;
use crate::facts::{CarrierContext, Check};
use crate::finding::{Finding, Location};

crate::rule! {
    /// Some nodes of a kind cluster have a hosts.toml mounted, and others do not.
    ///
    /// ## What it does
    ///
    /// Reports a node without an `extraMounts` entry for a config path or hosts.toml that another node of the same cluster has.
    ///
    /// ## Why
    ///
    /// Each node has a containerd of its own. A pod that is scheduled on the node without the mount pulls past the mirror.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # kind.yaml
    /// kind: Cluster
    /// apiVersion: kind.x-k8s.io/v1alpha4
    /// nodes:
    /// - role: control-plane
    ///   extraMounts:
    ///   - hostPath: ./certs.d
    ///     containerPath: /etc/containerd/certs.d
    /// - role: worker
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # kind.yaml
    /// kind: Cluster
    /// apiVersion: kind.x-k8s.io/v1alpha4
    /// nodes:
    /// - role: control-plane
    ///   extraMounts:
    ///   - hostPath: ./certs.d
    ///     containerPath: /etc/containerd/certs.d
    /// - role: worker
    ///   extraMounts:
    ///   - hostPath: ./certs.d
    ///     containerPath: /etc/containerd/certs.d
    /// ```
    ///
    /// ## When not to
    ///
    /// When only that node is to use the mirror.
    ///
    /// ## Source
    ///
    /// kind, Configuration: extra mounts are those of one node.
    name: "mount-on-some-nodes",
    category: Carriers,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: None,
    check: Check::Carrier(check),
}

fn check(context: &CarrierContext, out: &mut Vec<Finding>) {
    for fact in context.facts() {
        let Fact::MissingMount {
            at,
            role,
            target,
            mounted,
        } = fact
        else {
            continue;
        };
        let there = Location::span(&context.carrier.source, mounted.clone());
        out.push(
            context
                .finding(&RULE, at, format!("this {role} has no mount at `{target}`"))
                .label("without the mount")
                .effect("pods on this node pull past the mirror that the other nodes use")
                .help("give this node the same `extraMounts` entry")
                .related(there, "mounted on another node"),
        );
    }
}
