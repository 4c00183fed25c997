use crate::disk::{Deployment, is_plausible_host, meant_host};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Finding, Severity};

crate::rule! {
    /// A directory that no image makes containerd look up.
    ///
    /// ## What it does
    ///
    /// Reports directories with a hosts.toml or certificates whose name is none that containerd looks for: `index.docker.io`, a
    /// name with a scheme, a pattern, `registry_5000` without the last underscore, `default` without the first one, a name
    /// without a dot or port; and links that lead nowhere. A name with capitals is a warning, `registry-1.docker.io` a note. In a
    /// repository, `registry_5000` is a warning: an install script may rename it.
    ///
    /// ## Why
    ///
    /// containerd looks for the registry host as images name it, letter by letter, for the same with its port between
    /// underscores, and for `_default`. It never sees other directories, and says nothing of them.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # index.docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When something other than containerd's CRI plugin reads the tree, and names its directories otherwise.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/tree.jsonl`, `plan.jsonl`; the grammar of
    /// `github.com/distribution/reference`.
    name: "unreachable-namespace",
    category: Tree,
    severity: Error,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

/// What is wrong with a name.
struct Fault {
    message: String,
    effect: String,
    help: String,
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let name = context.name();
    if context.is_dangling_link() && is_plausible_host(name) {
        out.push(
            context
                .finding_at(&RULE, name, format!("`{name}` is a link that leads nowhere"))
                .label("leads nowhere")
                .effect("for containerd there is no such directory: it goes on to `_default`, or straight to the registry")
                .help("let it lead to the directory that is meant, or delete it"),
        );
        return;
    }
    if !context.namespace.is_dir || !context.holds_configuration() || context.is_default() {
        return;
    }
    let odd = odd_name(context);
    let releases = match &odd {
        // A name that only an odd image could have: it may well parse.
        Some(_) => context.releases(),
        None => context.unreached(),
    };
    if !releases.is_empty() {
        // An install script may bring a name right that is one step from it.
        let may_be_renamed =
            meant_host(name).is_some() && context.tree.deployment == Deployment::Elsewhere;
        let mut fault = odd.unwrap_or_else(|| unknown_name(context));
        if may_be_renamed {
            fault.help += ", unless something renames it on its way to the node";
        }
        let finding = context
            .finding_at(&RULE, name, fault.message)
            .label("never looked up")
            .effect(fault.effect)
            .help(fault.help)
            .releases(releases.clone());
        out.push(match may_be_renamed {
            true => finding.severity(Severity::Warning),
            false => finding,
        });
    }
    if let Some(finding) = seldom_named(context) {
        let rest = context.releases_where(|release, _| !releases.contains(&release));
        out.push(finding.releases(rest));
    }
}

/// A name of which it is plain what was meant.
fn odd_name(context: &NamespaceContext) -> Option<Fault> {
    let name = context.name();
    let rename = |to: &str| format!("rename it to `{}`", context.tree.shown(to));
    if name == "index.docker.io" {
        return Some(Fault {
            message: "`index.docker.io` is never looked up".to_owned(),
            effect: "images written `index.docker.io/…` are looked up as `docker.io`, like those without a host".to_owned(),
            help: rename("docker.io"),
        });
    }
    let without_scheme = ["https:", "http:", "https_", "http_", "oci:", "docker:"]
        .iter()
        .find_map(|scheme| name.strip_prefix(scheme))
        .map(|rest| rest.trim_matches(['_', ':', '-']));
    if let Some(host) = without_scheme {
        let help = if is_plausible_host(host) {
            rename(host)
        } else {
            "name it for the registry host alone, as images do".to_owned()
        };
        return Some(Fault {
            message: format!("`{name}` is never looked up: it begins with a scheme"),
            effect: "containerd looks up the registry host of an image, without a scheme"
                .to_owned(),
            help,
        });
    }
    if name.contains(['*', '?']) {
        return Some(Fault {
            message: format!("`{name}` is never looked up: it is a pattern"),
            effect: "containerd compares names as text, and knows no patterns".to_owned(),
            help: "make a directory (or a link to one) for each registry host, or use `_default`"
                .to_owned(),
        });
    }
    if name.trim_matches('_').eq_ignore_ascii_case("default") {
        return Some(Fault {
            message: format!("`{name}` is never looked up: the name is `_default`"),
            effect: "registries without a directory of their own are asked as if it were not there"
                .to_owned(),
            help: rename("_default"),
        });
    }
    let (host, port) = name.trim_end_matches('_').rsplit_once('_')?;
    let host = host.trim_end_matches('_');
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let right = format!("{host}_{port}_");
    if !is_port || right == name || !(is_plausible_host(host) || host == "localhost") {
        return None;
    }
    Some(Fault {
        message: format!("`{name}` is never looked up: with a port, the name is `{right}`"),
        effect: format!(
            "for `{host}:{port}` containerd looks for `{right}`, then for `{host}:{port}`"
        ),
        help: rename(&right),
    })
}

/// Any other name that no image can have.
fn unknown_name(context: &NamespaceContext) -> Fault {
    let name = context.name();
    let lower = name.to_lowercase();
    if !context.namespace.utf8 {
        return Fault {
            message: format!("`{name}` is never looked up: the name is not UTF-8"),
            effect: "images are named in ASCII letters".to_owned(),
            help: "name it as images name the registry".to_owned(),
        };
    }
    if name.trim() != name {
        return Fault {
            message: format!("`{name}` is never looked up: there are blanks around the name"),
            effect: "containerd compares names as text".to_owned(),
            help: format!("rename it to `{}`", context.tree.shown(name.trim())),
        };
    }
    let releases = &context.run.settings.releases;
    if releases
        .iter()
        .any(|release| context.is_looked_up(*release))
    {
        return Fault {
            message: format!("`{name}` is looked up by later releases only"),
            effect: "these releases refuse images with such a host".to_owned(),
            help: "upgrade containerd, or give the registry another name".to_owned(),
        };
    }
    if name != lower {
        return Fault {
            message: format!("`{name}` is never looked up: it has capitals"),
            effect: "these releases refuse images whose host has capitals".to_owned(),
            help: format!("rename it to `{}`", context.tree.shown(&lower)),
        };
    }
    if !name.contains(['.', ':']) {
        return Fault {
            message: format!("`{name}` is never looked up: it has neither a dot nor a port"),
            effect: format!("an image written `{name}/app` is `docker.io/{name}/app`"),
            help: format!(
                "name it as images name the registry: with its domain, or with its port as in `{name}:443`"
            ),
        };
    }
    Fault {
        message: format!("`{name}` is never looked up: no image can name such a registry"),
        effect: "containerd looks up the registry host of an image alone, with its port if one is written".to_owned(),
        help: "name it for the registry host, as images do".to_owned(),
    }
}

/// A name that is looked up, for images that are hardly ever written so.
fn seldom_named(context: &NamespaceContext) -> Option<Finding> {
    let name = context.name();
    let lower = name.to_lowercase();
    if name != lower {
        let finding = context.finding_at(
            &RULE,
            name,
            format!("`{name}` is looked up only for images that are written with these capitals"),
        );
        return Some(
            finding
                .severity(Severity::Warning)
                .label("has capitals")
                .effect(format!(
                    "containerd compares names as text: an image written `{lower}/…` does not reach it"
                ))
                .help(format!("rename it to `{}`", context.tree.shown(&lower))),
        );
    }
    if name == "registry-1.docker.io" {
        let finding = context.finding_at(
            &RULE,
            name,
            "`registry-1.docker.io` is looked up only for images that are written so",
        );
        return Some(
            finding
                .severity(Severity::Note)
                .consequence(Consequence::Misread)
                .label("not Docker Hub's name in images")
                .effect("other images of Docker Hub are looked up as `docker.io`, however they are written")
                .help("for these, make a directory `docker.io`"),
        );
    }
    None
}
