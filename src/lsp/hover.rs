//! The hover for the place under the cursor: the effect of a key, the endpoint of a table, the subject of a certificate.

use std::fmt::Write;
use std::ops::Range;

use super::endpoints::{Written, fates, markdown};
use crate::containerd::Files;
use crate::containerd::hosts::WrittenPath;
use crate::facts::tls::{classify, date};
use crate::facts::{KeyDoc, NamespaceContext};
use crate::finding::words::one_line;
use crate::toml::view::{Document, Item, Spelling, Table};

/// So many certificates of a file are reported; a bundle may have hundreds.
const MAX_CERTIFICATES: usize = 8;

/// The hover for a place in a hosts.toml, in Markdown, and the range that it is about.
pub fn hover(context: &NamespaceContext<'_>, at: usize) -> Option<(Range<usize>, String)> {
    let text = context.text();
    let Some(document) = context.document else {
        return of_word(text, at);
    };
    of_file(context, at)
        .or_else(|| of_table(context, document, at))
        .or_else(|| of_key(context, document, at))
}

/// A key, in a text that is not TOML.
pub fn of_word(text: &str, at: usize) -> Option<(Range<usize>, String)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = text.get(..at)?.rfind(|c| !is_part(c));
    let start = start.map_or(0, |before| {
        before + text[before..].chars().next().map_or(1, char::len_utf8)
    });
    let end = text[at..]
        .find(|c| !is_part(c))
        .map_or(text.len(), |length| at + length);
    let key = KeyDoc::of(&text[start..end])?;
    Some((start..end, of_doc(key)))
}

fn of_doc(key: &KeyDoc) -> String {
    format!("`{}`\n\n{}\n", key.name, key.description())
}

fn holds(span: &Range<usize>, at: usize) -> bool {
    span.start <= at && at <= span.end
}

/// A file that `ca` or `client` names.
fn of_file(context: &NamespaceContext<'_>, at: usize) -> Option<(Range<usize>, String)> {
    let entries = context.entries().iter();
    let files = entries.flat_map(|entry| {
        let ca = entry.host.ca.iter().flatten();
        let pairs = entry.host.client.iter();
        ca.chain(pairs.flat_map(|pair| std::iter::once(&pair.certificate).chain(&pair.key)))
    });
    let file = files
        .into_iter()
        .find(|file| file.span.as_ref().is_some_and(|span| holds(span, at)))?;
    Some((file.span.clone()?, of_certificates(context, file)))
}

fn of_certificates(context: &NamespaceContext<'_>, file: &WrittenPath) -> String {
    let shown = context.tree.shown_node_path(&file.path);
    let mut out = format!("`{}`\n\n", one_line(&shown).replace('`', "'"));
    let pool = match context.reads.authorities(&file.path) {
        Ok(pool) => pool,
        Err(error) => {
            let _ = writeln!(out, "The file {}.", one_line(&error.predicate()));
            return out;
        }
    };
    let now = context.run.now;
    for certificate in pool.certificates.iter().take(MAX_CERTIFICATES) {
        let subject = certificate.subject.display();
        let issuer = certificate.issuer.display();
        let day = date(certificate.not_after);
        let days = (certificate.not_after - now).div_euclid(24 * 60 * 60);
        let validity = match () {
            () if certificate.is_expired(now) => format!("**expired on {day}**"),
            () if certificate.is_not_yet_valid(now) => {
                format!("**not valid before {}**", date(certificate.not_before))
            }
            () if days == 1 => format!("valid until {day}: 1 day left"),
            () => format!("valid until {day}: {days} days left"),
        };
        let by = match certificate.self_issued {
            true => String::new(),
            false => format!(", issued by `{}`", one_line(&issuer).replace('`', "'")),
        };
        let subject = one_line(&subject).replace('`', "'");
        let _ = writeln!(out, "- `{subject}`{by}, {validity}");
    }
    let more = pool.certificates.len().saturating_sub(MAX_CERTIFICATES);
    if more > 0 {
        let _ = writeln!(out, "- and {more} more");
    }
    if pool.certificates.is_empty()
        && let Ok(bytes) = context.reads.read(&file.path)
    {
        let contents = classify(&bytes);
        let whose = contents.bearer(&bytes).map(|whose| format!(" ({whose})"));
        let _ = writeln!(
            out,
            "The file is {}{}.",
            one_line(&contents.to_string()),
            one_line(&whose.unwrap_or_default())
        );
    }
    out
}

/// The header of a host table, or `server`.
fn of_table(
    context: &NamespaceContext<'_>,
    document: &Document,
    at: usize,
) -> Option<(Range<usize>, String)> {
    for table in context.host_tables() {
        let header = match table.spelling {
            Spelling::Header => &table.table.span,
            _ => &table.name.span,
        };
        if holds(header, at) {
            let written = Written::Table(&table.name.value, &table.name.span);
            return Some((header.clone(), markdown(&fates(context, written), context)));
        }
    }
    let server = document.server()?;
    let span = server.whole();
    holds(&span, at).then(|| {
        let docs = KeyDoc::of("server").map(of_doc).unwrap_or_default();
        let fates = fates(context, Written::Server);
        (
            span,
            format!("{}\n---\n\n{docs}", markdown(&fates, context)),
        )
    })
}

/// A key of the root or of a host table.
fn of_key(
    context: &NamespaceContext<'_>,
    document: &Document,
    at: usize,
) -> Option<(Range<usize>, String)> {
    let of_table = |table: &Table| {
        let item = table.items.iter().find(|item| is_at(item, at))?;
        let key = KeyDoc::of(&item.key.value)?;
        Some((key, item.key.span.clone()))
    };
    let hosts = context.host_tables().iter();
    let found = hosts
        .filter_map(|host| of_table(host.table))
        .find(|(key, _)| !key.is_of_root_alone());
    let (key, span) = found.or_else(|| of_table(&document.root))?;
    Some((span, of_doc(key)))
}

/// Whether a key, or its value, is at a place.
fn is_at(item: &Item, at: usize) -> bool {
    holds(&item.key.span, at)
        || item.table().is_none() && holds(&item.span, at)
        || item.spelling == Spelling::Header && holds(&item.span, at)
}
