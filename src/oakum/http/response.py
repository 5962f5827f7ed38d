"""An answer: its status and headers are there, its body is read as it comes."""
from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPMessage, HTTPResponse
from typing import Any

from oakum.http.errors import FAILURES, AnswerTimeout, IncompleteRead


class Response:
    """An answer to `url`. Its connection is given back when the body is read to its end, and closed by `close`.

    `headers` is looked up with `get` and `get_all`, in any case of letters.
    """

    def __init__(self, raw: HTTPResponse, sock: Any, url: str, finished: Callable[[bool], None]) -> None:
        self._raw = raw
        self._sock = sock
        self._finished: Callable[[bool], None] | None = finished
        self.url = url
        self.status = raw.status
        self.reason = raw.reason
        self.headers: HTTPMessage = raw.headers
        if raw.length == 0 and not raw.chunked:
            self.read()

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes of the body (all that is left for -1), as they were sent; empty at the end.

        Raises one of FAILURES: IncompleteRead where the connection ended before the body.
        """
        return self._take(self._raw.read, None if size < 0 else size)

    def read1(self) -> bytes:
        """What has arrived, waiting for something; empty at the end. Raises as `read`."""
        return self._take(self._raw.read1, -1)

    def drain(self) -> None:
        """Read the rest for nothing, so that the connection can be used again; give it up where that fails."""
        with suppress(*FAILURES):
            while self.read(64 * 1024):
                pass

    def close(self) -> None:
        """Give up the rest of the body, and the connection with it."""
        self._done(False)
        self._raw.close()

    def shutdown(self) -> None:
        """End the reading that another thread is at. Raises OSError where the connection is gone, or cannot do that."""
        from socket import SHUT_RD

        if not hasattr(self._sock, "shutdown"):
            raise OSError("TLS within TLS is ended by closing it only")
        self._sock.shutdown(SHUT_RD)

    def _take(self, read: Callable[[Any], bytes], size: int | None) -> bytes:
        try:
            taken = read(size)
            if self._raw.length and (not taken or len(taken) < (size or 0)):
                raise IncompleteRead(taken, self._raw.length)
        except TimeoutError as error:
            self.close()
            raise AnswerTimeout("timed out") from error
        except BaseException:
            self.close()
            raise
        if self._raw.length == 0:
            self._raw.close()
        if self._raw.isclosed():
            self._done(True)
        return taken

    def _done(self, whole: bool) -> None:
        finished, self._finished = self._finished, None
        if finished is not None:
            finished(whole)


def decoded(body: bytes, encoding: str) -> bytes:
    """A whole body without its `Content-Encoding`, which servers should not use unasked. Raises OSError."""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return body
    import zlib

    try:
        return zlib.decompress(body, zlib.MAX_WBITS | (16 if "gzip" in encoding else 0))
    except zlib.error as error:
        raise OSError(f"cannot decode the body: {error}") from error
