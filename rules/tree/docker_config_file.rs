use crate::disk::Tracked;
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;

crate::rule! {
    /// A Docker `config.json` in a namespace, which containerd does not read.
    ///
    /// ## What it does
    ///
    /// Reports `config.json`, `.dockerconfigjson`, `.dockercfg` and `auth.json` beside hosts.toml. The contents are never
    /// shown.
    ///
    /// ## Why
    ///
    /// These files hold the credentials that `docker login` and `podman login` store. containerd reads no credentials
    /// from the config path, so the file has no effect, and everyone who can read it knows them.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # registry.internal/hosts.toml
    /// server = "https://registry.internal"
    /// ```
    ///
    /// ```text
    /// # registry.internal/config.json
    /// { "auths": { "registry.internal": { "auth": "dXNlcjpwYXNzd29yZA==" } } }
    /// ```
    ///
    /// ## Use instead
    ///
    /// An image pull secret, or a credential provider of the kubelet:
    ///
    /// ```toml
    /// # registry.internal/hosts.toml
    /// server = "https://registry.internal"
    /// ```
    ///
    /// ## When not to
    ///
    /// When another program reads the file from there.
    ///
    /// ## Source
    ///
    /// containerd reads hosts.toml and certificate files only: `fixtures/conformance/tree.jsonl`.
    name: "docker-config-file",
    category: Tree,
    severity: Warning,
    consequence: Exposure,
    releases: "all",
    fix: None,
    security_severity: "6.5",
    check: Check::Namespace(check),
}

const NAMES: [&str; 4] = [
    ".dockercfg",
    ".dockerconfigjson",
    "auth.json",
    "config.json",
];

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let files = context.files.iter().filter(|file| !file.is_dir);
    for file in files.filter(|file| NAMES.contains(&file.name.as_str())) {
        let relative = format!("{}/{}", context.name(), file.name);
        let mut help = format!(
            "delete the file, and use an image pull secret for {}",
            match context.is_default() {
                true => "each registry",
                false => context.host(),
            }
        );
        if context.tree.tracked(&relative) == Tracked::Yes {
            help += ". Replace its credentials, because they are in the Git history";
        }
        out.push(
            context
                .finding_at(
                    &RULE,
                    &relative,
                    format!("`{}` is not read by containerd", file.name),
                )
                .label("Docker credentials")
                .effect("containerd reads no credentials from the config path, and everyone who can read this file knows them")
                .help(help),
        );
    }
}
