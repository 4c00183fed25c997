use crate::containerd::{Cause, Releases};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Safety, Severity};
use crate::repair::slips::{Slip, slip};
use crate::toml::ProblemKind;

crate::rule! {
    /// A hosts.toml that is not TOML.
    ///
    /// ## What it does
    ///
    /// Reports the first place at which the text stops being TOML, and what to write there for the slips
    /// that people make: a comma after a value, an unquoted URL in a table header, `[host]."…"`,
    /// typographic quotes, YAML, Markdown, a string or an array that is not closed, a value without quotes, or
    /// none at all. Text that is no UTF-8 is reported too.
    ///
    /// ## Why
    ///
    /// containerd drops a file that it cannot parse, logs one line, and goes on as if it were not
    /// there: no mirror of this registry is used. Its parsers are not equally strict: where a text is no
    /// TOML and a release reads it all the same, the finding leaves that release out.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host.https://mirror.internal]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the file is a template: lint what it renders.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `mutate.jsonl` and `hand-struct-*` in `fixtures/conformance`.
    name: "invalid-toml",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let text = context.text();
    let refusing = |context: &NamespaceContext| -> Releases {
        context.releases_where(|_, outcome| {
            outcome
                .problems
                .iter()
                .any(|p| matches!(p.cause, Cause::Toml(ProblemKind::Syntax(_))))
        })
    };
    if let Some(offset) = context.source.and_then(|s| s.invalid_utf8) {
        let releases = refusing(context);
        let finding = context
            .finding(&RULE, offset..offset + 1, "hosts.toml is not UTF-8")
            .label("this byte begins no UTF-8 character")
            .help(
                "save the file as UTF-8: `iconv -f latin1 -t utf-8 hosts.toml`, if it is Latin-1",
            );
        out.push(dropped_or_passed(context, finding, releases));
        return;
    }
    let Some(error) = &context.syntax_error else {
        return;
    };
    // Two definitions of one key are duplicate-key's.
    if error.message.contains("duplicate key") {
        return;
    }
    let slip = slip(text, &error.span).unwrap_or_else(|| Slip {
        span: error.span.clone(),
        message: format!("this is not TOML: {}", error.message),
        label: String::new(),
        help: "write one `key = value` or one `[table]` on a line, text in quotes".to_owned(),
        replacement: None,
    });
    let mut finding = context
        .finding(&RULE, slip.span, slip.message)
        .help(slip.help);
    finding = finding.label(if slip.label.is_empty() {
        "here"
    } else {
        &slip.label
    });
    if let Some((span, replacement)) = slip.replacement {
        let shown = match replacement.trim() {
            _ if replacement.starts_with('\n') => "put it on a line of its own".to_owned(),
            "" => "remove it".to_owned(),
            text => format!("write {text}"),
        };
        finding = finding.fix(Safety::Safe, shown, span, replacement);
    }
    out.push(dropped_or_passed(context, finding, refusing(context)));
}

/// The claim for the releases that refuse the text; where all that are targeted let it pass, a warning.
fn dropped_or_passed(context: &NamespaceContext, finding: Finding, refusing: Releases) -> Finding {
    if !refusing.is_empty() {
        return finding.releases(refusing);
    }
    finding
        .releases(context.releases())
        .severity(Severity::Warning)
        .consequence(crate::finding::Consequence::Misread)
        .effect("the targeted releases let this text pass, other releases drop the file for it")
}
