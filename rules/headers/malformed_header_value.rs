use crate::containerd::release::add_releases;
use crate::containerd::{Cause, Releases};
use crate::facts::{Check, NamespaceContext, headers};
use crate::finding::{Consequence, Finding, Part, Promise, Safety, Severity};
use crate::toml::Span;

crate::rule! {
    /// A header value that containerd refuses, or that HTTP cannot carry.
    ///
    /// ## What it does
    ///
    /// Reports values that are neither text nor an array of text; control characters, such as a line
    /// break at the end; and, as warnings, blanks at the ends and characters beyond ASCII.
    ///
    /// ## Why
    ///
    /// A value of another type makes containerd drop the whole file. A control character makes every
    /// request to that endpoint fail before it is sent, and containerd goes on to the next. Blanks
    /// at the ends are cut off, and characters beyond ASCII reach the server as bytes that
    /// it may not understand.
    ///
    /// ## Example
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
    /// When the server is known to read UTF-8 in headers, the warning about characters beyond ASCII can be
    /// silenced.
    ///
    /// ## Source
    ///
    /// Types are recorded from containerd: `hand-header-*` in `fixtures/conformance/hand.jsonl`; control
    /// characters are refused by Go's `net/http` (RFC 9110, section 5.5).
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
        let within = if element { " in its array" } else { "" };
        let mut finding = context
            .finding(
                &RULE,
                span.clone(),
                format!("the header `{name}` holds {kind}{within}"),
            )
            .label("takes text, or an array of text")
            .consequence(Consequence::FileIgnored)
            .releases(releases)
            .help("write the value as text, in quotes");
        // A table is named by its key, which is not what is wrong.
        let plain = !kind.contains("table")
            && !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.:_".contains(c));
        if plain {
            finding = finding.help(format!("write `{name} = \"{text}\"`")).fix(
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
                out.push(
                    context
                        .finding(&RULE, span.clone(), format!("the value of the header `{name}` holds {what}"))
                        .label("HTTP forbids it")
                        .effect(format!("every request to `{}` fails before it is sent, and containerd goes on to the next endpoint", header.entry.host.host))
                        .help(format!("delete {what}: a value that is read from a file often ends with one"))
                        .releases(header.entry.releases.clone()),
                );
            } else if value.trim_matches([' ', '\t']).len() != value.len() {
                let trimmed = value.trim_matches([' ', '\t']);
                let mut finding = context
                    .finding(
                        &RULE,
                        span.clone(),
                        format!("the value of the header `{name}` has blanks at its ends"),
                    )
                    .label("cut off before it is sent")
                    .severity(Severity::Warning)
                    .consequence(Consequence::Misread)
                    .effect("the value is sent without them")
                    .help("delete the blanks")
                    .releases(header.entry.releases.clone());
                let written = context.text().get(span.clone()).unwrap_or_default();
                let quote = written.chars().next().filter(|q| ['"', '\''].contains(q));
                // Only where the text between the quotes is the value itself, without escapes.
                if let Some(quote) = quote.filter(|q| written == format!("{q}{value}{q}")) {
                    finding = finding
                        .fix(
                            Safety::Safe,
                            "delete the blanks",
                            span.clone(),
                            format!("{quote}{trimmed}{quote}"),
                        )
                        .promise(Promise::Mends(Part::Header));
                }
                out.push(finding);
            } else if !value.is_ascii() {
                out.push(
                    context
                        .finding(&RULE, span.clone(), format!("the value of the header `{name}` holds characters beyond ASCII"))
                        .label("sent as UTF-8 bytes")
                        .severity(Severity::Warning)
                        .consequence(Consequence::Misread)
                        .effect("the bytes are sent as they are; HTTP gives them no meaning, and servers read them differently or refuse the request")
                        .help("write the value in ASCII")
                        .releases(header.entry.releases.clone()),
                );
            }
        }
    }
}

/// A value of a type that containerd refuses.
struct Refused<'a> {
    name: &'a str,
    kind: &'a str,
    element: bool,
    span: Span,
    releases: Releases,
}

/// The values of such types. Of a header that names a table, 1.x has the place of the name, and 2.x that of the whole: it is
/// one fault, at the smaller place.
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
