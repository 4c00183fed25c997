//! The interface that the engine needs of the files that it fixes: small enough for any kind of file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::finding::secrets::Secrets;
use crate::finding::{Finding, Report};

/// Texts by the paths of their files, as findings name them.
pub type Texts = BTreeMap<String, Vec<u8>>;

/// Files that were linted, and can be linted again with other texts.
pub trait Linted {
    /// Returns the findings with these texts instead of those on disk.
    fn lint(&self, texts: &Texts) -> Report;

    /// The same, as far as it is about the files at these paths; what is found in others may be left out.
    fn lint_files(&self, texts: &Texts, paths: &BTreeSet<String>) -> Report;

    /// The file at a path that findings name; `None` where there is none whose text can be changed.
    fn original(&self, path: &str) -> Option<Original>;

    /// Whether containerd makes of the text `after` what the finding's fix may bring about, and of all else what
    /// it made of it `before`.
    fn check_fix(
        &self,
        path: &str,
        before: &[u8],
        after: &[u8],
        finding: &Finding,
    ) -> Result<(), Refusal>;

    /// Checks that `after` is at least as good as `before`: on every release, and without a new error. With unsafe
    /// fixes, a new error about a secret in the file is allowed: it was hidden before, and is the next to be fixed.
    /// Unless `is_last`, a new error that has a fix of its own is allowed too.
    fn check_text(
        &self,
        path: &str,
        before: &[u8],
        after: &[u8],
        with_unsafe: bool,
        is_last: bool,
    ) -> Result<(), Refusal>;
}

/// A file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where it is on this machine; `None` when its text came from standard input.
    pub disk: Option<OnDisk>,
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDisk {
    /// The file, or a link to it.
    pub path: PathBuf,
    /// The file itself: where it was when it was read, without links in its path.
    pub real: PathBuf,
    /// The directory that the user named, or whose tree the file is in.
    pub root: PathBuf,
}

impl Refusal {
    /// The same, its words without the secrets of the file.
    pub(super) fn without_secrets(self, secrets: &Secrets) -> Refusal {
        match self {
            Refusal::HeldBack(why) => Refusal::HeldBack(secrets.hidden_in(&why).into_owned()),
            Refusal::Broken(what) => Refusal::Broken(secrets.hidden_in(&what).into_owned()),
            other => other,
        }
    }
}

/// Why a fix is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Fixed alone, another fault in the file would take effect and make the result worse. What, in words:
    /// `every pull would fail: …`.
    HeldBack(String),
    /// It would do what it must not: a bug of the rule's. What, in words.
    Broken(String),
    /// The file is no more what it was when it was linted.
    Changed,
    /// Made again and again, it came to no end: likewise.
    Unsettled,
    /// The file has more fixes than one run looks at.
    Postponed,
}
