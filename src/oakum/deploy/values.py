"""Plain JSON values: copied, compared and named the way Go holds them.

Numbers from files and from recorded text are float (Go's float64), those of the API are int where whole (int64): the
difference is visible in a recorded digest, and nowhere else.
"""
from __future__ import annotations

from oakum.typing import Any

_GO_NAMES = {dict: "map[string]interface {}", list: "[]interface {}", str: "string", bool: "bool", int: "int64",
             float: "float64", type(None): "<nil>"}
_EXACT = 1e21
_COLLECTIONS = (dict, list)
_NOT_AS_IS = (dict, list, float)


def clone(value: Any) -> Any:
    """A deep copy of a JSON value."""
    if not value or not isinstance(value, _COLLECTIONS):
        return value
    from oakum.orjson import dumps, loads

    try:
        # To text and back in C takes a tenth of the time of walking the value in Python.
        return loads(dumps(value))
    except (TypeError, ValueError):
        return _walked(value)


def _walked(value: Any) -> Any:
    """The copy of a value that orjson does not take: bytes that are not UTF-8, integers beyond 64 bits."""
    if isinstance(value, dict):
        return {k: _walked(v) for k, v in value.items()}
    return [_walked(v) for v in value] if isinstance(value, list) else value


def floats(value: Any) -> Any:
    """A copy in which every number is a float, as Go's encoding/json reads text."""
    if isinstance(value, dict):
        return {k: floats(v) for k, v in value.items()}
    if isinstance(value, list):
        return [floats(v) for v in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def wire(value: Any) -> Any:
    """A copy in which whole floats are int, as JSON text shows them."""
    if isinstance(value, dict):
        return {k: wire(v) if isinstance(v, _NOT_AS_IS) else v for k, v in value.items()}
    if isinstance(value, list):
        return [wire(v) if isinstance(v, _NOT_AS_IS) else v for v in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


def same(a: Any, b: Any) -> bool:
    """Whether two values print the same: 1 and 1.0 do, 1 and true do not."""
    return a is b or (bool(a == b) and (alike(a, b) or _same_types(a, b)))


def alike(a: Any, b: Any) -> bool:
    """Whether two values certainly have no difference at all, order of keys included; found out in C."""
    from oakum.orjson import dumps

    try:
        return dumps(a) == dumps(b)
    except (TypeError, ValueError):
        return False


def _same_types(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return all(_same_types(v, b[k]) for k, v in a.items())
    if isinstance(a, list):
        return all(map(_same_types, a, b))
    return isinstance(a, bool) == isinstance(b, bool)


def go_name(value: Any) -> str:
    """The Go type that holds `value`, as error messages name it."""
    return _GO_NAMES.get(type(value), type(value).__name__)


def text(value: Any) -> str:
    """`value` as YAML, the form that is shown, compared line by line and counted."""
    from oakum.yaml import plain

    return plain.dump(value)
