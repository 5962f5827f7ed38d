"""Images put together from what a registry holds."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.registry.conftest import Host

from oakum.images.builders.assemble import pull
from oakum.images.platforms import own
from oakum.registry import manifests, media, push
from oakum.registry.blobs import BytesBlob
from oakum.registry.descriptor import Descriptor, Manifest
from oakum.registry.errors import ContentError
from oakum.registry.layout import Layout


def push_base(registry: Host, config: bytes) -> str:
    """An image without layers that has this configuration."""
    ref = registry.ref("base:1")
    push.upload(registry.transport, ref.repository, BytesBlob(config))
    document = {"schemaVersion": 2, "config": Descriptor.of(config, media.OCI_CONFIG).to_json(), "layers": []}
    manifests.put(registry.transport, ref, Manifest.of(json.dumps(document).encode(), media.OCI_MANIFEST))
    return str(ref)


@pytest.mark.parametrize("config", [b"{", b"[]", b"\xff"])
def test_a_base_whose_configuration_is_none_is_refused(registry: Host, tmp_path: Path, config: bytes) -> None:
    base = push_base(registry, config)
    with pytest.raises(ContentError, match=f"^Configuration of {base} is not a JSON object"):
        pull(Layout(tmp_path / "layout"), registry.transport, base, own(), lambda count: None)


@pytest.mark.parametrize("config", [b"{}", b'{"rootfs": null}', b'{"rootfs": {"diff_ids": null}}'])
def test_a_base_may_say_nothing_of_layers(registry: Host, tmp_path: Path, config: bytes) -> None:
    found = pull(Layout(tmp_path / "layout"), registry.transport, push_base(registry, config), own(), lambda count: None)
    assert (found.layers, found.diff_ids, found.config) == ((), (), json.loads(config))
