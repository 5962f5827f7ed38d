"""The annotation that records a resource's images (kbld: "4.1 Resource annotation")."""
from __future__ import annotations

from collections.abc import Iterable, Mapping

from oakum.errors import YAMLError
from oakum.gostruct import ANY, TEXT, Many, Struct
from oakum.images.config import Origin
from oakum.images.errors import ConfigError
from oakum.images.resolution import Resolution
from oakum.images.unmarshal import unmarshal
from oakum.typing import Any
from oakum.yaml import plain

KEY = "kbld.k14s.io/images"
_IMAGES = Many(Struct("cmd.imageStruct", {"url": TEXT, "origins": Many(ANY)}))


def annotate(document: dict[str, Any], used: Iterable[Resolution]) -> None:
    """Write into `document` where its images came from; what it says already of images that brought no news is kept.

    Other annotations stay. Where `metadata` or its annotations are not mappings, nothing is written.
    """
    used = list(used)
    metadata = document.get("metadata", _MISSING)
    if metadata is _MISSING:
        metadata = {}
    if not isinstance(metadata, dict):
        return
    annotations = metadata.get("annotations")
    annotations = dict(annotations) if isinstance(annotations, dict) else {}
    entries = _entries(used, _known(annotations.get(KEY)))
    if not entries:
        return
    annotations[KEY] = plain.dump(entries)
    document["metadata"] = {**metadata, "annotations": annotations}


def read(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of a document's annotation (`url`, `origins`). Raises ConfigError when malformed."""
    metadata = document.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    text = annotations.get(KEY) if isinstance(annotations, dict) else None
    if not isinstance(text, str) or not text:
        return []
    try:
        found = plain.load(text)
    except YAMLError as error:
        raise ConfigError(f"error converting YAML to JSON: {error}") from error
    return [entry or {} for entry in unmarshal(found, _IMAGES) or ()]


_MISSING = object()


def _known(text: object) -> dict[str, list[Origin]]:
    """What the annotation said before, by URL; nothing when it cannot be read."""
    if not isinstance(text, str):
        return {}
    try:
        entries = read({"metadata": {"annotations": {KEY: text}}})
    except ConfigError:
        return {}
    return {str(entry.get("url")): entry["origins"] for entry in entries if isinstance(entry.get("origins"), list)}


def _entries(used: Iterable[Resolution], known: Mapping[str, list[Origin]]) -> list[dict[str, Any]]:
    found: dict[str, list[list[Origin]]] = {}
    for resolution in used:
        origins = list(resolution.origins) or known.get(resolution.url, [])
        others = found.setdefault(resolution.url, [])
        if origins and origins not in others:
            others.append(origins)
    return [{"origins": origins, "url": url} for url in sorted(found) for origins in found[url]]
