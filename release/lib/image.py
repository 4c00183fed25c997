"""An OCI image layout around the released binary: nothing else is in the image, and no Docker makes it."""

import hashlib
import json
from datetime import datetime, timezone

from .archive import Entry, gz, tar
from .project import Project

PLATFORMS = {
    "x86_64-unknown-linux-musl": {"architecture": "amd64", "os": "linux"},
    "aarch64-unknown-linux-musl": {"architecture": "arm64", "os": "linux", "variant": "v8"},
}

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def build(project: Project, binaries: dict[str, bytes], epoch: int) -> bytes:
    """A tar file that holds the layout, for `skopeo copy oci-archive:…`, `podman load` and `docker load`."""
    blobs: dict[str, bytes] = {}
    created = datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    labels = {
        "org.opencontainers.image.title": project.name,
        "org.opencontainers.image.description": project.description,
        "org.opencontainers.image.version": project.version,
        "org.opencontainers.image.licenses": project.licence,
        "org.opencontainers.image.source": project.repository,
    }

    def blob(media_type: str, content: bytes, **more) -> dict:
        digest = hashlib.sha256(content).hexdigest()
        blobs[digest] = content
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content), **more}

    manifests = []
    for target, binary in sorted(binaries.items()):
        platform = PLATFORMS[target]
        layer = tar([Entry(project.name, binary, executable=True)], epoch)
        config = {
            "created": created,
            **platform,
            "config": {"User": "65532:65532", "Entrypoint": [f"/{project.name}"], "Labels": labels},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
            "history": [{"created": created, "created_by": f"COPY {project.name} /{project.name}"}],
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": blob(CONFIG, _json(config)),
            "layers": [blob(LAYER, gz(layer))],
            "annotations": labels,
        }
        manifests.append(blob(MANIFEST, _json(manifest), platform=platform))
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests, "annotations": labels}
    reference = {"org.opencontainers.image.ref.name": project.version}
    top = {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [blob(INDEX, _json(index), annotations=reference)],
    }
    entries = [
        Entry("oci-layout", _json({"imageLayoutVersion": "1.0.0"})),
        Entry("index.json", _json(top)),
        *(Entry(f"blobs/sha256/{digest}", content) for digest, content in blobs.items()),
    ]
    return tar(entries, epoch, directories=True)


def _json(value: dict) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
