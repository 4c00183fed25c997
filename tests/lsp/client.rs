//! A client that keeps its own text of each file, and applies what the server proposes.

use std::collections::BTreeMap;
use std::path::Path;

use certsd_lint::lsp::{Options, Server};
use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};

/// 2026-06-01T00:00:00Z: the clock of every fixture.
pub const NOW: i64 = 1_780_272_000;

/// A client and its server.
pub struct Client {
    server: Server,
    /// What the server said at the beginning.
    pub capabilities: Value,
    /// The diagnostics that were sent last, by URI.
    pub published: BTreeMap<String, Value>,
    /// What else was sent.
    pub messages: Vec<Value>,
    requests: i32,
    version: i32,
}

impl Client {
    /// One that takes diagnostics as they are sent, and counts in UTF-16.
    pub fn new() -> Client {
        Client::with(json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } }))
    }

    /// One that can do this.
    pub fn with(capabilities: Value) -> Client {
        Client::initialized(
            json!({ "processId": null, "rootUri": null, "capabilities": capabilities }),
        )
    }

    /// One that begins so.
    pub fn initialized(params: Value) -> Client {
        let (mut server, greeting) = Server::new(&params, Options { now: Some(NOW) });
        server.watch();
        let mut client = Client {
            server,
            capabilities: serde_json::to_value(greeting).unwrap()["capabilities"].take(),
            published: BTreeMap::new(),
            messages: Vec::new(),
            requests: 0,
            version: 0,
        };
        client.take();
        client
    }

    /// The server's text of a file.
    pub fn text(&self, path: &Path) -> Option<&str> {
        self.server.text(&uri(path).into())
    }

    /// Tells the server, and lets it say what it has to.
    pub fn notify(&mut self, method: &str, params: Value) {
        let notification = Notification::new(method.to_owned(), params);
        self.server.receive(Message::Notification(notification));
        self.server.settle();
        self.take();
    }

    /// Asks the server.
    pub fn ask(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.requests += 1;
        let id = RequestId::from(self.requests);
        let request = Request::new(id.clone(), method.to_owned(), params);
        self.server.receive(Message::Request(request));
        let mut answer = None;
        for message in self.server.take() {
            match message {
                Message::Response(response) if response.id == id => answer = Some(response),
                other => self.messages.push(serde_json::to_value(&other).unwrap()),
            }
        }
        let answer = serde_json::to_value(answer.expect("an answer")).unwrap();
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["result"].clone()),
        }
    }

    /// Asks about a file.
    pub fn ask_of(&mut self, path: &Path, method: &str, mut params: Value) -> Value {
        params["textDocument"] = json!({ "uri": uri(path) });
        self.ask(method, params).unwrap()
    }

    /// Opens a file with this text.
    pub fn open(&mut self, path: &Path, text: &str) {
        self.version += 1;
        let item = json!({ "uri": uri(path), "languageId": "toml", "version": self.version, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Gives a file another text.
    pub fn replace(&mut self, path: &Path, text: &str) {
        self.change(path, json!([{ "text": text }]));
    }

    /// Changes a file.
    pub fn change(&mut self, path: &Path, changes: Value) {
        self.version += 1;
        let document = json!({ "uri": uri(path), "version": self.version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params);
    }

    /// Closes a file.
    pub fn close(&mut self, path: &Path) {
        self.notify(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": uri(path) } }),
        );
    }

    /// The diagnostics of a file.
    pub fn diagnostics(&self, path: &Path) -> Vec<Value> {
        let published = self.published.get(&uri(path));
        published
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    }

    /// The rules that a file breaks.
    pub fn rules(&self, path: &Path) -> Vec<String> {
        let diagnostics = self.diagnostics(path);
        diagnostics
            .iter()
            .map(|d| d["code"].as_str().unwrap_or("-").to_owned())
            .collect()
    }

    /// The code actions for a whole file, of these kinds.
    pub fn actions(&mut self, path: &Path, only: Option<&[&str]>) -> Vec<Value> {
        let mut context = json!({ "diagnostics": [] });
        if let Some(only) = only {
            context["only"] = json!(only);
        }
        let params = json!({ "range": whole(), "context": context });
        let actions = self.ask_of(path, "textDocument/codeAction", params);
        actions.as_array().cloned().unwrap_or_default()
    }

    /// Applies an action's edits to the file, as an editor does.
    pub fn apply(&mut self, path: &Path, action: &Value) {
        let edit = &action["edit"];
        let edits = match edit.get("documentChanges") {
            Some(changes) => changes[0]["edits"].clone(),
            None => edit["changes"][uri(path)].clone(),
        };
        let mut edits = edits.as_array().unwrap().clone();
        // Places are those before any edit: the last comes first.
        let start = |edit: &Value| {
            let start = &edit["range"]["start"];
            (start["line"].as_u64(), start["character"].as_u64())
        };
        edits.sort_by_key(|edit| std::cmp::Reverse(start(edit)));
        let changes = edits
            .iter()
            .map(|edit| json!({ "range": edit["range"], "text": edit["newText"] }));
        let changes: Vec<Value> = changes.collect();
        self.change(path, json!(changes));
    }

    fn take(&mut self) {
        for message in self.server.take() {
            let message = serde_json::to_value(&message).unwrap();
            if message["method"] == "textDocument/publishDiagnostics" {
                let uri = message["params"]["uri"].as_str().unwrap().to_owned();
                self.published
                    .insert(uri, message["params"]["diagnostics"].clone());
            } else {
                self.messages.push(message);
            }
        }
    }
}

/// A range around any file.
pub fn whole() -> Value {
    json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99_999, "character": 0 } })
}

/// The URI of a path.
pub fn uri(path: &Path) -> String {
    url::Url::from_file_path(path).unwrap().into()
}

/// The offset of a place that is counted in UTF-16: another way than the server's.
pub fn offset(text: &str, position: &Value) -> usize {
    let (line, column) = (&position["line"], &position["character"]);
    let (line, column) = (
        line.as_u64().unwrap() as usize,
        column.as_u64().unwrap() as usize,
    );
    let mut start = 0;
    for _ in 0..line {
        let rest = &text.as_bytes()[start..];
        let end = rest
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))
            .unwrap();
        let is_pair = rest[end..].starts_with(b"\r\n");
        start += end + if is_pair { 2 } else { 1 };
    }
    let units: Vec<u16> = text[start..].encode_utf16().take(column).collect();
    start + String::from_utf16(&units).unwrap().len()
}
