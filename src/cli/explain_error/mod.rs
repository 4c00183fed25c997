//! `certsd-lint explain-error`: what an error text of a pull means.

mod draw;
mod json;
mod tree;

use std::io::Write;
use std::path::PathBuf;

use super::clients::Client;
use super::resolve::{self, Format, releases};
use super::{Error, Exit, Result, stdin};
use crate::containerd::Release;
use crate::containerd::error_text::{Others, Read, others, read};
use crate::report::write_json;

/// A text may have so many bytes: an event or a page of the journal has some thousand.
const MAX_TEXT: u64 = 256 * 1024;

/// At most so many different errors are explained.
const MAX_ERRORS: usize = 20;

/// Explain an error of an image pull: which part of the pull failed, at which endpoint, whether another endpoint's error is
/// hidden behind it, and what to look at.
///
/// The TEXT is a line of `kubectl describe pod`, crictl, ctr or the journal. Without it, or with `-`, standard input is
/// read, and each different line is explained. With --config-path, --containerd-config or --sysroot, the endpoints that a
/// pull of this image tries are shown too.
///
/// Exit code 0 if the text is explained, 1 if it is unknown, and 2 on failure.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The error text; several words are joined.
    #[arg(value_name = "TEXT")]
    pub text: Vec<String>,

    /// The config path whose endpoints to show.
    #[arg(long, value_name = "DIR[:DIR…]")]
    pub config_path: Option<String>,

    /// The node's config.toml, which names the config path.
    #[arg(long, value_name = "FILE", conflicts_with = "config_path")]
    pub containerd_config: Option<PathBuf>,

    /// The root directory of the node's file system, for example an unpacked copy.
    #[arg(long, value_name = "DIR")]
    pub sysroot: Option<PathBuf>,

    /// The image, if the text does not name it.
    #[arg(long, value_name = "IMAGE")]
    pub image: Option<String>,

    /// The release that wrote the text: 1.x and 2.x show different errors.
    #[arg(long, value_name = "RELEASE")]
    pub containerd: Option<String>,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// One explained text.
pub struct Explained {
    /// The meaning of the text.
    pub read: Read,
    /// The results of the other endpoints.
    pub others: Others,
    /// The endpoints of the tree, where one was named.
    pub tree: Option<tree::Tried>,
}

/// Explains and prints.
pub fn run(args: &Args, out: &mut dyn Write) -> Result {
    let release = match &args.containerd {
        Some(text) => releases(std::slice::from_ref(text))
            .map_err(|error| Error::message(error.to_string()))?
            .pop(),
        None => None,
    };
    let text = text(args)?;
    let mut explained: Vec<Explained> = Vec::new();
    for line in parts(&text) {
        let Some(read) = read(line) else { continue };
        if explained.iter().any(|known| known.read == read) {
            continue;
        }
        if explained.len() == MAX_ERRORS {
            break;
        }
        let tree = tried(args, &read, release)?;
        explained.push(Explained {
            others: others(&read, release),
            read,
            tree,
        });
    }
    match args.format {
        Format::Human => out.write_all(draw::draw(&explained).as_bytes())?,
        Format::Json => write_json(&json::document(&explained), out)?,
    }
    Ok(match explained.is_empty() {
        true => Exit::Findings,
        false => Exit::Clean,
    })
}

/// The text as an argument, or from standard input.
fn text(args: &Args) -> Result<String> {
    let text = match args.text.as_slice() {
        [] => from_stdin()?,
        [dash] if dash == "-" => from_stdin()?,
        words => words.join(" "),
    };
    match text.trim().is_empty() {
        true => Err(Error::message(
            "no error text: give one as an argument or on standard input",
        )),
        false => Ok(text),
    }
}

fn from_stdin() -> Result<String> {
    let bytes = stdin::read(MAX_TEXT)
        .map_err(|error| Error::message(format!("cannot read standard input: {error}")))?;
    if bytes.len() as u64 > MAX_TEXT {
        let text =
            format!("standard input has more than {MAX_TEXT} bytes; give the line with the error");
        return Err(Error::message(text));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The lines that are explained one by one; the whole where only that makes sense, as when a terminal broke the line.
fn parts(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().filter(|line| read(line).is_some()).collect();
    match lines.is_empty() {
        true => vec![text],
        false => lines,
    }
}

/// The endpoints that a pull of the image tries, where a tree was named.
fn tried(args: &Args, read: &Read, release: Option<Release>) -> Result<Option<tree::Tried>> {
    let is_named =
        args.config_path.is_some() || args.containerd_config.is_some() || args.sysroot.is_some();
    if !is_named {
        return Ok(None);
    }
    let image = args.image.clone().or_else(|| read.image.clone());
    let Some(image) = image else {
        return Ok(Some(tree::Tried::NoImage));
    };
    let args = resolve::Args {
        all: false,
        images: vec![image],
        registry: Vec::new(),
        config_path: args.config_path.clone(),
        client: Client::Cri,
        containerd_config: args.containerd_config.clone(),
        deploy_path: None,
        sysroot: args.sysroot.clone(),
        containerd: release.iter().map(ToString::to_string).collect(),
        when: Vec::new(),
        format: Format::Human,
        show_secrets: false,
    };
    Ok(Some(tree::Tried::new(resolve::plan(&args)?, read)))
}
