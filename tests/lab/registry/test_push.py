"""OCI distribution 1.1: the push workflow."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .conftest import INDEX, MANIFEST, Client, digest, image


def begin(client: Client, name: str = "app") -> str:
    answer = client("POST", f"/v2/{name}/blobs/uploads/")
    assert answer.status == 202
    return str(answer.headers["Location"])


def test_a_blob_is_pushed_with_post_then_put(client: Client) -> None:
    location = begin(client)
    answer = client("PUT", f"{location}?digest={digest(b'content')}", b"content")
    assert answer.status == 201
    assert client("GET", answer.headers["Location"]).data == b"content"


def test_an_upload_location_without_a_trailing_slash_works_too(client: Client) -> None:
    assert client("POST", "/v2/app/blobs/uploads").status == 202


def test_chunks_follow_one_another_and_their_progress_is_told(client: Client) -> None:
    location = begin(client)
    first = client("PATCH", location, b"01234", content_range="0-4")
    assert (first.status, first.headers["Range"]) == (202, "0-4")
    second = client("PATCH", first.headers["Location"], b"56789", content_range="5-9")
    assert second.headers["Range"] == "0-9"
    progress = client("GET", second.headers["Location"])
    assert (progress.status, progress.headers["Range"]) == (204, "0-9")
    assert client("PUT", f"{location}?digest={digest(b'0123456789')}").status == 201


def test_a_chunk_out_of_order_is_416_with_what_was_received(client: Client) -> None:
    location = begin(client)
    client("PATCH", location, b"01234", content_range="0-4")
    again = client("PATCH", location, b"01234", content_range="0-4")
    assert (again.status, again.headers["Range"]) == (416, "0-4")
    assert client("PATCH", location, b"89", content_range="8-9").status == 416
    assert client("PUT", f"{location}?digest={digest(b'0123456')}", b"56", content_range="5-6").status == 201


def test_content_with_another_digest_is_refused_and_never_visible(client: Client, folder: Path) -> None:
    stated = digest(b"promised")
    answer = client("PUT", f"{begin(client)}?digest={stated}", b"delivered")
    assert (answer.status, json.loads(answer.data)["errors"][0]["code"]) == (400, "DIGEST_INVALID")
    assert client("HEAD", f"/v2/app/blobs/{stated}").status == 404
    assert [path for path in (folder / "uploads").rglob("*") if path.is_file()] == []


def test_a_sha512_blob_is_verified_and_stored(client: Client) -> None:
    name = "sha512:" + hashlib.sha512(b"content").hexdigest()
    location = begin(client)
    client("PATCH", location, b"con")
    assert client("PUT", f"{location}?digest={name}", b"tent").status == 201
    assert client("GET", f"/v2/app/blobs/{name}").data == b"content"


def test_a_cancelled_upload_is_gone(client: Client) -> None:
    location = begin(client)
    assert client("DELETE", location).status == 204
    answer = client("PATCH", location, b"x")
    assert (answer.status, json.loads(answer.data)["errors"][0]["code"]) == (404, "BLOB_UPLOAD_UNKNOWN")


def test_a_mounted_blob_needs_no_upload(client: Client) -> None:
    pushed = client.push_blob("source", b"content")
    answer = client("POST", f"/v2/target/blobs/uploads/?mount={pushed}&from=source")
    assert (answer.status, answer.headers["Docker-Content-Digest"]) == (201, pushed)
    assert client("GET", f"/v2/target/blobs/{pushed}").data == b"content"


def test_a_mount_that_names_no_source_finds_one(client: Client) -> None:
    pushed = client.push_blob("source", b"layer")
    answer = client("POST", f"/v2/target/blobs/uploads/?mount={pushed}")
    assert (answer.status, answer.headers["Location"]) == (201, f"/v2/target/blobs/{pushed}")
    assert client("GET", f"/v2/target/blobs/{pushed}").data == b"layer"
    assert client("POST", f"/v2/target/blobs/uploads/?mount={digest(b'x')}").status == 202


def test_a_manifest_pushed_by_its_digest_takes_the_tags_that_are_named(client: Client) -> None:
    content = json.dumps(image(client, "name")).encode()
    sha512 = "sha512:" + hashlib.sha512(content).hexdigest()
    path = f"/v2/name/manifests/{sha512}?tag=one&tag=two"
    answer = client("PUT", path, content, content_type=MANIFEST)
    assert (answer.status, answer.headers.getlist("OCI-Tag")) == (201, ["one", "two"])
    assert client("HEAD", "/v2/name/manifests/two").headers["Docker-Content-Digest"] == sha512
    refused = client("PUT", path.replace("two", "-no"), content, content_type=MANIFEST)
    assert json.loads(refused.data)["errors"][0]["code"] == "TAG_INVALID"


def test_a_mount_of_what_is_not_there_begins_an_upload(client: Client) -> None:
    pushed = client.push_blob("source", b"content")
    for mount in (f"{digest(b'x')}&from=source", f"{pushed}&from=other", f"{pushed}&from=../source"):
        answer = client("POST", f"/v2/target/blobs/uploads/?mount={mount}")
        assert answer.status == 202
        assert "Location" in answer.headers


def test_a_manifest_that_refers_to_missing_content_is_refused(client: Client) -> None:
    manifest = image(client, "app")
    missing = digest(b"missing")
    manifest["layers"].append({"mediaType": "x/y", "digest": missing, "size": 7})
    answer = client("PUT", "/v2/app/manifests/v1", json.dumps(manifest).encode(), content_type=MANIFEST)
    error = json.loads(answer.data)["errors"][0]
    assert (answer.status, error["code"], error["detail"]) == (400, "MANIFEST_BLOB_UNKNOWN", {"digests": [missing]})
    assert client("HEAD", "/v2/app/manifests/v1").status == 404


def test_an_index_of_pushed_manifests_is_taken(client: Client) -> None:
    child = client.push_image("app", "amd64")
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [{"mediaType": MANIFEST, "digest": child, "size": 1}]}
    assert client.push_manifest("app", "all", index)
    assert client("HEAD", "/v2/app/manifests/all").headers["Content-Type"] == INDEX


def test_docker_media_types_are_kept(client: Client) -> None:
    media_type = "application/vnd.docker.distribution.manifest.v2+json"
    client.push_image("app", "v1", mediaType=media_type)
    assert client("HEAD", "/v2/app/manifests/v1").headers["Content-Type"] == media_type


def test_a_manifest_that_is_no_manifest_is_refused(client: Client) -> None:
    for content in (b"", b"[]", b"{}", b'{"schemaVersion":1}', b'{"schemaVersion":2,"config":{},"layers":[]}',
                    b'{"schemaVersion":2,"mediaType":{},"config":{},"layers":[]}'):
        answer = client("PUT", "/v2/app/manifests/v1", content, content_type=MANIFEST)
        assert (answer.status, json.loads(answer.data)["errors"][0]["code"]) == (400, "MANIFEST_INVALID"), content


def test_a_manifest_over_4_mib_is_413(client: Client) -> None:
    answer = client("PUT", "/v2/app/manifests/v1", b" " * (4 << 20) + b"{}", content_type=MANIFEST)
    assert answer.status == 413


def test_an_invalid_tag_is_refused(client: Client) -> None:
    content = json.dumps(image(client, "app")).encode()
    answer = client("PUT", "/v2/app/manifests/.dot", content, content_type=MANIFEST)
    assert (answer.status, json.loads(answer.data)["errors"][0]["code"]) == (400, "TAG_INVALID")


def test_a_wrong_method_is_405(client: Client) -> None:
    answer = client("PATCH", "/v2/app/manifests/v1")
    assert (answer.status, json.loads(answer.data)["errors"][0]["code"]) == (405, "UNSUPPORTED")


def test_the_same_blob_pushed_by_many_at_once_is_stored_once(client: Client, folder: Path) -> None:
    content = b"x" * 300_000
    with ThreadPoolExecutor(8) as pool:
        pushed = set(pool.map(lambda number: client.push_blob(f"app{number % 2}", content), range(16)))
    assert pushed == {digest(content)}
    assert len([path for path in (folder / "blobs").rglob("*") if path.is_file()]) == 1
