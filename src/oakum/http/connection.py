"""One connection: direct or through a proxy, plain or TLS."""
from __future__ import annotations

import os
import select
import socket
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from weakref import finalize

from oakum.dataclass import dataclass
from oakum.http.body import Body
from oakum.http.errors import HttpError, ProxyFailure
from oakum.http.head import Head, parse
from oakum.http.incoming import Incoming
from oakum.typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import ssl
    from urllib.parse import SplitResult

BLOCK = 256 * 1024
"""Bytes of a body that are sent at once."""
KEPT_ALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))
"""Where the other side says nothing, it is asked after 30 s whether it is there, and given up after 15 s more."""
FORBIDDEN = "a request's address or header holds characters that may not be there"


class Readable(Protocol):
    """Bytes to send, taken block by block."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes (all for -1), empty at the end."""


@dataclass(frozen=True)
class Place:
    """A server and the way to it.

    `context` is that of TLS (None: plain); `server_name` the name that its certificate must have, where that is not
    `host`; `proxy` the URL of a proxy (http, https, socks5), which may have a login. `connect_timeout` is in seconds.
    `path` is that of a Unix socket, which is connected to in place of host and port.
    """

    host: str
    port: int
    context: ssl.SSLContext | None = None
    server_name: str = ""
    proxy: str = ""
    connect_timeout: float = 30.0
    path: str = ""

    @property
    def forwarded(self) -> str:
        """What stands before a path when a proxy passes each request on; empty where the server itself is spoken to."""
        if self.context is not None or not self.proxy.startswith("http"):
            return ""
        return f"http://{self.written}" if self.port == 80 else f"http://{self.written}:{self.port}"

    @property
    def written(self) -> str:
        """The host as URLs have it: an address of version 6 in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host


class Connection:
    """A connection to `place`, made with its first request. `sock` is None while there is none."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._proxy, self._login = _proxy_of(place.proxy)
        self._secure_proxy = self._proxy is not None and self._proxy.scheme == "https"
        standard = 80 if place.context is None else 443
        self._fixed = f"Host: {place.written}" + ("\r\n" if place.port == standard else f":{place.port}\r\n")
        if place.forwarded:
            self._fixed += self._login
        self._incoming: Incoming | None = None
        self.sock: Any = None

    def connect(self) -> None:
        """Connect, through the proxy and up to TLS. Raises ProxyFailure for what is the proxy's, else OSError."""
        try:
            plain = self._reached()
        except OSError as error:
            if self._place.proxy:
                raise ProxyFailure(error) from error
            raise
        if not self._place.path:
            _keep_alive(plain)
        sock = plain
        if self._place.context is not None:
            try:
                sock = self._secured(plain, self._place.context)
            except BaseException:
                plain.close()
                raise
        self.sock, self._incoming = sock, Incoming(sock)
        # A connection that nobody holds any more may lie in a circle with the failure that ended its use, where its
        # socket may be found first, still open. Unlike `__del__`, this runs before any of the circle is taken apart.
        finalize(self, _close, plain if self._secure_proxy else sock).atexit = False

    def close(self) -> None:
        """End the connection; the next request makes it anew."""
        sock, self.sock, self._incoming = self.sock, None, None
        if sock is not None:
            sock.close()

    def release(self) -> tuple[socket.socket, bytes]:
        """The plain socket, for what follows an answer and is no HTTP any more, and what has been read of that."""
        assert self._incoming is not None
        made, early = socket.socket(fileno=self.sock.detach()), self._incoming.taken()
        self.sock = self._incoming = None
        return made, early

    def prepare(self, timeout: float | None = None) -> None:
        """Connect, unless that was done; a connection that the server has closed meanwhile is made anew.

        `timeout` bounds each silence from then on, in seconds.
        """
        if self._incoming is not None and (self._incoming.unread or _has_news(self.sock)):
            self.close()
        if self.sock is None:
            self.connect()
        if timeout != self.sock.gettimeout():  # each call of the system lets another thread go first
            self.sock.settimeout(timeout)

    def exchange(self, method: str, target: str, headers: Iterable[tuple[str, str]],
                 body: bytes | Readable | None) -> tuple[Head, Body]:
        """Send one request and read the head of its answer. Raises one of FAILURES.

        Head and a body of bytes go in one write: one TLS record, one wake-up of the server.
        """
        fields, sized = _fields(self._fixed, tuple(headers))
        data = body if isinstance(body, bytes) else b""
        stream = None if isinstance(body, bytes) else body
        length = ""
        if stream is not None and not sized:
            length = "Transfer-Encoding: chunked\r\n"
        elif not sized and (body is not None or method in ("POST", "PUT", "PATCH")):
            length = f"Content-Length: {len(data)}\r\n"
        if " " in target or not target.isprintable():
            raise HttpError(FORBIDDEN)
        head = f"{method} {self._place.forwarded}{target} HTTP/1.1\r\n{fields}{length}\r\n"
        with suppress(BrokenPipeError):  # the server has stopped listening; why is in its answer
            self.sock.sendall(head.encode("utf-8", "surrogateescape") + data)
            if stream is not None:
                self._stream(stream, chunked=not sized)
        return self._answer(method)

    def _stream(self, body: Readable, *, chunked: bool) -> None:
        while data := body.read(BLOCK):
            self.sock.sendall(b"%x\r\n%b\r\n" % (len(data), data) if chunked else data)
        if chunked:
            self.sock.sendall(b"0\r\n\r\n")

    def _answer(self, method: str) -> tuple[Head, Body]:
        assert self._incoming is not None
        head = parse(self._incoming.head())
        while head.status < 200:  # "continue" and its like; the answer is yet to come
            head = parse(self._incoming.head())
        return head, Body(self._incoming, head, method)

    def _reached(self) -> Any:
        """A socket to the server or to the proxy, up to where the server's own words begin."""
        place, proxy = self._place, self._proxy
        if place.path:
            return _local(place.path, place.connect_timeout)
        if proxy is None:
            return connected((place.host, place.port), place.connect_timeout)
        if proxy.scheme not in ("http", "https"):
            from oakum.http import socks

            return socks.connected(proxy, (place.host, place.port), place.connect_timeout)
        reach = _reach_securely if self._secure_proxy else connected
        sock = reach((proxy.hostname or "", proxy.port or (443 if self._secure_proxy else 80)), place.connect_timeout)
        if not place.forwarded:
            try:
                self._tunnel(sock)
            except BaseException:
                sock.close()
                raise
        return sock

    def _tunnel(self, sock: Any) -> None:
        """Have the proxy connect on. Raises OSError when it will not."""
        to = f"{self._place.written}:{self._place.port}"
        sock.sendall(f"CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n{self._login}\r\n".encode())
        head = parse(Incoming(sock).head())
        if not 200 <= head.status < 300:
            raise OSError(f"Tunnel connection failed: {head.status} {head.reason}")

    def _secured(self, plain: Any, context: ssl.SSLContext) -> Any:
        name = self._place.server_name or self._place.host
        if self._secure_proxy:
            # TLS within TLS, which the standard library's sockets cannot do.
            from urllib3.util.ssltransport import SSLTransport

            return SSLTransport(plain, context, server_hostname=name)
        return context.wrap_socket(plain, server_hostname=_plain(name))


@lru_cache(16)
def _fields(fixed: str, headers: tuple[tuple[str, str], ...]) -> tuple[str, bool]:
    """The header lines of a request, most of which have the same, and whether the body's length is among them.

    Raises HttpError.
    """
    names = {name.lower() for name, _ in headers}
    lines = [] if "accept-encoding" in names else ["Accept-Encoding: identity\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in headers]
    text = "".join(lines)
    if not text.count("\n") == text.count("\r") == len(lines) or fixed.count("\n") != fixed.count("\r"):
        bad = next((name for name, value in headers if not {"\r", "\n"}.isdisjoint(value)), None)
        raise HttpError(FORBIDDEN if bad is None else f'net/http: invalid header field value for "{bad}"')
    return fixed + text, "content-length" in names


def connected(address: tuple[str, int], timeout: float) -> socket.socket:
    """A connection to a host (a name, or an address with or without brackets) and port. Raises OSError."""
    host, port = address
    made = socket.create_connection((_plain(host.strip("[]")), port), timeout)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _keep_alive(sock: Any) -> None:
    """Have the system find out where a network has gone, for a stream that may be silent for hours."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in KEPT_ALIVE:
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def _plain(name: str) -> Any:
    """A host's name as bytes where that is all that it takes: for text, Python reads its tables of all languages."""
    return name.encode() if name.isascii() else name


def _local(path: str, timeout: float) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(timeout)
    try:
        made.connect(path)
    except BaseException:
        made.close()
        raise
    return made


def _reach_securely(address: tuple[str, int], timeout: float) -> socket.socket:
    """A connection to a proxy that is spoken to over TLS."""
    import ssl

    return ssl.create_default_context().wrap_socket(connected(address, timeout), server_hostname=address[0])


def _proxy_of(address: str) -> tuple[SplitResult | None, str]:
    """The parts of a proxy's URL, and the header line that it is told a login by; both empty without."""
    if not address:
        return None, ""
    from urllib.parse import unquote, urlsplit

    from oakum.http.login import basic

    found = urlsplit(address)
    login = basic(unquote(found.username), unquote(found.password or "")) if found.username else ""
    return found, f"Proxy-Authorization: {login}\r\n" if login else ""


def _close(sock: socket.socket) -> None:
    """Close the socket itself, also while a file made of it is open."""
    if (number := sock.detach()) >= 0:
        os.close(number)


def _has_news(sock: socket.socket) -> bool:
    """Whether there is something to read before anything was asked: the end, as a rule."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
