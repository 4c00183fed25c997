use crate::containerd::Release;
use crate::containerd::node::{ConfigOutcome, DEFAULT_PATH, Reason};
use crate::facts::{Check, Group, NodeContext};
use crate::finding::{Consequence, Finding, Location, Safety, Severity};
use crate::toml::document::Place;

crate::rule! {
    /// A config.toml with which containerd, or its CRI, does not come up.
    ///
    /// ## What it does
    ///
    /// Reports what keeps the daemon from starting: text that is not TOML, values of the wrong type, a missing import, a version that the release does not
    /// support, short plugin names where full ones are required, and the like; and what keeps CRI from loading, other than mirrors beside a config path
    /// (`mirrors-with-config-path`) and disabled plugins (`cri-disabled`).
    ///
    /// ## Why
    ///
    /// Unlike a broken hosts.toml, a broken config.toml takes the whole node down, at the next restart of containerd, which may be weeks later. A file that one
    /// release accepts another may reject: version 3 is unsupported below 2.0, version 4 below 2.3.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # config.toml
    /// version = 2
    /// [plugins."io.containerd.grpc.v1.cri".registry]
    ///   config_path = ["/etc/containerd/certs.d"]
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
    /// When a targeted release does not run on the node: name those that do with `containerd`. Where none is named, and only some of the supported releases
    /// do not support the file's version, it is a note.
    ///
    /// ## Source
    ///
    /// containerd#10165, containerd#12891. Recorded from containerd: `fixtures/conformance/node.jsonl`.
    name: "invalid-node-config",
    category: Node,
    severity: Error,
    consequence: DaemonFails,
    releases: "all",
    fix: Safe,
    check: Check::Node(check),
}

/// A fault, and whether the daemon survives it.
#[derive(Debug, Clone, PartialEq)]
struct Fault {
    reason: Reason,
    daemon: bool,
}

fn check(context: &NodeContext, out: &mut Vec<Finding>) {
    // The dialects word one slip in two ways; the text is broken once.
    let is_toml = |outcome: &ConfigOutcome| match &outcome.fault {
        Some(fault) => matches!(fault.reason, Reason::Toml(_)) && is_main(fault.place.as_ref()),
        None => false,
    };
    if let Err(error) = context.document() {
        let releases: Vec<Release> = context
            .outcomes
            .iter()
            .filter(|outcome| is_toml(outcome))
            .map(|outcome| outcome.release)
            .collect();
        let group = Group {
            what: (),
            location: context.location(error.span.clone()),
            releases,
        };
        let message = format!(
            "config.toml is not TOML: {}",
            error.message.replace('\n', ", ")
        );
        let finding = explain(context.finding(&RULE, &group, message), true);
        out.push(match context.text().contains("{{") {
            true => finding.help("this is a template: lint the file that is rendered from it"),
            false => finding,
        });
    }
    let parses = context.document().is_ok();
    let faults = |outcome: &ConfigOutcome| match faults(outcome) {
        Some(found) if parses || !is_toml(outcome) => vec![found],
        _ => Vec::new(),
    };
    for group in context.groups(faults) {
        out.push(finding(context, &group));
    }
}

fn is_main(place: Option<&Place>) -> bool {
    place.is_some_and(|place| place.file == 0)
}

fn faults(outcome: &ConfigOutcome) -> Option<(Fault, Option<Place>)> {
    let fault = outcome.fault.as_ref()?;
    match &fault.reason {
        // Rules of their own.
        Reason::BesideConfigPath(_)
        | Reason::BesideDefault
        | Reason::Disabled(_)
        | Reason::SecondContentStore { .. } => None,
        reason => {
            let mut reason = reason.clone();
            // The same key belongs to another plugin on 2.x.
            if let Reason::WrongType { plugin, .. } = &mut reason {
                *plugin = None;
            }
            let daemon = !outcome.starts;
            Some((Fault { reason, daemon }, fault.place.clone()))
        }
    }
}

fn finding(context: &NodeContext, group: &Group<Fault>) -> Finding {
    let fault = &group.what;
    let finding = context.finding(&RULE, group, fault.reason.to_string());
    let mut finding = explain(finding, fault.daemon);
    let mark = '\u{feff}';
    let begins = group
        .location
        .span
        .as_ref()
        .is_some_and(|span| span.start < mark.len_utf8());
    if matches!(fault.reason, Reason::Toml(_))
        && begins
        && text_of(&group.location).starts_with(mark)
    {
        let edit = 0..mark.len_utf8();
        return finding
            .help("delete the byte order mark at the head of the file")
            .fix(Safety::Safe, "delete the byte order mark", edit, "");
    }
    let help = match &fault.reason {
        Reason::WrongType { wanted, .. } => format!("write {wanted}"),
        Reason::UnsupportedVersion { newest, .. } => {
            // No one said that the node runs such a release, and the file says that it does not.
            let others_start = group.releases.len() < context.outcomes.len();
            if others_start && !context.run.settings.releases_named {
                finding = finding.severity(Severity::Note);
            }
            format!(
                "write `version = {newest}` with the sections of that version, which later releases read too; or set `containerd` to the releases of the node"
            )
        }
        // `containerd config dump` lists the files that it read.
        Reason::Unreadable { path, .. } if path == DEFAULT_PATH => {
            "if this is the output of `containerd config dump`, delete `imports`: the dump contains them already".to_owned()
        }
        Reason::Unreadable { .. } => {
            "correct the path or remove it from `imports`; a pattern with `*` may match nothing"
                .to_owned()
        }
        Reason::DropInVersion { root, .. } => {
            format!("rewrite the drop-in for version {root}, or update config.toml with `containerd config migrate`")
        }
        Reason::ShortName { name, .. } => match name.as_str() {
            "cri" => "write \"io.containerd.grpc.v1.cri\"".to_owned(),
            _ => "write the full name, as `ctr plugins ls` shows type and id".to_owned(),
        },
        Reason::ProxyType { known, .. } => {
            format!("write `type` with one of {}", known.join(", "))
        }
        Reason::Timeout { .. } | Reason::Duration { .. } => {
            "write a duration such as \"10s\"".to_owned()
        }
        Reason::NoRuntime(_) => {
            "list the runtime, or set `default_runtime_name` to one that is listed".to_owned()
        }
        Reason::OldRuntimeOnly("systemd_cgroup") => {
            "write `SystemdCgroup = true` in the `options` of the runtime instead".to_owned()
        }
        _ => String::new(),
    };
    finding.help(help)
}

fn text_of(location: &Location) -> &str {
    location
        .source
        .as_ref()
        .map_or("", |source| source.text.as_str())
}

fn explain(finding: Finding, daemon: bool) -> Finding {
    match daemon {
        true => finding
            .label("containerd does not start")
            .effect("after the next restart of containerd the node starts no pods"),
        false => finding
            .label("CRI does not load")
            .effect("the kubelet cannot connect to containerd, and the node runs no pods")
            .consequence(Consequence::CriFails),
    }
}
