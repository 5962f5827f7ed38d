"""The structural difference of two values, and its digest (kapp spec, section 3.5; go-patch's operations).

Nobody reads it; its MD5 is stored in the cluster and compared by whoever deploys next, so its text is fixed.
"""
from __future__ import annotations

import hashlib
from functools import lru_cache

from oakum.deploy.values import alike
from oakum.typing import Any
from oakum.yaml import plain
from oakum.yaml.plain_writer import GoFloat

Op = dict[str, Any]
_ESCAPES = str.maketrans({"~": "~0", "/": "~1", ":": "~7"})
_FIELDS = ("type", "path", "value", "absent")
_CONSTANT = ("type", "path")


def diff_ops(left: Any, right: Any) -> list[Op]:
    """The operations that turn `left` into `right`, each preceded by a test of what is there."""
    out: list[Op] = []
    _compare(left, right, "", out)
    return out


def digest(ops: list[Op]) -> str:
    """MD5 (hex) of the operations as YAML."""
    return hashlib.md5(ops_text(ops).encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def older_digest(ops: list[Op]) -> str:
    """The digest as kapp of early 2024 records it: the test that a key is absent has its name twice."""
    after = [op["path"] for op in ops[1:]] + [""]
    return digest([dict(op, path=op["path"] + op["path"][op["path"].rindex("/"):])
                   if op.get("absent") and following == f"{op['path']}?" else op
                   for op, following in zip(ops, after, strict=True)])


def ops_text(ops: list[Op]) -> str:
    """The operations as go-yaml v2 writes them, fields in go-patch's order."""
    if not ops:
        return "[]\n"
    out = []
    for op in ops:
        fields = [_constant(name, op[name]) if name in _CONSTANT else _written(name, op[name])
                  for name in _FIELDS if name in op]
        out += fields[:1] + [f"  {field[2:]}" for field in fields[1:]]
    return "".join(out)


@lru_cache(4096)
def _constant(name: str, value: str) -> str:
    """A field whose few values come again with every object."""
    return _written(name, value)


def _written(name: str, value: Any) -> str:
    return plain.dump([{name: _direct(value)}])


def _direct(value: Any) -> Any:
    """A copy whose floats are written as Go writes a float64: here the origin of a number shows."""
    if isinstance(value, dict):
        return {k: _direct(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_direct(v) for v in value]
    return GoFloat(value) if isinstance(value, float) else value


def _compare(left: Any, right: Any, path: str, out: list[Op]) -> None:
    if isinstance(left, dict) and isinstance(right, dict):
        _compare_maps(left, right, path, out)
    elif isinstance(left, list) and isinstance(right, list):
        _compare_arrays(left, right, path, out)
    elif not _equal(left, right):
        out.append({"type": "test", "path": path or "/", "value": left})
        out.append({"type": "replace", "path": path or "/", "value": right})


def _equal(left: Any, right: Any) -> bool:
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _compare_maps(left: dict[str, Any], right: dict[str, Any], path: str, out: list[Op]) -> None:
    # Most fields are the same on both sides: they are set aside before anything is sorted.
    keys = [key for key, value in left.items()
            if key not in right or not (value is right[key] or alike(value, right[key]))]
    keys += right.keys() - left.keys()
    for key in sorted(keys, key=_bytes) if len(keys) > 1 else keys:
        at = f"{path}/{key.translate(_ESCAPES)}"
        if key not in right:
            out.append({"type": "test", "path": at, "value": left[key]})
            out.append({"type": "remove", "path": at})
        elif key not in left:
            out.append({"type": "test", "path": at, "absent": True})
            out.append({"type": "replace", "path": f"{at}?", "value": right[key]})
        else:
            _compare(left[key], right[key], at, out)


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogateescape")


def _compare_arrays(left: list[Any], right: list[Any], path: str, out: list[Op]) -> None:
    running = 0
    for at in range(max(len(left), len(right))):
        here = f"{path}/{running}"
        if at >= len(right):
            out.append({"type": "test", "path": here, "value": left[at]})
            out.append({"type": "remove", "path": here})
            continue
        if at >= len(left):
            out.append({"type": "test", "path": f"{path}/{at}", "absent": True})
            out.append({"type": "replace", "path": f"{path}/-", "value": right[at]})
        else:
            _compare(left[at], right[at], here, out)
        running += 1
