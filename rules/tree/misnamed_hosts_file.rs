use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Severity};

crate::rule! {
    /// A file that is called nearly, but not quite, hosts.toml.
    ///
    /// ## What it does
    ///
    /// Reports `host.toml`, `hosts.tml`, `HOSTS.TOML`, `hosts.yaml`, `hosts.toml.txt` and the like in a namespace. Beside a
    /// hosts.toml it is a warning.
    ///
    /// ## Why
    ///
    /// containerd reads `hosts.toml`, in these letters, and no other name. It does not say that it passes over a file.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/host.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## When not to
    ///
    /// For a copy kept on purpose: name it so that nobody takes it for the real one, as in `hosts.toml.bak`.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/tree.jsonl`.
    name: "misnamed-hosts-file",
    category: Tree,
    severity: Error,
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
                format!(
                    "`{}` is not read: the name is hosts.toml",
                    file.name.escape_debug()
                ),
            )
            .label("not the name");
        out.push(if has_hosts_file {
            finding
                .severity(Severity::Warning)
                .effect("containerd reads the hosts.toml beside it")
                .help(format!(
                    "move what is still wanted to `{right}`, and delete the file"
                ))
        } else {
            let help = if is_other_format {
                format!("write it as TOML, in `{right}`")
            } else {
                format!("rename it to `{right}`")
            };
            finding.effect(context.without_any_hosts_toml()).help(help)
        });
    }
}
