from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oakum.starlark import List, Struct
from oakum.template.annotation import Annotation
from oakum.template.schema import Schema
from oakum.template.validation import ValidationError, validate
from oakum.template.validation.rules import read_rules
from oakum.yaml.nodes import Document, Source

Read = Callable[..., Document]


@pytest.fixture
def report(document: Read) -> Callable[..., str]:
    """The report about values that are their schema's defaults; empty when all rules hold."""

    def report(text: str, **names: Any) -> str:
        schema = Schema.from_document(document(text, "s.yml", List=List, **names))
        try:
            validate(schema.default_document(), schema.root)
        except ValidationError as error:
            return str(error)
        return ""

    return report


def test_what_holds_says_nothing(report: Callable[..., str]) -> None:
    assert report("#@schema/validation min=1, max=5, one_of=List([3])\na: 3") == ""


def test_the_report_names_value_position_and_rule(report: Callable[..., str]) -> None:
    assert report("m:\n  #@schema/validation ('even', lambda v: v % 2 == 0), min=5\n  a: 3") == (
        "Validating final data values:\n  m.a\n    from: s.yml:3\n"
        "    - must be: even (by: s.yml:2)\n"
        "    - must be: a value >= 5 (by: s.yml:2)\n      found: value < 5\n\n"
    )


def test_only_true_holds(report: Callable[..., str]) -> None:
    assert "must be: x (by" in report("#@schema/validation ('x', lambda v: 1)\na: 3")


def test_an_object_may_check(report: Callable[..., str]) -> None:
    text = "#@schema/validation ('x', S(check=lambda v: v == 4))\na: 3"
    assert "must be: x (by" in report(text, S=Struct)


def test_null_skips_all_rules_but_not_null(report: Callable[..., str]) -> None:
    assert report("#@schema/nullable\n#@schema/validation ('x', lambda v: False), min=1\na: 3") == ""
    text = report("#@schema/nullable\n#@schema/validation ('x', lambda v: False), not_null=True\na: 3")
    assert text.count("must be") == 1
    assert "must be: not null (by: s.yml:2)\n      found: value is null\n" in text


def test_when_sees_what_is_around_the_value(report: Callable[..., str]) -> None:
    rule = "#@schema/validation min=9, when=lambda v, ctx: WHEN\n"
    names = {"item": lambda value, key: value.starlark_index(key)}
    assert report(rule.replace("WHEN", "item(ctx.fields['parent'], 'b') == 2") + "a: 1\nb: 2", **names) != ""
    assert report(rule.replace("WHEN", "item(ctx.fields['root'], 'b') == 3") + "a: 1\nb: 2", **names) == ""


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("lambda v: 'yes'", "want when= to be bool, got string"),
        ("lambda a, b, c: True", "Failed to evaluate when=: function must accept 1 or 2 arguments (3 given)"),
    ],
)
def test_when_has_to_be_usable(report: Callable[..., str], when: str, message: str) -> None:
    text = report(f"#@schema/validation min=1, when={when}\na: 1")
    assert text == f"Validating final data values:\nValidating a: {message}"


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "expected annotation to have 2-tuple as argument(s), but found no arguments (by s.yml:3)"),
        (("x",), {}, 'expected annotation to have 2-tuple as argument(s), but found: "x" (by s.yml:3)'),
        (((1, 2, 3),), {}, "expected 2-tuple, but found tuple with length 3 (by s.yml:3)"),
        (
            ((5, len),),
            {},
            "expected first item in the 2-tuple to be a string describing a valid value, but was int (at s.yml:3)",
        ),
        (
            (("a", "b"),),
            {},
            "expected second item in tuple to be an assertion function or assertion object, but was a string (at s.yml:3)",
        ),
        ((), {"min_len": "x"}, 'expected keyword argument "min_len" to be a number, but was string (at s.yml:3)'),
        ((), {"not_null": 1}, 'expected keyword argument "not_null" to be a boolean, but was int (at s.yml:3)'),
        ((), {"when": True}, 'expected keyword argument "when" to be a function, but was bool (at s.yml:3)'),
        ((), {"one_of": 5}, "expected keyword argument one_of to be a sequence, but was int"),
        ((), {"one_not_null": False}, "one_not_null= cannot be False"),
        ((), {"one_not_null": 4}, "expected True or a sequence of keys, but was a 'int'"),
        ((), {"least": 5}, 'unknown keyword argument "least" (at s.yml:3)'),
    ],
)
def test_malformed_rules_say_why(args: Any, kwargs: Any, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read_rules(Annotation(args, kwargs, 3, Source("s.yml")), "schema/validation")
    assert str(caught.value) == f"Invalid @schema/validation annotation - {message}"


def test_rules_of_values_add_to_those_of_their_schema(document: Read) -> None:
    schema = Schema.from_document(document("#@schema/validation min=5\na: 1", "s.yml"))
    values = document("#@assert/validate max=0\na: 2", "v.yml")
    with pytest.raises(ValidationError) as caught:
        validate(values, schema.root)
    assert str(caught.value).count("- must be") == 2
    assert str(caught.value).count("from: v.yml:2") == 2


def test_rules_of_values_are_checked_before_they_are_used(document: Read) -> None:
    with pytest.raises(ValidationError, match="Invalid @assert/validate annotation - unknown keyword"):
        validate(document("#@assert/validate least=1\na: 1"))


def test_paths_lead_through_maps_and_arrays(document: Read) -> None:
    values = document("a:\n#@assert/validate ('z', lambda v: False)\n- 1")
    with pytest.raises(ValidationError) as caught:
        validate(values)
    assert "  a[0]\n" in str(caught.value)


def test_a_rule_whose_argument_makes_no_assertion_is_reported_with_its_place(report: Callable[..., str]) -> None:
    assert "  a\n    from: s.yml:2\n    - must be: a value >= range(3) (by: s.yml:1)\n      found: (p) unknown type" in report(
        "#@schema/validation min=range(3)\na: 3", range=range
    )


def test_a_range_is_a_sequence_to_choose_from(report: Callable[..., str]) -> None:
    text = "#@schema/validation one_of=range(3)\na: "
    assert report(f"{text}2", range=range) == ""
    assert "must be: one of range(3) (by: s.yml:1)\n      found: not one of" in report(f"{text}3", range=range)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_length_is_a_finite_number(report: Callable[..., str], value: str) -> None:
    with pytest.raises(ValidationError, match=r'argument "min_len" to be a number, but was float \(at s.yml:1\)'):
        report(f"#@schema/validation min_len=float('{value}')\na: 3", float=float)
