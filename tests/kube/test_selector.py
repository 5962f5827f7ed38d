import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.kube.selector import NAME_RULE, VALUE_RULE, SelectorError, parse

NAMES = st.sampled_from(["a", "b.c/d", "x-y"])
VALUES = st.sampled_from(["", "1", "on"])
ONE = st.one_of(st.builds("{}={}".format, NAMES, VALUES), st.builds("{}!={}".format, NAMES, VALUES), NAMES,
                NAMES.map("!{}".format), st.builds("{} in ({},{})".format, NAMES, VALUES, VALUES))


@pytest.mark.parametrize(("text", "yes", "no"), [
    ("a=1", {"a": "1"}, {"a": "2"}), ("a==1", {"a": "1"}, {}), ("a!=1", {}, {"a": "1"}), ("a", {"a": ""}, {}),
    ("!a", {}, {"a": ""}), ("a in (1, 2)", {"a": "2"}, {"a": "3"}), ("a notin (1,2)", {"a": "3"}, {"a": "1"}),
    ("a=1,b", {"a": "1", "b": ""}, {"a": "1"}), ("a=", {"a": ""}, {"a": "1"}),
    ("a>4", {"a": "5"}, {"a": "4"}), ("a<4", {"a": "3"}, {"a": "x"}), ("a in (1,)", {"a": ""}, {"a": "2"})])
def test_objects_match_by_the_documented_grammar(text: str, yes: dict[str, str], no: dict[str, str]) -> None:
    assert parse(text).matches(yes)
    assert not parse(text).matches(no)


@given(st.lists(ONE, max_size=3))
def test_a_selector_written_back_means_the_same(parts: list[str]) -> None:
    once = parse(",".join(parts))
    assert str(parse(str(once))) == str(once)


def test_equality_is_written_back_as_it_was_given() -> None:
    assert str(parse("c = 1, a == b")) == "a==b,c=1"


BAD = [
    ("=1", "found '=', expected: !, identifier, or 'end of string'"),
    ("==", "found '==', expected: !, identifier, or 'end of string'"),
    ("a=1,", "found '', expected: identifier after ','"),
    ("a=1,,b", "found ',', expected: identifier after ','"),
    ("a=1 b", "found 'b', expected: ',' or 'end of string'"),
    ("a=1=2", "found '=', expected: ',' or 'end of string'"),
    ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
    ("!", "unable to parse requirement: found '', expected: identifier"),
    ("a in 1", "unable to parse requirement: found '1' expected: '('"),
    ("a in (", "unable to parse requirement: found '', expected: ',', ')' or identifier"),
    ("a in (1", "unable to parse requirement: found '', expected: ',' or ')'"),
    ("a in (1,", "unable to parse requirement: found '', expected: ',', or identifier"),
    ("a<x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be "
            "an integer"),
    ('"a"=b', f'unable to parse requirement: <nil>: Invalid value: "\\"a\\"": {NAME_RULE}'),
    ("y" * 254 + "/a=b", f'unable to parse requirement: <nil>: Invalid value: "{"y" * 254}/a": prefix part must be no more than '
                         '253 characters'),
    ("a>-", "unable to parse requirement: [values[0]: Invalid value: \"-\": for 'Gt', 'Lt' operators, the value must be an "
            f'integer, values[0][a]: Invalid value: "-": {VALUE_RULE}]'),
    ("a in (1,-,_)", f'unable to parse requirement: [values[0][a]: Invalid value: "-": {VALUE_RULE}, values[2][a]: Invalid '
                     f'value: "_": {VALUE_RULE}]'),
    ("a=" + "-" * 64, f'unable to parse requirement: values[0][a]: Invalid value: "{"-" * 64}": must be no more than 63 '
                      f'characters; {VALUE_RULE}'),
]


@pytest.mark.parametrize(("text", "why"), BAD)
def test_other_text_is_refused_in_the_words_of_api_servers(text: str, why: str) -> None:
    with pytest.raises(SelectorError) as caught:
        parse(text)
    assert str(caught.value) == why
