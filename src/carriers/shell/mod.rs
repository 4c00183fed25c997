//! Shell scripts: the files that they write from texts of their own.
//!
//! Recognised in `*.sh` and `*.bash`, in scripts that say so in their first line, in scalars of YAML, in here-documents of
//! Terraform, in RUN instructions of a Dockerfile: `cat > F <<EOF`, `>>`, `tee [-a] F <<EOF`, `cat <<EOF | … tee F`,
//! `| … cp /dev/stdin F`, `| … sh -c "cat > F"`, `echo` and `printf` of literal text, groups of these, and all of it again
//! inside a quoted word (`sh -c "…"`) or a here-document for a shell.
//!
//! ```sh
//! cat > /etc/containerd/certs.d/docker.io/hosts.toml <<'EOF'
//! server = "https://registry-1.docker.io"
//! EOF
//! ```
//!
//! Not known: what variables hold, unless the script sets them once, to a literal; what commands print; which branch runs. A
//! text that goes through `sed`, `awk` or the like is skipped.

mod commands;
mod words;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::stand_ins::StandIns;
use super::text::{Builder, Gap, Text};
use super::write::{Content, Mode, Write};
use commands::{Command, Redirect, Script};
use words::{Variables, Word, body, expand, is_name, unescaped};

/// How deep scripts in scripts are read.
const MAX_DEPTH: usize = 4;

/// The relevant effects of a script.
#[derive(Debug, Default)]
pub struct Read {
    /// The files that it writes, in order.
    pub writes: Vec<Write>,
    /// Texts that go nowhere that is known: to another program, as here-documents.
    pub texts: Vec<Text>,
    /// Terminators with whitespace before them, in the carrier, with their words.
    pub misplaced: Vec<(Range<usize>, String)>,
}

/// Reads a script.
pub fn read(script: &Text, stand_ins: &mut StandIns<'_>) -> Read {
    let mut read = Read::default();
    read_into(script, &Variables::new(), stand_ins, 0, &mut read);
    read
}

fn read_into(
    parent: &Text,
    known: &Variables,
    stand_ins: &mut StandIns<'_>,
    depth: usize,
    read: &mut Read,
) {
    let text = parent.as_str();
    let script = commands::read(text);
    let variables = variables(parent, &script, known, stand_ins);
    for document in &script.documents {
        if let Some(at) = &document.misplaced {
            let word = text[at.clone()].to_owned();
            read.misplaced.push((parent.in_carrier(at), word));
        }
    }
    let mut reader = Reader {
        parent,
        text,
        script: &script,
        variables: &variables,
        stand_ins,
        depth,
        read,
        guarded: HashSet::new(),
        done: HashSet::new(),
    };
    reader.look_for_guards();
    let captured = captured(&script);
    let mut first = 0;
    while first < script.commands.len() {
        let length = 1 + script.commands[first..]
            .iter()
            .take_while(|c| c.pipes)
            .count();
        let last = (first + length).min(script.commands.len());
        let has_output = script.commands[first..last].iter().any(writes_itself);
        if has_output || !captured.contains(&first) {
            reader.pipeline(first..last);
        }
        first = last;
    }
}

fn writes_itself(command: &Command) -> bool {
    let is_output = |redirect: &Redirect| matches!(redirect, Redirect::Output { .. });
    command.redirects.iter().any(is_output)
}

/// Commands whose output is that of the group in which they are, and goes where that goes.
fn captured(script: &Script) -> HashSet<usize> {
    let mut captured = HashSet::new();
    for (index, command) in script.commands.iter().enumerate() {
        if let Some(from) = command.group
            && (command.pipes || writes_itself(command))
        {
            captured.extend(from..index);
        }
    }
    captured
}

/// The variables that are set once, to what is known.
fn variables(
    parent: &Text,
    script: &Script,
    known: &Variables,
    stand_ins: &mut StandIns<'_>,
) -> Variables {
    let text = parent.as_str();
    let mut variables = known.clone();
    let mut set: HashMap<&str, usize> = HashMap::new();
    for command in &script.commands {
        let mut words = command.words.iter().peekable();
        let literal = |word: &Word| &text[word.span.clone()];
        while words
            .peek()
            .is_some_and(|w| matches!(literal(w), "export" | "local" | "readonly" | "declare"))
        {
            words.next();
        }
        let first = words.peek().map(|word| literal(word)).unwrap_or_default();
        if matches!(
            first,
            "for" | "read" | "getopts" | "select" | "mapfile" | "printf"
        ) {
            for name in command
                .words
                .iter()
                .map(literal)
                .filter(|name| is_name(name))
            {
                *set.entry(name).or_default() += 2;
            }
            continue;
        }
        for word in words {
            let Some((name, _)) = literal(word)
                .split_once('=')
                .filter(|(name, _)| is_name(name.trim_end_matches('+')))
            else {
                if literal(word).starts_with('-') {
                    continue;
                }
                break;
            };
            let is_added = name.ends_with('+');
            let name = name.trim_end_matches('+');
            let times = set.entry(name).or_default();
            *times += 1 + usize::from(is_added);
            let value = value_of(word, name.len() + 1);
            let value = expand(&value, parent, Some(&variables), stand_ins);
            variables.insert(name.to_owned(), value);
        }
    }
    variables.retain(|name, value| {
        let times = set.get(name.as_str()).copied().unwrap_or_default();
        times <= 1 && value.as_str().len() <= 4_096 && !value.is_unknown()
    });
    variables
}

/// The parts of a word behind so many bytes.
fn value_of(word: &Word, skip: usize) -> Vec<words::Part> {
    let from = word.span.start + skip;
    let mut parts = Vec::new();
    for part in &word.parts {
        match part {
            words::Part::Literal(range) if range.end <= from => {}
            words::Part::Literal(range) => {
                parts.push(words::Part::Literal(range.start.max(from)..range.end));
            }
            other => parts.push(other.clone()),
        }
    }
    parts
}

struct Reader<'a, 'c> {
    parent: &'a Text,
    text: &'a str,
    script: &'a Script,
    variables: &'a Variables,
    stand_ins: &'a mut StandIns<'c>,
    depth: usize,
    read: &'a mut Read,
    /// Paths that the script looks at.
    guarded: HashSet<String>,
    /// Here-documents that were used.
    done: HashSet<usize>,
}

/// Where a text goes.
struct Sink {
    path: Text,
    span: Range<usize>,
    mode: Mode,
    operator: Option<Range<usize>>,
}

impl Reader<'_, '_> {
    fn literal(&self, word: &Word) -> &str {
        &self.text[word.span.clone()]
    }

    fn path(&mut self, word: &Word) -> Text {
        word.expand(self.parent, self.variables, self.stand_ins)
    }

    /// Files that a script tests, searches or removes are not appended to blindly.
    fn look_for_guards(&mut self) {
        let script = self.script;
        for command in &script.commands {
            let mut words = command.words.iter();
            let looks = words.any(|word| {
                matches!(
                    self.literal(word),
                    "test"
                        | "["
                        | "[["
                        | "grep"
                        | "rm"
                        | "truncate"
                        | "egrep"
                        | "fgrep"
                        | "unlink"
                        | "rg"
                )
            });
            let empties = !looks
                && command
                    .redirects
                    .iter()
                    .any(|r| matches!(r, Redirect::Output { appends: false, .. }));
            if looks {
                for word in words.cloned().collect::<Vec<_>>() {
                    let path = self.path(&word).as_str().to_owned();
                    self.guarded.insert(path);
                }
            }
            if empties
                && command
                    .words
                    .iter()
                    .all(|word| matches!(self.literal(word), ":" | "true"))
            {
                for redirect in &command.redirects {
                    if let Redirect::Output { to, .. } = redirect {
                        let path = self.path(to).as_str().to_owned();
                        self.guarded.insert(path);
                    }
                }
            }
        }
    }

    fn pipeline(&mut self, commands: Range<usize>) {
        let script = self.script;
        let all = &script.commands[commands.clone()];
        let changes = |word: &Word| {
            matches!(
                self.literal(word),
                "sed"
                    | "awk"
                    | "tr"
                    | "base64"
                    | "gunzip"
                    | "jq"
                    | "yq"
                    | "gomplate"
                    | "j2"
                    | "openssl"
                    | "perl"
                    | "python3"
            )
        };
        let is_changed = all.iter().flat_map(|c| &c.words).any(changes);
        let mut sink = None;
        for command in all.iter().rev() {
            sink = self.sink(command);
            if sink.is_some() {
                break;
            }
        }
        let produced: Vec<Text> = match (all.first(), is_changed) {
            (Some(first), false) => self.produced(first, commands.start),
            _ => Vec::new(),
        };
        match sink {
            Some(sink) if !produced.is_empty() => {
                let mut mode = sink.mode;
                for text in produced {
                    self.write(&sink, text, mode);
                    mode = Mode::Append;
                }
            }
            Some(sink) => self.unknown(&sink, all),
            None => {
                for text in produced {
                    self.goes_elsewhere(&text, all);
                }
            }
        }
        for word in all.iter().flat_map(|command| &command.words) {
            self.inner_script(word);
        }
    }

    fn write(&mut self, sink: &Sink, text: Text, mode: Mode) {
        self.read.writes.push(Write {
            path: sink.path.clone(),
            path_span: sink.span.clone(),
            content_span: text.in_carrier(&(0..text.as_str().len())),
            content: Content::Text(text),
            mode,
            operator: sink.operator.clone().filter(|_| mode == sink.mode),
            is_guarded: self.guarded.contains(sink.path.as_str()),
            source: None,
        });
    }

    /// A file whose text is not in the script.
    fn unknown(&mut self, sink: &Sink, commands: &[Command]) {
        // `docker exec … sh -c "cat > F <<EOF"` is read as a script of its own.
        if commands
            .iter()
            .any(|c| c.words.iter().any(|w| self.is_script(w)))
        {
            return;
        }
        self.read.writes.push(Write {
            path: sink.path.clone(),
            path_span: sink.span.clone(),
            content_span: sink.span.clone(),
            content: Content::Unknown,
            mode: sink.mode,
            operator: None,
            is_guarded: true,
            source: None,
        });
    }

    /// The file to which a command writes what it gets.
    fn sink(&mut self, command: &Command) -> Option<Sink> {
        let words: Vec<&str> = command
            .words
            .iter()
            .map(|word| self.literal(word))
            .collect();
        let of = |name: &str| {
            words
                .iter()
                .position(|word| *word == name || word.ends_with(&format!("/{name}")))
        };
        if let Some(tee) = of("tee").filter(|at| !words[..*at].contains(&"cat")) {
            let rest = &command.words[tee + 1..];
            let append = rest
                .iter()
                .find(|w| matches!(self.literal(w), "-a" | "--append"));
            let append = append.map(|w| self.parent.in_carrier(&w.span));
            let to = rest
                .iter()
                .find(|w| !self.literal(w).starts_with('-'))
                .cloned();
            if let Some(to) = to {
                return Some(Sink {
                    path: self.path(&to),
                    span: self.parent.in_carrier(&to.span),
                    mode: match append {
                        Some(_) => Mode::Append,
                        None => Mode::Replace,
                    },
                    operator: append,
                });
            }
        }
        let from_stdin = ["cp", "install", "mv"].into_iter().find_map(of);
        if from_stdin.is_some_and(|at| words[at..].iter().any(|word| word.ends_with("/dev/stdin")))
        {
            let to = command.words.last()?.clone();
            return Some(Sink {
                path: self.path(&to),
                span: self.parent.in_carrier(&to.span),
                mode: Mode::Replace,
                operator: None,
            });
        }
        if let (Some(_), Some(to)) = (of("dd"), words.iter().position(|w| w.starts_with("of="))) {
            let word = &command.words[to];
            let path = expand(
                &value_of(word, 3),
                self.parent,
                Some(self.variables),
                self.stand_ins,
            );
            return Some(Sink {
                path,
                span: self
                    .parent
                    .in_carrier(&(word.span.start + 3..word.span.end)),
                mode: Mode::Replace,
                operator: None,
            });
        }
        // `COPY <<EOF F` of a Dockerfile.
        let is_copy = words
            .first()
            .is_some_and(|word| matches!(*word, "COPY" | "ADD"));
        let has_document = command
            .redirects
            .iter()
            .any(|r| matches!(r, Redirect::Document(_)));
        if is_copy && has_document && words.len() > 1 {
            let to = command.words.last()?.clone();
            return Some(Sink {
                path: self.path(&to),
                span: self.parent.in_carrier(&to.span),
                mode: Mode::Replace,
                operator: None,
            });
        }
        let outputs = command
            .redirects
            .iter()
            .filter_map(|redirect| match redirect {
                Redirect::Output { to, appends, at } => Some((to, *appends, at)),
                _ => None,
            });
        for (to, appends, at) in outputs.collect::<Vec<_>>() {
            if self.literal(to).starts_with("/dev/") {
                continue;
            }
            return Some(Sink {
                path: self.path(to),
                span: self.parent.in_carrier(&to.span),
                mode: match appends {
                    true => Mode::Append,
                    false => Mode::Replace,
                },
                operator: appends.then(|| self.parent.in_carrier(at)),
            });
        }
        // `… sh -c "cat > F"`: what the inner script writes from its standard input.
        let scripts: Vec<Word> = command
            .words
            .iter()
            .filter(|w| self.is_script(w))
            .cloned()
            .collect();
        for word in scripts {
            let inner = word.expand(self.parent, self.variables, self.stand_ins);
            let script = commands::read(inner.as_str());
            let reads = |c: &Command| {
                c.redirects
                    .iter()
                    .all(|r| matches!(r, Redirect::Output { .. }))
            };
            let Some(last) = script.commands.iter().rev().find(|c| reads(c)) else {
                continue;
            };
            if !script.documents.is_empty() {
                continue;
            }
            let mut reader = Reader {
                parent: &inner,
                text: inner.as_str(),
                script: &script,
                variables: self.variables,
                stand_ins: self.stand_ins,
                depth: MAX_DEPTH,
                read: &mut Read::default(),
                guarded: HashSet::new(),
                done: HashSet::new(),
            };
            let prints =
                |word: &Word| matches!(&inner.as_str()[word.span.clone()], "echo" | "printf");
            if last.words.iter().any(prints) {
                continue;
            }
            if let Some(sink) = reader.sink(last) {
                return Some(sink);
            }
        }
        None
    }

    /// The known output of a command.
    fn produced(&mut self, command: &Command, own: usize) -> Vec<Text> {
        if let Some(from) = command.group {
            let script = self.script;
            let mut all = Vec::new();
            for (index, inner) in script.commands.iter().enumerate().take(own).skip(from) {
                if inner.group.is_none() && !writes_itself(inner) {
                    all.extend(self.produced(inner, index));
                }
            }
            return all;
        }
        for redirect in &command.redirects {
            match redirect {
                Redirect::Document(number) if self.done.insert(*number) => {
                    let expands = command.words.iter().any(|w| self.literal(w) == "envsubst");
                    return vec![self.document(*number, expands)];
                }
                Redirect::Line(word) => {
                    let text = word.open(self.parent, self.stand_ins);
                    return vec![self.with_break(text, word)];
                }
                _ => {}
            }
        }
        let mut words = command.words.iter();
        let mut name = words.next();
        while name.is_some_and(|w| {
            matches!(self.literal(w), "sudo" | "command" | "builtin" | "RUN")
                || self.literal(w).contains('=')
        }) {
            name = words.next();
        }
        let words: Vec<Word> = words.cloned().collect();
        match name.map(|word| self.literal(word)) {
            Some("echo") => vec![self.echo(&words)],
            Some("printf") => self.printf(&words).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// A here-document as the command reads it.
    fn document(&mut self, number: usize, expands: bool) -> Text {
        let document = &self.script.documents[number];
        let mut builder = Builder::new(self.parent);
        let mut at = document.body.start;
        for line in self.text[document.body.clone()].split_inclusive('\n') {
            let tabs = match document.strips_tabs {
                true => line.len() - line.trim_start_matches('\t').len(),
                false => 0,
            };
            builder.keep(at + tabs..at + line.len());
            at += line.len();
        }
        let text = builder.finish();
        if document.is_literal && !expands {
            return text;
        }
        let parts = body(text.as_str(), 0..text.as_str().len());
        expand(&parts, &text, None, self.stand_ins)
    }

    fn echo(&mut self, words: &[Word]) -> Text {
        let is_flag = |word: &&Word| {
            let written = self.literal(word);
            written.len() > 1
                && written.starts_with('-')
                && written[1..]
                    .bytes()
                    .all(|b| matches!(b, b'e' | b'n' | b'E'))
        };
        let flags = words.iter().take_while(is_flag).count();
        let has = |flag: char| {
            words[..flags]
                .iter()
                .any(|w| self.literal(w).contains(flag))
        };
        let (escapes, is_bare) = (has('e'), has('n'));
        let mut out = Text::default();
        for (index, word) in words[flags..].iter().enumerate() {
            if index > 0 {
                let mut builder = Builder::after(out, self.parent);
                builder.put(" ", &(word.span.start - 1..word.span.start));
                out = builder.finish();
            }
            let text = word.open(self.parent, self.stand_ins);
            let text = match escapes {
                true => unescape(&text, false),
                false => text,
            };
            out = append(out, &text);
        }
        match (words.last(), is_bare) {
            (Some(last), false) => self.with_break(out, last),
            _ => out,
        }
    }

    fn with_break(&self, text: Text, last: &Word) -> Text {
        let mut builder = Builder::after(text, self.parent);
        builder.put("\n", &(last.span.end - 1..last.span.end));
        builder.finish()
    }

    fn printf(&mut self, words: &[Word]) -> Option<Text> {
        let words = match words.first().map(|word| self.literal(word)) {
            Some("--") => &words[1..],
            Some("-v") => return None,
            _ => words,
        };
        let (format, arguments) = words.split_first()?;
        let format = format.open(self.parent, self.stand_ins);
        let arguments: Vec<Text> = arguments
            .iter()
            .map(|word| word.open(self.parent, self.stand_ins))
            .collect();
        let mut rest = arguments.iter();
        let mut out = Text::default();
        // The format is used until the arguments are used up.
        loop {
            let (text, used) = filled(&format, &mut rest);
            out = append(out, &text);
            if !used || rest.len() == 0 || out.as_str().len() > 1 << 20 {
                return Some(unescape(&out, true));
            }
        }
    }

    /// A text for a program: a script for a shell, or a document that someone else knows.
    fn goes_elsewhere(&mut self, text: &Text, commands: &[Command]) {
        let is_shell = |word: &Word| {
            let name = self.literal(word).rsplit('/').next().unwrap_or_default();
            matches!(name, "sh" | "bash" | "ssh" | "dash" | "ash" | "zsh" | "su")
        };
        let reads = commands.iter().flat_map(|c| &c.words).any(is_shell);
        if reads && self.depth < MAX_DEPTH {
            read_into(
                text,
                &Variables::new(),
                self.stand_ins,
                self.depth + 1,
                self.read,
            );
        } else {
            self.read.texts.push(text.clone());
        }
    }

    /// Whether a word can be a script that writes something here.
    fn is_script(&self, word: &Word) -> bool {
        let written = self.literal(word);
        word.is_quoted
            && (written.contains('>') || written.contains("tee "))
            && written.contains([' ', '\n'])
    }

    fn inner_script(&mut self, word: &Word) {
        if self.depth >= MAX_DEPTH
            || !self.is_script(word)
            || !super::look::may_hold(self.literal(word).as_bytes())
        {
            return;
        }
        let inner = word.expand(self.parent, self.variables, self.stand_ins);
        let before = self.read.writes.len();
        read_into(
            &inner,
            self.variables,
            self.stand_ins,
            self.depth + 1,
            self.read,
        );
        // Writes from its standard input were already seen.
        let from_stdin = |write: &Write| matches!(write.content, Content::Unknown);
        let kept: Vec<Write> = self
            .read
            .writes
            .drain(before..)
            .filter(|w| !from_stdin(w))
            .collect();
        self.read.writes.extend(kept);
    }
}

/// A text behind another.
pub fn append(before: Text, text: &Text) -> Text {
    let mut builder = Builder::after(before, text);
    builder.keep(0..text.as_str().len());
    builder.finish()
}

/// A text with its escapes read.
fn unescape(text: &Text, percent: bool) -> Text {
    let written = text.as_str();
    let mut builder = Builder::new(text);
    let mut at = 0;
    while let Some(found) = written[at..].find(['\\', '%']) {
        let start = at + found;
        let mut rest = written[start + 1..].chars();
        let is_percent = written.as_bytes()[start] == b'%';
        match rest.next() {
            Some('%') if is_percent && percent => {
                builder.keep(at..start + 1);
                at = start + 2;
            }
            Some(char @ ('n' | 't' | 'r' | '\\' | '"' | '\'')) if !is_percent => {
                builder.keep(at..start);
                let range = start..start + 2;
                builder.put(unescaped(char).encode_utf8(&mut [0; 4]), &range);
                at = range.end;
            }
            _ => {
                builder.keep(at..start + 1);
                at = start + 1;
            }
        }
    }
    builder.keep(at..written.len());
    builder.finish()
}

/// A format with the next arguments in it, and whether it takes any.
fn filled(format: &Text, arguments: &mut std::slice::Iter<'_, Text>) -> (Text, bool) {
    let written = format.as_str();
    let mut out = Text::default();
    let mut at = 0;
    let mut used = false;
    while let Some(found) = written[at..].find('%') {
        let start = at + found;
        let rest = &written[start + 1..];
        let skip = rest
            .bytes()
            .take_while(|b| matches!(b, b'0'..=b'9' | b'.' | b'-'))
            .count();
        match rest[skip..].chars().next() {
            Some('s' | 'b' | 'd' | 'q') => {
                let mut builder = Builder::after(out, format);
                builder.keep(at..start);
                out = builder.finish();
                if let Some(argument) = arguments.next() {
                    out = append(out, argument);
                }
                used = true;
                at = start + 2 + skip;
            }
            Some('%') => {
                let mut builder = Builder::after(out, format);
                builder.keep(at..start + 2);
                out = builder.finish();
                at = start + 2;
            }
            _ => {
                let mut builder = Builder::after(out, format);
                builder.keep(at..start + 1);
                out = builder.finish();
                at = start + 1;
            }
        }
    }
    let mut builder = Builder::after(out, format);
    builder.keep(at..written.len());
    (builder.finish(), used)
}

/// Lines of a script that are not known, for a file that other commands write to as well.
pub fn unknown_lines(at: Range<usize>) -> Text {
    let nothing = Text::default();
    let mut builder = Builder::new(&nothing);
    builder.put_for("", at);
    builder.put_unknown("", &(0..0), Gap::Lines);
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writes(text: &str) -> Vec<(String, String, Mode)> {
        let parent = Text::of_carrier(text);
        let read = read(&parent, &mut StandIns::new(text));
        let known = |write: Write| match write.content {
            Content::Text(content) => (
                write.path.as_str().to_owned(),
                content.as_str().to_owned(),
                write.mode,
            ),
            Content::Unknown => (write.path.as_str().to_owned(), String::new(), write.mode),
        };
        read.writes.into_iter().map(known).collect()
    }

    fn one(text: &str) -> (String, String, Mode) {
        let mut all = writes(text);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    fn is(path: &str, content: &str) -> (String, String, Mode) {
        (path.to_owned(), content.to_owned(), Mode::Replace)
    }

    #[test]
    fn the_usual_forms() {
        let file = "certs.d/quay.io/hosts.toml";
        for text in [
            "cat > certs.d/quay.io/hosts.toml <<EOF\nx = 1\nEOF\n",
            "cat <<EOF > certs.d/quay.io/hosts.toml\nx = 1\nEOF\n",
            "cat <<- 'EOF' >\"certs.d/quay.io/hosts.toml\"\n\tx = 1\n\tEOF\n",
            "sudo tee certs.d/quay.io/hosts.toml >/dev/null <<EOF\nx = 1\nEOF\n",
            "cat <<EOF | sudo tee certs.d/quay.io/hosts.toml > /dev/null\nx = 1\nEOF\n",
            "cat <<EOF | docker exec -i n cp /dev/stdin certs.d/quay.io/hosts.toml\nx = 1\nEOF\n",
            "cat <<EOF | docker exec -i n sh -c 'cat > certs.d/quay.io/hosts.toml'\nx = 1\nEOF\n",
            "cat <<EOF |\nx = 1\nEOF\ntee certs.d/quay.io/hosts.toml\n",
            "D=certs.d/quay.io\nF=\"$D/hosts.toml\"\nif true; then\ncat > \"${F}\" <<EOF\nx = 1\nEOF\nfi\n",
            "echo 'x = 1' > certs.d/quay.io/hosts.toml\n",
            "echo -e \"x = 1\" | tee certs.d/quay.io/hosts.toml\n",
            "printf '%s\\n' 'x = 1' > certs.d/quay.io/hosts.toml\n",
            "printf \"x = 1\\n\" > certs.d/quay.io/hosts.toml\n",
            "ssh n \"cat > certs.d/quay.io/hosts.toml <<'EOF'\nx = 1\nEOF\"\n",
            "ssh n <<'END'\ncat > certs.d/quay.io/hosts.toml <<'EOF'\nx = 1\nEOF\nEND\n",
            "bash -c 'cat > certs.d/quay.io/hosts.toml <<EOF\nx = 1\nEOF\n'\n",
            "{ echo 'x = 1'; } > certs.d/quay.io/hosts.toml\n",
            "(cat <<EOF\nx = 1\nEOF\n) | tee certs.d/quay.io/hosts.toml\n",
            "dd of=certs.d/quay.io/hosts.toml <<< 'x = 1'\n",
            "f() {\n  cat >certs.d/quay.io/hosts.toml <<EOF\nx = 1\nEOF\n}\n",
        ] {
            assert_eq!(one(text), is(file, "x = 1\n"), "{text}");
        }
    }

    #[test]
    fn several_commands_build_one_file() {
        let all = writes("echo a > f\necho b >> f\n{ echo c; echo d; } >> f\n");
        let texts: Vec<&str> = all.iter().map(|(_, text, _)| text.as_str()).collect();
        assert_eq!(texts, ["a\n", "b\n", "c\n", "d\n"]);
        assert_eq!(all[0].2, Mode::Replace);
        assert!(all[1..].iter().all(|(_, _, mode)| *mode == Mode::Append));
    }

    #[test]
    fn what_is_changed_on_its_way_is_not_known() {
        let all = writes("cat <<EOF | sed s/a/b/ > f\na\nEOF\ncurl -s x > g\n");
        assert_eq!(all.len(), 2);
        assert!(all.iter().all(|(_, text, _)| text.is_empty()));
    }

    #[test]
    fn loops_and_arguments_are_unknown() {
        let text = "for r in quay.io docker.io; do\ncat > certs.d/$r/hosts.toml <<EOF\na = \"$1 ${r}\"\nEOF\ndone\n";
        let parent = Text::of_carrier(text);
        let read = read(&parent, &mut StandIns::new(text));
        let [write] = read.writes.as_slice() else {
            panic!("{:?}", read.writes)
        };
        assert_eq!(write.path.unknown().len(), 1);
        let Content::Text(content) = &write.content else {
            panic!()
        };
        assert_eq!(content.unknown().len(), 2);
    }
}
