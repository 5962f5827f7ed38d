"""What arrives on a connection, read in pieces as large as they come."""
from __future__ import annotations

from oakum.http.errors import Disconnected, HttpError, IncompleteRead
from oakum.late import pattern
from oakum.typing import Any

PIECE = 64 * 1024
LONGEST_HEAD = 1024 * 1024
LONGEST_LINE = 64 * 1024
_END = pattern(rb"\r?\n\r?\n")


class Incoming:
    """The bytes that `sock` receives. What comes together with a head or a line waits for the next to read."""

    __slots__ = ("_early", "_sock")

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._early = b""

    @property
    def unread(self) -> bool:
        """Whether something has come that nobody has read."""
        return bool(self._early)

    def taken(self) -> bytes:
        """What has come that nobody has read."""
        early, self._early = self._early, b""
        return early

    def head(self) -> bytes:
        """All up to the next empty line. Raises Disconnected when nothing comes, IncompleteRead, HttpError."""
        data = self._early
        while True:
            if (end := data.find(b"\r\n\r\n")) >= 0:
                self._early = data[end + 4:]
                return data[:end]
            if data and (found := _END.search(data)):
                self._early = data[found.end():]
                return data[:found.start()]
            if data[:5] != b"HTTP/"[:len(data)]:
                raise HttpError(f"malformed HTTP response {data[:80].decode('latin-1')!r}")
            if len(data) > LONGEST_HEAD:
                raise HttpError("the head of the answer is too long")
            more = self._sock.recv(PIECE)
            if not more:
                raise IncompleteRead("the answer ends within its head") if data else Disconnected
            data += more

    def line(self) -> bytes:
        """One line, without its end. Raises IncompleteRead, HttpError."""
        while b"\n" not in self._early:
            if len(self._early) > LONGEST_LINE:
                raise HttpError("a line of the answer is too long")
            more = self._sock.recv(PIECE)
            if not more:
                raise IncompleteRead("the answer ends within a line")
            self._early += more
        line, _, self._early = self._early.partition(b"\n")
        return line.rstrip(b"\r")

    def some(self, limit: int) -> bytes:
        """What is there or comes next, up to `limit` bytes (more than none); empty at the end."""
        early = self._early
        if early:
            self._early = early[limit:]
            return early[:limit] if len(early) > limit else early
        data: bytes = self._sock.recv(min(limit, PIECE))
        return data
