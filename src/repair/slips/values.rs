//! Slips in a value.

use super::{Line, Slip, is_word};
use crate::toml::Span;

/// A setting with an invalid value.
struct Setting<'a> {
    key: &'a str,
    value: &'a str,
    /// The place of the value.
    span: Span,
}

impl Setting<'_> {
    /// The slip that is fixed by another value.
    fn with(&self, message: &str, label: &str, value: String) -> Slip {
        let help = format!("write `{} = {value}`", self.key);
        Slip::new(self.span.clone(), message, label, help).replaced(self.span.clone(), value)
    }
}

/// The setting in whose value the parser stopped: where the key is at fault, its value is not reported.
fn setting<'a>(line: &Line<'a>) -> Option<Setting<'a>> {
    let (key, value) = without_comment(line).split_once('=')?;
    let sign = line.whole.start + key.len();
    let blanks = value.len() - value.trim_start().len();
    let start = sign + 1 + blanks;
    (line.offset > sign).then(|| Setting {
        key: key.trim(),
        value: value.trim(),
        span: start..start + value.trim().len(),
    })
}

fn without_comment<'a>(line: &Line<'a>) -> &'a str {
    line.body.split('#').next().unwrap_or(line.body).trim_end()
}

/// `ca =`, and nothing behind it.
pub(crate) fn missing(line: &Line) -> Option<Slip> {
    let Setting { key, value, .. } = setting(line)?;
    if !value.is_empty() || !is_word(key) {
        return None;
    }
    let end = line.whole.start + without_comment(line).len();
    Some(Slip::new(
        end - 1..end,
        &format!("`{key}` has no value"),
        "missing value",
        "write the value on this line, or delete the line",
    ))
}

/// `skip_verify = True`.
pub(crate) fn capitals(line: &Line) -> Option<Slip> {
    let setting = setting(line)?;
    let lower = setting.value.to_ascii_lowercase();
    let is_one = matches!(lower.as_str(), "true" | "false") && lower != setting.value;
    is_one.then(|| {
        setting.with(
            "`true` and `false` are written in lower case",
            "not lower case",
            lower,
        )
    })
}

/// `server = https://mirror.internal`.
pub(crate) fn bare_text(line: &Line) -> Option<Slip> {
    let setting = setting(line)?;
    let value = setting.value;
    let is_bare = !value.is_empty()
        && !matches!(value, "true" | "false")
        && !value.starts_with(['[', '{'])
        && !value.contains(['"', '\'']);
    if !is_bare {
        return None;
    }
    let mut slip = setting.with(
        &format!("the value of `{}` needs quotes", setting.key),
        "unquoted text",
        format!("\"{value}\""),
    );
    // In quotes a backslash would begin an escape.
    if value.contains('\\') {
        slip.edits.clear();
    }
    Some(slip)
}

/// `capabilities = [pull, resolve]`.
pub(crate) fn bare_words(line: &Line) -> Option<Slip> {
    let setting = setting(line)?;
    let words = quoted_words(setting.value)?;
    Some(setting.with(
        &format!("the values of `{}` need quotes", setting.key),
        "unquoted text",
        words,
    ))
}

/// `["pull", "resolve"]` for `[pull, "resolve"]`.
fn quoted_words(value: &str) -> Option<String> {
    let inner = value.strip_prefix('[')?.strip_suffix(']')?;
    let mut parts = Vec::new();
    for part in inner.split(',') {
        let word = part.trim();
        let in_quotes = |q: char| {
            let inner = word.strip_prefix(q).and_then(|word| word.strip_suffix(q));
            inner.is_some_and(|inner| !inner.contains(['"', '\'', '\\']))
        };
        if is_word(word) && word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            parts.push(part.replacen(word, &format!("\"{word}\""), 1));
        } else if word.is_empty() || in_quotes('"') || in_quotes('\'') {
            parts.push(part.to_owned());
        } else {
            return None;
        }
    }
    let written = format!("[{}]", parts.join(","));
    (written != value).then_some(written)
}

/// `server = "https://mirror.internal`.
pub(crate) fn open_quote(line: &Line) -> Option<Slip> {
    let Setting { key, value, span } = setting(line)?;
    let all = value.matches('"').count();
    let quotes = all - value.matches("\\\"").count().min(all);
    if !value.starts_with('"') || value.starts_with("\"\"\"") || quotes % 2 == 0 {
        return None;
    }
    let slip = Slip::new(
        span.clone(),
        &format!("the value of `{key}` has no closing quote"),
        "opened here",
        "close the text with `\"` on the same line",
    );
    // A word ends with the line; where longer text ends is unknown.
    let is_word = quotes == 1 && value.len() > 1 && !value.contains([' ', ',', '\\']);
    Some(match is_word && without_comment(line) == line.body {
        true => slip.replaced(span, format!("{value}\"")),
        false => slip,
    })
}

/// `capabilities = ["pull" "resolve"]`, also with a line break between the two.
pub(crate) fn missing_comma(line: &Line) -> Option<Slip> {
    let is_quote = ['"', '\''];
    let before = line.text.get(..line.offset)?;
    let element = line.text.get(line.offset..)?;
    let end = before.trim_end().len();
    let array = before[before.rfind('=')? + 1..].trim_start();
    let last = before[..end].lines().last()?;
    // A quote in a comment ends no text.
    let is_between = array.starts_with('[')
        && element.starts_with(is_quote)
        && last.ends_with(is_quote)
        && !last.contains('#');
    is_between.then(|| {
        Slip::new(
            line.offset..line.offset + 1,
            "a comma is missing between the elements of an array",
            "no comma before it",
            "write `,` between them",
        )
        .edited(vec![(end..end, ",".to_owned())])
    })
}

/// `capabilities = ["pull"` on the line above.
pub(crate) fn open_array_above(line: &Line) -> Option<Slip> {
    let mut above = line.text[..line.start].lines().rev().map(str::trim);
    let previous = above.find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let is_open = previous.matches('[').count() > previous.matches(']').count();
    let (key, _) = previous.split_once('=')?;
    is_open.then(|| {
        Slip::new(
            line.whole.clone(),
            &format!("the array `{}` is not closed", key.trim()),
            "`]` is missing above",
            format!("write `{previous}]`"),
        )
    })
}
