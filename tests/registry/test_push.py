from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from oakum.registry import blobs, copy, manifests, push
from oakum.registry.blobs import BlobReader, BytesBlob, RemoteBlob
from oakum.registry.descriptor import Descriptor, Manifest
from oakum.registry.errors import ContentError, StatusError
from oakum.registry.layout import Layout, upload
from oakum.registry.reference import parse_repository
from oakum.registry.referrers import attach, referrers

from .conftest import Host, connect
from .faults import Front

BLOB = BytesBlob(os.urandom(300_000))


def _holds(registry: Host, name: str) -> bool:
    repository = registry.ref(name).repository
    found = blobs.read(registry.transport, repository, Descriptor("", BLOB.digest, BLOB.size), 1_000_000)
    return found == BLOB.raw


def test_a_blob_that_is_there_is_not_sent_again(registry: Host) -> None:
    repository = registry.ref("app").repository
    assert push.upload(registry.transport, repository, BLOB)
    assert not push.upload(registry.transport, repository, BLOB)


def test_a_blob_of_the_same_registry_is_mounted(registry: Host, faulty: Front) -> None:
    one, two = (parse_repository(f"{faulty.address}/{name}") for name in ("one", "two"))
    transport = connect()
    push.upload(transport, one, BLOB)
    faulty.seen.clear()
    push.upload(transport, two, BLOB, mount_from=one)
    assert [line.split()[0] for line in faulty.seen] == ["HEAD", "POST"]
    assert _holds(registry, "two")


@pytest.mark.parametrize("fault", [{"status": 413}, {"status": 503}, {"read_only": 1000}])
def test_an_upload_that_breaks_goes_on_in_chunks(registry: Host, faulty: Front, fault: dict[str, int]) -> None:
    faulty.order(match="PUT", **fault)
    faulty.order(match="PATCH", times=2, read_only=5000)
    push.upload(connect(), parse_repository(f"{faulty.address}/app"), BLOB, chunk=100_000)
    assert _holds(registry, "app")


def test_an_upload_goes_on_where_it_was_when_the_registry_names_no_new_place(registry: Host, faulty: Front) -> None:
    faulty.order(match="PUT", status=413)
    faulty.order(match="PATCH", times=99, hide="Location")
    push.upload(connect(), parse_repository(f"{faulty.address}/app"), BLOB, chunk=100_000)
    assert _holds(registry, "app")


def test_a_refused_upload_is_an_error(faulty: Front) -> None:
    faulty.order(match="PUT", status=403)
    with pytest.raises(StatusError, match="403 Forbidden"):
        push.upload(connect(), parse_repository(f"{faulty.address}/app"), BLOB)


def test_a_read_that_breaks_resumes_where_it_was(registry: Host, faulty: Front) -> None:
    push.upload(registry.transport, registry.ref("app").repository, BLOB)
    faulty.order(match="GET /v2/app/blobs", times=3, truncate=70_000)
    reader = BlobReader(connect(), parse_repository(f"{faulty.address}/app"), Descriptor("", BLOB.digest, BLOB.size))
    assert reader.read() == BLOB.raw


def test_a_read_breaks_and_resumes_where_the_registry_knows_no_ranges(registry: Host, faulty: Front) -> None:
    push.upload(registry.transport, registry.ref("app").repository, BLOB)
    path = "GET /v2/app/blobs"
    faulty.order(match=path, truncate=70_000)
    for length in (70_001, 30_000, 80_000):  # the second breaks before it reaches what is wanted
        faulty.order(match=path, status=200, body=BLOB.raw, truncate=length)
    reader = BlobReader(connect(), parse_repository(f"{faulty.address}/app"), Descriptor("", BLOB.digest, BLOB.size))
    assert reader.read() == BLOB.raw
    assert len([line for line in faulty.seen if line.startswith(path)]) == 5


def test_a_blob_with_other_content_is_refused(registry: Host, faulty: Front) -> None:
    push.upload(registry.transport, registry.ref("app").repository, BLOB)
    faulty.order(match="GET /v2/app/blobs", change=lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]))
    reader = BlobReader(connect(), parse_repository(f"{faulty.address}/app"), Descriptor("", BLOB.digest, BLOB.size))
    with pytest.raises(ContentError, match="has the digest sha256:"):
        reader.read()


def test_an_index_is_copied_with_all_that_it_lists(registry: Host, token_registry: Host) -> None:
    children = {f"linux/{name}": registry.push_image(f"app:{name}", name.encode()) for name in ("amd64", "arm64")}
    index = registry.push_index("app:all", children)
    transport = token_registry.transport
    copied = copy.copy(transport, registry.ref("app:all"), token_registry.ref("moved/app").repository, tag="v1")
    assert copied.digest == index.digest
    for child in children.values():
        assert manifests.get(transport, token_registry.ref(f"moved/app@{child.digest}")).raw == child.raw


def test_a_remote_blob_can_be_uploaded_elsewhere(registry: Host, basic_registry: Host) -> None:
    push.upload(registry.transport, registry.ref("app").repository, BLOB)
    source = RemoteBlob(registry.transport, registry.ref("app").repository, Descriptor("", BLOB.digest, BLOB.size))
    push.upload(basic_registry.transport, basic_registry.ref("there").repository, source)
    assert _holds(basic_registry, "there")


def test_a_layout_holds_what_was_written_and_nothing_half(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    described = layout.add(b"{}", "application/json")
    assert layout.has(described)
    with pytest.raises(ContentError):
        layout.add_stream(io.BytesIO(b"half"), described)
    assert len(list((tmp_path / "blobs" / "sha256").iterdir())) == 1
    assert [path.name for path in (tmp_path / "blobs").iterdir()] == ["sha256"]


def test_what_nobody_asks_for_is_forgotten(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    old, used = layout.add(b"old", ""), layout.add(b"used", "")
    for blob in (old, used):
        os.utime(layout.blob(blob.digest), (0, 0))
    assert layout.has(used)
    layout.prune(60)
    assert (layout.has(old), layout.has(used)) == (False, True)


def test_an_image_of_a_layout_is_pushed(tmp_path: Path, registry: Host) -> None:
    pushed = registry.push_image("app:1")
    layout = Layout(tmp_path / "layout")
    layout.add(pushed.raw, pushed.media_type)
    assert not layout.complete(pushed.digest)
    for blob in (pushed.config(), *pushed.layers()):
        layout.add_stream(BlobReader(registry.transport, registry.ref("app").repository, blob), blob)
    assert layout.complete(pushed.digest)
    upload(layout, registry.transport, pushed.digest, registry.ref("copy").repository, tag="v1")
    assert manifests.resolve(registry.transport, registry.ref("copy:v1")).digest == pushed.digest


def _note(pushed: Manifest, title: str) -> Manifest:
    document = {**pushed.json(), "subject": pushed.descriptor.to_json(), "artifactType": f"application/{title}"}
    return Manifest.of(json.dumps(document).encode(), pushed.media_type)


def test_an_artifact_is_listed_as_a_referrer(registry: Host) -> None:
    pushed = registry.push_image("app:1")
    note = _note(pushed, "x.note")
    repository = registry.ref("app").repository
    attach(registry.transport, repository, note)
    assert [found.digest for found in referrers(registry.transport, repository, pushed.digest)] == [note.digest]
    assert referrers(registry.transport, repository, pushed.digest, "application/other") == []


def test_a_registry_without_referrers_gets_a_tag_that_lists_them(registry: Host, faulty: Front) -> None:
    pushed = registry.push_image("app:1")
    repository, transport = parse_repository(f"{faulty.address}/app"), connect()
    faulty.order(match="referrers", times=9, status=404)
    notes = [_note(pushed, title) for title in ("one", "two", "one")]
    for note in notes:
        faulty.order(match=f"PUT /v2/app/manifests/{note.digest}", hide="OCI-Subject")
        attach(transport, repository, note)
    assert [found.digest for found in referrers(transport, repository, pushed.digest)] == [
        note.digest for note in notes[:2]
    ]
    assert len(referrers(transport, repository, pushed.digest, "application/two")) == 1
