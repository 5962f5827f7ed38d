"""URL paths of the Kubernetes API into what they address."""

from dataclasses import dataclass
from urllib.parse import unquote

from oakum.lab.api.kinds import Catalog, Resource

_OF_NAMESPACE = ("status", "finalize")
"""Segments after a namespace's name that are its subresources, not resources inside it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A resource, and the part of it that a path addresses."""

    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Attributes:
    """A path as the authorizer sees it, whether or not anything is there."""

    group: str
    version: str
    plural: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    rest: str = ""
    watched: bool = False
    """Whether the path is one of the older form that watches by itself (`/api/v1/watch/…`)."""


def attributes(path: str) -> Attributes | None:
    """The parts of a resource path; None for paths that are no resource (`/version`, `/apis/apps/v1`)."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    if parts[0] == "api" and len(parts) > 2:
        group, version, parts = "", parts[1], parts[2:]
    elif parts[0] == "apis" and len(parts) > 3:
        group, version, parts = parts[1], parts[2], parts[3:]
    else:
        return None
    watched = parts[0] == "watch" and len(parts) > 1
    if watched:
        parts = parts[1:]
    namespace = ""
    if parts[0] == "namespaces" and len(parts) > 2 and parts[2] not in _OF_NAMESPACE:
        namespace, parts = parts[1], parts[2:]
    elif parts[0] == "namespaces" and len(parts) > 1:
        namespace = parts[1]
    plural, name, subresource, *rest = [*parts, "", "", ""][: max(len(parts), 3)]
    return Attributes(group, version, plural, namespace, name, subresource, "/".join(filter(None, rest)), watched)


def target(catalog: Catalog, found: Attributes) -> Target | None:
    """The served resource at a path; None when there is none, or when the path does not fit its scope."""
    resource = catalog.find(found.group, found.version, found.plural)
    if resource is None or (found.subresource and found.subresource not in resource.subresources):
        return None
    if resource.namespaced and not found.namespace and found.name:
        return None
    namespace = found.namespace if resource.namespaced else ""
    if found.namespace and not resource.namespaced and found.plural != "namespaces":
        return None
    return Target(resource, namespace, found.name, found.subresource, found.rest)
