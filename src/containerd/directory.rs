//! Which directory of a config path containerd reads for a registry host.

use super::files::{FileError, Files};
use super::release::Release;
use crate::go::path;

/// The name of the directory for hosts that have none of their own.
pub const DEFAULT: &str = "_default";

/// The name with the port written so that every file system takes it: `reg:5000` is `reg_5000_`.
pub fn underscore_form(host: &str) -> Option<String> {
    host.rfind(':')
        .filter(|&i| i > 0)
        .map(|i| format!("{}_{}_", &host[..i], &host[i + 1..]))
}

/// The names looked for, in order. The first that exists wins, whatever is in it.
pub fn candidates(release: Release, host: &str) -> Vec<String> {
    let mut names = Vec::with_capacity(3);
    names.extend(underscore_form(host));
    names.push(host.to_owned());
    if release.default_namespace() && host != DEFAULT {
        names.push(DEFAULT.to_owned());
    }
    names
}

/// The answer of a lookup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookup {
    /// The name that was chosen, `None` when none exists.
    pub chosen: Option<String>,
    /// Names that were looked for before it and do not exist.
    pub absent: Vec<String>,
    /// Names that exist too, and are not read because an earlier one won.
    pub shadowed: Vec<String>,
    /// The look-up itself failed at this name, and every pull with it.
    pub failed: Option<(String, FileError)>,
}

/// Looks for the directory of `host` below `root`.
pub fn lookup(release: Release, files: &dyn Files, root: &str, host: &str) -> Lookup {
    let mut answer = Lookup::default();
    for name in candidates(release, host) {
        match files.stat(&path::join(root, &name)) {
            Ok(()) if answer.chosen.is_some() => answer.shadowed.push(name),
            Ok(()) => answer.chosen = Some(name),
            Err(FileError::NotFound) if answer.chosen.is_none() => answer.absent.push(name),
            Err(error) if answer.chosen.is_none() => {
                answer.failed = Some((name, error));
                return answer;
            }
            Err(_) => {}
        }
    }
    answer
}
