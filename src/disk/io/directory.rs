//! A directory that is listed once, and whose files are opened from it.

use std::path::Path;

use super::open::OpenDirectory;
use super::{EntryType, FileInfo, ReadFile};
use crate::containerd::{DirEntry, FileError};

/// A directory on disk: what lay in it when it was opened.
#[derive(Debug)]
pub struct Directory {
    /// `None` where it is on no disk.
    open: Option<OpenDirectory>,
    /// The entries, sorted.
    pub entries: Vec<DirEntry>,
    /// The names of those that are neither directories nor regular files, as there are hardly ever any.
    special: Vec<String>,
}

impl Directory {
    /// Opens and lists a directory.
    pub fn open(path: &Path) -> Result<Directory, FileError> {
        let open = OpenDirectory::open(path).map_err(|error| super::file_error(&error))?;
        Directory::list(open)
    }

    /// The same, but of none that a link leads to. `None` for all that is not at this very path.
    pub(in crate::disk) fn open_itself(path: &Path) -> Option<Result<Directory, FileError>> {
        Some(Directory::list(OpenDirectory::open_itself(path).ok()?))
    }

    fn list(open: OpenDirectory) -> Result<Directory, FileError> {
        let mut entries = Vec::new();
        let mut special = Vec::new();
        let listed = open.each(|name, kind| {
            let name = name.to_string_lossy().into_owned();
            if matches!(kind, EntryType::Link | EntryType::Other) {
                special.push(name.clone());
            }
            entries.push(DirEntry {
                name,
                is_dir: kind == EntryType::Directory,
            });
        });
        listed.map_err(|error| super::file_error(&error))?;
        entries.sort_unstable();
        Ok(Directory {
            open: Some(open),
            entries,
            special,
        })
    }

    /// A directory that is on no disk.
    pub(in crate::disk) fn planted(entries: Vec<DirEntry>) -> Directory {
        Directory {
            open: None,
            entries,
            special: Vec::new(),
        }
    }

    /// Mode and owner of the directory itself.
    pub fn info(&self) -> Option<FileInfo> {
        let metadata = self.open.as_ref()?.metadata().ok()?;
        Some(FileInfo::of(&metadata))
    }

    /// Reads a regular file of at most `limit` bytes. `None` for what is not a regular file in this directory itself, or no longer
    /// there: its path has to be asked, and nothing was opened.
    pub(in crate::disk) fn read(&self, name: &str, limit: u64) -> Option<ReadFile> {
        let by_name = |entry: &DirEntry| entry.name.as_str().cmp(name);
        let entry = &self.entries[self.entries.binary_search_by(by_name).ok()?];
        if entry.is_dir || self.special.iter().any(|special| special == name) {
            return None;
        }
        let file = self.open.as_ref()?.open_file(name).ok()?;
        Some(ReadFile::of(file, limit))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn only_regular_files_of_its_own_are_opened() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::write(at("file"), "12345").unwrap();
        fs::write(at("replaced"), "").unwrap();
        fs::create_dir(at("directory")).unwrap();
        symlink("file", at("link")).unwrap();
        let _socket = UnixListener::bind(at("socket")).unwrap();
        let directory = Directory::open(root.path()).unwrap();
        let names = directory.entries.iter().map(|entry| entry.name.as_str());
        let names: Vec<&str> = names.collect();
        assert_eq!(names, ["directory", "file", "link", "replaced", "socket"]);
        fs::remove_file(at("replaced")).unwrap();
        symlink("file", at("replaced")).unwrap();

        let read = |name: &str, limit| directory.read(name, limit).map(|file| file.bytes);
        assert_eq!(read("file", 5), Some(Ok(b"12345".to_vec())));
        assert_eq!(read("file", 4), Some(Err(FileError::TooLarge(4))));
        for name in ["directory", "link", "socket", "replaced", "absent", "../x"] {
            assert_eq!(read(name, 5), None, "{name}");
        }
    }

    #[test]
    fn what_is_no_directory_is_not_opened() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        let open = |path: &Path| Directory::open(path).map(|_| ());
        assert_eq!(open(&file), Err(FileError::NotADirectory));
        assert_eq!(open(&root.path().join("absent")), Err(FileError::NotFound));
    }
}
