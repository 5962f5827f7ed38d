"""OCI distribution 1.1: the content discovery workflow (tags and referrers)."""

import json

from .conftest import INDEX, MANIFEST, Client, digest, image


def test_tags_are_listed_in_lexical_order(client: Client) -> None:
    manifest = image(client, "app")
    for tag in ("v2", "latest", "v10"):
        client.push_manifest("app", tag, manifest)
    answer = json.loads(client("GET", "/v2/app/tags/list").data)
    assert answer == {"name": "app", "tags": ["latest", "v10", "v2"]}


def test_pages_of_tags_are_linked(client: Client) -> None:
    manifest = image(client, "app")
    for tag in ("a", "b", "c"):
        client.push_manifest("app", tag, manifest)
    first = client("GET", "/v2/app/tags/list?n=2")
    assert json.loads(first.data)["tags"] == ["a", "b"]
    assert first.headers["Link"] == '</v2/app/tags/list?n=2&last=b>; rel="next"'
    last = client("GET", "/v2/app/tags/list?n=2&last=b")
    assert json.loads(last.data)["tags"] == ["c"]
    assert "Link" not in last.headers
    none = client("GET", "/v2/app/tags/list?n=0")
    assert json.loads(none.data)["tags"] == []
    assert "Link" not in none.headers
    assert client("GET", "/v2/app/tags/list?n=x").status == 400


def test_tags_of_an_unknown_repository_are_404(client: Client) -> None:
    answer = client("GET", "/v2/none/tags/list")
    assert (answer.status, json.loads(answer.data)["errors"][0]["code"]) == (404, "NAME_UNKNOWN")


def test_repositories_are_listed(client: Client) -> None:
    client.push_image("team/app", "v1")
    client.push_image("other", "v1")
    assert json.loads(client("GET", "/v2/_catalog").data) == {"repositories": ["other", "team/app"]}


def test_referrers_are_listed_and_filtered_by_artifact_type(client: Client) -> None:
    subject = client.push_image("app", "v1")
    descriptor = {"mediaType": MANIFEST, "digest": subject, "size": 1}
    sbom = image(client, "app", b"sbom", subject=descriptor, artifactType="a/sbom", annotations={"k": "v"})
    content = json.dumps(sbom).encode()
    answer = client("PUT", f"/v2/app/manifests/{digest(content)}", content, content_type=MANIFEST)
    assert answer.headers["OCI-Subject"] == subject
    client.push_image("app", "sig", b"signature", subject=descriptor, artifactType="a/signature")

    listed = client("GET", f"/v2/app/referrers/{subject}")
    assert listed.headers["Content-Type"] == INDEX
    assert {entry["artifactType"] for entry in json.loads(listed.data)["manifests"]} == {"a/sbom", "a/signature"}

    filtered = client("GET", f"/v2/app/referrers/{subject}?artifactType=a/sbom")
    assert filtered.headers["OCI-Filters-Applied"] == "artifactType"
    assert json.loads(filtered.data)["manifests"] == [
        {
            "mediaType": MANIFEST,
            "digest": digest(content),
            "size": len(content),
            "artifactType": "a/sbom",
            "annotations": {"k": "v"},
        }
    ]


def test_a_referrer_without_an_artifact_type_has_that_of_its_configuration(client: Client) -> None:
    missing = digest(b"pushed later")
    client.push_image("app", "sig", subject={"mediaType": MANIFEST, "digest": missing, "size": 1})
    entries = json.loads(client("GET", f"/v2/app/referrers/{missing}").data)["manifests"]
    assert [entry["artifactType"] for entry in entries] == ["application/vnd.oci.image.config.v1+json"]


def test_what_nothing_refers_to_has_an_empty_list(client: Client) -> None:
    answer = client("GET", f"/v2/none/referrers/{digest(b'x')}")
    assert (answer.status, json.loads(answer.data)["manifests"]) == (200, [])
    assert client("GET", "/v2/none/referrers/nonsense").status == 400
