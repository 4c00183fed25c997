//! Which findings about partly unknown texts are reported, and their wording.

use crate::carriers::carried::{File, Origin};
use crate::finding::{Category, Finding};

/// Rules that speak of something that is not there: a line that is filled in later may bring it.
const ABSENCE: [&str; 20] = [
    "config-path-unset",
    "default-server",
    "duplicate-endpoint",
    "duplicate-key",
    "empty-hosts-file",
    "host-without-header",
    "missing-host-table",
    "mirror-push",
    "override-without-path",
    "path-without-override",
    "root-key-without-server",
    "root-settings-not-inherited",
    "server-without-tls-settings",
    "shadowed-default",
    "split-host-table",
    "transfer-config-path",
    "unresolvable-tags",
    "untidy-capabilities",
    "unusable-host",
    "upstream-fallback",
];

/// Rules whose verdict depends on which host a URL names.
const ABOUT_HOSTS: [&str; 15] = [
    "default-server",
    "docker-io-server",
    "duplicate-endpoint",
    "http-server-behind-https",
    "mirror-push",
    "missing-scheme",
    "placeholder-url",
    "port-scheme-mismatch",
    "public-mirror-resolve",
    "server-of-another-registry",
    "server-without-tls-settings",
    "unresolvable-tags",
    "unusable-host",
    "unsupported-scheme",
    "upstream-fallback",
];

/// Rules about the name of a directory.
const ABOUT_NAMES: [&str; 8] = [
    "default-port-namespace",
    "default-too-new",
    "namespace-not-a-directory",
    "nested-namespace",
    "shadowed-default",
    "shadowed-namespace",
    "stray-hosts-file",
    "unreachable-namespace",
];

/// Rules about parts of a config.toml that need not know the rest.
const OF_PARTS: [&str; 4] = [
    "config-path-list",
    "deprecated-registry-config",
    "ignored-registry-section",
    "mirrors-with-config-path",
];

/// Rules that make sense for what a tool generates from values.
const OF_VALUES: [&str; 11] = [
    "invalid-port",
    "invalid-url",
    "override-without-path",
    "path-without-override",
    "placeholder-url",
    "port-scheme-mismatch",
    "skip-verify",
    "unreachable-namespace",
    "unsupported-scheme",
    "url-credentials",
    "url-without-host",
];

/// Whether a rule reports that something is missing.
pub fn is_about_absence(rule: &str) -> bool {
    ABSENCE.contains(&rule)
}

/// Whether a rule is about the name of a directory.
pub fn is_about_name(rule: &str) -> bool {
    ABOUT_NAMES.contains(&rule)
}

/// Whether a rule about certificates is about which files are named, not about what is in one.
pub fn is_about_file_names(rule: &str) -> bool {
    const RULES: [&str; 6] = [
        "client-without-key",
        "docker-certificate-layout",
        "ignored-certificate-file",
        "invalid-client-pair",
        "missing-tls-file",
        "swapped-client-pair",
    ];
    RULES.contains(&rule)
}

/// Whether a rule can speak of a part of a config.toml.
pub fn speaks_of_part(rule: &str, has_unknown: bool) -> bool {
    OF_PARTS.contains(&rule) || rule == "invalid-node-config" && !has_unknown
}

/// Whether nothing can be said, because a part of the file is unknown.
pub fn is_silent(file: &File, finding: &Finding) -> bool {
    let rule = finding.rule.name;
    let Some(text) = &file.text else {
        return !is_about_name(rule) && rule != "misnamed-hosts-file";
    };
    let is_of_kubespray = file.origin == Origin::Kubespray && rule != "missing-host-table";
    let is_for_values = OF_VALUES.contains(&rule) || is_of_kubespray;
    if file.origin != Origin::Text && !is_for_values {
        return true;
    }
    if text.has_unknown_lines() && is_about_absence(rule) {
        return true;
    }
    if file.unknown_keys.iter().any(|key| depends_on(key, rule)) {
        return true;
    }
    let is_mentioned = [
        &finding.message,
        &finding.label,
        &finding.effect,
        &finding.help,
    ]
    .iter()
    .any(|said| text.is_mentioned(said));
    let related = finding.related.iter().any(|related| {
        let span = related.location.span.as_ref();
        span.is_some_and(|span| {
            related.location.path == finding.location.path && text.touches_unknown(span)
        })
    });
    (is_mentioned || related)
        && (ABOUT_HOSTS.contains(&rule)
            || finding.rule.category == Category::Trust
                && rule != "skip-verify"
                && rule != "skip-verify-with-ca")
}

/// Whether a rule cannot speak where no one knows which registry a namespace is for.
pub fn needs_registry(finding: &Finding, file: &File) -> bool {
    const RULES: [&str; 8] = [
        "default-server",
        "docker-certificate-layout",
        "duplicate-endpoint",
        "missing-host-table",
        "mirror-push",
        "server-of-another-registry",
        "unresolvable-tags",
        "upstream-fallback",
    ];
    file.origin == Origin::Text && RULES.contains(&finding.rule.name)
}

/// Whether what a rule says may be otherwise, once a key has its value.
fn depends_on(key: &str, rule: &str) -> bool {
    let rules: &[&str] = match key {
        "capabilities" => &[
            "mirror-push",
            "public-mirror-resolve",
            "unresolvable-tags",
            "upstream-fallback",
            "duplicate-endpoint",
        ],
        "override_path" => &[
            "path-without-override",
            "override-without-path",
            "duplicate-endpoint",
        ],
        "skip_verify" => &[
            "skip-verify",
            "skip-verify-with-ca",
            "duplicate-endpoint",
            "expired-certificate",
            "invalid-ca",
        ],
        "ca" | "client" => &["server-without-tls-settings", "duplicate-endpoint"],
        "server" => &[
            "docker-io-server",
            "default-server",
            "duplicate-endpoint",
            "http-server-behind-https",
            "server-of-another-registry",
            "server-without-tls-settings",
            "upstream-fallback",
            "unresolvable-tags",
        ],
        _ => &[],
    };
    rules.contains(&rule)
}

/// A message in the words that the user wrote.
pub fn in_words_of(origin: Origin, message: &str) -> String {
    let words: &[(&str, &str)] = match origin {
        Origin::Text | Origin::Kubespray => &[],
        Origin::Talos => &[
            ("override_path = true", "overridePath: true"),
            ("override_path", "overridePath"),
            ("skip_verify = true", "insecureSkipVerify: true"),
            ("skip_verify", "insecureSkipVerify"),
            ("`hosts.toml`", "the machine configuration"),
        ],
        Origin::Registries => &[
            ("skip_verify = true", "insecure_skip_verify: true"),
            ("skip_verify", "insecure_skip_verify"),
            ("`hosts.toml`", "registries.yaml"),
        ],
    };
    let mut out = message.to_owned();
    for (from, to) in words {
        // A range inside another one that is replaced is not replaced again.
        let parts: Vec<&str> = out.split(to).collect();
        let parts: Vec<String> = parts.iter().map(|part| part.replace(from, to)).collect();
        out = parts.join(to);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_file() {
        let said = in_words_of(
            Origin::Registries,
            "delete `skip_verify = true`: skip_verify is on",
        );
        assert_eq!(
            said,
            "delete `insecure_skip_verify: true`: insecure_skip_verify is on"
        );
        assert_eq!(
            in_words_of(Origin::Talos, "set override_path = true"),
            "set overridePath: true"
        );
    }

    #[test]
    fn the_lists_name_rules() {
        let lists = [
            &ABSENCE[..],
            &ABOUT_HOSTS,
            &ABOUT_NAMES,
            &OF_PARTS,
            &OF_VALUES,
        ];
        for name in lists.concat() {
            let is_rule = crate::rules::RULES.iter().any(|rule| rule.name == name);
            assert!(is_rule, "{name}");
        }
    }
}
