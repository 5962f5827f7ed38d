"""Which logs a deploy shows."""
from __future__ import annotations

from oakum.dataclass import dataclass


@dataclass(frozen=True)
class LogsOptions:
    """`enabled` shows pods that ask for it by annotation, `all` every pod of the application.

    `unfinished` shows a last line that has no newline, too.
    """

    enabled: bool = True
    all: bool = False
    unfinished: bool = False
