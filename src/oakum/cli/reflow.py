"""How the three programs lay out an error: nested causes on lines of their own, lists as bullets."""
from __future__ import annotations

from oakum.late import pattern

_PAIRS = {"(": ")", "[": "]", "{": "}"}
_CAUSE = pattern(r": (?=[A-Z])")
_BYTES = pattern("[\udc80-\udcff]")
_ITEM_START = pattern(r"[a-z\.\[\]:\s]{3,10}")
_EXCERPT = pattern(r"(?s)(\.\.\.\|.*?\|\.\.\.)")


def told(program: str, message: str) -> str:
    """The line that a program ends with, shaped as by the three reference programs; that of `oakum` is not cut."""
    return f"{program}: Error: {reflow(message, truncate=program != 'oakum')}"


def reflow(message: str, *, truncate: bool = False) -> str:
    """Break the first line of `message` at every `: ` before an ASCII capital outside brackets, indenting by depth.

    `truncate` keeps what the three reference programs do: a closing bracket that nothing opened ends the line, a
    closer of another kind is printed as the opener's own, and bytes that are not UTF-8 as U+FFFD.
    """
    first, newline, rest = message.partition("\n")
    if truncate:
        first = _BYTES.sub("\ufffd", first)
    chunks = [""]
    for text, bracketed in _pieces(first, truncate):
        if bracketed:
            chunks[-1] += text
        else:
            head, *tail = _CAUSE.split(text)
            chunks[-1] += head
            chunks += tail
    shaped = ":\n".join("  " * depth + chunk for depth, chunk in enumerate(chunks))
    return shaped + newline + rest


def _pieces(line: str, truncate: bool) -> list[tuple[str, bool]]:
    """`line` cut into (text, is it a bracket group at top level) pieces."""
    pieces: list[tuple[str, bool]] = []
    stack: list[str] = []
    current = ""
    for character in line:
        if character in _PAIRS:
            if not stack:
                pieces.append((current, False))
                current = ""
            stack.append(_PAIRS[character])
            current += character
        elif character in _PAIRS.values():
            if not stack:
                if truncate:
                    return [*pieces, (current, False)]
                current += character
                continue
            closer = stack.pop()
            current += closer if truncate else character
            if not stack:
                pieces.append((current, True))
                current = ""
        else:
            current += character
    return [*pieces, (current, bool(stack))]


def bullets(message: str) -> str:
    """Show every balanced `[a, b]` list at top level of `message` as a bullet list (kapp's second pass).

    A fragment after `, ` starts an item of its own only when it begins like one (a few lower-case letters, dots,
    colons or blanks); `...|` to `|...` delimits text that is never split, and so does a bracket within the list.
    """
    pieces = _pieces(message, truncate=False)
    if any(bracketed and not _balanced(text) for text, bracketed in pieces):
        return message
    shaped = ""
    for text, bracketed in pieces:
        items = _items(text[1:-1]) if bracketed and text.startswith("[") else []
        if len(items) > 1:
            shaped += "\n\n" + "".join(f"  - {item}\n\n" for item in items)
        else:
            shaped += text
    return shaped


def _balanced(text: str) -> bool:
    return all(text.count(opener) == text.count(closer) for opener, closer in _PAIRS.items())


def _items(text: str) -> list[str]:
    items: list[str] = []
    for fragment in _fragments(text):
        if items and not _ITEM_START.match(fragment):
            items[-1] += ", " + fragment
        else:
            items.append(fragment)
    return items


def _fragments(text: str) -> list[str]:
    """`text` cut at every `, ` that is neither inside brackets nor inside `...|` to `|...`."""
    fragments = [""]
    for number, part in enumerate(_EXCERPT.split(text)):
        for piece, bracketed in [(part, True)] if number % 2 else _pieces(part, truncate=False):
            head, *tail = [piece] if bracketed else piece.split(", ")
            fragments[-1] += head
            fragments += tail
    return fragments
