"""TOML 1.0 as ytt's reader takes it, with its messages (ytt: module toml)."""
from __future__ import annotations

from oakum.starlark.rendering import quote, rune
from oakum.template.modules.toml_cursor import Cursor, TOMLError
from oakum.template.modules.toml_numbers import number
from oakum.template.modules.toml_tables import Document, MisplacedKey
from oakum.typing import Any
from oakum.yaml.errors import MAX_DEPTH

_WORDS = {"true": True, "false": False}
_FLOATS = {"i": ("inf", float("inf")), "n": ("nan", float("nan"))}
_BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_NULL_SEEN = 6  # characters


def loads(text: str) -> dict[str, Any]:
    """The root table of `text`: tables are dicts, arrays lists, dates and times `toml_numbers.Time`.

    `text` may hold stray bytes as surrogate escapes. Raises TOMLError, whose text is the whole message.
    """
    for mark in ("\udcff\udcfe", "\udcfe\udcff"):  # of UTF-16, which is then taken for UTF-8 all the same
        text = text.removeprefix(mark)
    reader = _Reader(text)
    try:
        if "\x00" in text[:_NULL_SEEN]:
            reader.fail("files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8")
        reader.document()
    except TOMLError as error:
        place = f" (last key {quote(reader.tables.last_key)})" if reader.tables.last_key else ""
        raise TOMLError(error.line, f"line {error.line}{place}: {error.message}") from None
    return reader.tables.root


class _Reader(Cursor):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.tables = Document()
        self.depth = 0

    def document(self) -> None:
        while True:
            self.skip_blanks()
            char = self.peek()
            if not char:
                return
            if char in "\r\n":
                self.take()
            elif char == "#":
                self.skip_comment()
            elif char == "[":
                self.header()
                self.end_of_item()
            else:
                context = self.tables.context
                self.pair()
                self.tables.context, self.tables.key = context, ""
                self.end_of_item()

    def end_of_item(self) -> None:
        self.skip_blanks()
        char = self.peek()
        if char == "#":
            return
        if self.take() not in ("\r", "\n", ""):
            self.fail(
                f"expected a top-level item to end with a newline, comment, or EOF, but got {rune(char)} instead"
            )

    def header(self) -> None:
        """`[a.b]` or `[[a.b]]`."""
        line = self.line
        self.take()
        array = self.peek() == "["
        if array:
            self.take()
        parts = self.header_parts()
        if array and (char := self.take()) != "]":
            self.fail(f"expected end of table array name delimiter ']', but got {rune(char or chr(0))} instead")
        self.place(line, lambda: self.tables.open(parts, array=array))
        self.tables.is_no_array(parts)

    def header_parts(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            self.skip_blanks()
            if self.peek() in ("]", ""):
                self.fail("unexpected end of table name (table names cannot be empty)")
            if self.peek() == ".":
                self.fail("unexpected table separator (table names cannot be empty)")
            parts.append(self.part())
            self.skip_blanks()
            char = self.take()
            if char == "]":
                return tuple(parts)
            if char != ".":
                self.fail(f"expected '.' or ']' to end table name, but got {rune(char or chr(0))} instead")

    def part(self) -> str:
        if self.peek() in ("'", '"'):
            return self.string(long=False)
        start = self.at
        while self.peek() in _BARE:
            self.at += 1
        return self.text[start : self.at]

    def place(self, line: int, put: Any) -> None:
        """Do `put`, which goes or writes to a place in the tables; what is wrong with it is wrong on `line`."""
        try:
            put()
        except MisplacedKey as error:
            raise TOMLError(line, str(error)) from None

    def pair(self) -> None:
        """`a.b = value`; the place in the tables is the key's afterwards."""
        line = self.line
        parts = self.key_parts()
        self.place(line, lambda: self.tables.descend(parts))
        key = parts[-1]
        value = self.value()
        self.place(line, lambda: self.tables.set(key, value))
        if not isinstance(value, list):
            self.tables.is_no_array((*self.tables.context, key))
        self.last = value

    def key_parts(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            self.skip_blanks()
            char = self.peek()
            if char in ("=", ""):
                self.fail("unexpected '='" if parts else "unexpected '=': key name appears blank")
            if char == ".":
                self.fail("unexpected '.'" if parts else "unexpected '.': keys cannot start with a '.'")
            parts.append(self.part())
            self.skip_blanks()
            char = self.take()
            if char == "=":
                return tuple(parts)
            if not char:
                self.fail("unexpected EOF; expected key separator '='")
            if char != ".":
                self.fail(f"expected '.' or '=', but got {rune(char)} instead")

    def value(self, *, in_array: bool = False) -> Any:
        self.skip_blanks()
        char = self.peek()
        if char in ("'", '"'):
            return self.string(long=True)
        if char.isdecimal() and char.isascii():
            return number(self, "")
        self.take()
        if not char:
            self.fail("unexpected EOF; expected value")
        if char in "[{":
            self.depth += 1
            if self.depth > MAX_DEPTH:
                self.fail(f"exceeded max depth of {MAX_DEPTH}")
            found: Any = self.array() if char == "[" else self.table(in_array)
            self.depth -= 1
            return found
        if char in "+-":
            return self.signed(char)
        if char == ".":
            self.fail("floats must start with a digit, not '.'")
        return self.word(char)

    def signed(self, sign: str) -> Any:
        char = self.peek()
        if char.isdecimal() and char.isascii():
            return number(self, sign)
        if char in _FLOATS:
            word, value = _FLOATS[char]
            matched = self.matched(word)
            if matched < len(word):
                self.fail(f"invalid float: '{sign}{word[:matched]}'")
            return -value if sign == "-" else value
        self.take()
        if char == ".":
            self.fail("floats must start with a digit, not '.'")
        return self.fail(f"expected a digit but got {rune(char or chr(0))}")

    def matched(self, word: str) -> int:
        """How much of `word` comes next, which is taken."""
        count = 0
        while count < len(word) and self.peek() == word[count]:
            count += 1
            self.at += 1
        return count

    def word(self, char: str) -> Any:
        self.at -= 1
        if char in _FLOATS:
            word, value = _FLOATS[char]
            matched = self.matched(word)
            if matched == len(word):
                return value
            self.at -= 1
        start = self.at
        while self.peek().isalpha():
            self.at += 1
        text = self.text[start : self.at]
        if not text:
            self.take()
            self.fail(f"expected value but found {rune(char)} instead")
        self.check_next()
        if text in _WORDS:
            return _WORDS[text]
        return self.fail(f'expected value but found "{text}" instead')

    def array(self) -> list[Any]:
        self.tables.start_array()
        found: list[Any] = []
        while True:
            self.skip_lines()
            char = self.peek()
            if char == ",":
                self.fail("unexpected comma")
            if char == "]":
                self.take()
                return found
            found.append(self.value(in_array=True))
            self.skip_lines()
            char = self.take()
            if char == "]":
                return found
            if char != ",":
                got = rune(char) if char else "end of file"
                self.fail(f"expected a comma (',') or array terminator (']'), but got {got}")

    def skip_lines(self) -> None:
        """Skip blanks, line breaks and comments."""
        while True:
            self.skip_blanks()
            char = self.peek()
            if char == "#":
                self.skip_comment()
            elif char in ("\r", "\n"):
                self.take()
            else:
                return

    def table(self, in_array: bool) -> dict[str, Any]:
        """`{a = 1, b.c = 2}`: filled in place; returned is what an array holds of it, by the last parts of its keys."""
        tables = self.tables
        outside, key = tables.context, tables.key
        here = (*outside, key)
        tables.context, tables.key = here, ""
        self.place(self.line, lambda: tables.open(here, array=in_array, implicit=True))
        found: dict[str, Any] = {}
        more = self.more_pairs(after=False)
        while more:
            self.pair()
            found[tables.key] = self.last
            tables.context = here
            more = self.more_pairs(after=True)
        tables.context, tables.key = outside, key
        return found

    def more_pairs(self, *, after: bool) -> bool:
        """Read on to the next pair of an inline table, or past its end; `after` another pair or at its start."""
        comma = not after
        while True:
            self.skip_blanks()
            char = self.peek()
            if char in ("\r", "\n"):
                self.take()
                self.fail("newlines not allowed within inline tables", back=1)
            if char == "#":
                self.skip_comment()
            elif char == ",":
                self.take()
                if comma:
                    self.fail("unexpected comma")
                comma = True
                self.skip_blanks()
                if self.peek() == "}":
                    self.fail("trailing comma not allowed in inline tables")
            elif char == "}":
                self.take()
                return False
            elif comma:
                return True
            else:
                got = rune(self.take()) if char else "end of file"
                self.ended = not char
                self.fail(f"expected a comma or an inline table terminator '}}', but got {got} instead")
