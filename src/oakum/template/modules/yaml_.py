"""`@ytt:yaml`: values to YAML text and back (ytt: module yaml)."""
from __future__ import annotations

from oakum.errors import YAMLError
from oakum.starlark import Builtin, Dict, Failure, List, Module, make_dict
from oakum.starlark.meter import charge, reserve
from oakum.template.arguments import exactly, string
from oakum.template.convert import to_yaml
from oakum.typing import Any
from oakum.yaml.emitter import emit
from oakum.yaml.nodes import Array, Document, DocumentSet, Map
from oakum.yaml.parser import parse


def yaml_module() -> Module:
    """The module."""
    return Module("yaml", {"encode": Builtin("yaml.encode", _encode), "decode": Builtin("yaml.decode", _decode)})


def _encode(*arguments: Any, **keywords: Any) -> str:
    exactly(arguments, 1)
    return encode_value(arguments[0])


def encode_value(value: Any) -> str:
    """A Starlark value as YAML: one document, which is none where it would be left out. Raises Failure."""
    node = to_yaml(value)
    text = emit(node if isinstance(node, DocumentSet) else DocumentSet([Document(node)]))
    charge(len(text) >> 1)
    reserve(len(text))
    return text


def _decode(*arguments: Any, **keywords: Any) -> Any:
    exactly(arguments, 1)
    text = string(arguments[0])
    charge((len(text) >> 1) + 40 * sum(map(text.count, "\n,[{")) + 250 * text.count("*"))
    try:
        documents = parse(text, "", comments=False)
    except YAMLError as error:
        raise Failure(str(error)) from None
    if len(documents.items) != 1:
        raise Failure("Expected to find exactly one YAML document")
    return _plain(documents.items[0].value)


def _plain(value: Any) -> Any:
    if isinstance(value, Map):
        made: Dict = make_dict([(item.key, _plain(item.value)) for item in value.items])
        if len(made) != len(value.items):
            raise Failure(f"(p) Unexpected duplicate key: {_twice(value)}")
        return made
    if isinstance(value, Array):
        return List([_plain(item.value) for item in value.items])
    return value


def _twice(value: Map) -> Any:
    seen: list[Any] = []
    for item in value.items:
        if item.key in seen:
            return item.key
        seen.append(item.key)
    return ""
