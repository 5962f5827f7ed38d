"""OCI distribution 1.1: the pull workflow."""

import json

from .conftest import MANIFEST, Client, digest


def test_the_version_check_answers_200(client: Client) -> None:
    answer = client("GET", "/v2/")
    assert answer.status == 200
    assert answer.headers["Docker-Distribution-API-Version"] == "registry/2.0"


def test_a_manifest_is_pulled_by_tag_and_by_digest_with_its_bytes(client: Client) -> None:
    pushed = client.push_image("team/app", "v1")
    for reference in ("v1", pushed):
        answer = client("GET", f"/v2/team/app/manifests/{reference}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, MANIFEST)
        assert answer.headers["Docker-Content-Digest"] == pushed == digest(answer.data)


def test_head_of_a_manifest_has_its_length_and_no_body(client: Client) -> None:
    client.push_image("app", "v1")
    whole, head = client("GET", "/v2/app/manifests/v1"), client("HEAD", "/v2/app/manifests/v1")
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(whole.data))
    assert head.headers["Docker-Content-Digest"] == digest(whole.data)


def test_an_unknown_manifest_is_404_with_an_error_body(client: Client) -> None:
    answer = client("GET", "/v2/app/manifests/none")
    assert answer.status == 404
    assert json.loads(answer.data)["errors"][0]["code"] == "MANIFEST_UNKNOWN"
    assert client("HEAD", "/v2/app/manifests/none").status == 404


def test_a_blob_is_pulled_with_its_digest_and_length(client: Client) -> None:
    pushed = client.push_blob("app", b"content")
    answer = client("GET", f"/v2/app/blobs/{pushed}")
    assert (answer.status, answer.data, answer.headers["Docker-Content-Digest"]) == (200, b"content", pushed)
    head = client("HEAD", f"/v2/app/blobs/{pushed}")
    assert (head.status, head.data, head.headers["Content-Length"]) == (200, b"", "7")


def test_a_range_of_a_blob_is_206_and_resumes_a_download(client: Client) -> None:
    pushed = client.push_blob("app", b"0123456789")
    answer = client("GET", f"/v2/app/blobs/{pushed}", range="bytes=4-")
    assert (answer.status, answer.data) == (206, b"456789")
    assert answer.headers["Content-Range"] == "bytes 4-9/10"
    assert client("GET", f"/v2/app/blobs/{pushed}", range="bytes=2-3").data == b"23"
    assert client("GET", f"/v2/app/blobs/{pushed}", range="bytes=-2").data == b"89"
    assert client("GET", f"/v2/app/blobs/{pushed}", range="bytes=10-").status == 416


def test_a_blob_of_another_repository_is_unknown_here(client: Client) -> None:
    pushed = client.push_blob("theirs", b"content")
    answer = client("GET", f"/v2/ours/blobs/{pushed}")
    assert answer.status == 404
    assert json.loads(answer.data)["errors"][0]["code"] == "BLOB_UNKNOWN"


def test_a_repository_name_outside_the_grammar_is_refused(client: Client) -> None:
    for path in ("/v2/Upper/manifests/v1", "/v2/a/../../b/manifests/v1", "/v2/a//b/manifests/v1"):
        assert client.pool.request("GET", f"http://{client.address}{path}").status == 404


def test_a_digest_that_cannot_be_verified_is_refused(client: Client) -> None:
    answer = client("GET", "/v2/app/blobs/sha256:..")
    assert (answer.status, json.loads(answer.data)["errors"][0]["code"]) == (400, "DIGEST_INVALID")
