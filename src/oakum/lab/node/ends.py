"""Who waits for the end of a process."""

import asyncio


class Ends:
    """Whoever waits for the end of a process, by its name."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[int]] = {}

    def expect(self, name: str) -> "asyncio.Future[int]":
        """The future exit code of a process that is about to be started."""
        return self._waiting.setdefault(name, asyncio.get_running_loop().create_future())

    def tell(self, name: str, code: int) -> None:
        """A process has ended."""
        future = self._waiting.pop(name, None)
        if future is not None and not future.done():
            future.set_result(code)
