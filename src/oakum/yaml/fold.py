"""Folding of one-line scalars at a width, as libyaml's emitter does it."""
from __future__ import annotations

from oakum.yaml.scalars import Style, quote_double, quote_single

WIDTH = 80


def fold(text: str, style: Style, column: int, indent: str) -> str:
    """`text` in `style`, starting at `column` (characters already on the line), its further lines led by `indent`.

    A line is broken at a space once column 80 is passed. Plain and single-quoted text breaks only at a space that
    stands alone, double-quoted text at the first of several, with a backslash before the next.
    """
    if style is Style.DOUBLE:
        return _fold_double(text, column, indent)
    written = quote_single(text) if style is Style.SINGLE else text
    inside = range(2, len(written) - 2) if style is Style.SINGLE else range(1, len(written) - 1)
    lines, start = [], 0
    at = written.find(" ")
    while at >= 0:
        alone = written[at + 1 : at + 2] != " " and written[at - 1] != " "
        if alone and at in inside and column + at - start > WIDTH:
            lines.append(written[start:at])
            start, column = at + 1, len(indent)
        at = written.find(" ", at + 1)
    lines.append(written[start:])
    return ("\n" + indent).join(lines)


def _fold_double(text: str, column: int, indent: str) -> str:
    pieces = ['"']
    column += 1
    start = 0
    for at, character in enumerate(text):
        if character != " " or at in (0, len(text) - 1) or text[at - 1] == " ":
            continue
        word = quote_double(text[start:at])[1:-1]
        column += len(word)
        pieces.append(word)
        start = at
        if column > WIDTH:
            pieces.append("\n" + indent + ("\\" if text[at + 1] == " " else ""))
            column = len(indent) + len(pieces[-1]) - len(indent) - 1
            start = at + 1
    pieces.append(quote_double(text[start:])[1:])
    return "".join(pieces)
