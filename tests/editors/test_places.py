"""What is shown at a place: hovers, hints, completions, the outline, links."""

from pathlib import Path

from lsprotocol import types

from conftest import Editor

TEXT = """server = "https://registry.corp.internal"

[host."https://mirror.corp.internal/proxy"] # é😀
  capabilities = ["pull", "resolve"]
  ca = "ca.crt"
  client = [["client.pem", "client.key"]]
  dial_timeout = "3s"

[host]
"http://cache.corp.internal:5000" = { skip_verify = true }
"""


async def hover(editor: Editor, path: Path, at: str) -> str | None:
    place = editor.place(path, at)
    hover = await editor.client.text_document_hover_async(types.HoverParams(place.text_document, place.position))
    return hover and hover.contents.value


async def test_a_hover_explains_a_key(editor: Editor, hosts: Path):
    editor.open(hosts, TEXT)
    told = await hover(editor, hosts, "dial_timeout")
    assert "containerd 2.0.7 and later" in told
    assert "`pull`" in await hover(editor, hosts, "capabilities")
    # Also while the text is not TOML.
    editor.replace(hosts, '"3s"', '"3s')
    assert "containerd 2.0.7 and later" in await hover(editor, hosts, "dial_timeout")


async def test_a_hover_shows_an_endpoint_as_containerd_makes_it(editor: Editor, hosts: Path):
    editor.open(hosts, TEXT)
    table = await hover(editor, hosts, "mirror.corp")
    assert "`https://mirror.corp.internal/proxy/v2`" in table
    assert "may: pull and resolve" in table and "ca.crt" in table
    inline = await hover(editor, hosts, "http://cache")
    assert "not an endpoint" in inline and "containerd 1.7" in inline
    server = await hover(editor, hosts, "server")
    assert "`https://registry.corp.internal/v2`" in server


async def test_a_hover_shows_whose_a_certificate_is_and_its_days(editor: Editor, hosts: Path):
    editor.open(hosts, TEXT)
    for name, subject in [("ca.crt", "Valid EC CA"), ("client.pem", "Valid ec client")]:
        told = await hover(editor, hosts, name)
        assert subject in told and "days left" in told
    assert "key" in await hover(editor, hosts, "client.key")


async def test_hints_are_the_urls_in_their_order(editor: Editor, hosts: Path):
    editor.open(hosts, TEXT)

    async def hints(last_line: int = 99) -> dict[int, str]:
        whole = types.Range(types.Position(0, 0), types.Position(last_line, 0))
        params = types.InlayHintParams(types.TextDocumentIdentifier(hosts.as_uri()), whole)
        return {it.position.line: it.label for it in await editor.client.text_document_inlay_hint_async(params)}

    shown = await hints()
    assert shown[2].startswith("1. https://mirror.corp.internal/proxy/v2")
    assert "https://registry.corp.internal/v2" in shown[0]
    assert 2 not in await hints(last_line=1)


async def completions(editor: Editor, path: Path, text: str) -> dict[str, types.CompletionItem]:
    """What is proposed at the end of a text."""
    editor.write(path, text)
    params = types.CompletionParams(types.TextDocumentIdentifier(path.as_uri()), editor.position(text, len(text)))
    items = await editor.client.text_document_completion_async(params) or []
    return {item.label: item for item in items}


async def test_completions(editor: Editor, hosts: Path):
    editor.open(hosts, "")
    table = '# é😀\n[host."https://a.internal"]\n'
    keys = await completions(editor, hosts, table + "  skip")
    assert keys["skip_verify"].kind == types.CompletionItemKind.Property
    assert "certificate" in str(keys["skip_verify"].documentation)
    assert "server" not in keys and "server" in await completions(editor, hosts, "s")
    words = await completions(editor, hosts, table + '  capabilities = ["')
    assert list(words) == ["pull", "resolve", "push", "referrers"]
    urls = await completions(editor, hosts, 'server = "')
    assert "https://quay.io" in urls and "https://registry-1.docker.io" in urls
    files = await completions(editor, hosts, table + '  client = [["')
    assert list(files) == ["ca.crt", "client.key", "client.pem"]
    assert await completions(editor, hosts, table + '  dial_timeout = "') == {}


async def test_a_completion_replaces_what_was_begun(editor: Editor, hosts: Path):
    editor.open(hosts, "")
    for text, label, expected in [
        ('[host."https://a"]\n  over', "override_path", '[host."https://a"]\n  override_path = true'),
        ('server = "https://q', "https://quay.io", 'server = "https://quay.io'),
        ('[host."https://é😀"]\n  capabilities = ["pull", "re', "resolve", '[host."https://é😀"]\n  capabilities = ["pull", "resolve'),
        ("[ho", '[host."https://…"]', '[host."https://"]'),
    ]:
        item = (await completions(editor, hosts, text))[label]
        editor.edit(hosts, item.text_edit)
        assert editor.texts[hosts.as_uri()] == expected


async def test_the_outline_has_the_endpoints_with_their_keys(editor: Editor, hosts: Path):
    editor.open(hosts, TEXT)
    params = types.DocumentSymbolParams(types.TextDocumentIdentifier(hosts.as_uri()))
    symbols = await editor.client.text_document_document_symbol_async(params)
    assert [it.name for it in symbols] == ["server", "https://mirror.corp.internal/proxy", "http://cache.corp.internal:5000"]
    assert [it.name for it in symbols[1].children] == ["capabilities", "ca", "client", "dial_timeout"]
    for it in symbols:
        assert it.name in editor.text_at(hosts, it.selection_range)
        assert editor.text_at(hosts, it.selection_range) in editor.text_at(hosts, it.range)


async def test_links_lead_to_the_files_that_are_named(editor: Editor, hosts: Path):
    editor.open(hosts, TEXT)
    params = types.DocumentLinkParams(types.TextDocumentIdentifier(hosts.as_uri()))
    links = await editor.client.text_document_document_link_async(params)
    assert [editor.text_at(hosts, it.range) for it in links] == ["ca.crt", "client.pem", "client.key"]
    assert [it.target for it in links] == [hosts.with_name(name).as_uri() for name in ["ca.crt", "client.pem", "client.key"]]


async def test_nothing_is_shown_in_files_of_others(editor: Editor, repository: Path):
    path = repository / "Cargo.toml"
    editor.open(path, '[package]\nserver = "https://a"\n')
    document = types.TextDocumentIdentifier(path.as_uri())
    assert await hover(editor, path, "server") is None
    assert await completions(editor, path, "s") == {}
    assert not await editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
    assert not await editor.client.text_document_document_link_async(types.DocumentLinkParams(document))
    assert await editor.actions(path) == []


async def test_in_other_files_that_are_linted_there_are_diagnostics_and_actions_alone(editor: Editor, repository: Path):
    for name, text, at in [
        ("config.toml", 'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "certs.d"\n', "config_path"),
        ("registries.yaml", 'mirrors:\n  docker.io:\n    endpoint: ["https://mirror.corp.internal/v2 "]\n', "mirror.corp"),
    ]:
        path = repository / name
        editor.open(path, text)
        assert await editor.diagnostics(path), name
        assert "Explain" in "".join(it.title for it in await editor.actions(path)), name
        document = types.TextDocumentIdentifier(path.as_uri())
        assert await hover(editor, path, at) is None, name
        place = editor.place(path, at)
        assert not await editor.client.text_document_completion_async(types.CompletionParams(document, place.position))
        assert not await editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
        assert not await editor.client.text_document_document_link_async(types.DocumentLinkParams(document))
