//! The view of one namespace for rules: the view, and on top of it the facts that several rules need, each computed once.

use std::cell::OnceCell;
use std::ops::Deref;

use super::http_headers::{HttpHeader, find_headers};
use super::load::Loaded;
use super::mirrors::{Mirror, Owner, find_owners};
use super::tls::faults::{TlsFault, find_faults};
use super::tls::files::{CertificateFile, TlsEntry, find_entries, find_files};
use super::tree::TreeContext;
use super::urls::{WrittenUrl, find_urls};
use super::view::NamespaceView;
use crate::containerd::Capabilities;
use crate::go::path;

/// One directory of a config path, for the rules.
pub struct NamespaceContext<'a> {
    view: NamespaceView<'a>,
    facts: Facts<'a>,
}

/// The facts that several rules need. Each function below documents one.
#[derive(Default)]
struct Facts<'a> {
    urls: OnceCell<Vec<WrittenUrl<'a>>>,
    owners: OnceCell<Vec<Option<Owner>>>,
    headers: OnceCell<Vec<Vec<HttpHeader<'a>>>>,
    tls_entries: OnceCell<Vec<TlsEntry<'a>>>,
    certificate_files: OnceCell<Vec<CertificateFile>>,
    faults: OnceCell<Vec<TlsFault>>,
}

impl<'a> NamespaceContext<'a> {
    /// The view of a directory for rules.
    pub fn new(whole: &'a TreeContext<'a>, loaded: &'a Loaded<'a>) -> NamespaceContext<'a> {
        NamespaceContext {
            view: NamespaceView::new(whole, loaded),
            facts: Facts::default(),
        }
    }
}

impl<'a> Deref for NamespaceContext<'a> {
    type Target = NamespaceView<'a>;

    fn deref(&self) -> &NamespaceView<'a> {
        &self.view
    }
}

/// The URLs that all releases accept that read them, in the order of the text, `server` last. A host table in several
/// pieces counts once. Unquoted keys that are only the first part of a URL (`[host.mirror.internal]`), or a key that was
/// meant for a host table, are left out.
pub fn written_urls<'c, 'a>(context: &'c NamespaceContext<'a>) -> &'c [WrittenUrl<'a>] {
    let urls = &context.facts.urls;
    urls.get_or_init(|| find_urls(context))
}

/// The URLs of other hosts than the namespace's own registry, in the order of the text.
pub fn mirrors<'c, 'a>(context: &'c NamespaceContext<'a>) -> impl Iterator<Item = Mirror<'c, 'a>> {
    let owners = context
        .facts
        .owners
        .get_or_init(|| find_owners(context, written_urls(context)));
    let urls = written_urls(context).iter().zip(owners);
    urls.filter_map(|(url, owner)| {
        Some(Mirror {
            url,
            owner: owner.as_ref()?,
        })
    })
}

/// Whether a mirror receives the pushes: containerd sends them to the first endpoint with `push`.
pub fn receives_pushes(context: &NamespaceContext, mirror: Mirror) -> bool {
    written_urls(context)
        .iter()
        .find(|url| url.entry.host.capabilities.has(Capabilities::PUSH))
        .is_some_and(|first| first.span == mirror.url.span)
}

/// The headers that `context` sets, endpoint by endpoint, in the order of the text.
pub fn headers<'c, 'a>(context: &'c NamespaceContext<'a>) -> &'c [Vec<HttpHeader<'a>>] {
    let headers = &context.facts.headers;
    headers.get_or_init(|| find_headers(context))
}

/// The TLS settings of a namespace that name files: those of hosts.toml, even if containerd drops it, or without one the
/// certificate files of the directory.
pub fn tls_entries<'c, 'a>(context: &'c NamespaceContext<'a>) -> &'c [TlsEntry<'a>] {
    let entries = &context.facts.tls_entries;
    entries.get_or_init(|| find_entries(context))
}

/// The paths on the node of the files that hosts.toml names, or that containerd finds in Docker's layout.
pub fn named_files(context: &NamespaceContext) -> Vec<String> {
    let mut named = Vec::new();
    for entry in tls_entries(context) {
        named.extend(entry.files().map(|file| path::clean(&file.path)));
    }
    named
}

/// The certificate files of a namespace that are readable here and contain certificates.
pub fn certificate_files<'c>(context: &'c NamespaceContext) -> &'c [CertificateFile] {
    let files = &context.facts.certificate_files;
    files.get_or_init(|| find_files(context, tls_entries(context)))
}

/// The files of a namespace that containerd rejects.
///
/// A file named several times is one cause. So is a flat list of a certificate and its key, which containerd takes for two
/// clients: the certificate is reported.
pub fn faults<'c>(context: &'c NamespaceContext) -> &'c [TlsFault] {
    let faults = &context.facts.faults;
    faults.get_or_init(|| find_faults(context))
}
