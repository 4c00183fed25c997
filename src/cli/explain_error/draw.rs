//! Explained errors, drawn for a person.

use super::Explained;
use super::tree::{Pull, Tried};
use crate::cli::drawing::style::{BAD, FAINT, ODD, STRONG, paint, visible};
use crate::cli::drawing::{Sheet, title, verdict};
use crate::containerd::error_text::Others;
use crate::finding::secrets;

/// All of them, one below the other.
pub fn draw(explained: &[Explained]) -> String {
    if explained.is_empty() {
        let text = "this is not an error of an image pull that certsd-lint knows";
        let mut out = verdict(ODD, "–", None, text);
        let mut sheet = Sheet::default();
        let look = "give the whole line, from `failed to pull` to its end; the journal of containerd has a line for each endpoint: `journalctl -u containerd`";
        sheet.section("look at", FAINT, look);
        out.push_str(&sheet.out);
        return out;
    }
    let drawn: Vec<String> = explained.iter().map(one).collect();
    drawn.join("\n")
}

fn one(explained: &Explained) -> String {
    let Explained { read, others, tree } = explained;
    let mut out = verdict(BAD, "✗", None, read.cause.what);
    let mut sheet = Sheet::default();
    if let Some(part) = read.part {
        sheet.section("while", FAINT, part.words());
    }
    if let Some(image) = &read.image {
        sheet.section("image", FAINT, image);
    }
    let label = match read.is_token_server {
        true => "token from",
        false => "endpoint",
    };
    match (&read.url, &read.host) {
        (Some(url), _) => sheet.section(label, STRONG, &shown_url(url)),
        (None, Some(host)) => sheet.section(label, STRONG, host),
        (None, None) if read.cause.status.is_some() => {
            sheet.section("endpoint", ODD, "the text does not name it");
        }
        _ => {}
    }
    if let Some(file) = &read.file {
        sheet.section("file", STRONG, file);
    }
    if *others != Others::None {
        sheet.section("others", FAINT, others.words());
    }
    let mut look: Vec<&str> = read.cause.look.to_vec();
    if !matches!(others, Others::None | Others::AllNotFound | Others::Last) {
        look.push(
            "Look in the journal for the other endpoints: `journalctl -u containerd | grep -e 'trying next host' -e 'fetch failed'`",
        );
    }
    for (index, text) in look.iter().enumerate() {
        sheet.section(if index == 0 { "look at" } else { "" }, FAINT, text);
    }
    match tree {
        Some(Tried::NoImage) => {
            sheet.section(
                "tree",
                ODD,
                "the text does not name an image; name it with --image",
            );
        }
        Some(Tried::Pulls(pulls)) => {
            for pull in pulls {
                endpoints(&mut sheet, pull, read.host.as_deref());
            }
        }
        None => {}
    }
    out.push_str(&sheet.out);
    out
}

fn endpoints(sheet: &mut Sheet, pull: &Pull, named: Option<&str>) {
    sheet.out.push('\n');
    sheet.line(FAINT, &format!("  {} tries", title(&pull.releases)));
    let hosts = match &pull.hosts {
        Ok(hosts) => hosts,
        Err(why) => return sheet.section("", BAD, &format!("✗ nothing: {why}")),
    };
    for (index, host) in hosts.iter().enumerate() {
        let text = format!("{} {}", index + 1, visible(host));
        match pull.named == Some(index) {
            true => sheet.out.push_str(&format!(
                "  {:<12}{} {}\n",
                "",
                paint(BAD, &text),
                paint(FAINT, "← this error")
            )),
            false => sheet.section("", FAINT, &text),
        }
    }
    if let (Some(host), None) = (named, pull.named) {
        let text = format!(
            "{host} is not one of them: a token server, the target of a redirect, or another tree"
        );
        sheet.section("", ODD, &text);
    }
}

/// A URL without what may be a secret.
pub fn shown_url(url: &str) -> String {
    let url = secrets::without_userinfo(url);
    url.split('?').next().unwrap_or_default().to_owned()
}
