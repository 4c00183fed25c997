use crate::containerd::node::{ConfigOutcome, Why};
use crate::facts::sections::{config_path, header, in_config_toml, plugin};
use crate::facts::{Check, NodeContext};
use crate::finding::Finding;
use crate::toml::document::Place;

crate::rule! {
    /// A config path of the transfer service, which does nothing.
    ///
    /// ## What it does
    ///
    /// Reports `config_path` in `[plugins.'io.containerd.transfer.v1.local']`.
    ///
    /// ## Why
    ///
    /// The transfer service has the setting, and no release uses it. CRI pulls use the `config_path` of CRI's own `registry` table, even when they go through
    /// the transfer service.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # config.toml
    /// version = 3
    /// [plugins.'io.containerd.transfer.v1.local']
    ///   config_path = "/etc/containerd/certs.d"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # config.toml
    /// version = 3
    /// [plugins.'io.containerd.cri.v1.images'.registry]
    ///   config_path = "/etc/containerd/certs.d"
    /// ```
    ///
    /// ## When not to
    ///
    /// There is no case in which it does anything.
    ///
    /// ## Source
    ///
    /// containerd#12711. Recorded from containerd: `node-*-transfer` in `fixtures/conformance/node.jsonl`.
    name: "transfer-config-path",
    category: Node,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Node(check),
}

fn check(context: &NodeContext, out: &mut Vec<Finding>) {
    let version = context
        .outcomes
        .first()
        .and_then(|outcome| outcome.files.first())
        .map_or(0, |file| file.version);
    let section = header(plugin(version));
    // A file of version 1, and one that says none, has the section under another name.
    let also = match version {
        ..=1 => ", with `version = 2` at the head of the file",
        _ => "",
    };
    for group in context.groups(found) {
        out.push(
            context
                .finding(
                    &RULE,
                    &group,
                    "`config_path` of the transfer service has no effect",
                )
                .label("no effect")
                .effect("pulls use the `config_path` of CRI's `registry` table only")
                .help(match in_config_toml(context, &config_path(context)) {
                    Some(edit) => edit.after(format!("move it to {section}{also}")),
                    None => format!("move it to {section}{also}"),
                }),
        );
    }
}

fn found(outcome: &ConfigOutcome) -> Vec<((), Option<Place>)> {
    outcome
        .ignored
        .iter()
        .filter(|ignored| ignored.why == Why::TransferConfigPath)
        .map(|ignored| ((), Some(ignored.place.clone())))
        .collect()
}
