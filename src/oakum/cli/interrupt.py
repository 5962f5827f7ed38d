"""Ctrl-C that never falls into the middle of an import, nor into a callback that would swallow it; so SIGTERM, SIGHUP.

Python raises KeyboardInterrupt wherever the main thread is. While a module written in C is being set up that may crash
the process (orjson does), and what the callbacks of `importlib` and `__del__` raise is printed with a traceback and
lost. Where it comes at such a moment it is tried again a millisecond later, as often as it takes.
"""
from __future__ import annotations

import sys

from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import signal
    from types import FrameType
else:
    import _signal as signal

DEFAULT: dict[int, Any] = {
    signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL, signal.SIGHUP: signal.SIG_DFL}
_IMPORT = "<frozen importlib._bootstrap>"
_SOON = 0.001


class Terminated(KeyboardInterrupt):
    """The process was asked to end by SIGTERM, as by a CI system: what Ctrl-C tidies up is tidied up too."""

    status = 143


class HungUp(Terminated):
    """The process was asked to end by SIGHUP, as by a terminal that is closed."""

    status = 129


_RAISED: dict[int, type[KeyboardInterrupt]] = {
    signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: Terminated, signal.SIGHUP: HungUp}


class Interrupts:
    """A context in which Ctrl-C raises KeyboardInterrupt, SIGTERM Terminated, SIGHUP HungUp, in code that can bear it.

    What was put off is raised at the end at the latest. What does something else than it does by default, or where
    this is not the main thread, is not changed.
    """

    def __enter__(self) -> None:
        self._home = sys._getframe(1)
        self._hook = sys.unraisablehook
        self._put_off: type[KeyboardInterrupt] | None = None
        self._ours = [number for number, default in DEFAULT.items() if signal.getsignal(number) == default]
        try:
            for number in self._ours:
                signal.signal(number, self._interrupted)
        except ValueError:
            self._ours = []
        if self._ours:
            self._alarm = signal.signal(signal.SIGALRM, self._interrupted)
            sys.unraisablehook = self._swallowed

    def __exit__(self, *_: object) -> None:
        if not self._ours:
            return
        sys.unraisablehook = self._hook
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._alarm)
        for number in self._ours:
            signal.signal(number, DEFAULT[number])
        if self._put_off is not None:
            raise self._put_off

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        kind, self._put_off = _RAISED.get(number, self._put_off), None
        if kind is None:
            return  # the alarm comes late: another signal was raised by then
        if not self._is_importing(frame):
            raise kind
        self._later(kind)

    def _is_importing(self, frame: FrameType | None) -> bool:
        """Whether code in `frame` runs for an import that began in this context."""
        while frame is not None and frame is not self._home:
            if frame.f_code.co_filename == _IMPORT:
                return True
            frame = frame.f_back
        return False

    def _swallowed(self, lost: sys.UnraisableHookArgs) -> None:
        if isinstance(lost.exc_value, KeyboardInterrupt):
            self._later(type(lost.exc_value))
        else:
            self._hook(lost)

    def _later(self, kind: type[KeyboardInterrupt]) -> None:
        self._put_off = kind
        signal.setitimer(signal.ITIMER_REAL, _SOON)
