//! The keys that containerd knows, and which release reads which spelling of them.

use crate::containerd::Release;

/// The keys of a host table, and of the root of the file, in the order in which containerd's struct has them.
pub const HOST_KEYS: [&str; 7] = [
    "capabilities",
    "ca",
    "client",
    "skip_verify",
    "header",
    "override_path",
    "dial_timeout",
];

/// The keys of the root of the file alone.
pub const ROOT_KEYS: [&str; 2] = ["server", "host"];

/// The key of a host table that this is, in any case.
pub fn host_key(written: &str) -> Option<&'static str> {
    HOST_KEYS
        .into_iter()
        .find(|key| key.eq_ignore_ascii_case(written))
}

/// The key of the root that this is, in any case.
pub fn root_key(written: &str) -> Option<&'static str> {
    let root = ROOT_KEYS
        .into_iter()
        .find(|key| key.eq_ignore_ascii_case(written));
    root.or_else(|| host_key(written))
}

/// Tables that other programs' configurations have, or that people expect here.
const ELSEWHERE: [&str; 10] = [
    "auth", "auths", "rewrite", "rewrites", "tls", "config", "configs", "proxy", "options",
    "headers",
];

/// Whether a name is that of a table in another program's configuration rather than a part of a
/// host name.
pub fn is_elsewhere(key: &str) -> bool {
    ELSEWHERE.iter().any(|name| name.eq_ignore_ascii_case(key))
}

/// Whether a release has the key at all.
pub fn is_known_to(release: Release, key: &str) -> bool {
    match key {
        "override_path" => release.override_path(),
        "dial_timeout" => release.dial_timeout(),
        _ => true,
    }
}

/// Whether a release takes this spelling for the key: 2.x any case, 1.x small letters or capitals
/// throughout.
pub fn is_spelling_of(release: Release, written: &str, key: &str) -> bool {
    if release.is_v2() {
        written.eq_ignore_ascii_case(key)
    } else {
        written == key || written == key.to_ascii_uppercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_differ_in_the_spellings_they_take() {
        let (old, new) = (Release::new(1, 7, 34), Release::new(2, 2, 7));
        for (written, old_reads, new_reads) in [
            ("skip_verify", true, true),
            ("SKIP_VERIFY", true, true),
            ("Skip_Verify", false, true),
            ("skip-verify", false, false),
        ] {
            assert_eq!(is_spelling_of(old, written, "skip_verify"), old_reads);
            assert_eq!(is_spelling_of(new, written, "skip_verify"), new_reads);
        }
        assert_eq!(host_key("Capabilities"), Some("capabilities"));
        assert_eq!(
            (host_key("server"), root_key("Server")),
            (None, Some("server"))
        );
    }
}
