"""Decoding configuration by a table of fields, with the leniency and the words of Go's JSON decoder.

Field names match in any case, unknown fields are ignored, null leaves a field out; a value of another kind is refused
with its path, as written, and its Go type (the words of Go 1.27). `strict` refuses unknown fields too.
"""
from __future__ import annotations

from collections.abc import Mapping

from oakum.dataclass import dataclass
from oakum.images.errors import ConfigError
from oakum.typing import Any
from oakum.yaml.numbers import general

_PREFIX = "error unmarshaling JSON: while decoding JSON:"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, bool or number, by Python type; `coerce` turns numbers and booleans into text."""

    kind: type
    go: str
    coerce: bool = False


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one type."""

    element: FieldType
    go: str


@dataclass(frozen=True, slots=True)
class Struct:
    """A mapping with known fields."""

    go: str
    fields: Mapping[str, FieldType]


@dataclass(frozen=True, slots=True)
class StringMap:
    """A mapping of strings."""

    go: str = "map[string]string"


@dataclass(frozen=True, slots=True)
class Anything:
    """A value that is looked at elsewhere."""

    go: str = "interface {}"


FieldType = Scalar | ListOf | Struct | StringMap | Anything

STRING = Scalar(str, "string")
TEXT = Scalar(str, "string", coerce=True)
BOOL = Scalar(bool, "bool")
STRINGS = ListOf(TEXT, "[]string")


def decode(value: Any, kind: FieldType, *, path: str = "", strict: bool = False) -> Any:
    """`value` with the fields of `kind` under their proper names, absent ones left out. Raises ConfigError."""
    if value is None:
        return None
    if isinstance(kind, Anything):
        return value
    if isinstance(kind, Scalar):
        return _scalar(value, kind, path)
    if isinstance(kind, ListOf):
        if not isinstance(value, list):
            raise _mismatch(value, path, kind.go)
        return [decode(item, kind.element, path=f"{path}.{at}", strict=strict) for at, item in enumerate(value)]
    if not isinstance(value, dict):
        raise _mismatch(value, path, kind.go)
    if isinstance(kind, StringMap):
        return {key: decode(item, STRING, path=f"{path}.{key}") for key, item in value.items() if item is not None}
    return _struct(value, kind, path, strict)


def _struct(value: Mapping[str, Any], kind: Struct, path: str, strict: bool) -> dict[str, Any]:
    names = {name.lower(): name for name in kind.fields}
    found: dict[str, Any] = {}
    for key in sorted(value):
        name = names.get(key.lower())
        if name is None:
            if strict:
                raise ConfigError(f'{_PREFIX} json: unknown field "{key}"')
            continue
        item = decode(value[key], kind.fields[name], path=f"{path}.{key}", strict=strict)
        if item is not None:
            found[name] = item
    return found


def _scalar(value: Any, kind: Scalar, path: str) -> Any:
    if type(value) is kind.kind:
        return value
    if kind.coerce and isinstance(value, bool):
        return "true" if value else "false"
    if kind.coerce and isinstance(value, int | float):
        whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**63
        return str(int(value)) if whole or isinstance(value, int) else general(value)
    raise _mismatch(value, path, kind.go)


def _mismatch(value: Any, path: str, go: str) -> ConfigError:
    from oakum.gostruct import json_kind

    where = "Go value"
    if path:
        where = path if path.rpartition(".")[2].isdigit() else f"Go struct field {path}"
    return ConfigError(f"{_PREFIX} json: cannot unmarshal {json_kind(value)} into {where} of type {go}")
