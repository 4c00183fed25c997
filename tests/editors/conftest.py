"""A tree on the disk, and an editor that opens its files: pytest-lsp's client, with a text of its own for each file."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

ROOT = Path(__file__).resolve().parents[2]
PKI = ROOT / "fixtures/pki"

# The certificates of the fixtures are valid then.
NOW = "2026-06-01T00:00:00Z"

# What editors are given, and what becomes of it by the safe fixes.
BROKEN = """server = "https://registry.corp.internal"

[host."https://mirror.corp.internal"]
  capabilities = ["pull", "reslove"]
  skip-verify = true
"""
FIXED = BROKEN.replace("reslove", "resolve").replace("skip-verify", "skip_verify")


def binary() -> Path:
    """The program: CERTSD_LINT, or what `cargo build` wrote."""
    path = Path(os.environ.get("CERTSD_LINT", ROOT / "target/debug/certsd-lint"))
    if not path.exists():
        pytest.exit(f"{path} does not exist: run cargo build first", returncode=2)
    return path.resolve()


@pytest.fixture(name="binary", scope="session")
def binary_fixture() -> Path:
    return binary()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one namespace, its CA and an empty settings file."""
    root = tmp_path / "repository"
    namespace = root / "certs.d/registry.corp.internal"
    namespace.mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "certsd-lint.toml").write_text("")
    shutil.copy(PKI / "ca-ec.pem", namespace / "ca.crt")
    shutil.copy(PKI / "client-ec.pem", namespace / "client.pem")
    shutil.copy(PKI / "client-ec.key", namespace / "client.key")
    return root


@pytest.fixture
def hosts(repository: Path) -> Path:
    """The path of its hosts.toml, which is not on the disk yet."""
    return repository / "certs.d/registry.corp.internal/hosts.toml"


@pytest.fixture
def hosts_alone(hosts: Path) -> Path:
    """The same, with no certificates beside it. Once containerd reads the file, it would ignore them, and no fix may bring that
    finding to light."""
    for beside in hosts.parent.iterdir():
        beside.unlink()
    return hosts


UNITS = {
    types.PositionEncodingKind.Utf8: lambda text: len(text.encode()),
    types.PositionEncodingKind.Utf16: lambda text: len(text.encode("utf-16-le")) // 2,
    types.PositionEncodingKind.Utf32: len,
}


class Editor:
    """What a person has in front of them: files, their diagnostics, and what can be asked of the server."""

    def __init__(self, client: LanguageClient, greeting: types.InitializeResult):
        self.client = client
        self.capabilities = greeting.capabilities
        self.encoding = types.PositionEncodingKind(greeting.capabilities.position_encoding or "utf-16")
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        document = client.capabilities.text_document
        self.pulls = document is not None and document.diagnostic is not None

    def position(self, text: str, offset: int) -> types.Position:
        before = text[:offset]
        line = before.rpartition("\n")[2]
        return types.Position(before.count("\n"), UNITS[self.encoding](line))

    def offset(self, text: str, position: types.Position) -> int:
        lines = text.split("\n")
        start = sum(len(line) + 1 for line in lines[: position.line])
        for length in range(len(lines[position.line]) + 1):
            if UNITS[self.encoding](lines[position.line][:length]) == position.character:
                return start + length
        raise AssertionError(f"{position} is not a place of the text")

    def text_at(self, path: Path, range: types.Range) -> str:
        text = self.texts[path.as_uri()]
        return text[self.offset(text, range.start) : self.offset(text, range.end)]

    def place(self, path: Path, at: str, inside: int = 1) -> types.TextDocumentPositionParams:
        text = self.texts[path.as_uri()]
        position = self.position(text, text.index(at) + inside)
        return types.TextDocumentPositionParams(types.TextDocumentIdentifier(path.as_uri()), position)

    def open(self, path: Path, text: str, language: str = "toml") -> None:
        uri = path.as_uri()
        self.texts[uri] = text
        self.versions[uri] = self.versions.get(uri, 0) + 1
        item = types.TextDocumentItem(uri, language, self.versions[uri], text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def edit(self, path: Path, *edits: types.TextEdit) -> None:
        """Applies edits whose places are those of the text before all of them."""
        uri = path.as_uri()
        changes = []
        for edit in sorted(edits, key=lambda edit: (edit.range.start.line, edit.range.start.character), reverse=True):
            text = self.texts[uri]
            start, end = self.offset(text, edit.range.start), self.offset(text, edit.range.end)
            self.texts[uri] = text[:start] + edit.new_text + text[end:]
            changes.append(types.TextDocumentContentChangePartial(range=edit.range, text=edit.new_text))
        self._changed(uri, changes)

    def replace(self, path: Path, old: str, new: str) -> None:
        """Types something in place of something else."""
        text = self.texts[path.as_uri()]
        start = text.index(old)
        place = types.Range(self.position(text, start), self.position(text, start + len(old)))
        self.edit(path, types.TextEdit(place, new))

    def write(self, path: Path, text: str) -> None:
        """Gives the file another text as a whole."""
        self.texts[path.as_uri()] = text
        self._changed(path.as_uri(), [types.TextDocumentContentChangeWholeDocument(text)])

    def _changed(self, uri: str, changes) -> None:
        self.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, changes))

    def save(self, path: Path) -> None:
        path.write_text(self.texts[path.as_uri()])
        document = types.TextDocumentIdentifier(path.as_uri())
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

    def close(self, path: Path) -> None:
        document = types.TextDocumentIdentifier(path.as_uri())
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    async def diagnostics(self, path: Path) -> list[types.Diagnostic]:
        """Those of an open file in its present version, in the way of this client."""
        uri = path.as_uri()
        if self.pulls:
            params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
            report = await self.client.text_document_diagnostic_async(params)
            return list(report.items)
        return await self.published(path, lambda it: it.version == self.versions[uri])

    async def published(self, path: Path, is_wanted: Callable) -> list[types.Diagnostic]:
        """Waits for diagnostics that the server sends by itself."""
        uri = path.as_uri()
        async with self.client.news:
            known = lambda: self.client.sent.get(uri)
            await self.client.news.wait_for(lambda: known() is not None and is_wanted(known()))
            return list(known().diagnostics)

    async def codes(self, path: Path) -> list[str]:
        return [it.code for it in await self.diagnostics(path)]

    async def actions(self, path: Path, only: list[str] | None = None, at: str | None = None) -> list[types.CodeAction]:
        text = self.texts[path.as_uri()]
        start, end = (text.index(at), text.index(at) + len(at)) if at else (0, len(text))
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(path.as_uri()),
            types.Range(self.position(text, start), self.position(text, end)),
            types.CodeActionContext(diagnostics=[], only=only),
        )
        return list(await self.client.text_document_code_action_async(params) or [])

    def apply(self, path: Path, action: types.CodeAction) -> None:
        """Does what an action says, and holds it to the version that it was made for."""
        uri = path.as_uri()
        if action.edit.document_changes:
            [change] = action.edit.document_changes
            assert change.text_document.uri == uri
            assert change.text_document.version == self.versions[uri]
            edits = change.edits
        else:
            edits = action.edit.changes[uri]
        self.edit(path, *edits)


def titled(actions: list[types.CodeAction], part: str) -> types.CodeAction:
    found = [action for action in actions if part in action.title]
    assert found, f"no action has {part!r} in its title: {[action.title for action in actions]}"
    return found[0]


def converter():
    """pytest-lsp's, which takes an action for a command where it has one."""
    converter = default_converter()
    kinds = types.Command | types.CodeAction

    def structure(value: dict[str, Any], _) -> kinds:
        return converter.structure(value, types.Command if isinstance(value.get("command"), str) else types.CodeAction)

    converter.register_structure_hook(kinds, structure)
    return converter


def make_client() -> LanguageClient:
    """pytest-lsp's client, which also remembers the version of what was sent and can be waited on."""
    client = LanguageClient(converter_factory=converter)
    client.news = asyncio.Condition()
    client.sent = {}
    client.registered = []
    client.refreshed = []

    async def announce():
        async with client.news:
            client.news.notify_all()

    async def publish(client: LanguageClient, params: types.PublishDiagnosticsParams):
        client.sent[params.uri] = params
        await announce()

    async def register(client: LanguageClient, params: types.RegistrationParams):
        client.registered.extend(params.registrations)
        await announce()

    def refreshes(what: str):
        async def refresh(client: LanguageClient, params: None):
            client.refreshed.append(what)
            await announce()

        return refresh

    own = {
        types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: publish,
        types.CLIENT_REGISTER_CAPABILITY: register,
        types.WORKSPACE_DIAGNOSTIC_REFRESH: refreshes("diagnostics"),
        types.WORKSPACE_INLAY_HINT_REFRESH: refreshes("hints"),
    }
    register_lsp_features(client, {**DEFAULT_CLIENT_FEATURES, **own})
    return client


def newest() -> types.ClientCapabilities:
    """A client that can do everything that the server has a use for."""
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf16]),
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
            diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True),
            inlay_hint=types.InlayHintWorkspaceClientCapabilities(refresh_support=True),
        ),
        text_document=types.TextDocumentClientCapabilities(
            diagnostic=types.DiagnosticClientCapabilities(),
            hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
            completion=types.CompletionClientCapabilities(
                completion_item=types.ClientCompletionItemOptions(documentation_format=[types.MarkupKind.Markdown])
            ),
        ),
        window=types.WindowClientCapabilities(show_document=types.ShowDocumentClientCapabilities(support=True)),
    )


# Clients that are told diagnostics and that ask for them, and every unit of columns.
CLIENTS = {
    "neovim": client_capabilities("neovim@v0.11.0"),
    "vscode": client_capabilities("visual-studio-code@v1.65.2"),
    "emacs": client_capabilities("emacs@v29.1"),
    "newest": newest(),
}


async def start(name: str, folder: Path, options=None) -> Editor:
    """Starts the server, greets it as this client, and returns the client as an editor."""
    config = ClientServerConfig(server_command=[str(binary()), "lsp", "--now", NOW], client_factory=make_client)
    client = await config.start()
    params = types.InitializeParams(
        capabilities=CLIENTS[name], root_uri=folder.as_uri(), initialization_options=options
    )
    return Editor(client, await client.initialize_session(params))


async def stop(editor: Editor) -> None:
    """Ends a session as the protocol wants it, and holds the server to it."""
    await editor.client.shutdown_session()
    code = editor.client._server.returncode
    await editor.client.stop()
    assert code == 0, f"the server ended with exit code {code}"


@pytest.fixture(params=CLIENTS)
async def editor(request, repository: Path):
    """Each of the clients in turn."""
    editor = await start(request.param, repository)
    yield editor
    await stop(editor)


@pytest.fixture
async def pulling(repository: Path):
    """The newest client alone, which asks for diagnostics."""
    editor = await start("newest", repository)
    yield editor
    await stop(editor)


@pytest.fixture
async def pushed(repository: Path):
    """A client alone that is told diagnostics."""
    editor = await start("vscode", repository)
    yield editor
    await stop(editor)
