"""Diagnostics: when they come, and what is in them."""

import shutil
from pathlib import Path

from lsprotocol import types

from conftest import PKI, Editor

SOUND = '[host."https://mirror.corp.internal"]\n  capabilities = ["pull", "resolve"]\n'
SLIP = SOUND.replace("resolve", "reslove")


async def test_they_follow_the_text(editor: Editor, hosts: Path):
    editor.open(hosts, SLIP)
    assert "unknown-capability" in await editor.codes(hosts)
    editor.replace(hosts, "reslove", "resolve")
    assert "unknown-capability" not in await editor.codes(hosts)
    editor.replace(hosts, "[", "{")
    assert await editor.codes(hosts) == ["invalid-toml"]
    editor.replace(hosts, "{", "[")
    assert "invalid-toml" not in await editor.codes(hosts)
    editor.write(hosts, SLIP)
    assert "unknown-capability" in await editor.codes(hosts)


async def test_a_save_looks_at_the_disk_again(editor: Editor, hosts: Path):
    editor.open(hosts, SOUND + '  ca = "ca.crt"\n')
    before = await editor.codes(hosts)
    shutil.copy(PKI / "ca-expired.pem", hosts.with_name("ca.crt"))
    editor.save(hosts)
    if editor.pulls:
        after = await editor.codes(hosts)
    else:
        sent = await editor.published(hosts, lambda it: len(it.diagnostics) > len(before))
        after = [it.code for it in sent]
    assert "expired-certificate" in set(after) - set(before)


async def test_a_closed_file_has_none(pushed: Editor, hosts: Path):
    pushed.open(hosts, SLIP)
    assert await pushed.diagnostics(hosts)
    pushed.close(hosts)
    assert await pushed.published(hosts, lambda it: not it.diagnostics) == []


async def test_what_is_unchanged_is_not_sent_again(pulling: Editor, hosts: Path):
    pulling.open(hosts, SLIP)
    document = types.TextDocumentIdentifier(hosts.as_uri())
    ask = pulling.client.text_document_diagnostic_async
    first = await ask(types.DocumentDiagnosticParams(document))
    again = types.DocumentDiagnosticParams(document, previous_result_id=first.result_id)
    assert (await ask(again)).kind == "unchanged"
    pulling.replace(hosts, "reslove", "resolve")
    assert (await ask(again)).kind == "full"
    assert pulling.client.sent == {}, "one that asks is not told"


async def test_a_diagnostic_leads_further(editor: Editor, hosts: Path):
    editor.open(hosts, '[host."https://a.internal"]\n  plain_htp = true\n  ca = "ca.crt"\n  skip_verify = true\n')
    diagnostics = {it.code: it for it in await editor.diagnostics(hosts)}
    unknown = diagnostics["unknown-key"]
    assert unknown.source == "certsd-lint"
    assert unknown.severity == types.DiagnosticSeverity.Warning
    assert unknown.code_description.href.endswith("/docs/rules/unknown-key.md")
    assert list(unknown.tags) == [types.DiagnosticTag.Unnecessary]
    assert editor.text_at(hosts, unknown.range) == "plain_htp"
    related = [it for diagnostic in diagnostics.values() for it in diagnostic.related_information or []]
    assert related, list(diagnostics)
    assert all(it.message for it in related)
    own = [it for it in related if it.location.uri == hosts.as_uri()]
    assert own and all(editor.text_at(hosts, it.location.range) for it in own)


async def test_related_places_in_other_files_are_theirs(editor: Editor, repository: Path, hosts: Path):
    other = repository / "certs.d/registry.corp.internal_443_/hosts.toml"
    other.parent.mkdir()
    other.write_text(SOUND)
    hosts.write_text(SOUND)
    editor.open(hosts, SOUND)
    uris = {
        it.location.uri
        for diagnostic in await editor.diagnostics(hosts)
        for it in diagnostic.related_information or []
    }
    for uri in uris:
        assert uri.startswith(repository.as_uri())


async def test_columns_are_in_the_units_that_were_agreed(editor: Editor, hosts: Path):
    editor.open(hosts, '# é😀\n[host."https://a.internal"] # é😀\n  capabilities = ["é😀", "pul"]\n')
    diagnostics = await editor.diagnostics(hosts)
    places = [editor.text_at(hosts, it.range) for it in diagnostics]
    assert '"pul"' in places or "pul" in places, places
    # A change behind such characters is made where it is meant.
    editor.replace(hosts, '"é😀", "pul"', '"pull"')
    assert "unknown-capability" not in await editor.codes(hosts)
    assert "invalid-toml" not in await editor.codes(hosts)


NODE = """version = 3
[plugins."io.containerd.cri.v1.images".registry]
  config_path = "/etc/containerd/cert.d"
[plugins."io.containerd.cri.v1.images".registry.mirrors."docker.io"]
  endpoint = ["https://mirror.corp.internal"]
"""

SCRIPT = """#!/bin/sh
mkdir -p /etc/containerd/certs.d/docker.io
cat > /etc/containerd/certs.d/docker.io/hosts.toml <<EOF
[host."https://mirror.corp.internal"]
  capabilities = ["pull", "reslove"]
EOF
"""

K3S = """mirrors:
  docker.io:
    endpoint:
      - "https://mirror.corp.internal/v2 "
"""

CLOUD_INIT = """#cloud-config
write_files:
  - path: /etc/containerd/certs.d/docker.io/hosts.toml
    content: |
      [host."https://mirror.corp.internal"]
        capabilities = ["pull", "reslove"]
"""


async def test_other_files_that_contain_configuration(editor: Editor, repository: Path):
    for name, text, language, at in [
        ("containerd/config.toml", NODE, "toml", "mirrors"),
        ("setup.sh", SCRIPT, "shellscript", "reslove"),
        ("user-data.yaml", CLOUD_INIT, "yaml", "reslove"),
        ("registries.yaml", K3S, "yaml", "mirror"),
    ]:
        path = repository / name
        path.parent.mkdir(exist_ok=True)
        editor.open(path, text, language)
        diagnostics = await editor.diagnostics(path)
        places = [editor.text_at(path, it.range) for it in diagnostics]
        assert any(at in place for place in places), f"{name}: {[(it.code, editor.text_at(path, it.range)) for it in diagnostics]}"


async def test_files_of_others_have_none(editor: Editor, repository: Path):
    for name, text in [("Cargo.toml", '[package]\nname = "a"\n'), ("values.yaml", "a: 1\n"), ("notes.md", "certs.d\n")]:
        path = repository / name
        editor.open(path, text)
        assert await editor.diagnostics(path) == [], name
