//! A client that does anything, in any order, and keeps a text of its own for each file: what has to hold of the server then.

use std::collections::BTreeMap;

use certsd_lint::lsp::{Options, Server};
use gen_lsp_types::Uri;
use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};

/// The files that a client may open. None is on the disk.
pub const FILES: [&str; 7] = [
    "file:///nowhere/certs.d/docker.io/hosts.toml",
    "file:///nowhere/certs.d/quay.io/hosts.toml",
    "file:///nowhere/certs.d/docker.io/ca.crt",
    "file:///nowhere/containerd/config.toml",
    "file:///nowhere/setup.sh",
    "file:///nowhere/certsd-lint.toml",
    "untitled:hosts.toml",
];

/// What can be asked about a place.
pub const QUESTIONS: [&str; 6] = [
    "hover",
    "completion",
    "inlayHint",
    "documentSymbol",
    "documentLink",
    "diagnostic",
];

/// 2026-06-01T00:00:00Z: the clock of every fixture.
const NOW: i64 = 1_780_272_000;

/// A line and a column, which may be beyond the text.
pub type At = (u32, u32);

/// Something that a client does. Files and questions are numbers in the lists above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Opens a file, also one that is open.
    Open(u8, String),
    /// Changes a file, also one that is not open; without places, as a whole.
    Change(u8, Vec<(Option<(At, At)>, String)>),
    /// Closes a file.
    Close(u8),
    /// Gives a file another name: closes it, and opens the other with its text.
    Rename(u8, u8),
    /// Saves a file.
    Save(u8),
    /// Asks something about a place.
    Ask(u8, u8, At),
    /// Applies one of the actions for a file.
    Act(u8, u8),
    /// Waits until the server has said what it has to.
    Wait,
}

/// What a client counts columns in.
#[derive(Debug, Clone, Copy)]
enum Units {
    Utf8,
    Utf16,
    Utf32,
}

impl Units {
    fn width(self, c: char) -> u32 {
        let width = match self {
            Units::Utf8 => c.len_utf8(),
            Units::Utf16 => c.len_utf16(),
            Units::Utf32 => 1,
        };
        u32::try_from(width).expect("a character is short")
    }
}

/// Does all of it with a client of this kind, and compares the end with a session that begins there.
pub fn play(kind: u8, operations: &[Operation]) {
    let mut session = Session::new(kind);
    for operation in operations {
        session.play(operation);
        session.check_texts();
    }
    session.settle();
    let mut fresh = Session::new(kind);
    for (uri, (_, text)) in session.files.clone() {
        fresh.open(&uri, text);
    }
    fresh.settle();
    assert_eq!(
        session.shown(),
        fresh.shown(),
        "what is shown depends on how the texts came about"
    );
}

/// A client and its server.
struct Session {
    server: Server,
    units: Units,
    /// The open files: their versions and texts.
    files: BTreeMap<String, (i32, String)>,
    published: BTreeMap<String, Value>,
    version: i32,
    requests: i32,
}

impl Session {
    fn new(kind: u8) -> Session {
        let (units, word) = [
            (Units::Utf8, "utf-8"),
            (Units::Utf16, "utf-16"),
            (Units::Utf32, "utf-32"),
        ][usize::from(kind % 3)];
        let document = match kind / 3 % 2 {
            0 => json!({}),
            _ => json!({ "diagnostic": {} }),
        };
        let capabilities = json!({
            "general": { "positionEncodings": [word] },
            "workspace": { "workspaceEdit": { "documentChanges": true } },
            "textDocument": document,
        });
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let (server, _) = Server::new(&params, Options { now: Some(NOW) });
        Session {
            server,
            units,
            files: BTreeMap::new(),
            published: BTreeMap::new(),
            version: 0,
            requests: 0,
        }
    }

    fn play(&mut self, operation: &Operation) {
        match operation {
            Operation::Open(file, text) => self.open(uri(*file), text.clone()),
            Operation::Change(file, changes) => self.change(uri(*file), changes),
            Operation::Close(file) => self.close(uri(*file)),
            Operation::Rename(from, to) => {
                if let Some((_, text)) = self.files.get(uri(*from)).cloned() {
                    self.close(uri(*from));
                    self.close(uri(*to));
                    self.open(uri(*to), text);
                }
            }
            Operation::Save(file) => {
                self.tell("didSave", json!({ "textDocument": { "uri": uri(*file) } }));
            }
            Operation::Ask(file, question, at) => {
                let method = QUESTIONS[usize::from(*question) % QUESTIONS.len()];
                self.ask(
                    method,
                    json!({
                        "textDocument": { "uri": uri(*file) },
                        "position": position(*at),
                        "range": { "start": position((0, 0)), "end": position(*at) },
                    }),
                );
            }
            Operation::Act(file, which) => self.act(uri(*file), usize::from(*which)),
            Operation::Wait => self.settle(),
        }
    }

    fn open(&mut self, uri: &str, text: String) {
        self.version += 1;
        let item =
            json!({ "uri": uri, "languageId": "toml", "version": self.version, "text": text });
        self.files.insert(uri.to_owned(), (self.version, text));
        self.tell("didOpen", json!({ "textDocument": item }));
    }

    fn change(&mut self, uri: &str, changes: &[(Option<(At, At)>, String)]) {
        self.version += 1;
        let version = self.version;
        if let Some((own, text)) = self.files.get_mut(uri) {
            *own = version;
            for (places, new) in changes {
                match places {
                    None => new.clone_into(text),
                    Some((start, end)) => {
                        let start = nearest(text, *start, self.units);
                        let end = nearest(text, *end, self.units).max(start);
                        *text = [&text[..start], new, &text[end..]].concat();
                    }
                }
            }
        }
        let changes = changes.iter().map(|(places, new)| match places {
            None => json!({ "text": new }),
            Some((start, end)) => {
                let range = json!({ "start": position(*start), "end": position(*end) });
                json!({ "range": range, "text": new })
            }
        });
        let changes: Vec<Value> = changes.collect();
        let document = json!({ "uri": uri, "version": version });
        self.tell(
            "didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        );
    }

    fn close(&mut self, uri: &str) {
        self.files.remove(uri);
        self.tell("didClose", json!({ "textDocument": { "uri": uri } }));
    }

    fn act(&mut self, uri: &str, which: usize) {
        let actions = self.ask(
            "codeAction",
            json!({
                "textDocument": { "uri": uri },
                "range": { "start": position((0, 0)), "end": position((u32::MAX, 0)) },
                "context": { "diagnostics": [] },
            }),
        );
        let Some((version, text)) = self.files.get(uri).cloned() else {
            assert!(actions.is_null() || actions == json!([]), "{actions}");
            return;
        };
        let actions = actions.as_array().into_iter().flatten();
        let changes = actions.filter_map(|action| action.pointer("/edit/documentChanges/0"));
        let changes: Vec<&Value> = changes.collect();
        for change in &changes {
            assert_eq!(change["textDocument"]["version"], version);
            for edit in change["edits"].as_array().expect("edits") {
                self.check_range(&text, &edit["range"]);
            }
        }
        if changes.is_empty() {
            return;
        }
        let edits = changes[which % changes.len()]["edits"].as_array();
        let mut edits: Vec<(Option<(At, At)>, String)> = edits
            .expect("edits")
            .iter()
            .map(|edit| {
                let places = (at(&edit["range"]["start"]), at(&edit["range"]["end"]));
                let new = edit["newText"].as_str().expect("a text");
                (Some(places), new.to_owned())
            })
            .collect();
        // Places are those before any edit: the last comes first.
        edits.sort_by_key(|(places, _)| std::cmp::Reverse(*places));
        self.change(uri, &edits);
    }

    fn tell(&mut self, method: &str, params: Value) {
        let method = format!("textDocument/{method}");
        let notification = Notification::new(method, params);
        self.server.receive(Message::Notification(notification));
        assert_eq!(self.take(), Value::Null);
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let method = format!("textDocument/{method}");
        let request = Request::new(RequestId::from(self.requests), method, params);
        self.server.receive(Message::Request(request));
        let answer = self.take();
        assert_eq!(answer["id"], self.requests, "each request has its answer");
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    fn settle(&mut self) {
        self.server.settle();
        assert_eq!(self.take(), Value::Null);
    }

    /// Takes what was sent: diagnostics, and the one answer.
    fn take(&mut self) -> Value {
        let mut answer = Value::Null;
        for message in self.server.take() {
            let message = serde_json::to_value(&message).expect("a message");
            match message["method"].as_str() {
                None => {
                    assert!(answer.is_null(), "a second answer: {message}");
                    answer = message;
                }
                Some("textDocument/publishDiagnostics") => self.publish(&message["params"]),
                Some("window/logMessage") => panic!("{message}"),
                Some(_) => {}
            }
        }
        answer
    }

    fn publish(&mut self, params: &Value) {
        let uri = params["uri"].as_str().expect("a URI");
        if let Some((version, text)) = self.files.get(uri) {
            if let Some(of) = params["version"].as_i64() {
                assert_eq!(of, i64::from(*version));
            }
            for diagnostic in params["diagnostics"].as_array().expect("diagnostics") {
                self.check_range(text, &diagnostic["range"]);
            }
        }
        let diagnostics = params["diagnostics"].clone();
        self.published.insert(uri.to_owned(), diagnostics);
    }

    /// What is shown now, file by file.
    fn shown(&mut self) -> BTreeMap<String, Value> {
        let mut shown = self.published.clone();
        for uri in self.files.keys().cloned().collect::<Vec<_>>() {
            let report = self.ask("diagnostic", json!({ "textDocument": { "uri": uri } }));
            shown.insert(format!("{uri}, when asked"), report["items"].clone());
        }
        shown.retain(|_, diagnostics| *diagnostics != json!([]));
        shown
    }

    fn check_texts(&self) {
        for name in FILES {
            let own = self.files.get(name).map(|(_, text)| text.as_str());
            assert_eq!(self.server.text(&Uri::from(name)), own, "{name}");
        }
    }

    /// A range of the server begins and ends at characters of the text.
    fn check_range(&self, text: &str, range: &Value) {
        let place = |end: &str| {
            let place = at(&range[end]);
            let offset = nearest(text, place, self.units);
            let found = places(text, self.units).find(|(own, _)| *own == place);
            assert_eq!(found.map(|(_, offset)| offset), Some(offset), "{range}");
            offset
        };
        assert!(place("start") <= place("end"), "{range}");
    }
}

fn uri(file: u8) -> &'static str {
    FILES[usize::from(file) % FILES.len()]
}

fn position((line, character): At) -> Value {
    json!({ "line": line, "character": character })
}

fn at(position: &Value) -> At {
    let number = |name: &str| {
        let number = position[name].as_u64().expect("a number");
        u32::try_from(number).expect("a small number")
    };
    (number("line"), number("character"))
}

/// Every place of a text where a character, or the end of a line or of the text, is: another way than the server's.
fn places(text: &str, units: Units) -> impl Iterator<Item = (At, usize)> {
    let (mut line, mut column) = (0, 0);
    let mut characters = text.char_indices().peekable();
    let mut is_over = false;
    std::iter::from_fn(move || {
        if is_over {
            return None;
        }
        let here = (line, column);
        let Some((offset, c)) = characters.next() else {
            is_over = true;
            return Some((here, text.len()));
        };
        match c {
            '\r' if characters.peek().is_some_and(|(_, next)| *next == '\n') => {
                characters.next();
                (line, column) = (line + 1, 0);
            }
            '\r' | '\n' => (line, column) = (line + 1, 0),
            c => column += units.width(c),
        }
        Some((here, offset))
    })
}

/// The offset of a place: the nearest before it on its line, or the end of the text.
fn nearest(text: &str, (line, column): At, units: Units) -> usize {
    let on_line = places(text, units).filter(|((own, _), _)| *own == line);
    let before = on_line.take_while(|((_, own), _)| *own <= column).last();
    before.map_or(text.len(), |(_, offset)| offset)
}
