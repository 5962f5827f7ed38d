"""Where a field was written: from the path that a Kubernetes message names to a file and a line.

Paths are those of the API server's messages: `spec.template.spec.containers[0].image`, `data[key]`,
`metadata.labels[app.kubernetes.io/name]`, also with quotes, a leading dot, and the selectors of managed fields
(`.spec.containers[name="web"]`).
"""
from __future__ import annotations

import re
from collections.abc import Iterator

from oakum.dataclass import dataclass
from oakum.yaml.nodes import Array, ArrayItem, Document, Map, MapItem, Node, Value

_STEP = re.compile(r"""\.?([^.\[\]]+)|\[(?:"((?:[^"\\]|\\.)*)"|([^\]]*))\]""")
_SELECTOR = re.compile(r'([A-Za-z][\w-]*)="?([^",]*)"?')


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file (from 1; 0 when unknown). `whole` is false when only a part of the path is there."""

    file: str
    line: int
    whole: bool = True

    def __str__(self) -> str:
        return f"{self.file}:{self.line or '?'}"


def in_node(node: Document | Map | Array, path: str) -> Place | None:
    """The place of the field at `path` below `node`, else of the nearest field on the way to it that is there.

    None when the node itself has no known place.
    """
    last: Node = node
    here: Value = node.value if isinstance(node, Document) else node
    for step in split_path(path):
        item = _child(here, step)
        if item is None:
            return _place(last, whole=False)
        last, here = item, item.value
    return _place(last, whole=True)


def in_text(text: str, name: str, document: int, path: str) -> Place | None:
    """The same in a text: `document` counts from 1 as `oakum.yaml.plain.split_documents` does.

    The text is parsed only now. Raises YAMLError when it does not parse, IndexError when there is no such document.
    """
    from oakum.yaml.parser import parse
    from oakum.yaml.plain import split_documents

    piece, first = split_documents(text)[document - 1]
    found = in_node(parse(piece, name, comments=False).items[0], path)
    return Place(found.file, found.line + first - 1, found.whole) if found else None


def split_path(path: str) -> Iterator[str]:
    """The steps of a field path: map keys, indexes and selectors, without their dots, brackets and quotes."""
    for match in _STEP.finditer(path):
        key, quoted, bare = match.groups()
        if quoted is not None:
            yield re.sub(r"\\(.)", r"\1", quoted)
        else:
            yield key if key is not None else bare


def _child(here: Value, step: str) -> MapItem | ArrayItem | None:
    if isinstance(here, Map):
        return next((item for item in reversed(here.items) if item.key == step), None)
    if not isinstance(here, Array):
        return None
    if step.isdecimal():
        return here.items[int(step)] if int(step) < len(here.items) else None
    wanted = _SELECTOR.findall(step)
    return next((item for item in here.items if wanted and _selects(item, wanted)), None)


def _selects(item: ArrayItem, wanted: list[tuple[str, str]]) -> bool:
    fields = {each.key: each.value for each in item.value.items} if isinstance(item.value, Map) else {}
    return all(str(fields.get(name)) == value for name, value in wanted)


def _place(node: Node, *, whole: bool) -> Place | None:
    if node.source is None:
        return None
    return Place(node.source.name, node.line, whole)
