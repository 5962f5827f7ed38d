from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oakum.images.config import ANY_INDEX, IMAGE_KEY, SearchRule
from oakum.images.search import find, rewrite


def _marked(document: dict[str, Any], *rules: SearchRule) -> dict[str, Any]:
    return rewrite(document, [*rules, IMAGE_KEY], lambda image: f"<{image}>")


def test_image_keys_are_found_at_any_depth_and_others_are_not() -> None:
    document = {"image": "a", "x": [{"image": "b", "name": "c"}], "images": ["d"]}
    assert _marked(document) == {"image": "<a>", "x": [{"image": "<b>", "name": "c"}], "images": ["d"]}


def test_the_order_of_keys_stays_and_the_original_too() -> None:
    document = {"z": {"image": "a"}, "b": 1}
    assert list(_marked(document)) == ["z", "b"]
    assert document == {"z": {"image": "a"}, "b": 1}


def test_values_that_are_not_text_are_looked_into() -> None:
    assert _marked({"image": {"image": "a"}, "n": {"image": 5}}) == {"image": {"image": "<a>"}, "n": {"image": 5}}


def test_a_path_matches_whole_from_the_root() -> None:
    rule = SearchRule(path=("spec", ANY_INDEX, 1, "ref"))
    document = {"spec": [[{"ref": "a"}, {"ref": "b"}]], "ref": "c"}
    assert _marked(document, rule) == {"spec": [[{"ref": "a"}, {"ref": "<b>"}]], "ref": "c"}


def test_a_value_matcher_finds_elements_of_lists() -> None:
    rule = SearchRule(image_repo="r.io/app")
    assert _marked({"args": ["r.io/app:1", "--img=r.io/app:1", "r.io/other"]}, rule) == {
        "args": ["<r.io/app:1>", "--img=r.io/app:1", "r.io/other"]
    }


def test_key_and_value_must_both_match() -> None:
    rule = SearchRule(name="pic", image="a")
    assert _marked({"pic": "a", "x": {"pic": "b"}}, rule) == {"pic": "<a>", "x": {"pic": "b"}}


def test_none_leaves_a_value_but_its_members_are_visited() -> None:
    rule = SearchRule(name="image", strategy="none")
    assert _marked({"image": "a", "x": {"pic": "b"}}, rule, SearchRule(name="pic")) == {
        "image": "a",
        "x": {"pic": "<b>"},
    }


def test_json_in_a_string_is_encoded_anew_and_broken_json_stays() -> None:
    rule = SearchRule(name="conf", strategy="json", rules=(IMAGE_KEY,))
    assert _marked({"conf": '{ "z": 1.50, "image": "a" }'}, rule) == {"conf": '{"image":"\\u003ca\\u003e","z":1.5}'}
    assert _marked({"conf": '{ "image": '}, rule) == {"conf": '{ "image": '}


@pytest.mark.parametrize("text", ["NaN", '{"n": -Infinity}', '{"n": 1e999}', "[" * 20_000])
def test_what_only_python_takes_for_json_stays(text: str) -> None:
    rule = SearchRule(name="conf", strategy="json", rules=(IMAGE_KEY,))
    assert _marked({"conf": text}, rule) == {"conf": text}


def test_yaml_in_a_string_is_written_document_by_document() -> None:
    rule = SearchRule(name="conf", strategy="yaml", rules=(IMAGE_KEY,))
    text = "# gone\nb: 1\nimage: a\n---\n---\nsecond: doc\n"
    assert _marked({"conf": text}, rule) == {"conf": "---\nb: 1\nimage: <a>\n---\nsecond: doc\n"}
    assert _marked({"conf": "a: [1"}, rule) == {"conf": "a: [1"}
    assert _marked({"conf": ""}, rule) == {"conf": ""}


def test_references_are_found_with_keys_in_order() -> None:
    assert find({"z": {"image": "1"}, "a": [{"image": "2"}, {"image": "1"}]}, [IMAGE_KEY]) == ["2", "1", "1"]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["image", "a", "b"]), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from(["image", "a"]), _VALUES))
def test_rewriting_to_the_same_changes_nothing(document: dict[str, Any]) -> None:
    assert rewrite(document, [IMAGE_KEY], lambda image: image) == document


def test_yaml_in_a_string_that_cannot_be_written_stays() -> None:
    rule = SearchRule(name="conf", strategy="yaml", rules=(IMAGE_KEY,))
    document = {"conf": 'a: "\\x7f"\nimage: app\n'}
    assert rewrite(document, [rule], str.upper) == document
