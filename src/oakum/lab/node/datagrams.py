"""Datagrams of a UDP Service, passed on to one pod for each sender and back."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import Any

_LONGEST = 65535
_IDLE = 60.0
"""Seconds after its last answer that a sender's next datagram may go to another pod."""


class Relay:
    """Answers on a bound socket until it is closed; `dial` connects a datagram socket to a pod, or raises OSError."""

    def __init__(self, bound: socket.socket, dial: Callable[[], Awaitable[socket.socket]]) -> None:
        self._bound = bound
        self._dial = dial
        self._pods: dict[Any, socket.socket] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._keep(asyncio.create_task(self._run()), bound)

    def close(self) -> None:
        """Stop, and forget all senders."""
        for task in [*self._tasks]:
            task.cancel()

    def _keep(self, task: "asyncio.Task[None]", served: socket.socket) -> None:
        """Hold on to a task; its socket ends with it, also when it was cancelled before it began."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: served.close())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            content, sender = await loop.sock_recvfrom(self._bound, _LONGEST)
            # A datagram may be lost: one that no pod takes is.
            with contextlib.suppress(OSError):
                await loop.sock_sendall(await self._pod_of(sender), content)

    async def _pod_of(self, sender: Any) -> socket.socket:
        if sender not in self._pods:
            pod = self._pods[sender] = await self._dial()
            self._keep(asyncio.create_task(self._answer(pod, sender)), pod)
        return self._pods[sender]

    async def _answer(self, pod: socket.socket, sender: Any) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError, TimeoutError):
            try:
                while True:
                    async with asyncio.timeout(_IDLE):
                        answer = await loop.sock_recv(pod, _LONGEST)
                    await loop.sock_sendto(self._bound, answer, sender)
            finally:
                self._pods.pop(sender, None)
