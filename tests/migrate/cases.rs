//! The cases: `fixtures/migrate/<case>/`, each an old configuration, and `args` where it needs some.

use std::fs;
use std::path::{Path, PathBuf};

use certsd_lint::containerd::Release;
use certsd_lint::containerd::release::parse_releases;
use certsd_lint::migrate::SourceKind;

pub struct Case {
    /// The name of its folder.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The name of the old configuration.
    pub source: &'static str,
    /// Its kind.
    pub kind: SourceKind,
    /// Its text.
    pub text: String,
    /// Further arguments.
    pub args: Vec<String>,
}

impl Case {
    /// The releases that the tree is written for.
    pub fn releases(&self) -> Vec<Release> {
        match self.args.as_slice() {
            [] => Release::supported(),
            [flag, releases] if flag == "--containerd" => parse_releases(releases).unwrap(),
            other => panic!("{}: {other:?}", self.name),
        }
    }
}

/// All of them, in order.
pub fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/migrate");
    let mut cases: Vec<Case> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|folder| {
            let kinds = [SourceKind::Containerd, SourceKind::K3s, SourceKind::Docker];
            let kind = kinds
                .into_iter()
                .find(|kind| folder.join(kind.file()).exists())
                .unwrap_or_else(|| panic!("{} holds no source", folder.display()));
            let args = fs::read_to_string(folder.join("args")).unwrap_or_default();
            Case {
                name: folder.file_name().unwrap().to_string_lossy().into_owned(),
                source: kind.file(),
                kind,
                text: fs::read_to_string(folder.join(kind.file())).unwrap(),
                args: args.lines().map(str::to_owned).collect(),
                folder,
            }
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(cases.len() >= 30, "{} cases", cases.len());
    cases
}
