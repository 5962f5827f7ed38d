"""How much a program may use: steps (iterations and calls) and memory.

Steps are counted by the compiled code itself. Memory is not counted allocation by allocation: a single large value is
refused before it is made, and the resident size of the process is looked at now and then, so that many small ones end
as well. The meter of the running program is found through a context variable, so that helpers far from the thread
(`str` of a huge structure, an encoder) can charge it.
"""
from __future__ import annotations

import gc
import os
from _contextvars import ContextVar
from collections.abc import Callable

from oakum.starlark.errors import BudgetError

MAX_STEPS = 25_000_000
MAX_MEMORY = 5 << 28
_CHUNKS = 1 << 8, 1 << 16  # fewest and most steps between two looks at the memory
_LARGE = 1 << 16
# A step is about what a turn of an empty loop takes, a tenth of a microsecond. These are the powers of two of how many
# bytes are read, and how many are written to new memory, in that time.
_READ, _WRITTEN = 5, 6
_SHORT = 1 << 8
_CALL = 10  # steps that a call takes
_COPIES = 4  # of a value, that there may be at once until it is written out
_HUGE = 1 << (1 << 12)


class Meter:
    """The budget of one run: `max_steps` iterations and calls, `max_memory` bytes above what the process had."""

    def __init__(self, max_steps: int = MAX_STEPS, max_memory: int = MAX_MEMORY) -> None:
        self.max_steps = max_steps
        self.max_memory = max_memory
        self.steps = 0
        self._resident: int | None = None
        self._unchecked = 0
        self._left = 0
        self._chunk = min(max(max_memory >> 15, _CHUNKS[0]), _CHUNKS[1])
        self.tick = self._ticker(1)
        self.called = self._ticker(_CALL)

    @property
    def used(self) -> int:
        """The steps that were used so far."""
        return self.steps - self._left

    def charge(self, steps: int) -> None:
        """Use `steps` at once. Raises BudgetError when there are not so many left."""
        self._left -= steps
        if self._left < 0:
            self._refill()

    def reserve(self, size: int) -> None:
        """Announce a new value of about `size` bytes and charge for it. Raises BudgetError when it does not fit."""
        if size < _LARGE:
            return
        if size > self.max_memory // _COPIES:
            raise BudgetError(f"memory budget of {self.max_memory} bytes exceeded by a value of {size} bytes")
        self.charge(size >> _WRITTEN)
        self._unchecked += size
        if self._unchecked > self.max_memory // 16:
            self._check_memory()

    def _ticker(self, steps: int) -> Callable[[], None]:
        def tick() -> None:
            self._left -= steps
            if self._left < 0:
                self._refill()

        return tick

    def _refill(self) -> None:
        used = -self._left
        self.steps += used
        if self.steps > self.max_steps:
            self._left = -1
            raise BudgetError(f"step budget of {self.max_steps} exceeded (endless or explosive loop?)")
        self._left = min(self._chunk, self.max_steps - self.steps)
        self.steps += self._left
        self._check_memory()

    def _check_memory(self) -> None:
        self._unchecked = 0
        now = resident_bytes()
        if self._resident is None:
            self._resident = now
        # Programs may run without collection of garbage in circles: it is collected before they fail for it.
        if now - self._resident > self.max_memory and self._collected() - self._resident > self.max_memory:
            raise BudgetError(f"memory budget of {self.max_memory} bytes exceeded")

    def _collected(self) -> int:
        gc.collect()
        return resident_bytes()


def resident_bytes() -> int:
    """The resident size of this process; its peak where the system tells no more."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


_current: ContextVar[Meter | None] = ContextVar("oakum_starlark_meter", default=None)


def active(meter: Meter) -> Callable[[], None]:
    """Make `meter` the one that `charge` and `reserve` use; returns what to call to undo that."""
    token = _current.set(meter)
    return lambda: _current.reset(token)


def charge(steps: int) -> None:
    """Charge the running program's meter; free outside a run."""
    meter = _current.get()
    if meter is not None:
        # As `meter.charge`, which would be a call more in what runs most.
        meter._left -= steps
        if meter._left < 0:
            meter._refill()


def charge_reading(size: int) -> None:
    """Charge for one pass over `size` bytes or elements; a short one is part of the step that it belongs to."""
    if size > _SHORT:
        charge(size >> _READ)


def charge_integer(value: int) -> None:
    """Charge for a pass over the digits of an integer; one of ordinary size is part of its step."""
    if not -_HUGE < value < _HUGE:
        charge(value.bit_length() >> 10)


def reserve(size: int) -> None:
    """Announce a new value of about `size` bytes to the running program's meter."""
    if size < _LARGE:
        return
    meter = _current.get()
    if meter is not None:
        meter.reserve(size)
