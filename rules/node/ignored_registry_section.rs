use crate::containerd::node::names::{CRI, IMAGES};
use crate::containerd::node::{Ignored, Outcome, Whole, Why};
use crate::facts::sections::{header, plugin, quoted};
use crate::facts::{Check, Group, NodeContext};
use crate::finding::{Finding, Safety, Severity};
use crate::toml::Span;
use crate::toml::document::Place;
use crate::toml::view::Document;

crate::rule! {
    /// Registry settings in config.toml that the release does not read.
    ///
    /// ## What it does
    ///
    /// Reports a registry section under the name that belongs to another version of config.toml, a `config_path` outside the table `registry`, keys that the
    /// table does not have, and settings that another one overrides.
    ///
    /// ## Why
    ///
    /// The section is called `[plugins."io.containerd.grpc.v1.cri".registry]` in a file of version 2, and `[plugins.'io.containerd.cri.v1.images'.registry]` in one of
    /// version 3 or 4. In a file without a `version`, which means version 1, it is called `[plugins.cri.registry]`. A wrong pairing is ignored with at most a
    /// warning in the log, and no hosts.toml is read.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # config.toml
    /// version = 3
    /// [plugins."io.containerd.grpc.v1.cri".registry]
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
    /// A file for nodes of 1.x and 2.x may hold the sections of both. What is set for a release under the name that it reads is not reported under the other one.
    ///
    /// ## Source
    ///
    /// containerd#5237, containerd#9886, containerd#7982. Recorded from containerd: `node-v*-old-path`, `node-v*-new-path`, `node-v*-short-path`, `node-*-noregistry`,
    /// `node-*-typo` and `node-*-both` in `fixtures/conformance/node.jsonl`.
    name: "ignored-registry-section",
    category: Node,
    severity: Error,
    consequence: KeyIgnored,
    releases: "all",
    fix: Safe,
    check: Check::Node(check),
}

fn check(context: &NodeContext, out: &mut Vec<Finding>) {
    for group in context.groups(ignored) {
        // A drop-in without a version has that of the file that imports it.
        if matches!(group.what.why, Why::OtherSection { version: 0, .. })
            && context.node.is_drop_in()
        {
            continue;
        }
        out.push(finding(context, &group));
    }
}

fn ignored(outcome: &Outcome) -> Vec<(Ignored, Option<Place>)> {
    let is_set = !outcome.config_path.is_empty();
    let concerns = |ignored: &&Ignored| match &ignored.why {
        Why::OtherSection { .. } => !is_set,
        Why::ConfigsTls | Why::TransferConfigPath => false,
        _ => true,
    };
    let all = outcome.ignored.iter().filter(concerns);
    all.map(|ignored| {
        // The place in the text tells them apart; where the file stands in the order does not matter.
        let place = ignored.place.clone();
        let mut ignored = ignored.clone();
        ignored.place = Place {
            file: 0,
            span: 0..0,
        };
        let id = match ignored.what.contains(IMAGES) {
            true => IMAGES,
            false => CRI,
        };
        match &mut ignored.why {
            Why::Replaced { by } => *by = ignored.place.clone(),
            // What it is called on this release is not what has to be written.
            Why::Misquoted(reads) | Why::Unquoted(reads) => *reads = id,
            Why::OtherSection { reads, version } if *version < 2 => *reads = id,
            _ => {}
        }
        (ignored, Some(place))
    })
    .collect()
}

fn finding(context: &NodeContext, group: &Group<Ignored>) -> Finding {
    let Ignored { what, why, .. } = &group.what;
    let why_not = match why {
        Why::OtherSection { version: 0, .. } => {
            "a file without a `version` is of version 1, in which it has another name".to_owned()
        }
        Why::OtherSection { version: 1, .. } => "it has another name in version 1".to_owned(),
        why => why.to_string(),
    };
    let finding = context
        .finding(&RULE, group, format!("{what} is not read: {why_not}"))
        .label("not read")
        .effect("it has no effect; containerd logs a warning at most");
    let Some(span) = group.location.span.clone() else {
        return finding;
    };
    let rename = |finding: Finding, id: &str| match context.file_of(&group.location) {
        Some((document, text)) => {
            let edits = renamed(document, text, &span, id);
            finding.fix_edits(Safety::Safe, format!("write {}", header(id)), edits)
        }
        None => finding,
    };
    match why {
        Why::OtherSection { version, .. } if *version >= 2 => {
            let id = plugin(*version);
            rename(finding.help(format!("write {}", header(id))), id)
        }
        Why::OtherSection { .. } => {
            let finding = finding.help("write `version = 2` at the head of the file");
            let is_main = context.is_main(&group.location);
            match context.document() {
                Ok(document) if is_main && is_of_version_2(document) => {
                    finding.fix(Safety::Safe, "write `version = 2`", 0..0, "version = 2\n")
                }
                _ => finding,
            }
        }
        Why::Misquoted(id) | Why::Unquoted(id) => finding.help(format!("write {}", header(id))),
        Why::OutsideRegistry => {
            let finding = finding.help("write `registry.config_path`, or move it below the header of `registry`");
            let alone = context
                .file_of(&group.location)
                .is_some_and(|(document, text)| is_without_registry(document, text, &span));
            match alone {
                true => finding.fix(
                    Safety::Safe,
                    "write `registry.config_path`",
                    span,
                    "registry.config_path",
                ),
                false => finding,
            }
        }
        Why::UnknownKey { near: Some(near) } => finding
            .help(format!("write `{near}`"))
            .fix(Safety::Safe, format!("write `{near}`"), span, *near),
        Why::UnknownKey { near: None } => finding
            .help("take it out; the keys are config_path, mirrors, configs, auths, headers")
            .severity(Severity::Warning),
        Why::BelowHeader => finding.help("move it to the head of the file, before the first `[header]`"),
        Why::Capitals => finding.help("write `registry`"),
        Why::Replaced { .. } => finding
            .help("say it in one place: in the section and the file that count")
            .severity(Severity::Warning),
        Why::ReplacedWhole(whole) => {
            // Nothing stands in its place.
            let severity = match what.as_str() {
                "`config_path`" => Severity::Error,
                _ => Severity::Warning,
            };
            finding
                .help(match whole {
                    Whole::LaterFile => {
                        "write it in the last file that has the plugin, which counts alone here".to_owned()
                    }
                    Whole::OldSection => format!("write it in {}", header(CRI)),
                })
                .severity(severity)
        }
        Why::NotMoved => finding
            .help(format!("write it in [plugins.'{IMAGES}'], or in `[plugins.\"{CRI}\".containerd]` where it is one of the snapshotter's"))
            .severity(Severity::Warning),
        Why::ConfigsTls | Why::TransferConfigPath => finding,
    }
}

/// The edits that give the section that is named at a place another plugin's name, in all its headers; none where
/// there is such a section already.
fn renamed(document: &Document, text: &str, at: &Span, id: &str) -> Vec<(Span, String)> {
    let headers = document.headers(text);
    let Some(old) = headers
        .iter()
        .find(|header| header.span.start <= at.start && at.start < header.span.end)
        .and_then(|header| header.part(1))
    else {
        return Vec::new();
    };
    let is_registry_of = |part: &str, header: &&crate::toml::view::Header| {
        header.part(0) == Some("plugins")
            && header.part(1) == Some(part)
            && header.part(2) == Some("registry")
    };
    if headers.iter().any(|header| is_registry_of(id, &header)) {
        return Vec::new();
    }
    let name = match id {
        IMAGES => format!("'{IMAGES}'"),
        id => quoted(id),
    };
    headers
        .iter()
        .filter(|header| is_registry_of(old, header))
        .map(|header| (header.parts[1].span.clone(), name.clone()))
        .collect()
}

/// Whether all plugins of a file are named in full, so that nothing but the version is missing for version 2.
fn is_of_version_2(document: &Document) -> bool {
    let list = |key: &str| {
        let item = document.root.get(key);
        item.is_none()
    };
    let plugins = document.root.get("plugins").and_then(|item| item.table());
    document.root.get("version").is_none()
        && list("disabled_plugins")
        && list("required_plugins")
        && plugins.is_some_and(|table| {
            table
                .items
                .iter()
                .all(|item| item.key.value.split('.').count() >= 4)
        })
}

/// Whether the table in which a key stands has no table `registry`.
fn is_without_registry(document: &Document, text: &str, key: &Span) -> bool {
    let walked = document.root.walk();
    let Some((path, _)) = walked.iter().find(|(_, item)| item.key.span == *key) else {
        return false;
    };
    let parents = &path[..path.len() - 1];
    let has_registry = walked.iter().any(|(other, _)| {
        other.len() > parents.len()
            && other.starts_with(parents)
            && other[parents.len()] == "registry"
    });
    // A key of an inline table stays where it is.
    let line = text[..key.start].rfind('\n').map_or(0, |at| at + 1);
    !has_registry && text[line..key.start].trim().is_empty()
}
