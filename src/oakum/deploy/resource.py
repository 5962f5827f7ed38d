"""One Kubernetes object, with what deploying needs to know of it."""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from oakum.dataclass import dataclass
from oakum.deploy.values import clone
from oakum.parts import mappings, text
from oakum.typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from oakum.yaml.locate import Place as Field

PREFIX = "kapp.k14s.io/"
IDENTITY = PREFIX + "identity"
_NOTHING: Mapping[str, str] = {}
_TEXT = frozenset({str})


class Origin(Protocol):
    """Where an object was written; `str()` gives the words for messages, such as `file 'a.yml' doc 2`."""

    def locate(self, path: str) -> Field | None:
        """Where the field `path` (such as `spec.ports[0].port`) or what it would be in was written; None: unknown."""


@dataclass(frozen=True)
class Place:
    """An origin that is known by its words only."""

    words: str

    def __str__(self) -> str:
        return self.words

    def locate(self, path: str) -> Field | None:
        """Nothing is known below the document."""
        del path
        return None


WHOLE = "[]"
"""How Kubernetes calls the whole object where a field's path is expected."""


def _told(field: str, place: Field) -> str:
    if field == WHOLE:
        return f"the object begins at {place}"
    return f"{field} is set at {place}" if place.whole else f"{field} is not set; it belongs to what begins at {place}"


class Resource:
    """An object: `body` as JSON values, `origin` where it was written (None for objects from the cluster).

    `transient` marks an object that a controller made: it carries the application's label but not our identity.
    """

    __slots__ = ("_labels", "_notes", "body", "origin", "transient")

    def __init__(self, body: dict[str, Any], origin: Origin | None = None, transient: bool = False) -> None:
        self.body = body
        self.origin = origin
        self.transient = transient
        self._labels = self._notes = _NOTHING

    def copy(self) -> Resource:
        """A deep copy of the body; origin and mark are kept."""
        return Resource(clone(self.body), self.origin, self.transient)

    def shared(self) -> Resource:
        """Another resource with the same body, which neither may change from then on; either may get a new one."""
        return Resource(self.body, self.origin, self.transient)

    def places(self, fields: Iterable[str]) -> list[str]:
        """A line for each field that says where it was written, as far as that is known."""
        if self.origin is None:
            return []
        found = [(field, self.origin.locate(field)) for field in dict.fromkeys(fields)]
        return [_told(field, place) for field, place in found if place is not None]

    @property
    def api_version(self) -> str:
        """`group/version`, or `version` in the core group."""
        return text(self.body.get("apiVersion"))

    @property
    def group(self) -> str:
        """API group, empty for core."""
        return self.api_version.rpartition("/")[0]

    @property
    def version(self) -> str:
        """API version without its group."""
        return self.api_version.rpartition("/")[2]

    @property
    def kind(self) -> str:
        """The object's kind."""
        return text(self.body.get("kind"))

    @property
    def metadata(self) -> dict[str, Any]:
        """`metadata`, an empty dict when it is missing (not linked to the body then)."""
        # Asked for most of all, so without a further call.
        found = self.body.get("metadata")
        return found if isinstance(found, dict) else {}

    @property
    def name(self) -> str:
        """The name, or `<generateName>*` when the server is to make one."""
        meta = self.metadata
        name = text(meta.get("name"))
        if not name and (beginning := text(meta.get("generateName"))):
            return f"{beginning}*"
        return name

    @property
    def namespace(self) -> str:
        """The namespace, empty for cluster-scoped objects and where it is not filled in yet."""
        return text(self.metadata.get("namespace"))

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels, none where they are not a map of texts; do not change."""
        found = self.metadata.get("labels")
        if found is not self._labels:
            self._labels = _texts(found)
        return self._labels

    @property
    def annotations(self) -> Mapping[str, str]:
        """Annotations, none where they are not a map of texts; do not change."""
        found = self.metadata.get("annotations")
        if found is not self._notes:
            self._notes = _texts(found)
        return self._notes

    @property
    def owners(self) -> list[dict[str, Any]]:
        """The references to the objects that it stems from."""
        return mappings(self.metadata.get("ownerReferences"))

    @property
    def uid(self) -> str:
        """The cluster's identifier, empty for objects that are not there yet."""
        return text(self.metadata.get("uid"))

    @property
    def deleting(self) -> bool:
        """Whether the cluster is deleting it."""
        return bool(self.metadata.get("deletionTimestamp"))

    @property
    def created(self) -> datetime | None:
        """When it was created, None when it is not there yet."""
        try:
            at = parse_time(text(self.metadata.get("creationTimestamp")))
        except ValueError:
            return None
        return at if at.tzinfo is not None else None

    @property
    def key(self) -> str:
        """What makes it the same object whatever its API version: `namespace/group/Kind/name`."""
        # Asked for more than anything else, so it reads the body once.
        body, meta = self.body, self.metadata
        version, name = text(body.get("apiVersion")), text(meta.get("name")) or self.name
        group = version.rpartition("/")[0]
        return f"{text(meta.get('namespace'))}/{group}/{text(body.get('kind'))}/{name}"

    @property
    def identity(self) -> str:
        """The value of the identity annotation on an object that we wrote."""
        return f"v1;{self.key};{self.api_version}"

    @property
    def association(self) -> str:
        """The value of the association label, which relates pods and such to the object that they stem from."""
        return "v1." + hashlib.md5(self.key.encode(), usedforsecurity=False).hexdigest()

    @property
    def description(self) -> str:
        """As every message names it: `configmap/x (v1) namespace: n`."""
        # Asked for several times of each object, so it reads the body once.
        body, meta = self.body, self.metadata
        namespace, name = text(meta.get("namespace")), text(meta.get("name")) or self.name
        where = f"namespace: {namespace}" if namespace else "cluster"
        return f"{text(body.get('kind')).lower()}/{name} ({text(body.get('apiVersion'))}) {where}"

    def annotate(self, key: str, value: str) -> None:
        """Set an annotation."""
        meta = self.body.setdefault("metadata", {})
        if not isinstance(meta.get("annotations"), dict):
            meta["annotations"] = {}
        meta["annotations"][key] = value

    def without_annotations(self, keys: tuple[str, ...]) -> Resource:
        """A copy (shallow but for metadata) without those annotations; an emptied map stays, as `{}`."""
        found = self.annotations
        if found.keys().isdisjoint(keys):
            return self
        meta = dict(self.metadata, annotations={k: v for k, v in found.items() if k not in keys})
        return Resource(dict(self.body, metadata=meta), self.origin, self.transient)

    def __repr__(self) -> str:
        return f"Resource({self.description})"


def parse_time(at: str) -> datetime:
    """An RFC 3339 time; nanoseconds are cut to microseconds. Raises ValueError."""
    head, dot, tail = at.partition(".")
    if dot:
        digits = len(tail) - len(tail.lstrip("0123456789"))
        at = f"{head}.{tail[:min(digits, 6)]}{tail[digits:]}"
    return datetime.fromisoformat(at.replace("Z", "+00:00"))


def _texts(found: Any) -> Mapping[str, str]:
    return found if isinstance(found, dict) and _TEXT.issuperset(map(type, found.values())) else _NOTHING
