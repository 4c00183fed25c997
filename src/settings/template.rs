//! The commented settings file that `init` writes.

use super::list::{NAMESPACE_KEYS, SETTINGS, Setting, override_settings};

/// A settings file with every setting explained and commented out.
pub fn template() -> String {
    let mut out = String::from(
        "# Settings of certsd-lint. Every setting is optional; a flag of the same name overrides it.\n\
         # Paths and globs are relative to this file.\n",
    );
    let is_plain = |setting: &&Setting| !setting.example.is_empty();
    for setting in SETTINGS.iter().filter(is_plain) {
        out.push('\n');
        comment(&mut out, setting);
        let value = match setting.default {
            "" | "[]" => setting.example,
            default => default,
        };
        out.push_str(&format!("# {} = {value}\n", setting.name));
    }
    for setting in SETTINGS.iter().filter(|setting| !is_plain(setting)) {
        out.push('\n');
        comment(&mut out, setting);
        match setting.name {
            "rules" => {
                out.push_str("# [rules]\n# unknown-capability = \"error\"\n# trust = \"note\"\n")
            }
            "namespaces" => {
                out.push_str("# [[namespaces]]\n");
                for (name, _, example) in NAMESPACE_KEYS {
                    out.push_str(&format!("# {name} = \"{example}\"\n"));
                }
            }
            _ => {
                out.push_str("# [[overrides]]\n");
                for setting in override_settings().filter(is_plain) {
                    out.push_str(&format!("# {} = {}\n", setting.name, setting.example));
                }
                out.push_str("# rules.unknown-capability = \"warning\"\n");
            }
        }
    }
    out
}

/// The documentation as `##` comments, which remain when the settings are uncommented.
fn comment(out: &mut String, setting: &Setting) {
    for paragraph in setting.paragraphs() {
        for line in textwrap::wrap(&paragraph.replace('`', ""), 96) {
            out.push_str(&format!("## {line}\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::read::parse;

    #[test]
    fn it_can_be_used_as_it_is_and_with_everything_uncommented() {
        let text = template();
        let path = Path::new("certsd-lint.toml");
        assert!(parse(path, &text).unwrap().warnings.is_empty());
        let uncommented: String = text
            .lines()
            .map(|line| line.strip_prefix("# ").unwrap_or(line))
            .filter(|line| !line.starts_with("Settings of") && !line.starts_with("Paths and"))
            .map(|line| format!("{line}\n"))
            .collect();
        // Rules of the examples that are not in the catalogue yet are the only complaint there can be.
        match parse(path, &uncommented) {
            Ok(file) => assert_eq!(file.layer.overrides.len(), 1),
            Err(error) => panic!("{error:?}"),
        }
    }
}
