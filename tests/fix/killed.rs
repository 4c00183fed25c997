//! A run that is killed, at whatever point: every file is the old one or the new one, whole.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;

use crate::program::Folder;

const FILES: usize = 24;

fn name(index: usize) -> String {
    format!("certs.d/registry-{index:03}.internal/hosts.toml")
}

fn text(index: usize, word: &str) -> String {
    // Large enough not to be written by one call.
    let comment = format!("# {index} {}\n", "x".repeat(70)).repeat(150);
    format!(
        "{comment}[host.\"https://mirror.internal\"]\ncapabilities = [\"{word}\", \"resolve\"]\n"
    )
}

#[test]
fn every_file_is_entirely_old_or_entirely_new() {
    let texts: Vec<[String; 2]> = (0..FILES)
        .map(|index| [text(index, "pul"), text(index, "pull")])
        .collect();
    let folder = Folder::new(&[]);
    let mut killed_amid = 0;
    for after in [0, 1, 2, 5, 9, 14, 18, 21] {
        for (index, [old, _]) in texts.iter().enumerate() {
            folder.write(&name(index), old);
        }
        let mut child = folder
            .command()
            .args(["--fix", "-q", "--select", "unknown-capability", "certs.d"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The files are written in the order of their names: this one shows how far the program is.
        let watched = folder.path().join(name(after));
        let inode = || fs::metadata(&watched).unwrap().ino();
        let old = inode();
        while inode() == old {
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let mut new = 0;
        for (index, [old, mended]) in texts.iter().enumerate() {
            let found = fs::read_to_string(folder.path().join(name(index))).unwrap();
            assert!(
                found == *old || found == *mended,
                "{} is neither",
                name(index)
            );
            new += usize::from(found == *mended);
        }
        assert!(new > after, "it was killed too early: {new}");
        killed_amid += usize::from(new < FILES);
        // What a killed run leaves beside the files does not stand in the next one's way.
        folder
            .run(&["--fix", "-q", "--select", "unknown-capability", "certs.d"])
            .ends(0);
        for (index, [_, mended]) in texts.iter().enumerate() {
            let found = fs::read_to_string(folder.path().join(name(index))).unwrap();
            assert!(found == *mended, "{}", name(index));
        }
    }
    assert!(killed_amid > 0, "no run was killed amid its work");
}
