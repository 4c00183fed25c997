//! Repositories in the shapes that are met, each made here: what in them is taken for a config path, a namespace, a lone hosts.toml
//! or a config.toml, and that nothing else is. A gate that looked at nothing is never green.

use std::fs;

mod program;

use program::Folder;

/// A repository, what is run in it, and what is expected.
struct Shape {
    /// What it is like.
    name: &'static str,
    /// The files: `@mirror` and other names stand for texts of [`text`]; what ends with `/` is a directory.
    files: &'static [(&'static str, &'static str)],
    /// The arguments.
    args: &'static [&'static str],
    /// What is linted: `tree PATH`, `file PATH` or `config PATH`, sorted.
    sees: &'static [&'static str],
    /// The rules that find something, sorted.
    rules: &'static [&'static str],
    /// The exit code.
    code: i32,
    /// What is said besides.
    says: &'static [&'static str],
}

/// Clean with the default arguments, and nothing to see.
const SHAPE: Shape = Shape {
    name: "",
    files: &[],
    args: &["."],
    sees: &[],
    rules: &[],
    code: 0,
    says: &[],
};

/// The texts of files.
fn text(name: &str) -> &str {
    match name {
        // For docker.io, with a private mirror.
        "@mirror" => {
            "server = \"https://registry-1.docker.io\"\n[host.\"https://mirror.internal\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
        }
        // For ghcr.io, with the same.
        "@ghcr" => {
            "server = \"https://ghcr.io\"\n[host.\"https://mirror.internal\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
        }
        "@no-server" => {
            "[host.\"https://mirror.fast-images.net\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
        }
        "@unknown-key" => {
            "[host.\"https://mirror.internal\"]\n  capabilities = [\"pull\", \"resolve\"]\n  skip-verify = true\n"
        }
        "@docker-config" => {
            "version = 2\n[plugins.'io.containerd.grpc.v1.cri'.registry]\n  config_path = \"/etc/containerd/certs.d\"\n"
        }
        "@registries" => {
            "mirrors:\n  docker.io:\n    endpoint:\n      - \"https://mirror.internal\"\n"
        }
        "@hugo" => "title = \"docs\"\n[params]\n  server = \"x\"\n",
        "@inventory" => "[hosts.web]\naddress = \"10.0.0.1\"\n",
        "@script" => {
            "#!/bin/sh\ncat > /etc/containerd/certs.d/docker.io/hosts.toml <<X\n[host.\"https://m\"]\nX\n"
        }
        other => other,
    }
}

const SHAPES: &[Shape] = &[
    Shape {
        name: "a tree in the root",
        files: &[
            ("certs.d/docker.io/hosts.toml", "@mirror"),
            ("README.md", ""),
        ],
        sees: &["tree certs.d"],
        ..SHAPE
    },
    Shape {
        name: "a role with one file that its task copies",
        files: &[
            ("roles/containerd/files/hosts.toml", "@ghcr"),
            ("roles/containerd/files/ca.crt", "x"),
            (
                "roles/containerd/tasks/main.yml",
                "- copy: src=hosts.toml\n",
            ),
        ],
        sees: &["file roles/containerd/files/hosts.toml"],
        says: &[
            "note: roles/containerd/files/hosts.toml is not in a directory named after a registry",
            "[[namespaces]] path = \"roles/containerd/files/hosts.toml\"",
        ],
        ..SHAPE
    },
    Shape {
        name: "a role without server: nothing is known of the registry, and nothing said of the mirror",
        files: &[("roles/containerd/files/hosts.toml", "@no-server")],
        sees: &["file roles/containerd/files/hosts.toml"],
        says: &["not in a directory named after a registry"],
        ..SHAPE
    },
    Shape {
        name: "a lone file with a fault that needs no namespace",
        files: &[("conf/hosts.toml", "@unknown-key")],
        sees: &["file conf/hosts.toml"],
        rules: &["unknown-key"],
        code: 1,
        says: &["not in a directory named after a registry"],
        ..SHAPE
    },
    Shape {
        name: "hosts.toml in the root of the repository",
        files: &[
            ("hosts.toml", "@mirror"),
            ("install.sh", "cp hosts.toml x\n"),
            ("src/main.c", ""),
        ],
        sees: &["file hosts.toml"],
        says: &["note: hosts.toml is not in a directory named after a registry"],
        ..SHAPE
    },
    Shape {
        name: "several lone files are one note",
        files: &[
            ("a/files/hosts.toml", "@mirror"),
            ("b/files/hosts.toml", "@ghcr"),
            ("c/files/hosts.toml", "@ghcr"),
        ],
        sees: &[
            "file a/files/hosts.toml",
            "file b/files/hosts.toml",
            "file c/files/hosts.toml",
        ],
        says: &["a/files/hosts.toml and 2 more files are not in a directory"],
        ..SHAPE
    },
    Shape {
        name: "a folder with a dot, and nothing else",
        files: &[("docs.wiki/Home", "x\n"), ("README.md", "x\n")],
        code: 2,
        says: &["nothing to lint in ."],
        ..SHAPE
    },
    Shape {
        name: "folders for drop-ins, and files with dots beside them",
        files: &[
            ("zuul.d/project.yaml", "a: 1\n"),
            ("Dockerfile.d/base", "x"),
            ("Cargo.lock", "x\n"),
            ("go.mod", "module x\n"),
            ("go.sum", ""),
        ],
        code: 2,
        says: &["nothing to lint"],
        ..SHAPE
    },
    Shape {
        name: "a repository called like a domain",
        files: &[
            ("my.project/hosts.toml", "@ghcr"),
            ("my.project/src/x.c", ""),
            ("other/y.c", ""),
        ],
        sees: &["file my.project/hosts.toml"],
        says: &["not in a directory named after a registry"],
        ..SHAPE
    },
    Shape {
        name: "a monorepo: folders of many kinds, and trees deep in it",
        files: &[
            ("apps.d/web/main.go", ""),
            (
                "infra/ansible/roles/cri/files/certs.d/docker.io/hosts.toml",
                "@mirror",
            ),
            (
                "infra/talos/etc/cri/conf.d/hosts/docker.io/hosts.toml",
                "@mirror",
            ),
            (
                "infra/images/rootfs/etc/containerd/certs.d/ghcr.io/hosts.toml",
                "@ghcr",
            ),
            ("site.example/index.html", ""),
            ("v1.7/notes", ""),
        ],
        sees: &[
            "tree infra/ansible/roles/cri/files/certs.d",
            "tree infra/images/rootfs/etc/containerd/certs.d",
            "tree infra/talos/etc/cri/conf.d/hosts",
        ],
        ..SHAPE
    },
    Shape {
        name: "a tree without the usual name",
        files: &[
            ("mirrors/docker.io/hosts.toml", "@mirror"),
            ("mirrors/ghcr.io/hosts.toml", "@ghcr"),
            ("mirrors/README.md", ""),
            ("src/x.c", ""),
        ],
        sees: &["tree mirrors"],
        ..SHAPE
    },
    Shape {
        name: "registries beside other folders: these are no namespaces",
        files: &[
            ("docker.io/hosts.toml", "@mirror"),
            ("docs.wiki/Home", ""),
            ("scripts/x.sh", ""),
            ("Cargo.lock", ""),
        ],
        sees: &["tree ."],
        ..SHAPE
    },
    Shape {
        name: "one domain alone in a role",
        files: &[
            ("roles/x/files/easzlab.io/hosts.toml", "@no-server"),
            ("roles/x/tasks/main.yml", ""),
        ],
        sees: &["tree roles/x/files"],
        ..SHAPE
    },
    Shape {
        name: "names that an install script brings right",
        files: &[
            (
                "charts/node/certs.d/reg.corp.internal_5000/hosts.toml",
                "server = \"https://reg.corp.internal:5000\"\n",
            ),
            ("charts/node/install.sh", "mv x x_\n"),
        ],
        sees: &["tree charts/node/certs.d"],
        rules: &["unreachable-namespace"],
        code: 1,
        ..SHAPE
    },
    Shape {
        name: "a chart whose files are mounted under another name",
        files: &[
            ("charts/mirror/Chart.yaml", "name: mirror\n"),
            ("charts/mirror/files/docker.io-hosts.toml", "@mirror"),
            (
                "charts/mirror/templates/cm.yaml",
                "{{ .Files.Get \"files/docker.io-hosts.toml\" }}\n",
            ),
        ],
        sees: &["file charts/mirror/files/docker.io-hosts.toml"],
        ..SHAPE
    },
    Shape {
        name: "kind mounts a file called like a registry",
        files: &[
            (
                "kind/cluster.yaml",
                "extraMounts:\n  - hostPath: ./containerd/quay.io\n    containerPath: /etc/containerd/certs.d/quay.io/hosts.toml\n",
            ),
            (
                "kind/containerd/quay.io",
                "server = \"https://quay.io\"\n[host.\"https://mirror.internal\"]\n  capabilities = [\"pull\", \"resolve\"]\n",
            ),
        ],
        sees: &["file kind/containerd/quay.io"],
        ..SHAPE
    },
    Shape {
        name: "a file called like a registry that nothing uses",
        files: &[
            ("containerd/docker.io.toml", "@mirror"),
            ("README.md", "docker.io.toml\n"),
        ],
        code: 2,
        says: &[
            "containerd/docker.io.toml",
            "nothing here copies or mounts it there",
        ],
        ..SHAPE
    },
    Shape {
        name: "a config path of the daemon's kind, with Docker's layout",
        files: &[("etc/docker/certs.d/reg.internal:5000/ca.crt", "@mirror")],
        sees: &["tree etc/docker/certs.d"],
        rules: &["invalid-ca"],
        code: 1,
        ..SHAPE
    },
    Shape {
        name: "what k3s generated",
        files: &[(
            "dump/var/lib/rancher/k3s/agent/etc/containerd/certs.d/docker.io/hosts.toml",
            "@mirror",
        )],
        sees: &["tree dump/var/lib/rancher/k3s/agent/etc/containerd/certs.d"],
        says: &["is generated by k3s from /etc/rancher/k3s/registries.yaml"],
        ..SHAPE
    },
    Shape {
        name: "what RKE2 generated: no fix is offered",
        files: &[(
            "var/lib/rancher/rke2/agent/etc/containerd/certs.d/docker.io/hosts.toml",
            "[host.\"https://mirror.internal\"]\n  capabilities = [\"pul\", \"resolve\"]\n",
        )],
        args: &[".", "--diff"],
        sees: &["tree var/lib/rancher/rke2/agent/etc/containerd/certs.d"],
        says: &["No fixes", "/etc/rancher/rke2/registries.yaml"],
        ..SHAPE
    },
    Shape {
        name: "registries.yaml alone is linted by what k3s makes of it",
        files: &[("k3s/registries.yaml", "@registries")],
        ..SHAPE
    },
    Shape {
        name: "nothing but what is not read: the most likely files are named",
        files: &[
            ("b/node.tpl", "path: /etc/containerd/certs.d/docker.io\n"),
            (
                "c/flake.nix",
                "x = \"/etc/containerd/certs.d/docker.io\";\n",
            ),
            (
                "d/main.go",
                "const path = \"/etc/containerd/certs.d/docker.io\"\n",
            ),
            ("docs/x.md", "@script"),
        ],
        code: 2,
        says: &[
            "nothing to lint",
            "b/node.tpl was not read: a template",
            "c/flake.nix was not read: Nix",
            "d/main.go was not read: source code",
        ],
        ..SHAPE
    },
    Shape {
        name: "config.toml of containerd, found as it is when named",
        files: &[
            ("clusters/a/containerd/config.toml", "@docker-config"),
            ("clusters/a/certs.d/docker.io/hosts.toml", "@mirror"),
        ],
        sees: &[
            "config clusters/a/containerd/config.toml",
            "tree clusters/a/certs.d",
        ],
        ..SHAPE
    },
    Shape {
        name: "config.toml of other programs",
        files: &[
            ("docs/config.toml", "@hugo"),
            (".cargo/config.toml", "[build]\njobs = 2\n"),
            ("runner/config.toml", "concurrent = 4\n[[runners]]\n"),
            ("helix/config.toml", "theme = \"x\"\n"),
        ],
        code: 2,
        says: &["nothing to lint"],
        ..SHAPE
    },
    Shape {
        name: "a config.toml of another program that a hook names",
        files: &[("docs/config.toml", "@hugo")],
        args: &["--force-exclude", "--allow-empty", "docs/config.toml"],
        ..SHAPE
    },
    Shape {
        name: "hosts.toml of another program",
        files: &[("deploy/hosts.toml", "@inventory")],
        code: 2,
        says: &["nothing to lint"],
        ..SHAPE
    },
    Shape {
        name: "a machine's folder in an inventory",
        files: &[
            ("inventory/localhost/hosts.toml", "@inventory"),
            ("inventory/10.0.0.7/hosts.toml", "@inventory"),
        ],
        code: 2,
        says: &["nothing to lint"],
        ..SHAPE
    },
    Shape {
        name: "a file called like a registry in a config path",
        files: &[("certs.d/docker.io.toml", "@mirror")],
        sees: &["tree certs.d"],
        rules: &["stray-hosts-file"],
        code: 1,
        ..SHAPE
    },
    Shape {
        name: "hosts.d with name service files",
        files: &[("dnsmasq/hosts.d/corp.example", "10.0.0.1 a\n")],
        code: 2,
        says: &["nothing to lint"],
        ..SHAPE
    },
    Shape {
        name: "clusters, each with a tree and a config.toml",
        files: &[
            ("clusters/a/containerd/config.toml", "@docker-config"),
            ("clusters/a/certs.d/docker.io/hosts.toml", "@mirror"),
            (
                "clusters/b/containerd/config.toml",
                "version = 2\n[plugins.'io.containerd.grpc.v1.cri'.registry]\n  config_path = \"/etc/cri/conf.d/hosts\"\n",
            ),
            ("clusters/b/hosts/docker.io/hosts.toml", "@mirror"),
        ],
        sees: &[
            "config clusters/a/containerd/config.toml",
            "config clusters/b/containerd/config.toml",
            "tree clusters/a/certs.d",
            "tree clusters/b/hosts",
        ],
        ..SHAPE
    },
    Shape {
        name: "a tree whose files say where it will be",
        files: &[
            (
                "talos/hosts/_default/hosts.toml",
                "server = \"https://m.internal\"\n[host.\"https://m.internal\"]\n  capabilities = [\"pull\", \"resolve\"]\n  skip_verify = false\n  client = \"/etc/cri/conf.d/hosts/_default/x.pem\"\n",
            ),
            ("talos/hosts/_default/x.pem", ""),
        ],
        args: &[
            "talos",
            "--select",
            "ignored-certificate-file,missing-tls-file",
        ],
        sees: &["tree talos/hosts"],
        ..SHAPE
    },
    Shape {
        name: "packages of others and version control are not searched",
        files: &[
            (
                "node_modules/x/certs.d/docker.io/hosts.toml",
                "@unknown-key",
            ),
            (".git/certs.d/docker.io/hosts.toml", "@unknown-key"),
            ("certs.d/docker.io/hosts.toml", "@mirror"),
            ("certs.d/_backup/docker.io/hosts.toml", "@unknown-key"),
        ],
        sees: &["tree certs.d"],
        ..SHAPE
    },
    Shape {
        name: "a deleted certificate makes the hook look at its tree",
        files: &[(
            "certs.d/reg.internal/hosts.toml",
            "server = \"https://reg.internal\"\nca = \"ca.crt\"\n",
        )],
        args: &["--force-exclude", "certs.d/reg.internal/ca.crt"],
        sees: &["tree certs.d"],
        rules: &["missing-tls-file"],
        code: 1,
        ..SHAPE
    },
    Shape {
        name: "a role's folder named on the command line",
        files: &[
            ("roles/x/files/hosts.toml", "@ghcr"),
            ("roles/x/files/setup.sh", ""),
        ],
        args: &["roles/x/files"],
        sees: &["file roles/x/files/hosts.toml"],
        says: &["not in a directory named after a registry"],
        ..SHAPE
    },
];

/// A folder with the files, a repository of its own.
fn repository(shape: &Shape) -> Folder {
    let folder = Folder::new(&[]);
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (path, content) in shape.files {
        folder.write(path, text(content));
    }
    folder
}

#[test]
fn each_shape_is_seen_as_what_it_is() {
    let mut faults = Vec::new();
    for shape in SHAPES {
        let folder = repository(shape);
        let mut args = vec!["--no-config", "-v"];
        args.extend(shape.args);
        let ended = folder.run(&args);
        let mut sees: Vec<String> = ended
            .err
            .lines()
            .filter_map(|line| line.strip_prefix("info: "))
            .filter(|line| {
                ["tree ", "file ", "config "]
                    .iter()
                    .any(|kind| line.starts_with(kind))
            })
            .map(|line| line.split(':').next().unwrap_or_default().to_owned())
            .collect();
        sees.sort();
        let json = folder.run(&[&args[..], &["--format", "json"]].concat());
        let mut rules: Vec<String> = match serde_json::from_str::<serde_json::Value>(&json.out) {
            Ok(report) => report["findings"]
                .as_array()
                .unwrap()
                .iter()
                .map(|finding| finding["rule"].as_str().unwrap().to_owned())
                .collect(),
            Err(_) => Vec::new(),
        };
        rules.sort();
        rules.dedup();
        let lacks: Vec<_> = shape
            .says
            .iter()
            .filter(|words| !ended.err.contains(**words))
            .collect();
        if sees != shape.sees
            || rules != shape.rules
            || ended.code != Some(shape.code)
            || !lacks.is_empty()
        {
            faults.push(format!(
                "{}: sees {sees:?}, wanted {:?}; rules {rules:?}, wanted {:?}; exit {:?}, wanted {}; not said: {lacks:?}\n{}",
                shape.name, shape.sees, shape.rules, ended.code, shape.code, ended.err
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(SHAPES.len() >= 25);
}

/// What a search does in a repository, file by file as a hook names them, is the same.
#[test]
fn a_search_and_the_hook_agree() {
    for shape in SHAPES
        .iter()
        .filter(|shape| shape.args == ["."] && !shape.sees.is_empty())
    {
        let folder = repository(shape);
        let run = |args: &[&str]| {
            let all = [
                &["--no-config", "--allow-empty", "--format", "concise"],
                args,
            ]
            .concat();
            let mut lines: Vec<String> = folder.run(&all).out.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let searched = run(&["."]);
        let named: Vec<&str> = shape
            .files
            .iter()
            .map(|(path, _)| *path)
            .filter(|path| {
                !path.contains("node_modules")
                    && !path.contains(".git/")
                    && !path.contains("_backup")
            })
            .collect();
        let hook = run(&[&["--force-exclude"], &named[..]].concat());
        assert_eq!(hook, searched, "{}", shape.name);
    }
}
