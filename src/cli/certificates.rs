//! `certificates`: the CA and client certificates that endpoints use, the first to expire first.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::Args;
use serde_json::json;

use super::lint::{self, LintArgs};
use super::terminal::Terminal;
use super::values;
use super::{Exit, Result};
use crate::containerd::Release;
use crate::finding::words::count;
use crate::finding::{CertificateFacts, UsedFile};
use crate::printable::{one_line, shortened};
use crate::report::{certificate_value, write_json};

/// List the CA and client certificates that the endpoints of hosts.toml files use
///
/// The list is sorted by expiry. With --expiring-within, the exit code is 1 if any certificate is listed, so that a timer or
/// a pipeline can act on it. Certificates of endpoints with `skip_verify = true` are not listed as CAs: containerd does not
/// use them.
#[derive(Debug, Args)]
pub struct CertificatesArgs {
    /// Trees, namespaces, folders with trees below them, or a node's config.toml
    /// [default: /etc/containerd/certs.d]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// List only certificates that have expired or expire within this time: 30d, 2w, 12h
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    expiring_within: Option<i64>,

    /// How to print the list
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,

    /// The containerd releases that read the files: 1.7, 2.2.7, >=1.7, 1.7..2.2, or as a node prints them
    #[arg(long, value_name = "RELEASE", value_delimiter = ',', value_parser = values::releases)]
    containerd: Option<Vec<Vec<Release>>>,

    /// The root directory of the node's file system
    #[arg(long, value_name = "DIR")]
    sysroot: Option<PathBuf>,

    /// The node's config.toml, whose config path is read when there is no PATH
    #[arg(long, value_name = "FILE")]
    containerd_config: Option<PathBuf>,

    /// Where the trees will be on the node
    #[arg(long, value_name = "DIR", value_parser = values::node_path)]
    deploy_path: Option<String>,

    /// The time from which the days are counted: 2026-01-31T00:00:00Z, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    now: Option<i64>,

    /// Read the settings from this file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Read no settings file
    #[arg(long, conflicts_with = "config")]
    no_config: bool,
}

/// How to print the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A table for people.
    Table,
    /// Comma-separated values with a header line.
    Csv,
    /// For programs.
    Json,
}

/// A certificate in a file.
type Row<'a> = (&'a str, &'a UsedFile, &'a CertificateFacts);

/// Prints the list.
pub fn run(args: &CertificatesArgs, terminal: &Terminal, out: &mut dyn Write) -> Result {
    let lint = LintArgs {
        paths: args.paths.clone(),
        containerd: args.containerd.clone(),
        sysroot: args.sysroot.clone(),
        containerd_config: args.containerd_config.clone(),
        deploy_path: args.deploy_path.clone(),
        now: args.now,
        config: args.config.clone(),
        no_config: args.no_config,
        no_carriers: true,
        ..LintArgs::default()
    };
    let report = lint::inventory(&lint, terminal)?;
    let inventory = &report.inventory;
    let now = inventory.now;
    let horizon = args.expiring_within.map(|span| now.saturating_add(span));
    let is_wanted = |row: &Row| horizon.is_none_or(|horizon| row.2.not_after <= horizon);
    let files = inventory.files.iter();
    let mut rows: Vec<Row> = files
        .flat_map(|(path, file)| {
            let certificates = file.certificates.iter();
            certificates.map(move |certificate| (path.as_str(), file, certificate))
        })
        .filter(is_wanted)
        .collect();
    rows.sort_by_key(|(path, _, certificate)| (certificate.not_after, *path));
    match args.format {
        Format::Table => table(&rows, now, terminal, out)?,
        Format::Csv => csv(&rows, now, out)?,
        Format::Json => {
            let rows = rows.iter();
            let values: Vec<_> = rows
                .map(|(path, file, certificate)| certificate_value(path, certificate, file, now))
                .collect();
            write_json(&json!({ "version": 1, "certificates": values }), out)?;
        }
    }
    if !terminal.quiet && args.format == Format::Table {
        terminal.line(summary(&rows, now, horizon.is_some()));
    }
    Ok(
        match (report.failures.is_empty(), horizon, rows.is_empty()) {
            (false, ..) => Exit::Failure,
            (true, Some(_), false) => Exit::Findings,
            _ => Exit::Clean,
        },
    )
}

fn summary(rows: &[Row], now: i64, is_filtered: bool) -> String {
    let files: BTreeSet<&str> = rows.iter().map(|(path, ..)| *path).collect();
    let expired = rows.iter().filter(|row| row.2.not_after < now).count();
    let which = match is_filtered {
        true => " expired or about to expire",
        false => "",
    };
    let mut text = format!(
        "{}{which} in {}",
        count(rows.len(), "certificate", "certificates"),
        count(files.len(), "file", "files"),
    );
    if expired > 0 {
        text.push_str(&format!(", {expired} expired"));
    }
    text
}

/// The columns of the table, each as wide as its longest text; the last has the rest of the line.
fn table(rows: &[Row], now: i64, terminal: &Terminal, out: &mut dyn Write) -> Result<()> {
    const HEAD: [&str; 6] = ["EXPIRES", "DAYS", "SUBJECT", "ISSUER", "USED BY", "FILE"];
    /// No column but the last is wider.
    const WIDEST: usize = 36;
    if rows.is_empty() {
        return Ok(());
    }
    let cells: Vec<([String; 6], Option<Style>)> = rows
        .iter()
        .map(|(path, file, certificate)| {
            let days = certificate.days_left(now);
            let texts = [
                date(certificate),
                days.to_string(),
                shown(&certificate.subject),
                match certificate.issuer == certificate.subject {
                    true => "itself".to_owned(),
                    false => shown(&certificate.issuer),
                },
                users(file),
                shown(path),
            ];
            let style = match days {
                ..0 => Some(AnsiColor::Red.on_default()),
                0..30 => Some(AnsiColor::Yellow.on_default()),
                _ => None,
            };
            (texts.map(|text| text), style)
        })
        .collect();
    let mut widths = HEAD.map(str::len);
    for (texts, _) in &cells {
        for (width, text) in widths.iter_mut().zip(texts) {
            *width = (*width).max(text.chars().count().min(WIDEST));
        }
    }
    let mut line = |texts: [&str; 6], style: Option<Style>| -> Result<()> {
        let mut text = String::new();
        for (at, (cell, width)) in texts.iter().zip(widths).enumerate() {
            match at {
                5 => text.push_str(cell),
                1 => text.push_str(&format!("{cell:>width$}  ")),
                _ => text.push_str(&format!("{:<width$}  ", cut(cell, width))),
            }
        }
        match style.filter(|_| terminal.color) {
            Some(style) => writeln!(out, "{style}{}{style:#}", text.trim_end())?,
            None => writeln!(out, "{}", text.trim_end())?,
        }
        Ok(())
    };
    line(HEAD, Some(Style::new().bold()))?;
    for (texts, style) in &cells {
        line(texts.each_ref().map(String::as_str), *style)?;
    }
    Ok(())
}

fn csv(rows: &[Row], now: i64, out: &mut dyn Write) -> Result<()> {
    writeln!(
        out,
        "not_after,days_left,subject,issuer,serial,use,namespaces,endpoints,path"
    )?;
    for (path, file, certificate) in rows {
        let of = |part: fn(&crate::finding::User) -> &str| {
            let parts: BTreeSet<&str> = file.users.iter().map(part).collect();
            parts.into_iter().collect::<Vec<_>>().join(" ")
        };
        let fields = [
            date(certificate),
            certificate.days_left(now).to_string(),
            certificate.subject_name.clone(),
            certificate.issuer_name.clone(),
            certificate.serial.clone(),
            of(|user| user.role.word()),
            of(|user| user.namespace.as_str()),
            of(|user| user.endpoint.as_str()),
            (*path).to_owned(),
        ];
        let fields: Vec<String> = fields
            .iter()
            .enumerate()
            .map(|(at, text)| field(text, at >= 2))
            .collect();
        writeln!(out, "{}", fields.join(","))?;
    }
    Ok(())
}

/// A field of a CSV file: quoted where it must be. Text that a spreadsheet would take for a formula gets an apostrophe.
fn field(text: &str, is_text: bool) -> String {
    let text = one_line(text);
    let is_formula = is_text && text.starts_with(['=', '+', '-', '@']);
    let guard = if is_formula { "'" } else { "" };
    match is_formula || text.contains([',', '"', ' ']) {
        true => format!("\"{guard}{}\"", text.replace('"', "\"\"")),
        false => text.into_owned(),
    }
}

/// The last day on which a certificate is valid.
fn date(certificate: &CertificateFacts) -> String {
    crate::facts::tls::date(certificate.not_after)
}

/// The namespaces that use a file, and what for: `docker.io, quay.io (ca)`.
fn users(file: &UsedFile) -> String {
    /// More are counted.
    const NAMED: usize = 3;
    let names: BTreeSet<&str> = file.users.iter().map(|u| u.namespace.as_str()).collect();
    let roles: BTreeSet<&str> = file.users.iter().map(|u| u.role.word()).collect();
    let mut named: Vec<String> = names.iter().take(NAMED).map(|name| shown(name)).collect();
    if names.len() > NAMED {
        named.push(format!("{} more", names.len() - NAMED));
    }
    let roles: Vec<&str> = roles.into_iter().collect();
    format!("{} ({})", named.join(", "), roles.join(", "))
}

fn shown(text: &str) -> String {
    one_line(&shortened(text)).into_owned()
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_a_reader_needs_it() {
        assert_eq!(field("ca.pem", true), "ca.pem");
        assert_eq!(field("O=A, CN=\"B\"", true), "\"O=A, CN=\"\"B\"\"\"");
        assert_eq!(field("=cmd()", true), "\"'=cmd()\"");
        assert_eq!(field("-3", false), "-3");
        assert_eq!(field("a\nb", true), "a\\nb");
    }
}
