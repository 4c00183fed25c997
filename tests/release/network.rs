//! "Linting opens no network connection": nothing in the program could, and where strace is installed, it is seen not to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::path;

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, into),
            false => into.push(path),
        }
    }
}

/// Sockets are opened by the live check alone, which somebody asks for by name.
#[test]
fn no_source_file_opens_a_socket() {
    let mut files = Vec::new();
    sources(&path("src"), &mut files);
    sources(&path("rules"), &mut files);
    for file in files
        .iter()
        .filter(|f| f.extension().is_some_and(|e| e == "rs"))
    {
        let is_live_check = file.starts_with(path("src/probe"));
        let text = fs::read_to_string(file).unwrap();
        for word in [
            "TcpStream",
            "TcpListener",
            "UdpSocket",
            "UnixStream",
            "UnixDatagram",
            "rustix::net",
        ] {
            assert!(
                is_live_check || !text.contains(word),
                "{}: {word}",
                file.display()
            );
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_opens_no_socket() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let traced = Command::new("strace")
        .args(["-f", "-e", "trace=%network", "-o"])
        .arg(&trace)
        .arg(env!("CARGO_BIN_EXE_certsd-lint"))
        .args(["--no-config", "fixtures/demo/certs.d"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    match traced {
        Ok(output) if output.status.code() == Some(1) => {
            let trace = fs::read_to_string(trace).unwrap();
            let calls: Vec<&str> = trace.lines().filter(|line| line.contains('(')).collect();
            assert!(calls.is_empty(), "{calls:#?}");
        }
        Ok(output) => eprintln!("skipped: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => eprintln!("skipped: strace does not start: {error}"),
    }
}
