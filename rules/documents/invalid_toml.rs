use crate::containerd::{Cause, Releases};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Safety, Severity};
use crate::repair::slips::{Slip, slip};
use crate::toml::ProblemKind;

crate::rule! {
    /// A hosts.toml that is not valid TOML.
    ///
    /// ## What it does
    ///
    /// Reports the first place at which the text is not TOML, and what to write there for common mistakes: a comma
    /// after a value, an unquoted URL in a table header, `[host]."…"`, typographic quotes, YAML, Markdown, an
    /// unclosed string or array, a value without quotes, or a missing value. Text that is not UTF-8 is reported
    /// too.
    ///
    /// ## Why
    ///
    /// containerd ignores a file that it cannot parse, logs one line, and uses no mirror for this registry. Its
    /// parsers are not equally strict: the finding names only the releases that reject the text.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host.https://mirror.internal]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the file is a template. Lint the file that it renders.
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
            .label("invalid UTF-8")
            .help(
                "save the file as UTF-8; if it is Latin-1, run `iconv -f latin1 -t utf-8 hosts.toml`",
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
        message: format!("invalid TOML: {}", error.message),
        label: String::new(),
        help: "write one `key = value` or one `[table]` per line, with text in quotes".to_owned(),
        edits: Vec::new(),
    });
    let mut finding = context
        .finding(&RULE, slip.span, slip.message)
        .help(slip.help);
    finding = finding.label(if slip.label.is_empty() {
        "parsing stops here"
    } else {
        &slip.label
    });
    if let Some((_, replacement)) = slip.edits.first() {
        let shown = match replacement.trim() {
            _ if replacement.starts_with('\n') => "move it to its own line".to_owned(),
            "" => "delete it".to_owned(),
            text => format!("write `{text}`"),
        };
        finding = finding.fix_edits(Safety::Safe, shown, slip.edits);
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
        .effect(
            "the targeted releases accept this text; other releases of containerd ignore the file",
        )
}
