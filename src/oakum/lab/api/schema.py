"""The types of the built-in kinds: every field with its type, default, list keys and merge strategy.

Read from `data/schemas.txt` (see tools/lab_api_data.py), one type at a time when it is first needed. The same classes
describe custom resources (`oakum.lab.api.custom`), so that decoding, patching and field ownership know one model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal

ListKind = Literal["atomic", "set", "map"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, number or boolean, or a value that is taken whole (`name` as in the table)."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; `keys` are the fields that identify an item of a list that is a map."""

    item: Shape
    kind: ListKind = "atomic"
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object with free keys."""

    value: Shape
    atomic: bool = False


@dataclass(frozen=True, slots=True)
class Ref:
    """A named type, which may be owned as a whole here, or (`granular`) field by field though elsewhere it is not."""

    name: str
    atomic: bool = False
    granular: bool = False


@dataclass(frozen=True, slots=True)
class Struct:
    """An object with known fields; `open` keeps unknown ones."""

    name: str
    fields: Mapping[str, Field]
    atomic: bool = False
    open: bool = False
    kinds: tuple[str, ...] = ()


Shape = Scalar | ListOf | MapOf | Ref | Struct

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct. `strategies` and `merge_key` are those of strategic merge patches."""

    name: str
    shape: Shape
    required: bool = False
    default: Any = field(default=_ABSENT)
    enum: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    merge_key: str = ""

    @property
    def has_default(self) -> bool:
        """Whether the schema gives a default."""
        return self.default is not _ABSENT


FREE = Scalar("free")
"""A value of which nothing is known: objects are taken apart, lists are whole."""
_SCALARS = {"s", "b", "i", "i32", "i64", "f", "o", "byte"}
_WHOLE = {
    "apiextensions.v1.CustomResourceSubresourceStatus",
    "apiextensions.v1.JSON",
    "machinery.api.resource.Quantity",
    "machinery.runtime.RawExtension",
    "machinery.util.intstr.IntOrString",
    "meta.FieldsV1",
    "meta.MicroTime",
    "meta.Patch",
    "meta.Time",
}
_UNIONS = {"OrArray", "OrBool", "OrStringArray"}


@cache
def _paragraphs() -> dict[str, list[str]]:
    text = resources.files("oakum.lab.api").joinpath("data/schemas.txt").read_text()
    found: dict[str, list[str]] = {}
    for part in text.split("\n@")[1:]:
        lines = part.rstrip("\n").split("\n")
        found[lines[0].partition(" ")[0]] = lines
    return found


def names() -> list[str]:
    """The names of all types."""
    return list(_paragraphs())


def bare(name: str) -> dict[str, Any] | None:
    """The JSON schema of a type that is not a struct, or None for a struct."""
    _, _, text = _paragraphs()[name][0].partition(" = ")
    return json.loads(text) if text else None


@cache
def struct(name: str) -> Struct:
    """A named struct; raises KeyError for an unknown name."""
    head, *lines = _paragraphs()[name]
    words = head.split(" ")[1:]
    fields = {item.name: item for item in map(_field, lines)}
    return Struct(name, fields, "A" in words, kinds=tuple(word for word in words if word != "A"))


@cache
def _by_kind() -> dict[str, str]:
    return {
        kind: name
        for name, lines in _paragraphs().items()
        for kind in lines[0].split(" = ")[0].split(" ")[1:]
        if kind != "A"
    }


def type_name(group: str, version: str, kind: str) -> str | None:
    """The name of the type that a group, version and kind have, or None."""
    return _by_kind().get(f"{group}/{version}/{kind}")


def resolved(shape: Shape) -> Shape:
    """The struct behind a reference; other shapes as they are. Types taken whole become scalars."""
    if not isinstance(shape, Ref):
        return shape
    if shape.name in _WHOLE or any(shape.name.endswith(union) for union in _UNIONS):
        return Scalar(shape.name)
    known = struct(shape.name)
    if (shape.atomic and not known.atomic) or (shape.granular and known.atomic):
        return Struct(known.name, known.fields, shape.atomic, known.open, known.kinds)
    return known


def _field(line: str) -> Field:
    name, kind, *flags = line.split(" ")
    options = dict(flag.partition("=")[::2] for flag in flags)
    return Field(
        name.removesuffix("*"),
        _shape(kind, options),
        name.endswith("*"),
        json.loads(options["d"]) if "d" in options else _ABSENT,
        tuple(options["e"].split("|")) if "e" in options else (),
        tuple(options["s"].split(",")) if "s" in options else (),
        options.get("p", ""),
    )


def _shape(text: str, options: Mapping[str, str]) -> Shape:
    if text.startswith("["):
        item = _shape(text[1:-1], {})
        if "k" in options:
            return ListOf(item, "map", tuple(options["k"].split(",")))
        return ListOf(item, "set" if "set" in options else "atomic")
    if text.startswith("{"):
        return MapOf(_shape(text[1:-1], {}), "A" in options)
    if text in _SCALARS:
        return Scalar(text)
    return Ref(text, "A" in options, "G" in options)
