use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Severity};

crate::rule! {
    /// A file whose name is almost hosts.toml.
    ///
    /// ## What it does
    ///
    /// Reports `host.toml`, `hosts.tml`, `HOSTS.TOML`, `hosts.yaml`, `hosts.toml.txt` and similar names in a
    /// namespace.
    ///
    /// ## Why
    ///
    /// containerd reads `hosts.toml` and no other name, and silently ignores other files.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/host.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## When not to
    ///
    /// For a copy that is kept on purpose. Give it a name that cannot be mistaken, such as `hosts.toml.bak`.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/tree.jsonl`.
    name: "misnamed-hosts-file",
    category: Tree,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let has_hosts_file = context.files.iter().any(|file| file.name == "hosts.toml");
    for file in context.misnamed_hosts_files() {
        let relative = format!("{}/{}", context.name(), file.name);
        let right = context
            .tree
            .shown(&format!("{}/hosts.toml", context.name()));
        let is_other_format = [".yaml", ".yml", ".json"]
            .iter()
            .any(|end| file.name.to_ascii_lowercase().ends_with(end));
        let finding = context
            .finding_at(
                &RULE,
                &relative,
                format!("`{}` is not named hosts.toml", file.name.escape_debug()),
            )
            .label("ignored by containerd");
        out.push(if has_hosts_file {
            finding
                .severity(Severity::Warning)
                .effect("containerd silently ignores it and reads the hosts.toml beside it")
                .help(format!(
                    "move what is still needed to `{right}`, and delete the file"
                ))
        } else {
            let help = if is_other_format {
                format!("write it as TOML to `{right}`")
            } else {
                format!("rename it to `{right}`")
            };
            finding
                .effect(format!(
                    "containerd silently ignores it: {}",
                    context.without_any_hosts_toml()
                ))
                .help(help)
        });
    }
}
