//! The expected answers of the nodes, by a tree of hosts.toml files.

use std::path::Path;

use super::DiffArgs;
use crate::cli::resolve;
use crate::fleet::{self, Answer, Difference};

/// In what an answer differs from what the tree says for the same questions and releases; and, where the answer has all registries of
/// the node, which of them only one of the two has.
pub fn differences(
    answer: &Answer,
    tree: &Path,
    args: &DiffArgs,
) -> Result<Vec<Difference>, String> {
    if !answer.nodes.is_empty() {
        return Err(
            "is an answer of `node`, and a tree contains no config.toml to compare it with; pass answers of `resolve`"
                .to_owned(),
        );
    }
    let mut wanted = Answer::default();
    let directories = registries(tree, args)?;
    let mut compared = answer.clone();
    for resolution in &answer.resolutions {
        let query = &resolution.query;
        let is_image = resolution.reference.is_some();
        // If all registries are included, one without a directory in the tree is one that only the node has.
        let has_directory = directories.contains(query) || query == resolve::NO_DIRECTORY;
        if answer.all && !is_image && !has_directory {
            continue;
        }
        for outcome in &resolution.outcomes {
            let questions = vec![query.clone()];
            let (images, registry) = match is_image {
                true => (questions, Vec::new()),
                false => (Vec::new(), questions),
            };
            let asked = resolve::Args {
                images,
                registry,
                containerd: outcome.releases.clone(),
                ..of_tree(tree, args)
            };
            add(&mut wanted, asked)?;
        }
    }
    if answer.all {
        let known = |name: &String| answer.resolutions.iter().any(|r| r.query == *name);
        let newest = answer
            .resolutions
            .iter()
            .flat_map(|r| &r.outcomes)
            .next_back();
        for name in directories.iter().filter(|name| !known(name)) {
            let asked = resolve::Args {
                registry: vec![name.clone()],
                containerd: newest
                    .map(|outcome| outcome.releases.clone())
                    .unwrap_or_default(),
                ..of_tree(tree, args)
            };
            add(&mut wanted, asked)?;
        }
    }
    // A repository may not have every file that it names.
    for (here, there) in compared.resolutions.iter_mut().zip(&wanted.resolutions) {
        let is_unknown = there.outcomes.iter().any(|o| o.plan.result == "unknown");
        if here.query == there.query && is_unknown {
            here.outcomes.clone_from(&there.outcomes);
        }
    }
    Ok(fleet::differences(&compared, &wanted))
}

/// The registries that the tree has directories for.
fn registries(tree: &Path, args: &DiffArgs) -> Result<Vec<String>, String> {
    let asked = resolve::Args {
        all: true,
        ..of_tree(tree, args)
    };
    let mut all = Answer::default();
    add(&mut all, asked)?;
    Ok(all.resolutions.into_iter().map(|r| r.query).collect())
}

fn of_tree(tree: &Path, args: &DiffArgs) -> resolve::Args {
    resolve::Args {
        config_path: Some(tree.to_string_lossy().into_owned()),
        deploy_path: args.deploy_path.clone(),
        format: resolve::Format::Json,
        ..resolve::Args::default()
    }
}

/// Computes the answer and adds it: to an earlier answer to the same question, as further outcomes.
fn add(answer: &mut Answer, asked: resolve::Args) -> Result<(), String> {
    let document =
        resolve::document(&asked).map_err(|error| format!("cannot be compared: {error}"))?;
    let more: Answer = serde_json::from_value(document).map_err(|error| error.to_string())?;
    for resolution in more.resolutions {
        match answer
            .resolutions
            .iter_mut()
            .find(|known| known.query == resolution.query)
        {
            Some(known) => known.outcomes.extend(resolution.outcomes),
            None => answer.resolutions.push(resolution),
        }
    }
    Ok(())
}
