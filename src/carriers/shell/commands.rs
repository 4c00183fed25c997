//! Commands of a shell script, as far as they say where a text goes.

use std::ops::Range;

use super::words::{Word, word};

/// A redirection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redirect {
    /// `> F` or `>> F`.
    Output {
        /// The file.
        to: Word,
        /// `>>`.
        appends: bool,
        /// The operator.
        at: Range<usize>,
    },
    /// `<< WORD`: a here-document, by its number.
    Document(usize),
    /// `<<< WORD`.
    Line(Word),
}

/// A here-document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its lines, without the terminator's.
    pub body: Range<usize>,
    /// `<<-`: leading tabs are taken off.
    pub strips_tabs: bool,
    /// The terminator is quoted: nothing is expanded.
    pub is_literal: bool,
    /// The lines whose terminator has whitespace around it, which is not allowed.
    pub misplaced: Option<Range<usize>>,
}

/// A simple command, or the end of a compound one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its words.
    pub words: Vec<Word>,
    /// Where its input and output go.
    pub redirects: Vec<Redirect>,
    /// Its output goes to the next command.
    pub pipes: bool,
    /// It ends a group that began with the command of this number.
    pub group: Option<usize>,
}

/// The commands of a script and its here-documents.
#[derive(Debug, Default)]
pub struct Script {
    /// The commands, in order.
    pub commands: Vec<Command>,
    /// The here-documents.
    pub documents: Vec<Document>,
}

/// Groups that are nested deeper are not distinguished.
const MAX_DEPTH: usize = 64;

/// More commands than this are not looked at.
const MAX_COMMANDS: usize = 50_000;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    script: Script,
    current: Command,
    /// Terminators whose here-documents begin on the next line.
    waiting: Vec<(usize, String)>,
    /// Where groups began, and whether each is a `case`, whose patterns end with `)`.
    open: Vec<(usize, bool)>,
}

fn empty() -> Command {
    Command {
        words: Vec::new(),
        redirects: Vec::new(),
        pipes: false,
        group: None,
    }
}

/// Reads a script.
pub fn read(text: &str) -> Script {
    let mut reader = Reader {
        text,
        at: 0,
        script: Script::default(),
        current: empty(),
        waiting: Vec::new(),
        open: Vec::new(),
    };
    while reader.at < text.len() && reader.script.commands.len() < MAX_COMMANDS {
        reader.step();
    }
    reader.end_command(false);
    reader.script
}

impl Reader<'_> {
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn step(&mut self) {
        match self.byte(0) {
            Some(b' ' | b'\t' | b'\r') => self.at += 1,
            Some(b'\\') if self.byte(1) == Some(b'\n') => self.at += 2,
            Some(b'\n') => {
                self.at += 1;
                // A pipe goes on behind the break.
                if !self.current.words.is_empty() || !self.current.redirects.is_empty() {
                    self.end_command(false);
                }
                self.read_documents();
            }
            Some(b'#') => {
                let rest = &self.text[self.at..];
                self.at += rest.find('\n').unwrap_or(rest.len());
            }
            Some(b';') => {
                self.at += 1;
                self.end_command(false);
            }
            Some(b'&') if self.byte(1) == Some(b'>') => self.at += 1,
            Some(b'&') => {
                self.at += 1;
                self.end_command(false);
            }
            Some(b'|') => {
                let is_or = self.byte(1) == Some(b'|');
                self.at += 1 + usize::from(is_or || self.byte(1) == Some(b'&'));
                self.end_command(!is_or);
            }
            Some(b'(') => {
                self.at += 1;
                // A function's head: `name() {`.
                if self.byte(0) == Some(b')') {
                    self.at += 1;
                    self.current = empty();
                    return;
                }
                self.end_command(false);
                self.begin(false);
            }
            Some(b')') => {
                self.at += 1;
                match self.open.last() {
                    Some((_, true)) => self.current = empty(),
                    _ => {
                        self.end_command(false);
                        self.current.group = self.open.pop().map(|(from, _)| from);
                    }
                }
            }
            Some(b'<') => self.input(),
            Some(b'>') => self.output(),
            _ => self.word(),
        }
    }

    fn word(&mut self) {
        let Some(word) = word(self.text, self.at) else {
            self.at += self.text[self.at..]
                .chars()
                .next()
                .map_or(1, char::len_utf8);
            return;
        };
        self.at = word.span.end;
        let written = &self.text[word.span.clone()];
        let is_descriptor = matches!(self.byte(0), Some(b'<' | b'>'))
            && written.bytes().all(|b| b.is_ascii_digit());
        if is_descriptor {
            // Text that does not go to standard output is not a file's text.
            if written != "1" && self.byte(0) == Some(b'>') {
                self.skip_redirect();
            }
            return;
        }
        if self.current.words.is_empty() && self.current.group.is_none() && !word.is_quoted {
            match written {
                "if" | "while" | "until" | "for" | "case" | "{" | "select" => {
                    self.begin(written == "case");
                    if written == "for" || written == "case" || written == "select" {
                        self.current.words.push(word);
                    }
                    return;
                }
                "then" | "do" | "else" | "elif" | "!" | "time" => return,
                "fi" | "done" | "esac" | "}" => {
                    let from = self.open.pop().map(|(from, _)| from);
                    self.current.group = from.or(Some(self.script.commands.len()));
                    return;
                }
                _ => {}
            }
        }
        self.current.words.push(word);
    }

    fn begin(&mut self, is_case: bool) {
        if self.open.len() < MAX_DEPTH {
            self.open.push((self.script.commands.len(), is_case));
        }
    }

    fn skip_redirect(&mut self) {
        while matches!(self.byte(0), Some(b'>' | b'|' | b'&' | b' ' | b'\t')) {
            self.at += 1;
        }
        if let Some(word) = word(self.text, self.at) {
            self.at = word.span.end;
        }
    }

    fn blanks(&mut self) {
        while matches!(self.byte(0), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    fn input(&mut self) {
        if self.text[self.at..].starts_with("<<<") {
            self.at += 3;
            self.blanks();
            if let Some(word) = word(self.text, self.at) {
                self.at = word.span.end;
                self.current.redirects.push(Redirect::Line(word));
            }
            return;
        }
        if self.byte(1) != Some(b'<') {
            self.at += 1;
            if matches!(self.byte(0), Some(b'&' | b'>' | b'(')) {
                self.at += 1;
            }
            self.blanks();
            if let Some(word) = word(self.text, self.at) {
                self.at = word.span.end;
            }
            return;
        }
        self.at += 2;
        let strips_tabs = self.byte(0) == Some(b'-');
        self.at += usize::from(strips_tabs);
        self.blanks();
        let Some(word) = word(self.text, self.at) else {
            return;
        };
        self.at = word.span.end;
        let written = &self.text[word.span.clone()];
        let terminator: String = written
            .chars()
            .filter(|c| !matches!(c, '\'' | '"' | '\\'))
            .collect();
        // `$((1 << 2))` is not a here-document.
        if terminator.is_empty() || terminator.bytes().all(|b| b.is_ascii_digit()) {
            return;
        }
        let number = self.script.documents.len();
        self.script.documents.push(Document {
            body: self.text.len()..self.text.len(),
            strips_tabs,
            is_literal: written.contains(['\'', '"', '\\']),
            misplaced: None,
        });
        self.waiting.push((number, terminator));
        self.current.redirects.push(Redirect::Document(number));
    }

    fn output(&mut self) {
        let start = self.at;
        self.at += 1;
        let appends = self.byte(0) == Some(b'>');
        self.at += usize::from(appends || self.byte(0) == Some(b'|'));
        let at = start..self.at;
        if self.byte(0) == Some(b'&') {
            self.at += 1;
            if let Some(word) = word(self.text, self.at) {
                self.at = word.span.end;
            }
            return;
        }
        self.blanks();
        if let Some(to) = word(self.text, self.at) {
            self.at = to.span.end;
            self.current
                .redirects
                .push(Redirect::Output { to, appends, at });
        }
    }

    fn end_command(&mut self, pipes: bool) {
        let mut command = std::mem::replace(&mut self.current, empty());
        let is_empty =
            command.words.is_empty() && command.redirects.is_empty() && command.group.is_none();
        if !is_empty {
            command.pipes = pipes;
            self.script.commands.push(command);
        }
    }

    /// The here-documents that begin on this line.
    fn read_documents(&mut self) {
        for (number, terminator) in std::mem::take(&mut self.waiting) {
            let start = self.at;
            let mut end = self.text.len();
            let mut next = self.text.len();
            let document = &mut self.script.documents[number];
            let mut at = start;
            for line in self.text[start..].split_inclusive('\n') {
                let bare = line.trim_end_matches(['\n', '\r']);
                let bare = match document.strips_tabs {
                    true => bare.trim_start_matches('\t'),
                    false => bare,
                };
                if bare.trim() == terminator {
                    (end, next) = (at, at + line.len());
                    if bare != terminator {
                        let word = at + line.len() - line.trim_start().len();
                        document.misplaced = Some(word..word + terminator.len());
                    }
                    break;
                }
                at += line.len();
            }
            document.body = start..end;
            self.at = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_redirects_and_documents() {
        let text =
            "cat > f <<'A' && tee -a g <<B\nx\nA\n\ty\nB\n{ echo a; echo b; } >> h 2>/dev/null\n";
        let script = read(text);
        assert_eq!(script.documents.len(), 2);
        assert_eq!(&text[script.documents[0].body.clone()], "x\n");
        assert!(script.documents[0].is_literal && !script.documents[1].is_literal);
        assert_eq!(&text[script.documents[1].body.clone()], "\ty\n");
        let last = script.commands.last().unwrap();
        assert_eq!(last.group, Some(2));
        assert!(matches!(
            &last.redirects[..],
            [Redirect::Output { appends: true, .. }]
        ));
    }

    #[test]
    fn a_terminator_that_is_indented() {
        let text = "if x; then\n  cat <<EOF > f\n  a\n  EOF\nfi\n";
        let script = read(text);
        let document = &script.documents[0];
        assert_eq!(&text[document.body.clone()], "  a\n");
        assert_eq!(document.misplaced.clone().map(|at| &text[at]), Some("EOF"));
        assert_eq!(script.commands.last().unwrap().group, Some(0));
    }
}
