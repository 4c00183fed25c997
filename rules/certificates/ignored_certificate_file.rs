use crate::containerd::HostsToml;
use crate::facts::tls::{TlsFault, TlsFaultKind, faults, named_files};
use crate::facts::{Check, NamespaceContext, is_named_elsewhere};
use crate::finding::Finding;
use crate::finding::words::list;
use crate::go::path;

crate::rule! {
    /// Certificate files beside a hosts.toml that does not name them.
    ///
    /// ## What it does
    ///
    /// Reports `*.crt`, `*.cert` and `*.key` files that neither the hosts.toml beside them nor another one in the tree
    /// names.
    ///
    /// ## Why
    ///
    /// Without a hosts.toml, containerd reads these files as Docker does. With one, it reads only the files of `ca` and
    /// `client`. Adding a hosts.toml therefore disables the certificates, and pulls fail with "certificate signed by unknown
    /// authority".
    ///
    /// ## Example
    ///
    /// ```toml
    /// # registry.internal/hosts.toml
    /// server = "https://registry.internal"
    /// ```
    ///
    /// ```text
    /// # registry.internal/ca.crt
    /// -----BEGIN CERTIFICATE-----
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # registry.internal/hosts.toml
    /// server = "https://registry.internal"
    /// ca = "ca.crt"
    /// ```
    ///
    /// ```text
    /// # registry.internal/ca.crt
    /// -----BEGIN CERTIFICATE-----
    /// ```
    ///
    /// ## When not to
    ///
    /// If Docker reads the same directory.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/pki.jsonl`. containerd/containerd#7118.
    name: "ignored-certificate-file",
    category: Certificates,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let releases = context.releases_where(|_, outcome| outcome.hosts_toml == HostsToml::Loaded);
    if releases.is_empty() {
        return;
    }
    let is_certificate_file = |name: &&str| {
        let ends = [".crt", ".cert", ".key"];
        ends.iter().any(|end| name.ends_with(end))
    };
    let files = context.files.iter().filter(|file| !file.is_dir);
    let mut ignored: Vec<&str> = files
        .map(|file| file.name.as_str())
        .filter(is_certificate_file)
        .collect();
    if ignored.is_empty() {
        return;
    }
    let named = named_files(context);
    let directory = context.directory;
    ignored.retain(|name| !named.contains(&path::join(directory, name)));
    // A missing path is likely meant for one of these files: missing-tls-file reports it.
    let missing = |fault: &TlsFault| fault.kind == TlsFaultKind::Missing;
    if ignored.is_empty() || faults(context).iter().any(missing) {
        return;
    }
    let whole = context.whole;
    ignored.retain(|name| !is_named_elsewhere(whole, &path::join(directory, name)));
    if ignored.is_empty() {
        return;
    }
    let names: Vec<String> = ignored.iter().map(|name| format!("`{name}`")).collect();
    let mut finding = context
        .finding(
            &RULE,
            place(context),
            format!("containerd does not read {}", list(&names)),
        )
        .label("names none of them")
        .effect("containerd reads only the certificate files that hosts.toml names")
        .help(help(context, &ignored))
        .releases(releases);
    for name in ignored {
        let place = context.tree.shown(&format!("{}/{name}", context.name()));
        finding = finding.related(crate::finding::Location::path(place), "not read");
    }
    out.push(finding);
}

/// Where the settings belong: the root of the file.
fn place(context: &NamespaceContext) -> std::ops::Range<usize> {
    let Some(document) = &context.document else {
        return 0..0;
    };
    let tls = ["ca", "client"]
        .into_iter()
        .find_map(|key| document.root.get(key));
    match (tls, document.server(), context.host_tables().first()) {
        (Some(item), _, _) => item.key.span.clone(),
        (None, Some(server), _) => server.whole(),
        (None, None, Some(host)) => host.name.span.clone(),
        (None, None, None) => 0..0,
    }
}

fn help(context: &NamespaceContext, ignored: &[&str]) -> String {
    let mut keys = Vec::new();
    let authorities: Vec<String> = ignored
        .iter()
        .filter(|name| name.ends_with(".crt"))
        .map(|name| format!("\"{name}\""))
        .collect();
    match authorities.as_slice() {
        [] => {}
        [one] => keys.push(format!("`ca = {one}`")),
        more => keys.push(format!("`ca = [{}]`", more.join(", "))),
    }
    let pairs: Vec<String> = ignored
        .iter()
        .filter_map(|name| {
            let key = format!("{}.key", name.strip_suffix(".cert")?);
            ignored
                .contains(&key.as_str())
                .then(|| format!("[\"{name}\", \"{key}\"]"))
        })
        .collect();
    if !pairs.is_empty() {
        keys.push(format!("`client = [{}]`", pairs.join(", ")));
    }
    if keys.is_empty() {
        return "write them as `ca` and `client`, or delete them".to_owned();
    }
    let has_own_host = context
        .entries()
        .iter()
        .any(|entry| entry.table.is_some() && context.is_own_registry(&entry.host.host));
    let place = if has_own_host {
        format!(
            "at the root of the file, above the first table, and in the host table of `{}`",
            context.host()
        )
    } else {
        "at the root of the file, above the first table".to_owned()
    };
    format!(
        "write {} {place}, or delete the files that are not needed",
        keys.join(" and ")
    )
}
