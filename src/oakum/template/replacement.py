"""What `template.replace(value)` returns: put in a node's place, its content takes the place of the node itself."""
from __future__ import annotations

from oakum.typing import Any


class Replacement:
    """The content that replaces a node (ytt: template.replace)."""

    __slots__ = ("value",)

    starlark_type = "@ytt:template.replace"

    def __init__(self, value: Any) -> None:
        self.value = value
