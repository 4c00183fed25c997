//! The result of a migration, for people.

use std::fmt::Write as _;
use std::io::Write;

use anstyle::{AnsiColor, Style};

use super::{Done, STDIN};
use crate::cli::Result;
use crate::cli::terminal::Terminal;
use crate::finding::words::count;
use crate::migrate::{Migration, Remark, SectionHeader, SourceKind, Weight};
use crate::printable::one_line;
use crate::report::wrapping;

/// Prints it. With `--quiet`, only what is lost.
pub fn print(done: &Done, terminal: &Terminal, out: &mut dyn Write) -> Result<()> {
    let page = Page {
        done,
        terminal,
        out: String::new(),
    };
    out.write_all(page.draw().as_bytes())?;
    Ok(())
}

struct Page<'a> {
    done: &'a Done<'a>,
    terminal: &'a Terminal,
    out: String,
}

impl Page<'_> {
    fn draw(mut self) -> String {
        let migration = self.done.migration;
        let quiet = self.terminal.quiet;
        if self.done.dry_run {
            self.texts();
        } else if !quiet {
            self.files();
        }
        self.remarks(&migration.remarks);
        if !quiet && migration.holds_registries {
            self.config(migration);
        }
        self.out
    }

    fn paint(&self, style: Style, text: &str) -> String {
        match self.terminal.color {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }

    /// The path of a file of the tree, as it is or would be written.
    fn path(&self, directory: &str) -> String {
        let path = match self.done.output {
            Some(output) => output.join(directory),
            None => directory.into(),
        };
        one_line(&path.join("hosts.toml").display().to_string()).into_owned()
    }

    fn nothing(&mut self) -> bool {
        let migration = self.done.migration;
        if !migration.files.is_empty() {
            return false;
        }
        let source = self.done.source;
        let _ = match migration.holds_registries {
            true => writeln!(
                self.out,
                "no directory results from the registries in {source}"
            ),
            false => writeln!(
                self.out,
                "{source} configures no registries: there is nothing to migrate"
            ),
        };
        true
    }

    fn texts(&mut self) {
        if self.nothing() {
            return;
        }
        for (index, file) in self.done.migration.files.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            let path = self.paint(Style::new().bold(), &self.path(&file.directory));
            let _ = write!(self.out, "{gap}{path}\n\n");
            for line in file.text.lines() {
                let _ = match line {
                    "" => writeln!(self.out),
                    line => writeln!(self.out, "  {line}"),
                };
            }
        }
    }

    fn files(&mut self) {
        if self.nothing() {
            return;
        }
        for file in &self.done.migration.files {
            let path = self.paint(Style::new().bold(), &self.path(&file.directory));
            let _ = writeln!(self.out, "{path}");
            for endpoint in &file.endpoints {
                let _ = writeln!(self.out, "  {}", one_line(&endpoint.url()));
            }
            if file.host.is_none() {
                let _ = writeln!(self.out, "  the registry itself");
            }
        }
    }

    fn remarks(&mut self, remarks: &[Remark]) {
        for remark in remarks {
            let (word, style) = match remark.weight {
                Weight::Lost => ("not carried over", AnsiColor::Red.on_default().bold()),
                Weight::Doubtful => ("doubtful", AnsiColor::Yellow.on_default().bold()),
                Weight::Fine => ("note", AnsiColor::Cyan.on_default().bold()),
            };
            if self.terminal.quiet && remark.weight != Weight::Lost {
                continue;
            }
            let line = remark.line.map(|line| format!(" (line {line})"));
            let text = format!(
                "{}{}: {}",
                remark.about,
                line.unwrap_or_default(),
                remark.message
            );
            if !self.out.is_empty() {
                self.out.push('\n');
            }
            let word = self.paint(style, word);
            self.paragraph(&format!("{word}: {}", one_line(&text)), "", "  ");
            if let Some(help) = &remark.help {
                self.paragraph(&format!("help: {}", one_line(help)), "  ", "    ");
            }
        }
    }

    fn paragraph(&mut self, text: &str, first: &str, rest: &str) {
        let options = wrapping(self.terminal.width)
            .initial_indent(first)
            .subsequent_indent(rest);
        self.out.push_str(&textwrap::fill(text, options));
        self.out.push('\n');
    }

    fn config(&mut self, migration: &Migration) {
        let is_config = migration.kind == SourceKind::Containerd;
        let lead = match is_config {
            true if self.done.source == STDIN => "In config.toml, write".to_owned(),
            true => format!("In {}, write", self.done.source),
            false => "In containerd's config.toml, write".to_owned(),
        };
        let lead = self.paint(Style::new().bold(), &lead);
        let _ = write!(self.out, "\n{lead}\n\n");
        for line in migration.section.text.lines() {
            let _ = match line {
                "" => writeln!(self.out),
                line => writeln!(self.out, "  {line}"),
            };
        }
        for note in &migration.section.notes {
            self.out.push('\n');
            self.paragraph(&one_line(note), "", "");
        }
        let mut list = |title: &str, tables: &[SectionHeader]| {
            if tables.is_empty() {
                return;
            }
            let _ = write!(self.out, "\n{title}\n\n");
            for (table, line) in tables {
                let line = line.map(|line| format!("line {line:<4} "));
                let _ = writeln!(
                    self.out,
                    "  {}{}",
                    line.unwrap_or_default(),
                    one_line(table)
                );
            }
        };
        list(
            "and delete these tables, which keep the CRI plugin from loading beside `config_path`:",
            &migration.delete,
        );
        list("These may stay in that section:", &migration.keep);
        self.out.push('\n');
        let n = count(migration.files.len(), "directory", "directories");
        let next = match (self.done.dry_run, self.done.output) {
            _ if migration.files.is_empty() => "Then restart containerd.".to_owned(),
            (false, Some(output)) => format!(
                "Then run `certsd-lint {}`, and restart containerd.",
                one_line(&output.display().to_string())
            ),
            _ => format!("Dry run: nothing was written; without --dry-run, {n} would be."),
        };
        self.paragraph(&next, "", "");
    }
}
