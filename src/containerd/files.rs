//! The loader's view of a file system: passed to it, never opened by it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::go::x509::CaPool;
use std::fmt;

/// Why a path cannot be read, as far as it decides what containerd does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// Nothing is there. The only error on which containerd goes on looking.
    NotFound,
    /// It is a directory.
    IsDirectory,
    /// A part of the path before the last is not a directory.
    NotADirectory,
    /// No permission.
    PermissionDenied,
    /// Links that lead back to themselves.
    LinkLoop,
    /// A link on its path leads out of the repository, where this tool does not follow it.
    LeadsOut,
    /// A device, pipe or socket: containerd would wait for it or read nonsense.
    NotAFile,
    /// Larger than anything this tool reads; the limit in bytes.
    TooLarge(u64),
    /// A hosts.toml with more tables, keys and elements than anything this tool reads; the limit.
    TooMany(usize),
    /// This process cannot read it, because it lacks something that containerd has: permission, memory, open files. The reason, in words.
    NotByUs(String),
    /// A certificate file with more PEM blocks than anything this tool reads; the limit.
    TooManyBlocks(usize),
    /// The run has read as much as one may.
    Spent,
    /// Any other error, in the operating system's words.
    Other(String),
    /// The path is on the node, and this machine cannot say what is there.
    Unknown,
}

impl FileError {
    /// Whether the file may be one that containerd reads, and only this tool does not: containerd runs as root, and has no
    /// limits.
    pub fn is_ours_alone(&self) -> bool {
        matches!(
            self,
            FileError::Unknown
                | FileError::LeadsOut
                | FileError::NotByUs(_)
                | FileError::PermissionDenied
                | FileError::TooLarge(_)
                | FileError::TooMany(_)
                | FileError::TooManyBlocks(_)
                | FileError::Spent
        )
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::NotFound => f.write_str("it does not exist"),
            FileError::IsDirectory => f.write_str("it is a directory"),
            FileError::NotADirectory => f.write_str("a part of its path is not a directory"),
            FileError::PermissionDenied => f.write_str("permission denied"),
            FileError::LinkLoop => f.write_str("it is a link to itself"),
            FileError::LeadsOut => {
                f.write_str("a link leads out of the repository and is not followed")
            }
            FileError::NotAFile => f.write_str("it is not a regular file (device, pipe or socket)"),
            FileError::TooLarge(limit) => {
                write!(f, "it is larger than {} MiB", limit / (1024 * 1024))
            }
            FileError::TooMany(limit) => {
                write!(f, "it contains more than {limit} tables, keys and elements")
            }
            FileError::TooManyBlocks(limit) => {
                write!(f, "it contains more than {limit} PEM blocks")
            }
            FileError::Spent => f.write_str("the run reached its limit on reading"),
            FileError::NotByUs(text) | FileError::Other(text) => f.write_str(text),
            FileError::Unknown => f.write_str("it is not on this machine"),
        }
    }
}

impl FileError {
    /// Whether it reveals nothing about the file that containerd reads: the path is on the node, or the file is beyond a limit of this
    /// tool, where containerd has none and reads on.
    pub fn is_unknown(&self) -> bool {
        matches!(
            self,
            FileError::Unknown
                | FileError::LeadsOut
                | FileError::NotByUs(_)
                | FileError::TooLarge(_)
                | FileError::TooMany(_)
                | FileError::TooManyBlocks(_)
                | FileError::Spent
        )
    }

    /// The same as the end of a sentence that begins with the file: `does not exist`.
    pub fn predicate(&self) -> String {
        match self {
            FileError::NotFound => "does not exist".to_owned(),
            FileError::IsDirectory => "is a directory".to_owned(),
            FileError::NotADirectory => "is below a path that is not a directory".to_owned(),
            FileError::PermissionDenied => "cannot be read: permission denied".to_owned(),
            FileError::LinkLoop => "is a link to itself".to_owned(),
            FileError::LeadsOut => {
                "leads out of the repository through a link, which is not followed".to_owned()
            }
            FileError::NotAFile => "is not a regular file (device, pipe or socket)".to_owned(),
            FileError::TooLarge(limit) => format!("is larger than {} MiB", limit / (1024 * 1024)),
            FileError::TooMany(limit) => {
                format!("contains more than {limit} tables, keys and elements")
            }
            FileError::NotByUs(text) => format!("cannot be read by certsd-lint: {text}"),
            FileError::TooManyBlocks(limit) => format!("contains more than {limit} PEM blocks"),
            FileError::Spent => "is left out: the run reached its limit on reading".to_owned(),
            FileError::Other(text) => format!("cannot be read: {text}"),
            FileError::Unknown => "is not on this machine".to_owned(),
        }
    }
}

/// A name in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    /// The name alone.
    pub name: String,
    /// Whether it is itself a directory (links are not followed, as in Go's `ReadDir`).
    pub is_dir: bool,
}

/// The node's files, under the paths that the node uses.
pub trait Files {
    /// The bytes of a file.
    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, FileError>;
    /// The certificates in a file. A cache of parsed files overrides this.
    fn authorities(&self, path: &str) -> Result<Arc<CaPool>, FileError> {
        self.read(path).map(|data| Arc::new(CaPool::read(&data)))
    }
    /// Whether something is at the path, links followed.
    fn stat(&self, path: &str) -> Result<(), FileError>;
    /// The names in a directory, sorted.
    fn list(&self, path: &str) -> Result<Vec<DirEntry>, FileError>;
}
