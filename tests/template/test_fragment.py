import pytest

from oakum.starlark import Failure, Meter
from oakum.starlark.errors import BudgetError
from oakum.starlark.meter import active
from oakum.template.fragment import Fragment
from oakum.yaml.nodes import Map
from oakum.yaml.parser import parse


def fragment(text: str) -> Fragment:
    node = parse(text, "f.yml").items[0].value
    assert node is None or isinstance(node, Map) or hasattr(node, "items")
    return Fragment(node)  # type: ignore[arg-type]  # never a scalar here


def test_a_map_gives_its_keys() -> None:
    assert list(fragment("a: 1\nb: {c: 2}\n").starlark_iterate()) == ["a", "b"]


def test_an_array_gives_its_values() -> None:
    assert list(fragment("[1, x]").starlark_iterate()) == [1, "x"]


def test_what_is_nested_is_a_fragment_again() -> None:
    assert isinstance(fragment("a: {b: 1}").starlark_index("a"), Fragment)


def test_keys_of_other_types_are_other_keys() -> None:
    assert fragment("1: a").starlark_contains(1)
    assert not fragment("1: a").starlark_contains(True)


def test_an_index_is_in_an_array_where_it_has_an_item() -> None:
    assert fragment("[a]").starlark_contains(0)
    assert not fragment("[a]").starlark_contains(1)
    assert not fragment("[a]").starlark_contains("a")


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("a: 1", "zz", 'key "zz" not in yamlfragment'),
        ("[1]", -1, "key -1 not in yamlfragment"),
        ("[1]", "a", "yamlfragment.Get: Expected array index to be an int64, but was string"),
    ],
)
def test_a_missing_key_fails(text: str, key: object, message: str) -> None:
    with pytest.raises(Failure) as failure:
        fragment(text).starlark_index(key)
    assert failure.value.message == message


def test_fragments_do_not_compare() -> None:
    with pytest.raises(Failure, match=r"yamlfragment\.CompareSameType: Not implemented"):
        fragment("a: 1").starlark_equal(fragment("a: 1"))


def test_nothing_is_false_and_empty() -> None:
    nothing = Fragment(None)
    assert not nothing
    assert nothing.starlark_len() == 0
    assert nothing.starlark_items() == []


def test_looking_for_a_key_takes_steps() -> None:
    long = fragment("".join(f"k{i}: 1\n" for i in range(400)))
    done = active(Meter(max_steps=100))
    try:
        with pytest.raises(BudgetError):
            long.starlark_index("k399")
        with pytest.raises(BudgetError):
            long.starlark_contains("no")
    finally:
        done()
