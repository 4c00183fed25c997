"""Compiling: the same bytes from the same sources, wherever they are."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .project import Project, fail, say


def compile_for(project: Project, target: str) -> tuple[Path, dict[str, str]]:
    """The binary, and the environment in which cargo made it."""
    installed = _told(["rustc", "--print", "target-libdir", "--target", target], project.root)
    if not installed or not Path(installed).is_dir() or not any(Path(installed).iterdir()):
        fail(f"Rust's standard library for {target} is not installed; run `rustup target add {target}`")
    # The paths of the sources, which the flags shorten, are there once they are fetched.
    subprocess.run(["cargo", "fetch", "--locked", "--quiet", "--target", target], cwd=project.root, check=True)
    environment = _environment(project, target)
    command = ["cargo", "build", "--locked", "--profile", "dist", "--bin", project.name, "--target", target]
    say(f"compiling for {target}")
    subprocess.run(command, cwd=project.root, env=environment, check=True)
    folder = Path(environment.get("CARGO_TARGET_DIR", project.root / "target"))
    return folder / target / "dist" / file_name(project, target), environment


def file_name(project: Project, target: str) -> str:
    return f"{project.name}.exe" if "windows" in target else project.name


def _environment(project: Project, target: str) -> dict[str, str]:
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    flags = [
        # No directory of this machine is in the binary. The last that fits decides.
        f"--remap-path-prefix={home}=/cargo",
        *(f"--remap-path-prefix={sources}=/cargo" for sources in sorted(home.glob("registry/src/*"))),
        f"--remap-path-prefix={project.root}=/certsd-lint",
    ]
    # What no profile can say: what says `#[inline]` is copied to its callers only if it is short, and assembly never is. LLVM
    # takes each block of it for one instruction, and would copy multiplications of a kilobyte.
    flags += ["-Cllvm-args=-inlinehint-threshold=25", "-Cllvm-args=-inline-asm-instr-cost=10000"]
    # With frame pointers, an unwind table has three entries for a function in place of one for each register that is saved,
    # and the code addresses the stack in fewer bytes. No loop here is worth a vectorised copy of itself.
    flags += ["-Cforce-frame-pointers=yes", "-Cno-vectorize-loops", "-Cno-vectorize-slp"]
    if target.endswith("-musl"):
        # The toolchain brings its own linker and C library for musl: no other compiler is needed, on any machine.
        flags += ["-Clinker=rust-lld", "-Clinker-flavor=ld.lld", "-Clink-self-contained=yes", "-Ctarget-feature=+crt-static"]
        # Functions with the same code are one, and a relocation takes two bits instead of 24 bytes.
        flags += ["-Clink-arg=--icf=all", "-Clink-arg=--pack-dyn-relocs=relr"]
    return os.environ | {
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags),
        "CARGO_INCREMENTAL": "0",
        "CARGO_TERM_COLOR": "never" if not sys.stderr.isatty() else "auto",
    }


def extras(project: Project, binary: Path, target: str) -> dict[str, bytes]:
    """The manual page and the completions, as the program itself prints them."""
    start = _how_to_run(project, binary, target)
    name = project.name
    commands = {
        f"man/{name}.1": ["man"],
        f"completions/{name}.bash": ["completions", "bash"],
        f"completions/_{name}": ["completions", "zsh"],
        f"completions/{name}.fish": ["completions", "fish"],
        f"completions/{name}.ps1": ["completions", "powershell"],
    }
    return {
        path: subprocess.run([*start, *words], cwd=project.root, check=True, capture_output=True).stdout
        for path, words in commands.items()
    }


def _how_to_run(project: Project, binary: Path, target: str) -> list[str]:
    try:
        if subprocess.run([binary, "--version"], capture_output=True, check=False).returncode == 0:
            return [str(binary)]
    except OSError:
        pass
    for emulator in (f"qemu-{target.split('-')[0]}-static", f"qemu-{target.split('-')[0]}"):
        if shutil.which(emulator):
            return [emulator, str(binary)]
    say(f"a program for {target} does not run here: the manual page and the completions come from a debug build")
    return ["cargo", "run", "--quiet", "--locked", "--"]


def _told(command: list[str], folder: Path) -> str:
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return told.stdout.strip() if told.returncode == 0 else ""
