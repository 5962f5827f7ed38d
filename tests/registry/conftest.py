"""The lab's registry on a free port, a front that fails to order, and transports to both."""
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from oakum.lab.registry import app, serving
from oakum.registry import client, manifests, media, push
from oakum.registry.blobs import BytesBlob
from oakum.registry.connections import Options
from oakum.registry.descriptor import Manifest, digest_of
from oakum.registry.reference import Reference, parse
from oakum.registry.retry import RetryPolicy
from oakum.registry.transport import Transport

from .faults import Front, front

QUICK = RetryPolicy(delays=(0.001, 0.001))


@dataclass(frozen=True)
class Host:
    """A registry's address and a transport that is logged in there."""

    address: str
    transport: Transport

    def ref(self, name: str) -> Reference:
        return parse(f"{self.address}/{name}")

    def push_image(self, name: str, layer: bytes = b"layer") -> Manifest:
        ref = self.ref(name)
        config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"diff_ids": [digest_of(layer)]}}).encode()
        for blob in (config, layer):
            push.upload(self.transport, ref.repository, BytesBlob(blob))
        document = {
            "schemaVersion": 2,
            "mediaType": media.OCI_MANIFEST,
            "config": {"mediaType": media.OCI_CONFIG, "digest": digest_of(config), "size": len(config)},
            "layers": [{"mediaType": media.OCI_LAYER, "digest": digest_of(layer), "size": len(layer)}],
        }
        manifest = Manifest.of(json.dumps(document).encode(), media.OCI_MANIFEST)
        manifests.put(self.transport, ref, manifest)
        return manifest

    def push_index(self, name: str, children: dict[str, Manifest]) -> Manifest:
        entries = [
            {**child.descriptor.to_json(), "platform": dict(zip(("os", "architecture", "variant"), key.split("/"), strict=False))}
            for key, child in children.items()
        ]
        document = {"schemaVersion": 2, "mediaType": media.OCI_INDEX, "manifests": entries}
        manifest = Manifest.of(json.dumps(document).encode(), media.OCI_INDEX)
        manifests.put(self.transport, self.ref(name), manifest)
        return manifest


def connect(environ: dict[str, str] | None = None, **options: object) -> Transport:
    """A transport that knows only what `environ` says, and does not wait long between tries."""
    return client.connect(Options(**options), environ or {}, QUICK)  # type: ignore[arg-type]  # the options are the test's


@pytest.fixture
def token_registry(tmp_path: Path) -> Iterator[Host]:
    with serving(app(tmp_path / "locked", {"ada": "pw"}, authentication="token", sync=False)) as address:
        yield Host(address, connect(login(address)))


@pytest.fixture
def basic_registry(tmp_path: Path) -> Iterator[Host]:
    with serving(app(tmp_path / "basic", {"ada": "pw"}, sync=False)) as address:
        yield Host(address, connect(login(address)))


@pytest.fixture
def faulty(registry: Host) -> Iterator[Front]:
    with front(registry.address) as made:
        yield made


def login(address: str, password: str = "pw") -> dict[str, str]:
    return {
        "KBLD_REGISTRY_HOSTNAME": address,
        "KBLD_REGISTRY_USERNAME": "ada",
        "KBLD_REGISTRY_PASSWORD": password,
    }
