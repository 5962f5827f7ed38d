"""Programs that run side by side and are asked what they print.

In place of `subprocess`, whose import takes longer than git takes to answer.
"""
from __future__ import annotations

import os
import select
from collections.abc import Sequence

from oakum.record import NamedTuple
from oakum.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signal import SIGPIPE
else:
    from _signal import SIGPIPE

_PIECE = 64 * 1024


class Outcome(NamedTuple):
    """How a program ended (the number of a signal is negative), and what it wrote to its two outputs."""

    code: int
    out: bytes
    err: bytes


class Program:
    """A program that runs: `argv` looked up on the PATH, standard input as this process has it.

    Raises OSError when it cannot be started.
    """

    def __init__(self, argv: Sequence[str]) -> None:
        self._pipes = [os.pipe(), os.pipe()]
        actions = [(os.POSIX_SPAWN_DUP2, writes, to) for to, (_, writes) in enumerate(self._pipes, 1)]
        try:
            # Python ignores SIGPIPE, which a program that it starts would inherit.
            self._pid = os.posix_spawnp(argv[0], list(argv), os.environ, file_actions=actions, setsigdef=(SIGPIPE,))
        except OSError:
            for reads, _ in self._pipes:
                os.close(reads)
            raise
        finally:
            for _, writes in self._pipes:
                os.close(writes)

    def outcome(self) -> Outcome:
        """Wait for the end, and read what is printed until then. To be called once."""
        found: dict[int, bytes] = {reads: b"" for reads, _ in self._pipes}
        poll, left = select.poll(), set(found)
        for reads in left:
            poll.register(reads)
        while left:
            for reads, _ in poll.poll():
                piece = os.read(reads, _PIECE)
                found[reads] += piece
                if not piece:
                    poll.unregister(reads)
                    os.close(reads)
                    left.remove(reads)
        _, status = os.waitpid(self._pid, 0)
        return Outcome(os.waitstatus_to_exitcode(status), *found.values())
