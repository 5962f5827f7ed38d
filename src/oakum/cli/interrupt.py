"""Ctrl-C that never falls into the middle of an import, nor into a callback that would swallow it; SIGTERM the same.

Python raises KeyboardInterrupt wherever the main thread is. While a module written in C is being set up that may crash
the process (orjson does), and what the callbacks of `importlib` and `__del__` raise is printed with a traceback and
lost. There it is put off until the code that is outside of them goes on: for some milliseconds at most.
"""
from __future__ import annotations

import sys

from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import signal
    from types import FrameType
else:
    import _signal as signal

DEFAULT: dict[int, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
_IMPORT = "<frozen importlib._bootstrap>"


class Terminated(KeyboardInterrupt):
    """The process was asked to end by SIGTERM, as by a CI system: what Ctrl-C tidies up is tidied up too."""


class Interrupts:
    """A context in which Ctrl-C raises KeyboardInterrupt, and SIGTERM Terminated, in code that can bear it.

    What does something else than it does by default, or where this is not the main thread, is not changed.
    """

    def __enter__(self) -> None:
        self._home = sys._getframe(1)
        self._hook = sys.unraisablehook
        self._ours = [number for number, default in DEFAULT.items() if signal.getsignal(number) == default]
        try:
            for number in self._ours:
                signal.signal(number, self._interrupted)
        except ValueError:
            self._ours = []
        if self._ours:
            sys.unraisablehook = self._swallowed

    def __exit__(self, *_: object) -> None:
        if self._ours:
            sys.unraisablehook = self._hook
        for number in self._ours:
            signal.signal(number, DEFAULT[number])

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        kind = Terminated if number == signal.SIGTERM else KeyboardInterrupt
        outside = None
        while frame is not None and frame is not self._home:
            importing = frame.f_code.co_filename == _IMPORT
            frame = frame.f_back
            if importing:
                outside = frame
        if outside is None:
            raise kind
        _raise_in(outside, kind)

    def _swallowed(self, lost: sys.UnraisableHookArgs) -> None:
        if not isinstance(lost.exc_value, KeyboardInterrupt):
            self._hook(lost)
        elif (caller := sys._getframe().f_back) is not None:
            _raise_in(caller, type(lost.exc_value))


def _raise_in(frame: FrameType, kind: type[KeyboardInterrupt]) -> None:
    """Raise it in `frame` as soon as that goes on."""

    def interrupt(_: FrameType, event: str, argument: Any) -> None:
        sys.settrace(None)
        raise kind

    frame.f_trace, frame.f_trace_opcodes = interrupt, True
    sys.settrace(lambda *_: None)
