"""A Debian package: an `ar` archive of two tar files."""

import hashlib

from .archive import Entry, gz, tar
from .project import Project

ARCHITECTURES = {
    "x86_64-unknown-linux-musl": "amd64",
    "aarch64-unknown-linux-musl": "arm64",
    "x86_64-unknown-linux-gnu": "amd64",
    "aarch64-unknown-linux-gnu": "arm64",
}

DESCRIPTION = """\
linter for containerd's registry host configuration
 Finds mistakes in the files certs.d/<registry>/hosts.toml, which send a
 node's image pulls to mirrors: files that containerd silently ignores,
 mirrors that are not used, pushes to the wrong registry, expired
 certificates. It models containerd's own loader, release by release, and
 shows what an image reference would do."""

COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: {name}
Source: {repository}

Files: *
Copyright: The certsd-lint developers
License: MIT or Apache-2.0

License: MIT
{mit}

License: Apache-2.0
 On Debian systems, the text is in /usr/share/common-licenses/Apache-2.0.
"""


def build(project: Project, target: str, binary: bytes, extras: dict[str, bytes], epoch: int) -> tuple[str, bytes]:
    """The package's file name and its bytes. `extras` are the manual page and the completions, by path in an archive."""
    architecture = ARCHITECTURES[target]
    name = project.name
    documents = f"usr/share/doc/{name}"
    mit = "\n".join(f" {line}" if line else " ." for line in _text(project, "LICENSE-MIT").splitlines())
    copyright_ = COPYRIGHT.format(name=name, repository=project.repository, mit=mit)
    files = [
        Entry(f"usr/bin/{name}", binary, executable=True),
        Entry(f"usr/share/man/man1/{name}.1.gz", gz(extras[f"man/{name}.1"])),
        Entry(f"usr/share/bash-completion/completions/{name}", extras[f"completions/{name}.bash"]),
        Entry(f"usr/share/zsh/vendor-completions/_{name}", extras[f"completions/_{name}"]),
        Entry(f"usr/share/fish/vendor_completions.d/{name}.fish", extras[f"completions/{name}.fish"]),
        Entry(f"{documents}/copyright", copyright_.encode()),
        Entry(f"{documents}/changelog.gz", gz(_text(project, "CHANGELOG.md").encode())),
        Entry(f"{documents}/README.md", _text(project, "README.md").encode()),
    ]
    for page in sorted((project.root / "docs" / "rules").glob("*.md")):
        files.append(Entry(f"{documents}/rules/{page.name}", page.read_bytes()))
    size = sum(len(entry.content) + 1023 & ~1023 for entry in files) // 1024
    control = (
        f"Package: {name}\n"
        f"Version: {project.version}\n"
        f"Architecture: {architecture}\n"
        f"Maintainer: The certsd-lint developers <{project.slug.split('/')[0]}@users.noreply.github.com>\n"
        f"Installed-Size: {size}\n"
        f"Section: admin\n"
        f"Priority: optional\n"
        f"Homepage: {project.repository}\n"
        f"Description: {DESCRIPTION}\n"
    )
    sums = "".join(
        f"{hashlib.md5(entry.content, usedforsecurity=False).hexdigest()}  {entry.path}\n"
        for entry in sorted(files, key=lambda entry: entry.path)
    )
    meta = [Entry("control", control.encode()), Entry("md5sums", sums.encode())]
    members = [
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", gz(tar(meta, epoch, prefix="./", directories=True))),
        ("data.tar.gz", gz(tar(files, epoch, prefix="./", directories=True))),
    ]
    return f"{name}_{project.version}_{architecture}.deb", _ar(members, epoch)


def _text(project: Project, name: str) -> str:
    return (project.root / name).read_text(encoding="utf-8")


def _ar(members: list[tuple[str, bytes]], epoch: int) -> bytes:
    out = bytearray(b"!<arch>\n")
    for name, content in members:
        out += f"{name:<16}{epoch:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
        out += content
        if len(content) % 2:
            out += b"\n"
    return bytes(out)
