"""Values as Go's encoding/json puts them into structs: keys in any case, unknown ones left out, null as absent.

What does not fit is named in its words (those of Go 1.27), with the way to it as written: `json: cannot unmarshal
string into Go struct field .waitRules.0.conditionMatchers of type []config.WaitRuleConditionMatcher`.
"""
from __future__ import annotations

from collections.abc import Mapping

from oakum.dataclass import dataclass, field
from oakum.typing import Any, TypeAlias


@dataclass(frozen=True)
class Scalar:
    """A scalar by its Go type. With `lenient` a number or boolean is welcome too, as in documents that were YAML."""

    name: str
    lenient: bool = False


@dataclass(frozen=True, eq=False)
class Struct:
    """A struct type: its Go name with the package, or its text; its fields by the names in documents."""

    name: str
    fields: dict[str, Shape] = field(default_factory=dict)


@dataclass(frozen=True)
class Many:
    """A list of one shape; `name` is its Go type where it has one of its own."""

    item: Shape
    name: str = ""


@dataclass(frozen=True)
class Named:
    """A map from strings to one shape."""

    item: Shape


Shape: TypeAlias = "Scalar | Struct | Many | Named"
STRING, TEXT = Scalar("string"), Scalar("string", lenient=True)
BOOL, BYTES, ANY = Scalar("bool"), Scalar("[]uint8"), Scalar("interface {}")
INT32, INT64 = Scalar("int32"), Scalar("int64")
_BITS = {INT32: 32, INT64: 64}

_Way: TypeAlias = tuple[tuple[str, str], ...]
"""Steps into a value, each with the struct whose field it is; empty for an index and for a key of a map."""


def decode(value: Any, shape: Shape, *, strict: bool = False, kubernetes: bool = False) -> Any:
    """`value` in the form of `shape`: dicts by the fields' own names for structs, lists, dicts for maps, scalars, None.

    Bytes come of base64. `strict` refuses fields that are not known. With `kubernetes`, as in its own decoder, keys
    must have the case of the fields, and a place is named by the fields alone, the innermost struct first:
    `Config.clusters.name`. Raises ValueError with Go's words.
    """
    return _Decoder(strict, kubernetes).at(value, shape, ())


class _Decoder:
    def __init__(self, strict: bool, kubernetes: bool) -> None:
        self._strict = strict
        self._kubernetes = kubernetes

    def at(self, value: Any, shape: Shape, way: _Way) -> Any:
        if value is None or shape is ANY:
            return value
        if isinstance(shape, Struct) and isinstance(value, dict):
            return self._struct(value, shape, way)
        if isinstance(shape, Named) and isinstance(value, dict):
            return {str(k): self.at(v, shape.item, (*way, ("", str(k)))) for k, v in sorted(value.items())}
        if isinstance(shape, Many) and isinstance(value, list):
            return [self.at(v, shape.item, (*way, ("", str(i)))) for i, v in enumerate(value)]
        if isinstance(shape, Scalar) and (found := _scalar(value, shape)) is not None:
            return found
        kind = json_kind(value)
        if kind == "number" and shape in _BITS:
            kind = f"number {_as_text(value)}"
        raise ValueError(f"json: cannot unmarshal {kind} into {self._place(way)} of type {_type(shape)}")

    def _struct(self, value: Mapping[str, Any], shape: Struct, way: _Way) -> dict[str, Any]:
        fold = str if self._kubernetes else _lower
        names = {fold(name): name for name in shape.fields}
        out: dict[str, Any] = {}
        for key, inner in sorted(value.items(), key=lambda entry: str(entry[0])):
            name = names.get(fold(key))
            if name is None:
                if self._strict:
                    raise ValueError(f'json: unknown field "{key}"')
            elif inner is not None:
                step = shape.name.rpartition(".")[2], str(key)
                out[name] = self.at(inner, shape.fields[name], (*way, step))
        return out

    def _place(self, way: _Way) -> str:
        """Where a value of the wrong type is."""
        if self._kubernetes:
            fields = [step for step in way if step[0]]
            return f"Go struct field {fields[-1][0]}.{'.'.join(name for _, name in fields)}" if fields else "Go value"
        path = "".join(f".{key}" for _, key in way)
        if not path:
            return "Go value"
        return path if way[-1][1].isdigit() else f"Go struct field {path}"


def _lower(key: object) -> str:
    return str(key).lower()


def _scalar(value: Any, shape: Scalar) -> Any:
    """`value` where it fits `shape`, else None."""
    if shape is BOOL:
        return value if isinstance(value, bool) else None
    if shape in _BITS:
        return _whole(value, _BITS[shape])
    if isinstance(value, str):
        return _from_base64(value) if shape is BYTES else value
    return _as_text(value) if shape.lenient and isinstance(value, bool | int | float) else None


def _whole(value: Any, bits: int) -> int | None:
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
        return None
    return int(value) if -(1 << bits - 1) <= value < 1 << bits - 1 else None


def _from_base64(text: str) -> bytes:
    from oakum.gobase64 import decode

    return decode(text.encode("utf-8", "surrogateescape"))


def _as_text(value: bool | int | float) -> str:
    from oakum.yaml.numbers import general

    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not (value.is_integer() and abs(value) < 2**63):
        return general(value)
    return str(int(value))


def json_kind(value: Any) -> str:
    """The kind of a JSON value, as encoding/json names it."""
    if isinstance(value, bool):
        return "bool"
    names = {str: "string", int: "number", float: "number", list: "array", type(None): "null"}
    return names.get(type(value), "object")


def _type(shape: Shape) -> str:
    """The Go type of a shape."""
    if isinstance(shape, Many):
        return shape.name or f"[]{_type(shape.item)}"
    return f"map[string]{_type(shape.item)}" if isinstance(shape, Named) else shape.name
