"""A place in a TOML text, its characters and its strings, with the messages of ytt's reader (ytt: module toml)."""
from __future__ import annotations

import re
from typing import NoReturn

from oakum.starlark.rendering import quote
from oakum.starlark.strings import from_bytes, to_bytes

BLANKS = re.compile(r"[ \t]*")
_PLAIN = re.compile("[^\x00-\x1f\x7f\ud800-\udfff\ufffd\"'\\\\]+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_DIGITS = {"u": (4, "four"), "U": (8, "eight")}


class TOMLError(Exception):
    """Text that is no TOML: `line` is the one that the reference names, which is one too few at the end of the text."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class Cursor:
    """Reads `text` from its start; `at` is the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._line, self._counted = 1, 0
        self.ended = False

    @property
    def line(self) -> int:
        """The line of the next character, from 1."""
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def fail(self, message: str, back: int = 0) -> NoReturn:
        """Raise TOMLError for what was taken last; `back` lines were taken too much."""
        raise TOMLError(self.line - back - self.ended, message)

    def peek(self) -> str:
        """The next character, "" at the end."""
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        """The next character, "" at the end. Raises TOMLError for one that no TOML holds."""
        char = self.text[self.at : self.at + 1]
        self.at += 1
        if char > "\x7f":
            if char == "\ufffd" or "\ud800" <= char <= "\udfff":
                self.fail(f"invalid UTF-8 byte: 0x{to_bytes(char)[0]:02x}")
        elif not char:
            self.at -= 1
            self.ended = True
        elif (char < " " and char not in "\t\n" and not (char == "\r" and self.peek() == "\n")) or char == "\x7f":
            self.fail(f"TOML files cannot contain control characters: '0x{ord(char):02x}'")
        return char

    def skip_blanks(self) -> None:
        """Skip spaces and tabs."""
        match = BLANKS.match(self.text, self.at)
        assert match, "which may be none"
        self.at = match.end()

    def skip_comment(self) -> None:
        """Skip to the end of the line, after `#`."""
        while self.take() not in ("\n", ""):
            if match := _PLAIN.match(self.text, self.at):
                self.at = match.end()
        self.at -= not self.ended
        self.ended = False

    def check_next(self) -> None:
        """Refuse a next character that no TOML holds: what stands before it was read up to it."""
        at = self.at
        self.take()
        self.at, self.ended = at, False

    def string(self, *, long: bool) -> str:
        """The string that starts here, with what its escapes stand for; `long` ones are allowed. Raises TOMLError."""
        mark = self.take()
        if long and self.peek() == mark:
            self.at += 1
            if self.peek() == mark:
                self.at += 1
                return self._long(mark)
            self.check_next()
            return ""
        return self._short(mark)

    def _short(self, mark: str) -> str:
        start = self.at
        while (char := self._next(start, mark, mark)) != mark:
            if char in ("\r", "\n"):
                self.fail("strings cannot contain newlines", back=1)
        raw = self.text[start : self.at - 1]
        return raw if mark == "'" else self._unescaped(raw)

    def _long(self, mark: str) -> str:
        start = self.at
        while self._next(start, mark, mark * 3) != mark or not self.text.startswith(mark * 2, self.at):
            pass
        self.at += 2
        if self.text.startswith(mark * 3, self.at):
            self.fail(f"unexpected {quote_string(mark * 6)}")
        for _ in range(2):  # quotes before the closing ones are part of the string
            self.at += self.peek() == mark
        self.check_next()
        raw = self.text[start : self.at - 3]
        raw = raw[2:] if raw.startswith("\r\n") else raw.removeprefix("\n")
        return raw if mark == "'" else self._unescaped(_joined(raw.replace("\r\n", "\n")))

    def _next(self, start: int, mark: str, closing: str) -> str:
        """Take the next character of a string that is not plain."""
        if match := _PLAIN.match(self.text, self.at):
            self.at = match.end()
        char = self.take()
        if not char:
            self.fail(f"unexpected EOF; expected {quote_string(closing)}")
        if char == "\\" and mark == '"':
            self._escape(start, long=len(closing) == 3)
            return ""
        return char

    def _escape(self, start: int, *, long: bool) -> None:
        char = self.take()
        if char in _DIGITS:
            count, word = _DIGITS[char]
            for _ in range(count):
                if (digit := self.take()) not in "0123456789abcdefABCDEF" or not digit:
                    shown = quote(self.text[start : self.at])
                    self.fail(f"expected {word} hexadecimal digits after '\\{char}', but got {shown} instead")
        elif char not in _ESCAPED and char not in (" ", "\t") and not (long and char in ("\r", "\n")):
            self.fail(f"invalid escape in string '\\{char or chr(0)}'")

    def _unescaped(self, raw: str) -> str:
        if "\\" not in raw:
            return raw

        def meant(match: re.Match[str]) -> str:
            short, long, char = match.groups()
            if char is not None:
                if char not in _ESCAPED:
                    self.fail(f"invalid escape: '\\{char}'")
                return _ESCAPED[char]
            code = int(short or long, 16)
            if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
                self.fail(f"Escaped character '\\u{short or long}' is not valid UTF-8.")
            return chr(code)

        return from_bytes(to_bytes(_ESCAPE.sub(meant, raw)))


def _joined(raw: str) -> str:
    """A long string without its escaped line breaks.

    As the reference has it: once a line break was escaped, those behind it are lost as well, until a line ends in an
    escaped backslash; such a line always ends in a break.
    """
    if "\\" not in raw:
        return raw
    lines = raw.split("\n")
    last = len(lines) - 1
    escaped = False
    for number, line in enumerate(lines):
        ended = line.rstrip(" \t\r")
        backslashes = len(ended) - len(ended.rstrip("\\"))
        if not backslashes:
            lines[number] = line if escaped or number == last else line + "\n"
        elif backslashes % 2 == 0:
            escaped = False
            lines[number] = line + "\n"
        elif number < last:
            lines[number] = (ended.lstrip(" \t\r") if escaped else ended)[:-1]
            lines[number + 1] = lines[number + 1].lstrip(" \t\r")
            escaped = True
        else:
            lines[number] = ended + " "
    return "".join(lines)


def quote_string(text: str) -> str:
    """A text of quotes, in the other kind of quotes."""
    return f"'{text}'" if '"' in text else f'"{text}"'
