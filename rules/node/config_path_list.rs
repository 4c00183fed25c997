use crate::containerd::node::{Cri, Outcome, Pull};
use crate::facts::sections::{config_path, quoted, set_config_path};
use crate::facts::{Check, NodeContext};
use crate::finding::{Finding, Safety};
use crate::toml::document::Place;

crate::rule! {
    /// A config path of several directories, which pulls through the transfer service take for one.
    ///
    /// ## What it does
    ///
    /// Reports a `config_path` such as `"/etc/containerd/certs.d:/etc/docker/certs.d"` for releases that pull through the transfer service, whether
    /// it is written or, from 2.2, the one that is built in.
    ///
    /// ## Why
    ///
    /// Only pulls that CRI makes by itself split the list at its colons. The transfer service, through which images are pulled from 2.1 on, takes the
    /// text for the name of a single directory, finds nothing there and says nothing: no hosts.toml of the node is read. A single directory is read by
    /// every release.
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
    /// When no pull is to be affected by a tree. A setting that forces local pulls, such as `use_local_image_pull = true`, has the list split again;
    /// then nothing is reported.
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
    for group in context.groups(lists) {
        // Where it is none, config.toml may have one.
        if group.what.is_built_in && context.node.is_drop_in() {
            continue;
        }
        let list = &group.what.text;
        let first = list.split(':').find(|part| !part.is_empty());
        let first = first.map_or_else(|| config_path(context), str::to_owned);
        let message = match group.what.is_built_in {
            false => format!("`{list}` is the name of one directory to the transfer service"),
            true => format!(
                "no `config_path` is set, and the built-in `{list}` is the name of one directory to the transfer service"
            ),
        };
        let finding = context
            .finding(&RULE, &group, message)
            .label(match group.what.is_built_in {
                true => "no config path",
                false => "not split at the colons",
            })
            .effect("pulls look for a directory of that name, find none, and go on without any hosts.toml");
        let others = "; or set `use_local_image_pull = true`, which has the list split";
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
                    Some(section) => finding
                        .help(format!("name one directory:\n{}", section.written))
                        .fix_edits(
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
fn lists(outcome: &Outcome) -> Vec<(List, Option<Place>)> {
    let list = match outcome.roots.as_slice() {
        [root] if root.contains(':') => root,
        _ => return Vec::new(),
    };
    // Where CRI's server is disabled nobody pulls: cri-disabled.
    let serves = outcome.cri == Cri::Loads && outcome.server_disabled.is_none();
    if outcome.pull != Pull::Transfer || !serves {
        return Vec::new();
    }
    // An import that cannot be looked at may set another.
    if outcome.is_built_in() && !outcome.unknown.is_empty() {
        return Vec::new();
    }
    let list = List {
        text: list.clone(),
        is_built_in: outcome.is_built_in(),
    };
    vec![(list, outcome.config_path_place.clone())]
}
