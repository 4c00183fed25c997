use crate::carriers::fact::Fact;
use crate::facts::{CarrierContext, Check};
use crate::finding::Finding;

crate::rule! {
    /// A template of Jinja writes a boolean as Python does.
    ///
    /// ## What it does
    ///
    /// Reports `skip_verify` and `override_path` whose value is an expression of Jinja that gives a boolean.
    ///
    /// ## Why
    ///
    /// Jinja writes a boolean as `True` or `False`. TOML knows `true` and `false` alone, so containerd ignores the whole file.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # playbook.yml
    /// - copy:
    ///     dest: /etc/containerd/certs.d/quay.io/hosts.toml
    ///     content: |
    ///       [host."https://mirror.internal"]
    ///         skip_verify = {{ insecure | bool }}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # playbook.yml
    /// - copy:
    ///     dest: /etc/containerd/certs.d/quay.io/hosts.toml
    ///     content: |
    ///       [host."https://mirror.internal"]
    ///         skip_verify = {{ insecure | bool | lower }}
    /// ```
    ///
    /// ## When not to
    ///
    /// Never.
    ///
    /// ## Source
    ///
    /// Jinja renders values with Python's `str`. TOML 1.0: booleans are lower case.
    name: "python-boolean",
    category: Carriers,
    severity: Error,
    consequence: FileIgnored,
    releases: "all",
    fix: None,
    check: Check::Carrier(check),
}

fn check(context: &CarrierContext, out: &mut Vec<Finding>) {
    for fact in context.facts() {
        let Fact::PythonBoolean {
            at,
            expression,
            key,
        } = fact
        else {
            continue;
        };
        let inner = expression
            .trim_start_matches('{')
            .trim_end_matches('}')
            .trim();
        out.push(
            context
                .finding(
                    &RULE,
                    at,
                    format!("`{key}` becomes `True` or `False`, which is not TOML"),
                )
                .label("a boolean of Python")
                .effect("containerd ignores the file that is rendered")
                .help(format!("write `{{{{ {inner} | lower }}}}`")),
        );
    }
}
