"""Which operation the annotations of an overlay item ask for."""
from __future__ import annotations

from collections.abc import Callable, Mapping

from oakum.template.overlay import script
from oakum.template.overlay.errors import OverlayError
from oakum.template.overlay.match import read_arguments
from oakum.template.overlay.operation import Append, Assert, Insert, Merge, Operation, Remove, Replace
from oakum.template.position import position
from oakum.typing import Any
from oakum.yaml.nodes import Item, MapItem

_REPLACE, _INSERT, _APPEND, _ASSERT = "overlay/replace", "overlay/insert", "overlay/append", "overlay/assert"
_MERGE = Merge()


def read_operation(item: Item) -> Operation:
    """The operation that the annotations of `item` ask for. Raises `OverlayError` for malformed ones."""
    named = [name for name in _OPERATIONS if item.annotations and name in item.annotations]
    if len(named) > 1:
        raise OverlayError("Expected to find only one overlay operation")
    if not named:
        return _MERGE
    if isinstance(item, MapItem) and named[0] in (_INSERT, _APPEND):
        raise OverlayError(
            f"Found @{named[0]} on map item ({position(item)}); only array items can be annotated with @{named[0]}"
        )
    return _OPERATIONS[named[0]](item)


def _read_replace(item: Item) -> Mapping[str, Any]:
    return read_arguments(item, _REPLACE, {"via": _function, "or_add": _boolean})


def _read_insert(item: Item) -> Mapping[str, Any]:
    arguments = read_arguments(item, _INSERT, {"before": _boolean, "after": _boolean, "via": _function})
    if not arguments:
        raise OverlayError(
            "Expected 'overlay/insert' annotation to have at least one keyword argument (before=..., after=...)"
        )
    return arguments


def _read_assert(item: Item) -> Mapping[str, Any]:
    return read_arguments(item, _ASSERT, {"via": _function})


def _function(name: str, key: str, value: Any) -> Any:
    if script.is_callable(value):
        return value
    raise OverlayError(
        f"Expected '{name}' annotation keyword argument '{key}' to be function, but was {script.go_type(value)}"
    )


def _boolean(name: str, key: str, value: Any) -> bool:
    return script.truth(value)


_OPERATIONS: dict[str, Callable[[Item], Operation]] = {
    "overlay/merge": lambda item: _MERGE,
    "overlay/remove": lambda item: Remove(),
    _REPLACE: lambda item: Replace(lambda: _read_replace(item)),
    _INSERT: lambda item: Insert(lambda: _read_insert(item)),
    _APPEND: lambda item: Append(),
    _ASSERT: lambda item: Assert(lambda: _read_assert(item)),
}
