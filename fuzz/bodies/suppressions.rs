//! Bytes are the comments of a hosts.toml: each of their lines is put into one, between the lines of a file that
//! breaks some rules.

use super::{Body, Seeds, lint};

pub const BODY: Body = Body {
    name: "suppressions",
    run,
    seeds,
};

/// Each line breaks a rule, or is the head of what does.
const LINES: [&str; 8] = [
    "server = \"https://docker.io\"",
    "skip_verify = true",
    "[host.\"http://mirror.internal:443\"]",
    "capabilities = [\"pull\", \"pul\"]",
    "skip_verify = true",
    "header = { Authorization = \"Basic abc\" }",
    "[host.\"https://mirror.internal/v2\".host.\"https://x\"]",
    "ca = [\"a.crt\",\n  \"b.crt\"]",
];

fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut comments = text.lines();
    let mut file = String::new();
    // A comment may stand alone or behind an item; which of both the bytes say too.
    for line in LINES {
        for comment in comments.by_ref() {
            match comment.strip_prefix('+') {
                Some(behind) => {
                    file.push_str(&format!("{line} #{behind}\n"));
                    break;
                }
                None if comment.is_empty() => {
                    file.push_str(&format!("{line}\n"));
                    break;
                }
                None => file.push_str(&format!("#{comment}\n")),
            }
        }
    }
    let trees = lint::overlaid(file.as_bytes());
    let report = lint::check(&trees);
    // What is silenced is found without the comments, or it would silence nothing.
    for finding in &report.suppressed {
        assert!(!finding.finding.releases.is_empty());
    }
}

fn seeds(seeds: &Seeds) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = [
        " certsd-lint: ignore-file[skip-verify] why\n\n\n\n",
        "+ certsd-lint: ignore[default-server] a reason\n+ certsd-lint: ignore[root-key-without-server, skip-verify]\n",
        " certsd-lint: ignore[plain-http]\n\n+certsd-lint:ignore[]\n certsd-lint ignore\n\n",
        "\n\n\n+ certsd-lint: ignore[unknown-capabilty\n+ certsd-lint: ignore\n",
    ]
    .into_iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    for file in seeds.hosts_files() {
        let text = String::from_utf8_lossy(&file).into_owned();
        let comments: Vec<&str> = text
            .lines()
            .filter_map(|line| line.split_once('#').map(|(_, comment)| comment))
            .collect();
        if !comments.is_empty() {
            all.push(format!("{}\n", comments.join("\n\n")).into_bytes());
        }
    }
    all
}
