#!/usr/bin/env python3
"""Draws what the server answers about a hosts.toml, as docs/answers.svg: diagnostics, inlay hints and a hover, without an editor.

usage: tests/editors/drawing.py

Needs target/debug/certsd-lint (or CERTSD_LINT).
"""

import json
import shutil
import subprocess
import tempfile
from html import escape
from pathlib import Path

from picture import BACKGROUND, BINARY, FACE, FOREGROUND, ROOT

NOW = "2026-06-01T00:00:00Z"

TEXT = """server = "https://registry-1.docker.io"

[host."https://mirror.corp.internal/v2/proxy"]
  capabilities = ["pull", "resolve"]
  override_path = true
  ca = "ca.crt"

[host."cache.corp.internal:5000"]
  capabilities = ["pull"]
  skip-verify = true
"""

# What is pointed at: a line and a column.
POINTED = (7, 10)

COLORS = {1: "f14c4c", 2: "cca700", 3: "3794ff", "hint": "8a8a8a", "number": "6e7681", "box": "252526", "edge": "454545"}


class Server:
    """The program, asked one thing after the other."""

    def __init__(self):
        self.program = subprocess.Popen([BINARY, "lsp", "--now", NOW], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.number = 0

    def send(self, method: str, params, **more) -> None:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self.program.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.program.stdin.flush()

    def receive(self, is_wanted) -> dict:
        while True:
            length = 0
            while (line := self.program.stdout.readline().strip()) != b"":
                length = int(line.partition(b":")[2])
            message = json.loads(self.program.stdout.read(length))
            if is_wanted(message):
                return message

    def ask(self, method: str, params) -> dict:
        self.number += 1
        self.send(method, params, id=self.number)
        return self.receive(lambda message: message.get("id") == self.number and "method" not in message)["result"]


def answers(path: Path) -> tuple[list, list, str]:
    """The diagnostics, the hints, and the hover."""
    server = Server()
    server.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    server.send("initialized", {})
    document = {"uri": path.as_uri()}
    server.send("textDocument/didOpen", {"textDocument": {**document, "languageId": "toml", "version": 1, "text": TEXT}})
    sent = server.receive(lambda message: message.get("method") == "textDocument/publishDiagnostics")
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
    hints = server.ask("textDocument/inlayHint", {"textDocument": document, "range": whole})
    at = {"line": POINTED[0], "character": POINTED[1]}
    hover = server.ask("textDocument/hover", {"textDocument": document, "position": at})
    server.ask("shutdown", None)
    server.send("exit", None)
    server.program.wait()
    return sent["params"]["diagnostics"], hints, hover["contents"]["value"]


def svg(diagnostics: list, hints: list, hover: str) -> str:
    width, height, margin = FACE["width"], FACE["height"], FACE["margin"]
    gutter = 4 * width
    out = []

    def write(column: float, row: float, text: str, fill: str, more: str = "") -> None:
        x, y = margin + column * width, margin + row * height + height - 4
        out.append(f'<text x="{x:.1f}" y="{y:.1f}" fill="#{fill}"{more}>{escape(text)}</text>')

    def squiggle(row: int, start: int, end: int, fill: str) -> None:
        left, y = margin + gutter + start * width, margin + row * height + height - 1
        waves = "".join(f" q 2 {-3 if step % 2 else 3} 4 0" for step in range(max(1, round((end - start) * width / 4))))
        out.append(f'<path d="M {left:.1f} {y}{waves}" fill="none" stroke="#{fill}" stroke-width="1.2"/>')

    lines = TEXT.splitlines()
    # What is said of the place that is pointed at is in a box below its line.
    said = [line.replace("`", "") for line in hover.splitlines() if line.strip() and line != "---"]
    rows, row = {}, 0
    for index in range(len(lines)):
        rows[index] = row
        row += 1
        if index == POINTED[0]:
            box_row, row = row, row + len(said) + 1
    problem_row = row + 1
    for index, line in enumerate(lines):
        write(0, rows[index], f"{index + 1:2}", COLORS["number"])
        write(4, rows[index], line, FOREGROUND, ' xml:space="preserve"')
    for hint in hints:
        at = hint["position"]
        write(4 + at["character"] + 2, rows[at["line"]], hint["label"], COLORS["hint"], ' font-style="italic"')
    longest = max(len(line) for line in said)
    left, top = margin + gutter + 2 * width, margin + box_row * height + 2
    out.append(
        f'<rect x="{left:.1f}" y="{top}" width="{(longest + 2) * width:.1f}" height="{len(said) * height + 8}" rx="3" '
        f'fill="#{COLORS["box"]}" stroke="#{COLORS["edge"]}"/>'
    )
    for index, line in enumerate(said):
        write(7, box_row + index + 0.25, line, FOREGROUND)
    for index, it in enumerate(diagnostics):
        start, end = it["range"]["start"], it["range"]["end"]
        color = COLORS[it["severity"]]
        end_column = end["character"] if end["line"] == start["line"] else len(lines[start["line"]])
        squiggle(rows[start["line"]], start["character"], max(end_column, start["character"] + 1), color)
        write(0, problem_row + index, f"{start['line'] + 1}:{start['character'] + 1}", COLORS["number"])
        write(6, problem_row + index, f"{it['message'].splitlines()[0]}  ({it['code']})", color)
    total = problem_row + len(diagnostics)
    columns = 104
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{columns * width + 2 * margin:.0f}" height="{total * height + 2 * margin:.0f}">\n'
        f'<rect width="100%" height="100%" rx="6" fill="#{BACKGROUND}"/>\n'
        f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="{FACE["size"]}">'
    )
    return "\n".join([head, *out, "</g>", "</svg>", ""])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "certs.d/docker.io/hosts.toml"
        path.parent.mkdir(parents=True)
        path.write_text(TEXT)
        shutil.copy(ROOT / "fixtures/pki/ca-ec.pem", path.with_name("ca.crt"))
        found = answers(path)
    (ROOT / "docs/answers.svg").write_text(svg(*found))


if __name__ == "__main__":
    main()
