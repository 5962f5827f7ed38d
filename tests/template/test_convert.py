import pytest

from oakum.starlark import Failure, List, Set, Struct, make_dict
from oakum.template.convert import copy_value, to_dict, to_struct, to_yaml
from oakum.yaml.emitter import emit
from oakum.yaml.nodes import Array, Map
from oakum.yaml.parser import parse


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (make_dict([("a", List([1, "x"]))]), "a:\n- 1\n- x\n"),
        ((1, None), "- 1\n- null\n"),
        (Set([2, 1]), "- 2\n- 1\n"),
        (Struct({"b": 1.5, "a": True}), "b: 1.5\na: true\n"),
        (make_dict([(True, 1), (1, 2)]), "true: 1\n1: 2\n"),
    ],
)
def test_values_become_nodes(value: object, text: str) -> None:
    assert emit(to_yaml(value)) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1 << 64, "(p) not sure how to get int"),
        (range(3), "(p) unknown type starlark.rangeValue for conversion to go value"),
        (lambda: 1, "(p) unknown type *starlark.Function for conversion to go value"),
    ],
)
def test_what_yaml_cannot_hold_fails(value: object, message: str) -> None:
    with pytest.raises(Failure) as failure:
        to_yaml(value)
    assert failure.value.message == message


def test_data_values_are_structs_and_lists() -> None:
    values = to_struct(parse("a: {b: [1, {c: 2}]}", "v.yml").items[0].value)
    assert isinstance(values, Struct)
    inner = values.fields["a"].fields["b"]
    assert type(inner) is List
    assert inner[1].fields["c"] == 2


def test_fields_are_converted_once() -> None:
    values = to_struct(parse("a: {b: 1}", "v.yml").items[0].value)
    assert values.fields["a"] is values.fields["a"]
    assert dict(values.fields) == dict(values.fields.items())


def test_decoded_nodes_are_dicts() -> None:
    assert to_dict(parse("a: [1, {b: 2}]", "v.yml").items[0].value) == {"a": [1, {"b": 2}]}


def test_a_copy_shares_nothing() -> None:
    value = parse("a: {b: [1]}", "v.yml").items[0].value
    copied = copy_value(value)
    assert isinstance(value, Map)
    assert isinstance(copied, Map)
    inner = copied.items[0].value
    assert isinstance(inner, Map)
    assert isinstance(inner.items[0].value, Array)
    inner.items[0].value.items.clear()
    assert emit(value) == "a:\n  b:\n  - 1\n"
    assert copied.items[0].line == 1
