"""Text with code between `(@` and `@)` (ytt: text templates)."""
from __future__ import annotations

import re

from oakum.errors import TemplateError
from oakum.record import NamedTuple

_MARKER = r"\(@|@\)"


class Piece(NamedTuple):
    """A stretch of a text template: text to output as it is, or code.

    `line` is where it starts, from 1; `raw` is what messages show: code with the `-` of its marks, text before its end
    is trimmed.
    """

    text: str
    line: int
    code: bool = False
    raw: str = ""

    @property
    def is_output(self) -> bool:
        """Whether the code is an expression whose string is output, as in `(@= name @)`."""
        return self.code and self.text.startswith("=")


def split_text(text: str, first_line: int = 1) -> list[Piece]:
    """Split `text`, which starts at `first_line`, into pieces, with the trims of `(@-` and `-@)` done.

    Raises TemplateError when markers do not pair.
    """
    pieces: list[Piece] = []
    start, opened, trim_next = 0, None, False
    for found in re.finditer(_MARKER, text):
        where = _place(text, found.start() + 1, first_line)  # of the marker's second character, as the reference
        if found.group() == "(@":
            if opened is not None:
                raise TemplateError(f"Unexpected code opening '(@' at {where}")
            opened = found.end()
            piece = text[start : found.start()]
            pieces.append(_text_piece(text, piece, start, first_line, trim_next, text.startswith("-", opened)))
        else:
            if opened is None:
                raise TemplateError(f"Unexpected code closing '@)' at {where}")
            code = text[opened : found.start()]
            trim_next, raw = code.endswith("-"), code
            code = code.removesuffix("-").removeprefix("-") if code != "-" else ""
            pieces.append(Piece(code, first_line + text.count("\n", 0, opened), code=True, raw=raw))
            start, opened = found.end(), None
    if opened is not None:
        raise TemplateError("Missing code closing '@)' at " + _place(text, len(text), first_line))
    pieces.append(_text_piece(text, text[start:], start, first_line, trim_next, False))
    return pieces


def _text_piece(whole: str, piece: str, start: int, first_line: int, trim_start: bool, trim_end: bool) -> Piece:
    line = first_line + whole.count("\n", 0, start)
    raw = piece.lstrip() if trim_start else piece
    return Piece(raw.rstrip() if trim_end else raw, line, raw=raw)


def _place(text: str, offset: int, first_line: int) -> str:
    line = first_line + text.count("\n", 0, offset)
    return f"line {line} col {offset - (text.rfind(chr(10), 0, offset) + 1) + 1}"
