//! The settings: one list, from which the reader, the schema, the commented file, `--print-settings`
//! and the suggestions come. A setting is one row of it, a field of [`Layer`](super::Layer) and, for the command line, a flag.

use super::row::{Access, apart, many, one};
use super::words::{ENVIRONMENTS, FAIL_ON, SEVERITIES};

/// A key of the settings file.
#[derive(Debug)]
pub struct Setting {
    /// The key.
    pub name: &'static str,
    /// The type of its value.
    pub value: ValueKind,
    /// The flag that says the same on the command line.
    pub flag: Option<&'static str>,
    /// Its documentation in Markdown; the first line is the summary.
    pub docs: &'static str,
    /// The value that applies when nothing is said, as TOML; empty where there is none.
    pub default: &'static str,
    /// A value to show, as TOML.
    pub example: &'static str,
    /// Words by which people may look for it, or that other tools use.
    pub also_called: &'static [&'static str],
    /// Whether an entry of `overrides` can say it for some paths.
    pub per_path: bool,
    /// How its value is read, merged and printed.
    pub access: Access,
}

/// The type of a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Releases of containerd, a list or one.
    Releases,
    /// A path on the node.
    NodePath,
    /// A path on this machine, relative to the settings file.
    Path,
    /// A number of days.
    Days,
    /// `production` or `development`.
    Environment,
    /// A severity.
    Severity,
    /// A severity or `never`.
    FailOn,
    /// Registry hosts by glob and network.
    Hosts,
    /// Paths by glob.
    Globs,
    /// A table from kinds of carriers to whether they are read.
    Carriers,
    /// Names of rules and categories.
    Selectors,
    /// A table from rules and categories to severities.
    Rules,
    /// Tables, each with a path and a registry.
    Namespaces,
    /// Tables, each for some paths.
    Overrides,
}

/// The keys at the top of the settings file.
pub static SETTINGS: &[Setting] = &[
    Setting {
        name: "containerd",
        value: ValueKind::Releases,
        flag: Some("--containerd"),
        docs: "The releases of containerd to lint for.\n\n\
            A release (`2.2.7`), a release line (`1.7`: its newest release), or a range of lines (`>=1.7`, `<2.1`, `1.7..2.2`, both ends \
            included). Without it, every line that upstream supports.",
        default: "[\"1.7\", \"2.0\", \"2.2\", \"2.3\"]",
        example: "[\"1.7\", \"2.2.7\"]",
        also_called: &[
            "release", "releases", "version", "versions", "target", "targets",
        ],
        per_path: true,
        access: one!(containerd, releases),
    },
    Setting {
        name: "deploy-path",
        value: ValueKind::NodePath,
        flag: Some("--deploy-path"),
        docs: "Where the trees will be on the node.\n\n\
            Absolute paths below it, such as those of CA files, are looked up in the tree itself. A tree in a repository is taken to be \
            deployed to `/etc/containerd/certs.d`; any other tree to be in use on this machine.",
        default: "",
        example: "\"/etc/containerd/certs.d\"",
        also_called: &["config-path", "certs-d", "root"],
        per_path: true,
        access: one!(deploy_path, node_path),
    },
    Setting {
        name: "sysroot",
        value: ValueKind::Path,
        flag: Some("--sysroot"),
        docs: "The root directory of the node's file system.\n\n\
            For an unpacked image of a node: absolute paths are looked up below it.",
        default: "",
        example: "\"build/rootfs\"",
        also_called: &["rootfs", "root-dir"],
        per_path: false,
        access: one!(sysroot, path),
    },
    Setting {
        name: "containerd-config",
        value: ValueKind::Path,
        flag: Some("--containerd-config"),
        docs: "The node's config.toml, linted with what it imports.\n\n\
            Its findings show whether the node reads the trees at all. Without a path, the trees of its config path are linted.",
        default: "",
        example: "\"containerd/config.toml\"",
        also_called: &["config-toml", "node", "node-config"],
        per_path: true,
        access: one!(containerd_config, path),
    },
    Setting {
        name: "environment",
        value: ValueKind::Environment,
        flag: Some("--environment"),
        docs: "The purpose of the trees: `production` or `development`.\n\n\
            In development, an exposure such as `skip_verify` is a note. `overrides` sets it for some paths.",
        default: "\"production\"",
        example: "\"production\"",
        also_called: &["env", "environments", "stage"],
        per_path: true,
        access: one!(environment, word, &ENVIRONMENTS),
    },
    Setting {
        name: "private",
        value: ValueKind::Hosts,
        flag: Some("--private"),
        docs: "Registry hosts that are private, by glob or network.\n\n\
            In addition to private addresses, single-label names and endings such as `.internal`. Write names without scheme \
            and port.",
        default: "[]",
        example: "[\"*.corp.example\", \"203.0.113.0/24\"]",
        also_called: &["internal", "private-hosts"],
        per_path: true,
        access: many!(private, hosts),
    },
    Setting {
        name: "public",
        value: ValueKind::Hosts,
        flag: Some("--public"),
        docs: "Registry hosts that are public, by glob or network.\n\n\
            In addition to the public mirrors that certsd-lint knows.",
        default: "[]",
        example: "[\"mirror.example.com\"]",
        also_called: &["external", "public-hosts"],
        per_path: true,
        access: many!(public, hosts),
    },
    Setting {
        name: "days-before-expiry",
        value: ValueKind::Days,
        flag: Some("--days-before-expiry"),
        docs: "How many days before its expiry a certificate is reported.",
        default: "30",
        example: "30",
        also_called: &["expiry", "expires", "expiry-days", "days"],
        per_path: false,
        access: one!(days_before_expiry, days),
    },
    Setting {
        name: "select",
        value: ValueKind::Selectors,
        flag: Some("--select"),
        docs: "The rules and categories that run, instead of those that run by default.\n\n\
            `all` is every rule. A rule's own name takes precedence over its category.",
        default: "",
        example: "[\"documents\", \"hosts\", \"trust\"]",
        also_called: &["enable", "include", "only"],
        per_path: false,
        access: apart!(
            |reader, item, span, layer| layer.select = Some(reader.selectors(item, span))
        ),
    },
    Setting {
        name: "extend-select",
        value: ValueKind::Selectors,
        flag: Some("--extend-select"),
        docs: "Rules and categories that run in addition.",
        default: "[]",
        example: "[\"all\"]",
        also_called: &["extend", "enable"],
        per_path: false,
        access: apart!(
            |reader, item, span, layer| layer.extend_select = reader.selectors(item, span)
        ),
    },
    Setting {
        name: "ignore",
        value: ValueKind::Selectors,
        flag: Some("--ignore"),
        docs: "Rules and categories that do not run.",
        default: "[]",
        example: "[\"headers\"]",
        also_called: &["disable", "skip", "allow"],
        per_path: false,
        access: apart!(|reader, item, span, layer| layer.ignore = reader.selectors(item, span)),
    },
    Setting {
        name: "exclude",
        value: ValueKind::Globs,
        flag: Some("--exclude"),
        docs: "Files and directories that are not linted, by glob.\n\n\
            As in a .gitignore: a glob without a slash is a name at any depth, one with a slash is a path from the settings file's \
            directory; what matches a directory matches all below it. A path that is named on the command line is linted anyway, unless `--force-exclude` is given.",
        default: "[]",
        example: "[\"vendor\", \"clusters/retired/**\"]",
        also_called: &["ignore-paths", "skip-paths", "excluded"],
        per_path: false,
        access: many!(exclude, globs),
    },
    Setting {
        name: "carriers",
        value: ValueKind::Carriers,
        flag: None,
        docs: "Whether to search a kind of file for configuration embedded in it.\n\n\
            The kinds are `shell`, `dockerfile`, `yaml`, `terraform` and `template` (a hosts.toml.j2 and the like); each is read \
            unless it is set to `false`. `--no-carriers` switches all of them off.",
        default: "",
        example: "{ terraform = false }",
        also_called: &["carrier", "embedded"],
        per_path: false,
        access: one!(carriers, carriers),
    },
    Setting {
        name: "min-severity",
        value: ValueKind::Severity,
        flag: Some("--min-severity"),
        docs: "The lowest severity that is reported: `error`, `warning` or `note`.",
        default: "\"note\"",
        example: "\"warning\"",
        also_called: &["level", "minimum-severity"],
        per_path: false,
        access: one!(min_severity, word, &SEVERITIES),
    },
    Setting {
        name: "fail-on",
        value: ValueKind::FailOn,
        flag: Some("--fail-on"),
        docs: "The lowest severity for which the exit code is 1: `error`, `warning`, `note`, or `never`.",
        default: "\"warning\"",
        example: "\"error\"",
        also_called: &["failure-threshold", "fail-level", "threshold"],
        per_path: false,
        access: one!(fail_on, word, &FAIL_ON),
    },
    Setting {
        name: "baseline",
        value: ValueKind::Path,
        flag: Some("--baseline"),
        docs: "The baseline: a file of known findings, which are not reported again.\n\n\
            `--write-baseline FILE` writes it.",
        default: "",
        example: "\"certsd-lint-baseline.json\"",
        also_called: &["known", "snapshot"],
        per_path: false,
        access: one!(baseline, path),
    },
    Setting {
        name: "rules",
        value: ValueKind::Rules,
        flag: Some("--severity"),
        docs: "Severities by rule or category: `error`, `warning`, `note`, `off`, or `on` for the rule's own.\n\n\
            A rule that is off by default runs when it is given a severity by name.",
        default: "",
        example: "",
        also_called: &["rule", "severity", "severities", "lints"],
        per_path: true,
        access: apart!(|reader, item, span, layer| layer.severities = reader.rules(item, span)),
    },
    Setting {
        name: "namespaces",
        value: ValueKind::Namespaces,
        flag: None,
        docs: "The registries of hosts.toml files that are not in a directory named after one.\n\n\
            Such a file is copied into a namespace by a role or a script. Each entry has the `path` of the file, or a glob for several, and the `registry` that it is for; without it, rules about the registry do not run.",
        default: "",
        example: "",
        also_called: &["namespace", "registries", "registry"],
        per_path: false,
        access: apart!(|reader, item, span, layer| layer.namespaces = reader.namespaces(item, span)),
    },
    Setting {
        name: "overrides",
        value: ValueKind::Overrides,
        flag: None,
        docs: "Settings for some paths only; if several match, the last one wins.\n\n\
            An entry has `paths` and any of `containerd`, `deploy-path`, `containerd-config`, `environment`, `private`, `public` and \
            `rules`: so that one run can lint clusters with different releases.",
        default: "",
        example: "",
        also_called: &["override", "per-path", "paths", "files"],
        per_path: false,
        access: apart!(|reader, item, span, layer| layer.overrides = reader.overrides(item, span)),
    },
];

/// The key of an entry of `overrides` that says where it applies; the others are the settings that can differ by path.
pub static PATHS: Setting = Setting {
    name: "paths",
    value: ValueKind::Globs,
    flag: None,
    docs: "The paths that it applies to, by glob, as in `exclude`.",
    default: "",
    example: "[\"clusters/dev/**\", \"localhost_5000_\"]",
    also_called: &["path", "files", "glob", "globs"],
    per_path: true,
    access: apart!(|_reader, _item, _span, _layer| ()),
};

/// The keys of an entry of `namespaces`.
pub static NAMESPACE_KEYS: [(&str, &str, &str); 2] = [
    (
        "path",
        "The hosts.toml, or a glob for several, from the settings file's directory.",
        "roles/containerd/files/hosts.toml",
    ),
    (
        "registry",
        "The registry as images name it, or `_default` for every registry without a directory of its own.",
        "quay.io",
    ),
];

/// The keys of an entry of `overrides`, where it contains first.
pub fn override_settings() -> impl Iterator<Item = &'static Setting> + Clone {
    std::iter::once(&PATHS).chain(SETTINGS.iter().filter(|setting| setting.per_path))
}

impl Setting {
    /// The first line of the documentation.
    pub fn summary(&self) -> &'static str {
        self.docs.lines().next().unwrap_or_default()
    }

    /// The documentation in paragraphs, each on one line.
    pub fn paragraphs(&self) -> impl Iterator<Item = &'static str> {
        self.docs.split("\n\n")
    }
}
