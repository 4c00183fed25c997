//! Text of another language.

use super::{Line, Slip, is_word};

/// `{{ mirror }}`.
pub(crate) fn template(line: &Line) -> Option<Slip> {
    let is_template = line.body.contains("{{") || line.body.contains("{%");
    is_template.then(|| {
        Slip::new(
            line.whole.clone(),
            "this is a template, not TOML",
            "filled in elsewhere",
            "lint the file that the template renders",
        )
    })
}

/// `server: https://mirror.internal`, and `---`.
pub(crate) fn yaml(line: &Line) -> Option<Slip> {
    let setting = yaml_setting(line.body);
    if line.body != "---" && setting.is_none() {
        return None;
    }
    let help = match setting {
        Some((key, value)) => format!("write `{key} = {}`", quoted(value)),
        None => "write `key = value` and `[host.\"https://…\"]`".to_owned(),
    };
    Some(Slip::new(
        line.whole.clone(),
        "this is YAML, and hosts.toml is TOML",
        "YAML",
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
            "this is JSON, and hosts.toml is TOML",
            "JSON",
            "write `key = value` and `[host.\"https://…\"]`",
        )
    })
}

/// The fence around a block of code in Markdown.
pub(crate) fn code_fence(line: &Line) -> Option<Slip> {
    line.body.starts_with("```").then(|| {
        Slip::new(
            line.whole.clone(),
            "a Markdown code fence stands in the file",
            "Markdown",
            "delete this line",
        )
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
        "a Markdown escape stands in the file",
        "an escape of Markdown's",
        format!("write `{written}`"),
    ))
}
