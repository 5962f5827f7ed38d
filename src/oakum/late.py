"""What is imported or made when it is first needed: start-up is spared what a run does without."""
from __future__ import annotations

import sys

from oakum.typing import TYPE_CHECKING, Any


def imported(place: str) -> Any:
    """What `place` names. Without `importlib`, whose own import takes longer than that of most modules here."""
    module, _, name = place.partition(":")
    __import__(module)
    return getattr(sys.modules[module], name)


if TYPE_CHECKING:
    import re

    pattern = re.compile
else:

    class pattern:
        """`re.compile`, put off until the first use: compiling its patterns takes a good part of a program's start."""

        def __init__(self, text, flags=0):
            self._made = text, flags

        def __getattr__(self, name):
            import re

            found = getattr(re.compile(*self._made), name)
            setattr(self, name, found)
            return found
