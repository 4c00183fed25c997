//! `certsd-lint resolve`: what containerd does for an image reference.

mod after;
mod answer;
mod certificates;
mod config_path;
mod draw;
mod findings;
mod found;
mod json;
mod meant;
mod page;
mod plan;
mod played;
mod secrets;
mod when;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::clients::Client;
use super::values;
use crate::containerd::Release;
use crate::containerd::release::{ReleaseError, parse_releases};
use crate::report::write_json;

pub use super::values::Format;
use answer::{Query, Resolution};
use config_path::ConfigPath;
pub use config_path::NO_DIRECTORY;
pub use plan::{NoPull, Planned, PlannedPull, plan};
pub use played::{Ended, shown_error};
pub use when::When;

/// Show what containerd does for an image: which directory it reads, whether hosts.toml loads,
/// which endpoints it tries in which order, and with which URLs.
///
/// The answer comes first, in one sentence; details follow, newest release first. It is for CRI (the kubelet, crictl)
/// unless --client names another client. At the end are the commands that pull through the same tree, and the number
/// of findings in the files that were read.
///
/// The exit code is 0 whenever there is an answer, even if pulls would fail, and 2 when there is none: the config path
/// does not exist, or an argument is invalid.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Args {
    /// Image references as in a pod: nginx, quay.io/org/app:v1, reg:5000/app@sha256:…
    #[arg(value_name = "IMAGE", required_unless_present_any = ["registry", "all"])]
    pub images: Vec<String>,

    /// A registry host, instead of an image; can be repeated.
    #[arg(long, value_name = "HOST", conflicts_with = "images", value_parser = values::registry)]
    pub registry: Vec<String>,

    /// Every registry that has a directory in the config path. `_default` is shown for `example.invalid`, which has no
    /// directory of its own.
    #[arg(long, conflicts_with_all = ["images", "registry"])]
    pub all: bool,

    /// The config path, as in containerd's config.toml, /etc/containerd/certs.d by default; for ctr and nerdctl their
    /// --hosts-dir. Separate several directories by colons; the answer shows how local pulls and the transfer
    /// service read them.
    #[arg(long, value_name = "DIR[:DIR…]")]
    pub config_path: Option<String>,

    /// The client whose pulls to show: `cri` is the kubelet and crictl; `ctr` reads nothing without a --config-path (its
    /// --hosts-dir); `nerdctl` reads /etc/containerd/certs.d and /etc/docker/certs.d. Docker Engine and BuildKit read no
    /// hosts.toml.
    #[arg(long, value_enum, default_value_t = Client::Cri)]
    pub client: Client,

    /// The node's config.toml, whose config path and way to pull are taken, release by release.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["config_path", "deploy_path"])]
    pub containerd_config: Option<PathBuf>,

    /// Where the config path will be on the node, if it is elsewhere on this machine: absolute paths below it are looked up in the tree.
    #[arg(long, value_name = "DIR[:DIR…]")]
    pub deploy_path: Option<String>,

    /// The root directory of the node's file system, for example an unpacked copy: all paths of the node are below it.
    /// Without a --config-path, the config path is the one in the node's config.toml.
    #[arg(long, value_name = "DIR")]
    pub sysroot: Option<PathBuf>,

    /// The containerd releases: 2.2, 1.7.34, >=2.0, 1.6..2.1, or as nodes print them (1.7.11-k3s2); by default every line
    /// that upstream supports.
    #[arg(long, value_name = "RELEASE,…", value_delimiter = ',')]
    pub containerd: Vec<String>,

    /// Simulate a pull in which this endpoint fails, and show the requests that follow and the error that the user sees. A
    /// REPLY is a status (404), or ok, no-token, no-realm, denied, unauthorized, web-page, other-bytes, refused, reset, unreachable, dropped, no-dns,
    /// no-handshake, silent, unknown-ca, wrong-name, common-name, expired, plain-http, client-certificate or
    /// other-error. Up to three replies
    /// are for the tag, for manifests and for layers: `mirror=ok,404` has only the tag. Can be repeated; every other
    /// endpoint serves the image.
    #[arg(long, value_name = "HOST=REPLY,…", conflicts_with = "registry")]
    pub when: Vec<When>,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,

    /// Print the values of all headers. Without it, values that may be secret are printed as `***`: all except those of a
    /// few harmless headers, and plain words under names that do not suggest a secret.
    #[arg(long)]
    pub show_secrets: bool,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An invalid release.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// No root of the config path is there.
    #[error("the config path {0} does not exist; name another with --config-path")]
    NoConfigPath(String),
    /// A root of the config path is a file.
    #[error("the config path {0} is not a directory")]
    NotADirectory(String),
    /// The config path is the directory of one registry.
    #[error(
        "{path} is the directory of one registry (a namespace), not a config path; write --config-path {parent}"
    )]
    Namespace {
        /// It.
        path: String,
        /// The directory above it.
        parent: String,
    },
    /// The config path is further down.
    #[error("{path} is not a config path, but {meant} is; write --config-path {meant}")]
    Above {
        /// The directory that was named.
        path: String,
        /// The config path below it.
        meant: String,
    },
    /// A directory was given as an image.
    #[error(
        "{0} is a directory, not an image; name the config path with --config-path {1} and add an image, such as nginx"
    )]
    DirectoryAsImage(String, String),
    /// A registry host was given as an image.
    #[error(
        "`{0}` is a registry host, not an image; use --registry {0}, or name an image such as {0}/org/app:v1"
    )]
    RegistryAsImage(String),
    /// config.toml cannot be read.
    #[error("{0} {1}; name another with --containerd-config")]
    NoConfig(String, String),
    /// A `--when` for a host that is not an endpoint.
    #[error("no endpoint has the host `{0}` that --when names; the endpoints are: {1}")]
    NotAnEndpoint(String, String),
    /// The answer cannot be written.
    #[error("cannot write the answer: {0}")]
    Write(#[from] io::Error),
}

/// Answers and prints. Styled text contains ANSI escapes; `out` strips them where they are not wanted.
pub fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let releases = releases(&args.containerd)?;
    for image in &args.images {
        meant::check_image(image, args.format)?;
    }
    let config_path = ConfigPath::open(args, &releases)?;
    let resolutions = resolutions(args, &config_path, &releases);
    if let Some((host, hosts)) = when::unknown_host(&resolutions, &args.when) {
        return Err(Error::NotAnEndpoint(host, hosts.join(", ")));
    }
    match args.format {
        Format::Human => {
            for (index, resolution) in resolutions.iter().enumerate() {
                if index > 0 {
                    writeln!(out)?;
                }
                if !args.when.is_empty() {
                    let played = played::draw(resolution, &args.when, args.show_secrets);
                    out.write_all(played.as_bytes())?;
                    continue;
                }
                let all = !args.containerd.is_empty();
                let is_only = resolutions.len() == 1;
                let drawn = draw::draw(resolution, &config_path, args.show_secrets, all, is_only);
                out.write_all(drawn.as_bytes())?;
                out.write_all(after::draw(resolution, &config_path).as_bytes())?;
                out.write_all(findings::draw(resolution, &config_path, args).as_bytes())?;
            }
        }
        Format::Json => {
            let mut answer =
                json::document(&resolutions, &config_path, &args.when, args.show_secrets);
            answer["all"] = args.all.into();
            write_json(&answer, out)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The answer as JSON.
///
/// # Errors
/// Why there is none.
pub(super) fn document(args: &Args) -> Result<serde_json::Value, Error> {
    let releases = releases(&args.containerd)?;
    let config_path = ConfigPath::open(args, &releases)?;
    let resolutions = resolutions(args, &config_path, &releases);
    Ok(json::document(
        &resolutions,
        &config_path,
        &args.when,
        args.show_secrets,
    ))
}

fn resolutions(args: &Args, config_path: &ConfigPath, releases: &[Release]) -> Vec<Resolution> {
    let images = args.images.iter().cloned().map(Query::Image);
    let registries = match args.all {
        true => config_path.registries(args.sysroot.as_deref()),
        false => args.registry.clone(),
    };
    let registries = registries.into_iter().map(Query::Registry);
    images
        .chain(registries)
        .map(|query| Resolution::new(query, releases, config_path))
        .collect()
}

/// The releases asked for, oldest first, each once.
pub(crate) fn releases(items: &[String]) -> Result<Vec<Release>, ReleaseError> {
    if items.is_empty() {
        return Ok(Release::supported());
    }
    let mut releases = Vec::new();
    for item in items {
        releases.extend(parse_releases(item)?);
    }
    releases.sort();
    releases.dedup();
    Ok(releases)
}
