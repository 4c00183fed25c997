//! From expressions to the struct: go-toml's `unmarshaler.go`.
//!
//! go-toml stops at the first error. This goes on after errors of type and after panics, leaving out what could not
//! be decoded, so that all of them are found in one look.

use super::parser::{Expression, KeyPart, Parser};
use super::seen::Seen;
use super::target::{Config, Slot};
use super::{Options, Version};
use crate::toml::{Decoded, Entry, HostEntry, Problem, ProblemKind, Span, Spanned};

mod headers;
mod values;

use headers::Path;

/// A problem after which nothing more can be said; it is in the list already.
struct Fatal;

pub(super) fn decode(text: &[u8], options: Options) -> Decoded {
    let mut root = Config::root(options.dial_timeout);
    let mut decoder = Decoder {
        text,
        options,
        parser: Parser::new(text),
        stashed: None,
        seen: Seen::new(),
        skip_until_table: false,
        clear_array_table: false,
        field: "",
        hosts: Vec::new(),
        problems: Vec::new(),
        by_version: false,
    };
    let finished = decoder.document(&mut root).is_ok();
    Decoded {
        file: finished.then(|| root.into_file(decoder.hosts)),
        problems: decoder.problems,
        by_version: decoder.by_version,
    }
}

struct Decoder<'a> {
    text: &'a [u8],
    options: Options,
    parser: Parser<'a>,
    /// The header that ended a table, to be read again.
    stashed: Option<Expression<'a>>,
    seen: Seen<'a>,
    /// The table has no field, so its keys are skipped, and not even tracked.
    skip_until_table: bool,
    /// An array of tables is named for the first time: what is there already goes.
    clear_array_table: bool,
    /// The field being decoded, for problems.
    field: &'static str,
    /// The hosts as `getSortedHosts` lists them, without what they hold.
    hosts: Vec<HostEntry>,
    problems: Vec<Problem>,
    /// Something was met that the versions take differently.
    by_version: bool,
}

impl<'a> Decoder<'a> {
    fn document(&mut self, root: &mut Config<'a>) -> Result<(), Fatal> {
        while let Some(expression) = self.next()? {
            match expression {
                Expression::KeyValue(_) if self.skip_until_table => {}
                Expression::KeyValue(_) => {
                    self.check(&expression)?;
                    if let Expression::KeyValue(key_value) = &expression {
                        self.key_value(key_value, Slot::Config(root))?;
                    }
                }
                Expression::Table(ref parts) => {
                    self.check(&expression)?;
                    self.skip_until_table = false;
                    self.table(Path { parts, taken: 0 }, Slot::Config(root))?;
                }
                Expression::ArrayTable(ref parts) => {
                    self.clear_array_table = self.check(&expression)?;
                    self.skip_until_table = false;
                    self.array_table(Path { parts, taken: 0 }, Slot::Config(root))?;
                }
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Expression<'a>>, Fatal> {
        if let Some(expression) = self.stashed.take() {
            return Ok(Some(expression));
        }
        let expression = self.parser.next().map_err(|error| {
            self.problem(ProblemKind::Syntax(error.message), error.span);
            Fatal
        })?;
        if let Some(Expression::Table(key)) = &expression {
            self.list_host(key);
        }
        Ok(expression)
    }

    /// `getSortedHosts`: headers (not of array tables) whose first part is `host`, exactly, and that have a second.
    /// The host that was listed last is not listed again, which is how `[host.a.header]` after `[host.a]` is skipped. The
    /// comparison begins with the empty text, so a first `[host.""]` is skipped too.
    fn list_host(&mut self, key: &[KeyPart]) {
        if let [table, host, ..] = key
            && table.name == "host"
            && self.hosts.last().map_or("", |last| &last.name.value) != host.name
        {
            self.hosts.push(HostEntry {
                name: spanned(host.name.to_string(), &host.span),
                entry: Entry::default(),
            });
        }
    }

    fn check(&mut self, expression: &Expression<'a>) -> Result<bool, Fatal> {
        self.seen.check(expression).map_err(|problem| {
            self.problems.push(problem);
            Fatal
        })
    }

    /// Whether this version is older than v2.3.0.
    fn is_before_2_3(&mut self) -> bool {
        self.by_version = true;
        self.options.version < Version::V2_3_0
    }

    fn wrong_type(&mut self, found: &'static str, span: Span) {
        self.problem(
            ProblemKind::WrongType {
                key: self.field.to_owned(),
                found,
            },
            span,
        );
    }

    fn panic(&mut self, found: &'static str, span: Span) {
        self.problem(
            ProblemKind::Panic {
                key: self.field.to_owned(),
                found,
            },
            span,
        );
    }

    fn problem(&mut self, kind: ProblemKind, span: Span) {
        // The parser goes by bytes, and may stop inside a character.
        let inside = |at: usize| {
            self.text
                .get(at)
                .is_some_and(|byte| (0x80..0xc0).contains(byte))
        };
        let start = (0..=span.start)
            .rev()
            .find(|&at| !inside(at))
            .unwrap_or(span.start);
        let end = (span.end..=self.text.len())
            .find(|&at| !inside(at))
            .unwrap_or(span.end);
        self.problems.push(Problem {
            kind,
            span: start..end,
        });
    }
}

fn spanned<T>(value: T, span: &Span) -> Spanned<T> {
    Spanned {
        value,
        span: span.clone(),
    }
}
