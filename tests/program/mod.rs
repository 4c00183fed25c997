//! Running the program in a folder of its own.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program, without what the environment of the tests says about colour.
pub fn certsd_lint() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certsd-lint"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// A hosts.toml that nobody can complain of.
pub const SOUND: &str =
    "[host.\"https://mirror.internal\"]\ncapabilities = [\"pull\", \"resolve\"]\n";

/// A folder that is removed at the end.
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// A folder with these files, a sound hosts.toml and others that are empty; a name that ends with `/` is a directory.
    pub fn new(files: &[&str]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for name in files {
            if name.ends_with('/') {
                fs::create_dir_all(folder.path().join(name)).unwrap();
            } else {
                folder.write(
                    name,
                    if name.ends_with("hosts.toml") {
                        SOUND
                    } else {
                        ""
                    },
                );
            }
        }
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[cfg(unix)]
    pub fn link(&self, target: &str, name: &str) {
        std::os::unix::fs::symlink(target, self.path().join(name)).unwrap();
    }

    /// The program, to be started in this folder.
    pub fn command(&self) -> Command {
        let mut command = certsd_lint();
        command.current_dir(self.path());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ended {
        self.run_with(args, Stdio::null())
    }

    pub fn run_with(&self, args: &[&str], stdin: Stdio) -> Ended {
        Ended::of(self.command().args(args).stdin(stdin).output().unwrap())
    }

    /// Runs the program as somebody whom permissions bind. `None`, and a line that says so, where that
    /// cannot be.
    #[cfg(unix)]
    pub fn unprivileged(&self) -> Option<impl Fn(&[&str]) -> Ended> {
        use std::os::unix::fs::PermissionsExt;
        use std::os::unix::process::CommandExt;
        let locked = self.path().join("a-locked-directory");
        fs::create_dir(&locked).unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
        let is_bound = fs::read_dir(&locked).is_err();
        fs::remove_dir(&locked).unwrap();
        const NOBODY: u32 = 65_534;
        let command = move || {
            let mut command = self.command();
            if !is_bound {
                command.uid(NOBODY).gid(NOBODY);
            }
            command
        };
        fs::set_permissions(self.path(), fs::Permissions::from_mode(0o755)).unwrap();
        if command().arg("--version").output().is_err() {
            eprintln!(
                "skipped: run by root, whom no permission binds, and nobody else can run the program"
            );
            return None;
        }
        Some(move |args: &[&str]| Ended::of(command().args(args).output().unwrap()))
    }
}

/// How the program ended, and what it said.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    pub fn of(output: Output) -> Ended {
        let ended = Ended {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(!ended.err.contains("panicked"), "{ended:#?}");
        ended
    }

    #[track_caller]
    pub fn ends(&self, code: i32) -> &Ended {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// The report's words, as if no line had been broken.
    pub fn words(&self) -> String {
        let words = self.out.split_whitespace();
        let words: Vec<&str> = words.filter(|word| *word != "│").collect();
        words.join(" ")
    }

    /// It says so on standard error, and nothing on standard output.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Ended {
        assert!(self.err.contains(words), "{words:?} is missing: {self:#?}");
        self
    }

    /// It could not do its work, and says why.
    #[track_caller]
    pub fn fails(&self, words: &str) -> &Ended {
        self.ends(2).says(words)
    }

    #[track_caller]
    pub fn is_silent(&self) -> &Ended {
        assert!(self.out.is_empty() && self.err.is_empty(), "{self:#?}");
        self
    }
}
