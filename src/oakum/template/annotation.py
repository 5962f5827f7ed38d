"""An annotation of a node, such as `#@overlay/match by="name"`, with its arguments evaluated."""
from __future__ import annotations

from collections.abc import Mapping

from oakum.record import NamedTuple
from oakum.typing import Any
from oakum.yaml.nodes import Node, Source


class Annotation(NamedTuple):
    """What stands behind one name in `node.annotations`.

    `args` and `kwargs` hold Starlark values as the template computed them; `kwargs` keeps their order. `line` (from 1,
    0 when unknown) and `source` say where the annotation itself was written.
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = {}
    line: int = 0
    source: Source | None = None


def annotation(node: Node, name: str) -> Annotation | None:
    """The annotation `name` (for example `overlay/match`) of `node`, None when it has none of that name."""
    found = node.annotations.get(name) if node.annotations else None
    return found if isinstance(found, Annotation) else None
