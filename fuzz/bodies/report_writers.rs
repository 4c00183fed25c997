//! Bytes are what findings say, where they are and what is in their files: every format can be read, whatever it is.

use std::sync::Arc;

use certsd_lint::containerd::Release;
use certsd_lint::finding::{
    Consequence, Edit, Finding, Fix, Location, Packed, Related, Report, Safety, Severity, Source,
    Suppressed, Suppressor,
};
use certsd_lint::rules::RULES;

use super::{Body, Seeds, lint};

pub const BODY: Body = Body {
    name: "report_writers",
    run,
    seeds,
};

/// What is eaten from the front of the bytes.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn number(&mut self) -> usize {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                usize::from(*first)
            }
            None => 0,
        }
    }

    fn text(&mut self) -> String {
        let end = self.0.iter().position(|byte| *byte == 0);
        let (text, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest.get(1..).unwrap_or_default();
        String::from_utf8_lossy(text).into_owned()
    }

    fn place(&mut self, source: &Arc<Source>) -> Location {
        let (start, length) = (self.number(), self.number());
        match start % 7 {
            0 => Location::path(self.text()),
            _ => Location::span(source, start..start + length),
        }
    }

    fn finding(&mut self, source: &Arc<Source>) -> Finding {
        let kind = self.number();
        let location = self.place(source);
        let mut finding = Finding {
            rule: &RULES[kind % RULES.len()].meta,
            severity: [Severity::Note, Severity::Warning, Severity::Error][kind % 3],
            consequence: [Consequence::Crash, Consequence::Advice][kind % 2],
            message: self.text(),
            label: self.text(),
            effect: self.text(),
            help: self.text(),
            releases: Release::supported().split_off(kind % 4).into(),
            namespace: (!kind.is_multiple_of(5)).then(|| self.text()),
            location,
            related: Vec::new(),
            fix: None,
            unknown_here: "",
        };
        for _ in 0..kind % 3 {
            finding.related.push(Related {
                location: self.place(source),
                text: self.text(),
            });
        }
        if kind % 4 == 1 {
            // As a rule makes it: on whole characters of the finding's own file.
            let span = Location::span(source, self.number()..self.number()).span;
            finding.fix = Some(Fix::new(
                Safety::Safe,
                self.text(),
                vec![Edit {
                    span: span.unwrap_or(0..0),
                    replacement: self.text(),
                }],
            ));
        }
        finding
    }
}

fn run(data: &[u8]) {
    let mut rest = Rest(data);
    let path = rest.text();
    let source = Arc::new(Source::new(path, rest.text().as_bytes()));
    let mut findings = Vec::new();
    while !rest.0.is_empty() && findings.len() < 8 {
        findings.push(rest.finding(&source));
    }
    let shown = |finding: &Finding| {
        let Finding {
            message,
            label,
            effect,
            help,
            namespace,
            location,
            fix,
            ..
        } = finding;
        let texts = (message, label, effect, help, namespace);
        format!("{texts:?} {} {:?} {fix:?}", location.path, location.span)
    };
    let packed: Packed<Finding> = findings.clone().into();
    assert!(
        packed
            .iter()
            .map(|f| shown(&f))
            .eq(findings.iter().map(shown))
    );
    let mut report = Report {
        files: vec![source.path.clone()],
        rules: RULES.iter().map(|rule| &rule.meta).collect(),
        releases: Release::supported(),
        ..Report::default()
    };
    for (index, finding) in findings.into_iter().enumerate() {
        let reason = finding.help.clone();
        match index % 4 {
            2 => report.suppressed.push(Suppressed {
                finding,
                by: Suppressor::Comment { reason },
            }),
            3 => report.suppressed.push(Suppressed {
                finding,
                by: Suppressor::Baseline,
            }),
            _ => report.findings.push(finding),
        }
    }
    report.findings.sort();
    report.suppressed.sort();
    lint::assert_formats(&report);
}

fn seeds(seeds: &Seeds) -> Vec<Vec<u8>> {
    let parts: [&[u8]; 8] = [
        b"certs.d/docker.io/hosts.toml\0",
        b"server = \"https://a\"\n[host.\"x\"]\n\0",
        b"\x05\x01\x09`pul` is no capability\0label\0effect\0help\0docker.io\0",
        b"\x08\x0e\x03a\x1b[2J\0\0::error::x\0##[b]\0x\0\x07\x02see\0\x00\x00a/b\0c\0",
        b"\x09\x03\x04m\0l\0e\0h\0n\0fix it\0\x02\x05new\0",
        b"\x04\x00\x00a: b\0<&\"'>\0]]>\0|`\0%0A\0",
        b"\x0b\x20\xff\xe2\x80\xae\0\xc2\x9b\0\n\n\0\r\0\t\0",
        b"\x06\x00\x01\0\0\0\0\0\0",
    ];
    let mut all = vec![parts.concat()];
    all.extend((2..parts.len()).map(|end| parts[..=end].concat()));
    for file in seeds.hosts_files().into_iter().take(40) {
        all.push([parts[0], &file, b"\0", parts[2], parts[3], parts[4]].concat());
    }
    all
}
