//! The result, for people and for programs.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::Compared;
use super::nodes::Nodes;
use crate::finding::words::count;
use crate::printable::{one_line, shortened};
use crate::report::write_json;

/// So many groups, names of a group and differences are printed for people.
const MAX_GROUPS: usize = 50;
const MAX_NAMES: usize = 20;
const MAX_DIFFERENCES: usize = 20;

/// Prints for people: first how many nodes are as they should be, then each group that is not.
pub fn human(
    compared: &[Compared],
    nodes: &Nodes,
    against: Option<&Path>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut others = compared.iter();
    match against {
        None => {
            if let Some(first) = others.next() {
                let number = first.group.nodes.len();
                let number = match compared.len() {
                    1 => count(number, "node", "nodes, all alike"),
                    _ => count(number, "node is alike", "nodes are alike"),
                };
                writeln!(out, "{number}: {}", shown_names(first, nodes, 3))?;
            }
        }
        Some(tree) => {
            let is_alike =
                |group: &&Compared| group.differences.is_empty() && group.error.is_none();
            let alike = compared.iter().filter(is_alike);
            let number: usize = alike.map(|group| group.group.nodes.len()).sum();
            let number = count(number, "node matches", "nodes match");
            let tree = tree.to_string_lossy();
            writeln!(out, "{number} {}", one_line(&tree))?;
        }
    }
    let others: Vec<&Compared> = others
        .filter(|group| against.is_none() || !group.differences.is_empty())
        .collect();
    for group in others.iter().take(MAX_GROUPS) {
        let number = count(group.group.nodes.len(), "node differs", "nodes differ");
        writeln!(out, "\n{number}: {}", shown_names(group, nodes, MAX_NAMES))?;
        for difference in group.differences.iter().take(MAX_DIFFERENCES) {
            let text = difference.to_string();
            writeln!(out, "  {}", one_line(&shortened(&text)))?;
        }
        match group.differences.len() {
            // A difference in the fingerprint without words here is a file that one of them cannot read.
            0 => writeln!(out, "  a certificate file is readable on one of them only")?,
            more if more > MAX_DIFFERENCES => {
                writeln!(out, "  and {} more differences", more - MAX_DIFFERENCES)?;
            }
            _ => {}
        }
    }
    if others.len() > MAX_GROUPS {
        let left: usize = others[MAX_GROUPS..]
            .iter()
            .map(|g| g.group.nodes.len())
            .sum();
        writeln!(
            out,
            "\nand {} more in {} other groups (--format json has all)",
            count(left, "node", "nodes"),
            others.len() - MAX_GROUPS
        )?;
    }
    Ok(())
}

fn shown_names(compared: &Compared, nodes: &Nodes, most: usize) -> String {
    let all = &compared.group.nodes;
    let names = all.iter().take(most);
    let names: Vec<String> = names
        .map(|node| one_line(&nodes.names[*node]).into_owned())
        .collect();
    match all.len() > most {
        true => format!("{} and {} more", names.join(", "), all.len() - most),
        false => names.join(", "),
    }
}

/// Prints for programs.
pub fn json(
    compared: &[Compared],
    nodes: &Nodes,
    against: Option<&Path>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let groups: Vec<Value> = compared
        .iter()
        .map(|compared| {
            let members = compared.group.nodes.iter();
            let names: Vec<&str> = members.map(|node| nodes.names[*node].as_str()).collect();
            json!({
                "fingerprint": compared.group.fingerprint,
                "nodes": names,
                "differences": compared.differences,
            })
        })
        .collect();
    let document = json!({
        "version": 1,
        "nodes": nodes.names.len(),
        "against": against.map(|tree| tree.to_string_lossy()),
        "groups": groups,
    });
    write_json(&document, out)
}
