"""Where an image came from, one object for each step (kbld: "4.1 Resource annotation")."""
from __future__ import annotations

from collections.abc import Sequence

from oakum.images.config import Origin


def local(path: str) -> Origin:
    """Built from the folder `path` (absolute)."""
    return {"local": {"path": path}}


def resolved(url: str, tag: str) -> Origin:
    """The tag of `url` (as given) was resolved."""
    return {"resolved": {"url": url, "tag": tag}}


def tagged(tags: Sequence[str]) -> Origin:
    """Tags were written."""
    return {"tagged": {"tags": list(tags)}}


def platform_selected(index: str, os: str, architecture: str, variant: str) -> Origin:
    """One platform of the index `index` was chosen."""
    details = {"index": index, "os": os, "architecture": architecture}
    return {"platformSelected": details | ({"variant": variant} if variant else {})}


def add_preresolved(origins: Sequence[Origin], url: str) -> tuple[Origin, ...]:
    """`origins`, then that `url` was taken as given, unless they say so already."""
    found = {"preresolved": {"url": url}}
    return (*origins,) if found in origins else (*origins, found)
