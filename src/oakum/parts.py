"""Parts of JSON values by the type that they should have, empty where they have another.

What a server or a user calls an object may have any shape. Whoever looks into one for something that need not be there
asks for it so, as Go programs do with the helpers of `unstructured`; what must be there is decoded (`oakum.gostruct`).
"""
from __future__ import annotations

from oakum.typing import Any


def mapping(value: Any) -> dict[str, Any]:
    """`value` where it is a map (not a copy), else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """`value` where it is a list (not a copy), else an empty one."""
    return value if isinstance(value, list) else []


def mappings(value: Any) -> list[dict[str, Any]]:
    """The maps in `value` where it is a list, else none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """`value` where it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def texts(value: Any) -> list[str]:
    """The texts in `value` where it is a list, else none."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
