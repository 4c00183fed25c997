use crate::containerd::release::add_releases;
use crate::containerd::{Cause, Effect, Releases};
use crate::facts::array_edit::quoted_like;
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Finding, Safety};
use crate::toml::ProblemKind;

crate::rule! {
    /// A key with a value of a type that containerd does not take.
    ///
    /// ## What it does
    ///
    /// Reports known keys whose value has the wrong type: `skip_verify = "true"`, `capabilities = "pull"`,
    /// a number where a path is due. Dates deserve care: where one stands for a boolean or a text,
    /// containerd 2.0 to 2.2 does not refuse it but panics.
    ///
    /// ## Why
    ///
    /// One value of the wrong type, in any host table, makes containerd drop the whole file. Other tools
    /// convert `"true"` to true; containerd does not.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = "pull"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    ///   capabilities = ["pull"]
    /// ```
    ///
    /// ## When not to
    ///
    /// There is no case in which containerd reads such a file. Values of keys that it does not know
    /// are not looked at.
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

/// One value that is refused, whatever each release says of it.
struct Refused {
    span: std::ops::Range<usize>,
    key: String,
    found: String,
    effect: Effect,
    releases: Releases,
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let mut refused: Vec<Refused> = Vec::new();
    for problem in context.problems() {
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
                let element = if *element { " in its array" } else { "" };
                ((*key).to_owned(), format!("{found}{element}"))
            }
            _ => continue,
        };
        let Some(span) = problem.problem.span.clone() else {
            continue;
        };
        let effect = problem.problem.effect;
        // Releases name one fault by slightly different places and words.
        let same = |r: &&mut Refused| {
            r.effect == effect
                && r.span.start < span.end.max(span.start + 1)
                && span.start < r.span.end.max(r.span.start + 1)
        };
        match refused.iter_mut().find(same) {
            Some(known) => add_releases(&mut known.releases, &problem.releases),
            None => refused.push(Refused {
                span,
                key,
                found,
                effect,
                releases: problem.releases.clone(),
            }),
        }
    }
    for Refused {
        span,
        key,
        found,
        effect,
        releases,
    } in refused
    {
        let name = key.rsplit('.').next().unwrap_or(&key).to_owned();
        let crash = effect == Effect::Crash;
        let message = if crash {
            format!("`{name}` holds {found}, at which containerd panics")
        } else {
            format!("`{name}` holds {found}")
        };
        let consequence = if crash {
            Consequence::Crash
        } else {
            Consequence::FileIgnored
        };
        let mut finding = context
            .finding(&RULE, span.clone(), message)
            .label(wanted(&name))
            .consequence(consequence)
            .releases(releases)
            .help(help(
                &name,
                context.text().get(span.clone()).unwrap_or_default(),
            ));
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

fn wanted(key: &str) -> &'static str {
    match key {
        "skip_verify" | "override_path" => "takes true or false",
        "capabilities" => "takes an array of text",
        "server" | "dial_timeout" => "takes text",
        "ca" => "takes a path, or an array of paths",
        "client" => "takes a path, an array of paths, or an array of pairs",
        "host" | "header" => "is a table",
        _ => "not of a type that containerd takes",
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
            format!("write `dial_timeout = \"{text}s\"`: a number with its unit, in quotes")
        }
        "dial_timeout" => {
            "write `dial_timeout = \"3s\"`: a number with its unit, in quotes".to_owned()
        }
        "ca" => "write `ca = \"ca.pem\"` or `ca = [\"a.pem\", \"b.pem\"]`".to_owned(),
        "client" => "write `client = [[\"client.pem\", \"client.key\"]]`".to_owned(),
        "host" => {
            "write a table header for each host: `[host.\"https://mirror.internal\"]`".to_owned()
        }
        "header" => {
            "write `header = { X-Name = \"value\" }`, or a table `[host.\"…\".header]`".to_owned()
        }
        _ => "write a value of the type that containerd takes, or delete the key".to_owned(),
    }
}

/// What the text plainly says, in the type that is wanted.
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
