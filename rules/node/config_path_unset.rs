use crate::containerd::Release;
use crate::containerd::node::ConfigOutcome;
use crate::facts::sections::{config_path, has_tree, is_unset, set_config_path, unsplit_list};
use crate::facts::{Check, Group, NodeContext};
use crate::finding::{Finding, Safety, Severity};

crate::rule! {
    /// No config path: the node does not look for a tree.
    ///
    /// ## What it does
    ///
    /// Reports a config.toml that sets no `config_path`, for releases that have none of their own. Where other releases of the run take their built-in list for
    /// the name of one directory (`config-path-list`), the finding is about these too. A file that is named alone and is in a folder of drop-ins, such as
    /// `conf.d`, need not set one.
    ///
    /// ## Why
    ///
    /// Below 2.2 the config path is empty unless it is set. Then CRI reads no hosts.toml at all, and every pull goes straight to the registry.
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
    /// On nodes that need neither mirrors nor certificates. It is only a note where no tree is linted along or found on the node: most config.toml files are
    /// not about registries.
    ///
    /// ## Source
    ///
    /// containerd's `docs/cri/registry.md`; containerd#6485. Recorded from containerd: `node-*-nothing` in `fixtures/conformance/node.jsonl`.
    name: "config-path-unset",
    category: Node,
    severity: Error,
    consequence: KeyIgnored,
    releases: "all",
    fix: Safe,
    check: Check::Node(check),
}

fn check(context: &NodeContext, out: &mut Vec<Finding>) {
    if context.node.is_drop_in() {
        return;
    }
    let releases = |keep: &dyn Fn(&ConfigOutcome) -> bool| -> Vec<Release> {
        let outcomes = context.outcomes.iter().filter(|outcome| keep(outcome));
        outcomes.map(|outcome| outcome.release).collect()
    };
    // An empty one is a place to look at.
    let place = |outcome: &ConfigOutcome| outcome.config_path_place.clone();
    let unset = context.groups(|outcome| {
        is_unset(outcome)
            .then(|| ((), place(outcome)))
            .into_iter()
            .collect()
    });
    let lists =
        releases(&|outcome| outcome.is_built_in() && unsplit_list(context, outcome).is_some());
    for (
        index,
        Group {
            what: (),
            location,
            releases: silent,
        },
    ) in unset.into_iter().enumerate()
    {
        let lists = if index == 0 { lists.as_slice() } else { &[] };
        let group = Group {
            what: (),
            location,
            releases: [silent.as_slice(), lists].concat(),
        };
        let mut effect =
            "containerd reads no hosts.toml, and every pull goes straight to its registry"
                .to_owned();
        if !lists.is_empty() {
            effect.push_str(
                "; from 2.2 on it reads the built-in list of two directories as the name of one, which does not exist",
            );
        }
        let finding = context
            .finding(&RULE, &group, "no `config_path` is set")
            .label("no config path")
            .effect(effect);
        let finding = match has_tree(context) {
            true => finding,
            false => finding.severity(Severity::Note),
        };
        out.push(
            match set_config_path(context, &group, &config_path(context)) {
                Some(section) => finding.help(section.help("set it")).fix_edits(
                    Safety::Safe,
                    "set the config path",
                    section.edits,
                ),
                None => finding,
            },
        );
    }
}
