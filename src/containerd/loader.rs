//! The loader: from (release, files, registry host) to what containerd will do.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

use super::directory::{self, Lookup};
use super::endpoint::{Capabilities, Endpoint, Role};
use super::files::{FileError, Files};
use super::hosts::{self, ClientPair, Host, WrittenPath};
use super::problem::{Cause, Effect, Problem, TlsFile};
use super::release::{HttpsFirst, LoaderTraits, LoopbackDefault, Release};
use crate::go::keys::KeyPair;
use crate::go::x509::CaPool;
use crate::go::{Rules, path};
use crate::toml::{self, Decoded, HostsFile, ProblemKind};

/// The fate of hosts.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HostsToml {
    /// Read and used.
    Loaded,
    /// Dropped: containerd logs it and continues with certificate files and defaults.
    Ignored,
    /// Of zero bytes, and treated as if it were not there.
    Empty,
    /// Not there.
    Absent,
}

/// The result of a pull from the namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The endpoints, in order.
    Endpoints,
    /// Every pull fails before the first request.
    PullsFail,
    /// containerd dies.
    Crash,
    /// Not known: hosts.toml is larger than anything this tool reads.
    Unknown,
}

/// The answer of the loader.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Which directory was chosen, and which were skipped.
    pub lookup: Lookup,
    /// The fate of hosts.toml.
    pub hosts_toml: HostsToml,
    /// Why it is ignored, why pulls fail, why containerd dies: in the order in which containerd would
    /// meet them. It stops at the first; the others are what it would meet next.
    pub problems: Vec<Problem>,
    /// The result of a pull.
    pub verdict: Verdict,
    /// The entries as hosts.toml has them, whether or not the file is used in the end; empty
    /// when it cannot be read at all.
    pub entries: Vec<Host>,
    /// The problems in the files that the entries name, if containerd read the entries: filled
    /// when hosts.toml is dropped or kills containerd, so that one look finds all.
    pub masked: Vec<Problem>,
    /// The last endpoint as containerd completes it, where no `server` names a host for it.
    upstream: Option<Host>,
    /// The release that it is the answer of.
    release: Release,
    endpoints: OnceCell<Vec<Endpoint>>,
}

impl Outcome {
    /// Where nothing is found, and nothing is wrong.
    fn new(release: Release) -> Outcome {
        Outcome {
            lookup: Lookup::default(),
            hosts_toml: HostsToml::Absent,
            problems: Vec::new(),
            verdict: Verdict::Endpoints,
            entries: Vec::new(),
            masked: Vec::new(),
            upstream: None,
            release,
            endpoints: OnceCell::new(),
        }
    }

    /// The endpoints in the order tried; empty unless the verdict is [`Verdict::Endpoints`]. They are made when they are
    /// first asked for: a check of the file alone never needs it.
    pub fn endpoints(&self) -> &[Endpoint] {
        self.endpoints.get_or_init(|| match self.verdict {
            Verdict::Endpoints => self.hosts().map(|h| endpoint(self.release, h)).collect(),
            _ => Vec::new(),
        })
    }

    /// The entries that become endpoints: those of a file that is used, without the last where containerd completes it.
    fn hosts(&self) -> impl Iterator<Item = &Host> {
        let entries = match self.hosts_toml {
            HostsToml::Loaded => self.entries.as_slice(),
            _ => &[],
        };
        let as_written = match (&self.upstream, entries.split_last()) {
            (Some(_), Some((_, others))) => others,
            _ => entries,
        };
        as_written.iter().chain(&self.upstream)
    }

    /// The problem that decides: containerd's own.
    pub fn reason(&self) -> Option<&Problem> {
        let effect = match (self.verdict, self.hosts_toml) {
            (Verdict::Crash, _) => Effect::Crash,
            (Verdict::PullsFail, _) => Effect::PullsFail,
            (Verdict::Unknown, _) => Effect::Unknown,
            (_, HostsToml::Ignored) => Effect::FileIgnored,
            _ => return None,
        };
        self.problems
            .iter()
            .find(|problem| problem.effect == effect)
    }
}

/// Returns the outcome on this release for the registry host, with `root` as its config path.
pub fn load(release: Release, files: &dyn Files, root: &str, host: &str) -> Outcome {
    let lookup = directory::lookup(release, files, root, host);
    let mut outcome = match (&lookup.failed, &lookup.chosen) {
        (Some((_, error)), _) => {
            let mut outcome = Outcome::new(release);
            match error.is_unknown() {
                true => unknown(&mut outcome, Cause::Directory(error.clone())),
                false => fail(&mut outcome, Cause::Directory(error.clone())),
            }
            outcome
        }
        (None, Some(name)) => load_directory(release, files, &path::join(root, name), host),
        (None, None) => {
            let mut outcome = Outcome::new(release);
            outcome.upstream = Some(with_defaults(release, Host::empty(), host));
            outcome
        }
    };
    outcome.lookup = lookup;
    outcome
}

/// The same for a directory that was chosen already; `host` is the registry host that led to it.
pub fn load_directory(release: Release, files: &dyn Files, dir: &str, host: &str) -> Outcome {
    let mut directory = Directory::read(files, dir, host);
    let decoded = directory.decode(release);
    directory.outcome(release, decoded)
}

/// A directory that is loaded for several releases: its hosts.toml is read once, decoded once for all that decode it
/// alike, and loaded once for all that then do the same.
pub struct Directory<'a> {
    files: &'a dyn Files,
    dir: &'a str,
    host: &'a str,
    text: Result<Cow<'a, [u8]>, FileError>,
    decoded: Vec<Reading>,
    loaded: Vec<(Load, Rc<Outcome>)>,
}

/// A way in which the text is decoded.
struct Reading {
    dialect: toml::Dialect,
    decoded: Decoded,
    /// The first that came to the same: most texts are decoded alike by all.
    first: usize,
}

/// The inputs of an outcome, besides the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Load {
    /// Which of the ways in which the text was decoded.
    decoded: Option<usize>,
    traits: LoaderTraits,
}

impl<'a> Directory<'a> {
    /// Reads the hosts.toml of `dir`; `host` is the registry host that led to it.
    pub fn read(files: &'a dyn Files, dir: &'a str, host: &'a str) -> Directory<'a> {
        Directory {
            files,
            dir,
            host,
            text: files.read(&path::join(dir, "hosts.toml")),
            decoded: Vec::new(),
            loaded: Vec::new(),
        }
    }

    /// The text of hosts.toml.
    pub fn text(&self) -> Option<&[u8]> {
        self.text.as_deref().ok()
    }

    /// Returns the outcome of the directory on this release.
    pub fn load(&mut self, release: Release) -> Rc<Outcome> {
        let decoded = self.decode(release);
        let file = decoded.and_then(|index| self.decoded[index].decoded.file.as_ref());
        let mut traits = release.loader_traits();
        // A difference that the file does not use does not count.
        let own = traits.go;
        let same_for_all = |url: &str| own.for_url(&hosts::with_scheme(url)) == Rules::NEWEST;
        traits.dial_timeout_is_tls =
            traits.dial_timeout_is_tls && file.is_some_and(HostsFile::has_dial_timeout);
        if file.is_none_or(|file| file.urls().all(same_for_all)) {
            // Brackets and serial numbers in certificates still count.
            traits.go.single_colon = Rules::NEWEST.single_colon;
        }
        let load = Load { decoded, traits };
        if let Some((_, outcome)) = self.loaded.iter().find(|(known, _)| *known == load) {
            return Rc::clone(outcome);
        }
        let outcome = Rc::new(self.outcome(release, decoded));
        self.loaded.push((load, Rc::clone(&outcome)));
        outcome
    }

    fn outcome(&self, release: Release, decoded: Option<usize>) -> Outcome {
        let mut outcome = Outcome::new(release);
        match &self.text {
            Err(FileError::NotFound) => {}
            Err(error) if error.is_unknown() => {
                unknown(&mut outcome, Cause::HostsFile(error.clone()));
                return outcome;
            }
            Err(error) => {
                fail(&mut outcome, Cause::HostsFile(error.clone()));
                return outcome;
            }
            Ok(text) if text.is_empty() => outcome.hosts_toml = HostsToml::Empty,
            Ok(_) => {
                outcome.entries = self.read_hosts_toml(release, decoded, &mut outcome.problems);
                outcome.hosts_toml = HostsToml::Loaded;
                match outcome.problems.first().map(|p| p.effect) {
                    Some(Effect::Crash) => outcome.verdict = Verdict::Crash,
                    Some(_) => outcome.hosts_toml = HostsToml::Ignored,
                    None => {}
                }
                if !outcome.problems.is_empty() {
                    for entry in &outcome.entries {
                        read_tls_files(release, self.files, entry, &mut outcome.masked);
                    }
                }
            }
        }
        if outcome.verdict == Verdict::Crash {
            return outcome;
        }
        let last = match outcome.hosts_toml {
            HostsToml::Loaded => outcome
                .entries
                .last()
                .filter(|last| last.host.is_empty())
                .cloned(),
            _ => match certificate_files(self.files, self.dir) {
                Ok(host) => Some(host),
                Err(cause) => {
                    match &*cause {
                        Cause::List(error) | Cause::TlsFile { error, .. } if error.is_unknown() => {
                            unknown(&mut outcome, *cause);
                        }
                        _ => fail(&mut outcome, *cause),
                    }
                    return outcome;
                }
            },
        };
        outcome.upstream = last.map(|last| with_defaults(release, last, self.host));
        let mut failures = Vec::new();
        for host in outcome.hosts() {
            read_tls_files(release, self.files, host, &mut failures);
        }
        if !failures.is_empty() {
            outcome.verdict = Verdict::PullsFail;
            outcome.problems.append(&mut failures);
        }
        outcome
    }

    /// Reads the entries of the decoded text, collecting what containerd objects to.
    fn read_hosts_toml(
        &self,
        release: Release,
        decoded: Option<usize>,
        problems: &mut Vec<Problem>,
    ) -> Vec<Host> {
        let Some(decoded) = decoded.map(|index| &self.decoded[index].decoded) else {
            return Vec::new();
        };
        problems.extend(decoded.problems.iter().map(|problem| Problem {
            effect: match problem.kind {
                ProblemKind::Panic { .. } => Effect::Crash,
                _ => Effect::FileIgnored,
            },
            cause: Cause::Toml(problem.kind.clone()),
            span: Some(problem.span.clone()),
            role: None,
        }));
        match &decoded.file {
            Some(file) => hosts::read(release, file, self.dir, problems),
            None => Vec::new(),
        }
    }

    /// Decodes the text, if there is any; equal answers get the same number.
    fn decode(&mut self, release: Release) -> Option<usize> {
        let text = self.text.as_deref().ok().filter(|text| !text.is_empty())?;
        let dialect = release.dialect();
        let mut known = self.decoded.iter();
        if let Some(known) = known.find(|known| dialect.decodes_as(known.dialect, &known.decoded)) {
            return Some(known.first);
        }
        let decoded = dialect.decode(text);
        let is_equal = |known: &Reading| {
            known.decoded.file == decoded.file && known.decoded.problems == decoded.problems
        };
        let equal = self.decoded.iter().position(is_equal);
        let first = equal.unwrap_or(self.decoded.len());
        self.decoded.push(Reading {
            dialect,
            decoded,
            first,
        });
        Some(first)
    }
}

fn fail(outcome: &mut Outcome, cause: Cause) {
    outcome.verdict = Verdict::PullsFail;
    outcome.problems.push(Problem {
        effect: Effect::PullsFail,
        cause,
        span: None,
        role: None,
    });
}

fn unknown(outcome: &mut Outcome, cause: Cause) {
    outcome.verdict = Verdict::Unknown;
    outcome.problems.push(Problem {
        effect: Effect::Unknown,
        cause,
        span: None,
        role: None,
    });
}

/// Docker's layout: `*.crt` are CAs, `*.cert` with the `.key` of the same stem are client pairs.
pub fn certificate_files(files: &dyn Files, dir: &str) -> Result<Host, Box<Cause>> {
    let found = |name: &str| WrittenPath {
        written: String::new(),
        path: path::join(dir, name),
        span: None,
    };
    let entries = match files.list(dir) {
        Ok(entries) => entries,
        Err(FileError::NotFound) => Vec::new(),
        Err(error) => return Err(Box::new(Cause::List(error))),
    };
    let mut host = Host::empty();
    for entry in entries.iter().filter(|entry| !entry.is_dir) {
        if entry.name.ends_with(".crt") {
            host.ca.get_or_insert_default().push(found(&entry.name));
        }
        if let Some(stem) = entry.name.strip_suffix(".cert") {
            let key = found(&format!("{stem}.key"));
            let key = match files.stat(&key.path) {
                Ok(()) => Some(key),
                Err(FileError::NotFound) => None,
                Err(error) => {
                    return Err(Box::new(Cause::TlsFile {
                        file: TlsFile::ClientKey,
                        written: String::new(),
                        path: key.path,
                        error,
                    }));
                }
            };
            host.client.push(ClientPair {
                certificate: found(&entry.name),
                key,
            });
        }
    }
    Ok(host)
}

/// The namespace itself, as the last endpoint. TLS settings and headers of the root stay,
/// capabilities and path are reset.
fn with_defaults(release: Release, mut last: Host, host: &str) -> Host {
    last.role = Role::Upstream;
    last.scheme = "https".into();
    last.host = host.to_owned();
    if host == "docker.io" {
        last.host = "registry-1.docker.io".to_owned();
    } else if is_loopback(host) {
        let port = port_of(host);
        match release.loopback_default() {
            LoopbackDefault::Https => {}
            LoopbackDefault::Http => {
                last.scheme = "http".into();
                last.skip_verify = Some(true);
            }
            LoopbackDefault::ByPort => {
                if !port.is_empty() && port != "443" {
                    last.scheme = "http".into();
                }
                if port != "80" {
                    last.skip_verify = Some(true);
                }
            }
        }
    }
    last.path = "/v2".into();
    last.capabilities = Capabilities::all(release.referrers());
    last
}

/// Whether HTTPS is tried first on this entry, then plain HTTP, although it is written with `http://`.
pub fn tries_https_first(release: Release, host: &Host) -> bool {
    let explicit =
        host.tls().is_set() || host.dial_timeout.is_some() && release.dial_timeout_is_tls();
    let port = port_of(&host.host);
    host.scheme == "http"
        && explicit
        && match release.https_first() {
            HttpsFirst::Never => false,
            HttpsFirst::Always => true,
            HttpsFirst::ExplicitPort => !port.is_empty() && port != "80",
            HttpsFirst::AnyPortBut80 => port != "80",
        }
}

fn endpoint(release: Release, host: &Host) -> Endpoint {
    let http_fallback = tries_https_first(release, host);
    let tls = host.tls();
    Endpoint {
        role: host.role,
        scheme: match http_fallback {
            true => "https".into(),
            false => host.scheme.clone(),
        },
        host: host.host.clone(),
        path: host.path.clone(),
        capabilities: host.capabilities,
        tls,
        http_fallback,
        header: host.header.clone(),
        dial_timeout: host.dial_timeout,
        span: host.span.clone(),
    }
}

/// Reads the files of one entry as Go's TLS would, and adds what fails.
///
/// A file that this machine cannot know about is taken to be sound.
fn read_tls_files(release: Release, files: &dyn Files, host: &Host, problems: &mut Vec<Problem>) {
    let rules = release.go();
    let problem = |cause: Cause, at: &WrittenPath| Problem {
        effect: Effect::PullsFail,
        cause,
        span: at.span.clone(),
        role: Some(host.role),
    };
    let missing = |file: TlsFile, at: &WrittenPath, error: FileError| {
        let cause = Cause::TlsFile {
            file,
            written: at.written.clone(),
            path: at.path.clone(),
            error,
        };
        problem(cause, at)
    };
    for ca in host.ca.iter().flatten() {
        match files.authorities(&ca.path) {
            Ok(authorities) if authorities.is_accepted() => {}
            // Every Go accepts what the newest one does; an older one may accept more.
            Ok(_) if is_accepted_by(rules, files, &ca.path) => {}
            Ok(_) => problems.push(problem(
                Cause::Ca {
                    written: ca.written.clone(),
                    path: ca.path.clone(),
                },
                ca,
            )),
            Err(error) if error.is_unknown() => {}
            Err(error) => problems.push(missing(TlsFile::Ca, ca, error)),
        }
    }
    for pair in &host.client {
        let certificate = match files.read(&pair.certificate.path) {
            Ok(data) => Some(data),
            Err(error) if error.is_unknown() => None,
            Err(error) => {
                problems.push(missing(
                    TlsFile::ClientCertificate,
                    &pair.certificate,
                    error,
                ));
                None
            }
        };
        let key = match &pair.key {
            None => certificate.clone(),
            Some(key) => match files.read(&key.path) {
                Ok(data) => Some(data),
                Err(error) if error.is_unknown() => None,
                Err(error) => {
                    problems.push(missing(TlsFile::ClientKey, key, error));
                    None
                }
            },
        };
        let (Some(certificate), Some(key)) = (certificate, key) else {
            continue;
        };
        if let Err(error) = KeyPair::read_by(rules, &certificate, &key) {
            let part = |p: &Option<WrittenPath>, f: fn(&WrittenPath) -> &String| {
                p.as_ref().map(f).cloned().unwrap_or_default()
            };
            problems.push(problem(
                Cause::ClientKeyPair {
                    written: (
                        pair.certificate.written.clone(),
                        part(&pair.key, |p| &p.written),
                    ),
                    certificate: pair.certificate.path.clone(),
                    key: part(&pair.key, |p| &p.path),
                    error,
                },
                &pair.certificate,
            ));
        }
    }
}

/// Whether a Go with these rules finds a certificate in a file in which the newest finds none.
fn is_accepted_by(rules: Rules, files: &dyn Files, path: &str) -> bool {
    let data = match rules == Rules::NEWEST {
        true => return false,
        false => files.read(path),
    };
    data.is_ok_and(|data| CaPool::read_by(rules, &data).is_accepted())
}

/// `localhost`, or a loopback address, with or without a port; an IPv6 address in brackets
/// only with one.
pub fn is_loopback(host: &str) -> bool {
    let name = split_host_port(host).map_or(host, |(name, _)| name);
    name == "localhost"
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// The port as written, empty where there is none.
pub fn port_of(host: &str) -> &str {
    split_host_port(host).map_or("", |(_, port)| port)
}

/// Go's `net.SplitHostPort`: `host:port`, `[address]:port`; `None` without a port or with too many
/// colons.
pub fn split_host_port(text: &str) -> Option<(&str, &str)> {
    let colon = memchr::memrchr(b':', text.as_bytes())?;
    let (before, port) = (&text[..colon], &text[colon + 1..]);
    let host = match text.strip_prefix('[') {
        Some(_) => before.strip_prefix('[')?.strip_suffix(']')?,
        None if memchr::memchr(b':', before.as_bytes()).is_some() => return None,
        None => before,
    };
    let has_bracket = |text: &str| memchr::memchr2(b'[', b']', text.as_bytes()).is_some();
    (!has_bracket(host) && !has_bracket(port)).then_some((host, port))
}
