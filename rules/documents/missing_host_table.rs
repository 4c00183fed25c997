use crate::containerd::Cause;
use crate::facts::host_tables::{header_for, is_misspelled_host_table};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Safety};
use crate::toml::ProblemKind;

crate::rule! {
    /// A hosts.toml without a `[host]` table, which containerd before 1.7.32 ignores.
    ///
    /// ## What it does
    ///
    /// Reports files that only configure the server, when a release is targeted that requires a table `host`. An
    /// empty `[host]` is enough.
    ///
    /// ## Why
    ///
    /// Those releases ignore the file (#10027), and with it the server, its CA and its headers: requests go to the
    /// registry with default settings. k3s and RKE2 write an empty `[host]` for this reason.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    /// ```
    ///
    /// ```toml
    /// # certsd-lint.toml
    /// containerd = ["1.7.30"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// server = "https://registry-1.docker.io"
    ///
    /// [host]
    /// ```
    ///
    /// ```toml
    /// # certsd-lint.toml
    /// containerd = ["1.7.30"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When all nodes run 1.7.32 or later. The newest release of each supported line needs no such table, so the
    /// rule reports nothing unless an older release is named in the settings.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-struct-*` in `fixtures/conformance/hand.jsonl`; containerd#10027.
    name: "missing-host-table",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "before 1.7.32",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let releases = context.releases_where(|_, outcome| {
        outcome
            .problems
            .iter()
            .any(|p| matches!(p.cause, Cause::Toml(ProblemKind::MissingHostTable)))
    });
    if releases.is_empty() {
        return;
    }
    let text = context.text();
    let written = context
        .document
        .as_ref()
        .and_then(|document| document.root.get("host"));
    let at = match (
        written,
        context.document.as_ref().and_then(|d| d.root.items.first()),
    ) {
        (Some(host), _) => host.whole(),
        (None, Some(first)) => first.key.span.clone(),
        (None, None) => 0..0,
    };
    let mut finding = context
        .finding(&RULE, at, "hosts.toml has no `[host]` table")
        .label(if written.is_some() {
            "not a table"
        } else {
            "no `[host]` table follows"
        })
        .releases(releases)
        .help("add an empty table `[host]` at the end of the file");
    // A table that is meant as `host` is to be called so; another one beside it would only hide that.
    let meant = context.document.as_ref().and_then(|document| {
        document
            .root
            .items
            .iter()
            .find(|i| is_misspelled_host_table(i))
    });
    if let Some(meant) = meant {
        let name = &meant.key.value;
        finding.location = context.location(meant.key.span.clone());
        finding = finding
            .label("not called `host`")
            .help(match name.contains("://") {
                true => format!("write {}", header_for(name)),
                false => format!("rename `{name}` to `host`"),
            });
    } else if written.is_none() && context.document.is_some() {
        let line_break = if text.ends_with('\n') || text.is_empty() {
            ""
        } else {
            "\n"
        };
        finding = finding.fix(
            Safety::Safe,
            "add `[host]`",
            text.len()..text.len(),
            format!("{line_break}\n[host]\n"),
        );
    }
    out.push(finding);
}
