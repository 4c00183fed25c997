//! Text of another language.

use super::{Line, Slip, is_word};
use crate::toml::Span;
use crate::toml::view::Document;

/// `{{ mirror }}`.
pub(crate) fn template(line: &Line) -> Option<Slip> {
    let is_template = line.body.contains("{{") || line.body.contains("{%");
    is_template.then(|| {
        Slip::new(
            line.whole.clone(),
            "hosts.toml contains template syntax",
            "template placeholder",
            "lint the file that the template renders",
        )
    })
}

/// `---` and `...` around text that is TOML otherwise.
pub(crate) fn separator(line: &Line) -> Option<Slip> {
    let is_separator = |line: &str| matches!(line, "---" | "..." | "+++");
    if !is_separator(line.body) {
        return None;
    }
    let edits = without_lines(line.text, is_separator)?;
    let slip = Slip::new(
        line.whole.clone(),
        &format!("`{}` is not TOML", line.body),
        "document separator",
        "delete the separator",
    );
    Some(slip.edited(edits))
}

/// Deletes all lines of a kind, if what is left is TOML.
fn without_lines(text: &str, is_unwanted: impl Fn(&str) -> bool) -> Option<Vec<(Span, String)>> {
    let mut kept = String::with_capacity(text.len());
    let mut edits = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match is_unwanted(line.trim()) {
            true => edits.push((at..at + line.len(), String::new())),
            false => kept.push_str(line),
        }
        at += line.len();
    }
    Document::parse(&kept).is_ok().then_some(edits)
}

/// `server: https://mirror.internal`, and `---`.
pub(crate) fn yaml(line: &Line) -> Option<Slip> {
    let setting = yaml_setting(line.body);
    if line.body != "---" && setting.is_none() {
        return None;
    }
    let help = match setting {
        // An empty path is not a missing one: it fails every pull.
        Some((key, value)) if is_empty(value) => {
            format!("delete `{key}`, which has no value")
        }
        Some((key, value)) => format!("write `{key} = {}`", quoted(value)),
        None => "write the file as TOML, with `key = value` and `[host.\"https://…\"]`".to_owned(),
    };
    Some(Slip::new(
        line.whole.clone(),
        "hosts.toml contains YAML",
        "not TOML",
        help,
    ))
}

/// `key: value`, and nothing that TOML would write.
fn yaml_setting(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key = is_word(key.trim_start_matches("- ").trim());
    let is_yaml = is_key && !line.contains('=') && (value.is_empty() || value.starts_with(' '));
    is_yaml.then(|| (key.trim(), value.trim()))
}

/// Whether a YAML value is empty, whatever comment follows.
fn is_empty(value: &str) -> bool {
    let value = value.split(" #").next().unwrap_or_default().trim();
    matches!(value, "" | "\"\"" | "''" | "~" | "null") || value.starts_with('#')
}

fn quoted(value: &str) -> String {
    match value {
        "true" | "false" => value.to_owned(),
        _ if value.starts_with(['"', '\'', '[']) => value.to_owned(),
        _ => format!("\"{value}\""),
    }
}

/// A text that begins with a brace.
pub(crate) fn json(line: &Line) -> Option<Slip> {
    line.text.trim_start().starts_with('{').then(|| {
        Slip::new(
            line.whole.clone(),
            "hosts.toml contains JSON",
            "not TOML",
            "write the file as TOML, with `key = value` and `[host.\"https://…\"]`",
        )
    })
}

/// The fence around a block of code in Markdown.
pub(crate) fn code_fence(line: &Line) -> Option<Slip> {
    let is_fence = |line: &str| line.starts_with("```");
    is_fence(line.body).then(|| {
        let slip = Slip::new(
            line.whole.clone(),
            "hosts.toml contains a Markdown code fence",
            "Markdown code fence",
            "delete the code fence",
        );
        match without_lines(line.text, is_fence) {
            Some(edits) => slip.edited(edits),
            None => slip,
        }
    })
}

/// `skip\_verify`: Markdown editors escape `_`, `[` and `*`.
pub(crate) fn markdown_escape(line: &Line) -> Option<Slip> {
    const ESCAPES: [(&str, &str); 4] = [("\\_", "_"), ("\\[", "["), ("\\]", "]"), ("\\*", "*")];
    let places = ESCAPES
        .iter()
        .filter_map(|(escape, _)| line.line.find(escape));
    let at = line.start + places.min()?;
    let written = ESCAPES
        .iter()
        .fold(line.body.to_owned(), |text, (escape, plain)| {
            text.replace(escape, plain)
        });
    Some(Slip::new(
        at..at + 2,
        "hosts.toml contains a Markdown escape",
        "Markdown escape",
        format!("write `{written}`"),
    ))
}
