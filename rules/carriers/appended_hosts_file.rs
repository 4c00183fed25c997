use crate::carriers::fact::Fact;
use crate::facts::{CarrierContext, Check};
use crate::finding::Finding;

crate::rule! {
    /// A script that appends to a hosts.toml.
    ///
    /// ## What it does
    ///
    /// Reports `>>` and `tee -a` onto a hosts.toml that the same script did not write first with `>`. A script that tests, searches or
    /// removes the file before is left alone.
    ///
    /// ## Why
    ///
    /// When the script runs a second time, every key and table is in the file twice. That is not TOML, and containerd ignores the whole
    /// file.
    ///
    /// ## Example
    ///
    /// ```bash
    /// # setup.sh
    /// cat >> /etc/containerd/certs.d/quay.io/hosts.toml <<'EOF'
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
    /// When the script runs once, on a machine that has no such file.
    ///
    /// ## Source
    ///
    /// TOML 1.0: keys and tables are defined once. What containerd does with a duplicate is recorded in `fixtures/conformance`.
    name: "appended-hosts-file",
    category: Carriers,
    severity: Warning,
    consequence: FileIgnored,
    releases: "all",
    fix: None,
    check: Check::Carrier(check),
}

fn check(context: &CarrierContext, out: &mut Vec<Finding>) {
    for fact in context.facts() {
        let Fact::Appended { at } = fact else {
            continue;
        };
        let operator = &context.carrier.source.text[at.clone()];
        let instead = match operator {
            ">>" => "write `>`: the file then has what this script says, however often it runs"
                .to_owned(),
            operator => format!(
                "leave `{operator}` out: the file then has what this script says, however often it runs"
            ),
        };
        out.push(
            context
                .finding(&RULE, at, "this appends to a hosts.toml, so a second run makes it invalid")
                .label("appends")
                .effect("after a second run every key is in the file twice, and containerd ignores the file")
                .help(instead),
        );
    }
}
