"""OCI distribution 1.1: the content management workflow, and garbage collection."""

import json
from pathlib import Path

from oakum.lab.registry import Storage, collect_garbage

from .conftest import MANIFEST, Client, digest


def test_deleting_a_tag_leaves_the_manifest(client: Client) -> None:
    pushed = client.push_image("app", "v1")
    assert client("DELETE", "/v2/app/manifests/v1").status == 202
    assert client("HEAD", "/v2/app/manifests/v1").status == 404
    assert client("HEAD", f"/v2/app/manifests/{pushed}").status == 200


def test_deleting_a_manifest_removes_its_tags(client: Client) -> None:
    pushed = client.push_image("app", "v1")
    assert client("DELETE", f"/v2/app/manifests/{pushed}").status == 202
    assert client("HEAD", "/v2/app/manifests/v1").status == 404
    assert json.loads(client("GET", "/v2/app/tags/list").data)["tags"] == []
    assert client("DELETE", f"/v2/app/manifests/{pushed}").status == 404


def test_a_deleted_manifest_refers_to_nothing_any_more(client: Client) -> None:
    subject = client.push_image("app", "v1")
    referrer = client.push_image("app", "sig", b"s", subject={"mediaType": MANIFEST, "digest": subject, "size": 1})
    client("DELETE", f"/v2/app/manifests/{referrer}")
    assert json.loads(client("GET", f"/v2/app/referrers/{subject}").data)["manifests"] == []


def test_a_deleted_blob_is_unknown(client: Client) -> None:
    pushed = client.push_blob("app", b"content")
    assert client("DELETE", f"/v2/app/blobs/{pushed}").status == 202
    assert client("GET", f"/v2/app/blobs/{pushed}").status == 404
    assert client("DELETE", f"/v2/app/blobs/{pushed}").status == 404


def test_garbage_is_what_no_manifest_needs(client: Client, folder: Path) -> None:
    client.push_image("app", "v1")
    unused = client.push_blob("app", b"unused")
    assert collect_garbage(Storage(folder), age=3600).blobs == 0
    collected = collect_garbage(Storage(folder), age=0)
    assert (collected.blobs, collected.bytes) == (1, 6)
    assert client("HEAD", f"/v2/app/blobs/{unused}").status == 404
    assert client("HEAD", f"/v2/app/blobs/{digest(b'layer')}").status == 200


def test_an_upload_that_was_left_behind_is_garbage_too(client: Client, folder: Path) -> None:
    location = client("POST", "/v2/app/blobs/uploads/").headers["Location"]
    client("PATCH", location, b"half")
    collect_garbage(Storage(folder), age=3600)
    assert client("GET", location).status == 204
    collect_garbage(Storage(folder), age=-1)
    assert client("GET", location).status == 404
