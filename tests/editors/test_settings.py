"""Settings files: found, watched, and checked."""

from pathlib import Path

from lsprotocol import types

from conftest import Editor

PLAIN = '[host."http://mirror.corp.internal"]\n  capabilities = ["pull"]\n'


def tell(editor: Editor, path: Path) -> None:
    """What a client does when a watched file has changed."""
    event = types.FileEvent(path.as_uri(), types.FileChangeType.Changed)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))


def is_watched(editor: Editor, path: Path) -> bool:
    globs = [
        watcher["globPattern"]
        for registration in editor.client.registered
        if registration.method == "workspace/didChangeWatchedFiles"
        for watcher in options(registration)["watchers"]
    ]
    return any(path.match(alternative) for glob in globs for alternative in alternatives(glob))


def options(registration) -> dict:
    given = registration.register_options
    if isinstance(given, dict):
        return given
    return {"watchers": [{"globPattern": watcher.glob_pattern} for watcher in given.watchers]}


def alternatives(glob: str) -> list[str]:
    head, brace, rest = glob.partition("{")
    if not brace:
        return [glob]
    names, _, tail = rest.partition("}")
    return [head + name + tail for name in names.split(",")]


async def test_a_settings_file_is_watched(pushed: Editor, repository: Path, hosts: Path):
    settings = repository / "certsd-lint.toml"
    pushed.open(hosts, PLAIN)
    assert "plain-http" in await pushed.codes(hosts)
    async with pushed.client.news:
        await pushed.client.news.wait_for(lambda: is_watched(pushed, settings))
    assert is_watched(pushed, hosts) and is_watched(pushed, hosts.with_name("ca.crt"))

    settings.write_text('ignore = ["plain-http"]\n')
    tell(pushed, settings)
    await pushed.published(hosts, lambda it: "plain-http" not in [one.code for one in it.diagnostics])

    settings.write_text('ignroe = ["plain-http"]\n')
    tell(pushed, settings)
    [wrong] = await pushed.published(settings, lambda it: len(it.diagnostics) == 1)
    assert "ignroe" in wrong.message and wrong.severity == types.DiagnosticSeverity.Error
    assert (wrong.range.start.character, wrong.range.end.character) == (0, 6)
    [own] = await pushed.published(hosts, lambda it: len(it.diagnostics) == 1)
    assert own.message.startswith("not linted: the settings in")
    assert own.related_information[0].location.uri == settings.as_uri()

    settings.write_text("")
    tell(pushed, settings)
    assert await pushed.published(settings, lambda it: not it.diagnostics) == []
    await pushed.published(hosts, lambda it: "plain-http" in [one.code for one in it.diagnostics])


async def test_a_client_that_asks_is_asked_to_ask_again(pulling: Editor, repository: Path, hosts: Path):
    settings = repository / "certsd-lint.toml"
    pulling.open(hosts, PLAIN)
    assert "plain-http" in await pulling.codes(hosts)
    settings.write_text('ignore = ["plain-http"]\n')
    tell(pulling, settings)
    async with pulling.client.news:
        await pulling.client.news.wait_for(lambda: {"diagnostics", "hints"} <= set(pulling.client.refreshed))
    assert "plain-http" not in await pulling.codes(hosts)


async def test_a_settings_file_in_the_editor_is_checked_as_one_types(editor: Editor, repository: Path):
    settings = repository / "certsd-lint.toml"
    editor.open(settings, '[rules]\nplain-htp = "off"\n')
    [wrong] = await editor.diagnostics(settings)
    assert editor.text_at(settings, wrong.range) == "plain-htp"
    editor.replace(settings, "plain-htp", "plain-http")
    assert await editor.diagnostics(settings) == []
