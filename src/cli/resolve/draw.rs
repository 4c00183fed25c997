//! The answers, drawn for a person: why a mirror is not used has to be on the first screen.

use std::fmt::Write;

use super::answer::{Answer, Resolution};
use super::config_path::{ConfigPath, NoLookup};
use super::found::FoundDirectory;
use super::page;
use super::secrets::without_userinfo;
use crate::cli::clients::{Client, OTHERS, commands};
use crate::cli::drawing::style::{
    BAD, FAINT, GOOD, ODD, STRONG, WIDTH, paint, visible, wrap_words,
};
use crate::cli::drawing::{Sheet, as_difference, folded, rule, title, verdict};
use crate::containerd::{HostsToml, Reference, ReferenceError, Release, Verdict};

/// The drawing of one query's answers: first the answer in a sentence, then what it comes from, newest release first.
/// Releases whose drawings are the same share one, and one that differs in a few lines from a newer one shows these alone.
/// Of older releases that differ in more, the sentence is enough, unless the user named the releases (`all`).
/// The sentence names what was asked, unless that is the only question.
pub fn draw(
    resolution: &Resolution,
    config_path: &ConfigPath,
    show_secrets: bool,
    all: bool,
    is_only: bool,
) -> String {
    let mut groups: Vec<Group> = Vec::new();
    for (release, answer) in resolution.answers.iter().rev() {
        let draw = |found: &FoundDirectory, host: &str, reference: Option<&Reference>| {
            page::draw(*release, config_path, show_secrets, found, host, reference)
        };
        let (body, local) = match answer {
            Answer::NoReference(error) => (no_reference(error), None),
            Answer::NoLookup { why, .. } => (no_lookup(why), None),
            Answer::Found {
                reference,
                host,
                by_default,
                by_local_pull,
            } => (
                draw(by_default, host, reference.as_ref()),
                by_local_pull
                    .as_ref()
                    .map(|local| draw(local, host, reference.as_ref())),
            ),
        };
        match groups
            .iter_mut()
            .find(|group| group.body == body && group.local == local)
        {
            Some(group) => group.releases.push(*release),
            None => groups.push(Group {
                releases: vec![*release],
                body,
                local,
            }),
        }
    }
    let of = match is_only {
        true => String::new(),
        false => format!("{}: ", resolution.query.text()),
    };
    let mut out = verdicts(resolution, config_path, show_secrets, &of);
    out.push('\n');
    out.push_str(&head(resolution, config_path));
    for (index, group) in groups.iter().enumerate() {
        let earlier = || {
            let bodies = groups[..index].iter();
            let bodies = bodies.map(|group| (group.title(), group.body.as_str()));
            let locals = groups[..index].iter().filter_map(|group| {
                let title = format!("the local pulls of {}", group.title());
                Some((title, group.local.as_deref()?))
            });
            bodies.chain(locals)
        };
        let _ = write!(out, "\n{}", rule(&group.title()));
        let difference = as_difference(&group.body, earlier());
        if difference.is_none() && index > 0 && !all {
            out.push_str(&folded(&group.releases));
            continue;
        }
        out.push_str(&difference.unwrap_or_else(|| group.body.clone()));
        if let Some(local) = &group.local {
            let _ = writeln!(
                out,
                "\n  {}",
                paint(STRONG, "Local pulls split the list, and find:")
            );
            let how = "(use_local_image_pull = true, or another setting that forces them)";
            let _ = writeln!(out, "  {}", paint(FAINT, how));
            out.push_str(&as_difference(local, earlier()).unwrap_or_else(|| local.clone()));
        }
    }
    out.push_str(&clients(resolution, config_path));
    out
}

/// The answers in a sentence each, newest release first, `of` what was asked.
fn verdicts(
    resolution: &Resolution,
    config_path: &ConfigPath,
    show_secrets: bool,
    of: &str,
) -> String {
    let mut verdicts: Vec<(Vec<Release>, (Sign, String))> = Vec::new();
    for (release, answer) in resolution.answers.iter().rev() {
        let (sign, text) = sentence(*release, answer, config_path);
        let text = format!("{of}{text}");
        let own = (sign, without_userinfo(&text, show_secrets).into_owned());
        match verdicts.iter_mut().find(|(_, known)| *known == own) {
            Some((releases, _)) => releases.push(*release),
            None => verdicts.push((vec![*release], own)),
        }
    }
    let are_many = verdicts.len() > 1;
    verdicts
        .iter()
        .map(|(releases, (sign, text))| {
            let (style, sign) = match sign {
                Sign::Good => (GOOD, "✓"),
                Sign::Odd => (ODD, "–"),
                Sign::Bad => (BAD, "✗"),
            };
            verdict(style, sign, are_many.then_some(releases.as_slice()), text)
        })
        .collect()
}

/// How good an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Good,
    Odd,
    Bad,
}

fn sentence(release: Release, answer: &Answer, config_path: &ConfigPath) -> (Sign, String) {
    let (host, reference, found) = match answer {
        Answer::NoReference(error) => {
            return (Sign::Bad, format!("not an image reference: {error}"));
        }
        Answer::NoLookup { why, .. } => {
            return match why {
                NoLookup::NoCri(why) => (Sign::Bad, format!("no pull works: {why}")),
                NoLookup::Windows(path) => (
                    Sign::Odd,
                    format!("config path `{path}` is a Windows path, which is not checked"),
                ),
                NoLookup::OldTables => (
                    Sign::Odd,
                    "no hosts.toml is read: the deprecated registry tables of config.toml decide where pulls go"
                        .to_owned(),
                ),
            };
        }
        Answer::Found {
            host,
            reference,
            by_default,
            ..
        } => (host, reference.as_ref(), by_default),
    };
    let outcome = &found.outcome;
    let why = outcome
        .reason()
        .map(ToString::to_string)
        .unwrap_or_default();
    match outcome.verdict {
        Verdict::Crash => {
            return (
                Sign::Bad,
                format!("containerd crashes on hosts.toml: {why}"),
            );
        }
        Verdict::PullsFail => {
            return (Sign::Bad, format!("every pull from {host} fails: {why}"));
        }
        Verdict::Unknown => return (Sign::Odd, format!("hosts.toml cannot be checked: {why}")),
        Verdict::Endpoints => {}
    }
    let hosts = page::resolved_at(release, found, host, reference);
    let pulled = match hosts.as_slice() {
        [] => "no endpoint may resolve tags, so every pull by tag fails".to_owned(),
        hosts => format!("pulled from {}", hosts.join(", then ")),
    };
    let exists = |index: &usize| config_path.at(*index).disk.exists();
    let is_nowhere = !found.searched.iter().any(exists);
    let prefix = match outcome.hosts_toml {
        HostsToml::Ignored => format!("hosts.toml is ignored ({why}): "),
        _ if outcome.lookup.chosen.is_some() && hosts.is_empty() => String::new(),
        _ if outcome.lookup.chosen.is_some() => return (Sign::Good, pulled),
        _ if config_path.client == Client::Ctr && found.searched.is_empty() => {
            "ctr reads no hosts.toml without --hosts-dir: ".to_owned()
        }
        _ if found.searched.is_empty() => "no config path is set: ".to_owned(),
        _ if found.as_one && is_nowhere => {
            "no hosts.toml is read, because the transfer service reads the list as the name of one directory: "
                .to_owned()
        }
        _ if is_nowhere => {
            let paths: Vec<String> = found
                .searched
                .iter()
                .map(|index| config_path.at(*index).shown(""))
                .collect();
            format!("no hosts.toml is read, because {} does not exist: ", paths.join(" and "))
        }
        _ => return (Sign::Odd, format!("no directory for {host}: {pulled}")),
    };
    (Sign::Bad, format!("{prefix}{pulled}"))
}

/// The client that the answer is for, and the commands that pull through the same tree.
fn clients(resolution: &Resolution, config_path: &ConfigPath) -> String {
    let mut sheet = Sheet::default();
    let (reference, host) = resolution.newest();
    let Some(host) = host else {
        return sheet.out;
    };
    let _ = write!(sheet.out, "\n{}", rule("clients"));
    let applies_to = match config_path.client {
        Client::Cri => "the kubelet, crictl and other clients of CRI",
        Client::Ctr => "ctr images pull and push with this --hosts-dir",
        Client::Nerdctl => "nerdctl, which contains the loader of its own containerd release",
    };
    sheet.section("applies to", FAINT, applies_to);
    for other in OTHERS {
        sheet.more(FAINT, other);
    }
    let image = reference.unwrap_or_else(|| format!("{host}/IMAGE"));
    let mut roots = config_path.roots().filter(|root| root.disk.is_dir());
    let root = roots.next().map(|root| root.root.as_str());
    for (index, (_, command)) in commands(root, &image).iter().enumerate() {
        let label = if index == 0 { "try it" } else { "" };
        let _ = writeln!(sheet.out, "  {label:<12}{}", visible(command));
    }
    sheet.out
}

/// Releases whose drawings are the same.
struct Group {
    releases: Vec<Release>,
    body: String,
    /// The result of local pulls, if it differs from the default.
    local: Option<String>,
}

impl Group {
    fn title(&self) -> String {
        title(&self.releases)
    }
}

fn no_lookup(why: &NoLookup) -> String {
    let mut sheet = Sheet::default();
    match why {
        NoLookup::NoCri(why) => sheet.section("pulls", BAD, &format!("✗ none: {why}")),
        NoLookup::Windows(_) => {
            let text = "– not known: certsd-lint models containerd on Linux";
            sheet.section("pulls", ODD, text);
        }
        NoLookup::OldTables => {
            let text = "– the deprecated registry tables of config.toml decide where they go";
            sheet.section("pulls", ODD, text);
            sheet.more(
                FAINT,
                "`certsd-lint migrate` writes hosts.toml files from them",
            );
        }
    }
    sheet.out
}

fn no_reference(error: &ReferenceError) -> String {
    let text = visible(&format!("✗ not an image reference: {error}"));
    let mut out = String::new();
    for line in wrap_words(&text, 2) {
        let _ = writeln!(out, "  {}", paint(BAD, &line));
    }
    out
}

/// The question in full, and the host that is looked up for it.
fn head(resolution: &Resolution, config_path: &ConfigPath) -> String {
    let query = visible(resolution.query.text());
    let (reference, host) = resolution.newest();
    let mut out = paint(STRONG, &query);
    if let Some(reference) = reference.filter(|reference| *reference != query) {
        let fits = query.chars().count() + reference.chars().count() + 3 <= WIDTH;
        let _ = write!(
            out,
            "{} {}",
            if fits { " →" } else { "\n→" },
            paint(STRONG, &reference)
        );
    }
    out.push('\n');
    if let Some(host) = host {
        let line = format!(
            "looked up as {} in {}",
            visible(host),
            visible(&config_path.text)
        );
        let _ = writeln!(out, "{}", paint(FAINT, &line));
    }
    for root in config_path.roots().filter(|root| !root.disk.exists()) {
        let line = format!("✗ {} does not exist", visible(&root.shown("")));
        let _ = writeln!(out, "{}", paint(BAD, &line));
    }
    out
}
