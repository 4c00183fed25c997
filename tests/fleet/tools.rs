//! Programs of others that check what this one writes.

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Runs a program with a text on its standard input. `None`, and a line that says so, where it is not installed.
pub fn run(name: &str, args: &[&str], stdin: &str) -> Option<Output> {
    let started = Command::new(name)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = started else {
        eprintln!("skipped: {name} is not installed (CONTRIBUTING.md, \"Deployment\")");
        return None;
    };
    let mut input = child.stdin.take().expect("it is piped");
    // A program that reads only a part of its input has said enough.
    let _ = input.write_all(stdin.as_bytes());
    drop(input);
    Some(child.wait_with_output().expect("it ends"))
}

/// Runs a Python script that needs a module. `None`, and a line that says so, where that is not installed.
pub fn python(module: &str, script: &str, args: &[&str]) -> Option<Output> {
    let has_module = run("python3", &["-c", &format!("import {module}")], "")?;
    if !has_module.status.success() {
        eprintln!("skipped: Python's {module} is not installed (CONTRIBUTING.md, \"Deployment\")");
        return None;
    }
    run("python3", &[&["-c", script], args].concat(), "")
}

/// That a program has accepted something; what it printed otherwise.
#[track_caller]
pub fn accepts(what: &str, output: &Output) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{what}:\n{out}\n{err}");
}
