"""A registry on a free loopback port, and what the tests push to it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import urllib3

from oakum.lab.registry import app, serving

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


def digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


@dataclass
class Client:
    """Plain HTTP requests to one registry."""

    address: str
    headers: dict[str, str] = field(default_factory=dict)
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))

    def __call__(self, method: str, path: str, body: bytes | None = None, **headers: str) -> urllib3.BaseHTTPResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = path if path.startswith("http") else f"http://{self.address}{path}"
        return self.pool.request(method, url, body=body, headers={**self.headers, **named})

    def push_blob(self, name: str, content: bytes) -> str:
        answer = self("POST", f"/v2/{name}/blobs/uploads/?digest={digest(content)}", content)
        assert answer.status == 201, answer.data
        return digest(content)

    def push_manifest(self, name: str, reference: str, manifest: dict[str, Any]) -> str:
        content = json.dumps(manifest).encode()
        answer = self("PUT", f"/v2/{name}/manifests/{reference}", content, content_type=manifest["mediaType"])
        assert answer.status == 201, answer.data
        return digest(content)

    def push_image(self, name: str, reference: str, layer: bytes = b"layer", **fields: Any) -> str:
        return self.push_manifest(name, reference, image(self, name, layer, **fields))


def image(client: Client, name: str, layer: bytes = b"layer", **fields: Any) -> dict[str, Any]:
    """A manifest of which the blobs are pushed."""
    config_type = "application/vnd.oci.image.config.v1+json"
    layer_type = "application/vnd.oci.image.layer.v1.tar+gzip"
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": config_type, "digest": client.push_blob(name, b"{}"), "size": 2},
        "layers": [{"mediaType": layer_type, "digest": client.push_blob(name, layer), "size": len(layer)}],
        **fields,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "registry"


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    with serving(app(folder, sync=False)) as address:
        yield Client(address)
