"""taplo and tombi with the schema and the configuration of docs/editors.md: they object to each faulty file, where expected.toml says,
and to no sound one."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from conftest import ROOT

FAULTY = ROOT / "fixtures/schema/faulty"

PROGRAMS = {
    "taplo": (".taplo.toml", ["taplo", "lint", "--colors", "never"]),
    "tombi": ("tombi.toml", ["tombi", "lint", "--offline"]),
}


def configuration(name: str) -> str:
    """The block of docs/editors.md that begins with the name of this file."""
    page = (ROOT / "docs/editors.md").read_text()
    blocks = re.findall(r"^```toml\n(# (\S+)\n.*?)^```$", page, re.MULTILINE | re.DOTALL)
    [text] = [text for text, file in blocks if file == name]
    return text


@pytest.fixture(params=PROGRAMS)
def lint(request, tmp_path: Path, binary: Path):
    """Lints a copy of a tree of fixtures; the lines that are objected to, for each hosts.toml."""
    file, command = PROGRAMS[request.param]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    schema = subprocess.run([binary, "schema", "hosts.toml"], check=True, capture_output=True).stdout
    (tmp_path / "hosts.schema.json").write_bytes(schema)
    (tmp_path / file).write_text(configuration(file))

    def run(tree: Path) -> dict[str, list[int]]:
        copy = tmp_path / tree.name
        shutil.copytree(tree, copy, symlinks=True)
        found = {}
        for hosts in sorted(copy.rglob("hosts.toml")):
            if not hosts.is_file():
                continue
            done = subprocess.run([*command, hosts.relative_to(tmp_path)], cwd=tmp_path, capture_output=True, text=True)
            output = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
            lines = [int(line) for line in re.findall(r"hosts\.toml:(\d+):\d+", output)]
            assert (done.returncode == 0) == (not lines), output
            found[str(hosts.relative_to(copy))] = lines
        return found

    return run


def test_each_faulty_file_is_objected_to(lint):
    expected = tomllib.loads((FAULTY / "expected.toml").read_text())
    found = lint(FAULTY)
    assert len(found) == 14
    for name, it in expected.items():
        assert it["line"] in found[f"certs.d/{name}/hosts.toml"], (name, found)


def test_no_sound_file_is(lint):
    found = lint(ROOT / "fixtures/sound")
    assert len(found) >= 15
    assert {name: lines for name, lines in found.items() if lines} == {}
