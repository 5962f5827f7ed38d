"""Dict keys: Starlark's equality of keys on top of Python's, where True is not 1."""
from __future__ import annotations

from types import FunctionType

from oakum.starlark.errors import Failure
from oakum.starlark.meter import charge
from oakum.typing import Any

_NEVER_KEYS = frozenset(("range", "elems", "codepoints", "module"))


class BoolKey:
    """Stands for a bool, or a tuple that holds one, as a key."""

    __slots__ = ("identity", "value")

    def __init__(self, value: Any, identity: Any) -> None:
        self.value = value
        self.identity = identity

    def __hash__(self) -> int:
        return hash(self.identity)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BoolKey) and other.identity == self.identity


_TRUE = BoolKey(True, ("bool", 1))
_FALSE = BoolKey(False, ("bool", 0))
_PLAIN = frozenset([str, int, float, type(None)])


def key_of(key: Any) -> Any:
    """What Python's dict is given for `key`. Raises Failure for a value that cannot be a key."""
    kind = type(key)
    if kind in _PLAIN:
        return key
    if kind is bool:
        return _TRUE if key else _FALSE
    if kind is tuple:
        charge(4 * len(key))
        inner = tuple([key_of(item) for item in key])
        return BoolKey(key, inner) if any(type(item) is BoolKey for item in inner) else key
    if kind is FunctionType or getattr(kind, "starlark_hashable", False):
        return key
    from oakum.starlark.values import Builtin, type_name

    if kind is Builtin:
        return key
    name = getattr(kind, "unhashable_type", None) or type_name(key)
    raise Failure(f"unhashable: {name}" if name in _NEVER_KEYS else f"unhashable type: {name}")


def value_of(key: Any) -> Any:
    """The key as the program wrote it."""
    return key.value if type(key) is BoolKey else key
