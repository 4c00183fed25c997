//! One document, play or script of a carrier: the files that it writes belong together, and its texts may be carriers
//! themselves.

use std::ops::Range;

use super::carried::{Carried, Config};
use super::fact::Fact;
use super::look::may_hold;
use super::stand_ins::StandIns;
use super::text::{Builder, Text};
use super::write::{Content, Mode, Write};
use super::{hosts_text, shell, yaml};

/// How deep texts in texts are read.
const MAX_DEPTH: usize = 4;

/// A document that is being read.
pub struct Document<'d, 'c> {
    /// The stand-ins for unknown values.
    pub stand_ins: &'d mut StandIns<'c>,
    /// The findings so far.
    pub carried: &'d mut Carried,
    /// The files that it writes, in order.
    pub writes: Vec<Write>,
    depth: usize,
}

impl<'d, 'c> Document<'d, 'c> {
    /// A document that is in so many other texts.
    pub fn new(
        stand_ins: &'d mut StandIns<'c>,
        carried: &'d mut Carried,
        depth: usize,
    ) -> Document<'d, 'c> {
        Document {
            stand_ins,
            carried,
            writes: Vec::new(),
            depth,
        }
    }

    /// Puts together what it writes.
    pub fn finish(self) {
        for text in self.carried.collect(self.writes, self.stand_ins) {
            if self.depth < MAX_DEPTH {
                yaml::read(&text, self.stand_ins, self.carried, self.depth + 1);
            }
        }
    }

    /// Adds a hosts.toml whose destination is unknown.
    pub fn hosts_file(&mut self, text: Text, place: Range<usize>) {
        let nothing = Text::default();
        let mut path = Builder::new(&nothing);
        path.put_for(&format!("{}/hosts.toml", place.start), place.clone());
        self.writes.push(Write {
            path: path.finish(),
            path_span: place.clone(),
            content: Content::Text(text),
            content_span: place,
            mode: Mode::Replace,
            operator: None,
            is_guarded: true,
            source: None,
        });
    }

    /// Reads a text of any kind that may hold configuration.
    pub fn text(&mut self, text: &Text, place: Option<Range<usize>>) {
        let written = text.as_str();
        let is_long = written.contains('\n') || written.contains('>');
        if self.depth >= MAX_DEPTH || !is_long || !may_hold(written.as_bytes()) {
            return;
        }
        let place = place.unwrap_or_else(|| text.in_carrier(&(0..written.len())));
        match guess(written) {
            Guess::Yaml => yaml::read(text, self.stand_ins, self.carried, self.depth + 1),
            Guess::Hosts => self.hosts_file(text.clone(), place),
            Guess::Config => self.carried.configs.push(Config {
                text: text.clone(),
                is_part: true,
                place,
            }),
            Guess::Script => self.script(text),
            Guess::Nothing => {}
        }
    }

    /// Reads a script.
    pub fn script(&mut self, text: &Text) {
        let read = shell::read(text, self.stand_ins);
        for (at, word) in read.misplaced {
            self.carried
                .facts
                .push(Fact::IndentedTerminator { at, word });
        }
        self.writes.extend(read.writes);
        self.depth += 1;
        for text in &read.texts {
            self.text(text, None);
        }
        self.depth -= 1;
    }
}

/// The likely kind of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guess {
    Yaml,
    Hosts,
    Config,
    Script,
    Nothing,
}

fn guess(text: &str) -> Guess {
    let first = text
        .lines()
        .map(str::trim_end)
        .find(|line| {
            !line.is_empty() && (!line.starts_with('#') || line.starts_with("#cloud-config"))
        })
        .unwrap_or_default();
    let is_key = |line: &str| {
        line.split_once(':').is_some_and(|(key, rest)| {
            let is_word = !key.is_empty()
                && key
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
            is_word && (rest.is_empty() || rest.starts_with(' '))
        })
    };
    let writes = text.contains("hosts.toml")
        || text.contains("registries.yaml")
        || text.contains("config.toml");
    if first.starts_with("#cloud-config") || first == "---" || is_key(first) {
        Guess::Yaml
    } else if writes && (text.contains('>') || text.contains("tee ")) {
        Guess::Script
    } else if hosts_text::is_hosts_text(text) {
        Guess::Hosts
    } else if text
        .lines()
        .any(|line| line.trim_start().starts_with("[plugins."))
    {
        Guess::Config
    } else if text.contains("<<") {
        Guess::Script
    } else {
        Guess::Nothing
    }
}
