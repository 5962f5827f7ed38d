"""Fields that a JSON text states twice, which the parser that everything else uses does not tell."""

import json
from collections.abc import Iterator
from typing import Any


class _Object(dict[str, Any]):
    """An object with keys that occur more than once."""

    repeated: tuple[str, ...] = ()


def repeated_fields(content: bytes) -> list[str]:
    """The paths (`data.a`, `spec.containers[0].name`) of fields that occur twice in one object; `content` is JSON."""
    some = False

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal some
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        some = True
        names = [name for name, _ in pairs]
        marked = _Object(found)
        marked.repeated = tuple(dict.fromkeys(name for at, name in enumerate(names) if name in names[:at]))
        return marked

    document = json.loads(content, object_pairs_hook=collect)
    return list(_paths(document, "")) if some else []


def _paths(value: Any, at: str) -> Iterator[str]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _paths(item, f"{at}[{index}]")
    elif isinstance(value, dict):
        prefix = f"{at}." if at else ""
        for name, item in value.items():
            if isinstance(value, _Object) and name in value.repeated:
                yield prefix + name
            yield from _paths(item, prefix + name)
