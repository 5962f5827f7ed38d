"""`%` and `format`: the few conversions that Starlark has."""
from __future__ import annotations

from collections.abc import Callable

from oakum.starlark.errors import Failure, NamedFailure
from oakum.starlark.meter import charge, reserve
from oakum.starlark.rendering import integer, number, repr_text, text
from oakum.starlark.strings import code_point, joined
from oakum.starlark.typenames import type_name
from oakum.starlark.values import Dict
from oakum.typing import Any
from oakum.yaml.numbers import general

_FIELD = 16  # steps that a field takes, with the text before it


def percent(template: str, value: Any) -> str:
    """`template % value`. Raises Failure."""
    arguments: Any = value if type(value) is tuple else (value,)
    charge(_FIELD * template.count("%"))
    parts: list[str] = []
    position = used = 0
    while True:
        found = template.find("%", position)
        if found < 0:
            parts.append(template[position:])
            break
        parts.append(template[position:found])
        position = found + 1
        if position < len(template) and template[position] == "%":
            parts.append("%")
            position += 1
            continue
        if position < len(template) and template[position] == "(":
            argument, position = _named(template, position, value)
        elif used < len(arguments):
            argument = arguments[used]
        else:
            raise Failure("not enough arguments for format string")
        used += 1
        if position >= len(template):
            raise Failure("incomplete format")
        conversion = template[position]
        make = _CONVERSIONS.get(conversion)
        if make is None:
            raise Failure(f"unknown conversion %{chr(conversion.encode('utf-8', 'surrogateescape')[0])}")
        parts.append(make(argument))
        position += 1
    if used < len(arguments):
        raise Failure("too many arguments for format string")
    return _together(parts)


def _named(template: str, position: int, value: Any) -> tuple[Any, int]:
    """The argument of `%(name)s` and where its conversion is."""
    end = template.find(")", position)
    if end < 0:
        raise Failure("incomplete format key")
    name = template[position + 1 : end]
    if type(value) is not Dict:
        raise Failure("format requires a mapping")
    if name not in value:
        raise Failure(f"key not found: {name}")
    return value[name], end + 1


def _together(parts: list[str]) -> str:
    reserve(sum(map(len, parts)))
    return joined("".join(parts))


def _integer(letter: str) -> Callable[[Any], str]:
    def convert(value: Any) -> str:
        kind = type(value)
        if kind is float and value - value == 0:
            value = int(value)
        elif kind is not int:
            raise Failure(f"%{letter} format requires integer: {_not_integer(value)}")
        if letter in "di":
            return integer(value)
        return format(value, letter)

    return convert


def _not_integer(value: Any) -> str:
    if type(value) is float:
        return f"cannot convert float {'NaN' if value != value else 'infinity'} to integer"
    return f"cannot convert {type_name(value)} to int"


def _float(letter: str) -> Callable[[Any], str]:
    def convert(value: Any) -> str:
        if type(value) not in (int, float):
            raise Failure(f"%{letter} format requires float, not {type_name(value)}")
        try:
            real = float(value)
        except OverflowError:
            real = float("inf") if value > 0 else float("-inf")
        if real - real != 0:
            return number(real)
        return general(real) if letter == "g" else f"%{letter}" % real

    return convert


def _character(value: Any) -> str:
    kind = type(value)
    if kind is int:
        if value < 0 or value > 0x10FFFF:
            raise Failure(f"%c format requires a valid Unicode code point, got {value}")
        return "\ufffd" if 0xD800 <= value <= 0xDFFF else chr(value)
    if kind is str:
        if len(value) != 1:
            raise Failure("%c format requires a single-character string")
        return chr(code_point(value))
    raise Failure(f"%c format requires int or single-character string, not {type_name(value)}")


_CONVERSIONS: dict[str, Callable[[Any], str]] = {
    "s": text,
    "r": repr_text,
    "d": _integer("d"),
    "i": _integer("i"),
    "o": _integer("o"),
    "x": _integer("x"),
    "X": _integer("X"),
    "e": _float("e"),
    "f": _float("f"),
    "g": _float("g"),
    "c": _character,
}


def format_string(template: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> str:
    """`template.format(*arguments, **keywords)`. Raises Failure, without the name of the method."""
    charge(_FIELD * template.count("{"))
    if "{" in template and template.count("{") == template.count("{}") == template.count("}") <= len(arguments):
        pieces = template.split("{}")
        parts = [pieces[0]]
        for piece, argument in zip(pieces[1:], arguments, strict=False):
            parts.append(text(argument))
            parts.append(piece)
        return _together(parts)
    return _together(_fields(template, arguments, keywords))


def _fields(template: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> list[str]:
    parts: list[str] = []
    automatic: bool | None = None
    index = position = 0
    while position < len(template):
        found = template.find("{", position)
        literal = template[position:] if found < 0 else template[position:found]
        parts.append(_literal(literal))
        if found < 0:
            break
        if template.startswith("{{", found):
            parts.append("{")
            position = found + 2
            continue
        end = template.find("}", found)
        if end < 0:
            raise Failure("unmatched '{' in format")
        name, conversion, spec = _field(template[found + 1 : end])
        position = end + 1
        if name == "" or _is_number(name):
            if automatic is not None and automatic is not (name == ""):
                kinds = ["manual field specification", "automatic field numbering"]
                raise Failure(f"cannot switch from {kinds[automatic]} to {kinds[not automatic]}")
            automatic = name == ""
            number_ = index if automatic else int(name)
            index += 1
            if number_ >= len(arguments):
                raise Failure("tuple index out of range")
            value = arguments[number_]
        else:
            value = _keyword(name, keywords)
        if spec:
            raise NamedFailure(f"format spec features not supported in replacement fields: {spec}")
        if conversion not in ("s", "r"):
            raise Failure(f'unknown conversion "{conversion}"')
        parts.append(repr_text(value) if conversion == "r" else text(value))
    return parts


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 20 and int(name) < 1 << 63


def _literal(piece: str) -> str:
    if "}" not in piece:
        return piece
    if "}" in piece.replace("}}", ""):
        raise Failure("single '}' in format")
    return piece.replace("}}", "}")


def _field(inside: str) -> tuple[str, str, str]:
    """The name, the conversion (`s` unless given) and the format spec of a replacement field."""
    name, mark, conversion = inside.partition("!")
    head, tail = (name, conversion) if mark else ("", name)
    tail, _, spec = tail.partition(":")
    name, conversion = (head, tail) if mark else (tail, "s")
    if "{" in name:
        raise Failure("nested replacement fields not supported")
    return name, conversion, spec


def _keyword(name: str, keywords: dict[str, Any]) -> Any:
    if name in keywords:
        return keywords[name]
    if "." in name:
        raise Failure(f"attribute syntax x.y is not supported in replacement fields: {name}")
    if "[" in name:
        raise Failure(f"element syntax a[i] is not supported in replacement fields: {name}")
    raise Failure(f"keyword {name} not found")
