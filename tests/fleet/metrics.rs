//! `--format openmetrics`: what Prometheus and node_exporter read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::program::{Folder, certsd_lint};
use crate::{fixtures, tools};

/// The series of a text, by name and labels as written. Holds the text to what OpenMetrics asks for.
#[track_caller]
fn series(text: &str) -> BTreeMap<String, f64> {
    let (mut family, mut seen, mut all) = ("", BTreeSet::new(), BTreeMap::new());
    let body = text.strip_suffix("# EOF\n").expect("the end is marked");
    for line in body.lines() {
        if let Some(head) = line.strip_prefix("# ") {
            let mut words = head.splitn(3, ' ');
            let (kind, name) = (words.next().unwrap(), words.next().unwrap());
            let value = words.next().unwrap();
            match kind {
                "TYPE" => {
                    assert_eq!(value, "gauge");
                    assert!(seen.insert(name), "{name} comes twice");
                    family = name;
                }
                "UNIT" => assert!(name.ends_with(&format!("_{value}")), "{line}"),
                "HELP" => assert!(!value.is_empty() && !value.contains(['\\', '"'])),
                _ => panic!("{line}"),
            }
            assert_eq!(name, family, "{line}");
            continue;
        }
        let (name_and_labels, number) = line.rsplit_once(' ').expect("a value");
        let name = name_and_labels.split('{').next().unwrap();
        assert_eq!(name, family, "{line}");
        let labels = &name_and_labels[name.len()..];
        assert!(labels.is_empty() || has_labels(labels), "{line}");
        let number: f64 = number.parse().expect(line);
        let known = all.insert(name_and_labels.to_owned(), number);
        assert!(known.is_none(), "{line} comes twice");
    }
    all
}

/// Whether a text is `{name="value",…}`, with nothing in a value that is not escaped.
fn has_labels(text: &str) -> bool {
    let Some(mut rest) = text.strip_prefix('{') else {
        return false;
    };
    loop {
        let Some((name, value)) = rest.split_once("=\"") else {
            return false;
        };
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            return false;
        }
        let (mut end, mut escaped) = (None, false);
        for (at, c) in value.char_indices() {
            match c {
                '\\' | '"' | 'n' if escaped => escaped = false,
                _ if escaped => return false,
                '\\' => escaped = true,
                '"' => {
                    end = Some(at);
                    break;
                }
                c if c.is_control() => return false,
                _ => {}
            }
        }
        let Some(end) = end else { return false };
        rest = &value[end + 1..];
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return rest == "}",
        }
    }
}

const NOW: &str = "1767225600";

#[test]
fn every_fixture_is_written_as_metrics_that_others_read() {
    let folder = Folder::new(&[]);
    let mut texts = Vec::new();
    for (index, path) in fixtures::all().iter().enumerate() {
        let out = folder.path().join(format!("{index}.prom"));
        let mut command = certsd_lint();
        command.args(["--quiet", "--now", NOW, "--format", "openmetrics"]);
        command.args(["--output".as_ref(), out.as_os_str(), path.as_os_str()]);
        command.output().unwrap();
        let text = fs::read_to_string(&out).unwrap_or_else(|e| panic!("{path:?}: {e}"));
        assert!(series(&text).len() > 10, "{path:?}");
        texts.push(text);
    }
    const READ: &str = "\
import pathlib, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict
from prometheus_client.parser import text_string_to_metric_families as older
for path in pathlib.Path(sys.argv[1]).iterdir():
    text = path.read_text()
    for read in strict, older:
        assert sum(len(family.samples) for family in read(text)) > 10, path
";
    if let Some(read) = tools::python("prometheus_client", READ, &[fixtures::text(folder.path())]) {
        tools::accepts("prometheus_client", &read);
    }
    for text in texts {
        match tools::run("promtool", &["check", "metrics"], &text) {
            Some(checked) => tools::accepts("promtool check metrics", &checked),
            None => break,
        }
    }
}

/// A copy of a node's files, with a certificate.
fn node() -> Folder {
    let folder = Folder::new(&[]);
    folder.write(
        "root/etc/containerd/config.toml",
        "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = '/etc/containerd/certs.d'\n",
    );
    folder.write(
        "root/etc/containerd/certs.d/docker.io/hosts.toml",
        "[host.\"https://user:S3CR3T@m.internal\"]\ncapabilities = [\"pull\", \"resolve\"]\nca = [\"/etc/ssl/ca.pem\"]\n",
    );
    folder.write(
        "root/etc/containerd/certs.d/quay.io/hosts.toml",
        "[host.\"https://m.internal\"]\ncapabilities = [\"pul\"]\n",
    );
    let pki = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pki/");
    let ca = fs::read_to_string(format!("{pki}ca-rsa.pem")).unwrap();
    folder.write("root/etc/ssl/ca.pem", &ca);
    folder
}

#[test]
fn a_node_is_told_by_its_own_paths() {
    let folder = node();
    let args = ["--sysroot", "root", "--containerd", "2.2.7", "--now", NOW];
    let format = ["--format", "openmetrics", "--quiet"];
    let ended = folder.run(&[&args[..], &format].concat());
    let series = series(&ended.out);
    for (name, value) in [
        ("certsd_lint_last_run_timestamp_seconds", 1_767_225_600.0),
        ("certsd_lint_last_run_failures", 0.0),
        (
            "certsd_lint_config_path_read{config=\"/etc/containerd/config.toml\",release=\"2.2.7\"}",
            1.0,
        ),
        (
            "certsd_lint_namespace_state{path=\"/etc/containerd/certs.d/quay.io\",namespace=\"quay.io\",release=\"2.2.7\",state=\"ignored\"}",
            1.0,
        ),
        (
            "certsd_lint_namespaces{release=\"2.2.7\",state=\"loaded\"}",
            1.0,
        ),
        (
            "certsd_lint_findings{rule=\"unknown-capability\",severity=\"error\",namespace=\"quay.io\"}",
            1.0,
        ),
        (
            "certsd_lint_certificate_not_after_seconds{path=\"/etc/ssl/ca.pem\",subject=\"Valid RSA CA\",serial=\"1000\",namespace=\"docker.io\",use=\"ca\"}",
            4_859_740_800.0,
        ),
    ] {
        assert_eq!(series.get(name), Some(&value), "{name}\n{}", ended.out);
    }
    assert!(!ended.out.contains("S3CR3T"));
}

#[test]
fn a_config_path_that_is_not_read_is_0() {
    let folder = node();
    folder.write("root/etc/containerd/config.toml", "version = 3\n");
    let args = ["--sysroot", "root", "--containerd", "1.7.34,2.2.7"];
    let format = ["--format", "openmetrics", "--quiet"];
    let ended = folder.run(&[&args[..], &format].concat());
    let series = series(&ended.out);
    for release in ["1.7.34", "2.2.7"] {
        let name = format!(
            "certsd_lint_config_path_read{{config=\"/etc/containerd/config.toml\",release=\"{release}\"}}"
        );
        assert_eq!(series.get(&name), Some(&0.0), "{}", ended.out);
    }
}

#[test]
fn names_are_escaped_and_families_are_bounded() {
    let folder = Folder::new(&[]);
    folder.write("certs.d/a\"b\\c\u{202e}/hosts.toml", "x = 1\n");
    folder.write(
        &format!("certs.d/{}/hosts.toml", "é".repeat(120)),
        "x = 1\n",
    );
    for index in 0..400 {
        folder.write(&format!("certs.d/r{index}.example/hosts.toml"), "x = 1\n");
    }
    let args = ["--format", "openmetrics", "--quiet", "--no-config"];
    let ended = folder.run(&[&args[..], &["certs.d"]].concat());
    let series = series(&ended.out);
    let of = |name: &str| {
        let name = format!("{name}{{");
        series.keys().filter(|key| key.starts_with(&name)).count()
    };
    assert_eq!(of("certsd_lint_namespace_state"), 1_000);
    let omitted = "certsd_lint_omitted_series{family=\"certsd_lint_namespace_state\"}".to_owned();
    let releases = of("certsd_lint_namespaces") / 6;
    assert_eq!(series[&omitted], (402 * releases - 1_000) as f64);
    assert!(
        ended.out.contains("a\\\"b\\\\c\\\\u{202e}"),
        "{}",
        ended.out
    );
}

#[test]
fn a_bundle_that_many_namespaces_use_costs_no_more_than_the_bound() {
    let folder = Folder::new(&[]);
    let pki = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pki/");
    let bundle = fs::read_to_string(format!("{pki}ca-bundle-one-expired.pem")).unwrap();
    folder.write("ssl/ca.pem", &bundle.repeat(40));
    for index in 0..60 {
        folder.write(
            &format!("certs.d/r{index}.example/hosts.toml"),
            &format!(
                "[host.\"https://m.internal\"]\nca = \"{}/ssl/ca.pem\"\n",
                fixtures::text(folder.path())
            ),
        );
    }
    let args = ["--format", "openmetrics", "--quiet", "--no-config"];
    let ended = folder.run(&[&args[..], &["certs.d"]].concat());
    let series = series(&ended.out);
    // 120 certificates for each of 60 namespaces; equal ones are one series.
    let omitted =
        "certsd_lint_omitted_series{family=\"certsd_lint_certificate_not_after_seconds\"}";
    assert_eq!(series[omitted], 6_200.0);
    assert!(ended.out.contains("subject=\"Expired CA\""));
}
