"""YAML as a Starlark value: what a function of a template returns (ytt: yamlfragment semantics)."""
from __future__ import annotations

from collections.abc import Iterator

from oakum.starlark import Failure, Panic, UnknownKey, repr_text, type_name
from oakum.starlark.meter import charge
from oakum.template.keys import show_key
from oakum.typing import Any
from oakum.yaml.nodes import Array, DocumentSet, Map, Node


class Fragment:
    """A map, array or document set seen from Starlark; nested maps and arrays come out as fragments again.

    The node is None when a function's YAML was never reached.
    """

    __slots__ = ("node",)

    starlark_type = "yamlfragment"

    def __init__(self, node: Map | Array | DocumentSet | None) -> None:
        self.node = node

    def _items(self) -> list[Any]:
        return [] if self.node is None else self.node.items

    def starlark_len(self) -> int:
        """How many items, values or documents it holds."""
        return len(self._items())

    def __bool__(self) -> bool:
        """Whether it holds anything."""
        return bool(self._items())

    starlark_truth = __bool__

    def starlark_iterate(self) -> Iterator[Any]:
        """The keys of a map, the values of an array, the documents' values of a document set."""
        if isinstance(self.node, Map):
            return iter([item.key for item in self.node.items])
        return iter([wrap(item.value) for item in self._items()])

    def starlark_items(self) -> list[tuple[Any, Any]]:
        """The keys and values of a map. Raises Panic for anything else."""
        if self.node is not None and not isinstance(self.node, Map):
            raise Panic(f"(p) yamlfragment.Items: Expected value to be a map, but was {_go_type(self.node)}")
        return [(item.key, wrap(item.value)) for item in self._items()]

    def starlark_index(self, key: Any) -> Any:
        """The value at a map's key or at an index. Raises Failure when there is none."""
        if isinstance(self.node, Map):
            for item in self._with_key(key):
                return wrap(item.value)
        elif self.node is not None and 0 <= self._index(key) < len(self.node.items):
            return wrap(self.node.items[key].value)
        known = [item.key for item in self.node.items] if isinstance(self.node, Map) else []
        raise UnknownKey(f"key {repr_text(key)} not in yamlfragment", key, known)

    def starlark_contains(self, key: Any) -> bool:
        """Whether a map has the key, or whether an array or document set has the index."""
        if self.node is None:
            return False
        if isinstance(self.node, Map):
            return any(True for _ in self._with_key(key))
        return type(key) is int and 0 <= key < len(self.node.items)

    def _with_key(self, key: Any) -> Iterator[Any]:
        items = self._items()
        charge(len(items) >> 1)
        return (item for item in items if item.key == key and type(item.key) is type(key))

    def _index(self, key: Any) -> int:
        if type(key) is not int and isinstance(self.node, DocumentSet):
            raise Failure(f"{_shown(key)}.Get: Expected document set index to be an int64, but was string")
        if type(key) is not int:
            raise Failure(f"yamlfragment.Get: Expected array index to be an int64, but was {_go_type(key)}")
        return key

    def starlark_slice(self, start: Any, stop: Any, step: Any) -> Any:
        """Raises Panic: fragments have no slices."""
        raise Panic("(p) yamlfragment.Slice: Not implemented")

    def starlark_set_index(self, key: Any, value: Any) -> None:
        """Raises Failure: fragments do not change."""
        raise Failure("yamlfragment.SetKey: Not implemented")

    def starlark_equal(self, other: Any) -> bool:
        """Fragments do not compare: raises Failure for another fragment, else False."""
        if isinstance(other, Fragment):
            raise Failure("yamlfragment.CompareSameType: Not implemented")
        return False

    def starlark_str(self) -> str:
        """What `str` gives."""
        return "yamlfragment(<nil>)" if self.node is None else f"yamlfragment(*yamlmeta.{type(self.node).__name__})"


def _go_type(value: Any) -> str:
    """The type that messages name of a key or a node."""
    node = value.node if isinstance(value, Fragment) else value
    if isinstance(node, Node):
        return f"*yamlmeta.{type(node).__name__}"
    return _GO_TYPES.get(type(node), type_name(node))


_GO_TYPES: dict[type, str] = {type(None): "<nil>", float: "float64"}


def _shown(key: Any) -> str:
    return repr_text(key) if isinstance(key, Fragment) else show_key(key)


def wrap(value: Any) -> Any:
    """A node's value as Starlark sees it inside a fragment: maps and arrays as fragments, scalars as they are."""
    return Fragment(value) if isinstance(value, Map | Array | DocumentSet) else value
