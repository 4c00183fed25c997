//! Remedies for a directory that is not a config path, and for an image that is not an image reference.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Error, Format};
use crate::disk::is_plausible_host;

/// More names of a directory than these are not looked at.
const MAX_NAMES: usize = 1000;

/// Whether an image is something else: a directory, or a registry host. containerd itself takes `quay.io` for an image of
/// Docker Hub, and so does an answer for programs.
pub fn check_image(image: &str, format: Format) -> Result<(), Error> {
    let path = Path::new(image);
    let is_written_as_path =
        image.starts_with(['/', '.']) || image.ends_with('/') || image.contains("certs.d");
    if path.is_dir() && (is_written_as_path || has_hosts_file(path) || is_config_path(path)) {
        let image = image.trim_end_matches('/');
        let config_path = match has_hosts_file(path) {
            true => shown(path.parent().unwrap_or(path)),
            false => image.to_owned(),
        };
        return Err(Error::DirectoryAsImage(image.to_owned(), config_path));
    }
    let (name, port) = image.split_once(':').unwrap_or((image, ""));
    let is_host = !image.contains(['/', '@'])
        && name.contains('.')
        && is_plausible_host(name)
        && port.bytes().all(|byte| byte.is_ascii_digit());
    match is_host && format == Format::Human {
        true => Err(Error::RegistryAsImage(image.to_owned())),
        false => Ok(()),
    }
}

/// Whether a config path is something else: the directory of one registry, or one above the config path.
pub fn check_config_path(path: &Path) -> Result<(), Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if is_plausible_host(&name) && has_hosts_file(path) && !is_config_path(path) {
        let parent = path.parent().unwrap_or(Path::new(""));
        return Err(Error::Namespace {
            path: shown(path),
            parent: match parent.as_os_str().is_empty() {
                true => ".".to_owned(),
                false => shown(parent),
            },
        });
    }
    let children = directories(path);
    let is_host = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        is_plausible_host(&name) || has_hosts_file(path)
    };
    if children.iter().any(is_host) {
        return Ok(());
    }
    let usual = ["etc/containerd/certs.d", "containerd/certs.d", "certs.d"];
    let usual = usual.iter().map(|below| path.join(below));
    let meant = usual
        .into_iter()
        .find(|path| path.is_dir())
        .or_else(|| children.into_iter().find(|path| is_config_path(path)));
    match meant {
        Some(meant) => Err(Error::Above {
            path: shown(path),
            meant: shown(&meant),
        }),
        None => Ok(()),
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn has_hosts_file(path: &Path) -> bool {
    path.join("hosts.toml").is_file()
}

/// Whether a directory has one with a hosts.toml.
fn is_config_path(path: &Path) -> bool {
    directories(path).iter().any(|path| has_hosts_file(path))
}

/// The directories in a directory, sorted.
fn directories(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let paths = entries.take(MAX_NAMES).map(|entry| entry.path());
    let mut directories: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    directories.sort();
    directories
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_no_images_for_people() {
        for image in ["quay.io", "reg.internal:5000"] {
            let error = check_image(image, Format::Human).unwrap_err().to_string();
            assert!(error.contains("--registry"), "{error}");
            assert!(check_image(image, Format::Json).is_ok());
        }
        for image in [
            "nginx",
            "nginx:1.27",
            "quay.io/org/app",
            "localhost:5000",
            "a@sha256:0",
        ] {
            assert!(check_image(image, Format::Human).is_ok(), "{image}");
        }
    }

    #[test]
    fn directories_are_told_apart() {
        let root = tempfile::tempdir().unwrap();
        let namespace = root.path().join("etc/certs.d/docker.io");
        fs::create_dir_all(&namespace).unwrap();
        fs::write(namespace.join("hosts.toml"), "").unwrap();
        let certs_d = root.path().join("etc/certs.d");
        assert!(check_config_path(&certs_d).is_ok());
        for path in [root.path().join("etc"), namespace] {
            let error = check_config_path(&path).unwrap_err().to_string();
            let wanted = format!("--config-path {}", certs_d.display());
            assert!(error.ends_with(&wanted), "{error}");
        }
        let image = certs_d.join("docker.io");
        assert!(check_image(&image.to_string_lossy(), Format::Json).is_err());
    }
}
