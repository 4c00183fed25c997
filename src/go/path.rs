//! `path.Clean`, `filepath.Join` and `filepath.IsAbs`, on POSIX.

use std::borrow::Cow;

/// Shortest path equal to `path` by text alone: no `.`, no inner `..`, no double or
/// trailing slash; `.` for nothing. Go's `path.Clean`.
pub fn clean(path: &str) -> String {
    match is_clean(path) {
        true => path.to_owned(),
        false => clean_parts(path),
    }
}

/// The same, copied only where there is something to clean.
pub fn cleaned(path: &str) -> Cow<'_, str> {
    match is_clean(path) {
        true => Cow::Borrowed(path),
        false => Cow::Owned(clean_parts(path)),
    }
}

/// Whether there is nothing to clean, as in most paths.
fn is_clean(path: &str) -> bool {
    let path = path.as_bytes();
    let mut parts = path
        .strip_prefix(b"/")
        .unwrap_or(path)
        .split(|&byte| byte == b'/');
    parts.all(|part| !matches!(part, b"" | b"." | b".."))
}

fn clean_parts(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            name => parts.push(name),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// Joins two parts and cleans the result; empty parts do not count. Go's `filepath.Join`.
pub fn join(base: &str, rest: &str) -> String {
    match (base.is_empty(), rest.is_empty()) {
        (true, true) => String::new(),
        (true, false) => clean(rest),
        (false, true) => clean(base),
        (false, false) => {
            let joined = [base, "/", rest].concat();
            match is_clean(&joined) {
                true => joined,
                false => clean_parts(&joined),
            }
        }
    }
}

/// Resolves a path in hosts.toml as containerd does: absolute ones stay exactly as they
/// are, others are relative to the directory that contains the file.
pub fn absolute(path: &str, base: &str) -> String {
    if path.starts_with('/') {
        path.to_owned()
    } else {
        join(base, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_as_go_does() {
        for (path, want) in [
            ("", "."),
            ("/", "/"),
            ("//", "/"),
            ("/v2/", "/v2"),
            ("/a/../b//c/.", "/b/c"),
            ("/../a", "/a"),
            ("a/../..", ".."),
            ("../../a", "../../a"),
        ] {
            assert_eq!(clean(path), want, "{path}");
        }
    }

    #[test]
    fn an_empty_path_is_the_directory_itself() {
        assert_eq!(absolute("", "/certs.d/docker.io"), "/certs.d/docker.io");
        assert_eq!(
            absolute("../ca.pem", "/certs.d/docker.io"),
            "/certs.d/ca.pem"
        );
        assert_eq!(absolute("/etc//ca.pem", "/certs.d"), "/etc//ca.pem");
    }
}
