"""Keys of maps: how they are told apart, and how messages show them."""
from __future__ import annotations

from collections.abc import Iterable

from oakum.typing import Any
from oakum.yaml.nodes import Array, Map
from oakum.yaml.numbers import general


def key_of(key: Any) -> Any:
    """A key as it is told apart from others: `true` and 1 differ."""
    return key if type(key) is str else (type(key), key)


def show_key(key: Any, *, computed: bool = False) -> str:
    """A key as messages show it: what Go's `%s` makes of it. One that is a collection is shown with its lines.

    An integer that a template `computed` is of another type than one that was written.
    """
    if isinstance(key, str):
        return key
    if key is None:
        return "%!s(<nil>)"
    if isinstance(key, Map):
        return _listed((item.key, item.value, item.line) for item in key.items)
    if isinstance(key, Array):
        return _listed((item.value, item.line) for item in key.items)
    if isinstance(key, bool):
        return f"%!s(bool={str(key).lower()})"
    if isinstance(key, float):
        return f"%!s(float64={general(key)})"
    small = "int64" if computed else "int"
    return f"%!s({small if key < 1 << 63 else 'uint64'}={key})"


def _listed(items: Iterable[tuple[Any, ...]]) -> str:
    shown = (" ".join("<nil>" if one is None else show_key(one) for one in item) for item in items)
    return f"[{' '.join(f'{{{one}}}' for one in shown)}]"
