"""The head of an answer: status line and header fields (RFC 9112, sections 4 and 5)."""
from __future__ import annotations

import re
from collections.abc import Iterator

from oakum.dataclass import dataclass
from oakum.http.errors import HttpError

_STATUS = re.compile(r"HTTP/1\.(\d) ([1-5]\d\d)(?: (.*))?")


class Headers:
    """Header fields, looked up in any case of letters."""

    __slots__ = ("_fields",)

    def __init__(self, lines: list[str]) -> None:
        self._fields: list[tuple[str, str, str]] = []
        for line in lines:
            name, colon, value = line.partition(":")
            if line[:1] in (" ", "\t"):  # the obsolete way to go on with the field before
                if self._fields:
                    lower, name, before = self._fields.pop()
                    self._fields.append((lower, name, f"{before} {line.strip()}"))
            elif colon:
                self._fields.append((name.lower(), name, value.strip()))

    def __iter__(self) -> Iterator[str]:
        return (name for _, name, _ in self._fields)

    def get(self, name: str, missing: str = "") -> str:
        """The first value of the field, else `missing`."""
        wanted = name.lower()
        return next((value for lower, _, value in self._fields if lower == wanted), missing)

    def get_all(self, name: str) -> list[str]:
        """All values of the field, in their order."""
        wanted = name.lower()
        return [value for lower, _, value in self._fields if lower == wanted]

    def items(self) -> list[tuple[str, str]]:
        """Names as they were sent, and values."""
        return [(name, value) for _, name, value in self._fields]


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
    found = _STATUS.fullmatch(lines[0].rstrip())
    if found is None:
        raise HttpError(f"malformed HTTP response {lines[0][:80]!r}")
    minor, status, reason = found.groups()
    headers = Headers(lines[1:])
    connection = headers.get("Connection").lower()
    kept = "close" not in connection if minor != "0" else "keep-alive" in connection
    return Head(int(status), reason or "", headers, kept)
