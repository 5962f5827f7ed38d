"""Lists and watches: selectors, versions, pages."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from oakum.lab.api import selectors, status
from oakum.lab.api.call import Call
from oakum.lab.api.cluster import Cluster
from oakum.lab.api.kinds import Resource
from oakum.lab.api.paths import Target
from oakum.lab.store import Expired, Listing, Obj

_STALE = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list "
    "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
    "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
    "modified, or deleted between the time the first chunk was returned and now may show up in the list."
)


@dataclass(frozen=True, slots=True)
class Page:
    """Some items of a list, the version they are from, and where the rest begins."""

    items: list[Obj]
    version: int
    token: str = ""
    remaining: int | None = None


def accept(call: Call, target: Target) -> Callable[[Obj], bool] | None:
    """The test that a request's selectors (and its name, when one object is watched) make."""
    fields = call.parameter("fieldSelector")
    if target.name:
        fields = ",".join(filter(None, (fields, f"metadata.name={target.name}")))
    custom = target.resource.custom
    extra = custom.selectable if custom else None
    return selectors.predicate(call.parameter("labelSelector"), fields, target.resource.key, extra)


def page(cluster: Cluster, call: Call, target: Target) -> Page:
    """The list that a request asks for; raises ApiError 400, 410 or 504."""
    test, limit = accept(call, target), max(call.number("limit"), 0)
    token = call.parameter("continue")
    call.number("timeoutSeconds")
    _check(call)
    if call.parameter("resourceVersion") == "0" and not token:
        limit = 0  # as the real server's cache has it
    if token:
        version, start = _parsed(token)
        if call.parameter("resourceVersion") not in ("", "0"):
            raise status.bad_request("specifying resource version is not allowed when using continue")
        listing = _at(cluster, target, version, start)
    else:
        start, listing = "", _first(cluster, call, target)
    items = [obj for obj in listing.items if _key(obj) > start] if start else listing.items
    found = [obj for obj in items if test is None or test(obj)]
    if not limit or len(found) <= limit:
        return Page(found, listing.version)
    rest = None if call.parameter("labelSelector") or call.parameter("fieldSelector") else len(found) - limit
    return Page(found[:limit], listing.version, _token(listing.version, _key(found[limit - 1])), rest)


def _first(cluster: Cluster, call: Call, target: Target) -> Listing:
    version = wanted_version(cluster, call)
    exact = call.parameter("resourceVersionMatch") == "Exact"
    try:
        return cluster.list(target.resource, target.namespace, at=version if exact else None)
    except Expired:
        raise status.expired("The resourceVersion for the provided list is too old.") from None


def _check(call: Call) -> None:
    """Refuse options of a list that contradict one another (ApiError 422)."""
    match, version = call.parameter("resourceVersionMatch"), call.parameter("resourceVersion")
    at = "resourceVersionMatch"
    errors: list[status.FieldError] = []
    if match and not version:
        errors.append(status.forbidden(at, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
    if match and call.parameter("continue"):
        errors.append(status.forbidden(at, "resourceVersionMatch is forbidden when continue is provided"))
    if match not in ("", "Exact", "NotOlderThan"):
        errors.append(status.unsupported(at, match, ["Exact", "NotOlderThan", ""]))
    elif match == "Exact" and version == "0":
        errors.append(status.forbidden(at, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    if call.parameter("sendInitialEvents"):
        errors.append(status.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    if errors:
        raise status.unprocessable("ListOptions", "meta.k8s.io", "", errors)


def wanted_version(cluster: Cluster, call: Call) -> int:
    """The `resourceVersion` parameter, 0 when it is missing; raises ApiError 400, and 504 for one from the future."""
    text = call.parameter("resourceVersion")
    if text and not text.isdigit():
        detail = f'Invalid value: "{text}": strconv.ParseUint: parsing "{text}": invalid syntax'
        if call.flag("watch"):
            raise status.internal(f"resourceVersion: {detail}")
        raise status.bad_request(f"invalid resource version: resourceVersion: {detail}")
    version = int(text or 0)
    if version > cluster.store.version:
        message = f"Too large resource version: {version}, current: {cluster.store.version}"
        cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
        raise status.ApiError(504, "Timeout", message, {"causes": [cause], "retryAfterSeconds": 1}, 1)
    return version


def _at(cluster: Cluster, target: Target, version: int, start: str) -> Listing:
    if version < 0:
        return cluster.list(target.resource, target.namespace)
    try:
        return cluster.list(target.resource, target.namespace, at=version)
    except Expired:
        error = status.expired(_STALE)
        raise StaleToken(error, _token(-1, start)) from None


class StaleToken(Exception):
    """A continue token whose version is gone; carries the refusal and a token for going on regardless."""

    def __init__(self, error: status.ApiError, token: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.token = token


def _key(obj: Obj) -> str:
    return f"{obj['metadata'].get('namespace', '')}/{obj['metadata']['name']}"


def _token(version: int, start: str) -> str:
    value = {"v": "meta.k8s.io/v1", "rv": version, "start": f"{start}\u0000"}
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


def _parsed(token: str) -> tuple[int, str]:
    problem = "illegal base64 data at input byte 0"
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        problem = f"invalid character '{_character(text[:1])}' looking for beginning of value"
        value = orjson.loads(text)
        problem = "server does not recognize this encoded version"
        return int(value["rv"]), str(value["start"]).rstrip("\u0000")
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise status.bad_request(f"invalid continue token: continue key is not valid: {problem}") from None


def _character(first: bytes) -> str:
    """A byte as Go shows it in a message."""
    letter = first.decode("latin-1")
    return letter if letter.isascii() and letter.isprintable() else f"\\u{ord(letter or chr(0)):04x}"


def document(resource: Resource, found: Page) -> Obj:
    """The `…List` object of a page. Items of built-in kinds carry no kind of their own, as on a real server."""
    # Lists of custom objects state the token also when there is none.
    metadata: Obj = {"continue": ""} if resource.custom else {}
    metadata["resourceVersion"] = str(found.version)
    if found.token:
        metadata["continue"] = found.token
    if found.remaining is not None:
        metadata["remainingItemCount"] = found.remaining
    items = found.items if resource.custom else [_untyped(item) for item in found.items]
    kind = resource.kind
    return {"kind": f"{kind.name}List", "apiVersion": kind.api_version, "metadata": metadata, "items": items}


def _untyped(obj: Obj) -> Obj:
    return {key: value for key, value in obj.items() if key not in ("kind", "apiVersion")}


_TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"


def metadata_of(obj: Obj) -> Obj:
    """An object's metadata where nothing else is shown: without what only its version adds when it is whole."""
    metadata: Obj = obj["metadata"]
    if _TEMPLATE_GENERATION not in (metadata.get("annotations") or {}):
        return metadata
    kept = {key: value for key, value in metadata["annotations"].items() if key != _TEMPLATE_GENERATION}
    rest = {key: value for key, value in metadata.items() if key != "annotations"}
    return {**rest, "annotations": kept} if kept else rest


def partial(obj: Obj) -> Obj:
    """`meta.k8s.io/v1 PartialObjectMetadata` of an object."""
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata_of(obj)}


def partial_list(found: Page) -> Obj:
    """`PartialObjectMetadataList` of a page."""
    metadata: Obj = {"resourceVersion": str(found.version)} | ({"continue": found.token} if found.token else {})
    items = [partial(item) for item in found.items]
    return {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "items": items}


def bookmark(resource: Resource, version: int, initial: bool) -> Obj:
    """The object of a bookmark event; `initial` marks the end of the events that made up the first state."""
    metadata: Obj = {"creationTimestamp": None, "resourceVersion": str(version)}
    if initial:
        metadata["annotations"] = {"k8s.io/initial-events-end": "true"}
    return {"kind": resource.kind.name, "apiVersion": resource.kind.api_version, "metadata": metadata}


BOOKMARKS = 60.0
"""Seconds between bookmarks of a quiet watch."""
