"""Bodies in `application/vnd.kubernetes.protobuf`, as kubectl's `create`, `auth`, `debug` and `drain` send them.

The envelope is `k8s\\0` and a `runtime.Unknown`; the fields' numbers are a table (`data/protobuf.txt`). A kind or a
field that is not in the table is refused with 415, so that nothing is lost in silence.
"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any

import orjson

from oakum.lab.api import clock
from oakum.lab.api.status import ApiError, bad_request
from oakum.lab.store import Obj

MAGIC = b"k8s\x00"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    kind: str


_Message = dict[int, _Field]


@cache
def _messages() -> dict[str, _Message]:
    text = resources.files("oakum.lab.api").joinpath("data/protobuf.txt").read_text()
    found: dict[str, _Message] = {}
    for part in text.split("\n@")[1:]:
        name, _, fields = part.partition("\n")
        parts = (field.split(":") for field in fields.split())
        found[name] = {int(number): _Field(field, kind) for number, field, kind in parts}
    return found


def decode(content: bytes) -> Obj:
    """The object in a protobuf body; raises ApiError 400 or 415."""
    if not content.startswith(MAGIC):
        raise bad_request("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    try:
        envelope = dict(message_fields(content[len(MAGIC) :]))
        meta = {number: _text(value) for number, value in message_fields(envelope.get(1, b""))}
    except (IndexError, ValueError) as error:
        raise bad_request(f"the protobuf message is cut short: {error}") from None
    version, kind = meta.get(1, ""), meta.get(2, "")
    if f"{version}/{kind}" not in _messages():
        raise _unsupported(f"{version} {kind}")
    try:
        body = _message(f"{version}/{kind}", envelope.get(2, b""))
    except (IndexError, ValueError, OverflowError, RecursionError) as error:
        raise bad_request(f"the protobuf message is cut short: {error}") from None
    return {"apiVersion": version, "kind": kind, **body}


def _unsupported(what: str) -> ApiError:
    message = f"the body of the request was in an unknown format ({what} as protobuf) - accepted media types include: "
    return ApiError(415, "UnsupportedMediaType", message + "application/json, application/yaml")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def message_fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a message in order, by number: integers, or bytes. Raises IndexError when it is cut short."""
    if not isinstance(data, bytes):
        raise IndexError("a number in the place of a message")
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(data, at)
            yield number, value - (1 << 64) if value >= 1 << 63 else value
        elif wire == _BYTES:
            size, at = _varint(data, at)
            if at + size > len(data):
                raise IndexError(f"field {number} has {len(data) - at} of {size} bytes")
            yield number, data[at : at + size]
            at += size
        else:
            width = {_FIXED64: 8, _FIXED32: 4}[wire] if wire in (_FIXED64, _FIXED32) else len(data)
            yield number, data[at : at + width]
            at += width


def _text(value: Any) -> str:
    if not isinstance(value, bytes):
        raise IndexError("a number in the place of a text")
    return value.decode()


def _message(name: str, data: bytes) -> Obj:
    known = _messages()[name]
    found: Obj = {}
    for number, value in message_fields(data):
        field = known.get(number)
        if field is None:
            if not value:
                continue
            if _ignorable(name, value):
                continue
            raise _unsupported(f"field {number} of {name}")
        if field.name == "*":
            found |= _message(field.kind, value)
        elif field.kind.startswith("["):
            found.setdefault(field.name, []).append(_value(field.kind[1:-1], value))
        elif field.kind.startswith("{"):
            pair = dict(message_fields(value))
            entry = {_text(pair.get(1, b"")): _value(field.kind[1:-1], pair.get(2, b""))}
            found[field.name] = {**found.get(field.name, {}), **entry}
        else:
            found[field.name] = _value(field.kind, value)
    return {key: value for key, value in found.items() if value not in ("", None)}


def _ignorable(name: str, value: Any) -> bool:
    """Whether a field outside the table says nothing: a message all of whose fields are empty, a status."""
    if isinstance(value, int):
        return value == 0
    if "/" in name:
        return True
    try:
        return all(_ignorable("", inner) for _, inner in message_fields(value))
    except IndexError:
        return False


def _value(kind: str, value: Any) -> Any:
    read = _READERS.get(kind)
    if read is not None:
        return read(value)
    body = _message(kind, value)
    if kind.endswith("IntOrString"):
        return body.get("strVal", "") if body.get("type") else body.get("intVal", 0)
    return body


def _number(value: Any) -> int:
    if not isinstance(value, int):
        raise IndexError("bytes in the place of a number")
    return value


def _bytes(value: Any) -> str:
    if not isinstance(value, bytes):
        raise IndexError("a number in the place of bytes")
    return base64.b64encode(value).decode()


def _time(value: Any) -> str | None:
    seconds = dict(message_fields(value)).get(1, 0)
    return clock.stamp(datetime.fromtimestamp(seconds, UTC)) if seconds else None


# By the letter in the table; what a capital stands for is left out where it is zero.
_READERS: dict[str, Callable[[Any], Any]] = {
    "s": _text,
    "y": _bytes,
    "i": _number,
    "I": lambda value: _number(value) or None,
    "b": lambda value: bool(_number(value)),
    "B": lambda value: bool(_number(value)) or None,
    "~": _time,
    "j": lambda value: orjson.loads(dict(message_fields(value)).get(1, b"null")),
    "=": lambda value: _text(dict(message_fields(value)).get(1, b"0")),
}
