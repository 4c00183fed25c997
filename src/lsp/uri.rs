//! Between the client's URIs and paths.

use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;
use url::Url;

use crate::disk::absolute;

/// The path of a file; `None` where the URI names none on this machine.
pub fn path(uri: &Uri) -> Option<PathBuf> {
    // The rest is percent-encoded, and `url` is built without the tables for other hosts.
    if !uri.0.is_ascii() {
        return None;
    }
    let url = Url::parse(&uri.0).ok()?;
    if url.scheme() != "file" {
        return None;
    }
    Some(absolute(&url.to_file_path().ok()?))
}

/// The URI of a path.
pub fn of(path: &Path) -> Option<Uri> {
    let url = Url::from_file_path(absolute(path)).ok()?;
    Some(Uri(url.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_comes_back() {
        let names = ["/a/certs.d/reg:5000/hosts.toml", "/a/b c/é%20[x].toml"];
        for name in names.map(Path::new) {
            let uri = of(name).unwrap();
            assert_eq!(path(&uri).as_deref(), Some(name), "{uri}");
        }
        assert_eq!(
            path(&Uri::from("file:///a/reg%3A5000/x")),
            Some(PathBuf::from("/a/reg:5000/x"))
        );
    }

    #[test]
    fn others_are_no_paths() {
        for uri in [
            "untitled:Untitled-1",
            "https://example.org/a",
            "",
            "file:",
            "file:a",
            "%",
        ] {
            let is_root = path(&Uri::from(uri)).is_none_or(|path| path.is_absolute());
            assert!(is_root, "{uri}");
        }
        assert_eq!(path(&Uri::from("untitled:Untitled-1")), None);
    }
}
