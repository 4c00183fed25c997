"""The project as Cargo.toml describes it: name, version, address."""

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Project:
    root: Path
    name: str
    version: str
    description: str
    licence: str
    repository: str
    toolchain: str

    @property
    def slug(self) -> str:
        """OWNER/NAME."""
        return "/".join(self.repository.rstrip("/").split("/")[-2:])

    @property
    def image(self) -> str:
        """The image without its tag; registries take lower case only."""
        return f"ghcr.io/{self.slug.lower()}"


def read(root: Path = ROOT) -> Project:
    package = tomllib.loads((root / "Cargo.toml").read_text(encoding="utf-8"))["package"]
    return Project(
        root=root,
        name=package["name"],
        version=package["version"],
        description=package["description"],
        licence=package["license"],
        repository=package["repository"],
        toolchain=package["metadata"]["release"]["toolchain"],
    )


def epoch(root: Path = ROOT) -> int:
    """The time that all files in archives have: SOURCE_DATE_EPOCH, else that of the commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    told = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=root, capture_output=True, text=True, check=False
    )
    # An unpacked source archive has no commit: the first moment that zip files can express.
    return int(told.stdout) if told.returncode == 0 and told.stdout.strip() else 315532800


def section(changelog: str, version: str) -> str:
    """What the changelog says about a version."""
    found = re.search(
        rf"^## \[?{re.escape(version)}\]?[^\n]*\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    if not found or not found.group(1).strip():
        raise SystemExit(f"CHANGELOG.md has no section for {version}")
    return found.group(1).strip() + "\n"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def fail(text: str) -> "NoReturn":
    raise SystemExit(f"error: {text}")
