"""Where the body of an answer ends (RFC 9112, section 6.3): by length, by chunks, or with the connection."""
from __future__ import annotations

from oakum.http.errors import HttpError, IncompleteRead
from oakum.http.head import Head
from oakum.http.incoming import PIECE, Incoming
from oakum.late import pattern

BODILESS = frozenset({204, 304})
_LONGEST_LENGTH = 18
_CHUNK_SIZE = pattern(rb"[0-9A-Fa-f]{1,15}")


class Body:
    """The body that follows `head` in `incoming`, read once. `ended` once all of it was read.

    `reusable`: the connection is good for another request then.
    """

    __slots__ = ("_chunked", "_incoming", "_left", "ended", "reusable")

    def __init__(self, incoming: Incoming, head: Head, method: str) -> None:
        self._incoming = incoming
        self._chunked = "chunked" in head.headers.get("Transfer-Encoding").lower()
        length = head.headers.get("Content-Length")
        self._left: int | None = 0 if self._chunked else int(length) if _is_length(length) else None
        if method == "HEAD" or head.status in BODILESS:
            self._chunked, self._left = False, 0
        self.reusable = head.kept and self._left is not None
        self.ended = self._left == 0 and not self._chunked

    def some(self, limit: int = PIECE) -> bytes:
        """What has arrived, up to `limit` bytes, waiting for something; empty at the end. Raises IncompleteRead."""
        if self.ended:
            return b""
        if self._chunked and not self._left and not self._next_chunk():
            return b""
        data = self._incoming.some(limit if self._left is None else min(limit, self._left))
        if self._left is None:
            self.ended = not data
            return data
        if not data:
            raise IncompleteRead(f"the answer ends {self._left} bytes too early")
        self._left -= len(data)
        if self._left == 0:
            if self._chunked:
                self._incoming.line()
            else:
                self.ended = True
        return data

    def _next_chunk(self) -> bool:
        """Come to the next chunk; False when there was the last."""
        size = self._incoming.line().partition(b";")[0].strip()
        if not _CHUNK_SIZE.fullmatch(size):
            raise HttpError(f"malformed chunk size {size[:20]!r}")
        self._left = int(size, 16)
        if self._left > 0:
            return True
        while self._incoming.line():
            pass  # trailers, which nobody asked for
        self.ended = True
        return False


def _is_length(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_LENGTH
