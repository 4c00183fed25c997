//! Every fixture of the project, as something to lint.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders and config.toml files of all fixtures, each with what is linted in one run.
pub fn all() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut all = vec![root.join("demo"), root.join("sound")];
    for folder in ["rules", "node"] {
        let entries = fs::read_dir(root.join(folder)).expect("the fixtures");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        all.extend(paths.filter(|path| path.is_dir()));
    }
    all.sort();
    assert!(all.len() > 100, "{}", all.len());
    all
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
