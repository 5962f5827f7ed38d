"""Ctrl-C that never falls into the middle of an import, nor into a callback that would swallow it.

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

_IMPORT = "<frozen importlib._bootstrap>"


class Interrupts:
    """A context in which Ctrl-C raises KeyboardInterrupt in code that can bear it.

    Where it does something else than raise, or this is not the main thread, nothing is changed.
    """

    def __enter__(self) -> None:
        self._home = sys._getframe(1)
        self._hook, self._ours = sys.unraisablehook, False
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            try:
                signal.signal(signal.SIGINT, self._interrupted)
            except ValueError:
                return
            sys.unraisablehook, self._ours = self._swallowed, True

    def __exit__(self, *_: object) -> None:
        if self._ours:
            sys.unraisablehook = self._hook
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        outside = None
        while frame is not None and frame is not self._home:
            importing = frame.f_code.co_filename == _IMPORT
            frame = frame.f_back
            if importing:
                outside = frame
        if outside is None:
            raise KeyboardInterrupt
        _raise_in(outside)

    def _swallowed(self, lost: sys.UnraisableHookArgs) -> None:
        if not isinstance(lost.exc_value, KeyboardInterrupt):
            self._hook(lost)
        elif (caller := sys._getframe().f_back) is not None:
            _raise_in(caller)


def _raise_in(frame: FrameType) -> None:
    """Raise KeyboardInterrupt in `frame` as soon as it goes on."""

    def interrupt(_: FrameType, event: str, argument: Any) -> None:
        sys.settrace(None)
        raise KeyboardInterrupt

    frame.f_trace, frame.f_trace_opcodes = interrupt, True
    sys.settrace(lambda *_: None)
