"""Small images for the clients of registries: an OCI layout that `docker load` reads too (OCI image-spec 1.1)."""
from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
PLATFORMS = ("amd64", "arm64")


@dataclass(frozen=True)
class Layout:
    """A folder with an image for each platform, named after it, and an index of them named `all`."""

    folder: Path
    name: str

    @property
    def archive(self) -> Path:
        """The folder as one file, whose images are `name:PLATFORM` to Docker."""
        return self.folder.with_suffix(".tar")

    def digest(self, reference: str) -> str:
        """The digest of `all` or of a platform's image."""
        for entry in json.loads((self.folder / "index.json").read_text())["manifests"]:
            if entry["annotations"]["org.opencontainers.image.ref.name"] == reference:
                return str(entry["digest"])
        raise KeyError(reference)

    def manifest(self, reference: str) -> dict[str, Any]:
        """The manifest of `all` or of a platform's image."""
        blob = self.folder / "blobs" / self.digest(reference).replace(":", "/")
        return dict(json.loads(blob.read_bytes()))


def write_layout(folder: Path, name: str) -> Layout:
    """Write a fresh layout into `folder`, and beside it its archive. Its layers are new: they hold `name`."""
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)

    def blob(content: bytes, media_type: str, **more: object) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content), **more}

    images = []
    docker = []
    for platform in PLATFORMS:
        layer = _layer({"name": f"{name} for {platform}\n".encode(), "more": platform.encode() * 10_000})
        packed = blob(gzip.compress(layer, mtime=0), "application/vnd.oci.image.layer.v1.tar+gzip")
        settings = {
            "architecture": platform, "os": "linux", "config": {"Cmd": ["/name"]},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        }
        config = blob(json.dumps(settings).encode(), "application/vnd.oci.image.config.v1+json")
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [packed]}
        where = {"platform": {"architecture": platform, "os": "linux"}}
        images.append(blob(json.dumps(manifest).encode(), MANIFEST, **where))
        docker.append({"Config": _path(config), "RepoTags": [f"{name}:{platform}"], "Layers": [_path(packed)]})
    index = blob(json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": images}).encode(), INDEX)
    named = [_named(index, "all"), *(_named(image, platform) for image, platform in zip(images, PLATFORMS, strict=True))]
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": named}))
    (folder / "manifest.json").write_text(json.dumps(docker))
    layout = Layout(folder, name)
    with tarfile.open(layout.archive, "w") as tar:
        tar.add(folder, "")
    return layout


def _layer(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _named(descriptor: dict[str, Any], name: str) -> dict[str, Any]:
    return {**descriptor, "annotations": {"org.opencontainers.image.ref.name": name}}


def _path(descriptor: dict[str, Any]) -> str:
    return "blobs/" + str(descriptor["digest"]).replace(":", "/")
