"""The same call for many things at once, within a bound."""
from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable

from oakum.typing import Generic, TypeVar
from oakum.workers import join

T = TypeVar("T")
R = TypeVar("R")
BEHIND = 32
"""How many other calls come before the rest of one, while there are others."""


class Rest(Generic[R]):
    """What is left to do of a call, and better done after some others; `call` gives what comes of it, or a Rest."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[[], R | Rest[R]]) -> None:
        self.call = call


def each(items: Iterable[T], call: Callable[[T], R | Rest[R]], bound: int) -> list[R]:
    """`call(item)` for every item in at most `bound` threads; results in the order of the items.

    The first exception (in that order) is raised once the calls in flight have ended, with their rest; no new ones
    start after it.
    """
    todo = list(items)
    if len(todo) <= 1 or bound <= 1:
        return [_whole(call(item)) for item in todo]
    results: dict[int, R] = {}
    errors: dict[int, BaseException] = {}
    numbered = iter(enumerate(todo))
    begun: deque[tuple[int, Rest[R]]] = deque()
    lock = threading.Lock()

    def following() -> tuple[int, Callable[[], R | Rest[R]]] | None:
        with lock:
            if len(begun) <= BEHIND and not errors and (new := next(numbered, None)) is not None:
                return new[0], lambda: call(new[1])
            if not begun:
                return None
            at, rest = begun.popleft()
            return at, rest.call

    def work() -> None:
        while (job := following()) is not None:
            at, step = job
            try:
                found = step()
            except BaseException as e:  # handed to the caller below, whatever it is
                errors[at] = e
                continue
            if isinstance(found, Rest):
                begun.append((at, found))
            else:
                results[at] = found

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(bound, len(todo)))]
    for t in threads:
        t.start()
    for t in threads:
        join(t)
    if errors:
        raise errors[min(errors)]
    return [results[at] for at in range(len(todo))]


def _whole(found: R | Rest[R]) -> R:
    """What comes of a call, its rest done at once."""
    while isinstance(found, Rest):
        found = found.call()
    return found
