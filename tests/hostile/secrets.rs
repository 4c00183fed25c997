//! No secret of a file is repeated, in whatever way it is written there, in any format or command.

use std::fs;

use crate::FORMATS;
use crate::program::Folder;

/// A tree in which every planted secret holds `S3CR3T`, with what each file tries.
fn planted() -> Folder {
    let folder = Folder::new(&[]);
    let mut number = 0;
    let mut plant = |text: &str| {
        let name = format!("certs.d/r{number}.io/hosts.toml");
        folder.write(&name, text);
        number += 1;
    };
    // Every header of these files draws findings of its own: the places of all of them are quoted.
    for header in [
        "[host.\"http://m.internal:443\".header]\nAuthorization = \"Basic S3CR3T01==\"\nauthorization = [\"Bearer S3CR3T02\", 1]\n",
        "[host.\"https://m.internal\"]\nheader = { Authorization = \"S3CR3T03 \", X-Any = \" S3CR3T04\\n\" }\nx = 1\n",
        "[host.\"https://m.internal\"]\nheader.X-Any = [\"S3CR3T05\\u0000\", \"é S3CR3T06\"]\nheader.Cookie = 'S3CR3T07'\nx = 1\n",
        "host.\"https://m.internal\".header.\"X Any\" = '''\nS3CR3T08\nS3CR3T09'''\n",
        "[host.\"https://m.internal\".header]\nX-Any = \"\"\"\\\n   S3CR3T10 \\\n   S3CR3T11\n\"\"\"\nHost = \"a\\tb\"\nca = \"a.crt\"\n",
        "[header]\nX-Any = \"S3CR3T13\"\nskip_verify = true\n",
        "[host.\"https://m.internal\"]\n  header = \"Authorization: S3CR3T14\"\n",
        "[host.\"https://m.internal\"]\nheader = [\"Authorization\", \"S3CR3T15\"]\n[[host]]\n",
        "[host.\"https://m.internal\"]\nAuthorization = \"S3CR3T16\"\npassword = 'S3CR3T17'\nauth_token = S3CR3T18\n",
        // Broken lines.
        "[host.\"https://m.internal\".header]\nAuthorization = \"S3CR3T19\n",
        "[host.\"https://m.internal\".header]\nAuthorization = Basic S3CR3T20\n",
        "[host.\"https://m.internal\".header]\nAuthorization: Basic S3CR3T21\n",
        "[host.\"https://m.internal\".header]\nAuthorization \"S3CR3T22\"\n",
        "[host.\"https://m.internal\".header]\nX-Any = \"S3CR3T23\\q\"\n",
        "[host.\"https://m.internal\".header]\nX-Any = 'S3CR3T24' 'S3CR3T25'\n",
        "[host.\"https://m.internal\".header\nX-Any = \"S3CR3T26\"\n",
        "[host.\"https://m.internal\"]\nheader = { X-Any = \"S3CR3T27\",\n",
        "[host.\"https://m.internal\".header]\nX-Any = \"a\"\nX-Any = \"S3CR3T28\"\n",
        "[host.\"https://m.internal\".Header]\nX-Any = \"S3CR3T29\"\n",
        // Comments.
        "# header = { Authorization = \"S3CR3T30\" }\n[host.\"http://m.internal:443\"]\n# password = 'S3CR3T31'\nx = 1\n",
    ] {
        plant(header);
    }
    for url in [
        "https://user:S3CR3T40@m.internal/v2?x=1",
        "http://S3CR3T41@m.internal:443/docker",
        "user:S3CR3T42@m.internal",
        "https://m.internal/v2?token=S3CR3T43&x=S3CR3T44",
        "https://user:S3CR3T45@m .internal",
        "https://user:S3CR3T46@m:x",
        "https://us er:S3CR3T47@m.internal",
        "HTTPS://user:S3CR3T48%zz@m.internal",
        "ftp://user:S3CR3T49@m.internal",
        "https:/user:S3CR3T50@m.internal",
    ] {
        plant(&format!("server = \"{url}\"\n"));
        plant(&format!(
            "[host.\"{url}\"]\ncapabilities = [\"pul\"]\nx = 1\nskip_verify = true\n"
        ));
        plant(&format!(
            "[host.'{url}'.host.\"{url}\"]\n[host.\"{url}\"]\n"
        ));
        plant(&format!(
            "[host]\n\"{url}\" = {{ capabilities = [\"pull\"] }}\n\"{url}\" = 1\n"
        ));
        plant(&format!(
            "[host.\"https://m.internal\"]\nca = \"{url}\"\nclient = [[\"{url}\", \"{url}\"]]\n"
        ));
        plant(&format!(
            "[host.\"https://m.internal\"]\nserver = \"{url}\"\ndial_timeout = \"{url}\"\n"
        ));
        plant(&format!("[host.{url}]\n"));
    }
    let pem =
        |n: u8| format!("-----BEGIN PRIVATE KEY-----\nS3CR3T{n}AAAA\n-----END PRIVATE KEY-----\n");
    plant(&format!(
        "[host.\"https://m.internal\"]\nca = \"\"\"\n{}\"\"\"\nclient = '''{}'''\n",
        pem(60),
        pem(61)
    ));
    plant(&format!(
        "[host.\"https://m.internal\"]\nclient = [[\"a\", \"{}\"]]\n",
        pem(62).replace('\n', "\\n")
    ));
    plant(&format!(
        "[host.\"https://m.internal\"]\nclient = [['a', '{}\n",
        pem(63)
    ));
    plant(
        "[host.\"https://m.internal\"]\nca = \"a.crt\"\nclient = [[\"a.crt\", \"b.key\"], [\"b.key\", \"a.crt\"], \"c.pem\"]\n",
    );
    let base = folder.path().join(format!("certs.d/r{}.io", number - 1));
    fs::write(base.join("a.crt"), pem(64)).unwrap();
    fs::write(base.join("b.key"), pem(65)).unwrap();
    fs::write(base.join("c.pem"), pem(66).replace("-----END", "---END")).unwrap();
    fs::write(base.join("d.crt"), pem(67).replace('\n', "\\n")).unwrap();
    folder
}

#[track_caller]
fn hides(what: &str, text: &str) {
    if let Some(at) = text.find("S3CR3T") {
        let from = text[..at]
            .rfind('\n')
            .map_or(0, |i| i.max(at.saturating_sub(300)));
        let end = text[at..]
            .find('\n')
            .map_or(text.len(), |i| (at + i).min(at + 300));
        panic!("{what}: {}", text.get(from..end).unwrap_or("S3CR3T"));
    }
}

#[test]
fn no_format_repeats_a_secret() {
    let folder = planted();
    let common = [
        "--no-config",
        "-v",
        "--show-ignored",
        "--select",
        "all",
        "--containerd",
        "1.5,1.6,1.7,2.0,2.1,2.2,2.3",
    ];
    for format in FORMATS {
        let out = format!("out.{format}");
        let mut args = common.to_vec();
        args.extend([
            "--format", format, "--output", &out, "--format", "human", "certs.d",
        ]);
        let ended = folder.run(&args);
        ended.ends(1);
        hides(
            format,
            &fs::read_to_string(folder.path().join(&out)).unwrap(),
        );
        hides("standard output", &ended.out);
        hides("standard error", &ended.err);
    }
    let diff = [
        "--no-config",
        "-v",
        "--select",
        "all",
        "--diff",
        "--unsafe-fixes",
        "certs.d",
    ];
    let ended = folder.run(&diff);
    ended.says("cannot be applied");
    assert!(ended.out.lines().count() > 100, "{}", ended.out);
    hides("the diff", &ended.out);
    hides("what is said with the diff", &ended.err);
    let mut args = common.to_vec();
    args.extend(["--write-baseline", "baseline.json", "certs.d"]);
    folder.run(&args).ends(0);
    hides(
        "the baseline",
        &fs::read_to_string(folder.path().join("baseline.json")).unwrap(),
    );
}

#[test]
fn resolve_repeats_no_secret_unless_it_is_told_to() {
    let folder = planted();
    let mut shown = 0;
    for entry in fs::read_dir(folder.path().join("certs.d")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let image = format!("{name}/app:1");
        for format in ["human", "json"] {
            let run = |more: &[&str]| {
                let mut args = vec![
                    "resolve",
                    "--format",
                    format,
                    "--config-path",
                    "certs.d",
                    &image,
                ];
                args.extend(more);
                folder.run(&args)
            };
            let ended = run(&[]);
            hides(&format!("{name} as {format}"), &ended.out);
            hides(&name, &ended.err);
            shown += usize::from(run(&["--show-secrets"]).out.contains("S3CR3T"));
        }
    }
    assert!(shown > 0, "the fixture has secrets that could be shown");
}

/// config.toml files in which every planted secret holds `S3CR3T`, each with something that is complained of beside it.
fn nodes() -> Vec<String> {
    const REGISTRY: &str = "plugins.\"io.containerd.grpc.v1.cri\".registry";
    let auth = |n: u8| {
        format!(
            "  username = \"S3CR3T{n}u\"\n  password = 'S3CR3T{n}p'\n  auth = \"S3CR3T{n}a\"\n  identitytoken = \"S3CR3T{n}t\"\n"
        )
    };
    let headers = "  X-Any = [\"S3CR3T00\"]\n  Authorization = [\"Basic S3CR3T01\", 'S3CR3T02']\n";
    [
        format!("[{REGISTRY}]\n  config_path = \"\"\n[{REGISTRY}.headers]\n{headers}[{REGISTRY}.mirrors.\"docker.io\"]\n  endpoint = [\"https://u:S3CR3T03@m.internal/?t=S3CR3T04\"]\n"),
        format!("[{REGISTRY}]\n  config_path = \"/etc/x\"\n[{REGISTRY}.mirrors.\"docker.io\"]\n  endpoint = [\"https://u:S3CR3T05@m.internal\"]\n"),
        format!("[{REGISTRY}.configs.\"m.internal\".auth]\n{}[{REGISTRY}.configs.\"m.internal\".tls]\n  ca_file = \"/ca\"\n", auth(10)),
        format!("[{REGISTRY}.configs.\"m.internal\".auth]\n{}  password = 5\n", auth(11)),
        format!("[{REGISTRY}.configs.\"m.internal\".auth]\n{}  Password = 5\n", auth(12)),
        format!("[{REGISTRY}.configs.\"m.internal\"]\n  auth = {{ username = \"S3CR3T13\", password = \"S3CR3T14\" }}\n  tls = {{ ca_file = \"/ca\" }}\n"),
        format!("[{REGISTRY}.configs.\"https://u:S3CR3T15@m.internal\".tls]\n  ca_file = \"/ca\"\n"),
        format!("[{REGISTRY}.auths.\"https://u:S3CR3T20@m.internal:x\"]\n{}", auth(21)),
        format!("[{REGISTRY}.auths.\"https://u:S3CR3T22@m.internal\"]\n{}", auth(23)),
        format!("[{REGISTRY}]\n  auths = {{ \"https://m.internal\" = {{ auth = \"S3CR3T24\" }} }}\n  confg_path = \"/etc/x\"\n  headers = {{ X-Any = [\"S3CR3T25\"] }}\n"),
        format!("[{REGISTRY}.auths.\"m.internal\"]\n  auth = [\"S3CR3T26\"]\n"),
        format!("[{REGISTRY}.headers]\n  X-Any = \"S3CR3T27\"\n"),
        // Where nothing reads it.
        format!("[plugins.cri.registry.auths.\"m.internal\"]\n{}", auth(30)),
        format!("[plugins.io.containerd.grpc.v1.cri.registry.auths.\"m.internal\"]\n{}", auth(31)),
        format!("[plugins.\"io.containerd.grpc.v1.cri.registry\".auths.\"m.internal\"]\n{}", auth(32)),
        format!("[{REGISTRY}.auth]\n{}", auth(33)),
        // Broken lines.
        format!("[{REGISTRY}.auths.\"m.internal\"]\n  password = S3CR3T40\n"),
        format!("[{REGISTRY}.auths.\"m.internal\"]\n  password = \"S3CR3T41\n"),
        format!("[{REGISTRY}.auths.\"m.internal\"]\n  auth: S3CR3T42\n"),
        format!("[{REGISTRY}.headers]\n  X-Any = [\"S3CR3T43\n"),
        format!("[{REGISTRY}.auths.\"m.internal\"]\n  password = \"a\"\n  password = \"S3CR3T44\"\n"),
    ]
    .into_iter()
    .map(|text| format!("version = 2\n{text}"))
    .collect()
}

const RELEASES: &str = "1.6,1.7,2.0,2.1,2.2,2.3";

#[test]
fn no_format_repeats_a_secret_of_config_toml() {
    for (index, text) in nodes().iter().enumerate() {
        let folder = Folder::new(&[]);
        folder.write("config.toml", text);
        let mut args = vec!["config.toml", "--no-config", "-v", "--containerd", RELEASES];
        args.extend(["--select", "all", "--format", "human"]);
        let outs = FORMATS.map(|format| format!("out.{format}"));
        for (format, out) in FORMATS.iter().zip(&outs) {
            args.extend(["--format", format, "--output", out]);
        }
        let ended = folder.run(&args);
        ended.ends(1);
        hides(&format!("{index}"), &ended.out);
        hides(&format!("{index}"), &ended.err);
        for out in &outs {
            let text = fs::read_to_string(folder.path().join(out)).unwrap();
            hides(&format!("{index}, {out}"), &text);
        }
        let diff = folder.run(&["config.toml", "--no-config", "--diff", "--unsafe-fixes"]);
        hides(&format!("{index}, the diff"), &diff.out);
        hides(&format!("{index}, the diff"), &diff.err);
        for format in ["human", "json"] {
            let node = ["node", "config.toml", "--format", format];
            let ended = folder.run(&[&node[..], &["--containerd", RELEASES]].concat());
            ended.ends(0);
            hides(&format!("{index}, node as {format}"), &ended.out);
            let resolve = ["resolve", "--containerd-config", "config.toml", "a.io/b"];
            let ended = folder.run(&[&resolve[..], &["--format", format]].concat());
            hides(&format!("{index}, resolve as {format}"), &ended.out);
            hides(&format!("{index}, resolve as {format}"), &ended.err);
        }
    }
}

#[test]
fn migrate_neither_prints_nor_writes_a_secret() {
    let yaml = [
        "configs:\n  m.internal:\n    auth: {username: S3CR3T50, password: 'S3CR3T51', auth: S3CR3T52, identity_token: S3CR3T53}\n    tls: {ca_file: /ca}\n",
        "mirrors:\n  a.io:\n    endpoint: [\"https://u:S3CR3T54@m.internal/?t=S3CR3T55\", \"https://u:S3CR3T56@m :x\"]\n    rewrite: {a: b}\n",
        "configs:\n  m.internal: {auth: S3CR3T57}\n",
        "configs:\n  m.internal: {auth: {password: [S3CR3T58], token: S3CR3T59}}\n",
        "configs:\n  m.internal: {auth: {password: \"S3CR3T60\n",
        "configs:\n  m.internal: {auth: {password: *S3CR3T61}}\n",
        "auths:\n  m.internal: {auth: S3CR3T62}\n",
    ];
    let json = [
        "{\"registry-mirrors\": [\"https://u:S3CR3T70@m.internal/?t=S3CR3T71\", \"https://u:S3CR3T72@m :x\"]}",
        "{\"insecure-registries\": [\"u:S3CR3T73@m.internal\", \"https://u:S3CR3T74@m.internal:x\"]}",
        "{\"registry-mirrors\": S3CR3T75",
    ];
    let toml = nodes();
    let toml = toml.iter().map(|text| ("config.toml", text.as_str()));
    let yaml = yaml.map(|text| ("registries.yaml", text));
    let json = json.map(|text| ("daemon.json", text));
    for (name, text) in toml.chain(yaml).chain(json) {
        for format in ["human", "json"] {
            let folder = Folder::new(&[]);
            folder.write(name, text);
            for more in [&["--dry-run"][..], &[]] {
                let migrate = ["migrate", name, "--output", "certs.d", "--format", format];
                let ended = folder.run(&[&migrate[..], more].concat());
                hides(text, &ended.out);
                hides(text, &ended.err);
            }
            let written = fs::read_dir(folder.path().join("certs.d"));
            for entry in written.into_iter().flatten() {
                let file = entry.unwrap().path().join("hosts.toml");
                hides(text, &fs::read_to_string(file).unwrap());
            }
        }
    }
}
