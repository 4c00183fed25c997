use crate::disk::{Deployment, is_plausible_host, meant_host};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Finding, Severity};

crate::rule! {
    /// A directory that containerd looks up for no image.
    ///
    /// ## What it does
    ///
    /// Reports directories with a hosts.toml or certificates whose name containerd never looks up:
    /// `index.docker.io`, a name with a scheme, a pattern, `registry_5000` without the last underscore, `default`
    /// without the underscore, a name without a dot or port; the name of Docker's web site; and links to nothing. A
    /// name with capitals, `registry-1.docker.io` and `registry.hub.docker.com` are looked up only for images that
    /// are written that way.
    ///
    /// It is a warning in a repository, where an installation script may rename the directory, and an error on a
    /// node.
    ///
    /// ## Why
    ///
    /// containerd looks for the registry host as images name it, compared as text, for the same with its port
    /// between underscores, and for `_default`. It silently ignores other directories.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # index.docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ```
    ///
    /// ## When not to
    ///
    /// When another program than containerd's CRI plugin reads the tree and names its directories differently.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `fixtures/conformance/tree.jsonl`, `plan.jsonl`; the grammar of
    /// `github.com/distribution/reference`.
    name: "unreachable-namespace",
    category: Tree,
    severity: Warning,
    consequence: KeyIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

/// The texts about a name that is never looked up.
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
                .finding_at(&RULE, name, format!("`{name}` is a link to nothing"))
                .label("broken link")
                .effect("containerd uses `_default` or contacts the registry without mirrors")
                .help("point the link to the right directory, or delete it"),
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
        // An installation script may rename a directory whose name is one step from right.
        let may_be_renamed =
            meant_host(name).is_some() && context.tree.deployment == Deployment::Elsewhere;
        let mut fault = odd.unwrap_or_else(|| unknown_name(context));
        if may_be_renamed {
            fault.help += ", unless an installation script does";
        }
        out.push(
            context
                .finding_at(&RULE, name, fault.message)
                .label("never looked up")
                .severity(match context.tree.has_the_nodes_modes() {
                    true => Severity::Error,
                    false => Severity::Warning,
                })
                .effect(fault.effect)
                .help(fault.help)
                .releases(releases.clone()),
        );
    }
    if let Some(finding) = seldom_named(context) {
        let rest = context.releases_where(|release, _| !releases.contains(&release));
        out.push(finding.releases(rest));
    }
}

/// A name that is clearly another one misspelled.
fn odd_name(context: &NamespaceContext) -> Option<Fault> {
    let name = context.name();
    let rename = |to: &str| format!("rename it to `{}`", context.tree.shown(to));
    if name == "index.docker.io" {
        return Some(Fault {
            message: "`index.docker.io` is never looked up".to_owned(),
            effect: "containerd looks up images written `index.docker.io/…` as `docker.io`"
                .to_owned(),
            help: rename("docker.io"),
        });
    }
    if is_docker_site(name) {
        return Some(Fault {
            message: format!("`{name}` is a web site of Docker, not a registry"),
            effect: "containerd looks up images of Docker Hub as `docker.io`".to_owned(),
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
            "rename it to the registry host that images name".to_owned()
        };
        return Some(Fault {
            message: format!("`{name}` is never looked up, because it begins with a scheme"),
            effect: "containerd looks up the registry host of an image without a scheme".to_owned(),
            help,
        });
    }
    if name.contains(['*', '?']) {
        return Some(Fault {
            message: format!("`{name}` is never looked up, because it is a pattern"),
            effect: "containerd compares names as text and does not support patterns".to_owned(),
            help: "create a directory or link for each registry host, or use `_default`".to_owned(),
        });
    }
    if name.trim_matches('_').eq_ignore_ascii_case("default") {
        return Some(Fault {
            message: format!(
                "`{name}` is never looked up, because containerd looks for `_default`"
            ),
            effect: "containerd uses no mirror for registries without a directory of their own"
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
        message: format!(
            "`{name}` is never looked up, because the name with its port is `{right}`"
        ),
        effect: format!(
            "for `{host}:{port}`, containerd looks for `{right}` and then for `{host}:{port}`"
        ),
        help: rename(&right),
    })
}

/// Whether a name belongs to a web site of Docker's, from which no image is pulled.
fn is_docker_site(name: &str) -> bool {
    const SITES: [&str; 6] = [
        "docker.com",
        "hub.docker.com",
        "hub.docker.io",
        "hub.docker",
        "www.docker.com",
        "www.docker.io",
    ];
    SITES.contains(&name)
}

/// Any other name that no image can contain.
fn unknown_name(context: &NamespaceContext) -> Fault {
    let name = context.name();
    let lower = name.to_lowercase();
    if !context.namespace.utf8 {
        return Fault {
            message: format!("`{name}` is never looked up, because it is not UTF-8"),
            effect: "the names of images are ASCII".to_owned(),
            help: "rename it to the registry host that images name".to_owned(),
        };
    }
    if name.trim() != name {
        return Fault {
            message: format!(
                "`{name}` is never looked up, because of leading or trailing whitespace"
            ),
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
            message: format!("`{name}` is only looked up by later releases"),
            effect: "these releases reject images with such a host".to_owned(),
            help: "upgrade containerd, or rename the registry".to_owned(),
        };
    }
    if name != lower {
        return Fault {
            message: format!("`{name}` is never looked up, because it contains capitals"),
            effect: "these releases reject images whose host contains capitals".to_owned(),
            help: format!("rename it to `{}`", context.tree.shown(&lower)),
        };
    }
    if !name.contains(['.', ':']) {
        return Fault {
            message: format!(
                "`{name}` is never looked up, because it has neither a dot nor a port"
            ),
            effect: format!("containerd reads an image `{name}/app` as `docker.io/{name}/app`"),
            help: format!("add the domain or the port of the registry, as in `{name}:443`"),
        };
    }
    Fault {
        message: format!("`{name}` is never looked up, because no image can name such a registry"),
        effect: "containerd looks up the registry host of an image, with its port if there is one"
            .to_owned(),
        help: "rename it to the registry host that images name".to_owned(),
    }
}

/// A name that is looked up only for images that are seldom written that way.
fn seldom_named(context: &NamespaceContext) -> Option<Finding> {
    let name = context.name();
    let lower = name.to_lowercase();
    if name != lower {
        let finding = context.finding_at(
            &RULE,
            name,
            format!("`{name}` is only looked up for images with these capitals"),
        );
        return Some(
            finding
                .severity(Severity::Warning)
                .label("contains capitals")
                .effect(format!(
                    "containerd compares names as text: images written `{lower}/…` do not use it"
                ))
                .help(format!("rename it to `{}`", context.tree.shown(&lower))),
        );
    }
    if matches!(name, "registry-1.docker.io" | "registry.hub.docker.com") {
        let finding = context.finding_at(
            &RULE,
            name,
            format!("`{name}` is only looked up for images that are written that way"),
        );
        return Some(
            finding
                .severity(Severity::Note)
                .consequence(Consequence::Misread)
                .label("unusual name of Docker Hub")
                .effect("containerd looks up other images of Docker Hub as `docker.io`")
                .help(format!(
                    "create `{}` for them",
                    context.tree.shown("docker.io")
                )),
        );
    }
    None
}
