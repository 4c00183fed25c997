//! `diff`: which nodes differ from the rest, and in what.

mod against;
mod nodes;
mod print;

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::terminal::Terminal;
use super::values::{self, Format};
use super::{Error, Exit, Result};
use crate::fleet::{self, Answer, Difference, Group};
use nodes::Nodes;

/// Compare the answers of many nodes, and show which nodes differ and how
///
/// Each FILE is the output of `certsd-lint resolve --all --format json` or `certsd-lint node --format json` on one node,
/// and is named after the node; for a directory, its *.json files are read. Nodes are grouped by the fingerprint in their
/// answers. The other groups are compared with the largest one or, with --against, with a tree of hosts.toml files.
///
/// The answers do not contain header values that may be secret, so two nodes that differ only in a token count as alike.
///
/// Exit code 0: all nodes are alike. 1: some differ. 2: an answer cannot be read.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The answers of the nodes, or directories of them
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Compare with this tree of hosts.toml files, such as certs.d in the repository that the nodes are configured from
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,

    /// Where that tree is on the nodes [default: /etc/containerd/certs.d for a tree in a repository]
    #[arg(long, value_name = "DIR", requires = "against", value_parser = values::node_path)]
    deploy_path: Option<String>,

    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// A group of nodes, and in what it differs.
struct Compared {
    group: Group,
    differences: Vec<Difference>,
    /// Why it could not be compared.
    error: Option<String>,
}

/// Compares and prints.
pub fn run(args: &DiffArgs, terminal: &Terminal, out: &mut dyn Write) -> Result {
    let nodes = Nodes::read(&args.files, terminal)?;
    if nodes.names.is_empty() {
        return Err(Error::message(
            "no answer to compare: each FILE must be the output of `certsd-lint resolve --all --format json` on a node",
        ));
    }
    let prints = nodes.fingerprints.iter().map(String::as_str);
    let groups = fleet::groups(prints.enumerate());
    // The first group is the one that the others are compared with.
    let usual = match (&args.against, groups.first()) {
        (None, Some(first)) => nodes.answer(first.nodes[0]).ok(),
        _ => None,
    };
    let mut failed = nodes.failed;
    let compared: Vec<Compared> = groups
        .into_iter()
        .map(|group| {
            let found =
                nodes
                    .answer(group.nodes[0])
                    .and_then(|answer| match (&args.against, &usual) {
                        (Some(tree), _) => against::differences(&answer, tree, args),
                        (None, Some(usual)) => Ok(fleet::differences(&answer, usual)),
                        (None, None) => Ok(Vec::new()),
                    });
            let (differences, error) = match found {
                Ok(differences) => (differences, None),
                Err(error) => (Vec::new(), Some(error)),
            };
            Compared {
                group,
                differences,
                error,
            }
        })
        .collect();
    for Compared { group, error, .. } in &compared {
        if let Some(error) = error {
            failed = true;
            terminal.error(format!("{} {error}", nodes.paths[group.nodes[0]].display()));
        }
    }
    let differs = match args.against {
        Some(_) => compared.iter().any(|group| !group.differences.is_empty()),
        None => compared.len() > 1,
    };
    match args.format {
        Format::Human => print::human(&compared, &nodes, args.against.as_deref(), out)?,
        Format::Json => print::json(&compared, &nodes, args.against.as_deref(), out)?,
    }
    Ok(match (failed, differs) {
        (true, _) => Exit::Failure,
        (false, true) => Exit::Findings,
        (false, false) => Exit::Clean,
    })
}

/// Reads an answer in full.
fn read_answer(text: &[u8]) -> std::result::Result<Answer, String> {
    Answer::read(text)
}
