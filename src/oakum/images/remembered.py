"""Small facts kept between runs, one JSON file each. What cannot be kept or read is found out again: no error."""
from __future__ import annotations

import json
import os
from binascii import crc32
from collections.abc import Mapping

from oakum import cache
from oakum.typing import Any, StrPath


def read(folder: StrPath, key: str) -> dict[str, Any]:
    """What `write` left in `folder` for `key`; empty when there is nothing, or nothing that can be read."""
    try:
        place = _place(folder, key)
        with open(place, encoding="utf-8") as file:
            known = json.load(file)
        cache.used(place)
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) and known.get("key") == key else {}


def write(folder: StrPath, key: str, known: Mapping[str, Any]) -> None:
    """Keep `known` in `folder`, which is made when it is missing; readers see all of it or nothing."""
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        cache.write(_place(folder, key), json.dumps({**known, "key": key}).encode())
    except OSError:
        return


def _place(folder: StrPath, key: str) -> str:
    """A file for `key`. Keys that share one put each other out, which is seldom."""
    return os.path.join(folder, f"{crc32(key.encode('utf-8', 'surrogateescape')):08x}")
