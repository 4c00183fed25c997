use crate::containerd::toml::{ProblemKind, Span};
use crate::containerd::{Cause, Releases};
use crate::lint::keys::HOST_KEYS;
use crate::lint::{Check, Finding, NamespaceContext, Safety, Severity};

crate::rule! {
    /// A hosts.toml that is not TOML.
    ///
    /// ## What it does
    ///
    /// Reports the first place at which the text stops being TOML, and what to write there for the slips
    /// that people make: a comma after a value, an unquoted URL in a table header, `[host]."…"`,
    /// typographic quotes, YAML, Markdown, a string or an array that is not closed, a value without quotes.
    /// Text that is no UTF-8 is reported too.
    ///
    /// ## Why
    ///
    /// containerd drops a file that it cannot parse, logs one line, and goes on as if it were not
    /// there: no mirror of this registry is used. Its parsers are not equally strict: where a text is no
    /// TOML and a release reads it all the same, the finding leaves that release out.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [host.https://mirror.internal]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When the file is a template: lint what it renders.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `mutate.jsonl` and `hand-struct-*` in `fixtures/conformance`.
    name: "invalid-toml",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let text = context.text();
    let refusing = |context: &NamespaceContext| -> Releases {
        context.releases_where(|_, outcome| {
            outcome
                .problems
                .iter()
                .any(|p| matches!(p.cause, Cause::Toml(ProblemKind::Syntax(_))))
        })
    };
    if let Some(offset) = context.source.and_then(|s| s.invalid_utf8) {
        let releases = refusing(context);
        let finding = context
            .finding(&RULE, offset..offset + 1, "hosts.toml is not UTF-8")
            .label("this byte begins no UTF-8 character")
            .help(
                "save the file as UTF-8: `iconv -f latin1 -t utf-8 hosts.toml`, if it is Latin-1",
            );
        out.push(dropped_or_passed(context, finding, releases));
        return;
    }
    let Some(error) = &context.syntax_error else {
        return;
    };
    // Two definitions of one key are duplicate-key's.
    if error.message.contains("duplicate key") {
        return;
    }
    let slip = slip(text, &error.span).unwrap_or_else(|| Slip {
        span: error.span.clone(),
        message: format!("this is not TOML: {}", error.message),
        label: String::new(),
        help: "write one `key = value` or one `[table]` on a line, text in quotes".to_owned(),
        replacement: None,
    });
    let mut finding = context
        .finding(&RULE, slip.span, slip.message)
        .help(slip.help);
    finding = finding.label(if slip.label.is_empty() {
        "here"
    } else {
        &slip.label
    });
    if let Some((span, replacement)) = slip.replacement {
        let shown = match replacement.trim() {
            _ if replacement.starts_with('\n') => "put it on a line of its own".to_owned(),
            "" => "remove it".to_owned(),
            text => format!("write {text}"),
        };
        finding = finding.fix(Safety::Safe, shown, span, replacement);
    }
    out.push(dropped_or_passed(context, finding, refusing(context)));
}

/// The claim for the releases that refuse the text; where all that are targeted let it pass, a warning.
fn dropped_or_passed(context: &NamespaceContext, finding: Finding, refusing: Releases) -> Finding {
    if !refusing.is_empty() {
        return finding.releases(refusing);
    }
    finding
        .releases(context.releases())
        .severity(Severity::Warning)
        .consequence(crate::lint::Consequence::Misread)
        .effect("the targeted releases let this text pass, other releases drop the file for it")
}

/// A mistake that people make, and what they meant.
struct Slip {
    span: Span,
    message: String,
    label: String,
    help: String,
    replacement: Option<(Span, String)>,
}

fn slip(text: &str, at: &Span) -> Option<Slip> {
    let offset = at.start.min(text.len());
    let start = text.get(..offset)?.rfind('\n').map_or(0, |i| i + 1);
    let end = text[start..].find('\n').map_or(text.len(), |i| start + i);
    let line = text[start..end].trim_end_matches('\r');
    let indent = line.len() - line.trim_start().len();
    let body = line.trim();
    let whole = start + indent..start + indent + body.len();
    let slip = |span: Span, message: &str, label: &str, help: String| {
        Some(Slip {
            span,
            message: message.to_owned(),
            label: label.to_owned(),
            help,
            replacement: None,
        })
    };
    if body.contains("{{") || body.contains("{%") {
        return slip(
            whole,
            "this is a template, not TOML",
            "filled in elsewhere",
            "lint the file that the template renders".to_owned(),
        );
    }
    if body == "---" || is_yaml(body) {
        let value = body
            .split_once(':')
            .map(|(key, value)| format!("`{} = {}`", key.trim(), quoted(value.trim())));
        let help =
            value.unwrap_or_else(|| "write `key = value` and `[host.\"https://…\"]`".to_owned());
        return slip(
            whole,
            "this is YAML, and hosts.toml is TOML",
            "YAML",
            format!("write {help}").replace("write write", "write"),
        );
    }
    if text.trim_start().starts_with('{') {
        return slip(
            whole,
            "this is JSON, and hosts.toml is TOML",
            "JSON",
            "write `key = value` and `[host.\"https://…\"]`".to_owned(),
        );
    }
    if body.starts_with("```") {
        return slip(
            whole,
            "a Markdown code fence stands in the file",
            "Markdown",
            "delete this line".to_owned(),
        );
    }
    // Markdown editors escape `_`, `[` and `*`.
    if let Some(i) = ["\\_", "\\[", "\\]", "\\*"]
        .iter()
        .filter_map(|e| line.find(e))
        .min()
    {
        let written = body
            .replace("\\_", "_")
            .replace("\\[", "[")
            .replace("\\]", "]")
            .replace("\\*", "*");
        return slip(
            start + i..start + i + 2,
            "a Markdown escape stands in the file",
            "an escape of Markdown's",
            format!("write `{written}`"),
        );
    }
    if body.starts_with('[')
        && !body.starts_with("[[")
        && let Some(close) = body
            .find("\"]")
            .map(|i| i + 2)
            .filter(|&i| body[i..].contains('='))
    {
        let (header, rest) = body.split_at(close);
        let at = whole.start + close;
        let mut found = slip(
            at..whole.end,
            "a table header ends its line",
            "belongs on a line of its own",
            format!("write `{header}` and, on the next line, `{}`", rest.trim()),
        )?;
        found.replacement = Some((at..whole.end, format!("\n  {}", rest.trim())));
        return Some(found);
    }
    // What people say in a comment is theirs.
    let code = &line[..comment_start(line)];
    if code.contains(['“', '”', '‘', '’', '„', '«', '»']) {
        let straight = code
            .replace(['“', '”', '„', '«', '»'], "\"")
            .replace(['‘', '’'], "'");
        let mut found = slip(
            whole,
            "typographic quotes are no quotes in TOML",
            "",
            format!("write `{}`", straight.trim()),
        )?;
        found.replacement = Some((start..start + code.len(), straight));
        return Some(found);
    }
    if let Some(rest) = body.strip_prefix("[host].") {
        let header = format!("[host.{}]", rest.trim_end_matches(']'));
        let mut found = slip(
            whole.clone(),
            "the key of a table stands inside its brackets",
            "outside the brackets",
            format!("write `{header}`"),
        )?;
        found.replacement = Some((whole, header));
        return Some(found);
    }
    if body.starts_with("[host.") && body.contains("//") && !body.contains(['"', '\'']) {
        let header = format!(
            "[host.\"{}\"]",
            body["[host.".len()..].trim_end_matches(']')
        );
        let mut found = slip(
            whole.clone(),
            "the URL of a host table needs quotes",
            "not in quotes",
            format!("write `{header}`"),
        )?;
        found.replacement = Some((whole, header));
        return Some(found);
    }
    for sign in ["=>", ":="] {
        let Some((key, value)) = body.split_once(sign) else {
            continue;
        };
        let mut found = slip(
            whole.clone(),
            "a value is assigned with `=` alone",
            "",
            format!("write `{} = {}`", key.trim(), value.trim()),
        )?;
        if is_word(key.trim()) && !value.starts_with('>') {
            let at = whole.start + key.len();
            found.replacement = Some((at..at + sign.len(), "=".to_owned()));
        }
        return Some(found);
    }
    // `capabilities = ["pull"] skip_verify = true`: the parser stops at the second key.
    let (written, rest) = line.split_at((offset - start).min(line.len()));
    if let Some((key, _)) = rest.split_once('=')
        && is_setting(key.trim())
        && written.contains('=')
    {
        let at = start + written.trim_end().len();
        let mut found = slip(
            offset..whole.end,
            "a setting ends its line",
            "belongs on a line of its own",
            format!("write `{}` and, on the next line, `{rest}`", written.trim()),
        )?;
        found.replacement = Some((at..offset, format!("\n{}", &line[..indent])));
        return Some(found);
    }
    let before = body.split('#').next().unwrap_or(body).trim_end();
    if text.get(offset..).is_some_and(|rest| rest.starts_with(','))
        && line[offset - start..]
            .trim_start_matches([',', ' '])
            .trim_start()
            .chars()
            .next()
            .is_none_or(|c| c == '#')
    {
        let behind = &text[offset..whole.end.max(offset + 1)];
        let commas = behind.trim_start_matches([',', ' ']);
        let commas = &behind[..behind.len() - commas.len()];
        let end = offset + commas.trim_end().len();
        let mut found = slip(
            offset..offset + 1,
            "a comma stands after the value",
            "this comma",
            "delete the comma: a line ends the setting".to_owned(),
        )?;
        found.replacement = Some((offset..end, String::new()));
        return Some(found);
    }
    // Where the key is at fault, nothing is said of its value.
    let in_value = |key: &str| offset > start + indent + key.len();
    if let Some((key, value)) = before.split_once('=').filter(|(key, _)| in_value(key)) {
        let value = value.trim();
        let at_value = start + line.find('=').map_or(0, |i| i + 1);
        let value_start =
            at_value + text[at_value..end].len() - text[at_value..end].trim_start().len();
        let span = value_start..value_start + value.len();
        let lower = value.to_ascii_lowercase();
        if ["true", "false"].contains(&lower.as_str()) {
            if lower == value {
                return None;
            }
            let mut found = slip(
                span.clone(),
                "true and false are written in lower case",
                "",
                format!("write `{} = {lower}`", key.trim()),
            )?;
            found.replacement = Some((span, lower));
            return Some(found);
        }
        let bare = !value.is_empty()
            && !value.starts_with(['"', '\'', '[', '{'])
            && !value.contains(['"', '\'']);
        if bare {
            let mut found = slip(
                span.clone(),
                "text needs quotes",
                "not in quotes",
                format!("write `{} = \"{value}\"`", key.trim()),
            )?;
            if !value.contains('\\') {
                found.replacement = Some((span, format!("\"{value}\"")));
            }
            return Some(found);
        }
        if let Some(words) = quoted_words(value) {
            let mut found = slip(
                span.clone(),
                "text needs quotes",
                "not in quotes",
                format!("write `{} = {words}`", key.trim()),
            )?;
            found.replacement = Some((span, words));
            return Some(found);
        }
        let quotes = value.matches('"').count()
            - value
                .matches("\\\"")
                .count()
                .min(value.matches('"').count());
        if value.starts_with('"') && !value.starts_with("\"\"\"") && quotes % 2 == 1 {
            let mut found = slip(
                span.clone(),
                "a quote is not closed",
                "opened here",
                "close the text with `\"` on the same line".to_owned(),
            )?;
            // A word ends where the line does; of more, nobody knows which belongs to the text.
            if quotes == 1 && value.len() > 1 && before == body && !value.contains([' ', ',', '\\'])
            {
                found.replacement = Some((span, format!("{value}\"")));
            }
            return Some(found);
        }
    }
    let previous = text[..start]
        .lines()
        .rev()
        .map(str::trim)
        .find(|l| !l.is_empty() && !l.starts_with('#'));
    if let Some(previous) = previous.filter(|l| l.contains('[') && l.contains('='))
        && previous.matches('[').count() > previous.matches(']').count()
    {
        return slip(
            whole,
            "the array above is not closed",
            "`]` is due before this",
            format!("write `{previous}]`"),
        );
    }
    None
}

/// A key that containerd reads.
fn is_setting(key: &str) -> bool {
    key == "server" || HOST_KEYS.contains(&key)
}

/// What needs no quotes as a key, and needs them as a value.
fn is_word(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !text.is_empty() && text.chars().all(plain)
}

/// Where a comment begins behind a blank, or the end.
fn comment_start(line: &str) -> usize {
    [" #", "\t#"]
        .iter()
        .filter_map(|sign| line.find(sign))
        .min()
        .unwrap_or(line.len())
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

/// `key: value`, and nothing that TOML would write.
fn is_yaml(line: &str) -> bool {
    let Some((key, value)) = line.split_once(':') else {
        return false;
    };
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let key = key.trim_start_matches("- ").trim();
    !key.is_empty()
        && key.chars().all(word)
        && !line.contains('=')
        && (value.is_empty() || value.starts_with(' '))
}

fn quoted(value: &str) -> String {
    match value {
        "true" | "false" => value.to_owned(),
        _ if value.starts_with(['"', '\'', '[']) => value.to_owned(),
        _ => format!("\"{value}\""),
    }
}
