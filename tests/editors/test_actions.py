"""Code actions: applied as an editor does, and what becomes of the text."""

import subprocess
from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

from conftest import Editor, start, stop, titled

TEXT = """server = "https://registry.corp.internal"

[host."https://mirror.corp.internal"]
  capabilities = ["pull", "reslove"]
  skip-verify = true
"""


async def test_a_safe_fix_is_preferred_and_its_finding_goes(editor: Editor, hosts: Path):
    editor.open(hosts, TEXT)
    fix = titled(await editor.actions(hosts, ["quickfix"], at="reslove"), "resolve")
    assert fix.kind == types.CodeActionKind.QuickFix and fix.is_preferred
    assert fix.diagnostics[0].code == "unknown-capability"
    editor.apply(hosts, fix)
    assert '["pull", "resolve"]' in editor.texts[hosts.as_uri()]
    assert "unknown-capability" not in await editor.codes(hosts)


async def test_an_unsafe_fix_says_so_and_is_not_preferred(editor: Editor, hosts: Path):
    editor.open(hosts, '[host."https://puller:secret@mirror.corp.internal"]\n  capabilities = ["pull"]\n')
    actions = await editor.actions(hosts, ["quickfix"])
    unsafe = titled(actions, "(changes what containerd does)")
    assert not unsafe.is_preferred
    assert unsafe.diagnostics[0].code == "url-credentials"
    editor.apply(hosts, unsafe)
    assert "url-credentials" not in await editor.codes(hosts)


async def test_all_safe_fixes_are_those_of_the_command_line(editor: Editor, hosts: Path, binary: Path):
    editor.open(hosts, TEXT)
    [fix_all] = await editor.actions(hosts, ["source.fixAll"])
    assert fix_all.kind == "source.fixAll.certsd-lint"
    editor.apply(hosts, fix_all)
    hosts.write_text(TEXT)
    subprocess.run([binary, "--quiet", "--fix", "--exit-zero", hosts], check=True)
    assert hosts.read_text() != TEXT
    assert editor.texts[hosts.as_uri()] == hosts.read_text()
    assert await editor.actions(hosts, ["source.fixAll.certsd-lint"]) == []


async def test_kinds_that_are_not_wanted_are_not_sent(editor: Editor, hosts: Path):
    editor.open(hosts, TEXT)
    assert await editor.actions(hosts, ["refactor"]) == []
    quick = await editor.actions(hosts, ["quickfix"])
    assert quick and all(it.kind == types.CodeActionKind.QuickFix for it in quick)


async def test_a_finding_is_ignored_with_a_reason(editor: Editor, hosts: Path):
    editor.open(hosts, TEXT)
    before = await editor.codes(hosts)
    editor.apply(hosts, titled(await editor.actions(hosts), "Ignore unknown-capability here"))
    assert "  # certsd-lint: ignore[unknown-capability] say why" in editor.texts[hosts.as_uri()]
    after = await editor.codes(hosts)
    assert set(before) - set(after) >= {"unknown-capability"} and len(after) < len(before)


async def test_a_rule_is_explained_in_the_browser_or_in_a_message(editor: Editor, hosts: Path):
    editor.open(hosts, TEXT)
    explain = titled(await editor.actions(hosts), "Explain unknown-capability")
    told = await execute(editor.client, explain.command)
    assert told["kind"] == "markdown" and told["value"].startswith("# unknown-capability\n")
    # What the server asks or tells comes ahead of the answer.
    shown = [it.uri for it in editor.client.shown_documents]
    said = [it.message for it in editor.client.messages]
    if editor.client.capabilities.window.show_document:
        assert shown[0].endswith("/docs/rules/unknown-capability.md") and not said
    else:
        assert said[0].startswith("unknown-capability: ") and not shown


async def test_a_client_that_shows_the_page_itself_gets_it_alone(repository: Path, hosts: Path):
    editor = await start("newest", repository, options={"explain": "result"})
    editor.open(hosts, TEXT)
    explain = titled(await editor.actions(hosts), "Explain unknown-capability")
    assert "## What it does" in (await execute(editor.client, explain.command))["value"]
    assert not editor.client.shown_documents and not editor.client.messages
    await stop(editor)


async def execute(client: LanguageClient, command: types.Command) -> dict:
    params = types.ExecuteCommandParams(command.command, command.arguments)
    told = await client.workspace_execute_command_async(params)
    return told if isinstance(told, dict) else {"kind": told.kind, "value": told.value}
