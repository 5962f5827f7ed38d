"""The head of an answer: status line and header fields (RFC 9112, sections 4 and 5)."""
from __future__ import annotations

from oakum.dataclass import dataclass
from oakum.http.errors import HttpError

_BLANKS = ("", " ", "\t")
_VERSION_LENGTH = len("HTTP/1.1")


class Headers:
    """Header fields, looked up in any case of letters."""

    __slots__ = ("_fields",)

    def __init__(self, lines: list[str]) -> None:
        self._fields: dict[str, list[tuple[str, str]]] = {}
        last: list[tuple[str, str]] = []
        for line in lines:
            name, colon, value = line.partition(":")
            if line[:1] in _BLANKS:  # the obsolete way to go on with the field before
                if line and last:
                    name, before = last.pop()
                    last.append((name, f"{before} {line.strip()}"))
            elif colon:
                last = self._fields.setdefault(name.lower(), [])
                last.append((name, value.strip()))

    def get(self, name: str, missing: str = "") -> str:
        """The first value of the field, else `missing`."""
        found = self._fields.get(name.lower())
        return found[0][1] if found else missing

    def get_all(self, name: str) -> list[str]:
        """All values of the field, in their order."""
        return [value for _, value in self._fields.get(name.lower(), ())]

    def items(self) -> list[tuple[str, str]]:
        """Names as they were sent, and values; those of one name together."""
        return [field for fields in self._fields.values() for field in fields]


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
