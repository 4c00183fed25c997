"""Neovim with the project's configuration: a broken file is opened, its diagnostics are shown, the fixes applied, and they go."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import BROKEN, FIXED, ROOT

pytestmark = pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed (Debian: neovim)")


def run(path: Path, binary: Path, home: Path) -> dict:
    directories = {f"XDG_{name}_HOME": str(home / name) for name in ["CONFIG", "DATA", "STATE", "CACHE"]}
    environment = {
        **os.environ,
        **directories,
        "HOME": str(home),
        "PATH": f"{binary.parent}{os.pathsep}{os.environ['PATH']}",
    }
    command = ["nvim", "--headless", "-n", "-u", ROOT / "editors/neovim/certsd-lint.lua", path]
    command += ["-c", f"luafile {ROOT / 'tests/editors/neovim.lua'}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, f"Neovim printed {done.stdout!r} and {done.stderr!r}"
    return json.loads(lines[-1])


def test_a_broken_file_is_shown_and_fixed(repository: Path, hosts_alone: Path, binary: Path, tmp_path: Path):
    hosts_alone.write_text(BROKEN)
    seen = run(hosts_alone, binary, tmp_path)
    assert "failed" not in seen, seen
    assert seen["clients"] == ["certsd-lint"]
    before = {it["code"]: it for it in seen["before"]}
    assert {"unknown-capability", "unknown-key"} <= set(before)
    assert (before["unknown-capability"]["line"], before["unknown-capability"]["column"]) == (3, 26)
    assert before["unknown-capability"]["source"] == "certsd-lint"
    assert before["unknown-capability"]["message"].startswith("unknown capability `reslove`")
    assert "not an endpoint" in seen["hover"] or "ignores this file" in seen["hover"]
    assert not {it["code"] for it in seen["after"]} & {"unknown-capability", "unknown-key"}
    assert hosts_alone.read_text() == FIXED
