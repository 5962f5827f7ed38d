"""An annotation of a node, such as `#@overlay/match by="name"`, with its arguments evaluated."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from oakum.yaml.nodes import Node, Source


@dataclass(frozen=True, slots=True)
class Annotation:
    """What stands behind one name in `node.annotations`.

    `args` and `kwargs` hold Starlark values as the template computed them; `kwargs` keeps their order. `line` (from 1,
    0 when unknown) and `source` say where the annotation itself was written.
    """

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    line: int = 0
    source: Source | None = None


def annotation(node: Node, name: str) -> Annotation | None:
    """The annotation `name` (for example `overlay/match`) of `node`, None when it has none of that name."""
    found = node.annotations.get(name) if node.annotations else None
    return found if isinstance(found, Annotation) else None
