"""One connection: direct or through a proxy, plain or TLS."""
from __future__ import annotations

import os
import select
import socket
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import partial
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit
from weakref import finalize

from oakum.dataclass import dataclass
from oakum.http.errors import ProxyFailure

if TYPE_CHECKING:
    import ssl

BLOCK = 256 * 1024
"""Bytes of a body that are sent at once."""


class Readable(Protocol):
    """Bytes to send, taken block by block."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes (all for -1), empty at the end."""


@dataclass(frozen=True)
class Place:
    """A server and the way to it.

    `context` is that of TLS (None: plain); `server_name` the name that its certificate must have, where that is not
    `host`; `proxy` the URL of a proxy (http, https, socks5), which may have a login. `connect_timeout` is in seconds.
    """

    host: str
    port: int
    context: ssl.SSLContext | None = None
    server_name: str = ""
    proxy: str = ""
    connect_timeout: float = 30.0

    @property
    def forwarded(self) -> str:
        """What stands before a path when a proxy passes each request on; empty where the server itself is spoken to."""
        if self.context is not None or not self.proxy.startswith("http"):
            return ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}" if self.port == 80 else f"http://{host}:{self.port}"


class Connection(HTTPConnection):
    """A connection to `place`, made with its first request."""

    def __init__(self, place: Place) -> None:
        proxy = urlsplit(place.proxy)
        self._place = place
        self._secure_proxy = proxy.scheme == "https"
        self._held: list[bytes] | None = None
        self._login = _login(proxy.username, proxy.password)
        host, port = place.host, place.port
        asked = proxy.scheme in ("http", "https")
        if asked:
            host, port = proxy.hostname or "", proxy.port or (443 if self._secure_proxy else 80)
        super().__init__(host, port, timeout=place.connect_timeout, blocksize=BLOCK)
        if place.context is not None:
            self.default_port = 443
        if asked and not place.forwarded:
            self.set_tunnel(place.host, place.port, self._login)
        if self._secure_proxy:
            self._create_connection = _reach_securely
        elif place.proxy and not asked:
            self._create_connection = partial(_reach_through, proxy)

    def connect(self) -> None:
        """Connect, through the proxy and up to TLS. Raises ProxyFailure for what is the proxy's, else OSError."""
        self.timeout = self._place.connect_timeout
        try:
            super().connect()
        except OSError as error:
            if self._place.proxy:
                raise ProxyFailure(error) from error
            raise
        lowest = self.sock
        if self._place.context is not None:
            try:
                self.sock = self._secured(self._place.context)
            except BaseException:
                self.close()
                raise
        # A connection that nobody holds any more may lie in a circle with the failure that ended its use, where its
        # socket may be found first, still open. Unlike `__del__`, this runs before any of the circle is taken apart.
        finalize(self, _close, lowest if self._secure_proxy else self.sock).atexit = False

    def prepare(self) -> None:
        """Connect, unless that was done; a connection that the server has closed meanwhile is made anew."""
        if self.sock is not None and _has_news(self.sock):
            self.close()
        if self.sock is None:
            self.connect()

    def exchange(self, method: str, target: str, headers: Iterable[tuple[str, str]],
                 body: bytes | Readable | None) -> None:
        """Send one request. Head and a body of bytes go in one write: one TLS record, one wake-up of the server."""
        headers = [*headers, *(self._login.items() if self._place.forwarded else ())]
        given = {name.lower() for name, _ in headers}
        self.putrequest(method, self._place.forwarded + target, skip_accept_encoding="accept-encoding" in given)
        for name, value in headers:
            self.putheader(name, value)
        sized = "content-length" in given
        chunked = False
        if body is None or isinstance(body, bytes):
            self._held = []
            if not sized and (body is not None or method in ("POST", "PUT", "PATCH")):
                self.putheader("Content-Length", str(len(body or b"")))
        elif not sized:
            chunked = True
            self.putheader("Transfer-Encoding", "chunked")
        try:
            self.endheaders(body, encode_chunked=chunked)
        except BrokenPipeError:
            # The server has stopped listening; why is in its answer.
            return
        finally:
            held, self._held = self._held, None
        if held is not None:
            self._send_held(b"".join(held))

    def _send_held(self, data: bytes) -> None:
        try:
            super().send(data)
        except BrokenPipeError:
            return

    def send(self, data: Any) -> None:
        """Write, or keep what belongs to the request that is being gathered."""
        if self._held is None:
            super().send(data)
        else:
            self._held.append(bytes(data))

    def _secured(self, context: ssl.SSLContext) -> Any:
        name = self._place.server_name or self._place.host
        if self._secure_proxy:
            # TLS within TLS, which the standard library's sockets cannot do.
            from urllib3.util.ssltransport import SSLTransport

            return SSLTransport(self.sock, context, server_hostname=name)
        return context.wrap_socket(self.sock, server_hostname=name)


def _reach_securely(address: tuple[str, int], timeout: Any, source: Any = None) -> socket.socket:
    """A connection to a proxy that is spoken to over TLS."""
    import ssl

    plain = socket.create_connection(address, timeout, source)
    return ssl.create_default_context().wrap_socket(plain, server_hostname=address[0])


def _reach_through(proxy: SplitResult, address: tuple[str, int], timeout: Any, source: Any = None) -> socket.socket:
    from oakum.http import socks

    return socks.connected(proxy, address, timeout)


def _login(name: str | None, password: str | None) -> Mapping[str, str]:
    if not name:
        return {}
    pair = f"{unquote(name)}:{unquote(password or '')}".encode()
    return {"Proxy-Authorization": f"Basic {b64encode(pair).decode()}"}


def _close(sock: socket.socket) -> None:
    """Close the socket itself, also while a file made of it is open."""
    if (number := sock.detach()) >= 0:
        os.close(number)


def _has_news(sock: socket.socket) -> bool:
    """Whether there is something to read before anything was asked: the end, as a rule."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
