"""URLs taken apart and put together without `urllib`, whose import takes as long as that of a dozen modules here.

Taken apart are the shapes that servers' addresses nearly always have; any other is left to it.
"""
from __future__ import annotations

from collections.abc import Iterable

from oakum.record import NamedTuple

_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_PATH = _NAME | frozenset("/:@%?=&+,;!$'()*")
_SCHEMES = ("http", "https")
_GREATEST_PORT = 65535


class Parts(NamedTuple):
    """What `urllib.parse.urlsplit` finds, of it `host` in lower case without brackets, `port` None when not given."""

    scheme: str
    netloc: str
    host: str
    port: int | None
    path: str
    query: str


def split(url: str) -> Parts:
    """The parts of `url`. Raises ValueError for an address or port that is none."""
    scheme, mark, rest = url.partition("://")
    netloc, slash, behind = rest.partition("/")
    host, colon, port = netloc.partition(":")
    ported = not colon or (port.isascii() and port.isdecimal() and int(port) <= _GREATEST_PORT)
    if scheme not in _SCHEMES or not (mark and ported and _NAME.issuperset(host) and _PATH.issuperset(behind)):
        from urllib.parse import urlsplit

        found = urlsplit(url)
        return Parts(found.scheme, found.netloc, found.hostname or "", found.port, found.path, found.query)
    path, _, query = behind.partition("?")
    return Parts(scheme, netloc, host.lower(), int(port) if colon else None, slash + path, query)


def quote(text: str, safe: str = "") -> str:
    """`text` with all that may not stand in a path replaced, but for the characters in `safe` (ASCII).

    Bytes that came as no text, such as those of an argument, are sent as they are.
    """
    if _NAME.issuperset(text):
        return text
    kept = _NAME.union(safe)
    if kept.issuperset(text):
        return text
    raw = text.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if chr(byte) in kept else f"%{byte:02X}" for byte in raw)


def encode(query: Iterable[tuple[str, str]]) -> str:
    """The query string of names and values, which is also how forms are sent."""
    return "&".join(f"{_field(name)}={_field(value)}" for name, value in query)


def decode(query: str) -> list[tuple[str, str]]:
    """The names and values that `encode` made a query string of."""
    pairs = [field.partition("=") for field in query.split("&")] if query else []
    return [(_text(name), _text(value)) for name, _, value in pairs]


def _text(field: str) -> str:
    head, *rest = field.replace("+", " ").split("%")
    raw = head.encode() + b"".join(bytes.fromhex(piece[:2]) + piece[2:].encode() for piece in rest)
    return raw.decode("utf-8", "surrogateescape")


def _field(text: str) -> str:
    return quote(text, " ").replace(" ", "+")
