"""The paths that are no resource, and how a list is written."""

import orjson

from oakum.lab.api import discovery, listing, openapi, status
from oakum.lab.api.call import Answer, Call
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.listing import Page
from oakum.lab.api.paths import Target
from oakum.lab.api.views import check_included, wanted_form
from oakum.lab.store import Obj

_CHECKS = ("", "ping", "log", "etcd")
_HEALTH = ("/healthz", "/livez", "/readyz")


def answer(cluster: Cluster, call: Call) -> Answer:
    """Discovery, OpenAPI, version and health; raises ApiError 404 for other paths."""
    path = "/" + call.path.strip("/")
    head, _, check = path[1:].partition("/")
    if f"/{head}" in _HEALTH and check in _CHECKS:
        return Answer(200, _health(head, "verbose" in call.query), media_type="text/plain; charset=utf-8")
    if path == "/version":
        return Answer(200, discovery.VERSION, pretty=True)
    if path.startswith("/openapi/"):
        return _openapi(cluster, call, path)
    return _discovery(cluster, call, path)


def _health(check: str, verbose: bool) -> bytes:
    if not verbose:
        return b"ok"
    return "".join([*(f"[+]{each} ok\n" for each in _CHECKS[1:]), f"{check} check passed\n"]).encode()


def _paths(cluster: Cluster) -> list[str]:
    """What `/` lists."""
    groups = [name for name in openapi.paths_v3(cluster.catalog) if "/" in name]
    checks = [f"{each}/{check}" if check else each for each in _HEALTH for check in _CHECKS]
    others = ["/api", "/apis", "/openapi/v2", "/openapi/v3", "/version"]
    return sorted([*others, *(f"/{name}" for name in groups), *checks])


def _discovery(cluster: Cluster, call: Call, path: str) -> Answer:
    catalog, parts = cluster.catalog, path.split("/")[1:]
    if path in ("/api", "/apis") and _aggregated(call.headers.get("accept", "")):
        return Answer(200, discovery.aggregated(catalog, path == "/api"), media_type=discovery.AGGREGATED)
    document: Obj | None = None
    if path == "/":
        return Answer(200, {"paths": _paths(cluster)}, pretty=True)
    if path == "/api":
        document = discovery.versions(call.headers.get("host", ""))
    elif path == "/apis":
        document = discovery.group_list(catalog)
    elif parts[0] == "api" and len(parts) == 2:
        document = discovery.resource_list(catalog, "", parts[1])
    elif parts[0] == "apis" and len(parts) == 2:
        document = discovery.group(catalog, parts[1])
    elif parts[0] == "apis" and len(parts) == 3:
        document = discovery.resource_list(catalog, parts[1], parts[2])
    if document is None:
        versioned = parts[0] == "apis" and len(parts) > 2
        raise status.no_such_path(parts[0] == "api" or (versioned and catalog.is_builtin(parts[1])))
    return Answer(200, document)


def _aggregated(accept: str) -> bool:
    """Whether a client asks for all of discovery at once, in a version of that document that is served."""
    wanted = [part for part in accept.split(",") if "as=APIGroupDiscoveryList" in part]
    return any("v=v2" in part.split(";") for part in wanted)


def _openapi(cluster: Cluster, call: Call, path: str) -> Answer:
    catalog = cluster.catalog
    if path == "/openapi/v3":
        urls = {name: {"serverRelativeURL": _v3_url(name, catalog.revision)} for name in openapi.paths_v3(catalog)}
        return Answer(200, {"paths": urls})
    if path == "/openapi/v2":
        if "protobuf" in call.headers.get("accept", "") and "json" not in call.headers["accept"]:
            from oakum.lab.api import openapi_protobuf

            encoded = openapi_protobuf.encode(openapi.document_v2(catalog))
            return Answer(200, encoded, media_type=openapi_protobuf.MEDIA_TYPE)
        return Answer(200, openapi.document_v2(catalog))
    document = openapi.document_v3(catalog, path.removeprefix("/openapi/v3/"))
    if document is None:
        raise status.no_such_path()
    return Answer(200, orjson.dumps(document), {"cache-control": "public, immutable"})


def _v3_url(name: str, revision: int) -> str:
    return f"/openapi/v3/{name}?hash={revision:08X}"


def listed(cluster: Cluster, call: Call, aimed: Target, found: Page) -> Obj:
    """A page in the form that the client asked for."""
    form = wanted_form(call)
    if form == "Table":
        from oakum.lab.api.tables import Tables

        check_included(call)
        return Tables(aimed.resource, cluster.now(), call.parameter("includeObject")).page(found)
    if form.startswith("PartialObjectMetadata"):
        return listing.partial_list(found)
    return listing.document(aimed.resource, found)
