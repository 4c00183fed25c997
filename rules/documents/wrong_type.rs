use crate::containerd::release::add_releases;
use crate::containerd::{Cause, Effect, Releases};
use crate::facts::array_edit::quoted_like;
use crate::facts::dates::date_of_known_key;
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Finding, Safety};
use crate::toml::view::Item;
use crate::toml::{ProblemKind, Span};

crate::rule! {
    /// A known key with a value of the wrong type.
    ///
    /// ## What it does
    ///
    /// Reports known keys whose value has the wrong type: `skip_verify = "true"`, `capabilities = "pull"`, a number
    /// instead of a path. An unquoted date instead of a boolean or text makes containerd 2.0 to 2.2 panic.
    ///
    /// ## Why
    ///
    /// One value of the wrong type, in any host table, makes containerd ignore the whole file. Other tools convert
    /// `"true"` to true; containerd does not.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = "pull"
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no release of containerd reads such a file. The values of unknown keys are not checked.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-type-*` in `fixtures/conformance/hand.jsonl`.
    name: "wrong-type",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

/// One value that containerd rejects, however each release words it.
struct Refused {
    span: std::ops::Range<usize>,
    key: String,
    found: String,
    releases: Releases,
    /// Those that panic: all, or none. Others that ignore the file have a finding of their own.
    crashing: Releases,
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let mut refused: Vec<Refused> = Vec::new();
    for problem in context.problems() {
        let mut span = problem.problem.span.clone();
        let (key, found) = match &problem.problem.cause {
            Cause::Toml(
                ProblemKind::WrongType { key, found } | ProblemKind::Panic { key, found },
            ) => (key.clone(), (*found).to_owned()),
            // A header's value is malformed-header-value's.
            Cause::WrongType {
                header: None,
                key,
                found,
                element,
            } => {
                let found = match element {
                    true => format!("an array that contains {found}"),
                    false => (*found).to_owned(),
                };
                ((*key).to_owned(), found)
            }
            // Of an unquoted date, some releases reject the text already.
            Cause::Toml(ProblemKind::Syntax(_)) => {
                let at = span.take().unwrap_or_default();
                let Some(date) = date_of_known_key(context, &at) else {
                    continue;
                };
                span = Some(date.span.clone());
                (date.key.value.clone(), "a date or time".to_owned())
            }
            _ => continue,
        };
        let Some(span) = span else {
            continue;
        };
        let crashing = match problem.problem.effect {
            Effect::Crash => problem.releases.clone(),
            _ => Releases::default(),
        };
        // Releases name one fault by slightly different places and words.
        let same = |r: &&mut Refused| {
            r.crashing.is_empty() == crashing.is_empty()
                && r.span.start < span.end.max(span.start + 1)
                && span.start < r.span.end.max(r.span.start + 1)
        };
        match refused.iter_mut().find(same) {
            Some(known) => {
                add_releases(&mut known.releases, &problem.releases);
                add_releases(&mut known.crashing, &crashing);
            }
            None => refused.push(Refused {
                span,
                key,
                found,
                releases: problem.releases.clone(),
                crashing,
            }),
        }
    }
    for Refused {
        span,
        key,
        found,
        releases,
        crashing,
    } in refused
    {
        let name = key.rsplit('.').next().unwrap_or(&key).to_owned();
        let crash = !crashing.is_empty();
        let message = if crash {
            format!("`{name}` is {found}, which makes containerd panic")
        } else {
            format!("`{name}` is {found}, not {}", wanted(&name))
        };
        let consequence = if crash {
            Consequence::Crash
        } else {
            Consequence::FileIgnored
        };
        let mut finding = context
            .finding(&RULE, span.clone(), message)
            .label("wrong type")
            .consequence(consequence)
            .releases(releases)
            .help(match pair_in_table(context, &name, &span) {
                Some(pair) => format!("write `client = {pair}`"),
                None => help(&name, context.text().get(span.clone()).unwrap_or_default()),
            });
        if let Some(text) = context
            .text()
            .get(span.clone())
            .and_then(|text| mended(&name, text))
        {
            finding = finding.help(format!("write `{name} = {text}`"));
            if !crash {
                finding = finding.fix(Safety::Safe, format!("write {text}"), span, text);
            }
        }
        out.push(finding);
    }
}

/// Certificate and key, as a table in place of the pair names them.
fn pair_in_table(context: &NamespaceContext, key: &str, span: &Span) -> Option<String> {
    let items = context.document.filter(|_| key == "client")?.root.walk();
    let client = items
        .into_iter()
        .map(|(_, item)| item)
        .find(|item| item.key.value == key && item.span == *span)?;
    let path = |word: &str| {
        let named = |item: &&Item| item.key.value.to_lowercase().contains(word);
        client.table()?.items.iter().find(named)?.string()
    };
    let certificate = path("cert").or_else(|| path("crt"))?;
    Some(format!("[[\"{certificate}\", \"{}\"]]", path("key")?))
}

fn wanted(key: &str) -> &'static str {
    match key {
        "skip_verify" | "override_path" => "a boolean",
        "capabilities" => "an array of strings",
        "server" | "dial_timeout" => "a string",
        "ca" => "a path or an array of paths",
        "client" => "a path, an array of paths or an array of pairs",
        "host" | "header" => "a table",
        _ => "of a type that containerd accepts",
    }
}

fn help(key: &str, text: &str) -> String {
    match key {
        "skip_verify" | "override_path" => {
            format!("write `{key} = true` or `{key} = false`, without quotes")
        }
        "capabilities" => "write `capabilities = [\"pull\", \"resolve\"]`".to_owned(),
        "server" => "write `server = \"https://…\"`".to_owned(),
        "dial_timeout" if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
            format!("write `dial_timeout = \"{text}s\"` if seconds are meant")
        }
        "dial_timeout" => "write a duration in quotes, such as `dial_timeout = \"3s\"`".to_owned(),
        "ca" => "write the path of the file in quotes: `ca = \"ca.pem\"`".to_owned(),
        "client" => {
            "write the paths in quotes: `client = [[\"client.pem\", \"client.key\"]]`".to_owned()
        }
        "host" => {
            "write a table header for each host: `[host.\"https://mirror.internal\"]`".to_owned()
        }
        "header" => {
            "write `header = { X-Name = \"value\" }`, or a table `[host.\"…\".header]`".to_owned()
        }
        _ => "write a value of the right type, or delete the key".to_owned(),
    }
}

/// The clear meaning of the text, in the required type.
fn mended(key: &str, text: &str) -> Option<String> {
    let inner = text.trim_matches(['"', '\'']);
    match key {
        "skip_verify" | "override_path" if inner == "true" || inner == "false" => {
            Some(inner.to_owned())
        }
        "capabilities" if text.starts_with(['"', '\'']) && !text.contains('\n') => {
            let words = inner.split([',', ' ']).filter(|w| !w.is_empty());
            let known = ["pull", "resolve", "push", "referrers"];
            let words: Vec<&str> = words.collect();
            let is_known = |word: &&str| known.contains(&word.to_lowercase().as_str());
            let quoted: Vec<String> = words
                .iter()
                .map(|word| quoted_like(text, &(0..text.len()), word))
                .collect();
            (!words.is_empty() && words.iter().all(is_known))
                .then(|| format!("[{}]", quoted.join(", ")))
        }
        _ => None,
    }
}
