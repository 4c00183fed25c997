use crate::carriers::fact::Fact;
use crate::facts::{CarrierContext, Check};
use crate::finding::Finding;

crate::rule! {
    /// The terminator of a here-document is indented, so the document does not end there.
    ///
    /// ## What it does
    ///
    /// Reports a line that contains only the terminator of a here-document and whitespace that the shell does not strip.
    ///
    /// ## Why
    ///
    /// A shell ends a here-document at a line that is exactly its terminator. After `<<-` it strips leading tabs, and never spaces.
    /// Otherwise the rest of the script becomes part of the file.
    ///
    /// ## Example
    ///
    /// ```bash
    /// # setup.sh
    /// if true; then
    ///   cat > /etc/containerd/certs.d/quay.io/hosts.toml <<EOF
    /// server = "https://quay.io"
    ///   EOF
    /// fi
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```bash
    /// # setup.sh
    /// if true; then
    ///   cat > /etc/containerd/certs.d/quay.io/hosts.toml <<EOF
    /// server = "https://quay.io"
    /// EOF
    /// fi
    /// ```
    ///
    /// ## When not to
    ///
    /// Never.
    ///
    /// ## Source
    ///
    /// POSIX, Shell Command Language, 2.7.4 Here-Document.
    name: "indented-terminator",
    category: Carriers,
    severity: Error,
    consequence: FileIgnored,
    releases: "all",
    fix: None,
    check: Check::Carrier(check),
}

fn check(context: &CarrierContext, out: &mut Vec<Finding>) {
    for fact in context.facts() {
        let Fact::IndentedTerminator { at, word } = fact else {
            continue;
        };
        out.push(
            context
                .finding(&RULE, at, format!("`{word}` is indented and does not end the here-document"))
                .label("not at the beginning of its line")
                .effect("the lines below become part of the file, which is then not TOML; containerd ignores it")
                .help(format!(
                    "write `{word}` at the beginning of its line, or use `<<-` and indent with tabs alone"
                )),
        );
    }
}
