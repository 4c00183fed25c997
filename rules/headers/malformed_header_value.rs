use crate::containerd::release::add_releases;
use crate::containerd::{Cause, Releases};
use crate::facts::{Check, NamespaceContext, headers};
use crate::finding::{Consequence, Finding, Part, Promise, Safety, Severity};
use crate::toml::Span;

crate::rule! {
    /// A header value that containerd rejects, or that HTTP cannot carry.
    ///
    /// ## What it does
    ///
    /// Reports values that are neither a string nor an array of strings; control characters, such as a line break
    /// at the end; and, as notes, leading or trailing whitespace and non-ASCII characters.
    ///
    /// ## Why
    ///
    /// A value of another type makes containerd ignore the whole file. A control character makes every request to
    /// that endpoint fail before it is sent. Leading and trailing whitespace is removed, and non-ASCII characters
    /// reach the server as bytes that it may reject.
    ///
    /// A control character is a warning while another endpoint can serve the same requests, and an error if none is
    /// left.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    ///   [host."https://mirror.internal".header]
    ///     X-Team = "platform\n"
    ///     X-Rack = 7
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    ///   [host."https://mirror.internal".header]
    ///     X-Team = "platform"
    ///     X-Rack = "7"
    /// ```
    ///
    /// ## When not to
    ///
    /// When the server is known to accept UTF-8 in headers, the note about non-ASCII characters can be suppressed.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-header-*` in `fixtures/conformance/hand.jsonl`. Go's `net/http` rejects
    /// control characters (RFC 9110, section 5.5).
    name: "malformed-header-value",
    category: Headers,
    severity: Error,
    consequence: RequestsFail,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for Refused {
        name,
        kind,
        element,
        span,
        releases,
    } in refused(context)
    {
        let text = context.text().get(span.clone()).unwrap_or_default();
        let within = if element {
            "an array that contains "
        } else {
            ""
        };
        let mut finding = context
            .finding(
                &RULE,
                span.clone(),
                format!("header `{name}` is {within}{kind}, not a string"),
            )
            .label("wrong type")
            .consequence(Consequence::FileIgnored)
            .releases(releases)
            .help("write the value in quotes");
        // A table is named by its key, which is not what is wrong.
        let plain = !kind.contains("table")
            && !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.:_".contains(c));
        if plain {
            let help = match element {
                true => format!("write `\"{text}\"`"),
                false => format!("write `{name} = \"{text}\"`"),
            };
            finding = finding.help(help).fix(
                Safety::Safe,
                format!("write \"{text}\""),
                span,
                format!("\"{text}\""),
            );
        }
        out.push(finding);
    }
    for header in headers(context).iter().flatten() {
        let name = &header.item.key.value;
        for (value, span) in &header.values {
            if let Some(control) = value.chars().find(|c| c.is_control() && *c != '\t') {
                let what = match control {
                    '\n' | '\r' => "a line break".to_owned(),
                    other => format!("the control character U+{:04X}", u32::from(other)),
                };
                let finding = context
                    .finding(
                        &RULE,
                        span.clone(),
                        format!("header `{name}` contains {what}"),
                    )
                    .label("not allowed in HTTP")
                    .effect(format!(
                        "Go rejects every request to `{}` before it is sent",
                        header.entry.host.host
                    ))
                    .help(format!("delete {}", what.replacen("a line", "the line", 1)))
                    .releases(header.entry.releases.clone());
                out.push(context.without_endpoint(&header.entry, finding));
            } else if value.trim_matches([' ', '\t']).len() != value.len() {
                let trimmed = value.trim_matches([' ', '\t']);
                let mut finding = context
                    .finding(
                        &RULE,
                        span.clone(),
                        format!("header `{name}` has leading or trailing whitespace"),
                    )
                    .label("removed before sending")
                    .severity(Severity::Note)
                    .consequence(Consequence::Misread)
                    .effect("containerd sends the value without the whitespace")
                    .help("delete the whitespace")
                    .releases(header.entry.releases.clone());
                let written = context.text().get(span.clone()).unwrap_or_default();
                let quote = written.chars().next().filter(|q| ['"', '\''].contains(q));
                // Only where the text between the quotes is the value itself, without escapes.
                if let Some(quote) = quote.filter(|q| written == format!("{q}{value}{q}")) {
                    finding = finding
                        .fix(
                            Safety::Safe,
                            "delete the whitespace",
                            span.clone(),
                            format!("{quote}{trimmed}{quote}"),
                        )
                        .promise(Promise::Mends(Part::Header));
                }
                out.push(finding);
            } else if !value.is_ascii() {
                out.push(
                    context
                        .finding(&RULE, span.clone(), format!("header `{name}` contains non-ASCII characters"))
                        .label("sent as UTF-8 bytes")
                        .severity(Severity::Note)
                        .consequence(Consequence::Misread)
                        .effect("containerd sends the bytes as they are, and a server may misread or reject them")
                        .help("write the value in ASCII")
                        .releases(header.entry.releases.clone()),
                );
            }
        }
    }
}

/// A value of a type that containerd rejects.
struct Refused<'a> {
    name: &'a str,
    kind: &'a str,
    element: bool,
    span: Span,
    releases: Releases,
}

/// The values of such types. For a header that names a table, 1.x reports the place of the name and 2.x that of the
/// whole: one fault, at the smaller place.
fn refused<'a>(context: &'a NamespaceContext) -> Vec<Refused<'a>> {
    let mut refused: Vec<Refused> = Vec::new();
    for found in context.problems() {
        let Cause::WrongType {
            header: Some(name),
            found: kind,
            element,
            ..
        } = &found.problem.cause
        else {
            continue;
        };
        let Some(span) = &found.problem.span else {
            continue;
        };
        let is_same = |other: &&mut Refused| {
            let overlap = other.span.start < span.end && span.start < other.span.end;
            other.name == name && overlap
        };
        match refused.iter_mut().find(is_same) {
            Some(known) => {
                if span.len() < known.span.len() {
                    known.span = span.clone();
                }
                add_releases(&mut known.releases, &found.releases);
            }
            None => refused.push(Refused {
                name,
                kind,
                element: *element,
                span: span.clone(),
                releases: found.releases.clone(),
            }),
        }
    }
    refused
}
