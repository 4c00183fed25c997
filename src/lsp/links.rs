//! Links to the files that a hosts.toml names.

use std::ops::Range;
use std::path::PathBuf;

use crate::facts::NamespaceContext;

/// A place that names a file, and the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The place, within its quotes.
    pub span: Range<usize>,
    /// The file on this machine.
    pub file: PathBuf,
}

/// The links of a hosts.toml. A file that is not here, or outside of the repository, has none.
pub fn links(context: &NamespaceContext<'_>) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for entry in context.entries() {
        let ca = entry.host.ca.iter().flatten();
        let pairs = entry.host.client.iter();
        let files =
            ca.chain(pairs.flat_map(|pair| std::iter::once(&pair.certificate).chain(&pair.key)));
        for file in files {
            let Some(span) = file.span.clone() else {
                continue;
            };
            let Ok(real) = context.tree.real(&file.path) else {
                continue;
            };
            if real.is_file() && links.iter().all(|link| link.span != span) {
                links.push(Link {
                    span: unquoted(context.text(), span),
                    file: real,
                });
            }
        }
    }
    links.sort_by_cached_key(|link| link.span.start);
    links
}

fn unquoted(text: &str, span: Range<usize>) -> Range<usize> {
    let is_quoted = text
        .get(span.clone())
        .is_some_and(|text| text.len() > 2 && text.starts_with(['"', '\'']));
    match is_quoted {
        true => span.start + 1..span.end - 1,
        false => span,
    }
}
