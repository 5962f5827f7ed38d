"""How a line difference is shown (kapp spec, section 3.6)."""
from __future__ import annotations

from collections.abc import Callable, Sequence

from oakum.deploy.diff.lines import Line

Paint = Callable[[str, str], str]


def plain(text: str, color: str) -> str:
    """No colour."""
    del color
    return text


def view(lines: Sequence[Line], *, context: int = 2, numbers: bool = True, paint: Paint = plain) -> str:
    """The text of a difference: changed lines, and of the others those near them.

    A common line is shown when a changed one is at most `context` lines before it or `context` - 1 after it (the
    reference's asymmetry); a negative `context` shows all. `numbers` adds the two columns of line numbers.
    """
    shown = _shown(lines, context)
    # Before its first common line the reference takes a difference for interrupted, whatever comes before that.
    out, hidden = [], True
    for at, line in enumerate(lines):
        if line.changed:
            color = "red" if line.right is None else "green"
            out.append(paint(_changed(line, numbers), color))
        elif shown[at]:
            if hidden and at:
                out.append("  ...")
            out.append((f"{line.left:3d},{line.right:3d}   " if numbers else "  ") + line.text)
            hidden = False
        else:
            hidden = True
    return "".join(f"{text}\n" for text in out) or "\n"


def minimal(lines: Sequence[Line]) -> str:
    """Changed lines only, as conflict messages show them: each with how far both sides have come before it."""
    out, left, right = [], 0, 0
    for line in lines:
        if line.changed:
            out.append(f"{left:3d},{right:3d} {'-' if line.right is None else '+'} {line.text}")
        left, right = left + (line.left is not None), right + (line.right is not None)
    return "\n".join(out)


def _changed(line: Line, numbers: bool) -> str:
    if line.right is None:
        return (f"{line.left:3d}     - " if numbers else "- ") + line.text
    return (f"    {line.right:3d} + " if numbers else "+ ") + line.text


def _shown(lines: Sequence[Line], context: int) -> list[bool]:
    if context < 0:
        return [True] * len(lines)
    out = [False] * len(lines)
    for at, line in enumerate(lines):
        if line.changed and context:
            for near in range(max(0, at - context + 1), min(len(lines), at + context + 1)):
                out[near] = True
    return out
