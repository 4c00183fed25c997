//! Files with registry configuration that are not read, which are reported so that they do not seem to be correct.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use memchr::memmem;
use walkdir::WalkDir;

use super::find_error::{FindError, Unread, shown};
use super::globs::Exclusions;
use super::io as disk;
use super::search::is_skipped;

/// So many are named.
const NAMED: usize = 5;

/// So many files are looked into, and no more of each.
const FILES: usize = 20_000;
const BYTES: u64 = 256 * 1024;

/// And no more of all together.
const ALL_BYTES: usize = 128 * 1024 * 1024;

/// Why a file that is named for a registry is not read.
const NAMED_FOR_A_REGISTRY: &str = "its text is a hosts.toml, but containerd reads only files named hosts.toml in a directory named after the registry, and nothing here copies or mounts it there";

impl Unread {
    /// A file that is named for a registry, and that nothing uses.
    pub fn unused(file: &Path) -> Unread {
        Unread::new(file, NAMED_FOR_A_REGISTRY.to_owned())
    }

    fn new(file: &Path, why: String) -> Unread {
        let path = shown(file);
        let path = path.strip_prefix("./").unwrap_or(&path).to_owned();
        Unread { path, why }
    }
}

/// Which kind of file it is: the first are most likely to be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    RegistriesYaml,
    Template,
    Yaml,
    Script,
    Terraform,
    Nix,
    Other,
    Code,
}

impl Kind {
    /// `None` for documents, which configure nothing.
    fn of(path: &Path, text: &[u8]) -> Option<Kind> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        Some(match ending.to_ascii_lowercase().as_str() {
            "md" | "mdx" | "rst" | "adoc" | "txt" | "html" | "htm" | "svg" | "ipynb" | "log"
            | "po" | "pot" | "css" | "lock" | "patch" | "diff" => return None,
            "yaml" | "yml" if name.starts_with("registries.") => Kind::RegistriesYaml,
            "j2" | "jinja" | "jinja2" | "tmpl" | "tpl" | "tftpl" | "gotmpl" | "erb"
            | "mustache" => Kind::Template,
            "yaml" | "yml" | "ign" | "bu" => Kind::Yaml,
            "sh" | "bash" | "zsh" => Kind::Script,
            "tf" | "hcl" | "tfvars" => Kind::Terraform,
            "nix" => Kind::Nix,
            "go" | "rs" | "py" | "js" | "ts" | "java" | "rb" | "c" | "cc" | "cpp" | "h" | "kt"
            | "swift" | "php" | "pl" | "lua" | "tsx" | "jsx" | "json" => Kind::Code,
            _ if text.starts_with(b"#!") => Kind::Script,
            _ => Kind::Other,
        })
    }

    fn why(self, path: &str) -> String {
        match self {
            Kind::RegistriesYaml => format!(
                "k3s and RKE2 generate hosts.toml from a registries.yaml: `certsd-lint migrate {path}` shows the result"
            ),
            Kind::Template => "a template is not read until something renders it".to_owned(),
            Kind::Yaml => "no hosts.toml was found in it".to_owned(),
            Kind::Script => {
                "no hosts.toml was found in it; certsd-lint does not run scripts".to_owned()
            }
            Kind::Terraform => "no hosts.toml was found in it".to_owned(),
            Kind::Nix => "Nix is not read".to_owned(),
            Kind::Code => "source code is not read".to_owned(),
            Kind::Other => "it is neither a hosts.toml nor a config.toml of containerd".to_owned(),
        }
    }
}

/// Adds to the errors of paths where nothing is to be linted which files there may have been meant. All texts below them are read for
/// that, so it is for when the run has nothing else to say.
pub fn name_unread(errors: &mut [FindError], exclude: &Exclusions) {
    for error in errors {
        if let FindError::Nothing { path, unread } = error {
            let others = self::unread(Path::new(path.as_str()), exclude).into_iter();
            let others = others.filter(|other| unread.iter().all(|file| file.path != other.path));
            let others: Vec<Unread> = others.collect();
            unread.extend(others);
            unread.truncate(NAMED);
        }
    }
}

/// The files below a directory that contain text like registry configuration, up to five, those first that are most likely
/// meant. To be asked where nothing was found to lint.
fn unread(root: &Path, exclude: &Exclusions) -> Vec<Unread> {
    let mut found: Vec<(Kind, PathBuf)> = Vec::new();
    each_text(root, exclude, |path, text| {
        if holds_configuration(text)
            && let Some(kind) = Kind::of(path, text)
        {
            found.push((kind, path.to_owned()));
        }
    });
    found.sort();
    let named = found.into_iter().take(NAMED);
    named
        .map(|(kind, path)| {
            let mut unread = Unread::new(&path, String::new());
            unread.why = kind.why(&unread.path);
            unread
        })
        .collect()
}

/// The kind of a named file that belongs to no tree, and the remedy.
pub fn why_unrelated(path: &Path) -> String {
    let text = disk::read(path, BYTES).unwrap_or_default();
    let kind = holds_configuration(&text).then(|| Kind::of(path, &text));
    match kind.flatten() {
        Some(kind @ Kind::RegistriesYaml) => {
            format!("is not linted: {}", kind.why(&shown(path)))
        }
        Some(kind) if kind != Kind::Other => format!(
            "is not linted: {}; to lint a text as a namespace's hosts.toml, use `--stdin-filename docker.io/hosts.toml -`",
            kind.why(&shown(path))
        ),
        _ => "is not inside a certs.d tree: name the config path it belongs to; to lint a text as a namespace's hosts.toml, \
              use `--stdin-filename docker.io/hosts.toml -`, and to lint a node's config.toml, --containerd-config"
            .to_owned(),
    }
}

/// Those of the files that something below the directory copies or mounts: another file names them with their folder, or by a name
/// that nothing but such a file has.
pub fn used(root: &Path, files: &BTreeSet<PathBuf>, exclude: &Exclusions) -> BTreeSet<PathBuf> {
    let mut used = BTreeSet::new();
    let names: Vec<(&PathBuf, String)> = files.iter().filter_map(|f| Some((f, name(f)?))).collect();
    each_text(root, exclude, |path, text| {
        if used.len() == files.len() || files.contains(path) || Kind::of(path, text).is_none() {
            return;
        }
        for (file, name) in &names {
            if !used.contains(*file) && names_file(text, name) {
                used.insert((*file).clone());
            }
        }
    });
    used
}

/// The words by which others name a file.
fn name(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_string_lossy().into_owned();
    if name.ends_with(".toml") {
        return Some(name);
    }
    // `quay.io` alone is the registry.
    let folder = file.parent()?.file_name()?.to_string_lossy().into_owned();
    Some(format!("{folder}/{name}"))
}

/// Whether a text has a name that neither goes on nor is the end of a longer one.
fn names_file(text: &[u8], name: &str) -> bool {
    let goes_on = |byte: Option<&u8>| {
        byte.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    };
    memmem::find_iter(text, name.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let after = text.get(at + name.len());
        !goes_on(before) && !goes_on(after) && after != Some(&b'/')
    })
}

/// Whether a text contains registry configuration of containerd or k3s.
fn holds_configuration(text: &[u8]) -> bool {
    let has = |needle: &str| memmem::find(text, needle.as_bytes()).is_some();
    let has_line = |needle: &str| {
        memmem::find_iter(text, needle.as_bytes()).any(|at| {
            let line = text[..at].rsplit(|&byte| byte == b'\n').next();
            let rest = text[at + needle.len()..]
                .split(|&byte| byte == b'\n')
                .next();
            line.unwrap_or_default()
                .iter()
                .all(|byte| matches!(byte, b' ' | b'\t' | b'-' | b'"'))
                && rest.unwrap_or_default().trim_ascii().is_empty()
        })
    };
    has("[host.\"") || has("certs.d/") || has("registry.mirrors") || has_line("mirrors:")
}

/// Shows each text below a directory to `see`, within limits; what a search skips is skipped here, too.
fn each_text(root: &Path, exclude: &Exclusions, mut see: impl FnMut(&Path, &[u8])) {
    let walk = WalkDir::new(root).sort_by_file_name().into_iter();
    let entries = walk.filter_entry(|entry| {
        entry.depth() == 0
            || !is_skipped(entry.file_name())
                && (exclude.is_empty() || !exclude.excludes(&shown(entry.path())))
    });
    let files = entries
        .flatten()
        .filter(|entry| entry.file_type().is_file());
    let mut bytes = 0;
    for file in files.take(FILES) {
        let Ok(text) = disk::read_listed(file.path(), BYTES) else {
            continue;
        };
        bytes += text.len();
        if bytes > ALL_BYTES {
            return;
        }
        let head = &text[..text.len().min(1024)];
        if !head.contains(&0) {
            see(file.path(), &text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_whole() {
        let names = |text: &str| names_file(text.as_bytes(), "containerd/quay.io");
        assert!(names("hostPath: ./containerd/quay.io\n"));
        assert!(names("COPY \"containerd/quay.io\" /x"));
        assert!(!names("src: containerd/quay.io/hosts.toml"));
        assert!(!names("xcontainerd/quay.io"));
        assert!(!names("containerd/quay.io.bak"));
    }

    #[test]
    fn mirrors_are_a_key_of_their_own() {
        assert!(holds_configuration(b"mirrors:\n  docker.io:\n"));
        assert!(holds_configuration(b"  registry:\n    mirrors:\n"));
        assert!(!holds_configuration(b"see the mirrors: all of them\n"));
        assert!(holds_configuration(
            b"mkdir -p /etc/containerd/certs.d/quay.io"
        ));
    }
}
