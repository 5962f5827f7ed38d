"""`@ytt:json`: values to JSON text with Go's bytes, and back (ytt: module json)."""
from __future__ import annotations

from oakum.starlark import Builtin, Failure, List, Module, make_dict
from oakum.starlark.meter import charge, reserve
from oakum.template.arguments import exactly, flag, string
from oakum.template.convert import to_yaml
from oakum.typing import Any
from oakum.yaml.gojson import dumps
from oakum.yaml.json_syntax import syntax_error
from oakum.yaml.nodes import Array, Document, DocumentSet, Map


def json_module() -> Module:
    """The module."""
    return Module("json", {"encode": Builtin("json.encode", _encode), "decode": Builtin("json.decode", _decode)})


def known_keywords(keywords: dict[str, Any], *known: str) -> None:
    """Raise Failure for a keyword that is none of `known`."""
    for name in keywords:
        if name not in known:
            raise Failure(f"invalid argument name: {name}")


def indentation(keywords: dict[str, Any], default: int) -> int:
    """The keyword `indent`."""
    indent = keywords.get("indent", default)
    if type(indent) is not int:
        raise Failure("expected starlark.Int")
    if not 0 <= indent <= 8:
        raise Failure("indent value must be between 0 and 8")
    return indent


def _encode(*arguments: Any, **keywords: Any) -> str:
    exactly(arguments, 1)
    known_keywords(keywords, "indent", "escape_html")
    indent = indentation(keywords, 0)
    escape = flag(keywords, "escape_html", True)
    try:
        text = dumps(plain(to_yaml(arguments[0])), " " * indent if indent else None, escape)
    except ValueError as error:
        raise Failure(f"json: {error}") from None
    charge(len(text) >> 3)
    reserve(len(text))
    return text


def plain(value: Any) -> Any:
    """A node as Python's dicts, lists and scalars. Raises Failure for a key that is no string."""
    charge(8)
    if isinstance(value, Map):
        for item in value.items:
            if type(item.key) is not str:
                raise Failure("(p) Expected key to be string")
        return {item.key: plain(item.value) for item in value.items}
    if isinstance(value, Array | DocumentSet):
        return [plain(item.value) for item in value.items]
    return plain(value.value) if isinstance(value, Document) else value


def _decode(*arguments: Any, **keywords: Any) -> Any:
    from json import loads

    exactly(arguments, 1)
    text = string(arguments[0])
    charge((len(text) >> 2) + 25 * sum(map(text.count, ",[{")))
    problem = syntax_error(text)
    if problem is not None:
        raise Failure(problem)
    return _value(loads(text, parse_int=_number, parse_float=_number, strict=False))


def _number(text: str) -> float:
    value = float(text)
    if value - value != 0:
        raise Failure(f"json: cannot unmarshal number {text} into Go value of type float64")
    return value


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return make_dict((_text(key), _value(below)) for key, below in sorted(value.items()))
    if isinstance(value, list):
        return List([_value(item) for item in value])
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> str:
    """A decoded string; half a surrogate pair, or a byte that is not UTF-8, is a replacement character."""
    return value if value.isascii() else value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
