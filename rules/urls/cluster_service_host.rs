use crate::facts::{Check, NamespaceContext, in_environment, is_cluster_service, written_urls};
use crate::finding::{Finding, Severity};

crate::rule! {
    /// A Kubernetes service name, which the node's resolver does not know.
    ///
    /// ## What it does
    ///
    /// Reports hosts like `registry.kube-system.svc.cluster.local` and `registry.kube-system.svc`.
    ///
    /// ## Why
    ///
    /// containerd runs on the node and uses the node's resolver, not the cluster's DNS. Unless the node was set up for that,
    /// every request fails with `no such host`, and containerd tries the next endpoint.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://registry.kube-system.svc.cluster.local"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// A NodePort or the service's cluster IP, which nodes can reach:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host."https://127.0.0.1:30500"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// If the nodes' resolver forwards the cluster's domain to the cluster's DNS, or `/etc/hosts` has the name.
    ///
    /// ## Source
    ///
    /// Kubernetes' documentation, "DNS for Services and Pods": the cluster's DNS serves pods.
    name: "cluster-service-host",
    category: Urls,
    severity: Warning,
    consequence: RequestsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let urls = written_urls(context);
    for (index, url) in urls.iter().enumerate() {
        let name = url.name();
        let is_repeated = urls[..index]
            .iter()
            .any(|other| other.url.host == url.url.host);
        if !url.leads_somewhere() || !is_cluster_service(&name) || is_repeated {
            continue;
        }
        let span = url.authority().map_or(url.span.clone(), |at| url.part(at));
        let finding = context
            .finding(
                &RULE,
                span,
                format!("`{name}` is a cluster service name, which nodes usually cannot resolve"),
            )
            .severity(in_environment(context, Severity::Warning))
            .label("a name for pods")
            .unknown_here("whether the node resolves the name")
            .effect(
                "containerd uses the node's resolver, not the cluster's DNS: unless the node resolves the name, requests fail \
                 with `no such host`",
            )
            .help("write an address that nodes can reach, such as a NodePort on 127.0.0.1 or the service's cluster IP")
            .releases(url.entry.releases.clone());
        let others = urls[index + 1..]
            .iter()
            .filter(|other| other.url.host == url.url.host);
        out.push(others.fold(finding, |finding, other| {
            finding.related(context.location(other.span.clone()), "also here")
        }));
    }
}
