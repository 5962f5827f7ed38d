"""Discovery documents: `/api`, `/apis` (legacy and aggregated v2), `/apis/GROUP`, `/apis/GROUP/VERSION`, `/version`."""

from typing import Any

from oakum.lab.api.kinds import Catalog, Kind, Resource, Subresource

Document = dict[str, Any]

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

_CUSTOM_VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")
"""The order in which the real server lists the verbs of custom resources."""

VERSION: Document = {
    "major": "1",
    "minor": "36",
    "gitVersion": "v1.36.0+oakum",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "",
    "compiler": "CPython",
    "platform": "linux/amd64",
    "emulationMajor": "1",
    "emulationMinor": "36",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35",
}


def aggregated(catalog: Catalog, core: bool) -> Document:
    """The aggregated document of the core group (`/api`) or of all others (`/apis`)."""
    groups = [_group(name, versions) for name, versions in catalog.groups().items() if bool(name) is not core]
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": groups}


def _group(name: str, versions: dict[str, list[Resource]]) -> Document:
    metadata = {"name": name} if name else {}
    items = [
        {"version": version, "resources": [_aggregated_resource(item) for item in items], "freshness": "Current"}
        for version, items in versions.items()
    ]
    return {"metadata": metadata, "versions": items}


def _aggregated_resource(resource: Resource) -> Document:
    kind = resource.kind
    document: Document = {
        "resource": resource.plural,
        "responseKind": _response_kind(kind) if resource.custom else {"group": "", "version": "", "kind": kind.name},
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": sorted(resource.verbs),
    }
    if resource.short_names:
        document["shortNames"] = list(resource.short_names)
    if resource.categories:
        document["categories"] = list(resource.categories)
    if resource.subresources:
        document["subresources"] = [_aggregated_sub(sub) for sub in resource.subresources.values()]
    return document


def _aggregated_sub(sub: Subresource) -> Document:
    return {"subresource": sub.name, "responseKind": _response_kind(sub.kind), "verbs": list(sub.verbs)}


def _response_kind(kind: Kind) -> Document:
    return {"group": kind.group, "version": kind.version, "kind": kind.name}


def versions(address: str) -> Document:
    """`/api`: the versions of the core group."""
    servers = [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}]
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": servers}


def group_list(catalog: Catalog) -> Document:
    """`/apis`: every group but the core one."""
    groups = [_legacy_group(name, list(found)) for name, found in catalog.groups().items() if name]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group(catalog: Catalog, name: str) -> Document | None:
    """`/apis/GROUP`, or None for a group that is not served."""
    found = catalog.groups().get(name)
    return {"kind": "APIGroup", "apiVersion": "v1", **_legacy_group(name, list(found))} if found and name else None


def _legacy_group(name: str, found: list[str]) -> Document:
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in found]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def resource_list(catalog: Catalog, group_name: str, version: str) -> Document | None:
    """`/api/v1` or `/apis/GROUP/VERSION`, or None for a version that is not served."""
    found = catalog.groups().get(group_name, {}).get(version)
    if found is None:
        return None
    rows = [row for resource in found for row in _legacy_rows(resource)]
    head = {"kind": "APIResourceList", "apiVersion": "v1"}
    if not group_name:
        head.pop("apiVersion")
    return {**head, "groupVersion": Kind(group_name, version, "").api_version, "resources": rows}


def _legacy_rows(resource: Resource) -> list[Document]:
    row: Document = {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind.name,
        "verbs": list(_CUSTOM_VERBS if resource.custom else resource.verbs),
    }
    if resource.short_names:
        row["shortNames"] = list(resource.short_names)
    if resource.categories:
        row["categories"] = list(resource.categories)
    if "watch" in resource.verbs:
        row["storageVersionHash"] = _storage_hash(resource.key)
    return [row, *(_legacy_sub(resource, sub) for sub in resource.subresources.values())]


def _storage_hash(key: str) -> str:
    """A mark that stays while objects are stored in the same form; its value means nothing."""
    from base64 import b64encode
    from hashlib import sha256

    return b64encode(sha256(key.encode()).digest()[:8]).decode()


def _legacy_sub(resource: Resource, sub: Subresource) -> Document:
    shared = resource.custom is not None and sub.kind == resource.kind
    row: Document = {
        "name": f"{resource.plural}/{sub.name}",
        "singularName": "",
        "namespaced": resource.namespaced,
        "kind": sub.kind.name,
        "verbs": list(sub.verbs),
    }
    if sub.kind.version and not shared:
        row |= {"group": sub.kind.group, "version": sub.kind.version}
    return row
