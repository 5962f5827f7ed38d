"""The same call for many things at once, within a bound."""
from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from oakum.typing import TypeVar
from oakum.workers import join

T = TypeVar("T")
R = TypeVar("R")


def each(items: Iterable[T], call: Callable[[T], R], bound: int) -> list[R]:
    """`call(item)` for every item in at most `bound` threads; results in the order of the items.

    The first exception (in that order) is raised once the calls in flight have ended; no new ones start after it.
    """
    todo = list(items)
    if len(todo) <= 1 or bound <= 1:
        return [call(item) for item in todo]
    results: dict[int, R] = {}
    errors: dict[int, BaseException] = {}
    numbered = iter(enumerate(todo))
    lock = threading.Lock()

    def work() -> None:
        while not errors:
            with lock:
                following = next(numbered, None)
            if following is None:
                return
            at, item = following
            try:
                results[at] = call(item)
            except BaseException as e:  # handed to the caller below, whatever it is
                errors[at] = e

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(bound, len(todo)))]
    for t in threads:
        t.start()
    for t in threads:
        join(t)
    if errors:
        raise errors[min(errors)]
    return [results[at] for at in range(len(todo))]
