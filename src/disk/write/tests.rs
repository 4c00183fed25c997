use std::fs;

use super::*;

/// A folder without links in its path.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    (folder, path)
}

/// The names in a folder that are not among these.
fn others(folder: &Path, names: &[&str]) -> Vec<String> {
    let found = fs::read_dir(folder).unwrap().flatten();
    found
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !names.contains(&name.as_str()))
        .collect()
}

#[test]
fn new_and_existing_files() {
    let (_folder, root) = folder();
    let path = root.join("a");
    write(&path, b"one").unwrap();
    write(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert!(matches!(create(&path, b"x"), Err(WriteError::Exists)));
    create(&root.join("b"), b"three").unwrap();
    assert_eq!(fs::read(root.join("b")).unwrap(), b"three");
    assert!(write(&root.join("no/file"), b"").is_err());
    assert!(write(&root, b"").is_err());
    assert_eq!(others(&root, &["a", "b"]), [""; 0]);
}

#[test]
fn only_what_was_read_is_replaced() {
    let (_folder, root) = folder();
    let path = root.join("a");
    assert!(matches!(replace(&path, b"", b"x"), Err(WriteError::Gone)));
    fs::write(&path, "changed").unwrap();
    for before in [&b"old"[..], b"chang", b"changed, and more", b"CHANGED"] {
        let replaced = replace(&path, before, b"x");
        assert!(matches!(replaced, Err(WriteError::Changed)), "{replaced:?}");
    }
    assert_eq!(fs::read(&path).unwrap(), b"changed");
    replace(&path, b"changed", b"new").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(others(&root, &["a"]), [""; 0]);
}

#[test]
fn many_files_at_once() {
    let (_folder, root) = folder();
    let paths: Vec<PathBuf> = (0..100)
        .map(|index| root.join(format!("f{index}")))
        .collect();
    for path in &paths {
        fs::write(path, "old").unwrap();
    }
    fs::write(&paths[7], "another").unwrap();
    let mut files: Vec<Replacement> = paths
        .iter()
        .map(|path| Replacement {
            path,
            before: b"old",
            after: b"new",
        })
        .collect();
    files.push(files[3]);
    let results = replace_all(&files);
    for (at, result) in results.iter().enumerate() {
        assert_eq!(result.is_ok(), at != 7, "{at}: {result:?}");
    }
    assert_eq!(fs::read(&paths[7]).unwrap(), b"another");
    assert_eq!(fs::read(&paths[99]).unwrap(), b"new");
    assert_eq!(fs::read_dir(&root).unwrap().count(), 100);
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn mode_and_other_names() {
        let (_folder, root) = folder();
        let path = root.join("a");
        fs::write(&path, "old").unwrap();
        for (text, mode) in [("1", 0o640), ("2", 0o200), ("3", 0o4755), ("4", 0o604)] {
            set_mode(&path, mode);
            write(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, mode);
        }
        set_mode(&path, 0o440);
        for written in [replace(&path, b"4", b"x"), write(&path, b"x")] {
            assert!(matches!(written, Err(WriteError::ReadOnly)));
        }
        set_mode(&path, 0o640);
        fs::hard_link(&path, root.join("twin")).unwrap();
        for written in [replace(&path, b"4", b"x"), write(&path, b"x")] {
            assert!(matches!(written, Err(WriteError::HardLinks(2))));
        }
        assert_eq!(fs::read(&path).unwrap(), b"4");
        assert_eq!(others(&root, &["a", "twin"]), [""; 0]);
    }

    #[test]
    fn links_are_kept_and_those_that_came_later_are_refused() {
        let (_folder, root) = folder();
        fs::create_dir_all(root.join("real")).unwrap();
        fs::write(root.join("real/a"), "old").unwrap();
        symlink("real/a", root.join("link")).unwrap();
        symlink("real", root.join("directory")).unwrap();
        write(&root.join("link"), b"new").unwrap();
        assert!(root.join("link").is_symlink());
        write(&root.join("directory/a"), b"newer").unwrap();
        assert_eq!(fs::read(root.join("real/a")).unwrap(), b"newer");
        for name in ["link", "directory/a"] {
            let replaced = replace(&root.join(name), b"newer", b"x");
            assert!(matches!(replaced, Err(WriteError::BecameLink)), "{name}");
        }
        symlink("nowhere", root.join("broken")).unwrap();
        let written = write(&root.join("broken"), b"x");
        assert!(matches!(written, Err(WriteError::LeadsNowhere)));
        assert!(matches!(
            create(&root.join("broken"), b"x"),
            Err(WriteError::Exists)
        ));
        write(Path::new("/dev/null"), b"x").unwrap();
        assert_eq!(fs::read(root.join("real/a")).unwrap(), b"newer");
    }

    #[test]
    fn no_link_out_of_a_repository_is_written_through() {
        let (_folder, root) = folder();
        fs::create_dir_all(root.join("r/.git")).unwrap();
        fs::create_dir_all(root.join("outside")).unwrap();
        fs::write(root.join("outside/profile"), "old").unwrap();
        symlink("../outside/profile", root.join("r/report")).unwrap();
        symlink("../outside", root.join("r/reports")).unwrap();
        for name in ["r/report", "r/reports/profile", "r/reports/new"] {
            let written = write(&root.join(name), b"x");
            assert!(matches!(written, Err(WriteError::LeadsOut)), "{name}");
        }
        assert_eq!(fs::read(root.join("outside/profile")).unwrap(), b"old");
        assert_eq!(others(&root.join("outside"), &["profile"]), [""; 0]);
    }

    #[test]
    fn what_has_become_no_file_is_neither_waited_for_nor_read() {
        let (_folder, root) = folder();
        let fifo = root.join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.unwrap().success());
        assert!(matches!(
            replace(&fifo, b"", b"x"),
            Err(WriteError::Changed)
        ));
        assert!(matches!(write(&fifo, b"x"), Err(WriteError::NoReader)));
        let large = root.join("large");
        fs::File::create(&large).unwrap().set_len(3 << 30).unwrap();
        assert!(matches!(
            replace(&large, b"old", b"x"),
            Err(WriteError::Changed)
        ));
        let zero = replace(Path::new("/dev/zero"), b"old", b"x");
        assert!(matches!(
            zero,
            Err(WriteError::ReadOnly | WriteError::Changed)
        ));
    }

    #[test]
    fn strays_of_the_dead_are_removed_and_those_of_the_living_stay() {
        let (_folder, root) = folder();
        let names = [".certsd-lint-1-0", ".certsd-lint-2-0", ".certsd-lint.toml"];
        for name in names {
            fs::create_dir(root.join(name)).unwrap();
            fs::write(root.join(name).join("new"), "half a te").unwrap();
        }
        let living = fs::File::open(root.join(names[1])).unwrap();
        rustix::fs::flock(&living, rustix::fs::FlockOperation::LockShared).unwrap();
        let done = write(&root.join("a"), b"new").unwrap();
        assert_eq!(done.strays, [root.join(names[0])]);
        let mut left = others(&root, &["a"]);
        left.sort();
        assert_eq!(left, [names[1], names[2]]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn attributes_are_kept() {
        use rustix::fs::{XattrFlags, getxattr, setxattr};
        let (_folder, root) = folder();
        let path = root.join("a");
        fs::write(&path, "old").unwrap();
        // A list for the user 65534 to read, as `setfacl` writes it.
        let list: Vec<u8> = [
            (1_u16, 6_u16, u32::MAX),
            (2, 4, 65_534),
            (4, 4, u32::MAX),
            (16, 4, u32::MAX),
            (32, 0, u32::MAX),
        ]
        .iter()
        .flat_map(|(tag, bits, id)| {
            let bits = [tag.to_le_bytes(), bits.to_le_bytes()].concat();
            [bits, id.to_le_bytes().to_vec()].concat()
        })
        .collect();
        let list = [2_u32.to_le_bytes().to_vec(), list].concat();
        let wanted = [
            ("user.origin", b"here".to_vec()),
            ("system.posix_acl_access", list),
        ];
        for (name, value) in &wanted {
            if setxattr(&path, *name, value, XattrFlags::empty()).is_err() {
                eprintln!("skipped: no {name} in this file system");
                return;
            }
        }
        let mode = fs::metadata(&path).unwrap().mode();
        replace(&path, b"old", b"new").unwrap();
        for (name, value) in &wanted {
            let mut found = vec![0; 1000];
            let length = getxattr(&path, *name, &mut found[..]).unwrap();
            assert_eq!(found[..length], value[..], "{name}");
        }
        assert_eq!(fs::metadata(&path).unwrap().mode(), mode);
    }
}
