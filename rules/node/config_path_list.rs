use crate::containerd::node::ConfigOutcome;
use crate::facts::sections::{
    config_path, has_tree, is_unset, quoted, set_config_path, unsplit_list, was_meant,
};
use crate::facts::{Check, NodeContext};
use crate::finding::{Finding, Safety, Severity};
use crate::toml::document::Place;

crate::rule! {
    /// A config path of several directories, which the transfer service reads as one.
    ///
    /// ## What it does
    ///
    /// Reports a `config_path` such as `"/etc/containerd/certs.d:/etc/docker/certs.d"` for releases that pull through the transfer service, whether
    /// it is written or, from 2.2, built in. Silent where a directory of exactly that name exists on the node.
    ///
    /// ## Why
    ///
    /// Only local pulls by CRI split the list at its colons. The transfer service, through which images are pulled from 2.1 on, reads the text as the
    /// name of a single directory, finds nothing there and logs nothing: no hosts.toml of the node is read. A single directory is read by every release.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # config.toml
    /// version = 3
    /// [plugins.'io.containerd.cri.v1.images'.registry]
    ///   config_path = "/etc/containerd/certs.d:/etc/docker/certs.d"
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
    /// When no pull is to be affected by a tree: the built-in list is only a note where no tree is linted along or found on the node. A setting that
    /// forces local pulls, such as `use_local_image_pull = true`, makes containerd split the list again, and nothing is reported.
    ///
    /// ## Source
    ///
    /// containerd#12636, containerd#12415, containerd#12808. Recorded from containerd: `node-*-list` and `node-*-pull-*` in
    /// `fixtures/conformance/node.jsonl`.
    name: "config-path-list",
    category: Node,
    severity: Error,
    consequence: KeyIgnored,
    releases: "2.1 and later",
    fix: Unsafe,
    check: Check::Node(check),
}

/// A list that is not split.
#[derive(Debug, Clone, PartialEq, Eq)]
struct List {
    text: String,
    is_built_in: bool,
}

fn check(context: &NodeContext, out: &mut Vec<Finding>) {
    // Where other releases have no config path at all, one finding is enough: config-path-unset.
    let is_told = context.outcomes.iter().any(is_unset);
    for group in context.groups(|outcome| lists(context, outcome)) {
        // Where it is not one, config.toml may have one.
        if group.what.is_built_in && (context.node.is_drop_in() || is_told) {
            continue;
        }
        let list = &group.what.text;
        let first = list.split(':').find(|part| !part.is_empty());
        let first = first.map_or_else(|| config_path(context), str::to_owned);
        let message = match group.what.is_built_in {
            false => format!("the transfer service reads `{list}` as the name of one directory"),
            true => format!(
                "no `config_path` is set, and the transfer service reads the built-in `{list}` as the name of one directory"
            ),
        };
        let finding = context
            .finding(&RULE, &group, message)
            .label(match group.what.is_built_in {
                true => "no config path",
                false => "not split at the colons",
            })
            .effect("that directory does not exist, so pulls use no hosts.toml and containerd logs nothing about it");
        let finding = match group.what.is_built_in && !has_tree(context) {
            true => finding.severity(Severity::Note),
            false => finding,
        };
        let others = "; or set `use_local_image_pull = true`, and containerd splits the list";
        out.push(
            match (group.what.is_built_in, group.location.span.clone()) {
                (false, Some(span)) => finding
                    .help(format!(
                        "name one directory: `config_path = {}`{others}",
                        quoted(&first)
                    ))
                    .fix(
                        Safety::Unsafe,
                        "keep the first directory",
                        span,
                        quoted(&first),
                    ),
                _ => match set_config_path(context, &group, &first) {
                    Some(section) => finding.help(section.help("name one directory")).fix_edits(
                        Safety::Unsafe,
                        "set it to the first directory",
                        section.edits,
                    ),
                    None => finding,
                },
            },
        );
    }
}

/// The list, where it is not split, and where it is set; for the built-in one, where an empty one is.
fn lists(context: &NodeContext, outcome: &ConfigOutcome) -> Vec<(List, Option<Place>)> {
    let list = unsplit_list(context, outcome)
        .filter(|_| !outcome.is_built_in() || !was_meant(outcome))
        .map(|text| List {
            text: text.to_owned(),
            is_built_in: outcome.is_built_in(),
        });
    let place = || outcome.config_path_place.clone();
    list.into_iter().map(|list| (list, place())).collect()
}
