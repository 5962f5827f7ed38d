"""ASGI applications served on loopback sockets, from one thread with one event loop."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

T = TypeVar("T")
LOOPBACK = "127.0.0.1"


class LoopThread:
    """An event loop in a daemon thread of its own, for as long as the `with` block lasts."""

    def __init__(self, name: str = "oakum-lab") -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)

    def __enter__(self) -> "LoopThread":
        self.thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self.run(self._cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Start a coroutine on the loop, from another thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and wait for its result, from another thread."""
        return self.submit(coroutine).result()

    async def _cancel_all(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.loop.shutdown_asyncgens()
        await self.loop.shutdown_default_executor()


class _Quiet:
    """An application whose requests may be cancelled, which is no error of theirs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await self._app(scope, receive, send)


class HTTPServer:
    """One ASGI application on one listening socket, on the running event loop."""

    def __init__(
        self, app: ASGIApp, listener: socket.socket, *, certificate: Path | None = None, key: Path | None = None
    ) -> None:
        import uvicorn

        from oakum.lab.upgrades import Front

        config = uvicorn.Config(
            _Quiet(app),
            log_config=None,
            access_log=False,
            log_level="error",
            lifespan="off",
            http=Front,
            server_header=False,
            # The other implementation refuses the name that kubectl gives to its port-forward protocol.
            ws="wsproto",
            ws_max_size=1 << 24,
            timeout_keep_alive=75,
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
        self._server = uvicorn.Server(config)
        self._listener = listener
        self._clock: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """`host:port` of the listening socket."""
        host, port = self._listener.getsockname()[:2]
        return f"{host}:{port}"

    async def start(self) -> None:
        """Accept connections from now on."""
        config = self._server.config
        config.load()
        self._server.lifespan = config.lifespan_class(config)
        await self._server.startup([self._listener])
        # Keeps the Date header right; uvicorn's own main loop would take over the process's signals.
        self._clock = asyncio.create_task(self._server.main_loop())

    async def stop(self) -> None:
        """Refuse new connections and drop the open ones: watches never end by themselves."""
        if self._clock:
            self._clock.cancel()
        for server in self._server.servers:
            server.close()
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()
        for task in list(self._server.server_state.tasks):
            task.cancel()
        self._listener.close()


def listen(port: int = 0, host: str = LOOPBACK) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError when the port is taken."""
    listener = socket.create_server((host, port), backlog=1024)
    # asyncio does this only for sockets that it made; without it each answer waits 40 ms for an acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


@contextlib.contextmanager
def serving(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve `app` on loopback from a thread for the length of the `with` block; yields `127.0.0.1:<port>`."""
    with LoopThread("oakum-lab-server") as thread:
        server = HTTPServer(app, listen(port))
        thread.run(server.start())
        try:
            yield server.address
        finally:
            thread.run(server.stop())
