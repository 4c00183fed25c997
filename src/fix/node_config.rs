//! The changes that a fix may make to a config.toml, by the model of the node.

use std::collections::BTreeMap;

use super::linted::{OnDisk, Original, Refusal, Texts};
use crate::containerd::node::{ConfigOutcome, Cri, load};
use crate::containerd::{Files, Release};
use crate::disk::NodeFiles;
use crate::engine::lint_nodes;
use crate::finding::{Finding, Run, Safety, Severity};

/// The nodes with these texts for their config.toml.
pub fn with_texts(nodes: &[NodeFiles], texts: &Texts) -> Vec<NodeFiles> {
    let with_text = |node: &NodeFiles| match texts.get(&node.shown) {
        Some(text) => node.with_config(text.clone()),
        None => node.clone(),
    };
    nodes.iter().map(with_text).collect()
}

/// The file as it was read.
pub fn original(node: &NodeFiles) -> Option<Original> {
    let path = node.on_disk(&node.config)?;
    let real = node.real(&node.config).ok()?.canonicalize().ok()?;
    Some(Original {
        bytes: node.read(&node.config).ok()?.into_owned(),
        disk: Some(OnDisk {
            root: path.parent()?.to_owned(),
            real,
            path,
        }),
    })
}

/// Checks a fix: whatever loads before it also loads after it, and a safe one changes nothing for the releases that its
/// finding is not about.
pub fn check_fix(
    node: &NodeFiles,
    run: &Run,
    before: &[u8],
    after: &[u8],
    finding: &Finding,
) -> Result<(), Refusal> {
    let fix = finding.fix.as_ref();
    let is_safe = fix.is_some_and(|fix| fix.safety == Safety::Safe);
    for (before, after) in outcomes(node, run, before, after) {
        no_worse(&before, &after)?;
        let release = before.release;
        let is_another =
            run.settings.releases.contains(&release) && !finding.releases.contains(&release);
        if is_safe && is_another && !looks_where_it_did(&before, &after) {
            return Err(Refusal::HeldBack(format!(
                "pulls would read another config path, in {release}"
            )));
        }
    }
    Ok(())
}

/// Checks that a text is at least as good as another: whatever loads before also loads after, and no error is new.
pub fn check_text(node: &NodeFiles, run: &Run, before: &[u8], after: &[u8]) -> Result<(), Refusal> {
    for (before, after) in outcomes(node, run, before, after) {
        no_worse(&before, &after)?;
    }
    let [old, new] = [before, after].map(|text| errors(node, run, text));
    match new
        .iter()
        .find(|(key, count)| *count > old.get(key).unwrap_or(&0))
    {
        Some(((rule, release), _)) => Err(Refusal::HeldBack(format!(
            "there would be a new error, {rule}, in {release}"
        ))),
        None => Ok(()),
    }
}

/// The outcomes of both texts on the targeted releases.
fn outcomes(
    node: &NodeFiles,
    run: &Run,
    before: &[u8],
    after: &[u8],
) -> Vec<(ConfigOutcome, ConfigOutcome)> {
    let [before, after] = [before, after].map(|text| node.with_config(text.to_owned()));
    let releases = run.settings.releases.iter();
    releases
        .map(|&release| {
            let of = |node: &NodeFiles| load(release, node, &node.config);
            (of(&before), of(&after))
        })
        .collect()
}

/// How much comes up; more is better.
fn rank(outcome: &ConfigOutcome) -> u8 {
    match (outcome.starts, outcome.cri) {
        (false, _) => 0,
        (true, Cri::Loads) if outcome.server_disabled.is_none() => 2,
        (true, _) => 1,
    }
}

fn no_worse(before: &ConfigOutcome, after: &ConfigOutcome) -> Result<(), Refusal> {
    if rank(after) >= rank(before) {
        return Ok(());
    }
    let what = match after.starts {
        false => "containerd would not start",
        true => "CRI would not load",
    };
    let why = after.fault.as_ref().map(|fault| fault.reason.to_string());
    Err(Refusal::HeldBack(format!(
        "{what} ({}), in {}",
        why.unwrap_or_default(),
        after.release
    )))
}

/// The same directories, or some of those of a list that was not split.
fn looks_where_it_did(before: &ConfigOutcome, after: &ConfigOutcome) -> bool {
    let listed = |outcome: &ConfigOutcome| -> Vec<String> {
        let roots = outcome.roots.iter().flat_map(|root| root.split(':'));
        roots.map(str::to_owned).collect()
    };
    let (before, after) = (listed(before), listed(after));
    before == after || !after.is_empty() && after.iter().all(|root| before.contains(root))
}

fn errors(node: &NodeFiles, run: &Run, text: &[u8]) -> BTreeMap<(&'static str, Release), usize> {
    let node = node.with_config(text.to_owned());
    let report = lint_nodes(std::slice::from_ref(&node), &[], run);
    let mut errors = BTreeMap::new();
    let all = report.findings.iter();
    for finding in all.filter(|finding| finding.severity == Severity::Error) {
        for release in &finding.releases {
            *errors.entry((finding.rule.name, *release)).or_default() += 1;
        }
    }
    errors
}
