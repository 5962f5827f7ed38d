"""How changes are applied and awaited: the values of the command line's flags. Times are seconds."""
from __future__ import annotations

from oakum.dataclass import dataclass

TWO_WRITES_CONCURRENCY = 5
"""Changes at a time: the reference's."""
ONE_WRITE_CONCURRENCY = 10
"""Where one write is all that there is to a change: the server, with more to do for it than the client, is as busy."""


@dataclass(frozen=True)
class ApplyOptions:
    """`server_side` applies with one write and field ownership instead of the reference's two writes.

    `concurrency` is how many changes are made at a time; None leaves it to what a change takes.
    """

    timeout: float = 900.0
    check_interval: float = 1.0
    concurrency: int | None = None
    default_update_strategy: str = ""
    exit_early: bool = True
    ignored: bool = False
    server_side: bool = False

    def at_once(self, *, deletes: bool) -> int:
        """How many changes to make at a time; `deletes` tells that they are nothing else."""
        if self.concurrency is not None:
            return self.concurrency
        return ONE_WRITE_CONCURRENCY if deletes or self.server_side else TWO_WRITES_CONCURRENCY


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
