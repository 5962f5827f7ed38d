"""The head of an answer: status line and header fields (RFC 9112, sections 4 and 5)."""
from __future__ import annotations

from oakum.dataclass import dataclass
from oakum.http.errors import HttpError

_BLANKS = ("", " ", "\t")
_VERSION_LENGTH = len("HTTP/1.1")


class Headers:
    """Header fields, looked up in any case of letters."""

    __slots__ = ("_fields", "_first")

    def __init__(self, lines: list[str]) -> None:
        self._fields: list[tuple[str, str]] = []
        for line in lines:
            if line[:1] in _BLANKS:  # the obsolete way to go on with the field before
                if line and self._fields:
                    name, before = self._fields.pop()
                    self._fields.append((name, f"{before} {line.strip()}"))
                continue
            name, colon, value = line.partition(":")
            if colon:
                self._fields.append((name, value.strip()))
        # Of fields of one name the first one counts, so it is put in last.
        self._first = {name.lower(): value for name, value in reversed(self._fields)}

    def get(self, name: str, missing: str = "") -> str:
        """The first value of the field, else `missing`."""
        return self._first.get(name.lower(), missing)

    def get_all(self, name: str) -> list[str]:
        """All values of the field, in their order."""
        wanted = name.lower()
        if wanted not in self._first:
            return []
        return [value for name, value in self._fields if name.lower() == wanted]

    def items(self) -> list[tuple[str, str]]:
        """Names and values as they were sent."""
        return list(self._fields)


@dataclass(frozen=True)
class Head:
    """Status, its words, the fields; and whether the connection is good for more requests after the body."""

    status: int
    reason: str
    headers: Headers
    kept: bool


def parse(raw: bytes) -> Head:
    """The head in `raw`, which has no empty line. Raises HttpError for what is none."""
    lines = raw.decode("latin-1").replace("\r\n", "\n").split("\n")
    version, _, status = lines[0].rstrip().partition(" ")
    minor, (status, _, reason) = version.removeprefix("HTTP/1."), status.partition(" ")
    if len(version) != _VERSION_LENGTH or not (_is_number(minor, 1) and _is_number(status, 3) and "1" <= status < "6"):
        raise HttpError(f"malformed HTTP response {lines[0][:80]!r}")
    headers = Headers(lines[1:])
    connection = headers.get("Connection").lower()
    kept = "close" not in connection if minor != "0" else "keep-alive" in connection
    return Head(int(status), reason, headers, kept)


def _is_number(text: str, digits: int) -> bool:
    return len(text) == digits and text.isascii() and text.isdecimal()
