//! Releases of containerd, as values with traits.
//!
//! Nothing else in the program compares version numbers: each fact that differs between releases
//! is one method here, with the release that brought it. The table comes from running the last
//! patch release of every line (`fixtures/conformance`); what is between them from
//! containerd's change history, named where it is used.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use smallvec::SmallVec;

use crate::go::{Brackets, Rules};
use crate::toml::{Dialect, v1, v2};

/// A release of containerd: `1.7.34`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    /// The first number.
    pub major: u16,
    /// The second; major and minor are the release line.
    pub minor: u16,
    /// The third.
    pub patch: u16,
}

/// Some releases, oldest first. Most runs target no more than four, which then take no memory of their own.
pub type Releases = SmallVec<[Release; 4]>;

/// Adds releases to others: each is there once, oldest first.
pub fn add_releases(releases: &mut Releases, more: &[Release]) {
    releases.extend_from_slice(more);
    releases.sort_unstable();
    releases.dedup();
}

/// The release lines that read hosts.toml, each with the newest patch release that was recorded and
/// whether upstream supports it in 2026.
pub const LINES: &[(Release, bool)] = &[
    (Release::new(1, 5, 18), false),
    (Release::new(1, 6, 39), false),
    (Release::new(1, 7, 34), true),
    (Release::new(2, 0, 11), true),
    (Release::new(2, 1, 9), false),
    (Release::new(2, 2, 7), true),
    (Release::new(2, 3, 4), true),
];

/// The Go (1.x.y) that containerd's releases are built with, by the build recipes in its tags
/// (`.github/actions/install-go`): the first release of each line, and those that moved to another Go that accepts other
/// things. Oldest first.
const GO_VERSIONS: &[(Release, (u8, u8))] = &[
    (Release::new(1, 5, 0), (16, 3)),
    (Release::new(1, 6, 0), (17, 7)),
    (Release::new(1, 7, 0), (20, 2)),
    (Release::new(1, 7, 29), (24, 9)),
    (Release::new(1, 7, 31), (25, 9)),
    (Release::new(2, 0, 0), (23, 2)),
    (Release::new(2, 0, 7), (24, 9)),
    (Release::new(2, 0, 8), (25, 9)),
    (Release::new(2, 1, 0), (23, 8)),
    (Release::new(2, 1, 5), (24, 9)),
    (Release::new(2, 1, 7), (25, 9)),
    (Release::new(2, 2, 0), (24, 9)),
    (Release::new(2, 2, 2), (25, 7)),
    (Release::new(2, 2, 3), (25, 9)),
    (Release::new(2, 3, 0), (26, 2)),
];

/// Whether a trait applies to a release.
type Holds = fn(Release) -> bool;

/// The plugins without which CRI does not load, each with the releases to which that applies.
const PLUGINS_OF_CRI: &[(&str, Holds)] = &[
    ("io.containerd.metadata.v1.bolt", |_| true),
    ("io.containerd.cri.v1.images", Release::is_v2),
    ("io.containerd.cri.v1.runtime", Release::is_v2),
    ("io.containerd.transfer.v1.local", Release::transfer_service),
    ("io.containerd.content.v1.content", |_| true),
    ("io.containerd.differ.v1.walking", |_| true),
    ("io.containerd.event.v1.exchange", |_| true),
    ("io.containerd.gc.v1.scheduler", |_| true),
    ("io.containerd.lease.v1.manager", Release::newer_references),
    ("io.containerd.runtime.v2.task", |_| true),
    (
        "io.containerd.sandbox.store.v1.local",
        Release::newer_references,
    ),
    (
        "io.containerd.sandbox.controller.v1.local",
        Release::full_plugin_names,
    ),
    ("io.containerd.sandbox.controller.v1.shim", Release::is_v2),
    ("io.containerd.shim.v1.manager", Release::is_v2),
    (
        "io.containerd.podsandbox.controller.v1.podsandbox",
        Release::is_v2,
    ),
    ("io.containerd.image-verifier.v1.bindir", |release| {
        release.transfer_service() && !release.since(2, 3, 0)
    }),
    ("io.containerd.mount-manager.v1.bolt", |release| {
        release.since(2, 2, 0)
    }),
    (
        "io.containerd.warning.v1.deprecations",
        Release::deprecates_configs,
    ),
    ("io.containerd.service.v1.containers-service", |_| true),
    ("io.containerd.service.v1.content-service", |_| true),
    ("io.containerd.service.v1.diff-service", |_| true),
    ("io.containerd.service.v1.images-service", |_| true),
    ("io.containerd.service.v1.introspection-service", |_| true),
    ("io.containerd.service.v1.leases-service", |release| {
        !release.since(1, 7, 0)
    }),
    ("io.containerd.service.v1.namespaces-service", |_| true),
    ("io.containerd.service.v1.snapshots-service", |_| true),
    ("io.containerd.service.v1.tasks-service", |_| true),
];

/// When a release tries HTTPS on an endpoint that is written with `http://` and TLS settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpsFirst {
    /// Never: `http://` is plain HTTP.
    Never,
    /// On every port.
    Always,
    /// When a port other than 80 is written.
    ExplicitPort,
    /// On every port but 80.
    AnyPortBut80,
}

/// The defaults of a loopback registry host without `server`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopbackDefault {
    /// The default of any other host: `https://`, verified.
    Https,
    /// `http://`, and no verification should TLS be tried.
    Http,
    /// By port: 80 is `http://`; none and 443 are `https://`; others `http://`; all but 80 without
    /// verification.
    ByPort,
}

/// All traits of a release that the loader uses after decoding: two releases with equal traits behave alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoaderTraits {
    /// See [`Release::override_path`].
    pub override_path: bool,
    /// See [`Release::dial_timeout_is_tls`].
    pub dial_timeout_is_tls: bool,
    /// See [`Release::referrers`].
    pub referrers: bool,
    /// See [`Release::go`].
    pub go: Rules,
    /// See [`HttpsFirst`].
    pub https_first: HttpsFirst,
    /// See [`LoopbackDefault`].
    pub loopback_default: LoopbackDefault,
}

impl Release {
    /// A release by its three numbers.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Release {
        Release {
            major,
            minor,
            patch,
        }
    }

    /// The release line: `1.7`.
    pub fn line(self) -> String {
        format!("{}.{}", self.major, self.minor)
    }

    /// The newest recorded release of each line, oldest first.
    pub fn newest() -> impl Iterator<Item = Release> {
        LINES.iter().map(|(release, _)| *release)
    }

    /// Whether it is of a line that is newer than the recorded ones. Its traits are those of the newest recorded line:
    /// the best guess, and the caller warns about it.
    pub fn is_newer_line(self) -> bool {
        let line = |release: Release| (release.major, release.minor);
        Release::newest().all(|known| line(known) < line(self))
    }

    /// The warning about releases of unknown lines; `None` if all lines are known.
    pub fn warning_of_newer(releases: &[Release]) -> Option<String> {
        let newer: Vec<String> = releases
            .iter()
            .filter(|release| release.is_newer_line())
            .map(ToString::to_string)
            .collect();
        let newest = Release::newest().last()?;
        (!newer.is_empty()).then(|| {
            format!(
                "containerd {} is newer than this version of certsd-lint knows and is judged as {newest}",
                newer.join(", ")
            )
        })
    }

    /// The newest release of each line that upstream supports: what is linted for by default.
    pub fn supported() -> Vec<Release> {
        LINES
            .iter()
            .filter(|(_, supported)| *supported)
            .map(|(release, _)| *release)
            .collect()
    }

    fn since(self, major: u16, minor: u16, patch: u16) -> bool {
        self >= Release::new(major, minor, patch)
    }

    /// Whether this release is `1.minor` with at least this patch, or any later line.
    fn since_backport(self, patches: &[(u16, u16)], then: Release) -> bool {
        self >= then
            || patches.iter().any(|&(minor, patch)| {
                self.major == 1 && self.minor == minor && self.patch >= patch
            })
    }

    /// Whether 2.x reads it: go-toml v2, order by headers, keys in any case.
    pub fn is_v2(self) -> bool {
        self.major >= 2
    }

    /// How it decodes hosts.toml.
    pub fn dialect(self) -> Dialect {
        match self.is_v2() {
            true => Dialect::V2(self.toml_v2()),
            false => Dialect::V1(self.toml_v1()),
        }
    }

    /// The traits that the loader uses.
    pub fn loader_traits(self) -> LoaderTraits {
        LoaderTraits {
            override_path: self.override_path(),
            dial_timeout_is_tls: self.dial_timeout_is_tls(),
            referrers: self.referrers(),
            go: self.go(),
            https_first: self.https_first(),
            loopback_default: self.loopback_default(),
        }
    }

    /// go-toml v1's options for this release. For 1.x only.
    pub fn toml_v1(self) -> v1::Options {
        v1::Options {
            version: match (self.minor, self.patch) {
                (..=5, _) => v1::Version::V1_8,
                // containerd#7942 came with 1.6.16.
                (6, ..=15) => v1::Version::V1_9_3,
                _ => v1::Version::V1_9_5,
            },
            // 1.7.32 takes a file without any host table.
            host_table_required: !self.since(1, 7, 32),
            override_path: self.override_path(),
        }
    }

    /// go-toml v2's options for this release. For 2.x only.
    pub fn toml_v2(self) -> v2::Options {
        v2::Options {
            version: match (self.major, self.minor) {
                (2, 0) => v2::Version::V2_2_3,
                (2, 1 | 2) => v2::Version::V2_2_4,
                _ => v2::Version::V2_3_0,
            },
            dial_timeout: self.dial_timeout(),
        }
    }

    /// `override_path` is read: from 1.6.0.
    pub fn override_path(self) -> bool {
        self.since(1, 6, 0)
    }

    /// `_default` is looked up: from 1.6.17 and 1.7.0.
    pub fn default_namespace(self) -> bool {
        self.since_backport(&[(6, 17)], Release::new(1, 7, 0))
    }

    /// `dial_timeout` is read: from 2.0.7.
    pub fn dial_timeout(self) -> bool {
        self.since(2, 0, 7)
    }

    /// `dial_timeout` alone makes an `http://` endpoint try HTTPS first: 2.0.7 to 2.0.11.
    pub fn dial_timeout_is_tls(self) -> bool {
        self.dial_timeout() && self.minor == 0 && self.major == 2
    }

    /// `referrers` is a capability: from 2.2.
    pub fn referrers(self) -> bool {
        self.since(2, 2, 0)
    }

    /// The behaviour of the Go that this release is built with. Patch releases change Go, and so do lines at different
    /// times; see `GO_VERSIONS`.
    pub fn go(self) -> Rules {
        let built_with = |&&(since, _): &&(Release, (u8, u8))| self >= since;
        let (minor, patch) = GO_VERSIONS
            .iter()
            .rfind(built_with)
            .map_or(GO_VERSIONS[0].1, |(_, go)| *go);
        Rules {
            brackets: match (minor, patch) {
                (..=23, _) | (24, ..=7) | (25, ..=1) => Brackets::AnyText,
                (24, _) | (25, ..=7) | (26, 0) => Brackets::Address,
                _ => Brackets::AddressAtStart,
            },
            single_colon: minor >= 26,
            // Not the toolchain decides but the `go` line of containerd's go.mod, which went to 1.23 here.
            negative_serials: !(self.since_backport(&[(6, 39), (7, 28)], Release::new(2, 0, 5))),
        }
    }

    /// Pushes to mirrors carry `?ns=`: from 2.3.
    pub fn namespace_on_push(self) -> bool {
        self.since(2, 3, 0)
    }

    /// A query that is part of an endpoint's path (it held an escaped `?`) stays when `?ns=` is
    /// added: from 2.2, where the referrers API brought queries of its own. Before, it is lost.
    pub fn keeps_query(self) -> bool {
        self.since(2, 2, 0)
    }

    /// CRI pulls go through the transfer service, which does not split a list of config
    /// paths: from 2.1.
    pub fn transfer_service(self) -> bool {
        self.since(2, 1, 0)
    }

    /// The newest version of config.toml that is known.
    pub fn config_version(self) -> i64 {
        match (self.major, self.minor) {
            (1, _) => 2,
            (2, ..=2) => 3,
            _ => 4,
        }
    }

    /// A newer version of config.toml is an error: on 1.x from 1.6.32 and 1.7.17 (containerd#10165). Before, it
    /// is read as version 2.
    pub fn refuses_newer_config(self) -> bool {
        self.since_backport(&[(6, 32), (7, 17)], Release::new(2, 0, 0))
    }

    /// Names of plugins in config.toml have to begin with `io.containerd.`: 1.7, where its sources are known.
    pub fn full_plugin_names(self) -> bool {
        (self.major, self.minor) == (1, 7)
    }

    /// `plugin_dir` is read: before 2.1 (containerd#11683).
    pub fn plugin_dir(self) -> bool {
        !self.since(2, 1, 0)
    }

    /// The sandbox (pause) image that is built in (`DefaultSandboxImage`, from the sources of each release).
    pub fn sandbox_image(self) -> &'static str {
        match (self.major, self.minor, self.patch) {
            (1, ..=5, ..=13) => "k8s.gcr.io/pause:3.5",
            (1, ..=5, _) => "registry.k8s.io/pause:3.5",
            (1, 6, ..=8) => "k8s.gcr.io/pause:3.6",
            (1, 6, _) => "registry.k8s.io/pause:3.6",
            (1, ..) => "registry.k8s.io/pause:3.8",
            (2, ..=1, _) => "registry.k8s.io/pause:3.10",
            (2, 2, _) => "registry.k8s.io/pause:3.10.1",
            _ => "registry.k8s.io/pause:3.10.2",
        }
    }

    /// The plugins without which CRI does not load, by the names that `disabled_plugins` has.
    pub fn plugins_of_cri(self) -> impl Iterator<Item = &'static str> {
        let all = PLUGINS_OF_CRI.iter();
        all.filter(move |(_, needed)| needed(self))
            .map(|(id, _)| *id)
    }

    /// The types that a proxy plugin may have, in short and in full.
    pub fn proxy_plugin_types(self) -> &'static [(&'static str, &'static str)] {
        const TYPES: &[(&str, &str)] = &[
            ("snapshot", "io.containerd.snapshotter.v1"),
            ("content", "io.containerd.content.v1"),
            ("diff", "io.containerd.differ.v1"),
            ("sandbox", "io.containerd.sandbox.controller.v1"),
        ];
        match (self.major, self.minor) {
            (1, ..=6) => &TYPES[..2],
            (1, _) if !self.since(1, 7, 4) => &TYPES[..2],
            (1, _) => &TYPES[..3],
            _ => TYPES,
        }
    }

    /// Each file of config.toml is brought up to date before it is merged, from 2.3; on earlier 2.x what was merged
    /// is, if the last file that has a version has an old one (containerd#12891).
    pub fn migrates_each_file(self) -> bool {
        self.since(2, 3, 0)
    }

    /// A config path of two directories is built in, from 2.2. In 2.2.0 and 2.2.1 also beside `mirrors`, with
    /// which it does not go (containerd#12612).
    pub fn default_config_path(self) -> bool {
        self.since(2, 2, 0)
    }

    /// See [`Release::default_config_path`].
    pub fn default_beside_mirrors(self) -> bool {
        self.default_config_path() && !self.since(2, 2, 2)
    }

    /// A relative pattern in `imports` begins at the directory of the file that it is in, as a relative path does: on 1.x
    /// from 1.6.29 and 1.7.16 (containerd#9745). Before, it begins where the daemon was started.
    pub fn globs_beside_parent(self) -> bool {
        self.since_backport(&[(6, 29), (7, 16)], Release::new(2, 0, 0))
    }

    /// `configs` is called deprecated, as `mirrors` and `auths` are from 1.6.0: from 1.6.25 and 1.7.9.
    pub fn deprecates_configs(self) -> bool {
        self.since_backport(&[(6, 25), (7, 9)], Release::new(2, 0, 0))
    }

    /// `imports` of the built-in configuration, and so of the file that `containerd config default` writes, names
    /// `/etc/containerd/conf.d/*.toml`: from 2.2 (containerd#12323). A file that does not name it does not import it.
    pub fn default_imports(self) -> bool {
        self.since(2, 2, 0)
    }

    /// The error for a status names the request (`unexpected status from HEAD request to URL`): from 1.6.25 and 1.7.
    /// Before, it names the host (`pulling from host H failed with status code`).
    pub fn names_request_in_errors(self) -> bool {
        self.since_backport(&[(6, 25)], Release::new(1, 7, 0))
    }

    /// The error for a status in answer to a GET has the same words as that for a HEAD: from 2.1.
    pub fn names_get_in_errors(self) -> bool {
        self.since(2, 1, 0)
    }

    /// A Basic challenge without credentials is an error of its own: from 1.6.25 and 1.7.8. Before, it is a status.
    pub fn refuses_basic_without_credentials(self) -> bool {
        self.since_backport(&[(6, 25), (7, 8)], Release::new(2, 0, 0))
    }

    /// Of several errors the most telling is shown, by rank: from 2.0. Before, the first that is not a 404.
    pub fn ranks_errors(self) -> bool {
        self.since(2, 0, 0)
    }

    /// A digest is looked for below `blobs` only where every endpoint answered 404 below `manifests`, or none: from
    /// 2.0.11, 2.2.6 and 2.3.
    pub fn looks_for_blobs_after_404_only(self) -> bool {
        match (self.major, self.minor) {
            (2, 0) => self.patch >= 11,
            (2, 1) => false,
            (2, 2) => self.patch >= 6,
            _ => self.since(2, 3, 0),
        }
    }

    /// 500, 503 and 504 are retried once at the last endpoint: from 2.1.
    pub fn repeats_server_errors(self) -> bool {
        self.since(2, 1, 0)
    }

    /// Time-outs are repeated at the last endpoint: from 2.3.2.
    pub fn repeats_timeouts(self) -> bool {
        self.since(2, 3, 2)
    }

    /// How often a request is made that is answered with 429: six times, and five from 2.3.2.
    pub fn attempts(self) -> u32 {
        match self.repeats_timeouts() {
            true => 5,
            false => 6,
        }
    }

    /// A HEAD that is answered with 403 is followed by a GET, for the registry's words: from 2.3.3.
    pub fn gets_after_forbidden(self) -> bool {
        self.since(2, 3, 3)
    }

    /// CRI takes the query out of the URL of a request that failed (`?ns=%5BREDACTED%5D`): from 1.7.30, 2.0.8, 2.1.6
    /// and 2.2.1.
    pub fn redacts_queries(self) -> bool {
        match (self.major, self.minor) {
            (1, 7) => self.patch >= 30,
            (2, 0) => self.patch >= 8,
            (2, 1) => self.patch >= 6,
            (2, 2) => self.patch >= 1,
            _ => self.since(2, 3, 0),
        }
    }

    /// An endpoint that falls back to plain HTTP does so when it cannot be reached, too, where its URL has no port:
    /// from 1.7.24 (containerd#11032).
    pub fn falls_back_when_unreachable(self) -> bool {
        self.since_backport(&[(7, 24)], Release::new(2, 0, 0))
    }

    /// The head of a response is waited for 30 seconds: from 2.3. Before, without a limit.
    pub fn header_timeout(self) -> bool {
        self.since(2, 3, 0)
    }

    /// `image_pull_progress_timeout` ends a pull that gets nowhere: from 1.7, for local pulls.
    pub fn progress_timeout(self) -> bool {
        self.since(1, 7, 0)
    }

    /// Go's error for a certificate begins with `tls: failed to verify certificate`: from Go 1.20, which is from
    /// 1.6.24 and 1.7.
    pub fn names_verification(self) -> bool {
        self.since_backport(&[(6, 24)], Release::new(1, 7, 0))
    }

    /// The headers of a host are also sent to its token server: from 2.1.
    pub fn headers_to_token_server(self) -> bool {
        self.since(2, 1, 0)
    }

    /// Image references may name an IPv6 address, and a first part with upper-case letters is a
    /// host: from 1.7.
    pub fn newer_references(self) -> bool {
        self.since(1, 7, 0)
    }

    /// See [`HttpsFirst`]. containerd#9188 brought it to 1.7.7, #9299 to 1.6.25 and, narrower, to 1.7.8; #11032
    /// widened it in 1.7.24.
    pub fn https_first(self) -> HttpsFirst {
        match (self.major, self.minor, self.patch) {
            (1, ..=5, _) | (1, 6, ..=24) | (1, 7, ..=6) => HttpsFirst::Never,
            (1, 7, 7) => HttpsFirst::Always,
            (1, 6, _) | (1, 7, ..=23) => HttpsFirst::ExplicitPort,
            _ => HttpsFirst::AnyPortBut80,
        }
    }

    /// See [`LoopbackDefault`]. From 1.6.9; by port from 1.6.25 and 1.7.8 (containerd#9299).
    pub fn loopback_default(self) -> LoopbackDefault {
        match (self.major, self.minor, self.patch) {
            (1, ..=5, _) | (1, 6, ..=8) => LoopbackDefault::Https,
            (1, 6, ..=24) | (1, 7, ..=7) => LoopbackDefault::Http,
            _ => LoopbackDefault::ByPort,
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Serialize for Release {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why a text names no release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// Not a version as people write it or nodes print it.
    #[error("`{0}` is not a containerd release; write `2.2`, `2.2.7`, `>=1.7` or `1.7..2.1`")]
    Syntax(String),
    /// A line that does not read hosts.toml, or that never was.
    #[error(
        "unsupported containerd release {0}; the supported lines are 1.5, 1.6, 1.7, 2.0, 2.1, 2.2, 2.3 and later"
    )]
    UnknownLine(String),
}

/// The version in a text as nodes and packages print it: `containerd://1.7.11` of the kubelet, `v1.7.11-k3s2`,
/// `1.7.24~ds1-2`, `1.7.27+azure`, and the whole line that `containerd --version` prints. What distributors append is
/// cut off, for their releases are judged as upstream's; release candidates are judged as the release.
fn as_printed(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix("containerd://").unwrap_or(text);
    let number = |word: &&str| {
        let word = word.strip_prefix('v').unwrap_or(word);
        word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.')
    };
    let mut words = text.split_whitespace();
    let word = match words.clone().count() {
        0 | 1 => text,
        _ => words.find(number).unwrap_or(text),
    };
    let word = word.strip_prefix('v').unwrap_or(word);
    let is_suffix = |text: &str| {
        text.len() > 1
            && text[1..]
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".+~-_".contains(&byte))
    };
    match word.find(['-', '+', '~']) {
        // A suffix follows a complete number, as in 1.7.11-k3s2.
        Some(at) if word[..at].split('.').count() == 3 && is_suffix(&word[at..]) => &word[..at],
        _ => word,
    }
}

impl FromStr for Release {
    type Err = ReleaseError;

    /// `1.7` is its newest recorded release, `1.7.3` that one; what is around the number in the output of a node or a
    /// package is allowed. A line that is newer than the recorded ones is taken as it is: see [`Release::is_newer_line`].
    fn from_str(text: &str) -> Result<Release, ReleaseError> {
        let syntax = || ReleaseError::Syntax(text.to_owned());
        let version = as_printed(text);
        let numbers: Vec<u16> = version
            .split('.')
            .map(|n| n.parse().map_err(|_| syntax()))
            .collect::<Result<_, _>>()?;
        let (major, minor, patch) = match numbers[..] {
            [major, minor] => (major, minor, None),
            [major, minor, patch] => (major, minor, Some(patch)),
            _ => return Err(syntax()),
        };
        let newest = Release::newest().find(|r| (r.major, r.minor) == (major, minor));
        let release = Release::new(major, minor, patch.or(newest.map(|r| r.patch)).unwrap_or(0));
        match newest.is_some() || release.is_newer_line() {
            true => Ok(release),
            false => Err(ReleaseError::UnknownLine(version.to_owned())),
        }
    }
}

/// Reads one item of a list of releases: a release, a line, `>=1.7`, `<2.0` or `1.7..2.1` (both ends
/// included); a range means the newest release of each line in it.
pub fn parse_releases(text: &str) -> Result<Vec<Release>, ReleaseError> {
    let text = text.trim();
    // An invalid release in a range is reported with the range, which may be invalid as a whole.
    let end = |part: &str| {
        part.parse::<Release>().map_err(|error| match error {
            ReleaseError::Syntax(_) => ReleaseError::Syntax(text.to_owned()),
            unknown => unknown,
        })
    };
    let line = |r: &Release| (r.major, r.minor);
    let lines = |keep: &dyn Fn(&Release) -> bool| Release::newest().filter(|r| keep(r)).collect();
    if let Some(rest) = text.strip_prefix(">=") {
        let from = end(rest)?;
        return Ok(lines(&|r| line(r) >= line(&from)));
    }
    if let Some(rest) = text.strip_prefix('<') {
        let (until, inclusive) = match rest.strip_prefix('=') {
            Some(rest) => (end(rest)?, true),
            None => (end(rest)?, false),
        };
        return Ok(lines(&|r| {
            line(r) < line(&until) || inclusive && line(r) == line(&until)
        }));
    }
    if let Some((from, to)) = text.split_once("..") {
        let from = end(from)?;
        let to = end(to.trim_start_matches('='))?;
        return Ok(lines(&|r| line(r) >= line(&from) && line(r) <= line(&to)));
    }
    Ok(vec![text.parse()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_for_its_newest_release() {
        assert_eq!("1.7".parse(), Ok(Release::new(1, 7, 34)));
        assert_eq!("v2.2.3".parse(), Ok(Release::new(2, 2, 3)));
        assert!("1.4".parse::<Release>().is_err());
        assert!("1.8.0".parse::<Release>().is_err());
        assert!("latest".parse::<Release>().is_err());
    }

    #[test]
    fn releases_are_read_as_nodes_and_packages_print_them() {
        for (text, want) in [
            ("1.7.11-k3s2", Release::new(1, 7, 11)),
            ("v2.0.5-k3s1.32", Release::new(2, 0, 5)),
            ("1.7.27+azure", Release::new(1, 7, 27)),
            ("1.7.24~ds1-6ubuntu1+b2", Release::new(1, 7, 24)),
            ("containerd://1.7.11", Release::new(1, 7, 11)),
            ("2.1.4-1.eks.amzn2023.0.1", Release::new(2, 1, 4)),
            ("1.5.9-0ubuntu3.1", Release::new(1, 5, 9)),
            ("2.3.0-rc.1", Release::new(2, 3, 0)),
            (
                "containerd github.com/containerd/containerd v1.7.13 7c3aca7",
                Release::new(1, 7, 13),
            ),
            (
                "containerd containerd.io 1.7.27 05044ec0a9a7",
                Release::new(1, 7, 27),
            ),
        ] {
            assert_eq!(text.parse(), Ok(want), "{text}");
        }
        for text in ["1.7.11-", "1.7-k3s1", "1.7.x", "1.7.11-k3s/2", "1.7."] {
            assert!(text.parse::<Release>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_newer_line_is_judged_as_the_newest_known_one() {
        let newer: Release = "2.9".parse().unwrap();
        let newest = Release::newest().last().unwrap();
        assert!(newer.is_newer_line() && !newest.is_newer_line());
        assert_eq!(newer.loader_traits(), newest.loader_traits());
        assert_eq!(newer.dialect(), newest.dialect());
        assert_eq!(newer.config_version(), newest.config_version());
        let warning = Release::warning_of_newer(&[newest, newer]).unwrap();
        assert!(warning.contains("2.9.0") && warning.contains(&newest.to_string()));
        assert_eq!(Release::warning_of_newer(&[newest]), None);
    }

    #[test]
    fn ranges_name_lines() {
        let text = |r: &str| {
            parse_releases(r)
                .unwrap()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(text(">=2.1"), "2.1.9 2.2.7 2.3.4");
        assert_eq!(text("1.6..1.7"), "1.6.39 1.7.34");
        assert_eq!(text("<1.7"), "1.5.18 1.6.39");
    }

    #[test]
    fn backports_are_in_the_lines_that_got_them() {
        assert!(!Release::new(1, 6, 16).default_namespace());
        assert!(Release::new(1, 6, 17).default_namespace());
        assert!(Release::new(1, 7, 0).default_namespace());
        assert!(!Release::new(1, 5, 18).default_namespace());
    }
}
