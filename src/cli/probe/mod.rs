//! `certsd-lint probe`: tries the endpoints of a pull.

mod draw;
mod json;
mod node;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use super::clients::Client;
use super::resolve::{self, Format, NoPull};
use super::terminal::Terminal;
use super::{Error, Exit, Result};
use crate::containerd::{Files, Release};
use crate::disk::read_named_or_piped;
use crate::probe::{
    Credentials, Limits, MAX_FILE, Plan, Proxies, VARIABLE, Verdict, environment, probe, system,
    unsupported_processor,
};
use crate::report::write_json;

/// Try every endpoint that a pull of IMAGE would use. This is the only command that opens network connections.
///
/// It tries each endpoint that containerd has for the image, in order, and does not stop at the first that works:
/// DNS, TCP, TLS with exactly that endpoint's certificates, the API, the tag, the manifest by its digest, and one blob with
/// its redirects. It reports what containerd would do after each step, which endpoint serves the image, and which error
/// the pull would end with. Nothing is written or pushed; fetched content is checked and discarded.
///
/// Secrets are sent only with --credentials, or from the environment variable CERTSD_LINT_CREDENTIALS (`user:password`),
/// and only where containerd sends them. The headers of a host table are sent to that endpoint. A refused login is never
/// repeated. Where this program does not know what containerd's TLS would do, it reports that.
///
/// Run it where containerd runs: in the node's network, with the node's files (--sysroot in a debug container). Exit code 0
/// if the pull would succeed, 1 if it would fail or that is not known, 2 on failure of the command itself.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The image, as in a pod: nginx, quay.io/org/app:v1, reg:5000/app@sha256:…
    #[arg(value_name = "IMAGE")]
    pub image: String,

    /// The config path; by default the one in the node's config.toml, or /etc/containerd/certs.d.
    #[arg(long, value_name = "DIR[:DIR…]")]
    pub config_path: Option<String>,

    /// The node's config.toml.
    #[arg(long, value_name = "FILE", conflicts_with = "config_path")]
    pub containerd_config: Option<PathBuf>,

    /// The root of the node's file system, such as /host in a debug container: certificates, config.toml and the proxy
    /// settings of its service are read below it.
    #[arg(long, value_name = "DIR")]
    pub sysroot: Option<PathBuf>,

    /// The release whose behaviour is followed; by default the newest supported one.
    #[arg(long, value_name = "RELEASE")]
    pub containerd: Option<String>,

    /// A file with the pull secret: `user:password`, or a Docker config.json as in a Kubernetes pull secret.
    #[arg(long, value_name = "FILE")]
    pub credentials: Option<PathBuf>,

    /// The source of the proxy settings: the daemon's service, this process, or none.
    #[arg(long, value_enum, default_value_t = ProxyFrom::Auto, value_name = "FROM")]
    pub proxy: ProxyFrom,

    /// The limit for each step, in seconds; containerd's own limits apply if they are lower.
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = seconds)]
    pub timeout: f64,

    /// The limit for the whole run, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 300.0, value_parser = seconds)]
    pub max_time: f64,

    /// The number of bytes of a blob that are read at most.
    #[arg(long, value_name = "BYTES", default_value_t = 16 * 1024 * 1024, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_bytes: u32,

    /// The architecture of the image, as Go names it.
    #[arg(long, value_name = "ARCH", default_value = architecture())]
    pub arch: String,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Where the proxy settings are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ProxyFrom {
    /// The daemon's service if the node has one, otherwise this process.
    Auto,
    /// Only the daemon's service.
    Daemon,
    /// This process's environment.
    Environment,
    /// No proxy.
    None,
}

fn seconds(text: &str) -> std::result::Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => Ok(seconds),
        _ => Err("write seconds, such as 5 or 0.5".to_owned()),
    }
}

/// This machine's architecture, as Go names it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "powerpc64" => "ppc64le",
        other => other,
    }
}

/// Tries and prints.
pub fn run(args: &Args, terminal: &Terminal, out: &mut dyn Write) -> Result {
    let release = release(args)?;
    let planned = resolve::plan(&resolve_args(args, release))?;
    let planned = planned.into_iter().next_back();
    let pull = match planned.map(|planned| planned.pull) {
        Some(Ok(pull)) => pull,
        Some(Err(NoPull::Invalid(why))) => {
            return Err(Error::message(format!("there is nothing to try: {why}")));
        }
        // An answer, for which no connection is needed.
        Some(Err(why)) => {
            match args.format {
                Format::Human => {
                    out.write_all(draw::without_endpoints(&args.image, &why).as_bytes())?
                }
                Format::Json => {
                    write_json(&json::without_endpoints(release, &args.image, &why), out)?
                }
            }
            return Ok(Exit::Findings);
        }
        None => return Err(Error::message("there is nothing to try")),
    };
    if let Some(why) = unsupported_processor() {
        terminal.warning(format!("{why}: HTTPS endpoints are not tried"));
    }
    let node = node::ProbedNode::new(args.sysroot.as_deref());
    let read = |path: &str| node.read(path);
    let list = |path: &str| node.list(path);
    let proxies = proxies(args.proxy, &read, &list);
    let of = |name: &str| proxies.variables.get(name).map(String::as_str);
    let system = system(&read, &list, of("SSL_CERT_FILE"), of("SSL_CERT_DIR"));
    let credentials = credentials(args, &pull.reference.host)?;
    let limits = Limits {
        step: Duration::from_secs_f64(args.timeout),
        total: Duration::from_secs_f64(args.max_time),
        blob: args.max_bytes as usize,
        ..Limits::default()
    };
    let report = probe(&Plan {
        release,
        pull: pull.pull,
        reference: &pull.reference,
        endpoints: &pull.endpoints,
        files: pull.tree.as_ref().map(|tree| tree as &dyn Files),
        system: &system,
        proxies: &proxies,
        credentials: credentials.as_ref(),
        limits: &limits,
        now: time::OffsetDateTime::now_utc().unix_timestamp(),
        architecture: &args.arch,
    });
    match args.format {
        Format::Human => out.write_all(
            draw::draw(
                &report,
                pull.directory.as_deref(),
                args.containerd.is_none(),
            )
            .as_bytes(),
        )?,
        Format::Json => write_json(&json::document(&report), out)?,
    }
    let is_good = report.is_pulled() && matches!(report.verdict, Verdict::Played(_));
    Ok(if is_good { Exit::Clean } else { Exit::Findings })
}

fn release(args: &Args) -> Result<Release> {
    let items: Vec<String> = args.containerd.iter().cloned().collect();
    let releases = resolve::releases(&items).map_err(|error| Error::message(error.to_string()))?;
    match (releases.as_slice(), items.is_empty()) {
        ([release], _) | ([.., release], true) => Ok(*release),
        _ => Err(Error::message(
            "name one release with --containerd, such as 2.2",
        )),
    }
}

fn resolve_args(args: &Args, release: Release) -> resolve::Args {
    // Where a node is at hand, its own config.toml says where pulls look.
    let is_named = args.config_path.is_some() || args.containerd_config.is_some();
    let usual = crate::disk::usual_config(args.sysroot.as_deref()).filter(|_| !is_named);
    resolve::Args {
        images: vec![args.image.clone()],
        registry: Vec::new(),
        all: false,
        config_path: args.config_path.clone(),
        client: Client::Cri,
        containerd_config: args.containerd_config.clone().or(usual),
        deploy_path: None,
        sysroot: args.sysroot.clone(),
        containerd: vec![release.to_string()],
        when: Vec::new(),
        format: Format::Human,
        show_secrets: false,
    }
}

fn proxies(
    from: ProxyFrom,
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
    list: &dyn Fn(&str) -> Vec<String>,
) -> Proxies {
    let none = |from: &str| Proxies {
        from: from.to_owned(),
        ..Proxies::default()
    };
    let daemon = || environment(read, list);
    let own = || Proxies {
        variables: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        from: "the environment of this process".to_owned(),
    };
    match from {
        ProxyFrom::Auto => daemon().unwrap_or_else(own),
        ProxyFrom::Daemon => {
            daemon().unwrap_or_else(|| none("no service of containerd is on this node"))
        }
        ProxyFrom::Environment => own(),
        ProxyFrom::None => none("none"),
    }
}

/// The pull secret, from the file or the environment.
fn credentials(args: &Args, registry: &str) -> Result<Option<Credentials>> {
    let (text, from) = match &args.credentials {
        Some(path) => {
            let shown = path.to_string_lossy().into_owned();
            let bytes = read_named_or_piped(path, MAX_FILE)
                .map_err(|error| Error::message(format!("cannot read {shown}: {error}")))?;
            (String::from_utf8_lossy(&bytes).into_owned(), shown)
        }
        None => match std::env::var(VARIABLE) {
            Ok(text) if !text.is_empty() => (text, VARIABLE.to_owned()),
            _ => return Ok(None),
        },
    };
    Credentials::read(&text, registry)
        .map(Some)
        .map_err(|error| Error::message(format!("{from} {error}")))
}
