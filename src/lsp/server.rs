//! The protocol without its streams: messages in, messages out.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use gen_lsp_types::{
    CodeActionParams, Diagnostic, DidChangeTextDocumentParams, DidOpenTextDocumentParams,
    DocumentDiagnosticReport, ExecuteCommandParams, FullDocumentDiagnosticReport, InitializeResult,
    Position, PublishDiagnosticsParams, Range, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, TextDocumentIdentifier,
    UnchangedDocumentDiagnosticReport, Uri,
};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::actions::EXPLAIN;
use super::client::Client;
use super::documents::{Document, Documents};
use crate::report;
use crate::rules::rule;

/// The arguments of the server.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The time by which certificates are judged, in seconds since 1970; `None` for the clock's.
    pub now: Option<i64>,
}

/// A server that was greeted.
pub struct Server {
    options: Options,
    client: Client,
    documents: Documents,
    /// The diagnostics that were sent for each file, with its version, if there were any.
    published: BTreeMap<String, (Option<i32>, Vec<Diagnostic>)>,
    out: Vec<Message>,
    /// The files, as globs, that the client watches.
    watched: BTreeSet<String>,
    /// How many requests were sent.
    sent: i32,
    is_shut_down: bool,
    has_ended: bool,
    /// The client has to ask again.
    is_outdated: bool,
}

/// The used part of a request about a document. The protocol has a type for each, with much that is not.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    text_document: TextDocumentIdentifier,
    position: Option<Position>,
    range: Option<Range>,
    previous_result_id: Option<String>,
}

/// Why a request is not answered.
struct Refusal(ErrorCode, String);

type Answer = Result<Value, Refusal>;

impl Server {
    /// Greets a client that said this in its `initialize`.
    pub fn new(params: &Value, options: Options) -> (Server, InitializeResult) {
        let client = Client::new(params);
        let server = Server {
            options,
            client,
            documents: Documents::new(client.encoding),
            published: BTreeMap::new(),
            out: Vec::new(),
            watched: BTreeSet::new(),
            sent: 0,
            is_shut_down: false,
            has_ended: false,
            is_outdated: false,
        };
        (server, client.greet())
    }

    /// Registers with the client to watch the files that decide what is found.
    pub fn watch(&mut self) {
        let globs = [
            "**/certsd-lint.toml",
            "**/.certsd-lint.toml",
            "**/hosts.toml",
            "**/config.toml",
            "**/*.{crt,cert,key,pem}",
        ];
        self.watch_also(globs.map(str::to_owned).into());
    }

    /// Registers a watch for the globs that are not watched yet.
    fn watch_also(&mut self, mut globs: Vec<String>) {
        globs.retain(|glob| self.watched.insert(glob.clone()));
        if !self.client.watches || globs.is_empty() {
            return;
        }
        let watchers: Vec<Value> = globs
            .iter()
            .map(|glob| json!({ "globPattern": glob }))
            .collect();
        let registration = json!({
            "id": format!("certsd-lint-files-{}", self.watched.len()),
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": watchers },
        });
        self.ask(
            "client/registerCapability",
            json!({ "registrations": [registration] }),
        );
    }

    /// Takes a message. What is sent for it is in [`Server::take`] then; diagnostics once [`Server::settle`] was called.
    pub fn receive(&mut self, message: Message) {
        match message {
            Message::Request(request) => {
                let id = request.id.clone();
                // A panic is a bug of ours. The editor's next request is answered anyway.
                let answer = catch_unwind(AssertUnwindSafe(|| self.answer(request)));
                let answer =
                    answer.unwrap_or_else(|_| Err(Refusal(ErrorCode::InternalError, panicked())));
                self.out.push(Message::Response(match answer {
                    Ok(value) => Response::new_ok(id, value),
                    Err(Refusal(code, message)) => Response::new_err(id, code as i32, message),
                }));
            }
            Message::Notification(notification) => {
                let done = catch_unwind(AssertUnwindSafe(|| self.note(notification)));
                if done.is_err() {
                    self.log(&panicked());
                }
            }
            // Nothing that was asked has an answer that matters.
            Message::Response(_) => {}
        }
    }

    /// Refuses a request that the client has withdrawn.
    pub fn cancel(&mut self, id: RequestId) {
        let message = "the client has withdrawn it".to_owned();
        let response = Response::new_err(id, ErrorCode::RequestCanceled as i32, message);
        self.out.push(Message::Response(response));
    }

    /// Lints what has changed and sends what differs from what was sent.
    pub fn settle(&mut self) {
        let done = catch_unwind(AssertUnwindSafe(|| {
            self.look();
            // A glob has no way to name what means something in a glob.
            let baselines = self.documents.baselines();
            let plain = baselines.filter(|name| !name.contains(['*', '?', '[', '{', '\\']));
            let globs = plain.map(|name| format!("**/{name}")).collect();
            self.watch_also(globs);
            self.publish();
        }));
        if done.is_err() {
            self.log(&panicked());
        }
    }

    /// The messages to send.
    pub fn take(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.out)
    }

    /// Whether the client has said that it is over, and whether it had said so before, as it should.
    pub fn has_ended(&self) -> Option<bool> {
        self.has_ended.then_some(self.is_shut_down)
    }

    /// The text of an open file as the server has it.
    pub fn text(&self, uri: &Uri) -> Option<&str> {
        self.documents
            .get(uri)
            .map(|document| document.text.as_str())
    }

    fn look(&mut self) {
        let clock = || time::OffsetDateTime::now_utc().unix_timestamp();
        let failures = self.documents.look(self.options.now.unwrap_or_else(clock));
        for failure in failures {
            self.log(&failure);
        }
    }

    fn note(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            "textDocument/didOpen" => {
                if let Some(params) = self.read::<DidOpenTextDocumentParams>(&method, params) {
                    self.documents.open(params.text_document);
                }
            }
            "textDocument/didChange" => {
                if let Some(params) = self.read::<DidChangeTextDocumentParams>(&method, params) {
                    let document = params.text_document;
                    let uri = document.text_document_identifier.uri;
                    self.documents
                        .change(&uri, document.version, params.content_changes);
                }
            }
            "textDocument/didClose" => {
                if let Some(params) = self.read::<About>(&method, params) {
                    self.documents.close(&params.text_document.uri);
                }
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => {
                self.documents.outdate();
                self.is_outdated = true;
            }
            "exit" => self.has_ended = true,
            // Those that begin with `$/`, and any other, may be ignored.
            _ => {}
        }
    }

    fn read<P: DeserializeOwned>(&mut self, method: &str, params: Value) -> Option<P> {
        match serde_json::from_value(params) {
            Ok(params) => Some(params),
            Err(error) => {
                self.log(&format!("cannot read {method}: {error}"));
                None
            }
        }
    }

    fn answer(&mut self, request: Request) -> Answer {
        let Request { method, params, .. } = request;
        if self.is_shut_down {
            let message = "the server is shut down".to_owned();
            return Err(Refusal(ErrorCode::InvalidRequest, message));
        }
        if method.starts_with("textDocument/") {
            self.look();
        }
        match method.as_str() {
            "shutdown" => {
                self.is_shut_down = true;
                Ok(Value::Null)
            }
            "textDocument/diagnostic" => {
                let params: About = parse(params)?;
                value(self.pull(&params))
            }
            "textDocument/codeAction" => {
                let params: CodeActionParams = parse(params)?;
                let document = self.documents.get(&params.text_document.uri);
                let edits = self.client.edits;
                value(document.map(|document| document.actions(&self.documents, &params, edits)))
            }
            "textDocument/hover" => {
                let params: About = parse(params)?;
                let document = self.documents.get(&params.text_document.uri);
                let position = needed(params.position, "position")?;
                value(document.and_then(|document| document.hover(position, self.client.markup.0)))
            }
            "textDocument/inlayHint" => {
                let params: About = parse(params)?;
                let document = self.documents.get(&params.text_document.uri);
                let range = needed(params.range, "range")?;
                value(document.map(|document| document.hints(range)))
            }
            "textDocument/completion" => {
                let params: About = parse(params)?;
                let document = self.documents.get(&params.text_document.uri);
                let position = needed(params.position, "position")?;
                value(document.map(|document| document.completions(position, self.client.markup.1)))
            }
            "textDocument/documentSymbol" => {
                let params: About = parse(params)?;
                let document = self.documents.get(&params.text_document.uri);
                value(document.map(Document::symbols))
            }
            "textDocument/documentLink" => {
                let params: About = parse(params)?;
                let document = self.documents.get(&params.text_document.uri);
                value(document.map(Document::links))
            }
            "workspace/executeCommand" => {
                let params: ExecuteCommandParams = parse(params)?;
                self.execute(&params)
            }
            other => {
                let message = format!("{other} is not supported");
                Err(Refusal(ErrorCode::MethodNotFound, message))
            }
        }
    }

    fn pull(&self, params: &About) -> DocumentDiagnosticReport {
        let document = self.documents.get(&params.text_document.uri);
        let look = document.map(Document::look);
        if let Some(known) = &params.previous_result_id
            && look.as_ref() == Some(known)
        {
            let unchanged = UnchangedDocumentDiagnosticReport::new(known.clone());
            let report = RelatedUnchangedDocumentDiagnosticReport::new(None, unchanged);
            return DocumentDiagnosticReport::RelatedUnchangedDocumentDiagnosticReport(report);
        }
        let shown = document.and_then(Document::shown);
        let items = shown.map(|shown| shown.own.clone()).unwrap_or_default();
        let full = FullDocumentDiagnosticReport::new(look, items);
        let report = RelatedFullDocumentDiagnosticReport::new(None, full);
        DocumentDiagnosticReport::RelatedFullDocumentDiagnosticReport(report)
    }

    fn execute(&mut self, params: &ExecuteCommandParams) -> Answer {
        let refused = |message: String| Err(Refusal(ErrorCode::InvalidParams, message));
        if params.command != EXPLAIN {
            return refused(format!("there is no command {}", params.command));
        }
        let name = params
            .arguments
            .as_ref()
            .and_then(|arguments| arguments.first());
        let Some(rule) = name.and_then(Value::as_str).and_then(rule) else {
            return refused("the argument of the command is not the name of a rule".to_owned());
        };
        if !self.client.explains {
            let page = report::Options::default().uri_of(rule);
            match page.filter(|_| self.client.shows_documents) {
                Some(uri) => self.ask(
                    "window/showDocument",
                    json!({ "uri": uri, "external": true }),
                ),
                None => {
                    let message = format!("{}: {}", rule.name, rule.summary());
                    self.tell(
                        "window/showMessage",
                        json!({ "type": 3, "message": message }),
                    );
                }
            }
        }
        let heading = format!("# {}\n\n", rule.name);
        Ok(json!({ "kind": "markdown", "value": heading + &rule.markdown() }))
    }

    /// Sends the diagnostics of open files to a client that does not ask for them, and those of others to any.
    fn publish(&mut self) {
        let mut wanted: BTreeMap<String, (Option<i32>, Vec<Diagnostic>)> = BTreeMap::new();
        let shown = |document: &'_ Document| document.shown().cloned().unwrap_or_default();
        if !self.client.pulls {
            for document in self.documents.iter() {
                let own = (Some(document.version), shown(document).own);
                wanted.insert(document.uri.0.clone(), own);
            }
        }
        for (uri, diagnostics) in self.documents.iter().flat_map(|d| shown(d).elsewhere) {
            let path = super::uri::path(&Uri(uri.clone()));
            let open = path.and_then(|path| self.documents.at(&path));
            if open.is_some_and(Document::is_linted) {
                continue;
            }
            let there = wanted.entry(open.map_or(uri, |open| open.uri.0.clone()));
            let (_, there) = there.or_default();
            for diagnostic in diagnostics {
                if !there.contains(&diagnostic) {
                    there.push(diagnostic);
                }
            }
        }
        for (uri, problems) in self.documents.settings_problems() {
            wanted.entry(uri).or_default().1.extend(problems);
        }
        let gone: Vec<String> = self
            .published
            .keys()
            .filter(|uri| !wanted.contains_key(*uri))
            .cloned()
            .collect();
        for uri in gone {
            self.send_diagnostics(&uri, None, Vec::new());
            self.published.remove(&uri);
        }
        for (uri, (version, diagnostics)) in wanted {
            if self.published.get(&uri) != Some(&(version, diagnostics.clone())) {
                self.send_diagnostics(&uri, version, diagnostics.clone());
                self.published.insert(uri, (version, diagnostics));
            }
        }
        if std::mem::take(&mut self.is_outdated) {
            let (diagnostics, hints) = self.client.refreshes;
            if diagnostics && self.client.pulls {
                self.ask("workspace/diagnostic/refresh", Value::Null);
            }
            if hints {
                self.ask("workspace/inlayHint/refresh", Value::Null);
            }
        }
    }

    fn send_diagnostics(&mut self, uri: &str, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        let params = PublishDiagnosticsParams::new(Uri(uri.to_owned()), version, diagnostics);
        if let Ok(params) = serde_json::to_value(params) {
            self.tell("textDocument/publishDiagnostics", params);
        }
    }

    fn log(&mut self, message: &str) {
        self.tell(
            "window/logMessage",
            json!({ "type": 1, "message": message }),
        );
    }

    fn tell(&mut self, method: &str, params: Value) {
        let notification = Notification::new(method.to_owned(), params);
        self.out.push(Message::Notification(notification));
    }

    fn ask(&mut self, method: &str, params: Value) {
        self.sent += 1;
        let request = Request::new(RequestId::from(self.sent), method.to_owned(), params);
        self.out.push(Message::Request(request));
    }
}

fn panicked() -> String {
    "certsd-lint panicked; this is a bug, please report it".to_owned()
}

fn needed<T>(given: Option<T>, name: &str) -> Result<T, Refusal> {
    given.ok_or_else(|| Refusal(ErrorCode::InvalidParams, format!("missing field `{name}`")))
}

fn parse<P: DeserializeOwned>(params: Value) -> Result<P, Refusal> {
    serde_json::from_value(params)
        .map_err(|error| Refusal(ErrorCode::InvalidParams, error.to_string()))
}

fn value(answer: impl Serialize) -> Answer {
    serde_json::to_value(answer)
        .map_err(|error| Refusal(ErrorCode::InternalError, error.to_string()))
}
