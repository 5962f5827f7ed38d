"""Regular expressions as Go's package regexp takes them: RE2, and its words for what is none.

The engine takes time linear in the text, so that no pattern can keep a run busy.
"""
from __future__ import annotations

from oakum.late import pattern as late
from oakum.typing import Any

_CODES = {
    "missing )": "missing closing )",
    "missing ]": "missing closing ]",
    "no argument for repetition operator": "missing argument to repetition operator",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid repetition size": "invalid repeat count",
    "bad repetition size": "invalid repeat count",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid group operator": "invalid or unsupported Perl syntax",
    "invalid named capture group": "invalid named capture",
    "trailing \\": "trailing backslash at end of expression",
    "trailing \\ at end of regexp": "trailing backslash at end of expression",
}
_ONE_BYTE = late(r"(?<!\\)(?:\\\\)*\\C")  # what the engine knows, but Go does not


def compiled(pattern: str) -> Any:
    """The pattern, ready to search in bytes of UTF-8. Raises ValueError in Go's words."""
    import re2

    if _ONE_BYTE.search(pattern):
        raise ValueError("error parsing regexp: invalid escape sequence: `\\C`")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern.encode("utf-8", "surrogateescape"), options)
    except re2.error as error:
        said = error.args[0] if error.args else b""
        raise ValueError(f"error parsing regexp: {_explained(said, pattern)}") from None


def _explained(said: Any, pattern: str) -> str:
    """The engine's complaint in Go's words."""
    text = said.decode("utf-8", "surrogateescape") if isinstance(said, bytes) else str(said)
    code, _, what = text.partition(": ")
    code = _CODES.get(code, code)
    if code == "missing closing )":
        what = pattern
    elif code.startswith("trailing"):
        what = ""
    elif "(?P=" in pattern and code.startswith("invalid named"):
        code = "invalid or unsupported Perl syntax"
    return f"{code}: `{what}`"
