"""Objects as they are stored: JSON values in plain dicts, shared and never changed in place."""

from typing import Any, TypeAlias

Obj: TypeAlias = dict[str, Any]


def clone(value: Any) -> Any:
    """A deep copy of a JSON value; the way to get an object that may be changed."""
    if isinstance(value, dict):
        return {key: clone(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clone(item) for item in value]
    return value


def name_of(obj: Obj) -> str:
    """`metadata.name`."""
    name: str = obj["metadata"]["name"]
    return name


def namespace_of(obj: Obj) -> str:
    """`metadata.namespace`, or the empty string for a cluster-scoped object."""
    namespace: str = obj["metadata"].get("namespace", "")
    return namespace


def version_of(obj: Obj) -> int:
    """`metadata.resourceVersion` as a number; 0 when the object has none."""
    return int(obj["metadata"].get("resourceVersion") or 0)


def stamped(obj: Obj, version: int) -> Obj:
    """The object with this resourceVersion; nothing of the original is changed."""
    return {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(version)}}
