"""Values as Go's encoding/json puts them into structs: keys in any case, unknown ones left out, null as absent.

What does not fit is named in its words: `json: cannot unmarshal string into Go struct field Config.waitRules of type
[]config.WaitRule`, the innermost struct first, then the way from the outermost.
"""
from __future__ import annotations

from collections.abc import Mapping

from oakum.dataclass import dataclass, field
from oakum.typing import Any, TypeAlias


@dataclass(frozen=True, eq=False)
class Struct:
    """A struct type: its Go name with the package , or its text; its fields by the names in documents."""

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


TEXT, BOOL, BYTES, ANY = "string", "bool", "[]uint8", "interface {}"
Shape: TypeAlias = "Struct | Many | Named | str"


def decode(value: Any, shape: Shape, *, as_text: bool = False, exact: bool = False) -> Any:
    """`value` in the form of `shape`: dicts with lower-case keys for structs, lists, dicts for maps, scalars, None.

    Bytes come of base64. With `as_text` numbers and booleans are welcome where a string belongs, as in documents that
    were YAML. With `exact`, as in Kubernetes' own decoder, keys must have the case of the fields. Raises ValueError
    with Go's words.
    """
    return _Decoder(as_text, exact).at(value, shape, "", ())


class _Decoder:
    def __init__(self, as_text: bool, exact: bool) -> None:
        self._as_text = as_text
        self._exact = exact

    def at(self, value: Any, shape: Shape, struct: str, way: tuple[str, ...]) -> Any:
        if value is None or shape == ANY:
            return value
        if isinstance(shape, Struct) and isinstance(value, dict):
            return self._struct(value, shape, way)
        if isinstance(shape, Named) and isinstance(value, dict):
            return {str(k): self.at(v, shape.item, struct, way) for k, v in sorted(value.items())}
        if isinstance(shape, Many) and isinstance(value, list):
            return [self.at(v, shape.item, struct, way) for v in value]
        if (shape == TEXT and isinstance(value, str)) or (shape == BOOL and isinstance(value, bool)):
            return value
        if shape == BYTES and isinstance(value, str):
            return _from_base64(value)
        if shape == TEXT and self._as_text and isinstance(value, bool | int | float):
            return _plain(value)
        where = f"Go struct field {struct}.{'.'.join(way)}" if way else "Go value"
        raise ValueError(f"json: cannot unmarshal {json_kind(value)} into {where} of type {_type(shape)}")

    def _struct(self, value: Mapping[str, Any], shape: Struct, way: tuple[str, ...]) -> dict[str, Any]:
        names = {name if self._exact else name.lower(): name for name in shape.fields}
        out: dict[str, Any] = {}
        for key, inner in sorted(value.items(), key=lambda entry: str(entry[0])):
            name = names.get(str(key) if self._exact else str(key).lower())
            if name is not None and inner is not None:
                struct = "" if shape.name.startswith("struct ") else shape.name.rpartition(".")[2]
                out[name.lower()] = self.at(inner, shape.fields[name], struct, (*way, name))
        return out


def _from_base64(text: str) -> bytes:
    import binascii
    import re

    packed = text.replace("\r", "").replace("\n", "")
    wrong = re.search(r"[^A-Za-z0-9+/\r\n=]|=(?!=?[\r\n]*$)", text)
    try:
        if wrong is None:
            return binascii.a2b_base64(packed, strict_mode=True)
        at = wrong.start()
    except binascii.Error:
        at = len(packed.rstrip("=")) // 4 * 4
    raise ValueError(f"illegal base64 data at input byte {at}")


def _plain(value: bool | int | float) -> str:
    from oakum.yaml.gojson import dumps

    return dumps(value)


def json_kind(value: Any) -> str:
    """The kind of a JSON value, as encoding/json names it."""
    if isinstance(value, bool):
        return "bool"
    return {str: "string", int: "number", float: "number", list: "array"}.get(type(value), "object")


def _type(shape: Shape) -> str:
    if isinstance(shape, str):
        return shape
    if isinstance(shape, Struct):
        return shape.name
    if isinstance(shape, Many):
        return shape.name or f"[]{_type(shape.item)}"
    return f"map[string]{_type(shape.item)}"
