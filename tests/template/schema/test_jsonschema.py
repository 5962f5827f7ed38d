from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oakum.starlark import Dict, List
from oakum.template.schema import Schema, json_schema
from oakum.yaml.gojson import dumps
from oakum.yaml.nodes import Array, Document, Map

Read = Callable[..., Document]


def plain(value: Any) -> Any:
    if isinstance(value, Map):
        return {item.key: plain(item.value) for item in value.items}
    if isinstance(value, Array):
        return [plain(item.value) for item in value.items]
    return value


def exported(document: Read, text: str) -> dict[str, Any]:
    """The properties of the schema that `text` is."""
    found = plain(Schema.from_document(document(text, Dict=Dict, List=List)).json_schema().value)
    assert found["type"] == "object"
    assert found["additionalProperties"] is False
    properties: dict[str, Any] = found["properties"]
    return properties


def test_without_a_schema_anything_goes() -> None:
    assert '"type"' not in dumps(plain(json_schema(None).value))


def test_nullable_is_a_second_type(document: Read) -> None:
    assert exported(document, "#@schema/nullable\na: 1") == {"a": {"type": ["integer", "null"], "default": None}}


def test_any_says_nothing_of_types(document: Read) -> None:
    assert exported(document, "#@schema/type any=True\na: 1") == {"a": {"default": 1}}


def test_keyword_rules_become_keywords(document: Read) -> None:
    text = (
        "#@schema/validation min=1, max=9\na: 1\n#@schema/validation min_len=1, one_of=List(['x'])\nb: x\n"
        "#@schema/validation max_len=3\nc:\n- 1\n"
    )
    assert exported(document, text) == {
        "a": {"type": "integer", "minimum": 1, "maximum": 9, "default": 1},
        "b": {"type": "string", "minLength": 1, "enum": ["x"], "default": "x"},
        "c": {"type": "array", "maxItems": 3, "items": {"type": "integer", "default": 1}, "default": []},
    }


def test_choices_are_an_array_whatever_they_are_given_as(document: Read) -> None:
    assert exported(document, "#@schema/validation one_of=('x', 'y')\na: x")["a"]["enum"] == ["x", "y"]
    assert exported(document, "#@schema/validation one_of=Dict([('x', 1)])\na: x")["a"]["enum"] == ["x"]


def test_conditional_rules_stay_out(document: Read) -> None:
    assert exported(document, "#@schema/validation min=1, when=lambda v: True\na: 1") == {
        "a": {"type": "integer", "default": 1}
    }
