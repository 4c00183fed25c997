"""Emacs with eglot and the project's configuration: as Neovim, a broken file is opened, shown and fixed."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import BROKEN, FIXED, ROOT


def emacs(*arguments, home: Path, path: str, cwd: Path) -> subprocess.CompletedProcess:
    environment = {**os.environ, "HOME": str(home), "PATH": path}
    command = ["emacs", "--batch", "--no-init-file", *arguments]
    return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module", autouse=True)
def has_eglot(tmp_path_factory):
    if shutil.which("emacs") is None:
        pytest.skip("Emacs is not installed (Debian: emacs-nox)")
    home = tmp_path_factory.mktemp("home")
    load = "(progn (require 'package) (package-initialize) (require 'eglot))"
    if emacs("--eval", load, home=home, path=os.environ["PATH"], cwd=home).returncode != 0:
        pytest.skip("eglot is not installed (Debian: elpa-eglot; from Emacs 29 it is built in)")


def test_a_broken_file_is_shown_and_fixed(repository: Path, hosts_alone: Path, binary: Path, tmp_path: Path):
    hosts_alone.write_text(BROKEN)
    path = f"{binary.parent}{os.pathsep}{os.environ['PATH']}"
    arguments = ["--load", ROOT / "tests/editors/emacs.el", hosts_alone, ROOT / "editors/emacs/certsd-lint.el"]
    done = emacs(*arguments, home=tmp_path, path=path, cwd=repository)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, f"Emacs printed {done.stdout!r} and {done.stderr!r}"
    seen = json.loads(lines[-1])
    assert "failed" not in seen, seen
    assert seen["mode"] in ("conf-toml-mode", "toml-ts-mode")
    assert {"unknown-capability", "unknown-key"} <= set(seen["before"])
    assert not {"unknown-capability", "unknown-key"} & set(seen["after"])
    assert "ignores this file" in seen["hover"]
    assert hosts_alone.read_text() == FIXED
