//! Dockerfiles: scripts in RUN, files in COPY.
//!
//! Recognised by the name: `Dockerfile`, `Containerfile`, with something before or behind it.
//!
//! ```dockerfile
//! COPY <<EOF /etc/containerd/certs.d/docker.io/hosts.toml
//! server = "https://registry-1.docker.io"
//! EOF
//! ```
//!
//! Not known: arguments and variables, and what is copied from the build context.

use super::carried::Carried;
use super::document::Document;
use super::stand_ins::StandIns;
use super::text::{Builder, Text};

/// Reads a Dockerfile.
pub fn read(parent: &Text, stand_ins: &mut StandIns<'_>, carried: &mut Carried) {
    let script = instructions(parent);
    let mut document = Document::new(stand_ins, carried, 0);
    document.script(&script);
    for write in &mut document.writes {
        // It runs once, on a layer of its own.
        write.operator = None;
    }
    document.finish();
}

/// The instructions that can write files, as a script.
fn instructions(parent: &Text) -> Text {
    let text = parent.as_str();
    let mut builder = Builder::new(parent);
    let mut at = 0;
    let mut is_open = false;
    let mut terminators: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        if let Some(terminator) = terminators.first() {
            if line.trim_end_matches(['\n', '\r']).trim_start_matches('\t') == terminator {
                terminators.remove(0);
            }
            builder.keep(range);
            continue;
        }
        let word = line.split_whitespace().next().unwrap_or_default();
        let begins = ["RUN", "COPY", "ADD"]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(word));
        if !begins && !is_open {
            continue;
        }
        let is_comment = line.trim_start().starts_with('#');
        builder.keep(range);
        is_open = line.trim_end().ends_with('\\') || is_open && is_comment;
        for (found, _) in line.match_indices("<<") {
            let rest = line[found + 2..].trim_start_matches('-').trim_start();
            let rest = rest.trim_start_matches(['"', '\'']);
            let word: String = rest
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            if !word.is_empty() && !line[..found].ends_with('<') {
                terminators.push(word);
            }
        }
    }
    builder.finish()
}
