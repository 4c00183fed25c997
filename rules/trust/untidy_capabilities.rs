use crate::containerd::Capabilities;
use crate::facts::array_edit::{quoted_like, without};
use crate::facts::{Check, Listed, NamespaceContext, listed, written_urls};
use crate::finding::{Finding, Safety};
use crate::toml::Span;

crate::rule! {
    /// A capability that is listed twice, or written in upper case.
    ///
    /// ## What it does
    ///
    /// Reports words in `capabilities` that are repeated or not in lower case. Unknown words are left to
    /// `unknown-capability`.
    ///
    /// ## Why
    ///
    /// containerd accepts them. Other tools that read hosts.toml, and people who search a tree for `"resolve"`, expect the
    /// documented spelling.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// capabilities = ["pull", "Resolve", "pull"]
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
    /// It makes no difference to containerd.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-cap-upper` and `hand-cap-dup` in
    /// `fixtures/conformance/hand.jsonl`.
    name: "untidy-capabilities",
    category: Trust,
    severity: Note,
    consequence: Advice,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for url in written_urls(context) {
        let Listed::Words(_, words) = listed(url) else {
            continue;
        };
        if is_tidy(&words) {
            continue;
        }
        let (mut seen, mut tidy, mut first) = (Capabilities::default(), Vec::new(), None);
        let (mut again, mut edits) = (vec![false; words.len()], Vec::new());
        for (index, (word, span)) in words.iter().enumerate() {
            let Some(capability) = Capabilities::from_word(word) else {
                // containerd drops the file because of this one, which unknown-capability reports.
                first = None;
                break;
            };
            let lower = word.to_lowercase();
            let repeated = seen.has(capability);
            if first.is_none() && (repeated || lower != *word) {
                let (message, label) = match repeated {
                    true => (format!("`{lower}` is listed twice"), "repeated"),
                    false => (
                        format!("`{word}` is not in lower case"),
                        "not in lower case",
                    ),
                };
                first = Some((span.clone(), message, label));
            }
            again[index] = repeated;
            if !repeated {
                if lower != *word {
                    edits.push((span.clone(), quoted_like(context.text(), span, &lower)));
                }
                tidy.push(format!("\"{lower}\""));
            }
            seen.insert(capability);
        }
        let Some((span, message, label)) = first else {
            continue;
        };
        let list = format!("[{}]", tidy.join(", "));
        let mut finding = context
            .finding(&RULE, span, message)
            .label(label)
            .effect("containerd accepts it anyway")
            .help(format!("write `capabilities = {list}`"))
            .releases(url.entry.releases.clone());
        let places: Vec<Span> = words.iter().map(|(_, span)| span.clone()).collect();
        if let Some(taken) = without(context.text(), &places, |index| again[index]) {
            edits.extend(taken);
            finding = finding.fix_edits(
                Safety::Safe,
                format!("write `capabilities = {list}`"),
                edits,
            );
        }
        out.push(finding);
    }
}

/// Whether each word is there once, and in lower case, as in most lists.
fn is_tidy(words: &[(&str, Span)]) -> bool {
    words.iter().enumerate().all(|(index, (word, _))| {
        let is_repeated = words[..index].iter().any(|(before, _)| before == word);
        !is_repeated && !word.contains(char::is_uppercase)
    })
}
