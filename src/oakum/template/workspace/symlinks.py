"""Which symbolic links may be followed (ytt: symlinks)."""
from __future__ import annotations

import os
import re

from oakum.record import NamedTuple
from oakum.template.workspace.errors import InputError
from oakum.template.workspace.system import explain

_PIPE = re.compile(r"/proc/\d+/fd/pipe:\[\d+\]")
_HINT = (
    "(hint: symlinks are disallowed as a security feature, use '--allow-symlink-destination' flags to override)"
)


class Symlinks(NamedTuple):
    """The destinations that links may have: below one of `allowed` (paths), or anywhere."""

    allowed: tuple[str, ...] = ()
    anywhere: bool = False

    def check(self, path: str) -> None:
        """Raise InputError unless the link at `path` leads to an allowed destination; pipes always are."""
        if self.anywhere:
            return
        target = os.path.realpath(path)
        if _PIPE.fullmatch(target):
            return
        try:
            os.stat(path)
        except OSError as error:
            reason = explain("lstat", target, error)
            raise InputError(f"Checking symlink file '{path}': Eval symlink: {reason}") from None
        if not any(_below(target, os.path.abspath(place)) for place in self.allowed):
            shown = os.path.relpath(target) if not os.path.isabs(path) else target
            raise InputError(
                f"Checking symlink file '{path}': "
                f"Expected symlink file '{path}' -> '{shown}' to be allowed, but was not {_HINT}"
            )


def _below(path: str, place: str) -> bool:
    parts = place.rstrip("/").split("/")
    return path.split("/")[: len(parts)] == parts
