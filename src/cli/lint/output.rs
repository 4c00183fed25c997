//! Which format goes where.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::LintArgs;
use super::trees::FoundTrees;
use crate::cli::terminal::Terminal;
use crate::cli::{Error, Result};
use crate::containerd::node;
use crate::disk::{self, NodeFiles, Tree};
use crate::finding::Report;
use crate::report::{self, Format};
use crate::settings::Effective;

/// A format and where it goes; `None` is standard output.
pub type Pair = (Format, Option<PathBuf>);

/// Pairs formats and outputs in their order. Formats that are left over go to standard output,
/// which has room for one.
pub fn pairs(args: &LintArgs) -> Result<Vec<Pair>> {
    let formats = match &args.format[..] {
        [] => &[Format::Human],
        formats => formats,
    };
    if args.output.len() > formats.len() {
        return Err(Error::message(format!(
            "got {} --output for {} --format: give one --output for each --format, in the same order",
            args.output.len(),
            args.format.len()
        )));
    }
    let mut pairs: Vec<Pair> = Vec::new();
    for (index, format) in formats.iter().enumerate() {
        let output = args.output.get(index);
        let output = output.filter(|path| *path != Path::new("-")).cloned();
        let identity = |path: &Option<PathBuf>| path.as_deref().map(disk::write::identity);
        let this = identity(&output);
        if let Some((_, known)) = pairs.iter().find(|(_, known)| identity(known) == this) {
            return Err(Error::message(match known {
                None => "two formats go to standard output: give one --output for each --format, in the same order"
                    .to_owned(),
                Some(path) => format!("two formats go to {}", path.display()),
            }));
        }
        pairs.push((*format, output));
    }
    Ok(pairs)
}

/// Sees that nothing that is linted, or says how, would be overwritten.
///
/// # Errors
/// Which file would be.
pub fn check(
    pairs: &[Pair],
    args: &LintArgs,
    found: &FoundTrees,
    effective: &Effective,
) -> Result<()> {
    let outputs = pairs.iter().filter_map(|(_, path)| path.as_ref());
    for path in outputs.chain(&args.write_baseline) {
        if path.is_file() && is_input(&disk::write::identity(path), args, found, effective) {
            return Err(Error::message(format!(
                "cannot write {}: it is an input of this run; name another file",
                path.display()
            )));
        }
    }
    Ok(())
}

/// Whether a file, known by its real path, is one that the run reads.
fn is_input(real: &Path, args: &LintArgs, found: &FoundTrees, effective: &Effective) -> bool {
    let settings = effective.file.as_ref().map(|file| &file.source.path);
    let baseline = args.baseline.as_ref().or(effective.baseline.as_ref());
    let baseline = baseline.filter(|_| args.write_baseline.is_none());
    let named = args.paths.iter().chain(settings).chain(baseline);
    let is = |path: &Path| disk::write::identity(path) == real;
    let of_node = |node: &NodeFiles| {
        let outcome = node::load(effective.settings.releases[0], node, &node.config);
        let mut files = outcome
            .files
            .iter()
            .filter_map(|file| node.real(&file.path).ok());
        files.any(|file| is(&file)) || node.real(&node.config).is_ok_and(|config| is(&config))
    };
    let of_tree = |tree: &Tree| {
        // Whatever is in a namespace may be a certificate of it.
        let root = disk::write::identity(&tree.disk);
        let inside = real
            .strip_prefix(root)
            .map(|rest| rest.components().count());
        inside.is_ok_and(|depth| depth > 1) || {
            let namespaces = tree.namespaces().unwrap_or_default();
            namespaces.iter().any(|namespace| {
                let hosts_file = format!("{}/{}/hosts.toml", tree.root, namespace.name);
                tree.real(&hosts_file).is_ok_and(|file| is(&file))
            })
        }
    };
    named.into_iter().any(|path| is(path))
        || found.nodes.iter().any(of_node)
        || found.trees.iter().any(of_tree)
}

/// Writes the report everywhere; files first, for standard output may be closed before its end.
pub fn write(
    pairs: &[Pair],
    report: &Report,
    args: &LintArgs,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> Result<()> {
    let options = args.report_options(terminal);
    for (format, path) in pairs {
        let Some(path) = path else { continue };
        let text = |out: &mut dyn Write| report::write(*format, report, &options, out);
        let done = disk::write::write_with(path, &text)
            .map_err(|error| Error::message(format!("cannot write {}: {error}", path.display())))?;
        terminal.strays(&done);
    }
    for (format, path) in pairs {
        if path.is_none() {
            let options = report::Options {
                color: terminal.color,
                unicode: terminal.unicode,
                hyperlinks: terminal.hyperlinks,
                ..options.clone()
            };
            report::write(*format, report, &options, out)?;
        }
    }
    out.flush()?;
    Ok(())
}
