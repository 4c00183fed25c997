//! One version and one address, in every file that names them; and the scripts that change both.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::yaml;

/// A checkout of the repository.
struct Checkout<'a>(&'a Path);

impl Checkout<'_> {
    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A value of Cargo.toml's package.
    fn package(&self, key: &str) -> String {
        let manifest: toml_edit::DocumentMut = self.text("Cargo.toml").parse().unwrap();
        manifest["package"][key].as_str().unwrap().to_owned()
    }

    /// OWNER/NAME.
    fn slug(&self) -> String {
        let repository = self.package("repository");
        let words: Vec<&str> = repository.rsplitn(3, '/').collect();
        format!("{}/{}", words[1], words[0])
    }

    /// What is wrong: places that name another version or another address.
    fn disagreements(&self) -> Vec<String> {
        let version = self.package("version");
        let mut found = Vec::new();
        let mut expect = |place: &str, found_there: String, expected: String| {
            if found_there != expected {
                found.push(format!("{place}: {found_there:?} is not {expected:?}"));
            }
        };
        let lock = self.text("Cargo.lock");
        let (_, own) = lock
            .split_once("name = \"certsd-lint\"\nversion = \"")
            .unwrap();
        expect(
            "Cargo.lock",
            own.split('"').next().unwrap().to_owned(),
            version.clone(),
        );

        let action = self.text("action.yml");
        let action = yaml(&action);
        let default = action["inputs"]["version"]["default"].as_str().unwrap();
        expect("action.yml, version", default.to_owned(), version.clone());
        let steps = action["runs"]["steps"].as_sequence().unwrap();
        let repository = steps[0]["env"]["REPOSITORY"].as_str().unwrap();
        expect("action.yml, REPOSITORY", repository.to_owned(), self.slug());

        let hooks = self.text(".pre-commit-hooks.yaml");
        let hooks = yaml(&hooks);
        let image = hooks
            .as_sequence()
            .unwrap()
            .iter()
            .find(|hook| hook["language"].as_str() == Some("docker_image"))
            .and_then(|hook| hook["entry"].as_str()?.split(' ').next())
            .unwrap();
        let expected = format!("ghcr.io/{}:{version}", self.slug().to_lowercase());
        expect("the hook's image", image.to_owned(), expected);

        let setup = self.text("setup.py");
        let pinned = setup.split_once("\"certsd-lint==").unwrap().1;
        expect(
            "setup.py",
            pinned.split('"').next().unwrap().to_owned(),
            version.clone(),
        );

        let project: toml_edit::DocumentMut =
            self.text("release/python/pyproject.toml").parse().unwrap();
        assert!(
            project["project"].get("version").is_none(),
            "maturin takes Cargo.toml's"
        );
        let address = project["project"]["urls"]["Repository"].as_str().unwrap();
        expect(
            "the wheel's address",
            address.to_owned(),
            self.package("repository"),
        );

        let changelog = self.text("CHANGELOG.md");
        let mut headings = changelog
            .lines()
            .filter_map(|line| line.strip_prefix("## "));
        expect(
            "CHANGELOG.md",
            headings.next().unwrap().to_owned(),
            "Unreleased".to_owned(),
        );
        let newest = headings.next().unwrap().split(' ').next().unwrap();
        expect("CHANGELOG.md, newest", newest.to_owned(), version.clone());

        // What is pinned in prose and examples.
        for (place, text) in self.documents() {
            for pinned in pinned_versions(&text) {
                expect(&place, pinned.to_owned(), version.clone());
            }
            for slug in slugs(&text) {
                expect(&place, slug.to_lowercase(), self.slug().to_lowercase());
            }
        }
        found
    }

    /// The texts that people copy from.
    fn documents(&self) -> Vec<(String, String)> {
        let mut names: Vec<PathBuf> = vec!["README.md".into(), "action.yml".into()];
        for folder in ["docs", "docs/examples", ".github/workflows"] {
            // What is published does not have the workflows.
            let Ok(entries) = fs::read_dir(self.0.join(folder)) else {
                continue;
            };
            let files = entries
                .map(|e| e.unwrap())
                .filter(|e| e.file_type().unwrap().is_file());
            names.extend(files.map(|e| Path::new(folder).join(e.file_name())));
        }
        names.sort();
        let text = |name: &PathBuf| fs::read_to_string(self.0.join(name)).unwrap();
        names
            .iter()
            .map(|name| (name.display().to_string(), text(name)))
            .collect()
    }
}

/// The versions of this project that a text pins: `certsd-lint:0.1.0`, `certsd-lint==0.1.0`, `rev: v0.1.0` and so on.
fn pinned_versions(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some(at) = rest.find("certsd-lint").or_else(|| rest.find("rev: v")) {
            rest = &rest[at..];
            let length = if rest.starts_with("rev") { 5 } else { 11 };
            rest = &rest[length..];
            found.extend(version_at(
                rest.trim_start_matches([':', '=', '@', '-', '_', 'v']),
            ));
            // A commit, and the version that it is behind it.
            if let Some((commit, version)) = rest.split_once(" # v")
                && commit.starts_with('@')
            {
                found.extend(version_at(version));
            }
            if let Some((_, version)) = rest.split_once("/releases/download/v") {
                found.extend(version_at(version));
            }
        }
    }
    found
}

/// The version at the beginning of a text.
fn version_at(text: &str) -> Option<&str> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let version = text[..end].trim_end_matches('.');
    (version.split('.').count() == 3).then_some(version)
}

/// The places where a text names this project's repository with its owner.
fn slugs(text: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut found = Vec::new();
    for before in ["github.com/", "ghcr.io/", "uses: ", "--repo "] {
        for (at, _) in text.match_indices(before) {
            let rest = &text[at + before.len()..];
            let Some((owner, name)) = rest.split_once('/') else {
                continue;
            };
            // The example of an address to set is nobody's.
            let is_ours = name.starts_with("certsd-lint")
                && owner.chars().all(is_part)
                && owner != "your-name";
            if is_ours {
                found.push(&rest[..owner.len() + 1 + "certsd-lint".len()]);
            }
        }
    }
    found
}

#[test]
fn every_file_names_the_same_version_and_address() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = Checkout(root).disagreements();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_search_for_pinned_versions_finds_them() {
    for (text, versions) in [
        ("rev: v1.2.3", &["1.2.3"][..]),
        ("image: ghcr.io/x/certsd-lint:1.2.3-shell", &["1.2.3"]),
        (
            "certsd-lint==1.2.3 and certsd-lint_1.2.4_amd64.deb",
            &["1.2.3", "1.2.4"],
        ),
        ("uses: x/certsd-lint@0123456789abcdef # v1.2.3", &["1.2.3"]),
        (
            "x/certsd-lint/releases/download/v1.2.3/certsd-lint-1.2.4-x",
            &["1.2.3", "1.2.4"],
        ),
        ("certsd-lint --containerd 2.2.7", &[]),
    ] {
        assert_eq!(pinned_versions(text), versions, "{text}");
    }
    assert_eq!(
        slugs("https://github.com/a/certsd-lint/x ghcr.io/b/certsd-lint:1"),
        ["a/certsd-lint", "b/certsd-lint"]
    );
}

/// The program's own links follow from Cargo.toml's address.
#[test]
fn links_follow_the_address() {
    let repository = env!("CARGO_PKG_REPOSITORY");
    assert!(repository.starts_with("https://"), "{repository}");
    let folder = crate::program::Folder::new(&["certs.d/docker.io/hosts.toml"]);
    let ended = folder.run(&["--format", "sarif", "certs.d"]);
    let sarif: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let driver = &sarif["runs"][0]["tool"]["driver"];
    assert_eq!(driver["informationUri"], repository);
    let help = driver["rules"][0]["helpUri"].as_str().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        help.starts_with(&format!("{repository}/blob/v{version}/docs/rules/")),
        "{help}"
    );
    let schema: serde_json::Value = serde_json::from_str(&folder.run(&["schema"]).out).unwrap();
    let id = schema["$id"].as_str().unwrap();
    assert!(id.starts_with(&format!("{repository}/raw/")), "{id}");
}

/// A copy of what the scripts read and change; `None`, and a line that says so, without Python 3.11.
fn copy() -> Option<tempfile::TempDir> {
    let check = "import sys; sys.exit(sys.version_info < (3, 11))";
    let python = Command::new("python3").args(["-c", check]).output();
    if !python.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: Python 3.11 is not installed");
        return None;
    }
    let from = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let mut names: Vec<PathBuf> = [
        "Cargo.toml",
        "Cargo.lock",
        "CHANGELOG.md",
        "README.md",
        "setup.py",
        "action.yml",
        ".pre-commit-hooks.yaml",
    ]
    .map(PathBuf::from)
    .to_vec();
    for start in ["release", "docs/examples", ".github/workflows"] {
        let mut waiting = vec![PathBuf::from(start)];
        while let Some(name) = waiting.pop() {
            match from.join(&name).is_dir() {
                true => waiting.extend(
                    fs::read_dir(from.join(&name))
                        .unwrap()
                        .map(|entry| name.join(entry.unwrap().file_name())),
                ),
                false => names.push(name),
            }
        }
    }
    let documents = fs::read_dir(from.join("docs")).unwrap();
    names.extend(documents.map(|e| Path::new("docs").join(e.unwrap().file_name())));
    for name in names {
        let to = folder.path().join(&name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        if from.join(&name).is_file() {
            fs::copy(from.join(&name), to).unwrap();
        }
    }
    Some(folder)
}

fn script(folder: &Path, name: &str, word: &str) -> Output {
    Command::new("python3")
        .arg(folder.join("release").join(name))
        .arg(word)
        .current_dir(folder)
        // The copy is in no repository, whatever is above it.
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap())
        .output()
        .unwrap()
}

fn add_to_changelog(folder: &Path) {
    let path = folder.join("CHANGELOG.md");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        path,
        text.replacen("## Unreleased\n", "## Unreleased\n\n- News.\n", 1),
    )
    .unwrap();
}

#[test]
fn prepare_changes_every_place() {
    let Some(folder) = copy() else { return };
    let folder = folder.path();
    add_to_changelog(folder);
    let output = script(folder, "prepare", "98.7.6");
    assert!(output.status.success(), "{output:?}");
    let checkout = Checkout(folder);
    assert_eq!(checkout.package("version"), "98.7.6");
    let found = checkout.disagreements();
    assert!(found.is_empty(), "{found:#?}");
    // What names the releases of containerd, or of actions, is as it was.
    let old = Checkout(Path::new(env!("CARGO_MANIFEST_DIR")));
    let [before, after] = [&old, &checkout].map(|c| c.text(".github/workflows/release.yml"));
    assert_eq!(before, after);
}

#[test]
fn prepare_refuses_what_is_no_next_version() {
    let Some(folder) = copy() else { return };
    let folder = folder.path();
    let path = folder.join("CHANGELOG.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, section) = text.split_once("\n## Unreleased\n").unwrap();
    let (_, after) = section.split_once("\n## ").unwrap();
    fs::write(path, format!("{before}\n## Unreleased\n\n## {after}")).unwrap();
    let nothing_new = script(folder, "prepare", "98.7.6");
    assert!(
        !nothing_new.status.success(),
        "a release without a line in the changelog"
    );
    add_to_changelog(folder);
    for version in [
        "0.0.1",
        env!("CARGO_PKG_VERSION"),
        "v1.0.0",
        "1.0",
        "01.0.0",
        "--help",
    ] {
        let output = script(folder, "prepare", version);
        assert!(!output.status.success(), "{version}");
    }
    assert_eq!(
        Checkout(folder).package("version"),
        env!("CARGO_PKG_VERSION")
    );
}

#[test]
fn set_repository_changes_every_place() {
    let Some(folder) = copy() else { return };
    let folder = folder.path();
    let output = script(
        folder,
        "set-repository",
        "https://git.example.com/Some-One/lint.git",
    );
    assert!(output.status.success(), "{output:?}");
    let checkout = Checkout(folder);
    assert_eq!(
        checkout.package("repository"),
        "https://git.example.com/Some-One/lint"
    );
    let old = Checkout(Path::new(env!("CARGO_MANIFEST_DIR"))).slug();
    for (place, text) in checkout.documents() {
        assert!(!text.contains(&old), "{place}");
        assert!(
            !text.contains(&format!("ghcr.io/{}", old.to_lowercase())),
            "{place}"
        );
    }
    let action = checkout.text("action.yml");
    assert_eq!(
        yaml(&action)["runs"]["steps"][0]["env"]["REPOSITORY"].as_str(),
        Some("Some-One/lint")
    );
    for address in [
        "http://github.com/a/b",
        "a/b",
        "https://github.com/a",
        "https://x/a/b c",
    ] {
        let output = script(folder, "set-repository", address);
        assert!(!output.status.success(), "{address}");
    }
}

/// Whatever comes from outside is named by what it is, not by a tag that can move.
#[test]
fn actions_and_images_are_pinned() {
    let checkout = Checkout(Path::new(env!("CARGO_MANIFEST_DIR")));
    for (place, text) in checkout.documents() {
        for line in text
            .lines()
            .filter(|line| place.ends_with(".yml") && line.contains("uses: "))
        {
            let (_, used) = line.split_once("uses: ").unwrap();
            let (_, commit) = used
                .split_once('@')
                .unwrap_or_else(|| panic!("{place}: {line}"));
            let commit = commit.split(' ').next().unwrap();
            let is_commit = commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit());
            assert!(is_commit && line.contains(" # v"), "{place}: {line}");
        }
    }
    for line in checkout
        .text("Dockerfile")
        .lines()
        .filter(|line| line.starts_with("FROM "))
    {
        assert!(
            line == "FROM scratch" || line.contains("@sha256:"),
            "{line}"
        );
    }
}

/// `cargo publish` packs what the README links to, and nothing that Cargo.toml declares is left out.
#[test]
fn what_is_published_has_no_dead_links() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline", "--quiet"])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(listed.status.success(), "{listed:?}");
    let listed = String::from_utf8(listed.stdout).unwrap();
    let files: Vec<&str> = listed.lines().collect();
    for name in [
        "Cargo.lock",
        "benches/parts.rs",
        "src/main.rs",
        "rules/mod.rs",
        "CHANGELOG.md",
    ] {
        assert!(files.contains(&name), "{name} is not published");
    }
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    for (at, _) in readme.match_indices("](") {
        let target = readme[at + 2..].split([')', '#']).next().unwrap();
        if target.is_empty() || target.contains("://") {
            continue;
        }
        let is_there =
            files.contains(&target) || files.iter().any(|f| f.starts_with(&format!("{target}/")));
        assert!(
            is_there,
            "the README links to {target}, which is not published"
        );
    }
}
