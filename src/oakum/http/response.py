"""An answer: its status and headers are there, its body is read as it comes."""
from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from oakum.http.body import Body
from oakum.http.errors import FAILURES, AnswerTimeout, HttpError, IncompleteRead
from oakum.http.head import Head, Headers
from oakum.http.incoming import PIECE
from oakum.typing import Any


class Response:
    """An answer to `url`. Its connection is given back when the body is read to its end, and closed by `close`."""

    def __init__(self, head: Head, body: Body, sock: Any, url: str, finished: Callable[[bool], None]) -> None:
        self._body = body
        self._sock = sock
        self._finished: Callable[[bool], None] | None = finished
        self.url = url
        self.status = head.status
        self.reason = head.reason
        self.headers: Headers = head.headers
        if body.ended:
            self._done(body.reusable)

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes of the body (all that is left for -1), as they were sent; empty at the end.

        Raises one of FAILURES: IncompleteRead where the connection ended before the body.
        """
        pieces: list[bytes] = []
        left = size
        while size < 0 or left > 0:
            piece = self._some(PIECE if size < 0 else left)
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece)
            if self._body.ended:
                break
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def read1(self) -> bytes:
        """What has arrived, waiting for something; empty at the end. Raises as `read`."""
        return self._some(PIECE)

    def drain(self) -> None:
        """Read the rest for nothing, so that the connection can be used again; give it up where that fails."""
        with suppress(*FAILURES):
            while self.read1():
                pass

    def close(self) -> None:
        """Give up the rest of the body, and the connection with it."""
        self._done(False)

    def shutdown(self) -> None:
        """End the reading that another thread is at. Raises OSError where the connection is gone, or cannot do that."""
        from socket import SHUT_RD

        if not hasattr(self._sock, "shutdown"):
            raise OSError("TLS within TLS is ended by closing it only")
        self._sock.shutdown(SHUT_RD)

    def _some(self, limit: int) -> bytes:
        if self._finished is None:
            return b""
        try:
            taken = self._body.some(limit)
        except TimeoutError as error:
            self.close()
            raise AnswerTimeout("timed out") from error
        except BaseException:
            self.close()
            raise
        if self._body.ended:
            self._done(self._body.reusable)
        return taken

    def _done(self, whole: bool) -> None:
        finished, self._finished = self._finished, None
        if finished is not None:
            finished(whole)


def decoded(body: bytes, encoding: str) -> bytes:
    """A whole body without its `Content-Encoding`, which servers should not use unasked.

    Raises HttpError for what was not encoded so, IncompleteRead where the end is missing.
    """
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return body
    import zlib

    reader = zlib.decompressobj(zlib.MAX_WBITS | (16 if "gzip" in encoding else 0))
    try:
        plain = reader.decompress(body)
    except zlib.error as error:
        raise HttpError(f"cannot decode the body: {error}") from error
    if not reader.eof:
        raise IncompleteRead("the answer ends within its compressed body")
    return plain
