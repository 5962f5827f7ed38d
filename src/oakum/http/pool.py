"""The connections to one server, used again and again by all threads of a process."""
from __future__ import annotations

import time
from collections.abc import Iterable
from threading import BoundedSemaphore, Lock

from oakum.http.connection import Connection, Place, Readable
from oakum.http.errors import AnswerTimeout
from oakum.http.response import Response

IDLE_SECONDS = 90.0
"""How long a connection may lie idle: what is between us and the server forgets it at some time, without a word."""


class Pool:
    """Connections to `place`: `size` of them are kept; with `bounded` there are never more, and requests wait."""

    def __init__(self, place: Place, size: int, *, bounded: bool = False) -> None:
        self._place = place
        self._size = size
        self._turns = BoundedSemaphore(size) if bounded else None
        self._lock = Lock()
        self._idle: list[tuple[float, Connection]] = []

    def request(self, method: str, target: str, headers: Iterable[tuple[str, str]],
                body: bytes | Readable | None = None, *, timeout: float | None = None, url: str = "") -> Response:
        """Send one request and return the answer, its body unread. Raises one of FAILURES.

        `target` is the path with the query; `timeout` bounds each silence of the server, in seconds; `url` names the
        answer in messages. A body without `Content-Length` among the headers goes in chunks.
        """
        if self._turns is not None:
            self._turns.acquire()
        connection = self._taken()
        try:
            connection.prepare(timeout)
            try:
                head, rest = connection.exchange(method, target, headers, body)
            except TimeoutError as error:
                raise AnswerTimeout("timed out") from error
        except BaseException:
            self._give_back(connection, False)
            raise
        return Response(head, rest, connection.sock, url, lambda whole: self._give_back(connection, whole))

    def close(self) -> None:
        """Close the connections that are not in use."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _taken(self) -> Connection:
        with self._lock:
            while self._idle:
                since, connection = self._idle.pop()
                if time.monotonic() - since < IDLE_SECONDS:
                    return connection
                connection.close()
        return Connection(self._place)

    def _give_back(self, connection: Connection, whole: bool) -> None:
        """For the next request, when the last one came to its end."""
        with self._lock:
            kept = whole and len(self._idle) < self._size
            if kept:
                self._idle.append((time.monotonic(), connection))
        if not kept:
            connection.close()
        if self._turns is not None:
            self._turns.release()
