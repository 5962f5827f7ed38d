"""What goes wrong while an overlay is applied."""
from __future__ import annotations

from oakum.errors import TemplateError
from oakum.template.keys import show_key
from oakum.template.position import position
from oakum.yaml.nodes import Document, MapItem, Node


class OverlayError(TemplateError):
    """An overlay that cannot be applied: a wrong annotation, or a left side that is not as expected.

    `trail` collects the right nodes that were being applied, innermost first, while the error travels outwards; the
    message starts with them, outermost first. `closest` says, for those who ask, which left items nearly matched.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.trail: list[Node] = []
        self.closest: list[str] = []

    def explained(self) -> str:
        """The message with the closest candidates, one a line below it."""
        return "\n".join([str(self), *(f"  closest: {line}" for line in self.closest)])

    def __str__(self) -> str:
        return "".join(f"{_describe(node)} on line {position(node)}: " for node in reversed(self.trail)) + self.reason


class UnexpectedMatches(OverlayError):
    """The number of left nodes that matched is not the one that the overlay expects."""


def _describe(node: Node) -> str:
    if isinstance(node, MapItem):
        return f"Map item (key '{show_key(node.key, computed=node.source is None)}')"
    return "Document" if isinstance(node, Document) else "Array item"
