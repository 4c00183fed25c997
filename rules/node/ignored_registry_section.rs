use crate::containerd::node::names::{CRI, IMAGES};
use crate::containerd::node::{ConfigOutcome, Ignored, Whole, Why};
use crate::facts::sections::{
    before_edits, config_path, header, in_config_toml, misplaced_version, plugin, quoted, tried,
};
use crate::facts::{Check, Group, NodeContext};
use crate::finding::{Consequence, Finding, Location, Safety, Severity};
use crate::toml::Span;
use crate::toml::document::Place;
use crate::toml::view::Document;

crate::rule! {
    /// Registry settings in config.toml that the release does not read.
    ///
    /// ## What it does
    ///
    /// Reports a registry section under the name that belongs to another version of config.toml, also where a drop-in lifts the version of the whole; a
    /// `config_path` outside the table `registry`; keys that the table does not have; settings that another one overrides; and a file with both sections, if the
    /// targeted releases read different ones.
    ///
    /// ## Why
    ///
    /// The section is called `[plugins."io.containerd.grpc.v1.cri".registry]` in a file of version 2, and `[plugins.'io.containerd.cri.v1.images'.registry]` in one of
    /// version 3 or 4. In a file without a `version`, which means version 1, it is called `[plugins.cri.registry]`. A `version` below a table header belongs to
    /// that table and does not count. Where both sections are set, 1.x and 2.3 use the old one, and 2.0 to 2.2 with `version = 3` the new one. A wrong pairing is
    /// ignored with at most a warning in the log, and no hosts.toml is read.
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
    /// A file for nodes of 1.x and 2.x may contain the sections of both. What is set for a release under the name that it reads is not reported under the other
    /// one, as long as both say the same.
    ///
    /// ## Source
    ///
    /// containerd#5237, containerd#9886, containerd#7982, containerd#12891. Recorded from containerd: `node-v*-old-path`, `node-v*-new-path`, `node-v*-short-path`, `node-*-noregistry`,
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
    let switching = switching(context);
    for group in context.groups(ignored) {
        // A drop-in without a version has that of the file that imports it.
        if matches!(group.what.why, Why::OtherSection { version: 0, .. })
            && context.node.is_drop_in()
        {
            continue;
        }
        // The two sections are reported as one.
        let is_path = group.what.what == "`config_path`";
        if switching.is_some() && is_path && matches!(group.what.why, Why::Replaced { .. }) {
            continue;
        }
        out.push(finding(context, &group));
    }
    out.extend(switching);
}

/// Both sections set a config path, and the targeted releases go by different ones.
fn switching(context: &NodeContext) -> Option<Finding> {
    let mut groups = context.groups(|outcome| {
        let place = outcome.config_path_place.clone();
        let is_set = !outcome.config_path.is_empty() && place.is_some();
        let what = outcome.config_path.clone();
        is_set.then_some((what, place)).into_iter().collect()
    });
    // Drop-ins that only some releases import have rules of their own.
    groups.retain(|group| context.is_main(&group.location));
    groups.sort_by_key(|group| group.releases.last().copied());
    let [.., older, newer] = groups.as_slice() else {
        return None;
    };
    let name = |group: &Group<String>| {
        let releases: Vec<String> = group.releases.iter().map(ToString::to_string).collect();
        format!("containerd {} reads `{}`", releases.join(", "), group.what)
    };
    (older.what != newer.what).then(|| {
        context
            .finding(
                &RULE,
                newer,
                format!(
                    "two registry sections set `config_path`: {}, {}",
                    name(older),
                    name(newer)
                ),
            )
            .label("read by the newer release")
            .related(older.location.clone(), "read by the older release")
            .effect("an upgrade switches the node to the other tree")
            .consequence(Consequence::Misread)
            .severity(Severity::Warning)
            .help(format!(
                "write the same `config_path` in both sections, or delete the section that containerd {} does not read",
                newer.releases.last().map(ToString::to_string).unwrap_or_default()
            ))
    })
}

fn ignored(outcome: &ConfigOutcome) -> Vec<(Ignored, Option<Place>)> {
    let is_set = !outcome.config_path.is_empty();
    let concerns = |ignored: &&Ignored| match &ignored.why {
        Why::OtherSection { .. } | Why::Lifted { .. } => !is_set,
        Why::ConfigsTls | Why::TransferConfigPath => false,
        _ => true,
    };
    let all = outcome.ignored.iter().filter(concerns);
    all.map(|ignored| {
        // The place in the text distinguishes them; where the file is in the order does not matter.
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
            // The section's name on this release is not the one to write.
            Why::Misquoted(reads) | Why::Unquoted(reads) => *reads = id,
            Why::OtherSection { reads, version } if *version < 2 => *reads = id,
            _ => {}
        }
        (ignored, Some(place))
    })
    .collect()
}

/// The edits that bring a misplaced version to the top.
fn moved_to_top(text: &str, item: &crate::toml::view::Item) -> Vec<(Span, String)> {
    let start = text[..item.key.span.start]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let end = text[item.span.end..]
        .find('\n')
        .map_or(text.len(), |at| item.span.end + at + 1);
    let line = text[start..end].trim();
    // Only a line of its own can be moved.
    if !text[start..item.key.span.start].trim().is_empty() {
        return Vec::new();
    }
    vec![(0..0, format!("{line}\n")), (start..end, String::new())]
}

/// A file whose `version` is below a table header.
fn below_header(context: &NodeContext, finding: Finding, what: &str) -> Option<Finding> {
    let document = context.document().ok()?;
    let (table, item) = misplaced_version(document)?;
    let edits = moved_to_top(context.text(), item);
    let written = context.text().get(item.key.span.start..item.span.end)?;
    let help = tried(
        context,
        &edits,
        format!("move `{written}` to the top of the file, above the first table header"),
    );
    let mut finding = finding.help(help);
    finding.message = format!(
        "{what} is not read: `{written}` is below [{table}] and belongs to that table, so the file has no version"
    );
    finding = finding.related(
        context.location(item.key.span.clone()),
        format!("belongs to [{table}]"),
    );
    Some(match context.is_main(&finding.location) {
        true => finding.fix_edits(Safety::Safe, "move it to the top", edits),
        false => finding,
    })
}

fn finding(context: &NodeContext, group: &Group<Ignored>) -> Finding {
    let Ignored { what, why, .. } = &group.what;
    let why_not = match why {
        Why::OtherSection { version: 0, .. } => {
            "a file without `version` is read as version 1, in which the section has another name"
                .to_owned()
        }
        Why::OtherSection { version: 1, .. } => {
            "the section has another name in version 1".to_owned()
        }
        Why::Lifted { version, by, .. } => format!(
            "`version = {version}` in {} applies to all files, and version {version} has another section",
            drop_in(context, by).path
        ),
        why => why.to_string(),
    };
    let finding = context
        .finding(&RULE, group, format!("{what} is not read: {why_not}"))
        .label("not read")
        .effect("the setting has no effect, and containerd logs a warning at most");
    let Some(span) = group.location.span.clone() else {
        return finding;
    };
    // A fix that would keep CRI from loading is not offered: something else has to be done first.
    let advise = |finding: Finding, help: String, edits: Vec<(Span, String)>| {
        let is_main = context.is_main(&group.location);
        let first = before_edits(context, if is_main { &edits } else { &[] });
        match first {
            Some(first) => finding.help(format!("{first}, then {help}")),
            None => finding
                .help(help.clone())
                .fix_edits(Safety::Safe, help, edits),
        }
    };
    match why {
        Why::OtherSection { version, .. } if *version >= 2 => {
            let id = plugin(*version);
            let edits = match context.file_of(&group.location) {
                Some((document, text)) => renamed(document, text, &span, id),
                None => Vec::new(),
            };
            advise(finding, format!("write {}", header(id)), edits)
        }
        Why::Lifted { reads, version, by } => {
            let other = drop_in(context, by);
            let path = other.path.clone();
            finding.related(other, "lifts the version").help(format!(
                "delete `version = {version}` from {path}, or set `version = {version}` here too and write {}",
                header(reads)
            ))
        }
        Why::OtherSection { version: 0, .. } if misplaced(context) => {
            below_header(context, finding.clone(), what).unwrap_or(finding)
        }
        Why::OtherSection { .. } => {
            let version = vec![(0..0, "version = 2\n".to_owned())];
            let is_main = context.is_main(&group.location);
            let help = "write `version = 2` at the top of the file";
            match context.document() {
                Ok(document) if is_main && is_of_version_2(document) => {
                    advise(finding, help.to_owned(), version)
                }
                _ => finding.help(tried(context, &version, help)),
            }
        }
        Why::Misquoted(id) | Why::Unquoted(id) => {
            let help = format!("write {}", header(id));
            let text = context.text();
            let quoted = text
                .replace(&format!("\"{id}.registry\""), &format!("\"{id}\".registry"))
                .replace(&format!("plugins.{id}"), &format!("plugins.\"{id}\""));
            finding.help(tried(context, &[(0..text.len(), quoted)], help))
        }
        Why::OutsideRegistry => {
            let alone = context
                .file_of(&group.location)
                .is_some_and(|(document, text)| is_without_registry(document, text, &span));
            let edit = vec![(span, "registry.config_path".to_owned())];
            match alone {
                true => advise(finding, "write `registry.config_path`".to_owned(), edit),
                false => {
                    let help = "move it below the `registry` header";
                    match in_config_toml(context, &config_path(context)) {
                        Some(section) => finding.help(section.after(help)),
                        None => finding.help(help),
                    }
                }
            }
        }
        Why::UnknownKey { near: Some(near) } => {
            let edit = vec![(span, (*near).to_owned())];
            advise(finding, format!("write `{near}`"), edit)
        }
        Why::UnknownKey { near: None } => finding
            .help("delete it; the keys of `registry` are config_path, mirrors, configs, auths, headers")
            .severity(Severity::Warning),
        Why::BelowHeader => finding.help("move it to the top of the file, above the first table header"),
        Why::Capitals => {
            let edit = [(span, "registry".to_owned())];
            finding.help(tried(context, &edit, "write `registry`"))
        }
        Why::Replaced { .. } => finding
            .help("write the setting once, where containerd reads it")
            .severity(Severity::Warning),
        Why::ReplacedWhole(whole) => {
            // Nothing takes its place.
            let severity = match what.as_str() {
                "`config_path`" => Severity::Error,
                _ => Severity::Warning,
            };
            finding
                .help(match whole {
                    Whole::LaterFile => {
                        "write it in the last file that has the plugin: this release reads only that one"
                            .to_owned()
                    }
                    Whole::OldSection => {
                        let path = context.file_of(&group.location).and_then(|(_, text)| {
                            Some(text.get(span.end..)?.lines().next()?.split(['"', '\'']).nth(1)?.to_owned())
                        });
                        let section = path
                            .filter(|_| what.as_str() == "`config_path`")
                            .and_then(|path| in_config_toml(context, &path));
                        let edits = section.map_or_else(Vec::new, |section| section.edits);
                        tried(context, &edits, format!("write it in {}", header(CRI)))
                    }
                })
                .severity(severity)
        }
        Why::NotMoved => finding
            .help(format!("write it in [plugins.'{IMAGES}'], or in `[plugins.\"{CRI}\".containerd]` where it is one of the snapshotter's"))
            .severity(Severity::Warning),
        Why::ConfigsTls | Why::TransferConfigPath => finding,
    }
}

/// Whether the file has a `version`, only not at its top.
fn misplaced(context: &NodeContext) -> bool {
    context
        .document()
        .is_ok_and(|document| misplaced_version(document).is_some())
}

/// Where a drop-in has its version.
fn drop_in(context: &NodeContext, by: &Place) -> Location {
    let outcome = context
        .outcomes
        .iter()
        .find(|outcome| outcome.path(by).is_some());
    match outcome {
        Some(outcome) => context.place(outcome, by),
        None => Location::path(context.node.shown.clone()),
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
    let is_registry_of = |part: &str, header: &&crate::toml::view::TableHeader| {
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

/// Whether the table in which a key is has no table `registry`.
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
