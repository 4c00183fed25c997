//! The section of config.toml that says where the tree is.

use std::borrow::Cow;

use crate::containerd::{DirEntry, FileError, Files, Release, node};

/// The tables under which containerd's releases look for `registry`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plugin {
    /// `io.containerd.grpc.v1.cri`, of schema 2.
    Cri,
    /// `io.containerd.cri.v1.images`, of schemas 3 and 4.
    Images,
    /// `cri`, of schema 1.
    Short,
}

impl Plugin {
    /// All of them; where several are written, the first of them counts.
    pub const ALL: [Plugin; 3] = [Plugin::Cri, Plugin::Images, Plugin::Short];

    /// Its name below `plugins`.
    pub fn name(self) -> &'static str {
        match self {
            Plugin::Cri => "io.containerd.grpc.v1.cri",
            Plugin::Images => "io.containerd.cri.v1.images",
            Plugin::Short => "cri",
        }
    }

    /// The header of its registry section, or of a table in that.
    pub fn header(self, below: &str) -> String {
        let name = match self {
            Plugin::Short => "cri".to_owned(),
            other => format!("\"{}\"", other.name()),
        };
        format!("[plugins.{name}.registry{below}]")
    }

    /// Whether this release reads the section in a file of this schema version.
    pub fn is_read(self, version: u8, release: Release) -> bool {
        let text = format!(
            "version = {version}\n{}\nconfig_path = \"/x\"\n",
            self.header("")
        );
        node::load(release, &OneFile(&text), node::DEFAULT_PATH).config_path == "/x"
    }
}

/// A node on which config.toml is the only file.
struct OneFile<'a>(&'a str);

impl Files for OneFile<'_> {
    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, FileError> {
        self.stat(path).map(|()| Cow::Borrowed(self.0.as_bytes()))
    }

    fn stat(&self, path: &str) -> Result<(), FileError> {
        match path {
            node::DEFAULT_PATH => Ok(()),
            _ => Err(FileError::NotFound),
        }
    }

    fn list(&self, _: &str) -> Result<Vec<DirEntry>, FileError> {
        Err(FileError::NotFound)
    }
}

/// How a config.toml is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// `version`; 0 where there is none, which releases take for 1.
    pub version: u8,
    /// The plugin that the registry tables belong to.
    pub plugin: Plugin,
    /// The headers of the tables to delete, and their lines.
    pub delete: Vec<SectionHeader>,
    /// Those of the tables that may stay.
    pub keep: Vec<SectionHeader>,
    /// Whether there are TLS settings among them.
    pub has_tls: bool,
}

/// The header of a table, and the line that it is on.
pub type SectionHeader = (String, Option<usize>);

/// The section for config.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The lines.
    pub text: String,
    /// Notes about it.
    pub notes: Vec<String>,
}

/// The section for these releases, in the schema that the file has where they read it.
pub fn section(written: Option<&Written>, releases: &[Release], config_path: &str) -> Section {
    let read_by_all =
        |plugin: Plugin, version| releases.iter().all(|r| plugin.is_read(version, *r));
    let current = written.map(|w| (w.plugin, w.version));
    // The existing section, then the one of the version, then the one that all releases read.
    let kept = current.filter(|(plugin, version)| read_by_all(*plugin, *version));
    let same_version = current.and_then(|(_, version)| {
        Plugin::ALL
            .into_iter()
            .map(|plugin| (plugin, version))
            .find(|(plugin, version)| read_by_all(*plugin, *version))
    });
    let all_v2 = releases.iter().all(|release| release.is_v2());
    let (plugin, version) = kept
        .or(same_version)
        .unwrap_or(if all_v2 && current.is_none() {
            (Plugin::Images, 3)
        } else {
            (Plugin::Cri, 2)
        });
    let mut notes = Vec::new();
    let mut text = String::new();
    if version > 1 {
        text += &format!("version = {version}\n\n");
    }
    text += &format!(
        "{}\n  config_path = {}\n",
        plugin.header(""),
        super::hosts_toml::quoted(config_path)
    );
    if let Some((old, before)) = current
        && before != version
    {
        let before = before.max(1);
        notes.push(format!(
            "in a file of version {before}, these releases read different sections; with `version = {version}`, every plugin has its full name: {} is `{}`",
            if old == Plugin::Short { "`cri`" } else { "the CRI plugin" },
            plugin.name()
        ));
    }
    Section { text, notes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn releases(text: &str) -> Vec<Release> {
        crate::containerd::release::parse_releases(text).unwrap()
    }

    fn written(plugin: Plugin, version: u8) -> Written {
        Written {
            version,
            plugin,
            delete: Vec::new(),
            keep: Vec::new(),
            has_tls: false,
        }
    }

    #[test]
    fn the_file_keeps_its_version_where_that_is_read() {
        let header = |written: Option<Written>, text: &str| {
            let section = section(written.as_ref(), &releases(text), "/etc/containerd/certs.d");
            section
                .text
                .lines()
                .find(|l| l.starts_with('['))
                .unwrap()
                .to_owned()
        };
        let cri = "[plugins.\"io.containerd.grpc.v1.cri\".registry]";
        let images = "[plugins.\"io.containerd.cri.v1.images\".registry]";
        assert_eq!(header(Some(written(Plugin::Cri, 2)), "1.6..2.3"), cri);
        assert_eq!(header(Some(written(Plugin::Images, 3)), "2.0..2.3"), images);
        assert_eq!(header(Some(written(Plugin::Images, 3)), "1.7..2.3"), cri);
        assert_eq!(
            header(Some(written(Plugin::Short, 0)), "1.7"),
            "[plugins.cri.registry]"
        );
        assert_eq!(header(Some(written(Plugin::Short, 1)), "2.0..2.2"), images);
        assert_eq!(header(Some(written(Plugin::Short, 1)), "1.7..2.3"), cri);
        assert_eq!(header(None, "1.7..2.3"), cri);
        assert_eq!(header(None, "2.0..2.3"), images);
    }
}
