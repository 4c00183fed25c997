//! Templates around a carrier: Jinja, Go and Terraform fill in values, and take or leave lines, before the file is read.
//!
//! An expression becomes unknown. A directive is taken out; of a condition the first branch is read, of a loop one turn.
//! The value of an expression that is alone on its lines is not known at all.

use std::ops::Range;

use super::stand_ins::StandIns;
use super::text::{Builder, Gap, Text, is_alone};

/// Which marks mean something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Syntax {
    /// `{{ … }}`: Go and Jinja.
    pub braces: bool,
    /// `{% … %}` and `{# … #}`: Jinja.
    pub jinja: bool,
    /// `${…}` and `%{ … }`: Terraform. `$${` is literal.
    pub terraform: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A value is put in.
    Expression,
    /// The following text is optional.
    Open,
    /// The other branch.
    Else,
    /// The end of the open expression.
    Close,
    /// Something that brings nothing.
    Nothing,
    /// The first of two characters that represent the other one.
    Escape,
}

struct Mark {
    kind: Kind,
    range: Range<usize>,
}

/// Reads a template with what it fills in left open.
pub fn read(parent: &Text, syntax: Syntax, stand_ins: &mut StandIns<'_>) -> Text {
    let text = parent.as_str();
    let marks = marks(text, syntax);
    if marks.is_empty() {
        return parent.clone();
    }
    let mut builder = Builder::new(parent);
    let mut at = 0;
    // For each that is open, whether its first branch is over.
    let mut open: Vec<bool> = Vec::new();
    for mark in &marks {
        let is_left = open.contains(&true);
        if !is_left {
            builder.keep(at..mark.range.start);
        }
        at = mark.range.end;
        match mark.kind {
            Kind::Open => open.push(false),
            Kind::Close => {
                open.pop();
            }
            Kind::Else => {
                if let Some(last) = open.last_mut() {
                    *last = true;
                }
            }
            _ => {}
        }
        if is_left && open.contains(&true) {
            continue;
        }
        match mark.kind {
            Kind::Open | Kind::Close | Kind::Else => {
                builder.put_unknown("", &mark.range, Gap::Lines);
            }
            Kind::Expression if is_alone(text, &mark.range) => {
                builder.put_unknown("", &mark.range, Gap::Lines);
            }
            Kind::Expression => {
                let written = &text[mark.range.clone()];
                let stand_in = stand_ins.of(written, builder.so_far());
                builder.put_unknown(&stand_in, &mark.range, Gap::Value);
            }
            Kind::Nothing | Kind::Escape => {}
        }
    }
    if !open.contains(&true) {
        builder.keep(at..text.len());
    }
    builder.finish()
}

fn marks(text: &str, syntax: Syntax) -> Vec<Mark> {
    let bytes = text.as_bytes();
    let mut marks = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text.as_bytes()[at..];
        let found = if syntax.braces && rest.starts_with(b"{{") {
            // A workflow of GitHub's has a dollar before it.
            let start = at - usize::from(at > 0 && bytes[at - 1] == b'$');
            end(text, at + 2, "}}").map(|end| Mark {
                kind: of_braces(&text[at + 2..end - 2]),
                range: start..end,
            })
        } else if syntax.jinja && rest.starts_with(b"{%") {
            end(text, at + 2, "%}").map(|end| Mark {
                kind: of_word(&text[at + 2..end - 2]),
                range: at..end,
            })
        } else if syntax.jinja && rest.starts_with(b"{#") {
            end(text, at + 2, "#}").map(|end| Mark {
                kind: Kind::Nothing,
                range: at..end,
            })
        } else if syntax.terraform && (rest.starts_with(b"$${") || rest.starts_with(b"%%{")) {
            Some(Mark {
                kind: Kind::Escape,
                range: at..at + 1,
            })
        } else if syntax.terraform && rest.starts_with(b"${") {
            closing_brace(text, at + 2).map(|end| Mark {
                kind: Kind::Expression,
                range: at..end,
            })
        } else if syntax.terraform && rest.starts_with(b"%{") {
            closing_brace(text, at + 2).map(|end| Mark {
                kind: of_word(text[at + 2..end - 1].trim_matches('~')),
                range: at..end,
            })
        } else {
            None
        };
        match found {
            Some(mark) => {
                // The result of an escape is not read again.
                at = match mark.kind {
                    Kind::Escape => mark.range.end + 2,
                    _ => mark.range.end,
                };
                marks.push(mark);
            }
            None => at += 1,
        }
    }
    marks
}

/// The longest expression that is looked for: beyond that the marks mean something else.
const LONGEST: usize = 1_024;

fn end(text: &str, from: usize, mark: &str) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    let rest = &rest[..rest.len().min(LONGEST)];
    let found = memchr::memmem::find(rest, mark.as_bytes())?;
    Some(from + found + mark.len())
}

/// The end of an expression in `${…}`, quotes and inner braces left alone.
pub fn closing_brace(text: &str, from: usize) -> Option<usize> {
    let mut depth = 1;
    let mut is_quoted = false;
    let mut bytes = text.bytes().enumerate().skip(from).take(LONGEST);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if is_quoted => {
                bytes.next();
            }
            b'"' => is_quoted = !is_quoted,
            b'{' if !is_quoted => depth += 1,
            b'}' if !is_quoted => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn of_braces(inner: &str) -> Kind {
    let inner = inner.trim_matches('-').trim();
    if inner.starts_with("/*") {
        return Kind::Nothing;
    }
    match of_word(inner) {
        // A variable may well be called so; a word with something behind it is an instruction.
        Kind::Open if !inner.contains(' ') => Kind::Expression,
        Kind::Nothing if !inner.contains(":=") && !inner.contains(" = ") => Kind::Expression,
        kind => kind,
    }
}

fn of_word(inner: &str) -> Kind {
    let inner = inner.trim_matches(['-', '+']).trim();
    let word = inner.split_whitespace().next().unwrap_or_default();
    match word {
        "if" | "for" | "range" | "with" | "define" | "block" | "macro" | "call" | "filter"
        | "raw" => Kind::Open,
        "else" | "elif" => Kind::Else,
        "end" => Kind::Close,
        _ if word.starts_with("end") => Kind::Close,
        _ => Kind::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(text: &str, syntax: Syntax) -> Text {
        read(&Text::of_carrier(text), syntax, &mut StandIns::new(text))
    }

    #[test]
    fn the_first_branch_is_read() {
        let jinja = Syntax {
            braces: true,
            jinja: true,
            terraform: false,
        };
        let text = "a\n{% if x %}\nb {{ y }}\n{% elif z %}\nc\n{% else %}\nd\n{% endif %}\ne\n";
        let read = read_as(text, jinja);
        assert!(read.as_str().starts_with("a\n\nb "), "{:?}", read.as_str());
        assert!(read.as_str().ends_with("\n\ne\n"), "{:?}", read.as_str());
        assert!(read.has_unknown_lines());
        let e = read.as_str().rfind('e').unwrap();
        assert_eq!(read.in_carrier(&(e..e + 1)), text.len() - 2..text.len() - 1);
    }

    #[test]
    fn a_range_of_go_and_a_loop_of_terraform() {
        let go = Syntax {
            braces: true,
            ..Syntax::default()
        };
        let read = read_as(
            "{{- range .a }}\n{{ .b }}.x: |\n  {{- toYaml . }}\n{{- end }}\n",
            go,
        );
        let expected = ".x: |\n  \n\n";
        assert!(read.as_str().ends_with(expected), "{:?}", read.as_str());
        let terraform = Syntax {
            terraform: true,
            ..Syntax::default()
        };
        let text = "%{ for r in list ~}\n${r}: $${HOME} ${f(\"}\")}\n%{ endfor ~}\n";
        let read = read_as(text, terraform);
        assert!(read.as_str().contains(": ${HOME} "), "{:?}", read.as_str());
        assert!(!read.as_str().contains('}') || read.as_str().matches('}').count() == 1);
    }
}
