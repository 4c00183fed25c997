use std::ops::Range;

use crate::containerd::{Capabilities, Cause};
use crate::facts::array_edit::{quoted_like, without};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Finding, Safety};
use crate::toml::view::Node;

crate::rule! {
    /// A word in `capabilities` that containerd does not know.
    ///
    /// ## What it does
    ///
    /// Reports each word in `capabilities`, in a host table or at the root of the file, other than `pull`,
    /// `resolve`, `push` and, from containerd 2.2 on, `referrers`. Case does not matter.
    ///
    /// ## Why
    ///
    /// One unknown word in one host table makes containerd ignore the whole hosts.toml. It logs a line and
    /// continues without the file, so no mirror of this registry is used.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pul", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no release of containerd reads such a file.
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
        let finding = context
            .finding(
                &RULE,
                span.clone(),
                format!("unknown capability `{}`", word.escape_debug()),
            )
            .label("unknown to containerd")
            .releases(found.releases.clone());
        out.push(with_remedy(context, finding, span, word));
    }
}

/// The intended word, if it is similar.
fn with_remedy(
    context: &NamespaceContext,
    finding: Finding,
    span: Range<usize>,
    word: &str,
) -> Finding {
    let text = context.text();
    let fixed = |finding: Finding, written: String| {
        finding.help(format!("write `{written}`")).fix(
            Safety::Safe,
            format!("write {written}"),
            span.clone(),
            written,
        )
    };
    if let Some(words) = several(word) {
        let quoted = words.iter().map(|word| quoted_like(text, &span, word));
        return fixed(finding, quoted.collect::<Vec<_>>().join(", "));
    }
    let array = array_around(context, &span);
    let is_listed = |name: &str| {
        array.iter().any(|(node, _)| match node {
            Node::String(other) => other.trim().eq_ignore_ascii_case(name),
            _ => false,
        })
    };
    let Some((distance, name)) = nearest(word) else {
        return finding.help(match word.to_lowercase().as_str() {
            "" => "delete the empty text".to_owned(),
            "*" | "all" | "any" => {
                "delete `capabilities`: without the key, the host has all of them".to_owned()
            }
            _ => "use only \"pull\", \"resolve\" and \"push\"".to_owned(),
        });
    };
    // A release that does not know it would go on ignoring the file.
    let is_new = Capabilities::from_word(name) == Some(Capabilities::REFERRERS)
        && context
            .releases()
            .iter()
            .any(|release| !release.referrers());
    if is_listed(name) || is_new {
        let spans: Vec<_> = array.iter().map(|(_, span)| span.clone()).collect();
        let finding = finding.help(match is_new {
            true => format!("delete it: capability `{name}` needs containerd 2.2 or later"),
            false => format!("delete it: `{name}` is in the list already"),
        });
        return match without(text, &spans, |at| spans[at] == span) {
            Some(edits) if is_listed(name) => {
                finding.fix_edits(Safety::Safe, format!("delete \"{word}\""), edits)
            }
            _ => finding,
        };
    }
    match distance {
        1 => fixed(finding, quoted_like(text, &span, name)),
        _ => finding.help(format!("write \"{name}\"")),
    }
}

/// The capabilities in one text: `"pull, resolve"`.
fn several(word: &str) -> Option<Vec<&str>> {
    let words: Vec<&str> = word
        .split([',', ' ', ';', '|'])
        .filter(|word| !word.is_empty())
        .collect();
    let is_known = |word: &&str| {
        Capabilities::from_word(word).is_some_and(|word| word != Capabilities::REFERRERS)
    };
    (!words.is_empty() && words.iter().all(is_known)).then_some(words)
}

/// The capability that was meant, and by how many slips it is missed.
fn nearest(word: &str) -> Option<(usize, &'static str)> {
    let word = word.trim().to_lowercase();
    let synonym = match word.as_str() {
        "read" | "download" | "fetch" | "get" => Some("pull"),
        "write" | "upload" | "put" => Some("push"),
        "tags" | "tag" | "lookup" => Some("resolve"),
        _ => None,
    };
    if let Some(name) = synonym {
        return Some((2, name));
    }
    Capabilities::WORDS
        .iter()
        .map(|(name, _)| (strsim::damerau_levenshtein(&word, name), *name))
        .min()
        .filter(|(distance, _)| *distance <= 2)
}

/// The elements of the array that contains this place.
fn array_around<'a>(
    context: &NamespaceContext<'a>,
    span: &Range<usize>,
) -> &'a [(Node, Range<usize>)] {
    let Some(document) = context.document else {
        return &[];
    };
    let items = document.root.walk();
    let arrays = items.into_iter().filter_map(|(_, item)| match &item.node {
        Node::Array(elements) => Some(elements.as_slice()),
        _ => None,
    });
    let mut around = arrays.filter(|elements| elements.iter().any(|(_, at)| at == span));
    around.next().unwrap_or_default()
}
