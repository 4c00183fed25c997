//! Seeds from the fixtures: what people write, nearly right and quite wrong.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The project's fixtures.
#[derive(Debug)]
pub struct Seeds {
    /// The project's folder.
    root: PathBuf,
}

impl Seeds {
    /// The fixtures of the project in this folder.
    pub fn new(root: &Path) -> Seeds {
        Seeds {
            root: root.to_owned(),
        }
    }

    /// The contents of every file below a folder of the project whose name ends so.
    pub fn files(&self, folder: &str, ending: &str) -> Vec<Vec<u8>> {
        let mut paths = Vec::new();
        collect(&self.root.join(folder), ending, &mut paths);
        paths.sort();
        paths
            .iter()
            .map(|path| fs::read(path).expect("a fixture"))
            .collect()
    }

    /// Each hosts.toml of the fixtures, and of some of the recorded outcomes.
    pub fn hosts_files(&self) -> Vec<Vec<u8>> {
        let mut all = self.files("fixtures", "hosts.toml");
        for name in ["hand", "mutate", "random"] {
            let cases = self.cases(name);
            let step = (cases.len() / 100).max(1);
            for case in cases.iter().step_by(step) {
                let files = case["files"].as_object().into_iter().flatten();
                all.extend(files.filter_map(|(_, text)| Some(text.as_str()?.as_bytes().to_vec())));
            }
        }
        all
    }

    /// Each config.toml of the fixtures, and of the recorded nodes.
    pub fn node_configs(&self) -> Vec<Vec<u8>> {
        let mut all = self.files("fixtures", "config.toml");
        for case in self.cases("node") {
            let files = case["files"].as_object().into_iter().flatten();
            all.extend(files.filter_map(|(_, text)| Some(text.as_str()?.as_bytes().to_vec())));
        }
        all
    }

    /// The recorded outcomes of this name.
    pub fn cases(&self, name: &str) -> Vec<Value> {
        let path = self.root.join(format!("fixtures/conformance/{name}.jsonl"));
        let text = fs::read_to_string(path).expect("recorded outcomes");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a case in each line"))
            .collect()
    }
}

fn collect(folder: &Path, ending: &str, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of fixtures") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, ending, paths);
        } else if path.is_file() && path.to_string_lossy().ends_with(ending) {
            paths.push(path);
        }
    }
}
