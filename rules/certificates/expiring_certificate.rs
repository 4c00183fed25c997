use crate::facts::tls::{certificate_files, date, entries};
use crate::facts::{Check, NamespaceContext};
use crate::finding::words::list;
use crate::finding::{Finding, Severity};
use crate::go::x509::Certificate;

crate::rule! {
    /// A CA or client certificate that expires soon.
    ///
    /// ## What it does
    ///
    /// Reports certificates that expire within 30 days, or within `days-before-expiry`. It is a note if the file has a CA
    /// that stays valid.
    ///
    /// ## Why
    ///
    /// From that day on, containerd rejects every server certificate issued by the CA, and registries reject the client.
    /// containerd tries the next endpoint, and the mirror is silently unused.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// With this setting, for an example that always expires soon:
    ///
    /// ```toml
    /// # certsd-lint.toml
    /// days-before-expiry = 36000
    /// ```
    ///
    /// ## Use instead
    ///
    /// The renewed CA certificate, in the same file until then:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// If certificates are renewed automatically every few days: lower `days-before-expiry`.
    ///
    /// ## Source
    ///
    /// Go's `x509.Certificate.Verify`, which checks the dates of every certificate in the chain, including the root.
    name: "expiring-certificate",
    category: Certificates,
    severity: Warning,
    consequence: Advice,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

const DAY: i64 = 24 * 60 * 60;

// expired-certificate reports those that have expired.
fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let now = context.run.now;
    let days = context.run.settings.days_before_expiry;
    let horizon = now.saturating_add(days.saturating_mul(DAY));
    let ends_soon = |c: &Certificate| !c.is_expired(now) && c.is_expired(horizon);
    let entries = entries(context);
    for file in certificate_files(context) {
        let is_client = !file.client.is_empty();
        // A client needs its own certificate; those that follow in the file are its issuers'.
        let ending: Vec<&Certificate> = file
            .certificates()
            .iter()
            .filter(|c| ends_soon(c))
            .collect();
        let Some(first) = ending.iter().min_by_key(|c| c.not_after).copied() else {
            continue;
        };
        if file.ca.is_empty() && !is_client {
            continue;
        }
        let own_ends = is_client && file.certificates().first().is_some_and(ends_soon);
        let stays = |c: &Certificate| !c.is_not_yet_valid(now) && !c.is_expired(horizon);
        let in_part = !own_ends && file.each_entry_has(context, entries, stays);
        let what = if file.ca.is_empty() {
            "client certificate"
        } else {
            "CA"
        };
        let left = (first.not_after - now) / DAY;
        let left = match left {
            0 => "today".to_owned(),
            1 => "in 1 day".to_owned(),
            days => format!("in {days} days"),
        };
        let day = date(first.not_after);
        let more = match ending.len() {
            1 => String::new(),
            2 => ", and one more soon".to_owned(),
            more => format!(", and {} more soon", more - 1),
        };
        let message = format!(
            "{what} `{}` in `{}` expires on {day}, {left}{more}",
            first.subject.display(),
            file.name
        );
        let places = ending
            .iter()
            .map(|c| (*c, format!("expires on {}", date(c.not_after))));
        let mut finding = file
            .finding(context, &RULE, places, message)
            .label(format!("expires on {day}"))
            .effect(format!(
                "from then on, requests to {} fail",
                list(&file.endpoints(entries))
            ))
            .help(format!(
                "put the renewed certificate into `{}` before {day}",
                context.tree.shown_node_path(&file.path)
            ));
        if in_part {
            finding = finding
                .severity(Severity::Note)
                .effect("the file also contains a CA that stays valid")
                .help("delete it once no server uses a certificate issued by it");
        }
        out.push(finding);
    }
}
