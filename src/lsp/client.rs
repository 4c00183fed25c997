//! What a client can do, and what the server answers to it.

use gen_lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProvider, CompletionOptions,
    DiagnosticOptions, DiagnosticProvider, DocumentLinkOptions, DocumentSymbolProvider,
    ExecuteCommandOptions, HoverProvider, InitializeParams, InitializeResult, InlayHintProvider,
    Save, SaveOptions, ServerCapabilities, ServerInfo, TextDocumentSync, TextDocumentSyncKind,
    TextDocumentSyncOptions,
};

use super::actions::{EXPLAIN, Edits, FIX_ALL};
use super::diagnostics::SOURCE;
use super::markup::Markup;
use super::text::Encoding;

/// What a client can do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Client {
    /// What it counts columns in.
    pub encoding: Encoding,
    /// It requests the diagnostics of open files.
    pub pulls: bool,
    /// It accepts refresh requests: for diagnostics, for hints.
    pub refreshes: (bool, bool),
    /// What edits it takes.
    pub edits: Edits,
    /// It can be asked to watch files.
    pub watches: bool,
    /// It can open a page in a browser.
    pub shows_documents: bool,
    /// What it draws in a hover, and beside a completion.
    pub markup: (Markup, Markup),
    /// It shows what a command returns by itself.
    pub explains: bool,
}

impl Client {
    /// What it says at the beginning.
    pub fn new(params: &InitializeParams) -> Client {
        let ClientCapabilities {
            workspace,
            text_document,
            window,
            general,
            ..
        } = params.capabilities.clone();
        let workspace = workspace.unwrap_or_default();
        let edit = workspace.workspace_edit.unwrap_or_default();
        let encodings = general.and_then(|general| general.position_encodings);
        let refreshes_diagnostics = workspace.diagnostics.and_then(|d| d.refresh_support);
        let refreshes_hints = workspace.inlay_hint.and_then(|hint| hint.refresh_support);
        let watches = workspace
            .did_change_watched_files
            .and_then(|watched| watched.dynamic_registration);
        let document = text_document.unwrap_or_default();
        let formats = document.hover.and_then(|hover| hover.content_format);
        let item = document.completion.and_then(|c| c.completion_item);
        let documentation = item.and_then(|item| item.documentation_format);
        let shows = window.and_then(|window| window.show_document);
        let options = params.initialization_options.as_ref();
        Client {
            encoding: Encoding::choose(&encodings.unwrap_or_default()),
            pulls: document.diagnostic.is_some(),
            refreshes: (
                refreshes_diagnostics.unwrap_or(false),
                refreshes_hints.unwrap_or(false),
            ),
            edits: Edits {
                of_versions: edit.document_changes.unwrap_or(false),
                snippets: edit.snippet_edit_support.unwrap_or(false),
            },
            watches: watches.unwrap_or(false),
            markup: (
                Markup::choose(formats.as_deref()),
                Markup::choose(Some(&documentation.unwrap_or_default())),
            ),
            shows_documents: shows.is_some_and(|shows| shows.support),
            explains: options
                .and_then(|options| options.get("explain"))
                .is_some_and(|explain| explain == "result"),
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
