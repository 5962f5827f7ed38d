"""Work for another processor, which the threads of one interpreter do not share: a copy of this process does it."""
from __future__ import annotations

import marshal
import os
from _thread import _count as threads
from contextlib import suppress

from oakum.late import imported
from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import signal
    from collections.abc import Collection
else:
    import _signal as signal

_begun: dict[str, Copy] = {}


class Copy:
    """A copy of this process that gets ready to answer one question.

    Question and answer are made of what `marshal` knows. The copy neither reads nor prints anything else, ends when
    nobody is left to ask it, and does not outlive Ctrl-C.
    """

    def __init__(self, place: str) -> None:
        """`place` names the function that answers, `module:function`; importing its module is what takes time."""
        asked, self._asking = os.pipe()
        self._answered, answering = os.pipe()
        self._process = os.fork()
        if not self._process:
            try:
                os.close(self._asking)
                os.close(self._answered)
                _answer(place, asked, answering)
            finally:
                os._exit(0)
        os.close(asked)
        os.close(answering)

    def ask(self, question: Any) -> None:
        """Have this answered."""
        with suppress(BrokenPipeError):  # a copy that is gone gives no answer
            _write(self._asking, question)
        os.close(self._asking)

    def result(self) -> Any | None:
        """The answer, once it is there; None when there is none, as the function raised or the copy was ended."""
        raw = _read(self._answered)
        os.close(self._answered)
        os.waitpid(self._process, 0)
        with suppress(EOFError, ValueError, TypeError):  # of an answer that was cut short
            return marshal.loads(raw)
        return None

    def end(self) -> None:
        """Have nothing answered."""
        os.kill(self._process, signal.SIGKILL)
        os.close(self._asking)
        self.result()


def begin(place: str) -> None:
    """Begin a copy for `taken`, where one is of use: there is a processor for it, and no other thread.

    A lock that another thread holds would never be let go in the copy.
    """
    if hasattr(os, "fork") and threads() == 0 and len(_processors()) > 1:
        with suppress(OSError):  # no more processes or files are allowed: all can be done here
            _begun[place] = Copy(place)


def taken(place: str) -> Copy | None:
    """The copy that was begun; None where there is none, or it was taken before."""
    return _begun.pop(place, None)


def _processors() -> Collection[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)


def _answer(place: str, asked: int, answering: int) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    # Whoever waits for the end of what this program prints does not wait for its copy.
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    function = imported(place)
    question = _read(asked)
    if question:
        _write(answering, function(marshal.loads(question)))


def _read(pipe: int) -> bytes:
    parts = []
    while part := os.read(pipe, 65536):
        parts.append(part)
    return b"".join(parts)


def _write(pipe: int, value: Any) -> None:
    data = marshal.dumps(value)
    while data:
        data = data[os.write(pipe, data):]
