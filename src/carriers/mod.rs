//! Configuration inside other files: scripts, YAML, Terraform.
//!
//! A carrier is a file that contains the text of a hosts.toml, or says by values what one is made of. Its texts are taken out
//! with the table that leads back to its own lines ([`text`]), put together to trees as the node will have them, and
//! linted like files.
//!
//! A value that is filled in later stays unknown: a stand-in keeps the text readable, and no finding is made that touches it.

pub mod carried;
pub mod dockerfile;
pub mod document;
pub mod fact;
pub mod hcl;
pub mod hosts_text;
pub mod look;
pub mod shell;
pub mod stand_ins;
pub mod target;
pub mod templates;
pub mod text;
pub mod write;
pub mod yaml;

use carried::Carried;
use document::Document;
use stand_ins::StandIns;
use target::Target;
use templates::Syntax;
use text::{Builder, Text};
use write::{Content, Mode, Write};

/// Larger carriers are not read: those with configuration in them have some kilobytes.
pub const MAX_CARRIER: u64 = 2 * 1024 * 1024;

/// The kinds of carriers, as settings name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CarrierKind {
    /// Scripts.
    Shell,
    /// Dockerfiles.
    Dockerfile,
    /// YAML of all sorts.
    Yaml,
    /// Terraform.
    Terraform,
    /// A hosts.toml that is a template.
    Template,
}

impl CarrierKind {
    /// All of them.
    pub const ALL: [CarrierKind; 5] = [
        CarrierKind::Shell,
        CarrierKind::Dockerfile,
        CarrierKind::Yaml,
        CarrierKind::Terraform,
        CarrierKind::Template,
    ];

    /// The word for it in settings.
    pub fn word(self) -> &'static str {
        match self {
            CarrierKind::Shell => "shell",
            CarrierKind::Dockerfile => "dockerfile",
            CarrierKind::Yaml => "yaml",
            CarrierKind::Terraform => "terraform",
            CarrierKind::Template => "template",
        }
    }
}

/// Endings of templates, and the marks that mean something in them.
const TEMPLATES: [&str; 10] = [
    "j2", "jinja", "jinja2", "tftpl", "tpl", "tmpl", "gotmpl", "template", "in", "templ",
];

/// A file's name without the endings of templates.
fn bare(name: &str) -> &str {
    let mut name = name;
    while let Some((rest, ending)) = name.rsplit_once('.') {
        if !TEMPLATES.contains(&ending) || rest.is_empty() {
            break;
        }
        name = rest;
    }
    name
}

/// Whether a file can be a carrier by its name: what has none of the known endings may say in its first line what it is.
pub fn may_be(name: &str) -> bool {
    let inner = bare(name);
    let ending = inner.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_known = matches!(
        ending,
        "" | "yaml"
            | "yml"
            | "bu"
            | "tf"
            | "tfvars"
            | "hcl"
            | "sh"
            | "bash"
            | "zsh"
            | "ash"
            | "cfg"
    );
    let lower = inner.to_ascii_lowercase();
    is_known
        || inner != name
        || ["dockerfile", "containerfile"]
            .iter()
            .any(|word| lower.contains(word))
}

/// Returns the kind of carrier that a file can be, by its name and its first line.
pub fn kind(path: &str, text: &str) -> Option<CarrierKind> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let inner = bare(name);
    let ending = inner.rsplit_once('.').map_or("", |(_, ending)| ending);
    let first = text.lines().next().unwrap_or_default();
    let is_script = first.starts_with("#!")
        && first
            .rsplit(['/', ' '])
            .any(|word| matches!(word, "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh"));
    let lower = inner.to_ascii_lowercase();
    if name != inner && inner.ends_with("hosts.toml") {
        return Some(CarrierKind::Template);
    }
    match ending {
        "yaml" | "yml" | "bu" => return Some(CarrierKind::Yaml),
        "tf" | "tfvars" | "hcl" => return Some(CarrierKind::Terraform),
        "sh" | "bash" | "zsh" | "ash" => return Some(CarrierKind::Shell),
        _ => {}
    }
    if first.trim_end() == "#cloud-config" {
        return Some(CarrierKind::Yaml);
    }
    if is_script {
        return Some(CarrierKind::Shell);
    }
    let is_dockerfile = ["dockerfile", "containerfile"].iter().any(|word| {
        lower == *word
            || lower.starts_with(&format!("{word}."))
            || lower.ends_with(&format!(".{word}"))
    });
    is_dockerfile.then_some(CarrierKind::Dockerfile)
}

/// Returns the contents of the file at a path; `None` if it is not a carrier.
pub fn read(path: &str, text: &str) -> Option<(CarrierKind, Carried)> {
    if !look::may_hold(text.as_bytes()) {
        return None;
    }
    let kind = kind(path, text)?;
    let mut carried = Carried::default();
    let mut stand_ins = StandIns::new(text);
    let whole = Text::of_carrier(text);
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_jinja = [".j2", ".jinja", ".jinja2"]
        .iter()
        .any(|end| name.ends_with(end));
    let is_terraform = name.ends_with(".tftpl")
        || name.ends_with(".tpl") && text.contains("%{") && !text.contains("{{");
    let syntax = Syntax {
        braces: kind != CarrierKind::Terraform && !is_terraform,
        jinja: is_jinja || kind == CarrierKind::Yaml && text.contains("{%"),
        terraform: is_terraform,
    };
    let whole = templates::read(&whole, syntax, &mut stand_ins);
    match kind {
        CarrierKind::Shell => {
            let mut document = Document::new(&mut stand_ins, &mut carried, 0);
            document.script(&whole);
            document.finish();
        }
        CarrierKind::Dockerfile => dockerfile::read(&whole, &mut stand_ins, &mut carried),
        CarrierKind::Yaml => yaml::read(&whole, &mut stand_ins, &mut carried, 0),
        CarrierKind::Terraform => hcl::read(&whole, &mut stand_ins, &mut carried),
        CarrierKind::Template => {
            let mut document = Document::new(&mut stand_ins, &mut carried, 0);
            document.writes.push(template(path, whole));
            document.finish();
        }
    }
    Some((kind, carried))
}

/// The texts of a file that something else places at a path of the node.
pub fn placed(text: &str, target: &str) -> Carried {
    let mut carried = Carried::default();
    let mut stand_ins = StandIns::new(text);
    let nothing = Text::default();
    let mut path = Builder::new(&nothing);
    path.put_for(target, 0..0);
    let mut document = Document::new(&mut stand_ins, &mut carried, 0);
    document.writes.push(Write {
        path: path.finish(),
        path_span: 0..0,
        content: Content::Text(Text::of_carrier(text)),
        content_span: 0..text.len(),
        mode: Mode::Replace,
        operator: None,
        is_guarded: true,
        source: None,
    });
    document.finish();
    carried
}

/// A template of a hosts.toml: where it is may tell its namespace.
fn template(path: &str, text: Text) -> Write {
    let length = text.as_str().len();
    let place = text.in_carrier(&(0..length));
    let nothing = Text::default();
    let named = |path: &str| {
        let mut named = Builder::new(&nothing);
        named.put_for(path, 0..0);
        named.finish()
    };
    let directory = path.rfind('/').map_or("", |at| &path[..at]);
    let as_deployed = named(&format!("{directory}/hosts.toml"));
    let path = match target::of(&as_deployed) {
        Target::Tree(place) if place.namespace.is_some() => as_deployed,
        _ => named(&format!("{path}/hosts.toml")),
    };
    Write {
        path,
        path_span: 0..0,
        content: Content::Text(text),
        content_span: place,
        mode: Mode::Replace,
        operator: None,
        is_guarded: true,
        source: None,
    }
}
