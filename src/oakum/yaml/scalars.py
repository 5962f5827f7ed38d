"""How a scalar is written: the style, and the text of each style.

The styles are libyaml's: plain when it reads back as the same string, else single quotes, double quotes when
something must be escaped or would read back as another type, and literal blocks for text of several lines.
"""
from __future__ import annotations

from enum import Enum

from oakum.late import pattern
from oakum.yaml.nodes import Scalar
from oakum.yaml.numbers import general
from oakum.yaml.resolve import WORDS, reads_as_text


class Style(Enum):
    """The four ways to write a string; folded blocks are never written."""

    PLAIN = "plain"
    SINGLE = "single"
    DOUBLE = "double"
    LITERAL = "literal"


LONGEST_SIMPLE_KEY = 128
"""In bytes; a longer key is written `? KEY`, then `: VALUE`."""

# What is refused is spelt out, not what is allowed: a negated class of this size takes milliseconds to compile.
_NOT_PRINTABLE = pattern("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufeff\\ufffe-\\U0010ffff]")
_SPACE_BEFORE_BREAK = pattern(" [\\n\\u2028\\u2029]")
_SPACE_AFTER_SEPARATOR = pattern("[\u2028\u2029] ")
_INDICATORS = frozenset("#,[]{}&*!|>'\"%@`")
_ESCAPES = {
    "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r",
    "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\x85": "\\N", "\u2028": "\\L", "\u2029": "\\P",
}  # fmt: skip
_TO_ESCAPE = pattern('[\\x00-\\x1f"\\\\\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff\\ufeff\\ufffe-\\U0010ffff]')
_SEPARATOR = pattern("([\u2028\u2029])(?![\u2028\u2029]|\\Z)")
_LINE_START = pattern("(\\A|[\n\u2028\u2029])(?![\n\u2028\u2029]|\\Z)")
_BASE64_LINE = 70


def is_obviously_plain(text: str) -> bool:
    """Whether a look at `text`, such as a word or a path, tells that it is written plain."""
    if not (text.isascii() and text.isprintable()) or text in WORDS:
        return False
    return (text[0].isalpha() or text[0] == "/") and not _is_broken(text)


def style_of(text: str) -> Style:
    """The style for `text`, which is valid UTF-8."""
    return Style.PLAIN if is_obviously_plain(text) else considered_style(text)


def considered_style(text: str) -> Style:
    """The style for `text`, which is valid UTF-8 and not obviously plain."""
    special = _is_special(text)
    if "\n" in text:
        return Style.DOUBLE if special or text[-1] == " " else Style.LITERAL
    if special or not reads_as_text(text):
        return Style.DOUBLE
    if has_separator(text) and _SPACE_AFTER_SEPARATOR.search(text):
        return Style.DOUBLE
    if text[0] == " " or text[-1] == " " or has_break(text):
        return Style.SINGLE
    return Style.SINGLE if _is_indicator(text) or _is_broken(text) else Style.PLAIN


def _is_indicator(text: str) -> bool:
    """Whether `text`, one line, begins as something else than plain text does."""
    first = text[0]
    return first in _INDICATORS or (first in "-?:" and text[1:2] in ("", " ")) or text.startswith(("---", "..."))


def _is_broken(text: str) -> bool:
    """Whether plain text would end before all of `text`, one line, was read: with a key, a comment or a space."""
    return text[-1] in ": " or ": " in text or " #" in text


def _is_special(text: str) -> bool:
    """Whether anything in `text` must be escaped, or a space stands before a line break."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return " \n" in text
    return bool(_NOT_PRINTABLE.search(text) or _SPACE_BEFORE_BREAK.search(text))


_BREAKS = frozenset("\n\r\x85\u2028\u2029")


def has_break(text: str) -> bool:
    """Whether `text` has a line break of any kind, which no key on one line may have."""
    return not _BREAKS.isdisjoint(text)


def has_separator(text: str) -> bool:
    """Whether `text` has a line or paragraph separator of Unicode, which quoted and literal text is broken at."""
    return "\u2028" in text or "\u2029" in text


def quote_single(text: str, indent: str = "") -> str:
    """`text` in single quotes; what follows a separator of Unicode is indented by `indent`."""
    text = text.replace("'", "''")
    if has_separator(text):
        text = _SEPARATOR.sub("\\1" + indent, text)
    return f"'{text}'"


def quote_double(text: str) -> str:
    """`text` in double quotes, on one line. A leading byte order mark makes every character escaped."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    if text.startswith("\ufeff"):
        return '"' + "".join(_escape_character(character) for character in text) + '"'
    return '"' + _TO_ESCAPE.sub(lambda match: _escape_character(match[0]), text) + '"'


def _escape_character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


_SEPARATORS = ("\n", "\u2028", "\u2029")


def literal(text: str, indent: str) -> str:
    """`text` as a literal block whose lines are indented by `indent`; ends with a line break."""
    hint = "2" if text[0] in " \n\u2028\u2029" else ""
    if not text.endswith(_SEPARATORS):
        chomp = "-"
    elif len(text) == 1 or text[:-1].endswith(_SEPARATORS):
        chomp = "+"
    else:
        chomp = ""
    body = text.removesuffix("\n")
    if has_separator(text):
        body = _LINE_START.sub("\\1" + indent, body)
    elif "\n\n" in text or body[:1] in "\n":
        body = "\n".join([indent + line if line else "" for line in body.split("\n")])
    else:  # no empty lines, which are not indented
        body = indent + body.replace("\n", "\n" + indent)
    end = "" if body.endswith(_SEPARATORS[1:]) else "\n"
    return f"|{hint}{chomp}\n{body}{end}"


def is_binary(text: str) -> bool:
    """Whether `text` holds bytes that are not UTF-8 (surrogate escapes)."""
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def binary(text: str) -> str:
    """The base64 that stands for text that is not UTF-8; broken into lines of 70 when it is longer."""
    from binascii import b2a_base64

    encoded = b2a_base64(text.encode("utf-8", "surrogateescape"), newline=False).decode()
    if len(encoded) < _BASE64_LINE:
        return encoded
    return "".join(encoded[i:i + _BASE64_LINE] + "\n" for i in range(0, len(encoded), _BASE64_LINE))


def write_other(value: Scalar) -> str:
    """A scalar that is not a string, as YAML writes it."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, float):
        return _SPECIAL.get(text := general(value), text)
    return str(value)


_SPECIAL = {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}
