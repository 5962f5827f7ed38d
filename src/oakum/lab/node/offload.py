"""Work of the node that blocks, on threads, and counted: time that is run ahead waits for it."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


class Offload:
    """Calls functions on the loop's worker threads; `busy` is how many are not finished."""

    def __init__(self) -> None:
        self.busy = 0

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function` returns."""
        with self.working():
            return await asyncio.to_thread(function, *args, **kwargs)

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Count what a `with` block does among the work."""
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1
