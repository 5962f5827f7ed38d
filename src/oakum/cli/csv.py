"""One record of comma-separated values, as Go reads the value of a flag that is a list: its rules, its error texts."""
from __future__ import annotations

import re

_BARE = 'bare " in non-quoted-field'
_MISPLACED = 'extraneous or missing " in quoted-field'
_FIELD = re.compile(r"([^,\n]*)(,|\n|\Z)")
_AFTER_QUOTES = re.compile(r",|\n|\Z")
_QUOTED = re.compile(r'((?:[^"]|"")*)"')


def first_record(text: str) -> list[str]:
    """The fields of the first line that is not empty; later ones are not looked at.

    Raises ValueError with Go's words, and EOF where there is no such line.
    """
    text = re.sub(r"\r\Z", "", text.replace("\r\n", "\n"))
    start = len(text) - len(text.lstrip("\n"))
    if start == len(text):
        raise ValueError("EOF")
    fields: list[str] = []
    at, more = start, True
    while more:
        if text.startswith('"', at):
            found = _QUOTED.match(text, at + 1)
            if found is None:
                raise _wrong(text, start, len(text), _MISPLACED)
            end = _AFTER_QUOTES.match(text, found.end())
            if end is None:
                raise _wrong(text, start, found.end() - 1, _MISPLACED)
            field, separator, at = found[1].replace('""', '"'), end[0], end.end()
        else:
            plain = _FIELD.match(text, at)
            assert plain is not None
            field, separator = plain.groups()
            if '"' in field:
                raise _wrong(text, start, at + field.index('"'), _BARE)
            at = plain.end()
        fields.append(field)
        more = separator == ","
    return fields


def _wrong(text: str, start: int, at: int, reason: str) -> ValueError:
    """The error at offset `at` of the record that begins at `start`; columns count bytes."""
    first, line = (text.count("\n", 0, offset) + 1 for offset in (start, at))
    if at == len(text) and text.endswith("\n"):  # the end of a last line belongs to that line
        line, begin = line - 1, text.rfind("\n", 0, at - 1) + 1
    else:
        begin = text.rfind("\n", 0, at) + 1
    column = len(text[begin:at].encode("utf-8", "surrogateescape")) + 1
    record = f"record on line {first}; " if first != line else ""
    return ValueError(f"{record}parse error on line {line}, column {column}: {reason}")
