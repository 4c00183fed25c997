//! Metrics in the OpenMetrics text format 1.0: <https://prometheus.io/docs/specs/om/open_metrics_spec/>.
//!
//! Every metric is a gauge, so that the older text format, which node_exporter's textfile collector reads, means the same.
//! Each family has at most [`MAX_SERIES`] series, the worst first; `certsd_lint_omitted_series` says how many are left out.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

use crate::finding::{CertificateFacts, Report, Severity, State, UsedFile};
use crate::printable::one_line;

/// The most series of one family.
const MAX_SERIES: usize = 1_000;

/// The most bytes of a label's value: paths and names come from the disk and from certificates.
const MAX_LABEL: usize = 256;

/// Writes the metrics.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = Writer {
        out,
        omitted: Vec::new(),
    };
    writer.run(report)?;
    writer.findings(report)?;
    writer.nodes(report)?;
    writer.namespaces(report)?;
    writer.certificates(report)?;
    writer.omitted()?;
    writer.out.write_all(b"# EOF\n")
}

/// A namespace that uses a certificate file, and what for.
type User<'a> = (&'a str, &'static str);

/// A family of series with the same labels.
struct Family {
    name: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
}

const BUILD_INFO: Family = Family {
    name: "certsd_lint_build_info",
    help: "The version of certsd-lint that wrote these metrics.",
    labels: &["version"],
};
const LAST_RUN: Family = Family {
    name: "certsd_lint_last_run_timestamp_seconds",
    help: "When certsd-lint last wrote these metrics.",
    labels: &[],
};
const DURATION: Family = Family {
    name: "certsd_lint_last_run_duration_seconds",
    help: "How long the last run took.",
    labels: &[],
};
const FAILURES: Family = Family {
    name: "certsd_lint_last_run_failures",
    help: "How many failures the last run had; its findings may be incomplete.",
    labels: &[],
};
const BY_SEVERITY: Family = Family {
    name: "certsd_lint_findings_by_severity",
    help: "Findings of each severity.",
    labels: &["severity"],
};
const FINDINGS: Family = Family {
    name: "certsd_lint_findings",
    help: "Findings of each rule in each namespace.",
    labels: &["rule", "severity", "namespace"],
};
const READ: Family = Family {
    name: "certsd_lint_config_path_read",
    help: "Whether CRI pulls of this containerd release read hosts.toml files (1) or not (0).",
    labels: &["config", "release"],
};
const NAMESPACES: Family = Family {
    name: "certsd_lint_namespaces",
    help: "Namespaces in each state, for each containerd release.",
    labels: &["release", "state"],
};
const STATE: Family = Family {
    name: "certsd_lint_namespace_state",
    help: "1 for the state in which this containerd release finds the namespace: crash, pulls_fail, ignored, unknown, absent or loaded.",
    labels: &["path", "namespace", "release", "state"],
};
const NOT_AFTER: Family = Family {
    name: "certsd_lint_certificate_not_after_seconds",
    help: "The end of the validity of a certificate that endpoints use, in seconds since 1970.",
    labels: &["path", "subject", "serial", "namespace", "use"],
};
const OMITTED: Family = Family {
    name: "certsd_lint_omitted_series",
    help: "Series that are left out of a family because it has too many.",
    labels: &["family"],
};

struct Writer<'a> {
    out: &'a mut dyn Write,
    omitted: Vec<(&'static str, usize)>,
}

impl Writer<'_> {
    fn run(&mut self, report: &Report) -> io::Result<()> {
        let inventory = &report.inventory;
        self.one(&BUILD_INFO, &[env!("CARGO_PKG_VERSION")], 1)?;
        self.one(&LAST_RUN, &[], inventory.now)?;
        let seconds = inventory.duration.as_secs_f64();
        self.one(&DURATION, &[], format_args!("{seconds:.3}"))?;
        self.one(&FAILURES, &[], report.failures.len())
    }

    fn findings(&mut self, report: &Report) -> io::Result<()> {
        self.head(&BY_SEVERITY)?;
        for severity in [Severity::Error, Severity::Warning, Severity::Note] {
            let number = report.count(severity);
            self.sample(&BY_SEVERITY, &[severity.word()], number)?;
        }
        let mut counts: BTreeMap<_, usize> = BTreeMap::new();
        for finding in report.findings.iter() {
            let namespace = finding.namespace.unwrap_or_default();
            let key = (finding.severity, finding.rule.name, namespace);
            *counts.entry(key).or_default() += 1;
        }
        // The highest severity is the last.
        let rows = counts.iter().rev().map(|((severity, rule, namespace), n)| {
            let labels = [*rule, severity.word(), namespace].map(str::to_owned);
            (labels.to_vec(), *n as i64)
        });
        self.family(&FINDINGS, counts.len(), rows)
    }

    fn nodes(&mut self, report: &Report) -> io::Result<()> {
        let nodes = &report.inventory.nodes;
        let rows: Vec<(Vec<String>, i64)> = nodes
            .iter()
            .flat_map(|node| {
                node.reads.iter().map(|(release, reads)| {
                    let labels = vec![node.config.clone(), release.to_string()];
                    (labels, i64::from(*reads))
                })
            })
            .collect();
        self.family(&READ, rows.len(), rows)
    }

    fn namespaces(&mut self, report: &Report) -> io::Result<()> {
        let namespaces = &report.inventory.namespaces;
        let states = namespaces.iter().flat_map(|namespace| {
            let states = namespace.states.iter();
            states.map(move |(release, state)| (*state, namespace, *release))
        });
        let mut counts: BTreeMap<_, usize> = BTreeMap::new();
        for release in &report.releases {
            for state in State::ALL {
                counts.insert((*release, state), 0);
            }
        }
        for (state, _, release) in states.clone() {
            *counts.entry((release, state)).or_default() += 1;
        }
        let rows = counts.iter().map(|((release, state), number)| {
            let labels = vec![release.to_string(), state.word().to_owned()];
            (labels, *number as i64)
        });
        self.family(&NAMESPACES, counts.len(), rows)?;
        let mut states: Vec<_> = states.collect();
        states.sort_by_key(|(state, ..)| *state);
        let rows = states.iter().map(|(state, namespace, release)| {
            let labels = vec![
                namespace.path.clone(),
                namespace.namespace.clone(),
                release.to_string(),
                state.word().to_owned(),
            ];
            (labels, 1)
        });
        self.family(&STATE, states.len(), rows)
    }

    fn certificates(&mut self, report: &Report) -> io::Result<()> {
        let files = &report.inventory.files;
        let users: Vec<(&UsedFile, Vec<User>)> = files
            .values()
            .map(|file| {
                let users = file.users.iter();
                let users = users.map(|user| (user.namespace.as_str(), user.role.word()));
                let mut users: Vec<_> = users.collect();
                users.sort_unstable();
                users.dedup();
                (file, users)
            })
            .collect();
        let mut certificates: Vec<(&CertificateFacts, &UsedFile, &[User])> = users
            .iter()
            .flat_map(|(file, users)| {
                let certificates = file.certificates.iter();
                certificates.map(move |certificate| (certificate, *file, users.as_slice()))
            })
            .collect();
        // The first to end come first.
        certificates.sort_by_key(|(certificate, ..)| certificate.not_after);
        let total = certificates.iter().map(|(.., users)| users.len()).sum();
        let rows = certificates.iter().flat_map(|(certificate, file, users)| {
            users.iter().map(|(namespace, role)| {
                let (subject, serial) = (&certificate.subject, &certificate.serial);
                let labels = [file.path.as_str(), subject, serial, namespace, role];
                let labels = labels.map(str::to_owned).to_vec();
                (labels, certificate.not_after)
            })
        });
        self.family(&NOT_AFTER, total, rows)
    }

    fn omitted(&mut self) -> io::Result<()> {
        self.head(&OMITTED)?;
        for (family, number) in std::mem::take(&mut self.omitted) {
            self.sample(&OMITTED, &[family], number)?;
        }
        Ok(())
    }

    /// A family of one series.
    fn one(
        &mut self,
        family: &Family,
        values: &[&str],
        number: impl std::fmt::Display,
    ) -> io::Result<()> {
        self.head(family)?;
        self.sample(family, values, number)
    }

    /// A family of `total` rows, as far as it may have so many. Rows with the same labels are one series, the first.
    fn family(
        &mut self,
        family: &Family,
        total: usize,
        rows: impl IntoIterator<Item = (Vec<String>, i64)>,
    ) -> io::Result<()> {
        self.head(family)?;
        let mut written: HashSet<Vec<String>> = HashSet::new();
        for (values, number) in rows.into_iter().take(MAX_SERIES) {
            let values: Vec<String> = values.iter().map(|value| label(value)).collect();
            if written.contains(&values) {
                continue;
            }
            self.series(family, &values, number)?;
            written.insert(values);
        }
        let omitted = total.saturating_sub(MAX_SERIES);
        self.omitted.push((family.name, omitted));
        Ok(())
    }

    fn head(&mut self, family: &Family) -> io::Result<()> {
        let Family { name, help, .. } = family;
        writeln!(self.out, "# TYPE {name} gauge")?;
        if name.ends_with("_seconds") {
            writeln!(self.out, "# UNIT {name} seconds")?;
        }
        writeln!(self.out, "# HELP {name} {help}")
    }

    fn sample(
        &mut self,
        family: &Family,
        values: &[&str],
        number: impl std::fmt::Display,
    ) -> io::Result<()> {
        let values: Vec<String> = values.iter().map(|value| label(value)).collect();
        self.series(family, &values, number)
    }

    fn series(
        &mut self,
        family: &Family,
        values: &[String],
        number: impl std::fmt::Display,
    ) -> io::Result<()> {
        let labels = family.labels.iter().zip(values);
        let labels: Vec<String> = labels
            .map(|(name, value)| format!("{name}=\"{value}\""))
            .collect();
        match labels.is_empty() {
            true => writeln!(self.out, "{} {number}", family.name),
            false => writeln!(self.out, "{}{{{}}} {number}", family.name, labels.join(",")),
        }
    }
}

/// A label's value: printable, not too long, and escaped.
fn label(value: &str) -> String {
    let value = one_line(value);
    let mut end = value.len();
    if end > MAX_LABEL {
        end = MAX_LABEL;
        while !value.is_char_boundary(end) {
            end -= 1;
        }
    }
    let cut = if end < value.len() { "…" } else { "" };
    let value = &value[..end];
    format!("{value}{cut}")
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
