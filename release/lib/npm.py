"""npm packages: one for each platform with the binary in it, and one that picks the right one and starts it."""

import json

from .archive import Entry, gz, tar
from .project import Project

PLATFORMS = {
    "x86_64-unknown-linux-musl": ("linux", "x64"),
    "aarch64-unknown-linux-musl": ("linux", "arm64"),
    "x86_64-apple-darwin": ("darwin", "x64"),
    "aarch64-apple-darwin": ("darwin", "arm64"),
    "x86_64-pc-windows-msvc": ("win32", "x64"),
}

START = """\
#!/usr/bin/env node
"use strict";
// Starts the binary that npm installed for this platform, and ends as it ends.
const { spawnSync } = require("node:child_process");

const file = process.platform === "win32" ? "certsd-lint.exe" : "certsd-lint";
let program;
try {
  program = require.resolve(`certsd-lint-${process.platform}-${process.arch}/${file}`);
} catch {
  console.error(
    `error: certsd-lint has no binary for ${process.platform} on ${process.arch}, or optional dependencies were not installed`,
  );
  process.exit(2);
}
const ended = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (ended.error) {
  console.error(`error: cannot start ${program}: ${ended.error.message}`);
  process.exit(2);
}
if (ended.signal) process.kill(process.pid, ended.signal);
process.exit(ended.status);
"""


def platform_package(project: Project, target: str, binary: bytes, epoch: int) -> tuple[str, bytes]:
    system, machine = PLATFORMS[target]
    name = f"{project.name}-{system}-{machine}"
    file = f"{project.name}.exe" if system == "win32" else project.name
    manifest = _manifest(project, name) | {"os": [system], "cpu": [machine], "files": [file]}
    return _pack(project, name, manifest, [Entry(file, binary, executable=True)], epoch)


def main_package(project: Project, epoch: int) -> tuple[str, bytes]:
    names = [f"{project.name}-{system}-{machine}" for system, machine in PLATFORMS.values()]
    manifest = _manifest(project, project.name) | {
        "bin": {project.name: "start.js"},
        "files": ["start.js"],
        "engines": {"node": ">=18"},
        "optionalDependencies": {name: project.version for name in sorted(names)},
    }
    return _pack(project, project.name, manifest, [Entry("start.js", START.encode(), executable=True)], epoch)


def _manifest(project: Project, name: str) -> dict:
    return {
        "name": name,
        "version": project.version,
        "description": project.description,
        "license": f"({project.licence})",
        "repository": {"type": "git", "url": f"git+{project.repository}.git"},
        "homepage": project.repository,
    }


def _pack(project: Project, name: str, manifest: dict, files: list[Entry], epoch: int) -> tuple[str, bytes]:
    entries = [
        Entry("package.json", (json.dumps(manifest, indent=2) + "\n").encode()),
        Entry("README.md", (project.root / "README.md").read_bytes()),
        Entry("LICENSE-MIT", (project.root / "LICENSE-MIT").read_bytes()),
        Entry("LICENSE-APACHE", (project.root / "LICENSE-APACHE").read_bytes()),
        *files,
    ]
    return f"{name}-{project.version}.npm.tgz", gz(tar(entries, epoch, prefix="package/"))
