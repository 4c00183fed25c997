use crate::carriers::fact::Fact;
use crate::facts::{CarrierContext, Check};
use crate::finding::Finding;

crate::rule! {
    /// A file is placed in a config path where containerd reads nothing.
    ///
    /// ## What it does
    ///
    /// Reports a file that a script, a playbook or another carrier puts directly into a config path, under a name that is neither a
    /// namespace nor in one.
    ///
    /// ## Why
    ///
    /// containerd reads `<config path>/<registry>/hosts.toml` and the certificates beside it. It reads no files of the config path itself
    /// and does not report them.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # playbook.yml
    /// - name: Registry mirrors
    ///   ansible.builtin.template:
    ///     src: mirrors.toml.j2
    ///     dest: /etc/containerd/certs.d/
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # playbook.yml
    /// - name: Registry mirrors
    ///   ansible.builtin.template:
    ///     src: mirrors.toml.j2
    ///     dest: /etc/containerd/certs.d/quay.io/hosts.toml
    /// ```
    ///
    /// ## When not to
    ///
    /// For a file that another program reads there.
    ///
    /// ## Source
    ///
    /// `docs/hosts.md` of containerd.
    name: "unread-file",
    category: Carriers,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Carrier(check),
}

fn check(context: &CarrierContext, out: &mut Vec<Finding>) {
    for fact in context.facts() {
        let Fact::UnreadPath { at, file, root } = fact else {
            continue;
        };
        out.push(
            context
                .finding(&RULE, at, format!("containerd does not read `{root}/{file}`"))
                .label("not a namespace's hosts.toml")
                .effect("containerd reads only files in the directories of registries, and does not report others")
                .help(format!("write it to `{root}/REGISTRY/hosts.toml`, with the registry's host for REGISTRY")),
        );
    }
}
