"""Manifests, tags and referrers (OCI distribution 1.1, "Pulling manifests" to "Listing Referrers")."""

import asyncio
from urllib.parse import urlencode

import orjson
from starlette.responses import Response

from oakum.lab.registry.call import Call
from oakum.lab.registry.manifests import LONGEST, OCI_INDEX
from oakum.lab.registry.names import digest_of, is_tag
from oakum.lab.registry.refusal import Refusal
from oakum.lab.registry.repositories import page


async def get(call: Call) -> Response:
    """The manifest of a tag or digest, as it was pushed; headers only for HEAD."""
    reference = call.parameters["reference"]
    digest = call.digest(reference) if ":" in reference else call.repository.tagged(reference)
    media_type = call.repository.manifest_type(digest) if digest else None
    if digest is None or media_type is None:
        raise Refusal("MANIFEST_UNKNOWN", "manifest unknown", {"name": call.name, "reference": reference})
    headers = {"Docker-Content-Digest": str(digest), "ETag": f'"{digest}"', "Content-Type": media_type}
    if call.request.method == "HEAD":
        return Response(headers=headers | {"Content-Length": str(call.storage.blobs.size(digest) or 0)})
    return Response(call.storage.blobs.read(digest), headers=headers)


async def put(call: Call) -> Response:
    """Store a manifest under a tag, or under its digest and the tags that the parameters `tag` name."""
    reference = call.parameters["reference"]
    content = await _body(call)
    if ":" in reference:
        digest, tags = call.digest(reference), call.request.query_params.getlist("tag")
        if not digest.matches(content):
            raise Refusal("DIGEST_INVALID", "provided digest did not match uploaded content", {"digest": reference})
    else:
        digest, tags = digest_of(content), [reference]
    for tag in tags:
        if not is_tag(tag):
            raise Refusal("TAG_INVALID", f"not a valid tag: {tag}")
    media_type = call.request.headers.get("content-type", "").partition(";")[0].strip()
    manifest = await asyncio.to_thread(call.storage.put_manifest, call.name, digest, content, media_type, tags)
    headers = {"Location": f"/v2/{call.name}/manifests/{digest}", "Docker-Content-Digest": str(digest)}
    if manifest.subject:
        headers["OCI-Subject"] = str(manifest.subject)
    answer = Response(status_code=201, headers=headers)
    for tag in tags if ":" in reference else ():
        answer.headers.append("OCI-Tag", tag)
    return answer


async def delete(call: Call) -> Response:
    """Remove a tag, or a manifest with the tags that point to it."""
    reference = call.parameters["reference"]
    if ":" in reference:
        found = call.storage.delete_manifest(call.name, call.digest(reference))
    else:
        found = call.repository.untag(reference)
    if not found:
        raise Refusal("MANIFEST_UNKNOWN", "manifest unknown", {"name": call.name, "reference": reference})
    return Response(status_code=202)


async def tags(call: Call) -> Response:
    """The repository's tags in lexical order, a page at a time when `n` is given."""
    if not call.repository.exists():
        raise Refusal("NAME_UNKNOWN", "repository name not known to registry", {"name": call.name})
    return _paged(call, call.repository.tags(), f"/v2/{call.name}/tags/list", "tags", {"name": call.name})


async def catalog(call: Call) -> Response:
    """The names of all repositories, a page at a time when `n` is given (Docker registry API)."""
    return _paged(call, call.storage.repositories.names(), "/v2/_catalog", "repositories", {})


async def referrers(call: Call) -> Response:
    """An index of the manifests that refer to a digest, empty when there are none."""
    found = call.repository.referrers(call.digest(call.parameters["digest"]))
    headers = {"Content-Type": OCI_INDEX}
    artifact_type = call.query("artifactType")
    if artifact_type:
        found = [descriptor for descriptor in found if descriptor.get("artifactType") == artifact_type]
        headers["OCI-Filters-Applied"] = "artifactType"
    return Response(orjson.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found}), headers=headers)


async def _body(call: Call) -> bytes:
    content = bytearray()
    async for chunk in call.request.stream():
        content += chunk
        if len(content) > LONGEST:
            raise Refusal("SIZE_INVALID", f"a manifest has at most {LONGEST} bytes", status=413)
    return bytes(content)


def _paged(call: Call, items: list[str], path: str, field: str, answer: dict[str, object]) -> Response:
    items, more = page(items, _count(call), call.query("last") or "")
    headers = {}
    if more and items:
        query = urlencode({"n": str(len(items)), "last": items[-1]})
        headers["Link"] = f'<{path}?{query}>; rel="next"'
    return Response(orjson.dumps(answer | {field: items}), headers=headers, media_type="application/json")


def _count(call: Call) -> int | None:
    text = call.query("n")
    if text is None:
        return None
    if not text.isdecimal():
        raise Refusal("PAGINATION_NUMBER_INVALID", f"not a number of results: {text}", {"n": text})
    return int(text)

