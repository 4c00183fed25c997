//! Links, permissions, and files that change under our feet.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use crate::program::Folder;

const BROKEN: &str = "[host.\"https://mirror.internal\"]\ncapabilities = [\"pul\", \"resolve\"]\n";
const MENDED: &str = "[host.\"https://mirror.internal\"]\ncapabilities = [\"pull\", \"resolve\"]\n";

fn read(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

fn set_mode(folder: &Folder, name: &str, mode: u32) {
    fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_link_stays_and_what_it_leads_to_is_replaced() {
    let folder = Folder::new(&["certs.d/quay.io/"]);
    // As Kubernetes mounts a ConfigMap.
    folder.write("certs.d/quay.io/..2026/hosts.toml", BROKEN);
    folder.link("..2026", "certs.d/quay.io/..data");
    folder.link("..data/hosts.toml", "certs.d/quay.io/hosts.toml");
    let ended = folder.run(&["--fix", "certs.d"]);
    assert!(!ended.ends(0).err.contains("is a link"));
    assert!(
        folder
            .path()
            .join("certs.d/quay.io/hosts.toml")
            .is_symlink()
    );
    assert_eq!(read(&folder, "certs.d/quay.io/..2026/hosts.toml"), MENDED);
}

#[test]
fn writing_through_a_link_out_of_the_tree_is_told() {
    let folder = Folder::new(&["certs.d/quay.io/"]);
    folder.write("elsewhere/hosts.toml", BROKEN);
    folder.link("../../elsewhere/hosts.toml", "certs.d/quay.io/hosts.toml");
    let ended = folder.run(&["--fix", "-q", "certs.d"]);
    ended
        .ends(0)
        .says("note: certs.d/quay.io/hosts.toml is a link: elsewhere/hosts.toml was written");
    assert_eq!(read(&folder, "elsewhere/hosts.toml"), MENDED);
}

#[test]
fn one_file_under_two_names_is_written_once() {
    let folder = Folder::new(&["certs.d/quay.io/", "certs.d/ghcr.io/"]);
    folder.write("certs.d/quay.io/hosts.toml", BROKEN);
    folder.link("../quay.io/hosts.toml", "certs.d/ghcr.io/hosts.toml");
    folder.link("quay.io", "certs.d/gcr.io");
    // A diff with the same change twice could not be applied, and neither could one of a link.
    let ended = folder.run(&["--diff", "certs.d"]);
    ended.ends(1).says("Would fix 3 findings in 1 file\n");
    assert_eq!(ended.out.matches("--- ").count(), 1, "{}", ended.out);
    assert!(ended.out.starts_with("--- certs.d/quay.io/hosts.toml\n"));
    let ended = folder.run(&["--fix", "certs.d"]);
    ended.ends(0).says("Fixed 3 findings in 1 file\n");
    assert_eq!(read(&folder, "certs.d/ghcr.io/hosts.toml"), MENDED);
    assert!(
        folder
            .path()
            .join("certs.d/ghcr.io/hosts.toml")
            .is_symlink()
    );
}

#[test]
fn mode_and_inode_of_others_stay() {
    let folder = Folder::new(&["certs.d/quay.io/"]);
    folder.write("certs.d/quay.io/hosts.toml", BROKEN);
    set_mode(&folder, "certs.d/quay.io/hosts.toml", 0o604);
    folder.run(&["--fix", "certs.d"]).ends(0);
    let metadata = fs::metadata(folder.path().join("certs.d/quay.io/hosts.toml")).unwrap();
    assert_eq!(metadata.mode() & 0o7777, 0o604);
    let names = fs::read_dir(folder.path().join("certs.d/quay.io")).unwrap();
    assert_eq!(names.count(), 1, "no temporary file is left");
}

#[test]
fn a_file_with_hard_links_is_left_alone() {
    let folder = Folder::new(&["certs.d/quay.io/"]);
    folder.write("certs.d/quay.io/hosts.toml", BROKEN);
    let path = folder.path().join("certs.d/quay.io/hosts.toml");
    fs::hard_link(&path, folder.path().join("twin")).unwrap();
    let ended = folder.run(&["--fix", "certs.d"]);
    ended.fails("cannot write certs.d/quay.io/hosts.toml: it has 2 hard links");
    assert!(
        ended.out.contains("unknown-capability"),
        "it is reported still"
    );
    assert_eq!(read(&folder, "twin"), BROKEN);
}

#[test]
fn what_is_read_only_is_told_and_the_others_are_written() {
    let folder = Folder::new(&["certs.d/quay.io/", "certs.d/ghcr.io/"]);
    folder.write("certs.d/quay.io/hosts.toml", BROKEN);
    folder.write("certs.d/ghcr.io/hosts.toml", BROKEN);
    set_mode(&folder, "certs.d/ghcr.io/hosts.toml", 0o444);
    let ended = folder.run(&["--fix", "certs.d"]);
    ended.fails("cannot write certs.d/ghcr.io/hosts.toml: it is read-only");
    ended.says("Fixed 1 finding in 1 file");
    assert_eq!(read(&folder, "certs.d/ghcr.io/hosts.toml"), BROKEN);
    assert_eq!(read(&folder, "certs.d/quay.io/hosts.toml"), MENDED);
}

#[test]
fn a_directory_without_permission_is_told() {
    let folder = Folder::new(&["certs.d/quay.io/"]);
    folder.write("certs.d/quay.io/hosts.toml", BROKEN);
    set_mode(&folder, "certs.d/quay.io/hosts.toml", 0o666);
    set_mode(&folder, "certs.d/quay.io", 0o555);
    if let Some(run) = folder.unprivileged() {
        let ended = run(&["--fix", "certs.d"]);
        ended.fails("no permission to write to its directory");
        assert_eq!(read(&folder, "certs.d/quay.io/hosts.toml"), BROKEN);
    }
    set_mode(&folder, "certs.d/quay.io", 0o755);
}

#[test]
fn a_file_of_somebody_else_is_left_alone() {
    let folder = Folder::new(&["certs.d/quay.io/"]);
    folder.write("certs.d/quay.io/hosts.toml", BROKEN);
    set_mode(&folder, "certs.d/quay.io/hosts.toml", 0o666);
    set_mode(&folder, "certs.d/quay.io", 0o777);
    let owner = fs::metadata(folder.path()).unwrap().uid();
    if owner != 0 {
        eprintln!("skipped: only root can make a file of somebody else");
        return;
    }
    if let Some(run) = folder.unprivileged() {
        run(&["--fix", "certs.d"]).fails("writing it would change its owner or group");
        assert_eq!(read(&folder, "certs.d/quay.io/hosts.toml"), BROKEN);
    }
}
