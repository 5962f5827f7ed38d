from __future__ import annotations

from collections.abc import Callable

import pytest

from oakum.starlark import Dict, List
from oakum.template.schema import Schema, SchemaError
from oakum.yaml.emitter import emit
from oakum.yaml.nodes import Document

Read = Callable[..., Document]

SAMPLE = """\
host: ""
port: 80
ratio: 1.5
#@schema/nullable
opt: ""
#@schema/type any=True
anyv: {x: 1}
dbs:
- name: ""
  size: 1
"""


@pytest.fixture
def schema(document: Read) -> Callable[[str], Schema]:
    return lambda text: Schema.from_document(document(text, "s.yml", Dict=Dict, List=List))


@pytest.fixture
def malformed(schema: Callable[[str], Schema]) -> Callable[[str], str]:
    """The report about a malformed schema."""

    def malformed(text: str) -> str:
        with pytest.raises(SchemaError) as caught:
            schema(text)
        return str(caught.value)

    return malformed


def violations(schema: Schema, document: Document) -> str:
    """What a check complains about."""
    with pytest.raises(SchemaError) as caught:
        schema.conform(document)
    return str(caught.value)


def test_defaults_come_from_the_sample(schema: Callable[[str], Schema]) -> None:
    expected = "host: \"\"\nport: 80\nratio: 1.5\nopt: null\nanyv:\n  x: 1\ndbs: []\n"
    assert emit(schema(SAMPLE).default_document()) == expected


def test_array_items_get_the_defaults_of_their_element(schema: Callable[[str], Schema], document: Read) -> None:
    values = document("dbs: [{name: a}]\nport: 1")
    schema(SAMPLE).conform(values)
    assert emit(values).startswith("dbs:\n- name: a\n  size: 1\nport: 1\nhost: \"\"\n")


def test_defaults_are_new_each_time(schema: Callable[[str], Schema], document: Read) -> None:
    one = schema("m: {a: 1}")
    first = one.default_document()
    first.value.items[0].value.items.clear()
    assert emit(one.default_document()) == "m:\n  a: 1\n"


def test_a_float_takes_integers_but_an_integer_no_float(schema: Callable[[str], Schema], document: Read) -> None:
    schema("r: 1.5").conform(document("r: 3"))
    assert "= found: float\n    = expected: integer (by s.yml:1)" in violations(schema("r: 1"), document("r: 1.5"))


def test_a_map_or_array_in_the_wrong_place_is_reported_alone(schema: Callable[[str], Schema], document: Read) -> None:
    text = violations(schema(SAMPLE), document("dbs: {}\nport: y\nunknown: 1"))
    assert text == (
        "\nOne or more data values were invalid\n====================================\n\n"
        "in.yml:\n    |\n  1 | dbs: {}\n    |\n\n    = found: map\n    = expected: array (by s.yml:8)\n\n"
    )


def test_a_scalar_in_place_of_a_map_is_reported_with_other_scalars(
    schema: Callable[[str], Schema], document: Read
) -> None:
    text = violations(schema(SAMPLE), document("dbs: x\nport: z"))
    assert text.count("= found: string") == 2


def test_unknown_keys_come_before_the_values_beside_them(schema: Callable[[str], Schema], document: Read) -> None:
    text = violations(schema(SAMPLE), document("port: x\nprt: 5\ndbs:\n- nam: 1"))
    assert [line.strip() for line in text.splitlines() if "= found" in line] == [
        "= found: prt",
        "= found: string",
        "= found: nam",
    ]
    assert 'hint: did you mean "port"?' in text
    assert "= expected: one of { name, size } (from s.yml:9)" in text


def test_a_map_with_one_key_names_it(schema: Callable[[str], Schema], document: Read) -> None:
    text = violations(schema("a: 1"), document("a: 1\nb: 2"))
    assert '= expected: a map item with the key named "a" (from s.yml:1)' in text


def test_line_numbers_are_aligned_to_the_widest(schema: Callable[[str], Schema], document: Read) -> None:
    text = violations(schema("a: 1\nb: 1"), document("a: x" + "\n" * 9 + "b: x"))
    assert "\n     |\n   1 | a: x\n     |\n" in text
    assert "\n     |\n  10 | b: x\n     |\n\n     = found" in text


def test_a_computed_value_shows_itself(schema: Callable[[str], Schema], document: Read) -> None:
    values = document("a: x")
    values.value.items[0].source = None
    assert '\nData value calculated:\n    #\n    # a: "x"\n    #\n' in violations(schema("a: 1"), values)


def test_a_given_default_is_completed(schema: Callable[[str], Schema]) -> None:
    text = "#@schema/default List([Dict([('name', 'x')])])\ndbs:\n- name: ''\n  host: h"
    assert emit(schema(text).default_document()) == "dbs:\n- name: x\n  host: h\n"


def test_null_is_for_nullable_and_any(
    schema: Callable[[str], Schema], document: Read, malformed: Callable[[str], str]
) -> None:
    schema(SAMPLE).conform(document("opt: null\nanyv: null"))
    assert "= found: null\n    = expected: integer" in violations(schema(SAMPLE), document("port: null"))
    assert "Invalid schema - null value not allowed here" in malformed("a: null")


def test_a_default_of_the_wrong_type_shows_both_lines(malformed: Callable[[str], str]) -> None:
    assert malformed("#@schema/default 1\nfoo: ''") == (
        "\nInvalid schema - @schema/default is wrong type\n==============================================\n\n"
        "s.yml:\n    |\n  1 | #@schema/default 1\n  2 | foo: ''\n    |\n\n"
        "    = found: integer (at s.yml:1)\n    = expected: string (by s.yml:2)\n\n"
    )


def test_lines_that_are_apart_are_shown_so(malformed: Callable[[str], str]) -> None:
    text = malformed("#@schema/default 1\n\n#! more\nfoo: ''")
    assert "  1 | #@schema/default 1\n    | ...\n  4 | foo: ''\n" in text


def test_a_default_on_an_array_item_is_misplaced(malformed: Callable[[str], str]) -> None:
    assert malformed("foo:\n#@schema/default 'b'\n- bar") == (
        "\nInvalid schema\n==============\n\nInvalid schema - @schema/default not supported on array item\n"
        "============================================================\n\n"
        "s.yml:\n    |\n  2 | #@schema/default 'b'\n  3 | - bar\n    |\n\n\n\n"
        "    = hint: do you mean to set a default value for the array?\n"
        "    = hint: set an array's default by annotating its parent.\n\n \n\n"
    )


@pytest.mark.parametrize(
    ("annotation", "found", "expected"),
    [
        ("@schema/type", "missing keyword argument and value (by s.yml:1)", "valid keyword argument and value"),
        ("@schema/type foo=1", "foo (by s.yml:1)", "A valid kwarg"),
        ("@schema/type any=1", "starlark.Int (by s.yml:1)", "starlark.Bool"),
        ("@schema/nullable x=1", "keyword argument in @schema/nullable (by s.yml:1)", "starlark.Bool"),
        ("@schema/desc", "missing value in @schema/desc (by s.yml:1)", "string"),
        ("@schema/title 1", "Non-string value in @schema/title (by s.yml:1)", "string"),
        ("@schema/deprecated 'a', 'b'", "2 values in @schema/deprecated (by s.yml:1)", "string"),
        ("@schema/default x=1", "keyword argument in @schema/default (by s.yml:1)", "integer (by s.yml:2)"),
        ("@schema/examples 'x'", "string for @schema/examples (at s.yml:1)", "2-tuple containing"),
        ("@schema/examples ()", "empty tuple in @schema/examples (by s.yml:1)", "2-tuple containing"),
        ("@schema/examples (1, 2, 3)", "3-tuple argument in @schema/examples (by s.yml:1)", "2-tuple containing"),
        ("@schema/examples (1, 2)", "int value for @schema/examples (at s.yml:1)", "2-tuple containing"),
        ("@schema/examples ('zero', 'x')", "string (by s.yml:1)", "integer (by s.yml:2)"),
    ],
)
def test_malformed_annotations_are_reported(
    malformed: Callable[[str], str], annotation: str, found: str, expected: str
) -> None:
    text = malformed(f"#{annotation}\nfoo: 0")
    assert f"= found: {found}\n    = expected: {expected}" in text


def test_below_any_there_are_no_schema_annotations(malformed: Callable[[str], str]) -> None:
    text = malformed("#@schema/type any=True\na:\n  #@schema/nullable\n  #@schema/default 1\n  b: 1")
    assert "= found: @schema/nullable, @schema/default annotation(s)\n" in text


def test_later_schema_documents_lie_over_earlier_ones(document: Read) -> None:
    first = document("#@schema/nullable\na: 1\nl:\n- x: 1")
    later = document("#@schema/title 'A'\na: 2\n#@overlay/match missing_ok=True\nb: new")
    schema = Schema.from_documents([first, later])
    assert schema is not None
    assert emit(schema.default_document()) == "a: null\nl: []\nb: new\n"
    assert Schema.from_documents([]) is None
