//! The settings of open files: found as on the command line, read once, and again when files change.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::disk::{absolute, read_named, repository_root};
use crate::engine::Baseline;
use crate::finding::Paths;
use crate::settings::{
    Effective, FILE_NAMES, Layer, Problem, SettingsError, SourceFile, locate, merge, of_text, read,
    short,
};

/// Larger than any baseline.
const MAX_BASELINE: u64 = 64 * 1024 * 1024;

/// The settings that hold for some open files.
pub struct InForce {
    /// The settings of the file, and the defaults for the rest.
    pub effective: Effective,
    /// The known findings.
    pub baseline: Option<Baseline>,
    /// For the paths of the baseline.
    pub paths: Paths,
}

/// Why nothing is linted.
#[derive(Debug)]
pub struct Unusable {
    /// In one sentence.
    pub message: String,
    /// The settings file that is at fault.
    pub file: Option<PathBuf>,
}

/// The settings that were found for a directory.
pub struct FoundSettings {
    /// The settings, or why they cannot be used.
    pub settings: Result<InForce, Unusable>,
    /// The problems of the file, and its text.
    pub problems: Option<(SourceFile, Vec<Problem>)>,
    /// The baseline that the settings name, also one that cannot be read.
    pub baseline: Option<PathBuf>,
}

/// The settings of all open files, by their directories.
#[derive(Default)]
pub struct Settings {
    found: HashMap<PathBuf, Rc<FoundSettings>>,
}

/// Whether a path is that of a settings file.
pub fn is_settings_file(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| FILE_NAMES.iter().any(|known| name == *known))
}

impl Settings {
    /// The settings for a file.
    pub fn of(&mut self, file: &Path) -> Rc<FoundSettings> {
        let directory = file.parent().unwrap_or(file);
        if let Some(found) = self.found.get(directory) {
            return Rc::clone(found);
        }
        let found = Rc::new(find(file));
        self.found.insert(directory.to_owned(), Rc::clone(&found));
        found
    }

    /// The baselines that settings name.
    pub fn baselines(&self) -> impl Iterator<Item = &Path> {
        let named = self.found.values().map(|found| found.baseline.as_deref());
        named.flatten()
    }

    /// Forgets all, because files have changed.
    pub fn forget(&mut self) {
        self.found.clear();
    }
}

fn find(file: &Path) -> FoundSettings {
    let path = match locate(&[file.to_owned()]) {
        Ok(path) => path,
        Err(error) => return unusable(&error),
    };
    let read = match path.as_deref().map(read).transpose() {
        Ok(read) => read,
        Err(error) => return unusable(&error),
    };
    let source = read.as_ref().map(|file| file.source.clone());
    let warnings = read.as_ref().map(|file| file.warnings.clone());
    let effective = match merge(read, Layer::new(Path::new("."))) {
        Ok(effective) => effective,
        Err(error) => return unusable(&error),
    };
    let named = effective.baseline.clone();
    let settings = baseline(&effective).map(|baseline| InForce {
        baseline,
        paths: Paths::new(&root(&effective, file)),
        effective,
    });
    FoundSettings {
        settings,
        problems: source.zip(warnings),
        baseline: named,
    }
}

/// The directory that the paths of a baseline are relative to: that of the repository, as where its command line is used. The server may
/// have been started anywhere.
fn root(effective: &Effective, file: &Path) -> PathBuf {
    let settings = effective
        .file
        .as_ref()
        .map(|file| absolute(&file.source.path));
    let directory = settings.as_deref().unwrap_or(file).parent();
    let directory = directory.unwrap_or(file);
    repository_root(directory).unwrap_or(directory).to_owned()
}

fn baseline(effective: &Effective) -> Result<Option<Baseline>, Unusable> {
    let Some(path) = &effective.baseline else {
        return Ok(None);
    };
    let unusable = |why: String| Unusable {
        message: format!("cannot use the baseline {}: {why}", short(path)),
        file: effective.file.as_ref().map(|file| file.source.path.clone()),
    };
    let bytes = read_named(path, MAX_BASELINE).map_err(|error| unusable(error.to_string()))?;
    Baseline::parse(&String::from_utf8_lossy(&bytes))
        .map(Some)
        .map_err(|error| unusable(error.to_string()))
}

fn unusable(error: &SettingsError) -> FoundSettings {
    let (file, problems) = match error {
        SettingsError::Unreadable { path, .. } => (Some(path.clone()), None),
        SettingsError::Ambiguous { second, .. } => (Some(second.clone()), None),
        SettingsError::Wrong {
            source_file,
            problems,
        } => (
            Some(source_file.path.clone()),
            Some((source_file.clone(), problems.clone())),
        ),
        SettingsError::Flag { .. } => (None, None),
    };
    FoundSettings {
        settings: Err(Unusable {
            message: error.to_string(),
            file: file.as_deref().map(absolute),
        }),
        problems,
        baseline: None,
    }
}

/// The problems of a settings file that is open.
pub fn problems(path: &Path, text: &str) -> Vec<Problem> {
    let file = of_text(path, text);
    let source = SourceFile::new(path, text);
    let problems = file.and_then(|file| {
        let warnings = file.warnings.clone();
        merge(Some(file), Layer::new(Path::new("."))).map(|_| warnings)
    });
    let problems = problems.unwrap_or_else(|error| match error {
        SettingsError::Wrong { problems, .. } => problems,
        other => vec![Problem::error(0..0, other.to_string())],
    });
    problems
        .iter()
        .map(|problem| source.without_secrets(problem))
        .collect()
}
