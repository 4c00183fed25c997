//! TLS settings of an entry with an `http://` URL, and what each release does with them.

use super::context::NamespaceContext;
use super::lines;
use super::same_registry::in_words;
use super::urls::WrittenUrl;
use crate::containerd::loader::tries_https_first;
use crate::containerd::{Release, Releases};
use crate::finding::Finding;
use crate::finding::Safety;
use crate::toml::view::Item;

/// The TLS settings of an `http://` entry.
pub struct HttpTls<'a> {
    /// The settings, `skip_verify` first.
    pub settings: Vec<&'a Item>,
    /// The releases that try HTTPS first because of them.
    pub https_first: Releases,
    /// The releases that ignore them.
    pub ignored: Releases,
}

/// The TLS settings of an entry; `None` if it has none or its URL is not `http://`.
pub fn http_tls<'a>(url: &WrittenUrl<'a>) -> Option<HttpTls<'a>> {
    if url.url.scheme != "http" || !url.entry.host.tls().is_set() {
        return None;
    }
    let settings: Vec<&Item> = ["skip_verify", "ca", "client"]
        .into_iter()
        .filter_map(|key| url.setting(key))
        .collect();
    let (https_first, ignored) = url
        .entry
        .releases
        .iter()
        .copied()
        .partition(|&release| tries_https_first(release, url.entry.host));
    (!settings.is_empty()).then_some(HttpTls {
        settings,
        https_first,
        ignored,
    })
}

impl HttpTls<'_> {
    /// The names of the settings, enumerated.
    pub fn names(&self) -> String {
        let keys: Vec<&str> = self
            .settings
            .iter()
            .map(|item| item.key.value.as_str())
            .collect();
        in_words(&keys)
    }

    /// How containerd treats them.
    pub fn effect(&self) -> String {
        let names = self.names();
        match (self.https_first.is_empty(), self.ignored.is_empty()) {
            (true, _) => format!("containerd uses plain HTTP and ignores {names}"),
            (false, true) => "containerd tries HTTPS first and falls back to plain HTTP".to_owned(),
            (false, false) => format!(
                "on {} containerd tries HTTPS first and falls back to plain HTTP; on {} it ignores {names}",
                in_lines(&self.https_first),
                in_lines(&self.ignored)
            ),
        }
    }

    /// The remedy; `over_tls` is the text for a registry that serves TLS.
    pub fn help(&self, over_tls: &str) -> String {
        match self.is_skip_verify_alone() {
            true => format!("delete `skip_verify`; if the registry serves TLS, also {over_tls}"),
            false => format!(
                "{over_tls} if the registry serves TLS; otherwise delete {}",
                self.names()
            ),
        }
    }

    /// A CA or a client certificate means that TLS was intended; `skip_verify` alone does not.
    fn is_skip_verify_alone(&self) -> bool {
        matches!(self.settings.as_slice(), [only] if only.key.value.eq_ignore_ascii_case("skip_verify"))
    }

    /// Adds the fix that deletes `skip_verify`, if that is all, and no comment speaks of it.
    pub fn with_fix(&self, context: &NamespaceContext, mut finding: Finding) -> Finding {
        const WORDS: [&str; 8] = [
            "skip", "verif", "tls", "ssl", "cert", "secure", "http", "self",
        ];
        if let Some(only) = self
            .settings
            .first()
            .filter(|_| self.is_skip_verify_alone())
            && let Some(line) = lines::of_undescribed_setting(context.text(), only, &WORDS)
        {
            let description = format!("delete {}", self.names());
            finding = finding.fix(Safety::Unsafe, description, line, "");
        }
        finding
    }
}

/// The same URL over HTTPS; without port 80, which is not a TLS port.
pub fn https(url: &WrittenUrl) -> String {
    let shown = url.shown();
    let Some(rest) = shown.strip_prefix("http://") else {
        return shown;
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.strip_suffix(":80").unwrap_or(host);
    format!("https://{host}{path}")
}

/// Release lines in a sentence: `1.7 and 2.0`.
pub fn in_lines(releases: &[Release]) -> String {
    let mut lines: Vec<String> = releases.iter().map(|release| release.line()).collect();
    lines.dedup();
    match lines.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => lines.join(""),
    }
}
