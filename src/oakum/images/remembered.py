"""Small facts kept between runs, one JSON file each. What cannot be kept or read is found out again: no error."""
from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from oakum.typing import Any


def read(path: Path) -> dict[str, Any]:
    """What `write` left at `path`; empty when there is nothing that can be read."""
    try:
        known = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def write(path: Path, known: Mapping[str, Any]) -> None:
    """Keep `known` at `path`, in a folder that is made when it is missing; readers see all of it or nothing."""
    try:
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
        import tempfile

        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w") as file:
            json.dump(known, file)
        os.replace(name, path)
    except OSError:
        return
