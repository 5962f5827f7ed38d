"""OpenAPI v2 as protobuf, the only form in which kubectl asks for it (gnostic, OpenAPIv2.proto).

Types whole; of paths what clients look for there: which kinds can be patched with which query parameters.
"""

from collections.abc import Iterable
from typing import Any

MEDIA_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
"""As it is answered; it is asked for with `@` in place of the dot before `v1.0`."""

_TEXTS = {"$ref": 1, "format": 2, "title": 3, "description": 4}
_Document = dict[str, Any]


def encode(document: _Document) -> bytes:
    """The protobuf form of a Swagger 2.0 document as `openapi.document_v2` makes it."""
    info = _text(1, document["info"]["title"]) + _text(2, document["info"]["version"])
    paths = b"".join(_bytes(2, _named(path, _path(item))) for path, item in document["paths"].items())
    types = b"".join(_bytes(1, _named(name, _schema(item))) for name, item in document["definitions"].items())
    return _text(1, "2.0") + _bytes(2, info) + _bytes(8, paths) + _bytes(9, types)


def _path(item: _Document) -> bytes:
    """A path item: of its operations only the patch."""
    if "patch" not in item:
        return b""
    operation = item["patch"]
    stated = [*(item.get("parameters") or []), *(operation.get("parameters") or [])]
    queries = [each for each in stated if each.get("in") == "query"]
    parameters = b"".join(_bytes(8, _bytes(1, _bytes(2, _bytes(3, _query(each))))) for each in queries)
    return _bytes(8, parameters + _extensions(13, operation))


def _query(parameter: _Document) -> bytes:
    return _text(2, "query") + _text(4, parameter["name"]) + _text(6, parameter.get("type") or "string")


def _schema(schema: _Document) -> bytes:
    found = b"".join(_text(number, schema[name]) for name, number in _TEXTS.items() if name in schema)
    found += b"".join(_text(19, name) for name in schema.get("required") or ())
    if isinstance(schema.get("additionalProperties"), dict):
        found += _bytes(21, _bytes(1, _schema(schema["additionalProperties"])))
    if "type" in schema:
        found += _bytes(22, _text(1, schema["type"]))
    if "items" in schema:
        found += _bytes(23, _bytes(1, _schema(schema["items"])))
    found += b"".join(_bytes(24, _schema(each)) for each in schema.get("allOf") or ())
    if schema.get("properties"):
        properties = schema["properties"].items()
        found += _bytes(25, b"".join(_bytes(1, _named(name, _schema(each))) for name, each in properties))
    return found + _extensions(31, schema)


def _extensions(field: int, of: _Document) -> bytes:
    """The `x-…` members, each as the YAML of its value; JSON is YAML."""
    import orjson

    named = ((name, _text(2, orjson.dumps(value).decode())) for name, value in of.items() if name.startswith("x-"))
    return b"".join(_bytes(field, _named(name, value)) for name, value in named)


def _named(name: str, value: bytes) -> bytes:
    return _text(1, name) + _bytes(2, value)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return bytes(_varint(field << 3 | 2)) + bytes(_varint(len(value))) + value


def _varint(number: int) -> Iterable[int]:
    while number > 0x7F:
        yield number & 0x7F | 0x80
        number >>= 7
    yield number
