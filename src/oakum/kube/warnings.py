"""Warnings of an API server in the headers of its answers (RFC 7234, section 5.5: `299 - "text"`)."""
from __future__ import annotations

from oakum.late import pattern

API = "299"
_WARNING = pattern(r'(?s)\s*(\d{3}) \S+ "((?:[^"\\]|\\.)*)"(?: "[^"]*")?\s*(?:,|$)')
_ESCAPED = pattern(r"(?s)\\(.)")


def warnings(header: str) -> list[str]:
    """The texts of the API's warnings in a header whose bytes are its characters; what is no warning ends it."""
    texts, at = [], 0
    while at < len(header) and (found := _WARNING.match(header, at)):
        at = found.end()
        text = _readable(_ESCAPED.sub(r"\1", found[2]))
        if found[1] == API and text:
            texts.append(text)
    return texts


def _readable(text: str) -> str:
    """UTF-8 in characters of one byte each as text; empty for what is none, or holds control characters."""
    try:
        plain = text.encode("latin-1").decode()
    except ValueError:
        return ""
    return "" if any(c < " " or c == "\x7f" for c in plain) else plain
