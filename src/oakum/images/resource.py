"""What a document is called in messages and tables, and Kubernetes lists taken apart."""
from __future__ import annotations

from oakum.images.errors import ConfigError
from oakum.typing import Any

Document = dict[str, Any]
Path = tuple[str | int, ...]
"""Steps from a document's root: keys and indexes."""


def describe(document: Document) -> str:
    """`kind/name (apiVersion) namespace: NS`, or `cluster` without a namespace; a generated name ends in `*`."""
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    name = _text(metadata.get("name"))
    if not name and metadata.get("generateName"):
        name = _text(metadata["generateName"]) + "*"
    namespace = _text(metadata.get("namespace"))
    where = f"namespace: {namespace}" if namespace else "cluster"
    return f"{_text(document.get('kind')).lower()}/{name} ({_text(document.get('apiVersion'))}) {where}"


def members(document: Document) -> list[tuple[Path, Document]]:
    """The members of a mapping with an `items` list, else the document itself, each with the path that leads to it.

    A list among the members is one of them, and is not taken apart. Raises ConfigError for a member that is no mapping.
    """
    found = document.get("items")
    if not isinstance(found, list):
        return [((), document)]
    if not all(isinstance(member, dict) for member in found):
        raise ConfigError("items member is not an object: map[string]interface {}")
    return [(("items", at), member) for at, member in enumerate(found)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
