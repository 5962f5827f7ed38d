"""Names that are imported when they are first needed, written as `package.module:name`."""
from __future__ import annotations

import sys

from oakum.typing import Any


def imported(place: str) -> Any:
    """What `place` names. Without `importlib`, whose own import takes longer than that of most modules here."""
    module, _, name = place.partition(":")
    __import__(module)
    return getattr(sys.modules[module], name)
