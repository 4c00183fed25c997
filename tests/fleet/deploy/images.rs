//! Building an image, and the first start of a node: a broken tree fails it.

use super::{node, path, program, sh, spoil, text};
use crate::program::{Folder, certsd_lint};
use crate::tools;
use crate::yaml::documents;

#[test]
fn cloud_init_checks_what_it_has_written() {
    let document = documents(&text("cloud-init/user-data.yaml"))[0].clone();
    let folder = node();
    for file in document["write_files"].as_array().unwrap() {
        let path = format!("root{}", file["path"].as_str().unwrap());
        folder.write(&path, file["content"].as_str().unwrap());
    }
    program(&folder, "systemctl", "echo \"$@\" >> calls");
    let run = |folder: &Folder| {
        let mut code = Some(0);
        for words in document["runcmd"].as_array().unwrap() {
            let words = words.as_array().unwrap().iter();
            let words: Vec<String> = words
                .map(|word| format!("'{}'", word.as_str().unwrap().replace("/ ", "root ")))
                .collect();
            code = sh(folder, &words.join(" ")).code;
        }
        let calls = std::fs::read_to_string(folder.path().join("calls")).unwrap();
        std::fs::remove_file(folder.path().join("calls")).unwrap();
        (code, calls)
    };
    let started = "stop containerd\nstart containerd\n".to_owned();
    assert_eq!(run(&folder), (Some(0), started));
    spoil(&folder);
    assert_eq!(run(&folder), (Some(1), "stop containerd\n".to_owned()));
}

#[test]
fn cloud_config_is_valid_and_its_tree_is_sound() {
    let file = path("cloud-init/user-data.yaml");
    let file = file.to_str().unwrap();
    if let Some(valid) = tools::run("cloud-init", &["schema", "--config-file", file], "") {
        tools::accepts("cloud-init schema", &valid);
    }
    // The linter looks into such files itself.
    let output = certsd_lint().arg(file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("the configuration in 1 other file"), "{said}");
}

#[test]
fn packer_fails_the_build() {
    let build = text("packer/certsd-lint.pkr.hcl");
    let inline = build.split_once("inline = [\n").unwrap().1;
    let inline = inline.split_once("\n    ]").unwrap().0;
    let commands: Vec<String> = inline
        .lines()
        .map(|line| serde_json::from_str(line.trim().trim_end_matches(',')).unwrap())
        .collect();
    assert_eq!(commands.len(), 3);
    // As Packer does: one script that ends with the first failure.
    let script =
        format!("set -e\n{}", commands.join("\n")).replace("--sysroot /", "--sysroot root");
    let folder = node();
    program(&folder, "cloud-init", "exit 0");
    sh(&folder, &script).ends(0);
    spoil(&folder);
    sh(&folder, &script).ends(1);
    let folder = Folder::new(&["root/etc/"]);
    program(&folder, "cloud-init", "exit 0");
    program(&folder, "containerd", "echo containerd x v2.2.7 y");
    sh(&folder, &script).ends(2);
}
