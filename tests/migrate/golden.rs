//! What the program writes and says for each case, beside the case: the tree, `expected.txt` (what it prints) and
//! `lint.txt` (what the linter says of the tree). `BLESS=1 cargo test --test migrate` writes those.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::cases::{Case, cases};
use super::program::{Ended, Folder};

/// What the linter may say of a migrated tree: what the old configuration gives away, or what never worked. All else
/// would be a fault of the migration. The report of the migration tells each of them, in the words beside it.
const INHERENT: [(&str, &str); 6] = [
    ("skip-verify", "is not verified, as before"),
    ("plain-http", "is contacted over plain HTTP, as before"),
    (
        "override-without-path",
        "without the `/v2` of the registry API, as before",
    ),
    ("docker-io-server", "is a web site, not a registry"),
    ("public-mirror-resolve", "may resolve tags, as before"),
    ("missing-tls-file", "is a Windows path"),
];

#[test]
fn the_program_writes_and_says_what_lies_beside_the_cases() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut stale = Vec::new();
    for case in cases() {
        let made = make(&case);
        if bless {
            write(&case.folder, &made);
        } else if read(&case.folder) != made {
            let known = read(&case.folder);
            for (name, text) in &made {
                if known.get(name) != Some(text) {
                    stale.push(format!("{}/{name}:\n{text}", case.name));
                }
            }
            for name in known.keys().filter(|name| !made.contains_key(*name)) {
                stale.push(format!("{}/{name} is made no more", case.name));
            }
        }
    }
    assert!(
        stale.is_empty(),
        "not current, BLESS=1 writes it:\n{}",
        stale.join("\n")
    );
}

#[test]
fn the_document_shows_what_the_program_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(folder.join("docs/migrate.md")).unwrap();
    let case = folder.join("fixtures/migrate/kubespray");
    for (language, name) in [
        ("toml", "config.toml"),
        ("text", "expected.txt"),
        ("toml", "certs.d/docker.io/hosts.toml"),
    ] {
        let text = fs::read_to_string(case.join(name)).unwrap();
        assert!(
            document.contains(&format!("```{language}\n{text}```\n")),
            "docs/migrate.md does not show {name} of the case kubespray:\n{text}"
        );
    }
}

/// The files that a case makes, by their paths below it.
fn make(case: &Case) -> BTreeMap<String, String> {
    let folder = Folder::new(&[]);
    folder.write(case.source, &case.text);
    let mut args = vec!["migrate", case.source, "--output", "certs.d"];
    args.extend(case.args.iter().map(String::as_str));
    let ended = folder.run(&args);
    assert!(ended.err.is_empty(), "{}: {ended:#?}", case.name);
    let mut made = BTreeMap::new();
    let lost = ended.out.contains("not carried over: ");
    ended.ends(i32::from(lost));
    for name in [
        "hunter2",
        "s3cr3t",
        "correct-horse",
        "pw4auths",
        "letmein",
        "cHVsbGVy",
        "eyJhbGci",
        "abcdef",
    ] {
        assert!(
            !ended.out.contains(name),
            "{}: a secret is printed: {name}",
            case.name
        );
    }
    let certs_d = folder.path().join("certs.d");
    if certs_d.exists() {
        for entry in fs::read_dir(&certs_d).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let text = fs::read_to_string(certs_d.join(&name).join("hosts.toml")).unwrap();
            made.insert(format!("certs.d/{name}/hosts.toml"), text);
        }
        let lint = lint(case, &folder);
        expect_nothing_unexpected(case, &lint.out, &ended.out);
        made.insert("lint.txt".to_owned(), lint.out);
    }
    made.insert("expected.txt".to_owned(), ended.out);
    made
}

/// Lints the tree as it will be on a node.
fn lint(case: &Case, folder: &Folder) -> Ended {
    let mut args = vec![
        "--no-config",
        "--format",
        "concise",
        "--min-severity",
        "warning",
        "--deploy-path",
        "/etc/containerd/certs.d",
        "certs.d",
    ];
    args.extend(case.args.iter().map(String::as_str));
    folder.run(&args)
}

fn expect_nothing_unexpected(case: &Case, findings: &str, report: &str) {
    let report = report.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in findings.lines() {
        let inherent = INHERENT
            .iter()
            .find(|(rule, _)| line.contains(&format!("[{rule}]")));
        let Some((_, words)) = inherent else {
            panic!("{}: the linter says {line}", case.name);
        };
        assert!(report.contains(words), "{}: not told: {line}", case.name);
    }
}

fn read(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for name in ["expected.txt", "lint.txt"] {
        if let Ok(text) = fs::read_to_string(folder.join(name)) {
            files.insert(name.to_owned(), text);
        }
    }
    if let Ok(entries) = fs::read_dir(folder.join("certs.d")) {
        for entry in entries {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = format!("certs.d/{name}/hosts.toml");
            let text = fs::read_to_string(folder.join(&path)).unwrap();
            files.insert(path, text);
        }
    }
    files
}

fn write(folder: &Path, made: &BTreeMap<String, String>) {
    for name in read(folder).keys() {
        fs::remove_file(folder.join(name)).unwrap();
    }
    let _ = fs::remove_dir_all(folder.join("certs.d"));
    for (name, text) in made {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
