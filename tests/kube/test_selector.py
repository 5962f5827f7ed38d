import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.kube.selector import SelectorError, parse

NAMES = st.sampled_from(["a", "b.c/d", "x-y"])
VALUES = st.sampled_from(["", "1", "on"])
ONE = st.one_of(st.builds("{}={}".format, NAMES, VALUES), st.builds("{}!={}".format, NAMES, VALUES), NAMES,
                NAMES.map("!{}".format), st.builds("{} in ({},{})".format, NAMES, VALUES, VALUES))


@pytest.mark.parametrize(("text", "yes", "no"), [
    ("a=1", {"a": "1"}, {"a": "2"}), ("a==1", {"a": "1"}, {}), ("a!=1", {}, {"a": "1"}), ("a", {"a": ""}, {}),
    ("!a", {}, {"a": ""}), ("a in (1, 2)", {"a": "2"}, {"a": "3"}), ("a notin (1,2)", {"a": "3"}, {"a": "1"}),
    ("a=1,b", {"a": "1", "b": ""}, {"a": "1"}), ("a=", {"a": ""}, {"a": "1"})])
def test_objects_match_by_the_documented_grammar(text: str, yes: dict[str, str], no: dict[str, str]) -> None:
    assert parse(text).matches(yes)
    assert not parse(text).matches(no)


@given(st.lists(ONE, max_size=3))
def test_a_selector_written_back_means_the_same(parts: list[str]) -> None:
    once = parse(",".join(parts))
    assert str(parse(str(once))) == str(once)


@pytest.mark.parametrize("text", ["a=1,", "=1", "a in 1", "a in (1", "a b", "!"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(SelectorError, match="unable to parse requirement"):
        parse(text)
