//! The flags: what is printed, what is written, how the program ends.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::program::{Ended, Folder, SOUND};

/// One safe fix and one unsafe one.
const BROKEN: &str = "server = \"https://registry.corp.internal\"\n\n[host.\"https://mirror.internal\"]\n  capabilities = [\"pul\", \"resolve\"] # all we need\n  skip_verify = true\n";

const FILE: &str = "certs.d/registry.corp.internal/hosts.toml";

fn folder(text: &str) -> Folder {
    let folder = Folder::new(&[]);
    folder.write(FILE, text);
    folder
}

fn read(folder: &Folder) -> String {
    fs::read_to_string(folder.path().join(FILE)).unwrap()
}

fn piped(folder: &Folder, args: &[&str], text: &[u8]) -> Ended {
    let mut child = folder
        .command()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    Ended::of(child.wait_with_output().unwrap())
}

#[test]
fn safe_fixes_are_written_and_the_rest_is_reported() {
    let folder = folder(BROKEN);
    let ended = folder.run(&["--fix", "certs.d"]);
    ended.ends(1).says("Fixed 1 finding in 1 file\n");
    ended.says("; 1 more fixable with --unsafe-fixes");
    assert!(ended.out.contains("skip-verify") && !ended.out.contains("unknown-capability"));
    assert_eq!(read(&folder), BROKEN.replace("pul\"", "pull\""));
    let ended = folder.run(&["--fix", "--unsafe-fixes", "certs.d", "-v"]);
    ended.ends(0).says(&format!("  {FILE}: 1 × skip-verify\n"));
    let sound = BROKEN
        .replace("pul\"", "pull\"")
        .replace("  skip_verify = true\n", "");
    assert_eq!(read(&folder), sound);
    let ended = folder.run(&["--fix", "--unsafe-fixes", "certs.d"]);
    assert!(!ended.ends(0).err.contains("Fixed"));
}

#[test]
fn a_large_file_with_many_fixes_takes_several_runs() {
    let comment = format!("# {}\n", "x".repeat(128 * 1024));
    let table =
        |index| format!("[host.\"https://mirror-{index}.internal\"]\ncapabilities = [\"pul\"]\n");
    let broken = comment + &(0..40).map(table).collect::<String>();
    let folder = folder(&broken);
    let args = ["--fix", "--select", "unknown-capability", "certs.d"];
    let again = "it has more fixes than one run makes; run --fix again for the others";
    folder.run(&args).ends(1).says(again);
    assert!(read(&folder).contains("\"pull\""));
    let ended = folder.run(&args);
    assert!(!ended.ends(0).err.contains(again));
    assert_eq!(read(&folder), broken.replace("pul\"", "pull\""));
}

#[test]
fn a_run_that_fixes_nothing_says_what_can_be_fixed() {
    let folder = folder(BROKEN);
    let ended = folder.run(&["certs.d"]);
    ended.says("; 1 fixable with --fix (1 more with --unsafe-fixes)");
    assert!(ended.out.contains("help (--fix): write "));
    let ended = folder.run(&["certs.d", "--unsafe-fixes"]);
    ended.says("; 2 fixable with --fix --unsafe-fixes");
    assert_eq!(read(&folder), BROKEN);
}

#[test]
fn a_diff_is_printed_and_nothing_is_written() {
    let folder = folder(BROKEN);
    let ended = folder.run(&["--diff", "certs.d"]);
    ended.ends(1).says("Would fix 1 finding in 1 file\n");
    assert_eq!(
        ended.out,
        format!(
            "--- {FILE}\n+++ {FILE}\n@@ -1,5 +1,5 @@\n server = \"https://registry.corp.internal\"\n \n \
             [host.\"https://mirror.internal\"]\n-  capabilities = [\"pul\", \"resolve\"] # all we need\n\
             +  capabilities = [\"pull\", \"resolve\"] # all we need\n   skip_verify = true\n"
        )
    );
    assert_eq!(read(&folder), BROKEN);
    folder.write("changes.diff", &ended.out);
    let patched = std::process::Command::new("patch")
        .args(["-p0", "-i", "changes.diff"])
        .current_dir(folder.path())
        .output();
    match patched {
        Ok(_) => assert_eq!(read(&folder), BROKEN.replace("pul\"", "pull\"")),
        Err(_) => eprintln!("skipped: there is no `patch` here"),
    }
    folder.write(FILE, SOUND);
    let ended = folder.run(&["--diff", "certs.d"]);
    ended.ends(0).says("No fixes");
    assert!(ended.out.is_empty());
    let ended = folder.run(&["--diff", "nowhere"]);
    ended.fails("cannot read nowhere");
    assert!(!ended.err.contains("No fixes"), "{}", ended.err);
}

#[test]
fn what_is_not_reported_is_not_fixed() {
    for (args, text) in [
        (&["--ignore", "unknown-capability"][..], BROKEN.to_owned()),
        (&["--select", "skip-verify"], BROKEN.to_owned()),
        (
            &[],
            format!("# certsd-lint: ignore-file[unknown-capability] they know it\n{BROKEN}"),
        ),
        (&["--exclude", "registry.*"], BROKEN.to_owned()),
    ] {
        let folder = folder(&text);
        folder.run(&[args, &["--fix", "certs.d"]].concat());
        assert_eq!(read(&folder), text, "{args:?}");
    }
    let folder = folder(BROKEN);
    folder
        .run(&["--write-baseline", "known.json", "certs.d"])
        .ends(0);
    let ended = folder.run(&["--baseline", "known.json", "--fix", "certs.d"]);
    ended.ends(0);
    assert_eq!(read(&folder), BROKEN);
}

#[test]
fn standard_input_is_mended_to_standard_output() {
    let folder = Folder::new(&[]);
    let args = ["--fix", "--stdin-filename", FILE, "-"];
    let ended = piped(&folder, &args, BROKEN.as_bytes());
    ended.ends(1).says("skip-verify");
    assert_eq!(ended.out, BROKEN.replace("pul\"", "pull\""));
    // Fixed or not, it is printed: an editor puts it in the place of what it sent.
    let ended = piped(&folder, &args, SOUND.as_bytes());
    assert_eq!(ended.out, SOUND);
    let excluded = ["--exclude", "registry.*", "--force-exclude"];
    let ended = piped(&folder, &[&args[..], &excluded].concat(), BROKEN.as_bytes());
    assert_eq!(ended.out, BROKEN);
    let ended = piped(
        &folder,
        &["--diff", "--stdin-filename", FILE, "-"],
        BROKEN.as_bytes(),
    );
    assert!(ended.ends(1).out.starts_with(&format!("--- {FILE}\n")));
    assert!(!folder.path().join("certs.d").exists());
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    let folder = folder(BROKEN);
    for args in [
        &["--fix", "--diff"][..],
        &["--fix", "--write-baseline", "known.json"],
        &["--diff", "--write-baseline", "known.json"],
        &["--diff", "--format", "json"],
        &["--exit-non-zero-on-fix"],
        &["--fix", "--exit-non-zero-on-fix", "--exit-zero"],
    ] {
        let ended = folder.run(&[args, &["certs.d"]].concat());
        assert_eq!(ended.code, Some(2), "{args:?}");
    }
    assert_eq!(read(&folder), BROKEN);
}

#[test]
fn a_run_can_fail_because_it_fixed_something() {
    let text = BROKEN.replace("  skip_verify = true\n", "");
    let folder = folder(&text);
    folder.run(&["--fix", "certs.d"]).ends(0);
    folder
        .run(&["--fix", "--exit-non-zero-on-fix", "certs.d"])
        .ends(0);
    folder.write(FILE, &text);
    folder
        .run(&["--fix", "--exit-non-zero-on-fix", "certs.d"])
        .ends(1);
    assert_eq!(read(&folder), text.replace("pul\"", "pull\""));
}

#[test]
fn what_the_text_plainly_says_is_mended_before_anything_else() {
    // Misspelled, the list says nothing, and the mirror takes pushes: it is not a second list that is wanted.
    let text = "server = \"https://quay.io\"\n\n[host.\"https://mirror.internal\"]\n  capabilitis = ['pull', 'resolve', 'push'] # all\n";
    let folder = Folder::new(&[]);
    folder.write("certs.d/quay.io/hosts.toml", text);
    folder
        .run(&["--fix", "--unsafe-fixes", "certs.d"])
        .ends(0)
        .says("Fixed 2 findings in 1 file\n");
    let path = folder.path().join("certs.d/quay.io/hosts.toml");
    let want = text
        .replace("capabilitis", "capabilities")
        .replace(", 'push'", "");
    assert_eq!(fs::read_to_string(path).unwrap(), want);
}

#[test]
fn a_fix_that_would_bring_something_worse_to_bear_is_held_back() {
    // Dropped for the comma, containerd goes on without; mended, it would miss the CA.
    let text = "[host.\"https://mirror.internal\"]\ncapabilities = [\"pull\", \"resolve\"],\nca = \"ca.crt\"\n";
    let folder = folder(text);
    let ended = folder.run(&["--fix", "certs.d"]);
    ended.ends(1).says(&format!(
        "warning: {FILE}:2: invalid-toml is not fixed, because then every pull would fail"
    ));
    assert_eq!(read(&folder), text);
}

#[test]
fn an_error_that_comes_to_light_may_be_the_next_to_be_mended() {
    let text = "[hosts.\"https://mirror.internal\"]\n  capabilities = [\"pull\"]\n  server = \"https://docker.io\" # up\n";
    let want = "server = \"https://registry-1.docker.io\" # up\n\n[host.\"https://mirror.internal\"]\n  capabilities = [\"pull\"]\n";
    let file = "certs.d/docker.io/hosts.toml";
    let read = |folder: &Folder| fs::read_to_string(folder.path().join(file)).unwrap();
    let folder = Folder::new(&[]);
    folder.write(file, text);
    let ended = folder.run(&["--fix", "certs.d"]);
    ended.ends(0).says("Fixed 3 findings in 1 file\n");
    assert_eq!(read(&folder), want);
    // A warning that is not mended holds nothing back.
    let text = text.replace("\"pull\"", "\"PULL\"");
    folder.write(file, &text);
    let args = [
        "--fix",
        "--select",
        "misspelled-host-table,server-in-host-table,untidy-capabilities",
        "certs.d",
    ];
    folder
        .run(&args)
        .ends(1)
        .says("Fixed 2 findings in 1 file\n");
    assert_eq!(
        read(&folder),
        text.replace("hosts", "host").replace("PULL", "pull")
    );
    folder.write(file, &text.replace("hosts", "host"));
    folder
        .run(&args)
        .ends(1)
        .says("Fixed 1 finding in 1 file\n");
    assert_eq!(
        read(&folder),
        text.replace("hosts", "host").replace("PULL", "pull")
    );
}

#[test]
fn bytes_that_are_not_mended_stay() {
    // A byte order mark, CRLF, a tab, a byte that is no UTF-8, no line break at the end.
    let head = b"\xef\xbb\xbf# R\xc3\xa9gistre\r\n\r\n[host.\"https://mirror.internal\"]\r\n\tcapabilities = [\"pull\"]";
    let folder = Folder::new(&["certs.d/quay.io/"]);
    let path = folder.path().join("certs.d/quay.io/hosts.toml");
    fs::write(&path, head).unwrap();
    folder.run(&["--fix", "certs.d"]);
    assert_eq!(fs::read(&path).unwrap(), &head[3..]);
    // Bytes that are no UTF-8, and a comment that can go.
    let text =
        b"# R\xe9gistre\r\nserver = \"https://quay.io\" # certsd-lint: ignore[nonsense]\r\n# \xff";
    fs::write(&path, text).unwrap();
    folder.run(&["--fix", "certs.d"]).says("Fixed 1 finding");
    let want = b"# R\xe9gistre\r\nserver = \"https://quay.io\"\r\n# \xff";
    assert_eq!(fs::read(&path).unwrap(), want);
    // Lines that are moved or added end as the file's do.
    let text = "[host.\"https://mirror.internal\"]\r\ncapabilities = [\"pull\", \"resolve\"]\r\nserver = \"https://quay.io\" # ours";
    folder.write("certs.d/quay.io/hosts.toml", text);
    folder.run(&["--fix", "certs.d"]).ends(0);
    let mended = fs::read_to_string(&path).unwrap();
    assert!(
        mended.starts_with("server = \"https://quay.io\" # ours\r\n"),
        "{mended:?}"
    );
    assert_eq!(mended.matches('\n').count(), mended.matches("\r\n").count());
    assert!(
        mended.ends_with("capabilities = [\"pull\", \"resolve\"]\r\n"),
        "{mended:?}"
    );
}
