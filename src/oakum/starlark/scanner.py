"""Text to tokens: ytt: Starlark dialect, literals; go-starlark's token names and error texts.

A token's kind is its own text for punctuation and keywords, else one of `identifier`, `int literal`, `float literal`,
`string literal`, `newline` and `end of file`, as messages name it. Indentation means nothing; a line break inside
brackets neither. The `newline` token is counted on the line after the break, where the reference reports it.
"""
from __future__ import annotations

import re
from typing import Any, NoReturn

from oakum.starlark.errors import Problem, SyntaxErrors
from oakum.starlark.literals import LiteralError, number, unquote

IDENTIFIER = "identifier"
INT = "int literal"
FLOAT = "float literal"
STRING = "string literal"
NEWLINE = "newline"
EOF = "end of file"

_KEYWORDS = "and break continue def elif else for if in lambda load not or return while"
_RESERVED = "as class del except finally from global import is nonlocal pass raise try with yield"
KEYWORDS = frozenset(re.findall(r"\w+", _KEYWORDS))
RESERVED = frozenset(re.findall(r"\w+", _RESERVED))

_TOKEN = re.compile(
    r"""[ \t\r]*(?:
      (?P<string>r?(?:\"{3}[^"\\]*(?:(?:\\.|"{1,2}(?!"))[^"\\]*)*\"{3}
                   |'{3}[^'\\]*(?:(?:\\.|'{1,2}(?!'))[^'\\]*)*'{3}
                   |"(?!"")[^"\\\n]*(?:\\.[^"\\\n]*)*"
                   |'(?!'')[^'\\\n]*(?:\\.[^'\\\n]*)*'))
     |(?P<word>[^\W\d]\w*)
     |(?P<newline>\n)
     |(?P<number>0[xXoObB][0-9a-zA-Z]*|(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[0-9]+(?:[eE][-+]?[0-9]+)?)
     |(?P<mark>//=|>>=|<<=|\*\*|==|!=|<=|>=|//|<<|>>|[-+*/%&|^]=|[-+*/%=<>&|^~.,;:()\[\]{}])
     |(?P<comment>\#[^\n]*)
     |(?P<joined>\\\n)
    )""",
    re.VERBOSE | re.DOTALL,
)
_OPEN = frozenset("([{")
_CLOSE = frozenset(")]}")
_BLANK = re.compile(r"[ \t\r]*")


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
    """The tokens of `source`. Raises SyntaxErrors."""
    tokens = Tokens(file)
    match = _TOKEN.match
    kinds, values, lines = tokens.kinds, tokens.values, tokens.lines
    position, line, depth, end = 0, 1, 0, len(source)
    while True:
        found = match(source, position)
        if found is None:
            position = _BLANK.match(source, position).end()  # type: ignore[union-attr]  # the pattern matches anything
            if position >= end:
                break
            _refuse(source, position, file, line)
        position = found.end()
        group = found.lastgroup
        text = found.group(group)  # type: ignore[arg-type]  # one group always matches
        if group == "word":
            kinds.append(text if text in KEYWORDS else IDENTIFIER)
            values.append(text)
            lines.append(line)
        elif group == "mark":
            depth = _nest(text, depth, file, line)
            kinds.append(text)
            values.append(None)
            lines.append(line)
        elif group == "newline":
            line += 1
            if not depth and kinds and kinds[-1] is not NEWLINE:
                tokens.add(NEWLINE, None, line)
        elif group == "joined":
            line += 1
        elif group != "comment":
            try:
                kind, value = (STRING, unquote(text)) if group == "string" else number(text)
            except LiteralError as error:
                raise SyntaxErrors(file, [Problem(str(error), line)]) from None
            tokens.add(kind, value, line)
            line += text.count("\n")
    if kinds and kinds[-1] is not NEWLINE:
        tokens.add(NEWLINE, None, line)
    tokens.add(EOF, None, line)
    return tokens


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
    char = source[position]
    if char == "r" or char in "\"'":
        start = position + (char == "r")
        rest = source[start:]
        triple = rest[:3] in ('"""', "'''")
        cut = rest.find("\n", 1)
        message = "unexpected EOF in string" if triple or cut < 0 else "unexpected newline in string"
        line += rest.count("\n") if triple else 0
    elif char == "\\":
        message = "stray backslash in program"
    else:
        message = f"unexpected input character '{char}'"
    raise SyntaxErrors(file, [Problem(message, line)])
