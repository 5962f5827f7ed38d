import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.errors import YAMLError
from oakum.yaml.errors import SeparatorError, SyntaxYAMLError
from oakum.yaml.plain import dump, load, load_all, split_documents
from oakum.yaml.plain_loader import load as load_events

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from(" \n\t#:-'\"\\\0"), max_size=200)
KEYS = TEXT.filter(lambda text: text != "<<")  # written plain, as Go does, and read as a merge
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(-1e15, 1e15) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_reads_back(value: Any) -> None:
    try:
        text = dump(value)
    except YAMLError:
        return
    assert load(text) == value


@given(st.dictionaries(TEXT, VALUES, max_size=4), st.booleans())
def test_json_is_read_as_the_yaml_that_it_is(value: Any, floats: bool) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    assert load(text, floats=floats) == load_events(text, floats)


@pytest.mark.parametrize("text", ["{a: 1}", '{"a": NaN}', '{"a": 1, "b": yes,}', '{"a": 1} # note', "{" * 100_000])
def test_what_looks_like_json_and_is_none_is_read_as_yaml(text: str) -> None:
    def outcome(read: Callable[[], Any]) -> Any:
        try:
            return read()
        except YAMLError as error:
            return str(error)

    assert outcome(lambda: load(text)) == outcome(lambda: load_events(text, floats=False))


def test_what_is_nested_too_deep_is_not_read_to_its_end() -> None:
    with pytest.raises(YAMLError, match="exceeded max depth of 100$"):
        load("{" * 20_000)


READ = [
    ("a: 010", {"a": 8}),
    ("a: 0o14", {"a": 12}),
    ("a: [0x1F, 0b11, 1_000, 1e3]", {"a": [31, 3, 1000, 1000.0]}),
    ("y: 1\nn: off", {"true": 1, "false": False}),
    ("1: a\n1.5: b", {"1": "a", "1.5": "b"}),
    ("a: 12:30:45\nb: 2020-01-01", {"a": "12:30:45", "b": "2020-01-01"}),
    ("a: 1\na: 2", {"a": 2}),
    ("a: &x {p: 1}\nb: {<<: *x, q: *x}", {"a": {"p": 1}, "b": {"p": 1, "q": {"p": 1}}}),
    ("b: {<<: [{p: 1}, {p: 2, q: 3}]}", {"b": {"p": 1, "q": 3}}),
    ("a: !custom {b: !!binary aGk=}\nc: !!str 5", {"a": {"b": "hi"}, "c": "5"}),
    ('{"a":1}{"b":2}', {"a": 1}),
    ("a: 1\n...\n", {"a": 1}),
    ("\ufeffa: 1", {"a": 1}),
    ("# nothing", None),
]


@pytest.mark.parametrize(("text", "value"), READ)
def test_a_document_is_read_as_go_yaml_reads_it(text: str, value: Any) -> None:
    assert load(text) == value


def test_aliases_are_copies() -> None:
    document = load("a: &x {p: []}\nb: *x")
    document["a"]["p"].append(1)
    assert document["b"] == {"p": []}


def test_keys_that_are_no_numbers_of_json_are_written_as_in_yaml() -> None:
    assert load("{.inf: a, -.inf: &x b, .nan: c}") == {".inf": "a", "-.inf": "b", ".nan": "c"}
    assert load(".inf: a\n") == {".inf": "a"}


def test_numbers_can_all_be_floats_as_in_go() -> None:
    value = load("a: [1, 2.5, 12345678901234567]", floats=True)
    assert [type(number) for number in value["a"]] == [float] * 3
    assert dump(value) == "a:\n- 1\n- 2.5\n- 12345678901234568\n"


FAILURES = [
    ("a:\n\tb: 1\n", "yaml: line 2: found character that cannot start any token"),
    ("c: [1, 2\n", "yaml: line 1: did not find expected ',' or ']'"),
    ("a:\n  b: 1\n c: 2\n", "yaml: line 2: did not find expected key"),
    ("a: b: c\n", "yaml: mapping values are not allowed in this context"),
    ("image: {{ .x }}\n", 'yaml: invalid map key: map[interface {}]interface {}{".x":interface {}(nil)}'),
    ("a: *x", "yaml: unknown anchor 'x' referenced"),
    ("a: &x [*x]", "yaml: anchor 'x' value contains itself"),
    ("a: {<<: 1}", "yaml: map merge requires map or sequence of maps as the value"),
    ("a: !!int x", "yaml: cannot decode !!str `x` as a !!int"),
    ("a: .inf", r"json: unsupported value: +Inf"),
    ("~: 1", "unsupported map key of type: %!s(<nil>), key: <nil>, value: 1"),
    ("a: {null: [x, ~]}", 'unsupported map key of type: %!s(<nil>), key: <nil>, value: []interface {}{"x", interface {}(nil)}'),
    ("? \n", "unsupported map key of type: %!s(<nil>), key: <nil>, value: <nil>"),
    ("~: 1e20", "unsupported map key of type: %!s(<nil>), key: <nil>, value: 1e+20"),
    ('~: ["a\\nb"]', 'unsupported map key of type: %!s(<nil>), key: <nil>, value: []interface {}{"a\\nb"}'),
    ("18446744073709551615: x", 'unsupported map key of type: uint64, key: 0xffffffffffffffff, value: "x"'),
    ("a: .inf\nb: !!int x", "yaml: cannot decode !!str `x` as a !!int"),
    ("~: 1\nb: &b [*b]", "yaml: anchor 'b' value contains itself"),
    ("~: 1\nb: .nan", "unsupported map key of type: %!s(<nil>), key: <nil>, value: 1"),
    ("kind Pod\nname: x\n", "yaml: line 2: mapping values are not allowed in this context"),
    ("image: {{ .x }\nb: 1\n", "yaml: line 1: did not find expected ',' or '}'"),
    ("a: {{ x }}\nb: [1\n", "yaml: line 2: did not find expected ',' or ']'"),
    ("a: !!int x\nb: *c\n", "yaml: unknown anchor 'c' referenced"),
    (b"a: \xff".decode("utf-8", "surrogateescape"), "yaml: invalid leading UTF-8 octet"),
    (b'{"a": "\xff"}'.decode("utf-8", "surrogateescape"), "yaml: invalid leading UTF-8 octet"),
]


@pytest.mark.parametrize(("text", "message"), FAILURES)
def test_a_mistake_has_go_yamls_words(text: str, message: str) -> None:
    with pytest.raises(YAMLError) as error:
        load(text)
    assert str(error.value) == message


def test_a_billion_laughs_are_refused() -> None:
    levels = "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
    with pytest.raises(SyntaxYAMLError, match="excessive aliasing"):
        load("a0: &a0 [x]\n" + levels)


def test_documents_are_split_at_separators_with_their_first_lines() -> None:
    text = "---\na: |\n  x\n  ---\n--- # two\nb: 2\n---\n---\n\n---  \nc: 3"
    assert split_documents(text) == [("a: |\n  x\n  ---\n", 2), ("b: 2\n", 6), ("\n", 9), ("c: 3\n", 11)]
    assert load_all(text) == [{"a": "x\n---\n"}, {"b": 2}, None, {"c": 3}]


def test_a_block_of_text_in_a_last_line_without_a_newline_ends_with_one() -> None:
    assert load_all("a: |\n  x") == [{"a": "x\n"}]


def test_a_separator_takes_only_a_comment() -> None:
    with pytest.raises(SeparatorError, match=r"^invalid Yaml document separator: foo$"):
        split_documents("a: 1\n--- foo\n")


WRITTEN = {
    "1": '"1"', "1.0": '"1.0"', "0x1F": '"0x1F"', "+1": '"+1"', "08": '"08"', "y": '"y"', "nUll": "nUll", "~": '"~"',
    "": '""', "=": "=", "<<": "<<", ".": ".", "1.2.3": "1.2.3", "12:3x": "12:3x", ".inf": '".inf"', "0b12": "0b12",
    "2020-1-1": '"2020-1-1"', "12:30": '"12:30"', "a,b": "a,b", "it's": "it's", "-x": "-x", " a": "' a'",
    "a: b": "'a: b'", "a:": "'a:'", "a #b": "'a #b'", "-": "'-'", "? x": "'? x'", "%a": "'%a'", "---": "'---'",
    "a\tb": '"a\\tb"', "l1\nl2": "|-\n  l1\n  l2", " l1\nl2\n\n": "|2+\n   l1\n  l2\n", "\nfoo": "|2-\n\n  foo",
    "\n": "|2+\n", "a \nb\n": '"a \\nb\\n"', "a\r\nb": '"a\\r\\nb"', "😀": '"\\U0001F600"', "héllo ☃": "héllo ☃",
}  # fmt: skip


@pytest.mark.parametrize(("text", "written"), WRITTEN.items())
def test_a_string_is_written_in_gos_style(text: str, written: str) -> None:
    assert dump({"v": text}) == f"v: {written}\n"


NUMBERS = [
    (1e6, "1000000"), (-0.0, "0"), (9223372036854775807.0, "9223372036854776000"), (1e20, "1e+20"), (1e-7, "1e-07"),
    (18446744073709551615, "18446744073709551615"), (18446744073709551616, "1.8446744073709552e+19"),
    (1234567.5, "1.2345675e+06"), (123456789.125, "1.23456789125e+08"), (3.14159265358979, "3.14159265358979"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "written"), NUMBERS)
def test_a_number_is_written_as_after_json(number: float, written: str) -> None:
    assert dump(number) == written + "\n"


def test_collections_are_laid_out_in_blocks() -> None:
    value = {"b": [[1, [2]], {"x": {}, "y": []}], "a": {"c": None}}
    assert dump(value) == "a:\n  c: null\nb:\n- - 1\n  - - 2\n- x: {}\n  \"y\": []\n"


def test_long_text_folds_after_column_80() -> None:
    text = " ".join(["word"] * 20)
    assert dump({"a": text}) == "a: " + " ".join(["word"] * 16) + "\n  word word word word\n"
    assert dump(["x:  y " + text]) == f"- 'x:  y {' '.join(['word'] * 15)}\n  word word word word word'\n"
    assert dump("\t " + text) == f'"\\t {" ".join(["word"] * 16)}\n  word word word word"\n'


def test_keys_of_several_lines_or_great_length_need_a_question_mark() -> None:
    assert dump({"a\nb": [1], "c" * 129: {"d": 1}}) == f"? |-\n  a\n  b\n: - 1\n? {'c' * 129}\n: d: 1\n"


def test_control_characters_are_refused() -> None:
    with pytest.raises(YAMLError, match="^yaml: control characters are not allowed$"):
        dump({"a": "x\x7fy"})


@pytest.mark.parametrize("text", ["a: " + "[" * 3000 + "]" * 3000, "".join(" " * i + "a:\n" for i in range(3000)), "- " * 3000])
def test_nesting_is_bounded(text: str) -> None:
    with pytest.raises(SyntaxYAMLError, match="^yaml: exceeded max depth of 100$"):
        load(text)


@pytest.mark.parametrize("escape", ["\\ud800", "\\udc00x", "\\ud800\\ud800", "\\udfff\\ud83d\\ude00"])
def test_half_a_character_is_refused_in_json_as_in_yaml(escape: str) -> None:
    for text in (f'{{"a": "{escape}"}}', f'a: "{escape}"'):
        with pytest.raises(SyntaxYAMLError, match="found invalid Unicode character escape code"):
            load(text)


@pytest.mark.parametrize(("value", "written"), [
    ({"a": "x\u2028y"}, "a: 'x\u2028  y'\n"),
    ({"d": {"a": "x\u2028y\u2029\u2029z"}}, "d:\n  a: 'x\u2028    y\u2029\u2029    z'\n"),
    ({"d": {"l": ["x\u2028'y", " lead\u2028x"]}}, "d:\n  l:\n  - 'x\u2028    ''y'\n  - ' lead\u2028    x'\n"),
    ({"a\u2028b": "c"}, "? 'a\u2028  b'\n: c\n"),
    ({"a": "x\u2028\ny\u2029z"}, "a: |-\n  x\u2028\n  y\u2029  z\n")])
def test_text_after_a_line_separator_is_indented_as_by_go_yaml(value: Any, written: str) -> None:
    assert dump(value) == written
    assert load(dump(value)) == value


def test_numbers_in_messages_are_those_of_the_text_also_when_all_are_floats() -> None:
    with pytest.raises(YAMLError) as error:
        load("? {a: 1}\n: b\n", floats=True)
    assert str(error.value) == 'yaml: invalid map key: map[interface {}]interface {}{"a":1}'


def test_a_colon_before_a_comma_takes_no_character_that_is_written_as_an_escape() -> None:
    assert load('{a: "x\\uE000", b: c:,}') == {"a": "x\ue000", "b": "c:"}
