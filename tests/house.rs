//! The structure of the sources: which folder may know which, and that no two files know each other.
//!
//! `docs/architecture.md` shows the floors. A `use` or a path that names something is an import of the file that
//! defines it, whatever facade it goes through. Tests inside the sources are left out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

/// The floors from the ground up. A file may know its own floor's other folders to the left, and every floor below.
const FLOORS: &[&str] = &[
    "limits",
    "parallel",
    "printable",
    "go",
    "toml",
    "yaml",
    "containerd",
    "disk",
    "carriers",
    "finding",
    "facts",
    "schema",
    "repair",
    "rules",
    "engine",
    "fix",
    "report",
    "settings",
    "migrate",
    "fleet",
    "lsp",
    "probe",
    "cli",
    "main",
];

/// Files that know each other on purpose, with the reason.
const TIED: &[(&str, &str, &str)] = &[
    (
        "carriers::document",
        "carriers::yaml",
        "texts nest: a script in a YAML file may write a YAML file",
    ),
    (
        "disk::write::system::folder",
        "disk::write::system::temporary",
        "a folder cleans up what writers left in it, and a writer writes into a folder",
    ),
    (
        "settings::row",
        "settings::read",
        "settings nest: an entry of `overrides` is read by the same rows",
    ),
];

/// The path of a module: `["facts", "tls"]`.
type Module = Vec<String>;

struct File {
    /// The code, without comments and tests.
    code: String,
    /// The modules declared in it.
    children: BTreeSet<String>,
}

impl File {
    fn read(path: &Path) -> File {
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().map(|line| match line.find("//") {
            Some(at) if !line[..at].contains('"') => &line[..at],
            _ => line,
        });
        let mut code = String::new();
        let mut is_test = false;
        for line in lines {
            // rustfmt puts what opens and closes a module at the beginning of the line.
            match line {
                "#[cfg(test)]" => is_test = true,
                "}" if is_test => is_test = false,
                _ if is_test => is_test = !line.ends_with(';') || line.starts_with(' '),
                _ => {
                    code.push_str(line);
                    code.push('\n');
                }
            }
        }
        let declared = code.lines().filter_map(|line| {
            let name = line.strip_suffix(';')?.split("mod ").nth(1)?;
            let is_declaration = line.starts_with("mod ") || line.starts_with("pub");
            is_declaration.then(|| name.to_owned())
        });
        File {
            children: declared.collect(),
            code,
        }
    }

    /// What it imports, as written, `a::{b, c}` taken apart: `["super", "view", "Document"]`.
    fn uses(&self) -> Vec<Vec<String>> {
        let mut uses = Vec::new();
        for part in self.code.split("use ").skip(1) {
            let tree = part.split(';').next().unwrap_or_default();
            if tree
                .chars()
                .all(|c| c.is_alphanumeric() || "_:{},* \n".contains(c))
            {
                let tree: String = tree.replace(" as ", "@").split_whitespace().collect();
                take_apart(&[], &tree, &mut uses);
            }
        }
        uses
    }

    /// The paths from the root or from above that are written in the code itself.
    fn paths(&self) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        for root in ["crate::", "super::"] {
            for (at, _) in self.code.match_indices(root) {
                let text = &self.code[at..];
                let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
                let path = text[..end.unwrap_or(text.len())].trim_end_matches(':');
                paths.push(path.split("::").map(str::to_owned).collect());
            }
        }
        paths
    }
}

fn take_apart(prefix: &[String], tree: &str, uses: &mut Vec<Vec<String>>) {
    let (head, group) = match tree.split_once('{') {
        Some((head, rest)) => (head, rest.strip_suffix('}')),
        None => (tree, None),
    };
    let names = head.trim_end_matches("::").split("::");
    let names = names.map(|name| name.split('@').next().unwrap_or_default().to_owned());
    let mut path = [prefix, &names.filter(|n| !n.is_empty()).collect::<Vec<_>>()].concat();
    let Some(group) = group else {
        if path
            .last()
            .is_some_and(|name| name == "self" || name == "*")
        {
            path.pop();
        }
        return uses.push(path);
    };
    let (mut depth, mut start) = (0, 0);
    for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if at > start {
                    take_apart(&path, &group[start..at], uses);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// A path as written in a module, from the root of the crate; `None` where it leads to another crate.
fn from_root(path: &[String], module: &[String], file: &File) -> Option<Vec<String>> {
    let mut at = module.to_vec();
    let rest = match path.first().map(String::as_str)? {
        "crate" => {
            at.clear();
            &path[1..]
        }
        "self" => &path[1..],
        "super" => {
            let ups = path.iter().take_while(|part| *part == "super").count();
            at.truncate(at.len().checked_sub(ups)?);
            &path[ups..]
        }
        first if file.children.contains(first) => path,
        _ => return None,
    };
    at.extend_from_slice(rest);
    Some(at)
}

/// Every file of the crate, without those that are for tests alone.
fn files() -> BTreeMap<Module, File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    add(&mut files, &root.join("src/lib.rs"), &root.join("src"), &[]);
    files
}

fn add(files: &mut BTreeMap<Module, File>, path: &Path, folder: &Path, module: &[String]) {
    let file = File::read(path);
    for name in &file.children {
        let candidates = match name.as_str() {
            "rules" if module.is_empty() => vec![folder.join("../rules/mod.rs")],
            _ => vec![
                folder.join(format!("{name}.rs")),
                folder.join(name).join("mod.rs"),
                // Where the system decides, `path` attributes name this one or another.
                folder.join("unix.rs"),
                folder.join("unix/mod.rs"),
            ],
        };
        let path = candidates.iter().find(|path| path.exists());
        let path = path.unwrap_or_else(|| panic!("no file for {module:?}::{name}"));
        let below = match path.ends_with("mod.rs") {
            true => path.parent().unwrap().to_owned(),
            false => path.with_extension(""),
        };
        add(
            files,
            path,
            &below,
            &[module, std::slice::from_ref(name)].concat(),
        );
    }
    files.insert(module.to_vec(), file);
}

/// Which file knows which.
fn imports() -> BTreeMap<Module, BTreeSet<Module>> {
    let files = files();
    let mut named: BTreeMap<&Module, Vec<Vec<String>>> = BTreeMap::new();
    let mut passed_on: BTreeMap<(Module, String), Vec<String>> = BTreeMap::new();
    for (module, file) in &files {
        let uses: Vec<Vec<String>> = file.uses();
        let uses = uses.iter().filter_map(|path| from_root(path, module, file));
        let uses: Vec<Vec<String>> = uses.collect();
        for path in &uses {
            if let Some(name) = path.last() {
                passed_on.insert((module.clone(), name.clone()), path.clone());
            }
        }
        let paths = file.paths();
        let paths = paths
            .iter()
            .filter_map(|path| from_root(path, module, file));
        named.insert(module, uses.into_iter().chain(paths).collect());
    }
    let defining = |path: &[String]| -> Module {
        let mut path = path.to_vec();
        for _ in 0..20 {
            let at = (0..=path.len())
                .rev()
                .find(|&at| files.contains_key(&path[..at]))
                .unwrap_or(0);
            let (module, rest) = path.split_at(at);
            let next = rest
                .first()
                .and_then(|name| passed_on.get(&(module.to_vec(), name.clone())));
            match next {
                Some(next) if *next != path => path = [next.as_slice(), &rest[1..]].concat(),
                _ => return module.to_vec(),
            }
        }
        path
    };
    let mut imports: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, paths) in named {
        for path in paths {
            let target = defining(&path);
            if target != *module && !target.is_empty() && !module.is_empty() {
                imports.entry(module.clone()).or_default().insert(target);
            }
        }
    }
    imports
}

fn floor(module: &[String]) -> usize {
    let folder = &module[0];
    let floor = FLOORS.iter().position(|name| name == folder);
    floor.unwrap_or_else(|| panic!("src/{folder} stands on no floor: add it to FLOORS"))
}

#[test]
fn no_import_leads_upwards() {
    let imports = imports();
    assert!(
        imports.len() > 200,
        "the imports are not found: {}",
        imports.len()
    );
    let mut upwards = Vec::new();
    for (module, targets) in &imports {
        for target in targets
            .iter()
            .filter(|target| floor(target) > floor(module))
        {
            upwards.push(format!("{} knows {}", module.join("::"), target.join("::")));
        }
    }
    assert!(upwards.is_empty(), "{upwards:#?}");
}

#[test]
fn no_two_files_know_each_other() {
    let imports = imports();
    let is_family = |a: &[String], b: &[String]| a.starts_with(b) || b.starts_with(a);
    let is_tied = |a: &[String], b: &[String]| {
        let (a, b) = (a.join("::"), b.join("::"));
        TIED.iter()
            .any(|(one, other, _)| (*one == a && *other == b) || (*one == b && *other == a))
    };
    let next = |module: &Module| {
        let targets = imports.get(module).into_iter().flatten();
        let targets =
            targets.filter(|target| !is_family(module, target) && !is_tied(module, target));
        targets.cloned().collect::<Vec<_>>()
    };
    let mut circles = BTreeSet::new();
    for start in imports.keys() {
        // The shortest way back, if there is one.
        let mut seen = BTreeMap::from([(start.clone(), None::<Module>)]);
        let mut queue = VecDeque::from([start.clone()]);
        'search: while let Some(module) = queue.pop_front() {
            for target in next(&module) {
                if target == *start {
                    let mut circle = vec![module.join("::")];
                    let mut at = seen[&module].clone();
                    while let Some(module) = at {
                        circle.push(module.join("::"));
                        at = seen[&module].clone();
                    }
                    circle.sort();
                    circles.insert(circle);
                    break 'search;
                }
                if !seen.contains_key(&target) {
                    seen.insert(target.clone(), Some(module.clone()));
                    queue.push_back(target);
                }
            }
        }
    }
    assert!(
        circles.is_empty(),
        "files that know each other: {circles:#?}"
    );
}

#[test]
fn the_page_about_the_architecture_names_every_floor_and_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let folders: BTreeSet<String> = files()
        .into_keys()
        .filter_map(|module| module.into_iter().next())
        .collect();
    for folder in folders {
        let names = [
            format!("`src/{folder}/`"),
            format!("`src/{folder}.rs`"),
            format!("`{folder}/`"),
        ];
        assert!(
            names.iter().any(|name| page.contains(name)),
            "{folder} is not on the page"
        );
    }
    let quoted = page.split('`').skip(1).step_by(2);
    let is_file =
        |text: &&str| text.contains('/') && (text.ends_with(".rs") || text.ends_with('/'));
    let paths = quoted.filter(is_file);
    for path in paths {
        let is_there = ["", "src"]
            .iter()
            .any(|folder| root.join(folder).join(path).exists());
        assert!(
            is_there,
            "docs/architecture.md names {path}, which does not exist"
        );
    }
    // What a topic quotes is in the file that the row names.
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let (topic, file) = row[2..].split_once(" | ").unwrap();
        let path = root.join(file.split('`').nth(1).unwrap_or_default());
        if topic.contains('/') || !path.is_file() {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for word in topic.split('`').skip(1).step_by(2) {
            assert!(text.contains(word), "{}: {word}", path.display());
        }
    }
}

/// Words that fit anything. Each names one public type at most, so that a reader who finds one knows which it is.
const ONCE: [&str; 8] = [
    "Fault",
    "FaultKind",
    "Found",
    "Header",
    "Kind",
    "Node",
    "Outcome",
    "Place",
];

#[test]
fn a_word_that_fits_anything_names_one_public_type() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut homes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut folders = vec![root.join("src"), root.join("rules")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            read += 1;
            for line in fs::read_to_string(&path).unwrap().lines() {
                let mut words = line.trim_start().split(|c: char| !c.is_alphanumeric());
                let is_type = words.next() == Some("pub")
                    && matches!(words.next(), Some("struct" | "enum" | "type"));
                let name = words.next().unwrap_or_default();
                if let (true, Some(once)) = (is_type, ONCE.iter().find(|once| **once == name)) {
                    homes
                        .entry(once)
                        .or_default()
                        .push(path.display().to_string());
                }
            }
        }
    }
    assert!(read > 300 && homes.contains_key("Outcome"), "{read} files");
    homes.retain(|_, files| files.len() > 1);
    assert!(homes.is_empty(), "one word for several types: {homes:#?}");
}
