use crate::facts::{Check, NamespaceContext, headers};
use crate::finding::Finding;

crate::rule! {
    /// A header name that HTTP does not allow.
    ///
    /// ## What it does
    ///
    /// Reports header names that are empty or contain anything but letters, digits and `!#$%&'*+-.^_|~` or a
    /// backtick: a space, a trailing colon, quotes within quotes, non-ASCII letters.
    ///
    /// It is a warning while another endpoint can serve the same requests, and an error if none is left.
    ///
    /// ## Why
    ///
    /// containerd loads the file, and then every request to that endpoint fails before it is sent. It tries the
    /// next endpoint, so the mirror is never used.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal".header]
    ///   "X-Team:" = "platform"
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal".header]
    ///   X-Team = "platform"
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no such request is sent.
    ///
    /// ## Source
    ///
    /// Go's `net/http` rejects the request (RFC 9110, section 5.1). Recorded from containerd: `hand-header-*` in
    /// `fixtures/conformance/hand.jsonl`.
    name: "invalid-header-name",
    category: Headers,
    severity: Error,
    consequence: RequestsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for header in headers(context).iter().flatten() {
        let name = &header.item.key.value;
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if !name.is_empty() && name.chars().all(token) {
            continue;
        }
        let kept: String = name
            .trim()
            .chars()
            .map(|c| if token(c) { c } else { '-' })
            .collect();
        let kept = kept.trim_matches('-');
        let help = match kept {
            "" => "give the header a name, or delete the line".to_owned(),
            kept => format!("write `{kept}`"),
        };
        let finding = context
            .finding(
                &RULE,
                header.item.key.span.clone(),
                format!("invalid header name `{}`", name.escape_debug()),
            )
            .label("not allowed in HTTP")
            .effect(format!(
                "Go rejects every request to `{}` before it is sent",
                header.entry.host.host
            ))
            .help(help)
            .releases(header.entry.releases.clone());
        out.push(context.without_endpoint(&header.entry, finding));
    }
}
