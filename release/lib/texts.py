"""The text files of the repository, and changing them."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

# What was recorded, what cargo writes, what tells of earlier versions.
LEFT_ALONE = ("fixtures/", "target/", "dist/", "LICENSE-", "CHANGELOG.md", "Cargo.lock", "fuzz/Cargo.lock")


def tracked(root: Path) -> Iterator[Path]:
    """The files that git knows, or all where there is no git."""
    told = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)
    if told.returncode == 0 and told.stdout:
        names = told.stdout.split("\0")
    else:
        names = [str(path.relative_to(root)) for path in root.rglob("*")]
    for name in sorted(filter(None, names)):
        path = root / name
        if not name.startswith(LEFT_ALONE) and path.is_file() and not path.is_symlink():
            yield path


def change(path: Path, how: Callable[[str], str]) -> bool:
    """Whether the file was changed. What is no text is left alone."""
    try:
        old = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    new = how(old)
    if new != old:
        path.write_bytes(new.encode("utf-8"))
    return new != old


# A line that pins a version of this project: it names the project, or is one of the two that cannot.
PINS = re.compile(r"certsd-lint|^\s*rev: v|^\s*default: \"")


def with_version(text: str, old: str, new: str) -> str:
    """The text with the pinned version replaced."""
    version = re.compile(rf"(?<![0-9.]){re.escape(old)}(?![0-9])(?!\.[0-9])")
    lines = text.splitlines(keepends=True)
    return "".join(version.sub(new, line) if PINS.search(line) else line for line in lines)
