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
    start, line, inside, trim_next = 0, first_line, False, False
    for found in re.finditer(_MARKER, text):
        opening, piece = found.group() == "(@", text[start : found.start()]
        if opening is inside:
            which = "opening '(@'" if opening else "closing '@)'"
            # The reference counts to the marker's second character.
            raise TemplateError(f"Unexpected code {which} at {_place(text, found.start() + 1, first_line)}")
        if opening:
            pieces.append(_text_piece(piece, line, trim_next, text.startswith("-", found.end())))
        else:
            trim_next = piece.endswith("-")
            code = piece.removesuffix("-").removeprefix("-") if piece != "-" else ""
            pieces.append(Piece(code, line, code=True, raw=piece))
        start, line, inside = found.end(), line + piece.count("\n"), opening
    if inside:
        raise TemplateError("Missing code closing '@)' at " + _place(text, len(text), first_line))
    pieces.append(_text_piece(text[start:], line, trim_next, False))
    return pieces


def _text_piece(piece: str, line: int, trim_start: bool, trim_end: bool) -> Piece:
    raw = piece.lstrip() if trim_start else piece
    return Piece(raw.rstrip() if trim_end else raw, line, raw=raw)


def _place(text: str, offset: int, first_line: int) -> str:
    line = first_line + text.count("\n", 0, offset)
    return f"line {line} col {offset - (text.rfind(chr(10), 0, offset) + 1) + 1}"
