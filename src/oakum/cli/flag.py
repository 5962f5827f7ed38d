"""Flags in the forms of pflag (the Go library whose command lines ytt, kbld and kapp have): declaration and parsing.

A flag is declared as data; `parse` turns arguments into values. Accepted are `--name value`, `--name=value`,
`-n value`, `-nvalue`, `-n=value`, bundles of booleans (`-tj`), `--name` alone for booleans, repetition, flags between
positional arguments, and `--` to end flags.
"""
from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

from oakum.errors import UsageError
from oakum.record import NamedTuple
from oakum.typing import Any

_GREATEST_FLOAT32 = 3.4028235677973366e38
_SPECIAL = frozenset('"\r\n')
"""What makes a list of values more than text between commas."""


class Flag(NamedTuple):
    """One flag. `kind` is one of the keys of `KINDS`; `default` None means the kind's zero value.

    `check` sees each parsed value and raises ValueError with the reason for a value it refuses. `section` names the
    heading of the help text under which the flag is listed, or several, one a line.
    """

    name: str
    help: str = ""
    kind: str = "string"
    default: Any = None
    short: str = ""
    hidden: bool = False
    section: str = ""
    check: Callable[[Any], object] | None = None

    @property
    def takes_value(self) -> bool:
        """Whether the next argument is this flag's value when none is attached (all kinds but bool)."""
        return self.kind != "bool"

    def initial(self) -> Any:
        """The value before any argument is seen; lists are fresh."""
        zero = KINDS[self.kind].zero
        value = zero if self.default is None else self.default
        return list(value) if isinstance(zero, list) else value

    def label(self) -> str:
        """The flag as error messages name it: `-f, --file` or `--file`."""
        return f"-{self.short}, --{self.name}" if self.short else f"--{self.name}"


def at_least(least: int) -> Callable[[int], None]:
    """A `check` that refuses smaller numbers."""
    def check(value: int) -> None:
        if value < least:
            raise ValueError(f"must be at least {least}")

    return check


class Kind(NamedTuple):
    """A type of flag value: its name in help texts, zero value, and how text becomes a value."""

    shown: str
    zero: Any
    parse: Callable[[str], Any]


def _boolean(text: str) -> bool:
    if text in ("1", "t", "T", "true", "TRUE", "True"):
        return True
    if text in ("0", "f", "F", "false", "FALSE", "False"):
        return False
    raise ValueError(f"strconv.ParseBool: parsing {_quoted(text)}: invalid syntax")


def _integer(text: str) -> int:
    try:
        if text != text.strip():
            raise ValueError  # Python's own reading is more generous
        digits = text.lstrip("-+")
        octal = len(digits) > 1 and digits[0] == "0" and digits.isascii() and digits.isdecimal()
        value = int(text, 8 if octal else 0)
    except ValueError:
        raise ValueError(f"strconv.ParseInt: parsing {_quoted(text)}: invalid syntax") from None
    if not -(1 << 63) <= value < 1 << 63:
        raise ValueError(f"strconv.ParseInt: parsing {_quoted(text)}: value out of range")
    return value


def _number(text: str) -> float:
    try:
        if text != text.strip():
            raise ValueError
        value = float(text)
    except ValueError:
        raise ValueError(f"strconv.ParseFloat: parsing {_quoted(text)}: invalid syntax") from None
    if value in (float("inf"), -float("inf")) and "inf" not in text.lower():
        raise ValueError(f"strconv.ParseFloat: parsing {_quoted(text)}: value out of range")
    return value


def _number32(text: str) -> float:
    value = _number(text)
    if _GREATEST_FLOAT32 < abs(value) < float("inf"):
        raise ValueError(f"strconv.ParseFloat: parsing {_quoted(text)}: value out of range")
    return value


def _duration(text: str) -> float:
    from oakum.duration import parse_duration

    return parse_duration(text)


def _comma_list(text: str) -> list[str]:
    if _SPECIAL.isdisjoint(text):
        return text.split(",") if text else []
    from oakum.cli.csv import first_record

    return first_record(text)


def _quoted(text: str) -> str:
    """`text` as Go quotes it."""
    from oakum.starlark.rendering import quote

    return quote(text)


def _letter(character: str) -> str:
    """The first byte of an unknown letter, as pflag takes it for one."""
    return repr(chr(character.encode("utf-8", "surrogateescape")[0]))


KINDS: Mapping[str, Kind] = {
    "bool": Kind("", False, _boolean),
    "string": Kind("string", "", str),
    "int": Kind("int", 0, _integer),
    "float": Kind("float", 0.0, _number),
    "float32": Kind("float32", 0.0, _number32),
    "duration": Kind("duration", 0.0, _duration),
    "strings": Kind("strings", [], _comma_list),
    "array": Kind("stringArray", [], lambda text: [text]),
}
"""`strings` splits each value at commas as CSV does; `array` keeps each value whole. Both collect repetitions."""


class Parsed(NamedTuple):
    """What `parse` found: a value for every flag by name, which ones were given, and the positional arguments."""

    values: dict[str, Any]
    given: set[str]
    arguments: list[str]


def parse(flags: Sequence[Flag], arguments: Sequence[str]) -> Parsed:
    """Read `arguments` by pflag's rules. Raises UsageError with pflag's text for the first thing that is wrong."""
    return _Parser(flags).run(arguments)


class _Parser:
    def __init__(self, flags: Sequence[Flag]) -> None:
        self.long = {flag.name: flag for flag in flags}
        self.short = {flag.short: flag for flag in flags if flag.short}
        self.found = Parsed({flag.name: flag.initial() for flag in flags}, set(), [])

    def run(self, arguments: Sequence[str]) -> Parsed:
        rest = list(arguments)
        while rest:
            argument = rest.pop(0)
            if argument == "--":
                self.found.arguments.extend(rest)
                break
            if argument.startswith("--"):
                self._long(argument, rest)
            elif argument.startswith("-") and len(argument) > 1:
                self._bundle(argument, rest)
            else:
                self.found.arguments.append(argument)
        return self.found

    def _long(self, argument: str, rest: list[str]) -> None:
        name, attached, value = argument[2:].partition("=")
        if not name or name.startswith("-"):
            raise UsageError(f"bad flag syntax: {argument}")
        flag = self.long.get(name)
        if flag is None:
            raise UsageError(f"unknown flag: --{name}{self._guess(name)}")
        if not attached:
            if not flag.takes_value:
                value = "true"
            elif rest:
                value = rest.pop(0)
            else:
                raise UsageError(f"flag needs an argument: --{name}")
        self._set(flag, value)

    def _guess(self, name: str) -> str:
        """The nearest flag, for a person: what programs read is the reference's text."""
        if sys.stderr is None or not sys.stderr.isatty():
            return ""
        from difflib import get_close_matches

        found = get_close_matches(name, self.long, 1)
        return f" (did you mean --{found[0]}?)" if found else ""

    def _bundle(self, argument: str, rest: list[str]) -> None:
        letters = argument[1:]
        while letters:
            left, letter, letters = letters, letters[0], letters[1:]
            flag = self.short.get(letter)
            if flag is None:
                raise UsageError(f"unknown shorthand flag: {_letter(letter)} in -{left}")
            if letters.startswith("=") and len(letters) > 1:
                value, letters = letters[1:], ""
            elif not flag.takes_value:
                value = "true"
            elif letters:
                value, letters = letters, ""
            elif rest:
                value = rest.pop(0)
            else:
                raise UsageError(f"flag needs an argument: {letter!r} in -{left}")
            self._set(flag, value)

    def _set(self, flag: Flag, text: str) -> None:
        try:
            value = KINDS[flag.kind].parse(text)
            if flag.check is not None:
                flag.check(value)
        except ValueError as error:
            raise UsageError(f'invalid argument {_quoted(text)} for "{flag.label()}" flag: {error}') from None
        if isinstance(value, list) and flag.name in self.found.given:
            value = self.found.values[flag.name] + value
        self.found.values[flag.name] = value
        self.found.given.add(flag.name)
