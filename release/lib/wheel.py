"""The Python wheel, made by maturin around the binary that cargo has just built."""

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from .project import Project, fail, say


def build(
    project: Project, target: str, binary: Path, sbom: Path, environment: dict[str, str], output: Path, epoch: int
) -> None:
    """The wheel of one target, with the SBOM in it that is beside it."""
    maturin = _maturin()
    if maturin is None:
        say("no wheel: maturin is not installed (`pip install maturin`)")
        return
    command = [*maturin, "build", "--locked", "--profile", "dist", "--target", target]
    command += ["--out", str(output), "--sbom-include", str(sbom)]
    if target.endswith("-musl"):
        # The binary is static: it runs with any C library, and with none.
        command += ["--compatibility", "manylinux2014", "musllinux_1_1"]
    before = set(output.glob("*.whl"))
    folder = project.root / "release" / "python"
    for licence in ("LICENSE-APACHE", "LICENSE-MIT"):
        shutil.copyfile(project.root / licence, folder / licence)
    subprocess.run(
        command, cwd=folder, env=environment | {"SOURCE_DATE_EPOCH": str(epoch)}, check=True
    )
    for made in set(output.glob("*.whl")) - before:
        with zipfile.ZipFile(made) as archive:
            inside = next(name for name in archive.namelist() if name.endswith(f"/scripts/{binary.name}"))
            if _sum(archive.read(inside)) != _sum(binary.read_bytes()):
                fail(f"{made.name} does not contain the binary that is released")


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _maturin() -> list[str] | None:
    beside = Path(sys.executable).with_name("maturin")
    if beside.exists():
        return [str(beside)]
    found = shutil.which("maturin")
    return [found] if found else None
