"""What is no manifest, or no descriptor, is an error and not taken for one."""
from __future__ import annotations

import json
from typing import Any

import pytest

from oakum.registry import media
from oakum.registry.descriptor import Descriptor, Manifest
from oakum.registry.errors import ContentError

DIGEST = "sha256:" + "0" * 64


def manifest(**members: Any) -> Manifest:
    return Manifest.of(json.dumps(members).encode(), media.OCI_MANIFEST)


@pytest.mark.parametrize("value", [
    5, "x", [], {}, {"digest": DIGEST}, {"digest": 1, "size": 1}, {"digest": DIGEST, "size": -1},
    {"digest": DIGEST, "size": "1"}, {"digest": DIGEST, "size": 1, "platform": "linux"},
    {"digest": DIGEST, "size": 1, "urls": 5}, {"digest": DIGEST, "size": 1, "annotations": []},
    {"digest": DIGEST, "size": 1, "mediaType": {}},
])  # fmt: skip
def test_what_is_no_descriptor_is_quoted(value: Any) -> None:
    with pytest.raises(ContentError) as caught:
        Descriptor.from_json(value)
    assert str(caught.value) == f"Expected a descriptor with digest and size, but found {json.dumps(value)}"


def test_members_that_are_null_count_as_missing() -> None:
    value = {"digest": DIGEST, "size": 1, "mediaType": None, "platform": None, "urls": None, "annotations": None}
    assert Descriptor.from_json(value) == Descriptor("", DIGEST, 1)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b"5"])
def test_a_manifest_that_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(ContentError, match="is not a JSON object"):
        Manifest.of(raw, media.OCI_MANIFEST).config()


def test_lists_that_are_none_are_refused() -> None:
    with pytest.raises(ContentError, match='^Expected layers of manifest sha256:[0-9a-f]{64} as a list, but found "x"$'):
        manifest(layers="x").layers()
    with pytest.raises(ContentError, match="^Expected manifests of manifest"):
        manifest(manifests={"a": 1}).children()
    with pytest.raises(ContentError, match="^Expected a descriptor"):
        manifest(layers=[5]).layers()


def test_lists_that_are_null_are_empty() -> None:
    assert manifest(layers=None).layers() == manifest().children() == []
