use crate::containerd::{Files, HostsToml};
use crate::disk::is_plausible_host;
use crate::facts::tls::{Contents, classify, named_files};
use crate::facts::{Check, NamespaceContext, is_named_elsewhere};
use crate::finding::Finding;
use crate::go::path;

crate::rule! {
    /// A certificate file that containerd ignores because of its name.
    ///
    /// ## What it does
    ///
    /// In directories without hosts.toml, reports certificates named `*.pem`, `*.cer` or `*.CRT`, and a `.key` without its
    /// `.cert`.
    ///
    /// ## Why
    ///
    /// Without a hosts.toml, containerd selects files by name: `*.crt` are CAs, and `*.cert` with the `*.key` of the same name
    /// are client certificates, in lower case. It silently ignores other files, and pulls fail with "certificate signed by
    /// unknown authority".
    ///
    /// ## Example
    ///
    /// ```text
    /// # registry.internal/README
    /// The CA of this registry is in "ca-rsa.pem".
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # registry.internal/hosts.toml
    /// server = "https://registry.internal"
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// If another program reads the file.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/pki.jsonl`; `docs/hosts.md` of containerd.
    name: "docker-certificate-layout",
    category: Certificates,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let releases = context.releases_where(|_, outcome| {
        matches!(outcome.hosts_toml, HostsToml::Absent | HostsToml::Empty)
    });
    if releases.is_empty() || !is_plausible_host(context.name()) {
        return;
    }
    let directory = context.directory;
    let named = named_files(context);
    for file in context.files.iter().filter(|file| !file.is_dir) {
        let path = path::join(directory, &file.name);
        if named.contains(&path) {
            continue;
        }
        let Some((label, help)) = passed_over(context, &file.name, &path) else {
            continue;
        };
        // The files may be here for another directory.
        if is_named_elsewhere(context.whole, &path) {
            continue;
        }
        let relative = format!("{}/{}", context.name(), file.name);
        out.push(
            context
                .finding_at(&RULE, &relative, format!("containerd does not read `{}`", file.name))
                .label(label)
                .effect("without a hosts.toml, containerd reads `*.crt` as CAs and `*.cert` with the `*.key` of the same name as client certificates, and silently ignores other names")
                .help(help)
                .releases(releases.clone()),
        );
    }
}

/// The label and the help for a file that is ignored although it seems to be meant; `None` if it is read or
/// unrelated.
fn passed_over(context: &NamespaceContext, name: &str, path: &str) -> Option<(String, String)> {
    let (stem, ending) = name.rsplit_once('.')?;
    let has = |other: &str| context.files.iter().any(|file| file.name == other);
    if ending == "key" {
        let certificate = format!("{stem}.cert");
        if has(&certificate) {
            return None;
        }
        let other = ["crt", "pem", "cer"]
            .iter()
            .map(|ending| format!("{stem}.{ending}"))
            .find(|other| has(other));
        let help = match other {
            // Docker fails on this; containerd trusts the client's certificate as a CA.
            Some(other) if other.ends_with(".crt") => format!(
                "rename `{other}` to `{certificate}`: containerd takes a `.crt` file for a CA"
            ),
            Some(other) => format!("rename `{other}` to `{certificate}`"),
            None => format!("put the certificate beside it, as `{certificate}`"),
        };
        return Some(("no `.cert` for this key".to_owned(), help));
    }
    let lower = ending.to_ascii_lowercase();
    let is_other_case = matches!(lower.as_str(), "crt" | "cert" | "key") && lower != ending;
    let is_other_name = matches!(lower.as_str(), "pem" | "cer" | "der");
    if !is_other_case && !is_other_name {
        return None;
    }
    let contents = classify(&context.reads.read(path).ok()?);
    let is_client = has(&format!("{stem}.key"));
    let right = match (&contents, lower.as_str()) {
        (_, "crt" | "cert" | "key") if is_other_case => format!("{stem}.{lower}"),
        // The key beside it is reported, with the remedy.
        (Contents::Certificates(_), _) if is_client => return None,
        (Contents::Certificates(_), _) => format!("{stem}.crt"),
        (Contents::DerCertificate, _) => {
            let help =
                format!("convert it to PEM: `openssl x509 -inform der -in {name} -out {stem}.crt`");
            return Some(("ignored because of its name".to_owned(), help));
        }
        _ => return None,
    };
    if has(&right) {
        return None;
    }
    Some((
        "ignored because of its name".to_owned(),
        format!("rename it to `{right}`, or add a hosts.toml that names it"),
    ))
}
