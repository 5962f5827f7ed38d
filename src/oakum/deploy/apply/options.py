"""How changes are applied and awaited: the values of the command line's flags. Times are seconds."""
from __future__ import annotations

from oakum.dataclass import dataclass


@dataclass(frozen=True)
class ApplyOptions:
    """`server_side` applies with one write and field ownership instead of the reference's two writes."""

    timeout: float = 900.0
    check_interval: float = 1.0
    concurrency: int = 10
    default_update_strategy: str = ""
    exit_early: bool = True
    ignored: bool = False
    server_side: bool = False


@dataclass(frozen=True)
class WaitOptions:
    """`resource_timeout` 0 means none; `ignored` waits for controllers' objects too.

    `strict` fails as soon as a pod cannot start, with its last words, and waits for kinds that the reference does not.
    """

    enabled: bool = True
    ignored: bool = False
    timeout: float = 900.0
    resource_timeout: float = 0.0
    check_interval: float = 3.0
    concurrency: int = 5
    exit_early: bool = True
    strict: bool = False
