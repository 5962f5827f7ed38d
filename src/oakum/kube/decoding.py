"""JSON that a server sends: a little with the standard library, much with `orjson`, whose import takes longer.
"""
from __future__ import annotations

import sys

from oakum.typing import Any, NoReturn

SMALL = 1 << 16
"""Bytes that the standard library reads in less time than the import takes."""


def decode(body: bytes) -> Any:
    """The value of a JSON text (RFC 8259); whole numbers are int, others float. Raises ValueError for anything else."""
    if len(body) >= SMALL or "orjson" in sys.modules:
        from oakum.orjson import loads

        return loads(body)
    import json

    try:
        return json.loads(body.decode(), parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
