//! From places in the texts of a carrier to its own.

use super::{completed, policy};
use crate::carriers::carried::{Carried, CarriedTree, Config, File, Namespace, Origin};
use crate::carriers::text::Text;
use crate::disk::is_unknown_registry;
use crate::facts::Carrier;
use crate::finding::{Category, Edit, Finding, Fix, Location};

/// Where findings come from.
pub enum Placing<'a> {
    /// A tree.
    Tree(&'a Carrier, &'a CarriedTree),
    /// A config.toml, as it was linted.
    Config(&'a Carrier, &'a Text, &'a Config),
}

impl Placing<'_> {
    /// Places a finding; `None` where it depends on what is not known.
    pub fn one(&self, finding: Finding) -> Option<Finding> {
        match self {
            Placing::Tree(carrier, tree) => in_tree(carrier, tree, finding),
            Placing::Config(carrier, text, config) => in_config(carrier, text, config, finding),
        }
    }
}

fn in_config(
    carrier: &Carrier,
    text: &Text,
    config: &Config,
    mut finding: Finding,
) -> Option<Finding> {
    let is_telling = policy::speaks_of_part(finding.rule.name, !text.unknown().is_empty());
    if config.is_part && !is_telling {
        return None;
    }
    let span = finding.location.span.as_ref();
    let is_open = text.has_unknown_lines() && policy::is_about_absence(finding.rule.name);
    if is_open || span.is_some_and(|span| text.touches_unknown(span)) {
        return None;
    }
    let place = |location: &Location| {
        let span = match &location.span {
            Some(span) => text.in_carrier(span),
            None => config.place.clone(),
        };
        Location::span(&carrier.source, span)
    };
    let index = carrier
        .carried
        .configs
        .iter()
        .position(|c| std::ptr::eq(c, config));
    let read_back = |carried: &Carried| {
        let config = carried.configs.get(index?)?;
        Some(completed(config).as_str().to_owned())
    };
    finding.fix = finding
        .fix
        .and_then(|fix| edited(carrier, text, fix, read_back));
    finding.location = place(&finding.location);
    for related in &mut finding.related {
        related.location = place(&related.location);
    }
    say(&mut finding, |message| text.with_written(message));
    Some(finding)
}

/// A file of a tree, found by the path that is shown.
struct Found<'a> {
    namespace: Option<&'a Namespace>,
    file: Option<&'a File>,
}

/// The path in the tree, without the name of the tree that is shown before it.
fn relative(location: &Location) -> &str {
    location.path.split_once('/').map_or("", |(_, rest)| rest)
}

fn find<'a>(tree: &'a CarriedTree, finding: &Finding, location: &Location) -> Found<'a> {
    let relative = relative(location);
    if let Some((namespace, file)) = tree.file(relative) {
        return Found {
            namespace,
            file: Some(file),
        };
    }
    let name = relative.split('/').next().unwrap_or_default();
    let named = tree.namespaces.get(name);
    let own = finding
        .namespace
        .as_ref()
        .and_then(|name| tree.namespaces.get(name));
    Found {
        namespace: named.or(own),
        file: None,
    }
}

fn in_tree(carrier: &Carrier, tree: &CarriedTree, mut finding: Finding) -> Option<Finding> {
    let found = find(tree, &finding, &finding.location);
    let namespace = found.namespace.or_else(|| {
        let name = finding.namespace.as_ref()?;
        tree.namespaces.get(name)
    });
    let hosts_file = namespace.and_then(|n| n.files.get("hosts.toml"));
    if let Some(namespace) = namespace
        && !namespace.is_known
        && policy::is_about_name(finding.rule.name)
    {
        return None;
    }
    let rests_on = found.file.or(hosts_file);
    if let Some(file) = rests_on {
        let is_dropped = policy::is_silent(file, &finding)
            || namespace.is_some_and(|n| !n.has_registry && policy::needs_registry(&finding, file));
        if is_dropped {
            return None;
        }
    }
    let text = found.file.and_then(|file| file.text.as_ref());
    if let (Some(text), Some(span)) = (text, &finding.location.span)
        && text.touches_unknown(span)
    {
        return None;
    }
    finding.fix = match (text, finding.fix, found.file) {
        (Some(text), Some(fix), Some(file)) if file.origin == Origin::Text => {
            let index = carrier
                .carried
                .trees
                .iter()
                .position(|t| std::ptr::eq(t, tree));
            let read_back = |carried: &Carried| {
                let tree = carried.trees.get(index?)?;
                let (_, file) = tree.file(relative(&finding.location))?;
                Some(file.text.as_ref()?.as_str().to_owned())
            };
            edited(carrier, text, fix, read_back)
        }
        _ => None,
    };
    let location = placed(carrier, tree, &finding, &finding.location);
    for index in 0..finding.related.len() {
        let related = placed(carrier, tree, &finding, &finding.related[index].location);
        finding.related[index].location = related;
    }
    match certificate(tree, &finding, text) {
        Some(file) => {
            let there = Location::span(&carrier.source, file.place.clone());
            finding = finding.related(location, "named here");
            finding.location = there;
        }
        None => finding.location = location,
    }
    say_in_words(&mut finding, rests_on);
    if let Some(name) = finding.namespace.clone() {
        match name.split_once(':') {
            // The directory has slashes where the name in the tree has none.
            Some((scheme @ ("https" | "http"), host)) => {
                let written = format!("{scheme}://{host}");
                say(&mut finding, |message| message.replace(&name, &written));
            }
            _ if is_unknown_registry(&name) => {
                say(&mut finding, |message| {
                    let quoted = format!("`{name}`");
                    message
                        .replace(&quoted, "this registry")
                        .replace(&name, "this registry")
                });
                finding.namespace = None;
            }
            _ => {}
        }
    }
    Some(finding)
}

/// The file of the carrier that a finding about a certificate is about, where a hosts.toml names it.
fn certificate<'a>(
    tree: &'a CarriedTree,
    finding: &Finding,
    text: Option<&Text>,
) -> Option<&'a File> {
    let is_about_contents = finding.rule.category == Category::Certificates
        && !policy::is_about_file_names(finding.rule.name);
    let span = finding
        .location
        .span
        .clone()
        .filter(|_| is_about_contents)?;
    let written = text?.as_str().get(span)?.trim_matches(['"', '\'']);
    let name = finding.namespace.as_ref()?;
    let relative = match written.strip_prefix(tree.root.as_str()) {
        Some(below) => below.trim_start_matches('/').to_owned(),
        None if written.starts_with('/') => return None,
        None => format!("{name}/{written}"),
    };
    tree.file(&relative).map(|(_, file)| file)
}

/// Puts the expressions of the carrier in the place of their stand-ins, and its words in that of hosts.toml's.
fn say_in_words(finding: &mut Finding, file: Option<&File>) {
    if let Some(file) = file {
        let text = file.text.clone().unwrap_or_default();
        say(finding, |message| {
            policy::in_words_of(file.origin, &text.with_written(message))
        });
    }
}

fn placed(
    carrier: &Carrier,
    tree: &CarriedTree,
    finding: &Finding,
    location: &Location,
) -> Location {
    let found = find(tree, finding, location);
    let text = found.file.and_then(|file| file.text.as_ref());
    let span = match (&location.span, text, found.file, found.namespace) {
        (Some(span), Some(text), ..) => text.in_carrier(span),
        (_, _, Some(file), _) if finding.rule.category == Category::Certificates => {
            file.place.clone()
        }
        (_, _, Some(file), _) => file.named.clone(),
        (_, _, None, Some(namespace)) => namespace.named.clone(),
        (_, _, None, None) => {
            let first = tree.namespaces.values().next();
            first.map_or(0..0, |namespace| namespace.named.clone())
        }
    };
    Location::span(&carrier.source, span)
}

/// Larger carriers are not read again to try a fix.
const MAX_TRIED: usize = 256 * 1024;

/// A fix of an inner text as one of the carrier; `None` where what is read back then is not what was meant.
fn edited(
    carrier: &Carrier,
    text: &Text,
    fix: Fix,
    read_back: impl Fn(&Carried) -> Option<String>,
) -> Option<Fix> {
    let whole = &carrier.source.text;
    let mut edits = Vec::new();
    for edit in &fix.edits {
        let (span, replacement) = text.edit(whole, &edit.span, &edit.replacement)?;
        edits.push(Edit { span, replacement });
    }
    edits.sort_by_cached_key(|edit| edit.span.start);
    let meant = applied(text.as_str(), &fix.edits)?;
    let tried = applied(whole, &edits).filter(|tried| tried.len() <= MAX_TRIED)?;
    let found = read_back(&carrier.with_text(&tried).carried)?;
    (found.trim_end() == meant.trim_end()).then_some(Fix { edits, ..fix })
}

/// A text with edits, which are in order.
fn applied(text: &str, edits: &[Edit]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.span.start)?);
        out.push_str(&edit.replacement);
        at = edit.span.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// Changes every text of a finding.
fn say(finding: &mut Finding, change: impl Fn(&str) -> String) {
    let texts = [
        &mut finding.message,
        &mut finding.label,
        &mut finding.effect,
        &mut finding.help,
    ];
    let related = finding.related.iter_mut().map(|related| &mut related.text);
    let fix = finding.fix.as_mut().map(|fix| &mut fix.description);
    for text in texts.into_iter().chain(related).chain(fix) {
        *text = change(text);
    }
}
