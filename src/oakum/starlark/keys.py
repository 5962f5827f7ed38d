"""Dict keys: Starlark's equality of keys on top of Python's, where True is not 1 and huge integers can share a hash."""
from __future__ import annotations

import math
import sys
from types import FunctionType

from oakum.starlark.errors import Failure
from oakum.starlark.meter import charge, charge_integer
from oakum.starlark.typenames import type_name
from oakum.typing import Any

_NEVER_KEYS = frozenset(("range", "elems", "codepoints", "module"))


class StandIn:
    """Stands for a bool, a huge integer, or a tuple that holds one, as a key."""

    __slots__ = ("identity", "value")

    def __init__(self, value: Any, identity: Any) -> None:
        self.value = value
        self.identity = identity

    def __hash__(self) -> int:
        return hash(self.identity)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StandIn) and other.identity == self.identity


_TRUE = StandIn(True, ("bool", 1))
_FALSE = StandIn(False, ("bool", 0))
_NONE = type(None)
_MODULUS = sys.hash_info.modulus
_PLAIN = frozenset([str, int, float, type(None)])


def key_of(key: Any) -> Any:
    """What Python's dict is given for `key`. Raises Failure for a value that cannot be a key."""
    kind = type(key)
    if kind in _PLAIN:
        return key if kind is str or kind is _NONE or -_MODULUS < key < _MODULUS else _huge(key)
    if kind is bool:
        return _TRUE if key else _FALSE
    if kind is tuple:
        charge(4 * len(key))
        inner = tuple([key_of(item) for item in key])
        return StandIn(key, inner) if any(type(item) is StandIn for item in inner) else key
    if kind is FunctionType or getattr(kind, "starlark_hashable", False):
        return key
    name = getattr(kind, "unhashable_type", None) or type_name(key)
    raise Failure(f"unhashable: {name}" if name in _NEVER_KEYS else f"unhashable type: {name}")


def _huge(key: float) -> Any:
    """A number whose hash a program could choose; Python's are its remainder by a known prime."""
    if key != key or key in (math.inf, -math.inf):
        return key
    whole = int(key)
    charge_integer(whole)
    return StandIn(key, whole.to_bytes(whole.bit_length() // 8 + 1, signed=True))


def value_of(key: Any) -> Any:
    """The key as the program wrote it."""
    return key.value if type(key) is StandIn else key
