#!/usr/bin/env python3
"""Draws what an editor shows of a broken hosts.toml: the screen of the real program, as docs/neovim.svg or docs/emacs.svg.

usage: tests/editors/picture.py neovim|emacs

Needs the editor, pyte, and target/debug/certsd-lint (or CERTSD_LINT). The editor runs in a terminal of its own; when the diagnostics are
on its screen, the screen is written cell by cell.
"""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from html import escape
from pathlib import Path

import pyte

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("CERTSD_LINT", ROOT / "target/debug/certsd-lint")).resolve()

COLUMNS, LINES = 110, 16

BROKEN = """server = "https://registry-1.docker.io"

[host."https://mirror.corp.internal"]
  capabilities = ["pull", "reslove"]
  skip-verify = true
"""

FACE = {"width": 8.4, "height": 18, "size": 14, "margin": 12}
FOREGROUND, BACKGROUND = "d4d4d4", "1e1e1e"
NAMED = {
    "black": "1e1e1e", "red": "f14c4c", "green": "23d18b", "brown": "e5e510", "blue": "3b8eea", "magenta": "d670d6",
    "cyan": "29b8db", "white": "e5e5e5", "brightblack": "808080", "brightred": "f14c4c", "brightgreen": "23d18b",
    "brightbrown": "f5f543", "brightyellow": "f5f543", "brightblue": "3b8eea", "brightmagenta": "d670d6", "brightcyan": "29b8db",
    "brightwhite": "ffffff",
}  # fmt: skip

# How each editor is started on the file, what must be on its screen, and the keys that come then.
EDITORS = {
    "neovim": {
        "command": ["nvim", "-n", "-u", ROOT / "editors/neovim/certsd-lint.lua"],
        "settings": ["-c", "set noruler noshowcmd laststatus=0 number signcolumn=yes termguicolors", "-c", "hi NormalFloat guibg=#333333 | hi SignColumn guibg=NONE | hi Special guifg=#9cdcfe", "-c", "4"],
        "shows": ["unknown capability", "unknown key"],
        "keys": ":lua vim.diagnostic.open_float()\r",
        "then": ["Help:"],
    },
    "emacs": {
        "command": ["emacs", "-nw", "--no-init-file", "--load", ROOT / "editors/emacs/certsd-lint.el"],
        "settings": ["--eval", "(progn (require 'package) (package-initialize) (require 'eglot) (menu-bar-mode -1) (setq make-backup-files nil native-comp-async-report-warnings-errors nil))"],
        "shows": ["reslove"],
        "keys": "\x1bxeglot\r",
        "then": ["Flymake[1 1"],
        "last": "\x1bxflymake-show-buffer-diagnostics\r",
        "at last": ["unknown key"],
    },
}  # fmt: skip


class Terminal:
    """A program in a terminal, and its screen."""

    def __init__(self, command: list, cwd: Path, home: Path):
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.ByteStream(self.screen)
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LC_ALL": "C.UTF-8",
            "HOME": str(home),
            "PATH": f"{BINARY.parent}{os.pathsep}{os.environ['PATH']}",
        }
        self.program = subprocess.Popen(
            [str(word) for word in command], stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=environment,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)

    def wait_for(self, texts: list[str]) -> None:
        """Reads until all of these are on the screen, and nothing more has come for a moment."""
        end = time.monotonic() + 60
        is_there = False
        while True:
            ready, _, _ = select.select([self.master], [], [], 0.7)
            if ready:
                self.stream.feed(os.read(self.master, 65536))
            shown = "\n".join(self.screen.display)
            is_there = all(text in shown for text in texts)
            if is_there and not ready:
                return
            if time.monotonic() > end:
                raise SystemExit(f"not on the screen: {texts}\n{shown}")

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())


def color(name: str, default: str) -> str:
    return f"#{default if name == 'default' else NAMED.get(name, name)}"


def svg(screen: pyte.Screen) -> str:
    """The screen, run by run of cells that look alike."""
    width, height, margin = FACE["width"], FACE["height"], FACE["margin"]
    rows = [list(range(COLUMNS)) for _ in range(LINES)]
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{COLUMNS * width + 2 * margin:.0f}" height="{LINES * height + 2 * margin}">',
        f'<rect width="100%" height="100%" rx="6" fill="#{BACKGROUND}"/>',
        f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="{FACE["size"]}" xml:space="preserve">',
    ]
    for y, columns in enumerate(rows):
        runs = []
        for x in columns:
            cell = screen.buffer[y][x]
            look = (cell.fg, cell.bg, cell.bold, cell.italics, cell.underscore, cell.reverse)
            if runs and runs[-1][1] == look:
                runs[-1][2] += cell.data
            else:
                runs.append([x, look, cell.data])
        for x, (fg, bg, bold, italics, underscore, reverse), text in runs:
            front, back = color(fg, FOREGROUND), color(bg, BACKGROUND)
            if reverse:
                front, back = back, front
            left, top = margin + x * width, margin + y * height
            if back != f"#{BACKGROUND}":
                out.append(f'<rect x="{left:.1f}" y="{top}" width="{len(text) * width:.1f}" height="{height}" fill="{back}"/>')
            if not text.strip():
                continue
            look = f' fill="{front}"'
            look += ' font-weight="bold"' if bold else ""
            look += ' font-style="italic"' if italics else ""
            look += ' text-decoration="underline"' if underscore else ""
            length = f' textLength="{len(text) * width:.1f}" lengthAdjust="spacingAndGlyphs"'
            out.append(f'<text x="{left:.1f}" y="{top + height - 4}"{look}{length}>{escape(text)}</text>')
    return "\n".join([*out, "</g>", "</svg>", ""])


def main() -> None:
    if sys.argv[1:] not in [[name] for name in EDITORS]:
        raise SystemExit(__doc__.strip())
    name = sys.argv[1]
    editor = EDITORS[name]
    with tempfile.TemporaryDirectory() as folder:
        home, tree = Path(folder) / "home", Path(folder) / "tree"
        path = tree / "certs.d/docker.io/hosts.toml"
        path.parent.mkdir(parents=True)
        home.mkdir()
        (tree / ".git").mkdir()
        path.write_text(BROKEN)
        terminal = Terminal([*editor["command"], path.relative_to(tree), *editor["settings"]], tree, home)
        try:
            terminal.wait_for(editor["shows"])
            terminal.type(editor["keys"])
            terminal.wait_for(editor["then"])
            if "last" in editor:
                terminal.type(editor["last"])
                terminal.wait_for(editor["at last"])
            (ROOT / f"docs/{name}.svg").write_text(svg(terminal.screen))
            print("\n".join(terminal.screen.display))
        finally:
            terminal.program.kill()
            terminal.program.wait()


if __name__ == "__main__":
    main()
