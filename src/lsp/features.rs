//! The answers to requests about one open file, in the words of the protocol.

use gen_lsp_types::{
    CodeAction, CodeActionParams, CodeActionResponse, CompletionItem, CompletionItemKind,
    CompletionItemTextEdit, Contents, DocumentLink, DocumentSymbol, Hover, InlayHint, Label,
    Position, Range, SymbolKind, TextEdit, Tooltip,
};

use super::actions::{Asked, Edits, Wanted};
use super::analysis::{Opened, Subject};
use super::completion::{self, Proposal};
use super::documents::{Document, Documents};
use super::hints::{Hint, hints};
use super::hover::{hover, of_word};
use super::links::links;
use super::markup::Markup;
use super::symbols::{self, Symbol, symbols};
use super::text::Text;
use super::uri;

impl Document {
    /// Whether it is a hosts.toml.
    fn is_hosts_file(&self) -> bool {
        let subject = self
            .analysis()
            .and_then(|analysis| analysis.subject.as_ref());
        matches!(subject, Some(Subject::Hosts(_)))
    }

    /// The actions for a range.
    pub fn actions(
        &self,
        documents: &Documents,
        params: &CodeActionParams,
        edits: Edits,
    ) -> Vec<CodeActionResponse> {
        let wanted = Wanted::of(params.context.only.as_deref());
        let Some(path) = &self.path else {
            return Vec::new();
        };
        let texts = documents.texts();
        let actions = self.with_shower(documents, |shower, analysis| {
            let opened = Opened {
                path,
                text: self.text.as_str(),
                others: &texts,
            };
            let asked = Asked {
                uri: &self.uri,
                version: self.version,
                text: &self.text,
                opened: &opened,
                analysis,
                edits,
            };
            let at = self.text.span(params.range);
            asked.actions(&at, wanted, |finding| shower.own(finding))
        });
        let actions: Vec<CodeAction> = actions.unwrap_or_default();
        actions
            .into_iter()
            .map(CodeActionResponse::CodeAction)
            .collect()
    }

    /// The hover for a place.
    pub fn hover(&self, position: Position, markup: Markup) -> Option<Hover> {
        if !self.is_hosts_file() {
            return None;
        }
        let (path, analysis) = (self.path.as_deref()?, self.analysis()?);
        let at = self.text.offset(position);
        let told = analysis.of_namespace(path, |context| hover(context, at));
        let (span, text) = match told {
            Some(told) => told?,
            // The file is not the one that is read for its namespace; its keys are what they are.
            None => of_word(self.text.as_str(), at)?,
        };
        Some(Hover {
            contents: Contents::MarkupContent(markup.content(text)),
            range: Some(self.text.range(&span)),
        })
    }

    /// The hints in a range.
    pub fn hints(&self, range: Range) -> Vec<InlayHint> {
        let found = self.path.as_deref().zip(self.analysis());
        let found = found.and_then(|(path, analysis)| analysis.of_namespace(path, hints));
        let within = self.text.span(range);
        let found = found.unwrap_or_default().into_iter();
        found
            .filter(|hint| within.start <= hint.at && hint.at <= within.end)
            .map(|hint| inlay(&self.text, hint))
            .collect()
    }

    /// The completions at a place.
    pub fn completions(&self, position: Position, markup: Markup) -> Vec<CompletionItem> {
        let Some(path) = self.path.as_deref().filter(|_| self.is_hosts_file()) else {
            return Vec::new();
        };
        let directory = path.parent().unwrap_or(path);
        let at = self.text.offset(position);
        completion::proposals(self.text.as_str(), at, directory)
            .into_iter()
            .enumerate()
            .map(|(index, proposal)| item(&self.text, index, proposal, markup))
            .collect()
    }

    /// The outline.
    pub fn symbols(&self) -> Vec<DocumentSymbol> {
        let is_one = self.is_hosts_file();
        let symbols = is_one.then(|| symbols(self.text.as_str()));
        let symbols = symbols.unwrap_or_default().into_iter();
        symbols.map(|symbol| outline(&self.text, symbol)).collect()
    }

    /// The links.
    pub fn links(&self) -> Vec<DocumentLink> {
        let found = self.path.as_deref().zip(self.analysis());
        let found = found.and_then(|(path, analysis)| analysis.of_namespace(path, links));
        let links = found.unwrap_or_default().into_iter();
        links
            .map(|link| DocumentLink {
                range: self.text.range(&link.span),
                target: uri::of(&link.file),
                ..DocumentLink::default()
            })
            .collect()
    }
}

fn inlay(text: &Text, hint: Hint) -> InlayHint {
    InlayHint {
        position: text.position(hint.at),
        label: Label::String(hint.label),
        kind: None,
        text_edits: None,
        tooltip: Some(Tooltip::MarkupContent(
            Markup::Markdown.content(hint.tooltip),
        )),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    }
}

fn item(text: &Text, index: usize, proposal: Proposal, markup: Markup) -> CompletionItem {
    let edit = TextEdit::new(text.range(&proposal.span), proposal.text.clone());
    CompletionItem {
        kind: Some(match proposal.what {
            completion::What::Key => CompletionItemKind::Property,
            completion::What::Word => CompletionItemKind::EnumMember,
            completion::What::Url => CompletionItemKind::Value,
            completion::What::File => CompletionItemKind::File,
        }),
        detail: (!proposal.detail.is_empty()).then_some(proposal.detail),
        documentation: (!proposal.documentation.is_empty())
            .then(|| markup.documentation(proposal.documentation)),
        sort_text: Some(format!("{index:04}")),
        // The typed text may include a quote or a bracket.
        filter_text: Some(match proposal.text.starts_with(['"', '[']) {
            true => proposal.text,
            false => proposal.label.clone(),
        }),
        text_edit: Some(CompletionItemTextEdit::TextEdit(edit)),
        label: proposal.label,
        ..CompletionItem::default()
    }
}

fn outline(text: &Text, symbol: Symbol) -> DocumentSymbol {
    let children = symbol.children.into_iter();
    #[expect(deprecated, reason = "the type has the field")]
    DocumentSymbol {
        name: symbol.name,
        detail: symbol.detail,
        kind: match symbol.what {
            symbols::What::Endpoint => SymbolKind::Interface,
            symbols::What::Key => SymbolKind::Property,
            symbols::What::Table => SymbolKind::Struct,
        },
        tags: None,
        deprecated: None,
        range: text.range(&symbol.range),
        selection_range: text.range(&symbol.name_range),
        children: Some(children.map(|child| outline(text, child)).collect()),
    }
}
