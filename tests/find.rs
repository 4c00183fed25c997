//! From paths on a command line to trees: what is found, under which name, and how much of it.

use std::fs;
use std::path::{Path, PathBuf};

use certsd_lint::disk::{Exclusions, FindError, FindOptions, PathGlobs, PathKind, find};

/// A folder with these files; a name that ends with `/` is a directory.
fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        if file.ends_with('/') {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
    }
    folder
}

/// What is found, as `tree` or `tree: namespace namespace`; errors after it as `! error`.
fn found(root: &Path, paths: &[&str], options: &FindOptions) -> Vec<String> {
    let paths: Vec<PathBuf> = paths.iter().map(|path| root.join(path)).collect();
    let (trees, errors) = find(&paths, options);
    let root = root.to_str().unwrap();
    let short = |text: &str| {
        let text = text.replace(&format!("{root}/"), "").replace(root, ".");
        text.trim_end_matches('/').to_owned()
    };
    let trees = trees.iter().map(|tree| match &tree.only {
        _ if tree.lone.is_some() => format!("{} alone", short(&tree.shown(""))),
        None => short(&tree.shown),
        Some(only) => {
            let only: Vec<_> = only.iter().map(String::as_str).collect();
            format!("{}: {}", short(&tree.shown), only.join(" "))
        }
    });
    let errors = errors.iter().map(|error| match error {
        FindError::Unreadable { path, error } => format!("! unreadable {}: {error}", short(path)),
        FindError::Nothing { path, .. } => format!("! nothing {}", short(path)),
        FindError::Unrelated { path, .. } => format!("! unrelated {}", short(path)),
    });
    trees.chain(errors).collect()
}

fn check(files: &[&str], paths: &[&str], expected: &[&str]) {
    let folder = folder(files);
    assert_eq!(
        found(folder.path(), paths, &FindOptions::default()),
        expected,
        "{paths:?} in {files:?}"
    );
}

#[test]
fn a_config_path_a_namespace_and_a_file_of_each() {
    let tree = &[
        "certs.d/docker.io/hosts.toml",
        "certs.d/docker.io/ca.crt",
        "certs.d/quay.io/ca.crt",
        "certs.d/pki/ca.pem",
    ];
    check(tree, &["certs.d"], &["certs.d"]);
    check(tree, &["certs.d/"], &["certs.d"]);
    check(tree, &[""], &["certs.d"]);
    check(tree, &["certs.d/docker.io"], &["certs.d: docker.io"]);
    check(
        tree,
        &["certs.d/docker.io/hosts.toml"],
        &["certs.d: docker.io"],
    );
    check(tree, &["certs.d/quay.io"], &["certs.d: quay.io"]);
    check(tree, &["certs.d/docker.io/ca.crt"], &["certs.d"]);
    check(tree, &["certs.d/pki/ca.pem"], &["certs.d"]);
    let both = &["certs.d/docker.io/hosts.toml", "certs.d/quay.io"];
    check(tree, both, &["certs.d: docker.io quay.io"]);
}

#[test]
fn named_twice_found_once() {
    let tree = &["certs.d/docker.io/hosts.toml"];
    check(tree, &["certs.d", "certs.d/../certs.d", ""], &["certs.d"]);
    check(tree, &["certs.d/docker.io", "certs.d"], &["certs.d"]);
    let folder = folder(tree);
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(folder.path().join("certs.d"), link).unwrap();
    let options = FindOptions::default();
    assert_eq!(
        found(folder.path(), &["certs.d", "link"], &options),
        ["certs.d"]
    );
}

#[test]
fn any_number_of_trees_below_a_folder() {
    let files = &[
        "README.md",
        "Cargo.lock",
        "clusters/a/certs.d/docker.io/hosts.toml",
        "clusters/b/registries/docker.io/hosts.toml",
        "clusters/c/hosts.d/quay.io/ca.crt",
        "roles/containerd/files/certs.d/_default/hosts.toml",
        "node_modules/x/docker.io/hosts.toml",
        "clusters/a/certs.d/_backup/docker.io/hosts.toml",
    ];
    let all = &[
        "clusters/a/certs.d",
        "clusters/b/registries",
        "clusters/c/hosts.d",
        "roles/containerd/files/certs.d",
    ];
    check(files, &[""], all);
    check(files, &["clusters/b"], &["clusters/b/registries"]);
    check(files, &["README.md"], &["! unrelated README.md"]);
    check(
        files,
        &["clusters/c", "README.md"],
        &["clusters/c/hosts.d", "! unrelated README.md"],
    );
}

#[test]
fn a_namespace_below_a_namespace_is_no_tree() {
    let files = &[
        "certs.d/ghcr.io/hosts.toml",
        "certs.d/ghcr.io/org/hosts.toml",
        "certs.d/ghcr.io/org/team/hosts.toml",
    ];
    check(files, &[""], &["certs.d"]);
    check(files, &["certs.d/ghcr.io"], &["certs.d: ghcr.io"]);
    check(
        files,
        &["certs.d/ghcr.io/org/hosts.toml"],
        &["certs.d: ghcr.io"],
    );
}

#[test]
fn a_namespace_that_holds_only_nested_ones_is_no_tree() {
    let files = &["mirrors/ghcr.io/org/hosts.toml"];
    check(files, &["mirrors"], &["mirrors"]);
    check(files, &[""], &["mirrors"]);
    // A dot in a folder's name does not make it a namespace.
    let files = &["site.example/docker.io/hosts.toml", "x/hosts.toml"];
    check(files, &[""], &["site.example"]);
}

#[test]
fn files_where_directories_should_be() {
    check(&["mirrors/quay.io"], &["mirrors"], &["mirrors"]);
    check(
        &["certs.d/quay.io", "certs.d/README"],
        &["certs.d"],
        &["certs.d"],
    );
    check(
        &["code/Cargo.lock", "code/x"],
        &["code"],
        &["! nothing code"],
    );
}

#[test]
fn a_stray_hosts_file_leads_to_its_config_path() {
    let files = &["certs.d/hosts.toml", "certs.d/docker.io/hosts.toml"];
    check(files, &["certs.d/hosts.toml"], &["certs.d"]);
    check(files, &["certs.d"], &["certs.d"]);
    let files = &["mirrors/hosts.toml", "mirrors/docker.io/hosts.toml"];
    check(files, &["mirrors/hosts.toml"], &["mirrors"]);
    check(files, &["mirrors"], &["mirrors"]);
    check(&["certs.d/hosts.toml"], &["certs.d"], &["certs.d"]);
}

#[test]
fn trees_without_any_hosts_file() {
    check(&["certs.d/docker.io/host.toml"], &["certs.d"], &["certs.d"]);
    check(&["tree/docker.io/host.toml"], &["tree"], &["tree"]);
    check(&["certs.d/quay.io/ca.crt"], &[""], &["certs.d"]);
    check(&["certs.d/mirror/"], &["certs.d"], &["certs.d"]);
    check(
        &["folder/Cargo.lock", "folder/src/x.rs"],
        &["folder"],
        &["! nothing folder"],
    );
    check(&["certs.d/README.md"], &["certs.d"], &["! nothing certs.d"]);
    check(&["certs.d/"], &["certs.d"], &["! nothing certs.d"]);
    check(&["certs.d/"], &[""], &["! nothing "]);
    check(
        &[],
        &["nowhere"],
        &["! unreadable nowhere: it does not exist"],
    );
}

#[test]
fn a_directory_in_a_config_path_is_a_namespace_whatever_is_in_it() {
    let folder = folder(&[
        "certs.d/quay.io/host.toml",
        "x/docker.io/hosts.toml",
        "x/ghcr.io/",
    ]);
    let found = |path| found(folder.path(), &[path], &FindOptions::default());
    assert_eq!(found("certs.d/quay.io"), ["certs.d: quay.io"]);
    assert_eq!(found("x/ghcr.io"), ["x: ghcr.io"]);
}

#[test]
fn the_kind_can_be_said() {
    let files = &["x/docker.io/hosts.toml", "x/y/z/quay.io/hosts.toml"];
    let folder = folder(files);
    let found = |path, kind| {
        let kind = Some(kind);
        let options = FindOptions {
            kind,
            ..FindOptions::default()
        };
        found(folder.path(), &[path], &options)
    };
    assert_eq!(found("x", PathKind::ConfigPath), ["x"]);
    assert_eq!(found("x", PathKind::Search), ["x", "x/y/z"]);
    assert_eq!(found("x", PathKind::Namespace), [".: x"]);
    // A hosts.toml at the root of a config path is a stray one, and is told.
    assert_eq!(found("x/docker.io", PathKind::ConfigPath), ["x/docker.io"]);
}

#[test]
fn a_search_passes_over_what_is_excluded() {
    let files = &[
        "a/certs.d/docker.io/hosts.toml",
        "b/certs.d/docker.io/hosts.toml",
    ];
    let folder = folder(files);
    let mut globs = PathGlobs::default();
    globs.add(folder.path(), "b").unwrap();
    let exclude = Exclusions {
        globs,
        exempt: Vec::new(),
    };
    let options = FindOptions {
        exclude,
        ..FindOptions::default()
    };
    assert_eq!(found(folder.path(), &[""], &options), ["a/certs.d"]);
}

#[test]
fn links_in_circles_are_not_walked() {
    let folder = folder(&["a/certs.d/docker.io/hosts.toml"]);
    let link = |target: &str, name: &str| {
        std::os::unix::fs::symlink(target, folder.path().join(name)).unwrap();
    };
    link("..", "a/up");
    link("loop", "loop");
    let options = FindOptions::default();
    assert_eq!(found(folder.path(), &[""], &options), ["a/certs.d"]);
    assert_eq!(
        found(folder.path(), &["loop"], &options),
        ["! unreadable loop: it is a link to itself"]
    );
}

#[test]
fn standard_input_stands_for_a_hosts_file_that_need_not_exist() {
    let folder = folder(&["certs.d/docker.io/hosts.toml"]);
    for (name, expected) in [
        ("certs.d/docker.io/hosts.toml", "certs.d: docker.io"),
        ("certs.d/quay.io/hosts.toml", "certs.d: quay.io"),
        ("new/quay.io/hosts.toml", "new: quay.io"),
    ] {
        let options = FindOptions {
            stdin: Some((folder.path().join(name), b"server = 1".to_vec())),
            ..FindOptions::default()
        };
        assert_eq!(found(folder.path(), &[], &options), [expected]);
        let (trees, _) = find(&[], &options);
        let names = trees[0].namespaces().unwrap();
        let only = trees[0].only.clone().unwrap();
        assert!(names.iter().any(|n| only.contains(&n.name)), "{name}");
    }
}
