//! The files of a node, seen from a config.toml that is on this machine.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::{Deployment, MAX_HOSTS_FILE, PathGlobs, Reach, io as disk};
use crate::containerd::{DirEntry, FileError, Files, node};
use crate::go::path;
use crate::limits::{MAX_ENTRIES, has_too_many_entries};

/// The largest config.toml that is read: a full dump has twenty kilobytes.
pub const MAX_NODE_CONFIG: u64 = MAX_HOSTS_FILE;

/// Where a path is that a person named: with a sysroot, an absolute path is one of that node, unless it names something
/// below the sysroot as this machine sees it.
pub fn below_sysroot(path: &Path, sysroot: Option<&Path>) -> PathBuf {
    let Some(sysroot) = sysroot.filter(|_| path.is_absolute()) else {
        return path.to_owned();
    };
    let absolute = std::path::absolute(sysroot).unwrap_or_else(|_| sysroot.to_owned());
    match (path.starts_with(&absolute), path.strip_prefix("/")) {
        (false, Ok(rest)) => sysroot.join(rest),
        _ => path.to_owned(),
    }
}

/// The config.toml of this machine, or of the node at a sysroot: the first that exists at one of the usual places.
pub fn usual_config(sysroot: Option<&Path>) -> Option<PathBuf> {
    let paths = node::USUAL_PATHS.iter().map(Path::new);
    let mut here = paths.map(|path| below_sysroot(path, sysroot));
    here.find(|path| path.is_file())
}

/// The node's files as far as this machine has them.
#[derive(Debug, Clone)]
pub struct NodeFiles {
    /// config.toml as the user named it, `/` between parts.
    pub shown: String,
    /// Where config.toml is on the node.
    pub config: String,
    /// Its directory on this machine, which represents the one on the node.
    pub(super) directory: PathBuf,
    /// Where the node is.
    pub deployment: Deployment,
    /// A search has found it, and no one said which trees belong to it.
    pub is_found: bool,
    /// The paths of the trees that the node reads, where the settings say so.
    pub reads: Option<PathGlobs>,
    /// How far links lead.
    reach: Reach,
    /// The bytes of config.toml itself, when they come from elsewhere than from the disk.
    overlay: Option<Vec<u8>>,
}

impl NodeFiles {
    /// The files around the config.toml at `disk`.
    ///
    /// Below a sysroot that is the node's root. In a repository the file is for a node elsewhere, where it will be in
    /// `/etc/containerd`: what is beside it here is beside it there, and of other paths no one knows. Anywhere
    /// else this machine is the node.
    pub fn open(config: &Path, sysroot: Option<&Path>) -> NodeFiles {
        let shown = config.to_string_lossy().into_owned();
        let absolute = std::path::absolute(config).unwrap_or_else(|_| config.to_owned());
        let directory = absolute.parent().unwrap_or(Path::new("/")).to_owned();
        let name = absolute.file_name().unwrap_or_default().to_string_lossy();
        let deployed = || path::join(node::directory(node::DEFAULT_PATH), &name);
        let (config, deployment) = match sysroot {
            Some(sysroot) => {
                let sysroot = std::path::absolute(sysroot).unwrap_or_else(|_| sysroot.to_owned());
                let config = match absolute.strip_prefix(&sysroot) {
                    Ok(rest) => path::clean(&format!("/{}", rest.to_string_lossy())),
                    Err(_) => deployed(),
                };
                (config, Deployment::Sysroot(sysroot))
            }
            None if disk::in_repository(&directory) => (deployed(), Deployment::Elsewhere),
            None => (
                path::clean(&absolute.to_string_lossy()),
                Deployment::InPlace,
            ),
        };
        let reach = match &deployment {
            Deployment::InPlace => Reach::Anywhere,
            Deployment::Elsewhere => Reach::of(&directory),
            Deployment::Sysroot(sysroot) => Reach::below(sysroot),
        };
        let shown = match std::path::MAIN_SEPARATOR {
            '/' => shown,
            separator => shown.replace(separator, "/"),
        };
        NodeFiles {
            shown: shown.strip_prefix("./").unwrap_or(&shown).to_owned(),
            config,
            directory,
            deployment,
            is_found: false,
            reads: None,
            reach,
            overlay: None,
        }
    }

    /// The certain state of a path of the node: `None` where this machine cannot know. A config.toml in some folder may
    /// be another node's, so this machine's own paths count only if that file is in one of the system's folders. What is
    /// beside the file always counts.
    pub fn known_state(&self, path: &str) -> Option<Result<(), FileError>> {
        let is_of_the_system = ["/etc/", "/var/"]
            .iter()
            .any(|folder| self.config.starts_with(folder));
        let directory = node::directory(&self.config);
        let rest = path.strip_prefix(directory);
        let is_beside = rest.is_some_and(|rest| rest.starts_with('/'));
        let is_known = match self.deployment {
            Deployment::Sysroot(_) => true,
            Deployment::InPlace => is_of_the_system || is_beside,
            Deployment::Elsewhere => false,
        };
        let state = match is_known {
            true => self.stat(path),
            false => return None,
        };
        match state {
            Ok(()) if self.list(path) == Err(FileError::NotADirectory) => {
                Some(Err(FileError::NotADirectory))
            }
            Err(error) if error.is_ours_alone() => None,
            state => Some(state),
        }
    }

    /// Whether a directory of the node contains one, or a link to one.
    pub fn has_directories(&self, path: &str) -> bool {
        let names = self.list(path).unwrap_or_default();
        names
            .iter()
            .any(|entry| entry.is_dir || self.list(&path::join(path, &entry.name)).is_ok())
    }

    /// The files around a config.toml that is for a node elsewhere, wherever it is here.
    pub fn deployed(config: &Path) -> NodeFiles {
        let mut files = NodeFiles::open(config, None);
        let name = config.file_name().unwrap_or_default().to_string_lossy();
        files.config = path::join(node::directory(node::DEFAULT_PATH), &name);
        files.deployment = Deployment::Elsewhere;
        files
    }

    /// Whether it was opened by this path.
    pub fn is_at(&self, path: &Path) -> bool {
        super::absolute(path).parent() == Some(&super::absolute(&self.directory))
            && Path::new(&self.shown).file_name() == path.file_name()
    }

    /// A config.toml that another file contains, and of whose node nothing else is known.
    pub fn carried(shown: &str, text: Vec<u8>) -> NodeFiles {
        NodeFiles {
            shown: shown.to_owned(),
            config: node::DEFAULT_PATH.to_owned(),
            directory: PathBuf::new(),
            deployment: Deployment::Elsewhere,
            overlay: Some(text),
            is_found: true,
            reads: None,
            reach: Reach::Anywhere,
        }
    }

    /// The same node with another text for config.toml.
    pub fn with_config(&self, bytes: Vec<u8>) -> NodeFiles {
        NodeFiles {
            overlay: Some(bytes),
            ..self.clone()
        }
    }

    /// Whether what was named is not a config.toml, but a file for one to import: it is in a folder for such files, `conf.d`
    /// or another whose name ends so. What it does not say, config.toml may.
    pub fn is_drop_in(&self) -> bool {
        let folder = self.directory.file_name().unwrap_or_default();
        let is_config = self.config.rsplit('/').next() == Some("config.toml");
        folder.to_string_lossy().ends_with(".d") && !is_config
    }

    /// The name under which the user knows a path of the node: as config.toml was named, if it is beside it.
    pub fn shown(&self, path: &str) -> String {
        if path == self.config {
            return self.shown.clone();
        }
        let disk = self.on_disk(path);
        let beside = disk
            .as_ref()
            .and_then(|d| d.strip_prefix(&self.directory).ok());
        match (beside, &disk) {
            (Some(rest), _) => {
                let rest = rest.to_string_lossy();
                match self.shown.rfind('/') {
                    Some(at) => path::join(&self.shown[..=at], &rest),
                    None => rest.into_owned(),
                }
            }
            (None, Some(disk)) => disk.to_string_lossy().into_owned(),
            (None, None) => path.to_owned(),
        }
    }

    /// Where a path of the node is on this machine; `None` where it is not.
    pub fn on_disk(&self, path: &str) -> Option<PathBuf> {
        let path = path::clean(path);
        let beside = path
            .strip_prefix(node::directory(&self.config))
            .filter(|rest| rest.is_empty() || rest.starts_with('/'));
        match (&self.deployment, beside) {
            (Deployment::InPlace, _) => Some(PathBuf::from(path)),
            // Nothing is beside a config.toml that is in another file.
            (_, Some(_)) if self.directory.as_os_str().is_empty() => None,
            (_, Some(rest)) => Some(self.directory.join(rest.trim_start_matches('/'))),
            (Deployment::Sysroot(root), _) => Some(root.join(path.trim_start_matches('/'))),
            (Deployment::Elsewhere, None) => None,
        }
    }
}

impl NodeFiles {
    /// Where the file at a path of the node really is on this machine.
    ///
    /// # Errors
    /// When that cannot be known, or a link leads out of the repository.
    pub fn real(&self, path: &str) -> Result<PathBuf, FileError> {
        let path = self.on_disk(path).ok_or(FileError::Unknown)?;
        self.reach.resolve(path)
    }
}

impl Files for NodeFiles {
    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, FileError> {
        if let Some(bytes) = self.overlay.as_ref().filter(|_| path == self.config) {
            return Ok(Cow::Borrowed(bytes));
        }
        let bytes = disk::read(&self.real(path)?, MAX_NODE_CONFIG)?;
        match has_too_many_entries(&bytes, MAX_ENTRIES) {
            true => Err(FileError::TooMany(MAX_ENTRIES)),
            false => Ok(Cow::Owned(bytes)),
        }
    }

    fn stat(&self, path: &str) -> Result<(), FileError> {
        disk::stat(&self.real(path)?)
    }

    fn list(&self, path: &str) -> Result<Vec<DirEntry>, FileError> {
        disk::list(&self.real(path)?)
    }
}
