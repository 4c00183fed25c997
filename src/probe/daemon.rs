//! The environment of containerd's service, as systemd sets it: its proxy is not the shell's.

use std::collections::BTreeMap;

use super::proxy::Proxies;

/// The services that are containerd or contain it.
const SERVICES: [&str; 9] = [
    "containerd",
    "k3s",
    "k3s-agent",
    "rke2-server",
    "rke2-agent",
    "k0scontroller",
    "k0sworker",
    "snap.microk8s.daemon-containerd",
    "cri-containerd",
];

/// Where systemd looks for units, those that win last.
const DIRECTORIES: [&str; 4] = [
    "/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/run/systemd/system",
    "/etc/systemd/system",
];

/// The variables that are of interest here.
const NAMES: [&str; 8] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// More drop-ins of one unit are not read.
const MAX_DROP_INS: usize = 100;

/// The environment of the first of containerd's services that this node has; `None` where it has none.
pub fn environment(
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
    list: &dyn Fn(&str) -> Vec<String>,
) -> Option<Proxies> {
    SERVICES
        .iter()
        .find_map(|service| of_service(service, read, list))
}

fn of_service(
    service: &str,
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
    list: &dyn Fn(&str) -> Vec<String>,
) -> Option<Proxies> {
    let mut files: Vec<String> = Vec::new();
    let unit = DIRECTORIES
        .iter()
        .rev()
        .map(|directory| format!("{directory}/{service}.service"))
        .find(|path| read(path).is_some())?;
    files.push(unit);
    // Drop-ins are sorted by name, over all directories; of two with one name the later directory's wins.
    let mut drop_ins: BTreeMap<String, String> = BTreeMap::new();
    for directory in DIRECTORIES {
        for folder in ["service.d".to_owned(), format!("{service}.service.d")] {
            let folder = format!("{directory}/{folder}");
            for name in list(&folder).into_iter().take(MAX_DROP_INS) {
                if name.ends_with(".conf") {
                    drop_ins.insert(name.clone(), format!("{folder}/{name}"));
                }
            }
        }
    }
    files.extend(drop_ins.into_values());
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    let mut environment_files: Vec<String> = Vec::new();
    for path in &files {
        let text = read(path).unwrap_or_default();
        unit_file(
            &String::from_utf8_lossy(&text),
            &mut variables,
            &mut environment_files,
        );
    }
    // Files come after what is set in the unit itself, and win.
    for path in environment_files {
        let Some(text) = read(path.trim_start_matches('-')) else {
            continue;
        };
        for line in String::from_utf8_lossy(&text).lines() {
            let line = line.trim();
            if !line.starts_with(['#', ';']) {
                assign(line, &mut variables);
            }
        }
    }
    variables.retain(|name, _| NAMES.contains(&name.as_str()));
    Some(Proxies {
        variables,
        from: format!("the environment of {service}.service"),
    })
}

/// Reads `Environment=` and `EnvironmentFile=` of a unit; an empty value forgets what was before.
fn unit_file(text: &str, variables: &mut BTreeMap<String, String>, files: &mut Vec<String>) {
    let text = text.replace("\\\n", " ");
    let mut is_service = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            is_service = line == "[Service]";
        }
        let Some((key, value)) = line.split_once('=').filter(|_| is_service) else {
            continue;
        };
        match (key.trim(), value.trim()) {
            ("Environment", "") => variables.clear(),
            ("Environment", value) => {
                for word in words(value) {
                    assign(&word, variables);
                }
            }
            ("EnvironmentFile", "") => files.clear(),
            ("EnvironmentFile", value) => files.push(value.to_owned()),
            ("UnsetEnvironment", value) => {
                for name in words(value) {
                    variables.remove(&name);
                }
            }
            _ => {}
        }
    }
}

fn assign(text: &str, variables: &mut BTreeMap<String, String>) {
    if let Some((name, value)) = text.split_once('=') {
        let value = value.trim();
        let unquoted = ['"', '\'']
            .iter()
            .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
        let value = unquoted.unwrap_or(value);
        variables.insert(name.trim().to_owned(), value.to_owned());
    }
}

/// The words of a value, quotes taken off.
fn words(value: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote, mut is_open) = (String::new(), None, false);
    for c in value.chars() {
        match (quote, c) {
            (None, '"' | '\'') => {
                quote = Some(c);
                is_open = true;
            }
            (Some(open), c) if c == open => quote = None,
            (None, c) if c.is_whitespace() => {
                if is_open {
                    words.push(std::mem::take(&mut word));
                }
                is_open = false;
            }
            (_, c) => {
                word.push(c);
                is_open = true;
            }
        }
    }
    if is_open {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drop_ins_set_the_proxy() {
        let files = BTreeMap::from([
            (
                "/lib/systemd/system/containerd.service",
                "[Unit]\nEnvironment=HTTP_PROXY=no\n[Service]\nExecStart=/usr/bin/containerd\n",
            ),
            (
                "/etc/systemd/system/containerd.service.d/http-proxy.conf",
                "[Service]\nEnvironment=\"HTTPS_PROXY=http://proxy:3128\" 'NO_PROXY=a,b c' OTHER=1\nEnvironmentFile=-/etc/default/containerd\n",
            ),
            ("/etc/default/containerd", "# x\nNO_PROXY=\"10.0.0.0/8\"\n"),
        ]);
        let read = |path: &str| files.get(path).map(|text| text.as_bytes().to_vec());
        let list = |folder: &str| {
            let names = files
                .keys()
                .filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
            names
                .filter(|name| !name.contains('/'))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let proxies = environment(&read, &list).unwrap();
        assert_eq!(proxies.from, "the environment of containerd.service");
        let get = |name: &str| proxies.variables.get(name).map(String::as_str);
        assert_eq!(get("HTTPS_PROXY"), Some("http://proxy:3128"));
        assert_eq!(get("NO_PROXY"), Some("10.0.0.0/8"));
        assert_eq!((get("OTHER"), get("HTTP_PROXY")), (None, None));
        assert_eq!(environment(&|_| None, &|_| Vec::new()), None);
    }
}
