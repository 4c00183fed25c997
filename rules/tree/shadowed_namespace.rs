use crate::containerd::directory::underscore_form;
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Location};

crate::rule! {
    /// Both spellings of a namespace with a port, of which one is read.
    ///
    /// ## What it does
    ///
    /// Reports `registry.internal:5000` where `registry.internal_5000_` is there as well.
    ///
    /// ## Why
    ///
    /// containerd looks for the form with underscores first, and the first directory that exists wins, whatever is in
    /// it. Nothing in the other one is read.
    ///
    /// ## Example
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
    /// ```toml
    /// # registry.internal_5000_/hosts.toml
    /// server = "https://registry.internal:5000"
    /// ```
    ///
    /// ## When not to
    ///
    /// There is no release that reads both.
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
                format!("`{name}` is not read, because `{}` is there", earlier.name),
            )
            .label("not read")
            .related(
                Location::path(context.tree.shown(&earlier.name)),
                "read for this host",
            )
            .effect(format!(
                "containerd looks for `{}` first, and looks no further",
                earlier.name
            ))
            .help(format!(
                "move what is still wanted to `{}`, and delete this directory",
                context.tree.shown(&earlier.name)
            )),
    );
}
