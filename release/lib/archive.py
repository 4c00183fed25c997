"""Archives that are byte for byte the same whenever and wherever they are made."""

import gzip
import io
import tarfile
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A file in an archive."""

    path: str
    content: bytes
    executable: bool = False


def tar(entries: list[Entry], epoch: int, prefix: str = "", directories: bool = False) -> bytes:
    """A tar file: sorted, owned by root, all of one time. `directories` lists them too, as dpkg and images need it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        known = set()
        for entry in sorted(entries, key=lambda entry: entry.path):
            path = prefix + entry.path
            if directories:
                parts = path.split("/")[:-1]
                for depth in range(1, len(parts) + 1):
                    directory = "/".join(parts[:depth])
                    if directory in known or directory in ("", "."):
                        continue
                    known.add(directory)
                    info = _info(directory + "/", 0o755, epoch)
                    info.type = tarfile.DIRTYPE
                    archive.addfile(info)
            info = _info(path, 0o755 if entry.executable else 0o644, epoch)
            info.size = len(entry.content)
            archive.addfile(info, io.BytesIO(entry.content))
    return out.getvalue()


def _info(path: str, mode: int, epoch: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(path)
    info.mode, info.mtime = mode, epoch
    info.uname = info.gname = "root"
    return info


def gz(content: bytes) -> bytes:
    """Compressed, without a name and a time in the header."""
    return gzip.compress(content, compresslevel=9, mtime=0)
