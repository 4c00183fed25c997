use crate::containerd::directory::underscore_form;
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Location};

crate::rule! {
    /// Both spellings of a namespace with a port; containerd reads only one.
    ///
    /// ## What it does
    ///
    /// Reports `registry.internal:5000` if `registry.internal_5000_` exists too.
    ///
    /// ## Why
    ///
    /// containerd looks for the name with underscores first and uses the first directory that exists, whatever it
    /// contains. It reads nothing in the other one.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # registry.internal:5000/hosts.toml
    /// server = "https://registry.internal:5000"
    /// ```
    ///
    /// ```toml
    /// # registry.internal_5000_/hosts.toml
    /// server = "https://registry.internal:5000"
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # registry.internal_5000_/hosts.toml
    /// server = "https://registry.internal:5000"
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no release of containerd reads both.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/tree.jsonl`.
    name: "shadowed-namespace",
    category: Tree,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let name = context.name();
    let Some(earlier) = underscore_form(name).and_then(|name| context.whole.namespace(&name))
    else {
        return;
    };
    // A link that leads nowhere does not exist for containerd.
    if earlier.broken_link || context.namespace.broken_link {
        return;
    }
    out.push(
        context
            .finding_at(
                &RULE,
                name,
                format!("`{name}` is hidden by `{}`", earlier.name),
            )
            .label("ignored by containerd")
            .related(
                Location::path(context.tree.shown(&earlier.name)),
                "used for this host",
            )
            .effect(format!(
                "containerd looks for `{}` first and stops there",
                earlier.name
            ))
            .help(format!(
                "move what is still needed to `{}`, and delete this directory",
                context.tree.shown(&earlier.name)
            )),
    );
}
