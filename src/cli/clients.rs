//! The clients that read a tree of hosts.toml files, and the commands that test one.

use std::fmt;

/// A program that pulls images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Client {
    /// The kubelet, crictl and other clients of CRI: the config path of config.toml.
    #[default]
    Cri,
    /// `ctr images pull`: nothing, unless `--hosts-dir` names a directory.
    Ctr,
    /// nerdctl: /etc/containerd/certs.d and /etc/docker/certs.d, unless `--hosts-dir` names others.
    Nerdctl,
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Client::Cri => "cri",
            Client::Ctr => "ctr",
            Client::Nerdctl => "nerdctl",
        })
    }
}

/// The directories that nerdctl reads by itself.
pub const NERDCTL_PATHS: &str = "/etc/containerd/certs.d:/etc/docker/certs.d";

/// The exact commands that pull an image by this tree, with the program that each is for. `directory` is the config path on
/// the node; without one there is nothing to name.
pub fn commands(directory: Option<&str>, image: &str) -> Vec<(&'static str, String)> {
    let image = quoted(image);
    let mut commands = vec![("CRI", format!("crictl pull {image}"))];
    if let Some(directory) = directory {
        let directory = quoted(directory);
        commands.push((
            "ctr",
            format!("ctr -n k8s.io images pull --hosts-dir {directory} {image}"),
        ));
        commands.push((
            "nerdctl",
            format!("nerdctl --hosts-dir {directory} pull {image}"),
        ));
    }
    commands
}

/// Other clients of the tree, one sentence each.
pub const OTHERS: [&str; 3] = [
    "ctr reads no hosts.toml unless --hosts-dir names an absolute path",
    "nerdctl reads /etc/containerd/certs.d and /etc/docker/certs.d, whatever config.toml says",
    "Docker Engine and BuildKit read no hosts.toml",
];

/// A word of a shell's command line.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-:@%+=,".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_can_be_pasted() {
        let commands = commands(Some("/etc/my certs.d"), "docker.io/library/nginx:1");
        let texts: Vec<&str> = commands.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "crictl pull docker.io/library/nginx:1",
                "ctr -n k8s.io images pull --hosts-dir '/etc/my certs.d' docker.io/library/nginx:1",
                "nerdctl --hosts-dir '/etc/my certs.d' pull docker.io/library/nginx:1",
            ]
        );
    }
}
