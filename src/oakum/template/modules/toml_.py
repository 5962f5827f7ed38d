"""`@ytt:toml`: values to TOML text and back (ytt: module toml)."""
from __future__ import annotations

import re

from oakum.starlark import Builtin, Failure, List, Module, make_dict
from oakum.starlark.meter import charge, reserve
from oakum.template.arguments import exactly, string
from oakum.template.convert import to_yaml
from oakum.template.modules.json_ import indentation, known_keywords, plain
from oakum.typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
_ESCAPES = {
    **{code: f"\\u{code:04x}" for code in (*range(0x20), 0x7F)},
    **{ord(char): f"\\{mark}" for char, mark in zip('\t\n\r\b\f"\\', 'tnrbf"\\', strict=True)},
}


def toml_module() -> Module:
    """The module."""
    return Module("toml", {"encode": Builtin("toml.encode", _encode), "decode": Builtin("toml.decode", _decode)})


def _encode(*arguments: Any, **keywords: Any) -> str:
    exactly(arguments, 1)
    known_keywords(keywords, "indent")
    indent = indentation(keywords, 0) or 2
    value = plain(to_yaml(arguments[0]))
    if not isinstance(value, dict):
        raise Failure("toml: top-level values must be Go maps or structs")
    writer = _Writer(" " * indent)
    writer.table((), value)
    text = "".join(writer.parts)
    charge(len(text))
    reserve(len(text))
    return text


class _Writer:
    """Writes tables: plain values first, then the tables below, each sorted by key."""

    def __init__(self, indent: str) -> None:
        self.indent = indent
        self.parts: list[str] = []

    def table(self, path: tuple[str, ...], value: dict[str, Any]) -> None:
        """The content of the table at `path`."""
        lead = self.indent * len(path)
        for key in sorted(value):
            item = value[key]
            if item is not None and not _is_table(item) and not _is_tables(item):
                self.parts.append(f"{lead}{_key(key)} = {_value(item)}\n")
        for key in sorted(value):
            item = value[key]
            if _is_table(item):
                self._header((*path, key), "[", "]", separate=not path)
                self.table((*path, key), item)
            elif _is_tables(item):
                for one in item:
                    self._header((*path, key), "[[", "]]", separate=True)
                    self.table((*path, key), one)

    def _header(self, path: tuple[str, ...], start: str, end: str, *, separate: bool) -> None:
        if separate and self.parts:
            self.parts.append("\n")
        name = ".".join(map(_key, path))
        self.parts.append(f"{self.indent * (len(path) - 1)}{start}{name}{end}\n")


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _key(key: str) -> str:
    return key if _BARE.match(key) else '"' + key.replace('"', '\\"') + '"'


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value.translate(_ESCAPES)}"'
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, list):
        if any(item is None for item in value):
            raise Failure("toml: cannot encode array with nil element")
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        pairs = [f"{_key(key)} = {_value(value[key])}" for key in sorted(value) if value[key] is not None]
        return "{" + ", ".join(pairs) + "}"
    return str(value)


def _float(value: float) -> str:
    """All digits without an exponent, always with a point."""
    if value - value != 0:
        return "nan" if value != value else "+inf" if value > 0 else "-inf"
    text = repr(value)
    if "e" in text:
        from decimal import Decimal

        text = format(Decimal(text), "f")
    return text if "." in text else text + ".0"


def _decode(*arguments: Any, **keywords: Any) -> Any:
    from oakum.template.modules.toml_cursor import TOMLError
    from oakum.template.modules.toml_reader import loads

    exactly(arguments, 1)
    text = string(arguments[0])
    charge(len(text) + 300 * text.count("\n") + 120 * sum(map(text.count, ",[{.")))
    try:
        return _to_starlark(loads(text))
    except TOMLError as error:
        raise Failure(f"toml: {error.message}") from None


def _to_starlark(value: Any) -> Any:
    if isinstance(value, dict):
        return make_dict((key, _to_starlark(value[key])) for key in sorted(value))
    if isinstance(value, list):
        return List([_to_starlark(item) for item in value])
    if value is None or isinstance(value, str | int | float):
        return value
    raise Failure("(p) unknown type time.Time for conversion to starlark value")
