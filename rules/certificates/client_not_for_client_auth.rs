use crate::facts::tls::{certificate_files, entries};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;
use crate::finding::words::list;
use crate::go::x509::ExtendedKeyUsage;

crate::rule! {
    /// A client certificate that is not valid for client authentication.
    ///
    /// ## What it does
    ///
    /// Reports client certificates whose extended key usage lacks clientAuth, such as a server's certificate.
    ///
    /// ## Why
    ///
    /// containerd sends it, registries reject it, and containerd tries the next endpoint. The mirror is silently unused.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = [["client-server-only.pem", "client-server-only.key"]]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = [["client-rsa.pem", "client-rsa.key"]]
    /// ```
    ///
    /// ## When not to
    ///
    /// If the registry does not check the extended key usage.
    ///
    /// ## Source
    ///
    /// RFC 5280, section 4.2.1.12; Go and OpenSSL check it on the server's side.
    name: "client-not-for-client-auth",
    category: Certificates,
    severity: Warning,
    consequence: RequestsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let entries = entries(context);
    for file in certificate_files(context) {
        // The first certificate is the client's own.
        let Some(own) = file.certificates().first() else {
            continue;
        };
        if file.client.is_empty() || own.may_authenticate_client() {
            continue;
        }
        let purposes: Vec<String> = own
            .extended_key_usage
            .iter()
            .flatten()
            .map(ExtendedKeyUsage::name)
            .map(str::to_owned)
            .collect();
        let purposes = list(&purposes);
        out.push(
            file.finding(
                context,
                &RULE,
                [(own, format!("issued for {purposes}"))],
                format!(
                    "client certificate `{}` in `{}` is for {purposes}, not for client authentication",
                    own.subject.display(),
                    file.name
                ),
            )
            .label("lacks clientAuth")
            .effect(format!(
                "a registry that requires a client certificate rejects this one, so requests to {} fail",
                list(&file.endpoints(entries))
            ))
            .help("get one issued with clientAuth in its extended key usage"),
        );
    }
}
