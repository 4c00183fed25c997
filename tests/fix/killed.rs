//! A run that is killed, at whatever point: every file is the old one or the new one, whole.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;

use crate::program::Folder;

const ARGS: [&str; 5] = ["--fix", "-q", "--select", "unknown-capability", "certs.d"];

fn directory(index: usize) -> String {
    format!("certs.d/registry-{index:04}.internal")
}

fn text(index: usize, lines: usize, word: &str) -> String {
    let comment = format!("# {index} {}\n", "x".repeat(70)).repeat(lines);
    format!(
        "{comment}[host.\"https://mirror.internal\"]\ncapabilities = [\"{word}\", \"resolve\"]\n"
    )
}

/// A tree of broken files that is mended again and again.
struct Trial {
    folder: Folder,
    texts: Vec<[String; 2]>,
    /// How many runs were killed amid the writing.
    amid: usize,
    /// The most private directories that one left.
    most_strays: usize,
}

impl Trial {
    /// Of so many files, with so many lines above what is mended.
    fn new(files: usize, lines: usize) -> Trial {
        let trial = Trial {
            folder: Folder::new(&[]),
            texts: (0..files)
                .map(|index| [text(index, lines, "pul"), text(index, lines, "pull")])
                .collect(),
            amid: 0,
            most_strays: 0,
        };
        for (index, [old, _]) in trial.texts.iter().enumerate() {
            let name = format!("{}/hosts.toml", directory(index));
            trial.folder.write(&name, old);
        }
        trial
    }

    fn inode(&self, index: usize) -> u64 {
        let path = self.folder.path().join(directory(index));
        fs::metadata(path.join("hosts.toml")).unwrap().ino()
    }

    /// Kills a run as soon as this file is another one, looks at all files, and breaks them again.
    fn kill_when_written(&mut self, watched: usize) {
        let mut command = self.folder.command();
        command
            .args(ARGS)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let old = self.inode(watched);
        let mut child = command.spawn().unwrap();
        while self.inode(watched) == old {
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let mut new = 0;
        let mut strays = 0;
        for (index, [old, mended]) in self.texts.iter().enumerate() {
            let directory = self.folder.path().join(directory(index));
            for entry in fs::read_dir(&directory).unwrap() {
                let entry = entry.unwrap();
                if entry.file_name() == "hosts.toml" {
                    continue;
                }
                strays += 1;
                let name = entry.file_name().to_string_lossy().into_owned();
                assert!(name.starts_with(".certsd-lint-"), "{name}");
                let stray = entry.metadata().unwrap();
                let mode = stray.mode();
                assert!(stray.is_dir() && mode & 0o077 == 0, "{name} {mode:o}");
                fs::remove_dir_all(entry.path()).unwrap();
            }
            let path = directory.join("hosts.toml");
            let found = fs::read_to_string(&path).unwrap();
            let is_new = found == *mended;
            assert!(is_new || found == *old, "{} is neither", path.display());
            new += usize::from(is_new);
            if is_new {
                fs::write(path, old).unwrap();
            }
        }
        assert!(new > 0, "it was killed too early");
        self.amid += usize::from(new < self.texts.len());
        self.most_strays = self.most_strays.max(strays);
    }
}

#[test]
fn every_file_is_entirely_old_or_entirely_new() {
    let mut trial = Trial::new(32, 150);
    for watched in [0, 1, 5, 14, 21] {
        trial.kill_when_written(watched);
    }
    assert!(trial.amid > 0, "no run was killed amid its work");
    // What a killed run leaves beside the files does not stand in the next one's way.
    let stray = format!("{}/.certsd-lint-1-0", directory(3));
    trial.folder.write(&format!("{stray}/new"), "half");
    trial
        .folder
        .run(&ARGS)
        .ends(0)
        .says(&format!("removed {stray}"));
    for (index, [_, mended]) in trial.texts.iter().enumerate() {
        let directory = trial.folder.path().join(directory(index));
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
        let found = fs::read_to_string(directory.join("hosts.toml")).unwrap();
        assert!(found == *mended, "{index}");
    }
}

/// The same at length: `TMPDIR=/dev/shm cargo test --release --test fix -- --ignored --nocapture killed`. A disk waits for
/// each file to be written, which takes an hour more.
#[test]
#[ignore = "takes a quarter of an hour"]
fn five_hundred_kills() {
    let mut trial = Trial::new(2_000, 5);
    for kill in 0..500 {
        if kill % 50 == 0 {
            println!("{kill} runs killed, {} amid the writing", trial.amid);
        }
        // Numbers without a pattern.
        trial.kill_when_written(kill * 7_919 % 1_900);
    }
    println!(
        "500 runs killed, {} amid the writing; at most {} private directories left by one",
        trial.amid, trial.most_strays
    );
    assert!(
        trial.amid > 250,
        "{} were killed amid their work",
        trial.amid
    );
}
