use crate::facts::host_tables::header_for;
use crate::facts::same_registry::{in_words, twins};
use crate::facts::{Check, NamespaceContext, lines};
use crate::finding::{Finding, Safety};
use crate::toml::view::Spelling;

crate::rule! {
    /// Settings at the root of the file that a host of the same registry does without.
    ///
    /// ## What it does
    ///
    /// Reports a host table that leads to the same registry as `server` (or, without `server`, as the namespace itself), when `ca`, `client`,
    /// `skip_verify` or `header` stand at the root of the file and the host table has none.
    ///
    /// ## Why
    ///
    /// What stands at the root belongs to the server alone. Hosts inherit nothing: the requests to the host are made without the CA, the client
    /// certificate or the header, fail, and only the last endpoint, the server, has them.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # registry.internal:5000/hosts.toml
    /// server = "https://registry.internal:5000"
    /// ca = "ca.pem"
    ///
    /// [host."https://registry.internal:5000"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # registry.internal:5000/hosts.toml
    /// server = "https://registry.internal:5000"
    /// ca = "ca.pem"
    ///
    /// [host."https://registry.internal:5000"]
    /// capabilities = ["pull", "resolve"]
    /// ca = "ca.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// When the host needs none of these settings where the server does.
    ///
    /// ## Source
    ///
    /// k3s#13215, containerd#13212. Recorded from containerd: `hand-struct-root-*` in `fixtures/conformance/hand.jsonl`.
    name: "root-settings-not-inherited",
    category: Hosts,
    severity: Warning,
    consequence: Misread,
    releases: "all",
    fix: Unsafe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let Some(document) = &context.document else {
        return;
    };
    for twin in twins(context) {
        let keys = twin.not_inherited();
        let (Some(table), Some(span), false) =
            (twin.host.table, &twin.host.host.span, keys.is_empty())
        else {
            continue;
        };
        let url = &table.name.value;
        let words = in_words(&keys);
        let root = format!("{}://{}", twin.root.scheme, twin.root.host);
        let verb = if keys.len() == 1 { "is" } else { "are" };
        let mut finding = context
            .finding(
                &RULE,
                span.clone(),
                format!("the host `{url}` does not inherit {words} from the root of the file"),
            )
            .label(format!("without {words}"))
            .effect(format!(
                "what stands at the root belongs to the last endpoint, {root}, alone: containerd asks the host first, without {words}"
            ))
            .releases(twin.releases.clone());
        let items: Vec<_> = keys
            .iter()
            .filter_map(|key| document.root.get(key))
            .collect();
        for item in &items {
            finding = finding.related(
                context.location(item.key.span.clone()),
                "for the server alone",
            );
        }
        // The values of headers may be secrets, and are not repeated.
        let text = context.text();
        let written: Option<Vec<&str>> = items
            .iter()
            .map(|item| {
                let plain = item.spelling == Spelling::Plain && item.key.value != "header";
                text.get(item.whole()).filter(|_| plain)
            })
            .collect();
        let header = header_for(url);
        match written.filter(|lines| lines.len() == keys.len()) {
            Some(written) => {
                finding = finding.help(format!(
                    "write below {header} also:\n{}",
                    written.join("\n")
                ));
                if table.spelling == Spelling::Header {
                    let at = lines::next(text, table.table.span.end);
                    let first = table.table.items.first();
                    let indentation =
                        first.map_or("", |item| lines::indentation(text, item.key.span.start));
                    if text[..at].ends_with('\n') {
                        let lines = written.iter().map(|line| format!("{indentation}{line}\n"));
                        finding = finding.fix(
                            Safety::Unsafe,
                            format!("write {words} below {header} too"),
                            at..at,
                            lines.collect::<String>(),
                        );
                    }
                }
            }
            None => {
                finding = finding.help(format!(
                    "write below {header} also what {verb} to hold for it of {words}"
                ));
            }
        }
        out.push(finding);
    }
}
