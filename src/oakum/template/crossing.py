"""Nodes put in their places at run time, for templates whose blocks of code cross levels of YAML.

ytt: template language. A block may be opened below one node and closed below another, so that which nodes are open at
a step depends on how the code ran. Templates that do not do that are compiled to straight lines (`template.emit`).
"""
from __future__ import annotations

from oakum.starlark import Failure
from oakum.template.assembly import Assembly, fragment, noted
from oakum.template.convert import copy_value
from oakum.template.fragment import Fragment
from oakum.template.kinds import kind_of
from oakum.template.program import Program
from oakum.typing import Any
from oakum.yaml.nodes import Array, ArrayItem, Document, DocumentSet, Map, MapItem, Node, Source

_CONTAINERS = (DocumentSet, Map, Array)
_HOLDS: dict[type, type] = {DocumentSet: Document, Map: MapItem, Array: ArrayItem}
_PLURALS: dict[type, tuple[str, str]] = {
    DocumentSet: ("document sets", "documents"),
    Map: ("maps", "map items"),
    Array: ("arrays", "array items"),
}


class OpenNodes:
    """The nodes that are open in one execution of a function or of the top level, outermost first."""

    def __init__(self, program: Program, assembly: Assembly) -> None:
        self.program = program
        self.assembly = assembly
        self.root: Any = None
        self._open: list[tuple[int, Any]] = []
        self._keys: dict[int, dict[Any, None]] = {}

    def start(self, tag: int, key: Any, annotations: dict[str, Any] | None) -> None:
        """Open the node `tag` below its parent; a computed one is added when its value is set.

        `key` is a map item's key. Raises Failure when a key comes twice.
        """
        if isinstance(self.program.nodes[tag], _CONTAINERS):
            self._reach(tag)
            return
        above, parent = self._parent(self.program.parents[tag])
        made = self._make(tag)
        if not isinstance(made, _HOLDS[type(parent)]):
            kind, item = _PLURALS[type(parent)]
            raise Failure(
                f"__ytt_tpl{self.program.number}_start_node: {kind} can only contain {item}; this is a {kind_of(made)}"
            )
        if isinstance(made, MapItem):
            made.key = key
            self._keys[above] = self.assembly.start_key(parent.items, self._keys.get(above), key, annotations)
        if annotations:
            noted(made, annotations)
        if tag not in self.program.computed:
            parent.items.append(made)
        self._open.append((tag, made))

    def set(self, tag: int, value: Any) -> None:
        """Give the node that was just opened its computed value, and add it. Raises Failure."""
        made = self._open[-1][1]
        above, parent = self._open[-2]
        items = parent.items
        if isinstance(made, MapItem):
            self._keys[above] = self.assembly.set_map_item(items, made, value, self._keys[above]) or {}
        elif type(made).__name__ == "ArrayItem":
            self.assembly.set_array_item(items, made, value)
        else:
            self.assembly.set_document(items, made, value)

    def result(self) -> Any:
        """What a function returns for the nodes that it made."""
        return fragment(self.root) if self.root is not None else Fragment(None)

    def documents(self) -> DocumentSet:
        """What the top level made."""
        return self.root if isinstance(self.root, DocumentSet) else DocumentSet()

    def _parent(self, tag: int) -> tuple[int, Any]:
        """The innermost open node of those above a node that was written below the node `tag`, and its tag.

        That is another one than `tag` where the item that holds it was skipped, as the reference has it.
        """
        self._leave(tag)
        if not self._open:
            self._reach(tag)
        return self._open[-1]

    def _leave(self, tag: int) -> None:
        """Leave the open nodes that neither are the node `tag` nor hold it."""
        lineage = [tag]
        while self.program.parents[lineage[-1]]:
            lineage.append(self.program.parents[lineage[-1]])
        while self._open and self._open[-1][0] not in lineage:
            self._open.pop()

    def _reach(self, tag: int) -> Any:
        """The node `tag`, open and innermost: what is not above it is left, what is missing above it is made."""
        self._leave(tag)
        if self._open and self._open[-1][0] == tag:
            return self._open[-1][1]
        parent = self._reach(self.program.parents[tag]) if self._open else None
        made = self._make(tag)
        if parent is None:
            self.root = made
        elif isinstance(parent, _CONTAINERS):
            parent.items.append(made)
        else:
            parent.value = made
        self._keys.pop(tag, None)
        self._open.append((tag, made))
        return made

    def _make(self, tag: int) -> Any:
        """A new node like the one written at `tag`, without what is templated below it."""
        node: Any = self.program.nodes[tag]
        if tag in self.program.static:
            return copy_value(node)
        source: Source | None = node.source
        if isinstance(node, _CONTAINERS):
            return type(node)([], node.line, source)
        value = None if isinstance(node.value, Node) else node.value
        if isinstance(node, MapItem):
            return MapItem(node.key, value, node.line, source)
        return type(node)(value, node.line, source)
