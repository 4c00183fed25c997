//! `certsd-lint node`: what the daemon makes of its config.toml.

mod answer;
mod draw;
mod json;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::resolve::{Format, releases};
use crate::containerd::Release;
use crate::containerd::node;
use crate::containerd::release::ReleaseError;
use crate::disk::{NodeFiles, below_sysroot, usual_config};
use crate::report::write_json;

use answer::NodeAnswer;

/// Show how containerd reads its config.toml: whether hosts.toml files are read, and if not, why.
///
/// The answer comes first, in one sentence. Details follow, newest release first: whether the daemon starts and CRI
/// loads, which config path takes effect and how it is read, where the sandbox image comes from, which drop-ins
/// contributed, and what is ignored. The answer is for CRI, the kubelet's interface to containerd; other clients are
/// listed at the end.
///
/// The exit code is 0 whenever there is an answer, even if the daemon would not start, and 2 when there is none: the
/// file cannot be read, or an argument is invalid.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The daemon's configuration file; by default /etc/containerd/config.toml, or that of k3s, RKE2, k0s, MicroK8s or Talos.
    /// With --sysroot, an absolute path is one of that node.
    #[arg(value_name = "CONFIG.toml")]
    pub config: Option<PathBuf>,

    /// The root directory of the node's file system, for example an unpacked copy: all paths of the node are below it.
    #[arg(long, value_name = "DIR")]
    pub sysroot: Option<PathBuf>,

    /// The containerd releases: 2.2, 1.7.34, >=2.0, 1.6..2.1, or as nodes print them (1.7.11-k3s2); by default every line
    /// that upstream supports.
    #[arg(long, value_name = "RELEASE,…", value_delimiter = ',')]
    pub containerd: Vec<String>,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An invalid release.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The file cannot be read.
    #[error("{path} {why}{remedy}")]
    Unreadable {
        /// The file, as the user knows it.
        path: String,
        /// Why.
        why: String,
        /// The remedy, or nothing.
        remedy: String,
    },
    /// The answer cannot be written.
    #[error("cannot write the answer: {0}")]
    Write(#[from] io::Error),
}

/// Whether CRI pulls of each release read hosts.toml files, by the config.toml of these files.
pub(super) fn reads_hosts_files(files: &NodeFiles, releases: &[Release]) -> Vec<(Release, bool)> {
    let node = NodeAnswer::of(files.clone(), releases);
    let outcomes = node.outcomes.iter();
    outcomes
        .map(|outcome| (outcome.release, node.verdict(outcome).is_good))
        .collect()
}

/// Answers and prints. Styled text contains ANSI escapes; `out` strips them where they are not wanted.
pub fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let releases = releases(&args.containerd)?;
    let sysroot = args.sysroot.as_deref();
    let path = match &args.config {
        Some(path) => below_sysroot(path, sysroot),
        None => usual_config(sysroot)
            .unwrap_or_else(|| below_sysroot(Path::new(node::DEFAULT_PATH), sysroot)),
    };
    let node = NodeAnswer::open(&path, args.sysroot.as_deref(), &releases)?;
    match args.format {
        Format::Human => {
            out.write_all(draw::draw(&node, !args.containerd.is_empty()).as_bytes())?
        }
        Format::Json => {
            write_json(&json::document(&node), out)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
