"""The structural difference of two values, and its digest (kapp spec, section 3.5; go-patch's operations).

Nobody reads it; its MD5 is stored in the cluster and compared by whoever deploys next, so its text is fixed.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from oakum.yaml import plain
from oakum.yaml.plain_writer import GoFloat

Op = dict[str, Any]
_ESCAPES = str.maketrans({"~": "~0", "/": "~1", ":": "~7"})
_FIELDS = ("type", "path", "value", "absent")


def diff_ops(left: Any, right: Any) -> list[Op]:
    """The operations that turn `left` into `right`, each preceded by a test of what is there."""
    return list(_ops(left, right, []))


def digest(ops: list[Op]) -> str:
    """MD5 (hex) of the operations as YAML."""
    return hashlib.md5(ops_text(ops).encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def ops_text(ops: list[Op]) -> str:
    """The operations as go-yaml v2 writes them, fields in go-patch's order."""
    if not ops:
        return "[]\n"
    out = []
    for op in ops:
        fields = [plain.dump([{name: _direct(op[name])}]) for name in _FIELDS if name in op]
        out += fields[:1] + [f"  {field[2:]}" for field in fields[1:]]
    return "".join(out)


def _direct(value: Any) -> Any:
    """A copy whose floats are written as Go writes a float64: here the origin of a number shows."""
    if isinstance(value, dict):
        return {k: _direct(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_direct(v) for v in value]
    return GoFloat(value) if isinstance(value, float) else value


def _ops(left: Any, right: Any, path: list[str]) -> Iterator[Op]:
    if isinstance(left, dict) and isinstance(right, dict):
        yield from _map_ops(left, right, path)
    elif isinstance(left, list) and isinstance(right, list):
        yield from _array_ops(left, right, path)
    elif not _equal(left, right):
        yield {"type": "test", "path": _pointer(path), "value": left}
        yield {"type": "replace", "path": _pointer(path), "value": right}


def _equal(left: Any, right: Any) -> bool:
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _map_ops(left: dict[str, Any], right: dict[str, Any], path: list[str]) -> Iterator[Op]:
    for key in sorted(left.keys() | right.keys(), key=lambda k: k.encode("utf-8", "surrogateescape")):
        at = [*path, key.translate(_ESCAPES)]
        if key not in right:
            yield {"type": "test", "path": _pointer(at), "value": left[key]}
            yield {"type": "remove", "path": _pointer(at)}
        elif key not in left:
            yield {"type": "test", "path": _pointer([*at, at[-1]]), "absent": True}
            yield {"type": "replace", "path": _pointer(at) + "?", "value": right[key]}
        else:
            yield from _ops(left[key], right[key], at)


def _array_ops(left: list[Any], right: list[Any], path: list[str]) -> Iterator[Op]:
    running = 0
    for at in range(max(len(left), len(right))):
        here = [*path, str(running)]
        if at >= len(right):
            yield {"type": "test", "path": _pointer(here), "value": left[at]}
            yield {"type": "remove", "path": _pointer(here)}
            continue
        if at >= len(left):
            yield {"type": "test", "path": _pointer([*path, str(at)]), "absent": True}
            yield {"type": "replace", "path": _pointer([*path, "-"]), "value": right[at]}
        else:
            yield from _ops(left[at], right[at], here)
        running += 1


def _pointer(path: list[str]) -> str:
    return "".join(f"/{part}" for part in path) or "/"
