//! One line of at most 80 bytes, for node monitors: the worst finding, and how many more there are.
//!
//! node-problem-detector keeps 80 characters of all that a plugin prints, and monitoring plugins take what is behind `|` for
//! performance data, so the line has no `|`.

use std::io::{self, Write};

use crate::finding::words::count;
use crate::finding::{Finding, Report, Severity};
use crate::printable::one_line;

/// The longest line in bytes, with its line feed.
const LONGEST: usize = 80;

/// The longest name of a place in bytes.
const LONGEST_PLACE: usize = 32;

/// Writes the line.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(line(report).as_bytes())
}

fn line(report: &Report) -> String {
    if let Some(failure) = report.failures.first() {
        return fitted("failed: ", &failure.to_string(), "", "");
    }
    let severities = [Severity::Error, Severity::Warning, Severity::Note];
    let worst = severities
        .into_iter()
        .flat_map(|severity| report.findings.of_severity(severity))
        .next();
    let Some(worst) = worst else {
        return clean(report);
    };
    // Among those of one severity, the one with the worst consequence.
    let of_severity = report.findings.of_severity(worst.severity);
    let worst = of_severity
        .min_by_key(|finding| finding.consequence)
        .unwrap_or(worst);
    let more = match report.findings.len() - 1 {
        0 => String::new(),
        more => format!(" (+{more})"),
    };
    fitted(
        &format!("{}: {}: ", worst.severity.word(), place(&worst)),
        &worst.message,
        &format!(" [{}]", worst.rule.name),
        &more,
    )
}

fn clean(report: &Report) -> String {
    let looked = &report.summary;
    let mut what = count(looked.namespaces, "namespace", "namespaces");
    if looked.nodes > 0 {
        what = format!("{what} and {}", count(looked.nodes, "node", "nodes"));
    }
    let releases: Vec<String> = report.releases.iter().map(ToString::to_string).collect();
    let releases = releases.join(", ");
    fitted(
        &format!("ok: {what}"),
        &format!(", containerd {releases}"),
        "",
        "",
    )
}

/// The namespace, or the end of the path.
fn place(finding: &Finding) -> String {
    let place = match &finding.namespace {
        Some(namespace) => namespace,
        None => &finding.location.path,
    };
    let place = plain(place);
    if place.len() <= LONGEST_PLACE {
        return place;
    }
    let mut from = place.len() - (LONGEST_PLACE - "…".len());
    while !place.is_char_boundary(from) {
        from += 1;
    }
    format!("…{}", &place[from..])
}

/// A text on one line, without what monitors take for more than text.
fn plain(text: &str) -> String {
    one_line(text).replace('|', "/")
}

/// The parts as one line: the end stays, the middle is cut to fit, and the extra is left out unless all of it fits.
fn fitted(start: &str, middle: &str, extra: &str, end: &str) -> String {
    let middle = plain(middle);
    let room = LONGEST.saturating_sub(start.len() + end.len() + 1);
    if middle.len() + extra.len() <= room {
        return format!("{start}{middle}{extra}{end}\n");
    }
    if middle.len() <= room {
        return format!("{start}{middle}{end}\n");
    }
    let mut to = room.saturating_sub("…".len());
    while !middle.is_char_boundary(to) {
        to -= 1;
    }
    format!("{start}{}…{end}\n", &middle[..to])
}
