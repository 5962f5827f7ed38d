"""Where a node stands, as messages show it (ytt: `FILE:LINE`)."""
from __future__ import annotations

from oakum.yaml.nodes import Node, Source


def compact(line: int, source: Source | None) -> str:
    """`FILE:LINE`; without a file only `LINE`; an unknown line (0) is `?`, `FILE:?` when the file is known."""
    number = str(line) if line else "?"
    return f"{source.name}:{number}" if source is not None and source.name else number


def position(node: Node) -> str:
    """The compact position of `node`."""
    return compact(node.line, node.source)
