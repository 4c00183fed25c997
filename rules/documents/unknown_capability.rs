use crate::containerd::{Capabilities, Cause};
use crate::facts::array_edit::quoted_like;
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Safety};

crate::rule! {
    /// A word in `capabilities` that containerd does not know.
    ///
    /// ## What it does
    ///
    /// Reports every word in `capabilities`, of a host table or at the root of the file, that is none of
    /// `pull`, `resolve`, `push` and, from containerd 2.2, `referrers`. Upper and lower case do not matter.
    ///
    /// ## Why
    ///
    /// One unknown word in one host table makes containerd drop the whole hosts.toml. It logs a
    /// line and pulls on as if the file were not there, so no mirror of this registry is used.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pul", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// There is no case in which containerd reads such a file.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-cap-*` in `fixtures/conformance/hand.jsonl`.
    name: "unknown-capability",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for found in context.problems() {
        let Cause::UnknownCapability { word } = &found.problem.cause else {
            continue;
        };
        // `referrers` is a word, only not for every release: see capability-too-new.
        if Capabilities::from_word(word).is_some() {
            continue;
        }
        let Some(span) = found.problem.span.clone() else {
            continue;
        };
        let nearest = Capabilities::WORDS
            .iter()
            .map(|(name, _)| {
                (
                    strsim::damerau_levenshtein(&word.to_lowercase(), name),
                    *name,
                )
            })
            .min()
            .filter(|(distance, _)| *distance <= 2);
        let mut finding = context
            .finding(&RULE, span.clone(), format!("`{word}` is no capability"))
            .label("unknown to containerd")
            .releases(found.releases.clone());
        finding = match nearest {
            Some((distance, name)) => {
                let finding = finding.help(format!("write \"{name}\""));
                if distance == 1 {
                    let written = quoted_like(context.text(), &span, name);
                    finding.fix(Safety::Safe, format!("write {written}"), span, written)
                } else {
                    finding
                }
            }
            None => finding.help("the capabilities are \"pull\", \"resolve\" and \"push\""),
        };
        out.push(finding);
    }
}
