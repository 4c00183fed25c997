use crate::carriers::fact::Fact;
use crate::facts::{CarrierContext, Check};
use crate::finding::Finding;

crate::rule! {
    /// A hosts.toml is written below a directory that is nearly called certs.d.
    ///
    /// ## What it does
    ///
    /// Reports `/etc/containerd/cert.d/…/hosts.toml` and the like in a script or another carrier.
    ///
    /// ## Why
    ///
    /// containerd reads the directory that its `config_path` names, and that is called `certs.d` nearly everywhere. It does not report a
    /// directory that it does not know.
    ///
    /// ## Example
    ///
    /// ```bash
    /// # setup.sh
    /// cat > /etc/containerd/cert.d/quay.io/hosts.toml <<'EOF'
    /// server = "https://quay.io"
    /// EOF
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```bash
    /// # setup.sh
    /// cat > /etc/containerd/certs.d/quay.io/hosts.toml <<'EOF'
    /// server = "https://quay.io"
    /// EOF
    /// ```
    ///
    /// ## When not to
    ///
    /// When `config_path` names this directory.
    ///
    /// ## Source
    ///
    /// `docs/hosts.md` of containerd.
    name: "misspelled-config-path",
    category: Carriers,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Carrier(check),
}

fn check(context: &CarrierContext, out: &mut Vec<Finding>) {
    let text = &context.carrier.source.text;
    for fact in context.facts() {
        let Fact::NearConfigPath { at, name, meant } = fact else {
            continue;
        };
        // The same file may say that it is meant.
        let is_meant = text.lines().any(|line| {
            line.contains("config_path")
                && line.contains(&format!("/{name}"))
                && !line.contains(&format!("{name}/"))
        });
        if is_meant {
            continue;
        }
        out.push(
            context
                .finding(
                    &RULE,
                    at,
                    format!("`{name}` is not the usual name of a config path: `{meant}`"),
                )
                .label("probably misspelled")
                .unknown_here("which config path the node has")
                .effect(format!(
                    "unless `config_path` names `{name}`, containerd does not read this file"
                ))
                .help(format!("write `{meant}`")),
        );
    }
}
