//! The open files: their texts, and what was found in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gen_lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use super::analysis::{Analysis, Opened};
use super::diagnostics::{self, Shower, Shown};
use super::settings::{self, Settings, Unusable};
use super::text::{Encoding, Text};
use super::uri;
use crate::disk::absolute;
use crate::report;

/// An open file.
pub struct Document {
    /// Its URI, as the client writes it.
    pub uri: Uri,
    /// Its absolute path; `None` where it is not a file.
    pub path: Option<PathBuf>,
    /// Its version, as the client counts.
    pub version: i32,
    /// Its text.
    pub text: Text,
    /// The findings in the current text; `None` until it is linted.
    looked: Option<Looked>,
}

/// The findings in a document.
struct Looked {
    analysis: Option<Analysis>,
    shown: Shown,
    /// A number that no other look has.
    number: u64,
}

/// All open files.
pub struct Documents {
    open: BTreeMap<String, Document>,
    settings: Settings,
    encoding: Encoding,
    options: report::Options,
    looks: u64,
}

impl Documents {
    /// No files.
    pub fn new(encoding: Encoding) -> Documents {
        Documents {
            open: BTreeMap::new(),
            settings: Settings::default(),
            encoding,
            options: report::Options::default(),
            looks: 0,
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Document> {
        self.open.values()
    }

    /// The one of this URI.
    pub fn get(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(&uri.0)
    }

    /// The open file at a path.
    pub fn at(&self, path: &Path) -> Option<&Document> {
        self.open
            .values()
            .find(|document| document.path.as_deref() == Some(path))
    }

    /// Opens one.
    pub fn open(&mut self, item: TextDocumentItem) {
        let path = uri::path(&item.uri);
        let document = Document {
            path: path.clone(),
            version: item.version,
            text: Text::new(item.text, self.encoding),
            looked: None,
            uri: item.uri,
        };
        self.open.insert(document.uri.0.clone(), document);
        self.outdate_beside(path.as_deref());
    }

    /// Changes one. What is not open is not changed.
    pub fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) {
        let Some(document) = self.open.get_mut(&uri.0) else {
            return;
        };
        document.version = version;
        document.text.apply(changes);
        document.looked = None;
        let path = document.path.clone();
        self.outdate_beside(path.as_deref());
    }

    /// Closes one.
    pub fn close(&mut self, uri: &Uri) {
        if let Some(document) = self.open.remove(&uri.0) {
            self.outdate_beside(document.path.as_deref());
        }
    }

    /// Files on the disk have changed.
    pub fn outdate(&mut self) {
        self.settings.forget();
        for document in self.open.values_mut() {
            document.looked = None;
        }
    }

    /// A certificate in the editor decides what is found in the hosts.toml beside it, and a file that is mounted what is found by the file
    /// that mounts it.
    fn outdate_beside(&mut self, path: Option<&Path>) {
        let directory = path.and_then(Path::parent);
        for document in self.open.values_mut() {
            let own = document.path.as_deref().and_then(Path::parent);
            let is_beside = own.is_some() && own == directory;
            let analysis = document
                .looked
                .as_ref()
                .and_then(|looked| looked.analysis.as_ref());
            let mounts = |path: &Path| analysis.is_some_and(|analysis| analysis.mounts(path));
            if is_beside || path.is_some_and(mounts) {
                document.looked = None;
            }
        }
    }

    /// The texts of all, by their paths.
    pub fn texts(&self) -> BTreeMap<PathBuf, String> {
        let texts = self.open.values().filter_map(|document| {
            let path = document.path.clone()?;
            Some((path, document.text.as_str().to_owned()))
        });
        texts.collect()
    }

    /// Lints what has changed since it was linted. What could not be done is returned.
    pub fn look(&mut self, now: i64) -> Vec<String> {
        let mut failures = Vec::new();
        if self.open.values().all(|document| document.looked.is_some()) {
            return failures;
        }
        let texts = self.texts();
        for document in self.open.values_mut().filter(|d| d.looked.is_none()) {
            self.looks += 1;
            let (analysis, shown) = look(document, &texts, &mut self.settings, &self.options, now);
            failures.extend(
                analysis
                    .iter()
                    .flat_map(|analysis| analysis.failures.clone()),
            );
            document.looked = Some(Looked {
                analysis,
                shown,
                number: self.looks,
            });
        }
        failures
    }

    /// The names of the baselines that settings name.
    pub fn baselines(&self) -> impl Iterator<Item = &str> {
        let names = self.settings.baselines().filter_map(Path::file_name);
        names.filter_map(|name| name.to_str())
    }

    /// The problems of settings files that are not open.
    pub fn settings_problems(&mut self) -> BTreeMap<String, Vec<gen_lsp_types::Diagnostic>> {
        let paths: Vec<PathBuf> = self.open.values().filter_map(|d| d.path.clone()).collect();
        let mut all = BTreeMap::new();
        for path in paths {
            let found = self.settings.of(&path);
            let Some((source, problems)) = &found.problems else {
                continue;
            };
            let file = absolute(&source.path);
            if problems.is_empty() || self.at(&file).is_some() {
                continue;
            }
            let Some(uri) = uri::of(&file) else { continue };
            let text = Text::new(source.text.to_string(), self.encoding);
            let problems: Vec<_> = problems
                .iter()
                .map(|problem| source.without_secrets(problem))
                .collect();
            all.insert(uri.0, diagnostics::of_settings(&problems, &text));
        }
        all
    }
}

fn look(
    document: &Document,
    texts: &BTreeMap<PathBuf, String>,
    settings: &mut Settings,
    options: &report::Options,
    now: i64,
) -> (Option<Analysis>, Shown) {
    let own = |own| Shown {
        own,
        ..Shown::default()
    };
    let Some(path) = &document.path else {
        return (None, Shown::default());
    };
    if settings::is_settings_file(path) {
        let problems = settings::problems(path, document.text.as_str());
        return (
            None,
            own(diagnostics::of_settings(&problems, &document.text)),
        );
    }
    let found = settings.of(path);
    let opened = Opened {
        path,
        text: document.text.as_str(),
        others: texts,
    };
    if let Err(Unusable { message, file }) = &found.settings {
        // A file that the linter does not read needs no settings.
        let is_one = opened
            .subject(&crate::finding::Settings::default())
            .is_some();
        let shown = is_one.then(|| diagnostics::not_linted(message, file.as_deref()));
        return (None, own(shown.into_iter().collect()));
    }
    let Some(analysis) = opened.analyze(&found, now) else {
        return (None, Shown::default());
    };
    let targeted = analysis.run.settings.all_releases();
    let shower = Shower {
        path,
        uri: &document.uri,
        text: &document.text,
        encoding: document.text.encoding(),
        targeted: &targeted,
        options,
    };
    let shown = shower.show(&analysis.findings);
    (Some(analysis), shown)
}

impl Document {
    /// The findings; `None` for a file that the linter does not read.
    pub fn analysis(&self) -> Option<&Analysis> {
        self.looked.as_ref()?.analysis.as_ref()
    }

    /// Whether what is found in it is found by itself, and not by a file that mounts it.
    pub fn is_linted(&self) -> bool {
        self.analysis()
            .is_some_and(|analysis| analysis.subject.is_some())
    }

    /// The diagnostics that were sent for it.
    pub fn shown(&self) -> Option<&Shown> {
        self.looked.as_ref().map(|looked| &looked.shown)
    }

    /// A name for what is shown, which changes with it.
    pub fn look(&self) -> String {
        self.looked
            .as_ref()
            .map_or(0, |looked| looked.number)
            .to_string()
    }

    /// The function that makes its diagnostics, for a part of its findings.
    pub fn with_shower<R>(
        &self,
        documents: &Documents,
        ask: impl FnOnce(&Shower<'_>, &Analysis) -> R,
    ) -> Option<R> {
        let (path, analysis) = (self.path.as_deref()?, self.analysis()?);
        let targeted = analysis.run.settings.all_releases();
        let shower = Shower {
            path,
            uri: &self.uri,
            text: &self.text,
            encoding: self.text.encoding(),
            targeted: &targeted,
            options: &documents.options,
        };
        Some(ask(&shower, analysis))
    }
}
