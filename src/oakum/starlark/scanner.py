"""Text to tokens: ytt: Starlark dialect, literals; go-starlark's token names and error texts.

A token's kind is its own text for punctuation and keywords, else one of `identifier`, `int literal`, `float literal`,
`string literal`, `newline` and `end of file`, as messages name it. Indentation means nothing; a line break inside
brackets neither. The `newline` token is counted on the line after the break, where the reference reports it. A `:` at
the end of a line opens a block; `end`, `elif` and `else:` close one wherever they stand, which is an `outdent` token;
the line break after `end` is part of it. The value of an `error` token is the SyntaxErrors to raise when it is reached.
"""
from __future__ import annotations

import re

from oakum.starlark.errors import Problem, SyntaxErrors
from oakum.starlark.literals import LiteralError, number, unquote
from oakum.starlark.rendering import rune
from oakum.typing import Any, NoReturn

IDENTIFIER = "identifier"
INT = "int literal"
FLOAT = "float literal"
STRING = "string literal"
NEWLINE = "newline"
OUTDENT = "outdent"
EOF = "end of file"
ERROR = "error"

KEYWORDS = frozenset(
    ["and", "break", "continue", "def", "elif", "else", "for", "if", "in", "lambda", "load", "not", "or", "return"]
).union(["while"])
RESERVED = frozenset(
    ["as", "class", "del", "except", "finally", "from", "global", "import", "is", "nonlocal", "pass", "raise", "try"]
).union(["with", "yield"])
_TOKEN = re.compile(
    r"""[ \t\r]*(?:
      ((?!r["'])[^\W\d]\w*)
     |(//=|>>=|<<=|\*\*|==|!=|<=|>=|//|<<|>>|[-+*/%&|^]=|[-+*/%=<>&|^~,;:()\[\]{}]|\.(?![0-9]))
     |(\n)
     |(r?(?:\"{3}[^"\\]*(?:(?:\\.|"{1,2}(?!"))[^"\\]*)*\"{3}
        |'{3}[^'\\]*(?:(?:\\.|'{1,2}(?!'))[^'\\]*)*'{3}
        |"(?!"")[^"\\\n]*(?:\\.[^"\\\n]*)*"
        |'(?!'')[^'\\\n]*(?:\\.[^'\\\n]*)*'))
     |(0[xXoObB][0-9a-zA-Z]*|(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]*)?|[0-9]+(?:[eE][-+]?[0-9]*)?)
     |(\#[^\n]*)
     |(\\\n)
    )""",
    re.VERBOSE | re.DOTALL,
)
_REST_OF_LINE = re.compile(r"[ \t\r]*(?:#[^\n]*)?\n")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*|\\\n)*")
_COLON = re.compile(r"(?:[ \t\r]|\\\n)*:")
_CLOSERS = frozenset(["end", "elif", "else"])
_LINE_ENDS = frozenset([NEWLINE, OUTDENT])
_WORD, _MARK, _BREAK, _STRING, _NUMBER, _COMMENT = range(1, 7)
_OPEN = frozenset("([{")
_CLOSE = frozenset(")]}")
_LITERALS = (_STRING, _NUMBER)
_BRACKETS = _OPEN | _CLOSE
_NUMBER_STARTS = frozenset("0123456789.")


class Tokens:
    """Parallel lists: `kinds[i]`, the decoded `values[i]` (identifiers, literals; else None) and `lines[i]`."""

    __slots__ = ("file", "kinds", "lines", "values")

    def __init__(self, file: str) -> None:
        self.file = file
        self.kinds: list[str] = []
        self.values: list[Any] = []
        self.lines: list[int] = []

    def add(self, kind: str, value: Any, line: int) -> None:
        """Append one token."""
        self.kinds.append(kind)
        self.values.append(value)
        self.lines.append(line)


def quoted(kind: str) -> str:
    """A token's kind as messages show it: punctuation in quotes, words bare."""
    return kind if kind[0].isalpha() else f"'{kind}'"


def scan(source: str, file: str) -> Tokens:
    """The tokens of `source`. Where there is none, an `ERROR` ends them: what stands before it may be wrong first.

    Lines may end as on Windows; a zero byte where a token could start ends the text.
    """
    tokens = Tokens(file)
    source = source.replace("\r\n", "\n")
    try:
        _scan(source, file, tokens)
    except SyntaxErrors as error:
        tokens.add(ERROR, error, error.errors[0].line)
    return tokens


def _scan(source: str, file: str, tokens: Tokens) -> None:
    match = _TOKEN.match
    kinds, values, lines = tokens.kinds, tokens.values, tokens.lines
    position, line, depth, blocks = 0, 1, 0, 0
    while found := match(source, position):
        position = found.end()
        group = found.lastindex
        if group == _WORD:
            text = found[_WORD]
            if not text.isascii():
                _check_letters(text, file, line)
            if text in _CLOSERS:
                position, line, blocks = _close(text, source, position, line, depth, blocks, tokens)
                continue
            kinds.append(text if text in KEYWORDS else IDENTIFIER)
            values.append(text)
            lines.append(line)
        elif group == _MARK:
            text = found[_MARK]
            if text in _BRACKETS:
                depth = _nest(text, depth, file, line)
            kinds.append(text)
            values.append(None)
            lines.append(line)
        elif group == _BREAK:
            line += 1
            if not depth and kinds and kinds[-1] not in _LINE_ENDS:
                blocks += kinds[-1] == ":"
                tokens.add(NEWLINE, None, line)
        elif group in _LITERALS:
            text = found[group]
            tokens.add(*_literal(text, file, line), line)
            line += text.count("\n")
        elif group != _COMMENT:
            line += 1
    rest = source[position:].strip(" \t\r")
    if rest and not rest.startswith("\0"):
        _refuse(source, position, file, line)
    if not depth and kinds and kinds[-1] not in _LINE_ENDS:
        tokens.add(NEWLINE, None, line)
    tokens.add(EOF, None, line)


def _close(
    word: str, source: str, position: int, line: int, depth: int, blocks: int, tokens: Tokens
) -> tuple[int, int, int]:
    """Add `word`, which closes a block if it is not the `else` of an expression; returns where that leaves the scan.

    Raises SyntaxErrors when there is no block to close.
    """
    if word != "elif":
        _check_next(source, position, file=tokens.file, line=line, depth=depth)
    if word == "end":
        rest = (_BLANK if depth else _REST_OF_LINE).match(source, position)
        if rest is not None:
            position, line = rest.end(), line + rest[0].count("\n")
    if word != "else" or _COLON.match(source, position):
        if not blocks:
            raise SyntaxErrors(tokens.file, [Problem("unexpected end", line)])
        blocks -= 1
        tokens.add(OUTDENT, None, line)
    if word == "elif":
        tokens.add(word, word, line)
    elif word == "else":
        tokens.add(word, word, line + (_REST_OF_LINE.match(source, position) is not None))
    return position, line, blocks


def _check_next(source: str, position: int, file: str, line: int, depth: int) -> None:
    """Raise SyntaxErrors where the token at `position` is none: the reference looks at it before the one in front."""
    found = _TOKEN.match(source, position)
    if found is None:
        if source[position:].strip(" \t\r"):
            _refuse(source, position, file, line)
    elif found.lastindex in _LITERALS:
        _literal(found[found.lastindex], file, line)
    elif found.lastindex == _MARK and found[_MARK] in _CLOSE:
        _nest(found[_MARK], depth, file, line)


def _check_letters(word: str, file: str, line: int) -> None:
    """Raise SyntaxErrors where the word holds what is neither a letter nor a decimal digit of ASCII."""
    for char in word:
        if not (char.isascii() or char.isalpha()):
            raise SyntaxErrors(file, [Problem(f"unexpected input character {rune(char)}", line)])


def _literal(text: str, file: str, line: int) -> tuple[str, Any]:
    try:
        return number(text) if text[0] in _NUMBER_STARTS else (STRING, unquote(text))
    except LiteralError as error:
        raise SyntaxErrors(file, [Problem(str(error), line)]) from None


def _nest(mark: str, depth: int, file: str, line: int) -> int:
    if mark in _OPEN:
        return depth + 1
    if mark in _CLOSE:
        if not depth:
            raise SyntaxErrors(file, [Problem(f"unexpected '{mark}'", line)])
        return depth - 1
    return depth


def _refuse(source: str, position: int, file: str, line: int) -> NoReturn:
    """Say why no token starts at `position`."""
    position += len(source[position:]) - len(source[position:].lstrip(" \t\r"))
    char = source[position]
    if char == "r" or char in "\"'":
        start = position + (char == "r")
        rest = source[start:]
        triple = rest[:3] in ('"""', "'''")
        cut = rest.find("\n", 1)
        message = "unexpected EOF in string" if triple or cut < 0 else "unexpected newline in string"
    elif char == "\\":
        message = "stray backslash in program"
    else:
        message = f"unexpected input character {rune(char)}"
    raise SyntaxErrors(file, [Problem(message, line)])
