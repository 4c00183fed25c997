//! What the engine asks of the files that it mends: so little that any kind of file can be mended.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::finding::secrets::Secrets;
use crate::finding::{Finding, Report};

/// Texts by the paths of their files, as findings name them.
pub type Texts = BTreeMap<String, Vec<u8>>;

/// Files that were linted, and can be linted again with other texts.
pub trait Linted {
    /// What is found with these texts in the place of those that were read.
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

    /// Whether the text `after` is no worse than that `before`: for no release, and with no error that was not
    /// there. With unsafe fixes, an error may come to light that says what the file gives away: for
    /// those who ask for them, it is the next to be mended. Unless `is_last`, neither does an error count that
    /// can be mended itself.
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
    /// The file itself: where it was when it was read, without links on the way.
    pub real: PathBuf,
    /// The directory that the user named, or in whose tree the file lies.
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
    /// Mended alone, something else in the file would come to bear and make matters worse. What, in words:
    /// `every pull would fail: …`.
    HeldBack(String),
    /// It would do what it must not: a bug of the rule's. What, in words.
    Broken(String),
    /// The file is no more what it was when it was linted.
    Changed,
    /// Made again and again, it came to no end: likewise.
    Unsettled,
}
