"""What is in the binary: a CycloneDX document made from `cargo metadata` and Cargo.lock."""

import json
import subprocess
import tomllib
import uuid
from datetime import datetime, timezone

from .project import Project


def build(project: Project, target: str, epoch: int) -> bytes:
    told = subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target],
        cwd=project.root,
        capture_output=True,
        check=True,
    )
    metadata = json.loads(told.stdout)
    lock = tomllib.loads((project.root / "Cargo.lock").read_text(encoding="utf-8"))
    sums = {(package["name"], package["version"]): package.get("checksum") for package in lock["package"]}
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = metadata["resolve"]["root"]

    # What is linked: neither what tests need, nor what runs while compiling. The metadata's features are those of tests as
    # well, so that crates are in it that only tests bring; `cargo tree` knows the difference.
    linked = _linked(project, target)
    needed: dict[str, list[str]] = {}
    waiting = [root]
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        needed[name] = sorted(
            dependency["pkg"]
            for dependency in nodes[name]["deps"]
            if any(kind["kind"] is None for kind in dependency["dep_kinds"])
            and (packages[dependency["pkg"]]["name"], packages[dependency["pkg"]]["version"]) in linked
        )
        waiting += needed[name]

    components = [
        _component(packages[name], sums, "application" if name == root else "library") for name in sorted(needed)
    ]
    main = next(component for component in components if component["bom-ref"] == _reference(packages[root]))
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": main,
            "properties": [{"name": "cargo:target", "value": target}],
        },
        "components": [component for component in components if component is not main],
        "dependencies": [
            {"ref": _reference(packages[name]), "dependsOn": sorted(_reference(packages[to]) for to in needed[name])}
            for name in sorted(needed)
        ],
    }
    # A serial number that follows from the content, so that two builds agree.
    content = json.dumps(document, sort_keys=True)
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, project.repository + content)}"
    return (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()


def _linked(project: Project, target: str) -> set[tuple[str, str]]:
    command = ["cargo", "tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none", "--no-dedupe"]
    command += ["--target", target, "--format", "{p}"]
    told = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=True).stdout
    words = (line.split(" ") for line in told.splitlines() if line)
    return {(name, version.removeprefix("v")) for name, version, *_ in words}


def _reference(package: dict) -> str:
    return f"pkg:cargo/{package['name']}@{package['version']}"


def _component(package: dict, sums: dict, kind: str) -> dict:
    component = {
        "type": kind,
        "bom-ref": _reference(package),
        "purl": _reference(package),
        "name": package["name"],
        "version": package["version"],
        "scope": "required",
    }
    if package.get("description"):
        component["description"] = " ".join(package["description"].split())
    if package.get("license"):
        # Old crates write MIT/Apache-2.0, which SPDX has as OR.
        component["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    checksum = sums.get((package["name"], package["version"]))
    if checksum:
        component["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package.get("repository"):
        component["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return component
