"""The session: what is agreed at its beginning, withdrawn requests, errors, its end."""

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcMethodNotFound

from conftest import CLIENTS, Editor, start

SLIP = '[host."https://mirror.corp.internal"]\n  capabilities = ["pull", "reslove"]\n'

AGREED = {"neovim": "utf-8", "vscode": "utf-16", "emacs": "utf-8", "newest": "utf-16"}


@pytest.mark.parametrize("name", CLIENTS)
async def test_the_greeting(name: str, repository: Path):
    editor = await start(name, repository)
    agreed = editor.capabilities
    assert agreed.position_encoding == AGREED[name]
    assert agreed.text_document_sync.change == types.TextDocumentSyncKind.Incremental
    assert agreed.text_document_sync.open_close and agreed.text_document_sync.save
    assert "source.fixAll.certsd-lint" in agreed.code_action_provider.code_action_kinds
    assert list(agreed.execute_command_provider.commands) == ["certsd-lint.explain"]
    assert agreed.diagnostic_provider.inter_file_dependencies
    await editor.client.shutdown_session()
    assert editor.client._server.returncode == 0
    await editor.client.stop()


async def test_a_withdrawn_request_is_answered_so(pulling: Editor, repository: Path):
    """A request that is withdrawn while the server is at another is refused; either way each has its one answer."""
    for attempt in range(50):
        path = repository / f"certs.d/registry-{attempt}.example/hosts.toml"
        pulling.open(path, SLIP * 1 + "# a comment\n" * 2000)
        symbols = types.DocumentSymbolParams(types.TextDocumentIdentifier(path.as_uri()))
        pulled = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(path.as_uri()))
        slow = asyncio.ensure_future(pulling.client.text_document_diagnostic_async(pulled))
        protocol, number = pulling.client.protocol, f"withdrawn-{attempt}"
        withdrawn = asyncio.ensure_future(protocol.send_request_async("textDocument/documentSymbol", symbols, msg_id=number))
        # The requests are sent before what withdraws one of them.
        await asyncio.sleep(0)
        pulling.client.cancel_request(types.CancelParams(number))
        assert (await slow).kind == "full"
        try:
            assert (await withdrawn)[0].name == "https://mirror.corp.internal"
        except JsonRpcException as error:
            assert error.code == -32800, error
            return
    raise AssertionError("no request was withdrawn in time")


async def test_what_cannot_be_answered_is_an_error_and_no_end(pulling: Editor, hosts: Path):
    with pytest.raises(JsonRpcMethodNotFound):
        await pulling.client.protocol.send_request_async("no/such", {})
    # Parameters that are not those of the method: lsprotocol would not write them.
    body = b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"nothing": []}}'
    pulling.client._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    logged = await pulling.client.wait_for_notification("window/logMessage")
    assert logged.message.startswith("cannot read textDocument/didOpen")
    pulling.open(hosts, SLIP)
    assert "unknown-capability" in await pulling.codes(hosts)


async def test_many_changes_at_once_end_in_the_last(editor: Editor, hosts: Path):
    editor.open(hosts, SLIP)
    for number in range(200):
        editor.write(hosts, SLIP + f"# {number}\n")
    editor.replace(hosts, "reslove", "resolve")
    assert "unknown-capability" not in await editor.codes(hosts)
    if not editor.pulls:
        assert editor.client.sent[hosts.as_uri()].version == editor.versions[hosts.as_uri()]
