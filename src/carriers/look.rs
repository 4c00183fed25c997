//! The cheap look: whether a file can hold configuration of containerd's registries at all.

use memchr::memmem::Finder;
use std::sync::LazyLock;

/// Every such file contains at least one of these.
const MARKS: [&str; 12] = [
    "hosts.toml",
    "host.toml",
    "certs.d",
    "cert.d",
    "hosts.d",
    "[host.",
    "mirrors",
    "registries:",
    "configs:",
    "config_path",
    "RegistryMirrorConfig",
    "insecure_skip_verify",
];

static FINDERS: LazyLock<[Finder<'static>; MARKS.len()]> = LazyLock::new(|| MARKS.map(Finder::new));

/// Whether a text can hold configuration: by bytes that all such texts have, so that the answer may be yes too often,
/// but never no where it is yes.
pub fn may_hold(bytes: &[u8]) -> bool {
    FINDERS.iter().any(|finder| finder.find(bytes).is_some())
}

/// Whether a file is binary: Git's measure, a zero byte near its beginning.
pub fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(8_000)]).is_some()
}
