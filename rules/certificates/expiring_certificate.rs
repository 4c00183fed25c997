use crate::facts::tls::{certificate_files, date, entries};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Severity};
use crate::go::x509::Certificate;

crate::rule! {
    /// A CA or client certificate that is about to expire.
    ///
    /// ## What it does
    ///
    /// Reports certificates whose last day is near: 30 days, or what `days-before-expiry` says. Where a CA that stays valid
    /// lies beside it, that is a note.
    ///
    /// ## Why
    ///
    /// From that day on every server certificate that rests on the CA is refused, and a registry refuses the client.
    /// containerd goes on to the next endpoint, so that nobody notices the mirror is out of use.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// With this setting, to have a file at hand that always expires soon enough:
    ///
    /// ```toml
    /// # certsd-lint.toml
    /// days-before-expiry = 36000
    /// ```
    ///
    /// ## Use instead
    ///
    /// The CA's successor, beside it until then:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// When certificates live for days and are renewed by themselves: make `days-before-expiry` smaller.
    ///
    /// ## Source
    ///
    /// Go's `x509.Certificate.Verify`, which checks the dates of every certificate of the chain, its root included.
    name: "expiring-certificate",
    category: Certificates,
    severity: Warning,
    consequence: Advice,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

const DAY: i64 = 24 * 60 * 60;

// What has expired already is told by expired-certificate.
fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let now = context.run.now;
    let days = context.run.settings.days_before_expiry;
    let horizon = now.saturating_add(days.saturating_mul(DAY));
    let ends_soon = |c: &Certificate| !c.is_expired(now) && c.is_expired(horizon);
    let entries = entries(context);
    for file in certificate_files(context) {
        let is_client = !file.client.is_empty();
        // A client needs its own certificate; what follows it in the file is its issuers'.
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
            2 => ", and another one soon".to_owned(),
            more => format!(", and {} others soon", more - 1),
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
            .effect(format!("from then on {}", file.requests_fail(entries)))
            .help(format!(
                "put its successor into `{}` before {day}",
                context.tree.shown_node_path(&file.path)
            ));
        if in_part {
            finding = finding
                .severity(Severity::Note)
                .effect("a CA that stays valid lies beside it")
                .help("delete it once no server certificate rests on it any more");
        }
        out.push(finding);
    }
}
