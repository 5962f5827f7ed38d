"""The run-time side of a template's steps: nodes put in their places (ytt: template language, execution model)."""
from __future__ import annotations

from oakum.starlark import Dict, Failure
from oakum.starlark.meter import charge
from oakum.template.annotation import Annotation
from oakum.template.convert import copy_value, to_go_type, to_yaml
from oakum.template.fragment import Fragment
from oakum.template.keys import key_of, show_key
from oakum.template.kinds import kind_of
from oakum.template.replacement import Replacement
from oakum.typing import Any
from oakum.yaml.nodes import Array, ArrayItem, Document, DocumentSet, Map, MapItem, Node, Source, walk

OVERRIDE = "yaml/map-key-override"
_SCALARS = frozenset((str, bool, float, type(None)))


def _duplicate(step: str, key: Any) -> Failure:
    return Failure(
        f"{step}: expected key '{show_key(key)}' to not be specified again "
        "(unless 'yaml/map-key-override' annotation is added)"
    )


class Assembly:
    """What the steps of one execution of a template call. `number` is the one that messages name.

    `placed` has the identities of the nodes that were put somewhere: a second place gets a copy, so that an overlay
    over one of them leaves the other alone.
    """

    __slots__ = ("number", "override", "placed", "result", "source")

    def __init__(self, number: int, source: Source | None, *, override: bool = False) -> None:
        self.number = number
        self.source = source
        self.override = override
        self.result: Any = None
        self.placed: set[int] = set()

    def finish(self, result: Any) -> None:
        """Keep what the top level came to."""
        self.result = result

    def step(self, name: str) -> str:
        """The name of a step as messages show it."""
        return f"__ytt_tpl{self.number}_{name}"

    def start_key(
        self, items: list[MapItem], keys: dict[Any, None] | None, key: Any, annotations: Any
    ) -> dict[Any, None]:
        """Note that a map gets `key`; returns all its keys (`keys`, or those of `items` when they were not kept).

        A key that is there already is an error, or is removed when overridden.
        """
        if keys is None:
            keys = {key_of(item.key): None for item in items}
        known = key_of(key)
        if known in keys:
            if not self.override and not (annotations and OVERRIDE in annotations):
                raise _duplicate(self.step("start_node"), key)
            items[:] = [item for item in items if key_of(item.key) != known]
        keys[known] = None
        return keys

    def set_map_item(
        self, items: list[MapItem], item: MapItem, value: Any, keys: dict[Any, None] | None = None
    ) -> dict[Any, None] | None:
        """Give `item` its computed value and add it; returns `keys`.

        For a replacement, adds its items, and returns all keys of the map even when they were not kept so far.
        """
        if type(value) in _SCALARS:
            item.value = value
        elif type(value) is Replacement:
            return self._splice_map(items, item, value.value, keys)
        else:
            item.value = self._value(value, "map items can only contain arrays, maps, or scalars")
        items.append(item)
        return keys

    def set_array_item(self, items: list[ArrayItem], item: ArrayItem, value: Any) -> None:
        """Give `item` its computed value and add it; for a replacement, add its items."""
        if type(value) in _SCALARS:
            item.value = value
        elif type(value) is Replacement:
            node = self._replacing(value.value, item)
            if not isinstance(node, Array):
                raise self._unfit("array", value.value)
            items.extend(node.items)
            return
        else:
            item.value = self._value(value, "array items can only contain maps, arrays, or scalars")
        items.append(item)

    def set_document(self, items: list[Document], item: Document, value: Any) -> None:
        """Give the document its computed value and add it; for a replacement, add its documents."""
        if type(value) is Replacement:
            node = self._replacing(value.value, item)
            if isinstance(node, DocumentSet):
                items.extend(node.items)
            elif isinstance(node, Array) and not isinstance(value.value, Fragment):
                items.extend(Document(below.value, below.line, below.source) for below in node.items)
            else:
                raise self._unfit("document set", value.value)
            return
        item.value = self._value(value, "documents can only contain arrays, maps, or scalars")
        items.append(item)

    def _value(self, value: Any, allowed: str) -> Any:
        try:
            node = to_yaml(value)
        except Failure as failure:
            raise Failure(f"{self.step('set_node')}: {failure}") from failure
        if not isinstance(node, Node):
            return node
        if type(node) not in _VALUES:
            raise Failure(f"{self.step('set_node')}: {allowed}; this is a {kind_of(node)}")
        return self._owned(node)

    def _owned(self, node: Node) -> Any:
        """`node` in its first place, a copy in any other."""
        if id(node) in self.placed:
            return copy_value(node)
        self.placed.add(id(node))
        return node

    def _replacing(self, value: Any, place: Node) -> Any:
        """The node that takes the place of `place`; what was computed without a position takes its position too."""
        try:
            node = to_yaml(value)
        except Failure as failure:
            raise Failure(f"template.replace: {failure}") from failure
        if isinstance(node, Node) and not isinstance(value, Fragment):
            for one in walk(node):
                if one.source is None and not isinstance(one, Map | Array):
                    one.line, one.source = place.line, place.source
        return self._owned(node) if isinstance(node, Node) else node

    def _unfit(self, wanted: str, value: Any) -> Failure:
        node = to_yaml(value)
        found = kind_of(node) if isinstance(value, Fragment) or not isinstance(node, Node) else to_go_type(value)
        return Failure(f"template.replace: expected value to be {wanted}, but was {found}")

    def _splice_map(
        self, items: list[MapItem], place: MapItem, value: Any, keys: dict[Any, None] | None
    ) -> dict[Any, None]:
        node = self._replacing(value, place)
        if not isinstance(node, Map):
            raise self._unfit("map", value)
        if keys is None:
            keys = {key_of(item.key): None for item in items}
        keys.pop(key_of(place.key), None)
        silent = isinstance(value, Dict)
        for item in node.items:
            known = key_of(item.key)
            if known in keys:
                if not silent and not self.override and not (item.annotations and OVERRIDE in item.annotations):
                    raise _duplicate("template.replace", item.key)
                items[:] = [one for one in items if key_of(one.key) != known]
            keys[known] = None
            items.append(item)
        return keys

    def annotation(self, line: int, /, *args: Any, **kwargs: Any) -> Annotation:
        """An annotation written at `line` with evaluated arguments."""
        return Annotation(args, kwargs, line, self.source)

    def piece(self, value: Any) -> str:
        """A computed piece of a text template. Raises Failure when it is not a string."""
        if type(value) is not str:
            raise Failure(
                f"{self.step('set_node')}: cannot set non-string value ({to_go_type(value)}), "
                "consider using str(...) to convert to string"
            )
        return value


_FRAGMENT = 8
"""Steps that a function's YAML takes beside its call."""
_VALUES = frozenset((Map, Array, int))


def fragment(node: Map | Array | DocumentSet) -> Fragment:
    """What a function of a template returns for the nodes it made."""
    charge(_FRAGMENT)
    return Fragment(node if node.items else None)


def noted(node: Any, annotations: dict[str, Any]) -> Any:
    """`node`, with its evaluated annotations."""
    node.annotations = annotations
    return node
