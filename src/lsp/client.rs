//! The capabilities of a client, and the server's answer.

use gen_lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProvider, CompletionOptions, DiagnosticOptions,
    DiagnosticProvider, DocumentLinkOptions, DocumentSymbolProvider, ExecuteCommandOptions,
    HoverProvider, InitializeResult, InlayHintProvider, MarkupKind, Save, SaveOptions,
    ServerCapabilities, ServerInfo, TextDocumentSync, TextDocumentSyncKind,
    TextDocumentSyncOptions,
};
use serde::Deserialize;
use serde_json::Value;

use super::actions::{EXPLAIN, Edits, FIX_ALL};
use super::diagnostics::SOURCE;
use super::markup::Markup;
use super::text::Encoding;

/// The capabilities of a client.
#[derive(Debug, Clone, Copy, Default)]
pub struct Client {
    /// The unit in which it counts columns.
    pub encoding: Encoding,
    /// It requests the diagnostics of open files.
    pub pulls: bool,
    /// It accepts refresh requests: for diagnostics, for hints.
    pub refreshes: (bool, bool),
    /// The kinds of edits that it accepts.
    pub edits: Edits,
    /// It can be asked to watch files.
    pub watches: bool,
    /// It can open a page in a browser.
    pub shows_documents: bool,
    /// The markup of a hover, and of a completion's documentation.
    pub markup: (Markup, Markup),
    /// It shows what a command returns by itself.
    pub explains: bool,
}

impl Client {
    /// Reads the parameters of `initialize`, and only the fields that are used: the type of all of them takes a
    /// twentieth of the program.
    pub fn new(params: &Value) -> Client {
        let said = |path: &str| params.pointer(path).filter(|said| !said.is_null());
        let can = |path: &str| said(path).and_then(Value::as_bool).unwrap_or(false);
        let encodings = said("/capabilities/general/positionEncodings")
            .and_then(|encodings| Vec::deserialize(encodings).ok());
        let formats = |path: &str| -> Option<Vec<MarkupKind>> {
            let formats = said(&format!("/capabilities/textDocument/{path}"))?;
            Vec::deserialize(formats).ok()
        };
        let documentation = formats("completion/completionItem/documentationFormat");
        Client {
            encoding: Encoding::choose(&encodings.unwrap_or_default()),
            pulls: said("/capabilities/textDocument/diagnostic").is_some(),
            refreshes: (
                can("/capabilities/workspace/diagnostics/refreshSupport"),
                can("/capabilities/workspace/inlayHint/refreshSupport"),
            ),
            edits: Edits {
                of_versions: can("/capabilities/workspace/workspaceEdit/documentChanges"),
                snippets: can("/capabilities/workspace/workspaceEdit/snippetEditSupport"),
            },
            watches: can("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration"),
            markup: (
                Markup::choose(formats("hover/contentFormat").as_deref()),
                Markup::choose(Some(&documentation.unwrap_or_default())),
            ),
            shows_documents: can("/capabilities/window/showDocument/support"),
            explains: said("/initializationOptions/explain").is_some_and(|word| word == "result"),
        }
    }

    /// The answer.
    pub fn greet(&self) -> InitializeResult {
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Incremental),
            save: Some(Save::SaveOptions(SaveOptions::new(Some(false)))),
            ..TextDocumentSyncOptions::default()
        };
        let actions = CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QuickFix,
                CodeActionKind::Custom(FIX_ALL.into()),
            ]),
            ..CodeActionOptions::default()
        };
        let diagnostics = DiagnosticOptions {
            identifier: Some(SOURCE.to_owned()),
            // A certificate beside a hosts.toml decides what is found in it.
            inter_file_dependencies: true,
            workspace_diagnostics: false,
            ..DiagnosticOptions::default()
        };
        let completion = CompletionOptions {
            trigger_characters: Some(["\"", "'", "[", "."].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        };
        let commands = ExecuteCommandOptions {
            commands: vec![EXPLAIN.to_owned()],
            ..ExecuteCommandOptions::default()
        };
        InitializeResult {
            capabilities: ServerCapabilities {
                position_encoding: Some(self.encoding.kind()),
                text_document_sync: Some(TextDocumentSync::Options(sync)),
                completion_provider: Some(completion),
                hover_provider: Some(HoverProvider::Bool(true)),
                document_symbol_provider: Some(DocumentSymbolProvider::Bool(true)),
                code_action_provider: Some(CodeActionProvider::CodeActionOptions(actions)),
                document_link_provider: Some(DocumentLinkOptions::default()),
                execute_command_provider: Some(commands),
                inlay_hint_provider: Some(InlayHintProvider::Bool(true)),
                diagnostic_provider: Some(DiagnosticProvider::DiagnosticOptions(diagnostics)),
                ..ServerCapabilities::default()
            },
            server_info: Some(ServerInfo {
                name: SOURCE.to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        }
    }
}
