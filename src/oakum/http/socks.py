"""Connections through a SOCKS5 proxy (RFC 1928; user name and password by RFC 1929).

The proxy resolves the server's name.
"""
from __future__ import annotations

import socket
import struct
from urllib.parse import SplitResult, unquote

from oakum.proxy import parse_address
from oakum.typing import Any

PORT = 1080
_VERSION, _CONNECT = 5, 1
_VERSION_4, _NAME, _VERSION_6 = 1, 3, 4
_ANONYMOUS, _PASSWORD = 0, 2
_ADDRESS_BYTES = {_VERSION_4: 4, _VERSION_6: 16}
_REPLIES = ("succeeded", "general socks server failure", "connection not allowed by ruleset", "network unreachable",
            "host unreachable", "connection refused", "ttl expired", "command not supported",
            "address type not supported")


def connected(proxy: SplitResult, address: tuple[str, int], timeout: Any) -> socket.socket:
    """A connection to `address` through `proxy`. Raises OSError for what is wrong at the proxy, or behind it."""
    made = socket.create_connection((proxy.hostname or "", proxy.port or PORT), timeout)
    try:
        _ask(made, proxy, *address)
    except OSError:
        made.close()
        raise
    return made


def _ask(made: socket.socket, proxy: SplitResult, host: str, port: int) -> None:
    methods = bytes([_ANONYMOUS, _PASSWORD] if proxy.username else [_ANONYMOUS])
    made.sendall(bytes([_VERSION, len(methods)]) + methods)
    _, method = _read(made, 2)
    if method == _PASSWORD:
        name, word = (unquote(part or "").encode() for part in (proxy.username, proxy.password))
        made.sendall(bytes([1, len(name)]) + name + bytes([len(word)]) + word)
        if _read(made, 2)[1]:
            raise OSError("socks proxy refuses user name or password")
    elif method != _ANONYMOUS:
        raise OSError("socks proxy wants a user name and a password")
    made.sendall(bytes([_VERSION, _CONNECT, 0]) + _place(host) + struct.pack(">H", port))
    _, reply, _, kind = _read(made, 4)
    if reply:
        why = _REPLIES[reply] if reply < len(_REPLIES) else f"reply {reply}"
        raise OSError(f"socks proxy cannot connect: {why}")
    _read(made, (_ADDRESS_BYTES.get(kind) or _read(made, 1)[0]) + 2)


def _place(host: str) -> bytes:
    address = parse_address(host)
    if address is not None:
        return bytes([_VERSION_4 if address.version == 4 else _VERSION_6]) + address.packed
    name = host.encode("idna")
    return bytes([_NAME, len(name)]) + name


def _read(made: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        more = made.recv(count - len(found))
        if not more:
            raise OSError("socks proxy ended the connection")
        found += more
    return found
