"""URLs taken apart and put together. The shapes that servers' addresses nearly always have need no `urllib`.

Its import takes as long as that of a dozen modules here; all that is not plain is left to it.
"""
from __future__ import annotations

from collections.abc import Sequence

from oakum.record import NamedTuple

_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_PATH = _NAME | frozenset("/:@%?=&+,;!$'()*")
_SCHEMES = ("http", "https")
_LONGEST_PORT = 4  # digits that certainly are one


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
    ported = not colon or (port.isascii() and port.isdecimal() and len(port) <= _LONGEST_PORT)
    if scheme not in _SCHEMES or not (mark and ported and _NAME.issuperset(host) and _PATH.issuperset(behind)):
        from urllib.parse import urlsplit

        found = urlsplit(url)
        return Parts(found.scheme, found.netloc, found.hostname or "", found.port, found.path, found.query)
    path, _, query = behind.partition("?")
    return Parts(scheme, netloc, host.lower(), int(port) if colon else None, slash + path, query)


def quote(text: str, safe: str = "") -> str:
    """`text` with what may not stand in a path replaced, but for the characters in `safe`."""
    if _NAME.issuperset(text.translate(dict.fromkeys(map(ord, safe)))):
        return text
    from urllib.parse import quote

    return quote(text, safe)


def encode(query: Sequence[tuple[str, str]]) -> str:
    """The query string of names and values."""
    if all(_NAME.issuperset(text) for pair in query for text in pair):
        return "&".join(map("=".join, query))
    from urllib.parse import urlencode

    return urlencode(query)
