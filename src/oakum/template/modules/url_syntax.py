"""Parsing and writing URLs as Go's net/url does it, with its messages."""
from __future__ import annotations

import re
from enum import Enum

from oakum.dataclass import dataclass, replace
from oakum.starlark.meter import charge
from oakum.starlark.rendering import quote
from oakum.starlark.strings import from_bytes, to_bytes


class URLError(ValueError):
    """A URL, or part of one, that is malformed."""


class Encoding(Enum):
    """Which part of a URL a text is for, with the marks that it may hold as they are."""

    PATH_SEGMENT = "$&+=:@"
    PATH = "$&+=:@/;,"
    QUERY = ""
    USER = "$&+,;="
    FRAGMENT = "$&+=:@/;,?!()*"
    HOST = "!$&'()*+,;=:[]<>\""
    ZONE = "!$&'()*+,;=:[]<>\" "


_PARSED = 400  # steps that it takes to parse the shortest
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
_ESCAPED = re.compile(rb"%([0-9a-fA-F]{2})")
_BAD_ESCAPE = re.compile(rb"%(?![0-9a-fA-F]{2})")


def escape(text: str, encoding: Encoding) -> str:
    """`text` with what `encoding` does not allow as `%XX`; in a query a space is `+`."""
    charge(4 * (len(text) + 1))
    allowed = _PLAIN.union(encoding.value.encode())
    parts = []
    for byte in to_bytes(text):
        if byte in allowed:
            parts.append(chr(byte))
        elif byte == 0x20 and encoding is Encoding.QUERY:
            parts.append("+")
        else:
            parts.append(f"%{byte:02X}")
    return "".join(parts)


def unescape(text: str, encoding: Encoding) -> str:
    """The reverse. Raises URLError (`invalid URL escape "%zz"`)."""
    charge(4 * (len(text) + 1))
    raw = to_bytes(text)
    bad = _BAD_ESCAPE.search(raw)
    if bad:
        raise URLError(f"invalid URL escape {quote(from_bytes(raw[bad.start() : bad.start() + 3]))}")
    if encoding is Encoding.HOST:
        _check_host(raw)
    if encoding is Encoding.QUERY:
        raw = raw.replace(b"+", b" ")
    return from_bytes(_ESCAPED.sub(lambda match: bytes([int(match.group(1), 16)]), raw))


def _check_host(raw: bytes) -> None:
    for match in _ESCAPED.finditer(raw):
        if int(match.group(1), 16) < 0x80 and match.group() != b"%25":
            raise URLError(f"invalid URL escape {quote(match.group().decode())}")
    allowed = _PLAIN.union(Encoding.HOST.value.encode())
    for byte in raw:
        if byte < 0x80 and byte not in allowed and byte != 0x25:
            raise URLError(f"invalid character {quote(chr(byte))} in host name")


@dataclass(frozen=True, slots=True)
class UserInfo:
    """The user of a URL; `password` is None where there is none."""

    name: str
    password: str | None = None

    def text(self) -> str:
        """As a URL holds it."""
        password = "" if self.password is None else ":" + escape(self.password, Encoding.USER)
        return escape(self.name, Encoding.USER) + password


@dataclass(frozen=True, slots=True)
class URL:
    """A parsed URL. `opaque` is what follows the scheme where no slash does; `query` and `fragment` are as written."""

    scheme: str = ""
    opaque: str = ""
    user: UserInfo | None = None
    host: str = ""
    path: str = ""
    raw_path: str = ""
    force_query: bool = False
    query: str = ""
    fragment: str = ""

    def text(self) -> str:
        """The URL written out."""
        parts = [f"{self.scheme}:"] if self.scheme else []
        if self.opaque:
            parts.append(self.opaque)
        else:
            parts.extend(self._location())
        if self.force_query or self.query:
            parts.append(f"?{self.query}")
        if self.fragment:
            parts.append(f"#{escape(self.fragment, Encoding.FRAGMENT)}")
        return "".join(parts)

    def _location(self) -> list[str]:
        parts = []
        if self.scheme or self.host or self.user:
            if self.host or self.path or self.user:
                parts.append("//")
            if self.user:
                parts.append(f"{self.user.text()}@")
            if self.host:
                parts.append(escape(self.host, Encoding.HOST))
        path = self.escaped_path()
        if path and path[0] != "/" and self.host:
            parts.append("/")
        if not parts and ":" in path.partition("/")[0]:
            parts.append("./")
        parts.append(path)
        return parts

    def escaped_path(self) -> str:
        """The path as written where that is a valid way to write it, else escaped anew."""
        if self.raw_path and _is_valid_path(self.raw_path) and unescape(self.raw_path, Encoding.PATH) == self.path:
            return self.raw_path
        return "*" if self.path == "*" else escape(self.path, Encoding.PATH)

    def hostname(self) -> str:
        """The host without its port and brackets."""
        host = self.host
        colon = host.rfind(":")
        if colon >= 0 and _is_port(host[colon:]):
            host = host[:colon]
        return host[1:-1] if host.startswith("[") and host.endswith("]") else host

    def without_user(self) -> URL:
        """The same URL without its user."""
        return replace(self, user=None)


def _is_valid_path(text: str) -> bool:
    charge(4 * (len(text) + 1))
    allowed = _PLAIN.union(b"!$&'()*+,;=:@[]%/")
    return all(byte in allowed for byte in to_bytes(text))


def _is_port(text: str) -> bool:
    return text == "" or (text[0] == ":" and (text[1:] == "" or (text[1:].isascii() and text[1:].isdigit())))


def parse_url(text: str) -> URL:
    """The URL in `text`. Raises URLError (`parse "…": missing protocol scheme`)."""
    charge(_PARSED + len(text))
    try:
        before, mark, fragment = text.partition("#")
        parsed = _parse(before)
        return replace(parsed, fragment=unescape(fragment, Encoding.FRAGMENT)) if mark else parsed
    except URLError as error:
        raise URLError(f"parse {quote(text)}: {error}") from None


def _parse(text: str) -> URL:
    if any(ord(char) < 0x20 or char == "\x7f" for char in text):
        raise URLError("net/url: invalid control character in URL")
    if text == "*":
        return URL(path="*")
    scheme, rest = _scheme(text)
    force_query, query = False, ""
    if rest.endswith("?") and rest.count("?") == 1:
        rest, force_query = rest[:-1], True
    else:
        rest, _, query = rest.partition("?")
    base = URL(scheme=scheme.lower(), force_query=force_query, query=query)
    if not rest.startswith("/"):
        if scheme:
            return replace(base, opaque=rest)
        if ":" in rest.partition("/")[0]:
            raise URLError("first path segment in URL cannot contain colon")
    if (scheme or not rest.startswith("///")) and rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        base, rest = _with_authority(base, authority), slash + path
    path = unescape(rest, Encoding.PATH)
    raw = rest if rest != escape(path, Encoding.PATH) else ""
    return replace(base, path=path, raw_path=raw)


def _scheme(text: str) -> tuple[str, str]:
    for index, char in enumerate(text):
        if char.isascii() and char.isalpha():
            continue
        if char.isascii() and (char.isdigit() or char in "+-."):
            if index == 0:
                return "", text
        elif char == ":":
            if index == 0:
                raise URLError("missing protocol scheme")
            return text[:index], text[index + 1 :]
        else:
            return "", text
    return "", text


def _with_authority(base: URL, authority: str) -> URL:
    userinfo, at, host = authority.rpartition("@")
    parsed = replace(base, host=_host(host))
    if not at:
        return parsed
    if not re.fullmatch(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*", userinfo):
        raise URLError("net/url: invalid userinfo")
    name, colon, password = userinfo.partition(":")
    secret = unescape(password, Encoding.USER) if colon else None
    return replace(parsed, user=UserInfo(unescape(name, Encoding.USER), secret))


def _host(host: str) -> str:
    if host.startswith("["):
        close = host.rfind("]")
        if close < 0:
            raise URLError("missing ']' in host")
        port = host[close + 1 :]
    else:
        colon = host.rfind(":")
        port = host[colon:] if colon >= 0 else ""
    if not _is_port(port):
        raise URLError(f"invalid port {quote(port)} after host")
    zone = host.find("%25") if host.startswith("[") else -1
    if zone >= 0:
        close = host.rfind("]")
        return unescape(host[:zone], Encoding.HOST) + unescape(host[zone:close], Encoding.ZONE) + host[close:]
    return unescape(host, Encoding.HOST)
