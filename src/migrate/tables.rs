//! `mirrors` and `configs`, which config.toml and registries.yaml write alike.

use std::collections::{BTreeMap, BTreeSet};

use super::report::{Remark, SourceError, Weight};
use super::tree::{Entry, SourceValue, Value};
use crate::containerd::mirrors::TlsTable;
use crate::finding::secrets::MASK;
use crate::limits::MAX_ENDPOINTS;
use crate::repair::nearest;

/// The replacement for a query.
const QUERY: &str = "?***";

/// Reads tables, and collects what there is to say about them.
pub struct Reader {
    /// The program that reads them in the end: `containerd` or `k3s`.
    pub program: &'static str,
    /// The remarks.
    pub remarks: Vec<Remark>,
}

/// The entries of `mirrors`.
#[derive(Debug, Default)]
pub struct Mirrors {
    /// Endpoints, by registry host.
    pub endpoints: BTreeMap<String, Vec<String>>,
    /// The rewrite rules.
    pub rewrites: Vec<Rewrite>,
}

/// The entries of `configs`.
#[derive(Debug, Default)]
pub struct Configs {
    /// TLS, by host.
    pub tls: BTreeMap<String, TlsTable>,
    /// The hosts that have TLS settings or credentials.
    pub hosts: BTreeSet<String>,
    /// The hosts that have credentials, and where.
    pub credentials: Vec<(String, Option<usize>)>,
}

/// A mirror that registries.yaml rewrites names for.
#[derive(Debug)]
pub struct Rewrite {
    /// The registry host.
    pub host: String,
    /// Where.
    pub line: Option<usize>,
    /// Patterns and what takes the place of a match.
    pub rules: Vec<(String, String)>,
}

impl Reader {
    /// A reader for what this program reads in the end.
    pub fn new(program: &'static str) -> Reader {
        Reader {
            program,
            remarks: Vec::new(),
        }
    }

    /// The entries of a table that may be absent.
    ///
    /// # Errors
    /// When something else is there.
    pub fn table<'a>(
        &self,
        node: Option<&'a SourceValue>,
        name: &str,
    ) -> Result<&'a [Entry], SourceError> {
        match node.map(|node| (&node.value, node.line)) {
            None | Some((Value::Null, _)) => Ok(&[]),
            Some((Value::Table(entries), _)) => Ok(entries),
            Some((_, line)) => Err(self.wrong(line, name, "a table", node)),
        }
    }

    /// `mirrors`: endpoints by registry host, and rewrites where `rewrite` is a key.
    ///
    /// # Errors
    /// When a value is of the wrong type, as its program would refuse it.
    pub fn mirrors(
        &mut self,
        node: Option<&SourceValue>,
        keys: &[&str],
    ) -> Result<Mirrors, SourceError> {
        let mut mirrors = Mirrors::default();
        for entry in self.table(node, "mirrors")? {
            let name = format!("mirrors.\"{}\"", shown(&entry.key));
            self.known(self.table(Some(&entry.node), &name)?, keys, &name);
            let list = self.endpoints(entry.node.at(&["endpoint"]), &format!("{name}.endpoint"))?;
            if keys.contains(&"rewrite") {
                let table = entry.node.get("rewrite");
                let rules = self.table(table.map(|t| &t.node), &format!("{name}.rewrite"))?;
                if !rules.is_empty() {
                    mirrors.rewrites.push(Rewrite {
                        host: entry.key.clone(),
                        line: table.and_then(|t| t.line),
                        rules: rules
                            .iter()
                            .map(|rule| (rule.key.clone(), text_of(&rule.node)))
                            .collect(),
                    });
                }
            }
            mirrors.endpoints.insert(entry.key.clone(), list);
        }
        Ok(mirrors)
    }

    /// `configs`: TLS settings and who has credentials.
    ///
    /// # Errors
    /// When a value is of the wrong type, as its program would refuse it.
    pub fn configs(
        &mut self,
        node: Option<&SourceValue>,
        token_key: &str,
    ) -> Result<Configs, SourceError> {
        let mut configs = Configs::default();
        for entry in self.table(node, "configs")? {
            let name = format!("configs.\"{}\"", shown(&entry.key));
            self.known(
                self.table(Some(&entry.node), &name)?,
                &["tls", "auth"],
                &name,
            );
            if let Some(tls) = entry
                .node
                .get("tls")
                .filter(|t| t.node.value != Value::Null)
            {
                let table = self.tls(tls, &format!("{name}.tls"))?;
                configs.tls.insert(entry.key.clone(), table);
                configs.hosts.insert(entry.key.clone());
            }
            if let Some(auth) = entry
                .node
                .get("auth")
                .filter(|a| a.node.value != Value::Null)
            {
                let name = format!("{name}.auth");
                let keys = ["username", "password", "auth", token_key];
                let entries = self.table(Some(&auth.node), &name)?;
                self.known(entries, &keys, &name);
                configs.hosts.insert(entry.key.clone());
                if entries.iter().any(|e| keys.contains(&e.key.as_str())) {
                    configs.credentials.push((entry.key.clone(), auth.line));
                }
            }
        }
        Ok(configs)
    }

    fn tls(&mut self, entry: &Entry, name: &str) -> Result<TlsTable, SourceError> {
        let entries = self.table(Some(&entry.node), name)?;
        let keys = ["ca_file", "cert_file", "key_file", "insecure_skip_verify"];
        self.known(entries, &keys, name);
        let mut table = TlsTable::default();
        for entry in entries {
            let name = format!("{name}.{}", entry.key);
            match entry.key.as_str() {
                "ca_file" => table.ca_file = self.path(entry, &name)?,
                "cert_file" => table.cert_file = self.path(entry, &name)?,
                "key_file" => table.key_file = self.path(entry, &name)?,
                "insecure_skip_verify" => {
                    table.insecure_skip_verify = self.boolean(&entry.node, &name)?;
                }
                _ => {}
            }
        }
        Ok(table)
    }

    /// A file on the node, as an absolute path.
    fn path(&mut self, entry: &Entry, name: &str) -> Result<String, SourceError> {
        let text = match &entry.node.value {
            Value::Text(text) => text,
            Value::Null => return Ok(String::new()),
            _ => return Err(self.wrong(entry.line, name, "text", Some(&entry.node))),
        };
        if text.contains("-----BEGIN") {
            return Err(SourceError::at(
                entry.line,
                format!("`{name}` contains a certificate or key where a path belongs"),
            )
            .help("write it to a file on the node, and the path of that file here"));
        }
        if text.is_empty() || text.starts_with('/') {
            return Ok(text.clone());
        }
        let remark =
            |message: String| Remark::new(Weight::Doubtful, name, message).line(entry.line);
        if is_windows_path(text) {
            self.remarks.push(
                remark(format!(
                    "`{text}` is a Windows path, and is written unchanged"
                ))
                .help("certsd-lint reads paths as Linux does, and takes it for a relative path"),
            );
            return Ok(text.clone());
        }
        let absolute = format!("/{text}");
        self.remarks.push(
            remark(format!(
                "`{text}` is relative to the working directory of {}, but paths in hosts.toml are relative to the file; `{absolute}` is written, as under systemd",
                self.program
            ))
            .help("write the intended absolute path"),
        );
        Ok(absolute)
    }

    /// The endpoints of one registry, which may be absent.
    ///
    /// # Errors
    /// When it is something else, or there are more than any registry has.
    pub fn endpoints(
        &self,
        node: Option<&SourceValue>,
        name: &str,
    ) -> Result<Vec<String>, SourceError> {
        let endpoints = self.texts(node, name)?;
        if endpoints.len() > MAX_ENDPOINTS {
            return Err(SourceError::at(
                node.and_then(|node| node.line),
                format!("`{name}` lists more than {MAX_ENDPOINTS} endpoints for one registry"),
            )
            .help("delete those that are not used: each is tried before the next"));
        }
        Ok(endpoints)
    }

    /// A list of texts that may be absent.
    ///
    /// # Errors
    /// When it is something else.
    pub fn texts(
        &self,
        node: Option<&SourceValue>,
        name: &str,
    ) -> Result<Vec<String>, SourceError> {
        let nodes = match node.map(|node| (&node.value, node.line)) {
            None | Some((Value::Null, _)) => return Ok(Vec::new()),
            Some((Value::List(nodes), _)) => nodes,
            Some((Value::Text(_), line)) => {
                return Err(self
                    .wrong(line, name, "a list of texts", node)
                    .help("write it in brackets: `[\"…\"]`"));
            }
            Some((_, line)) => return Err(self.wrong(line, name, "a list of texts", node)),
        };
        nodes
            .iter()
            .map(|node| match &node.value {
                Value::Text(text) => Ok(text.clone()),
                _ => Err(self.wrong(node.line, name, "a list of texts", Some(node))),
            })
            .collect()
    }

    fn boolean(&self, node: &SourceValue, name: &str) -> Result<bool, SourceError> {
        match &node.value {
            Value::Boolean(value) => Ok(*value),
            Value::Null => Ok(false),
            // YAML 1.1, which k3s reads, has more words for it.
            Value::Text(text) if self.program == "k3s" => {
                match text.to_ascii_lowercase().as_str() {
                    "yes" | "on" | "y" => Ok(true),
                    "no" | "off" | "n" => Ok(false),
                    _ => Err(self.wrong(node.line, name, "a boolean", Some(node))),
                }
            }
            _ => Err(self.wrong(node.line, name, "a boolean", Some(node))),
        }
    }

    fn wrong(
        &self,
        line: Option<usize>,
        name: &str,
        wanted: &str,
        found: Option<&SourceValue>,
    ) -> SourceError {
        let found = found.map_or("nothing", SourceValue::describe);
        SourceError::at(
            line,
            format!("`{name}` is {found}; {} expects {wanted}", self.program),
        )
    }

    /// Says which keys nothing reads.
    fn known(&mut self, entries: &[Entry], keys: &[&str], name: &str) {
        for entry in entries.iter().filter(|e| !keys.contains(&e.key.as_str())) {
            let remark = Remark::new(
                Weight::Doubtful,
                name,
                format!(
                    "{} does not read `{}` here, so it had no effect",
                    self.program, entry.key
                ),
            )
            .line(entry.line);
            self.remarks
                .push(match nearest(&entry.key, keys.iter().copied()) {
                    Some(near) => remark.help(format!(
                        "if `{near}` was meant, correct the source and migrate again"
                    )),
                    None => remark,
                });
        }
    }
}

/// `C:\…`, `C:/…` or `\\server\…`.
fn is_windows_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.starts_with("\\\\")
        || bytes.len() > 2
            && bytes[0].is_ascii_alphabetic()
            && bytes[1] == b':'
            && matches!(bytes[2], b'\\' | b'/')
}

fn text_of(node: &SourceValue) -> String {
    match &node.value {
        Value::Text(text) | Value::Integer(text) => text.clone(),
        _ => String::new(),
    }
}

/// A key or URL as it may be printed: without what may be a password before an `@`, which need not be one that
/// a URL could have, and without a query.
pub fn shown(text: &str) -> String {
    let start = text.find("://").map_or(0, |at| at + "://".len());
    let (scheme, rest) = text.split_at(start);
    let (before, query) = match rest.find('?') {
        Some(at) => (&rest[..at], QUERY),
        None => (rest, ""),
    };
    match rest.rfind('@') {
        Some(at) if at >= before.len() => format!("{scheme}{MASK}"),
        Some(at) => format!("{scheme}{MASK}{}{query}", &before[at..]),
        None => format!("{scheme}{before}{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        for (text, want) in [
            ("reg.internal:5000", "reg.internal:5000"),
            ("https://m.internal/v2", "https://m.internal/v2"),
            (
                "https://user:word@m.internal/v2",
                "https://***@m.internal/v2",
            ),
            ("https://user:wo/rd@m.internal", "https://***@m.internal"),
            ("https://user:wo?rd@m.internal", "https://***"),
            ("user:word@m.internal", "***@m.internal"),
            ("https://m.internal?token=word", "https://m.internal?***"),
        ] {
            assert_eq!(shown(text), want, "{text}");
        }
    }
}
