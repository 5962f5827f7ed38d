from __future__ import annotations

from typing import Any

import pytest

from oakum.template.annotation import Annotation
from oakum.template.overlay.errors import OverlayError
from oakum.template.overlay.expectation import ONE, ONE_OR_NONE
from oakum.template.overlay.match import CHILD_DEFAULTS, MATCH, read_child_defaults, read_match
from oakum.yaml.nodes import ArrayItem, Document, Item, MapItem


def marked(item: Item, name: str = MATCH, **kwargs: Any) -> Item:
    item.annotations = {name: Annotation((), kwargs)}
    return item


def test_without_annotation_one_match_by_key_is_expected() -> None:
    match = read_match(MapItem("a", 1), {})
    assert (match.matcher(), match.expectation(), match.conditional) == (None, ONE, False)


def test_defaults_hold_unless_the_item_says_otherwise() -> None:
    assert read_match(MapItem("a", 1), {"missing_ok": True}).expectation() == ONE_OR_NONE
    assert read_match(marked(MapItem("a", 1), missing_ok=False), {"missing_ok": True}).expectation() == ONE


def test_when_makes_the_step_conditional() -> None:
    assert read_match(marked(MapItem("a", 1), when=1), {}).conditional


@pytest.mark.parametrize("item", [Document(), ArrayItem()])
def test_only_map_items_may_have_an_empty_match(item: Item) -> None:
    with pytest.raises(OverlayError, match="to have at least one keyword argument"):
        read_match(marked(item), {})
    assert read_match(marked(MapItem("a")), {}).expectation() == ONE


@pytest.mark.parametrize(
    ("kwargs", "pair"),
    [
        ({"missing_ok": True, "expects": 1}, "'missing_ok', 'expects'"),
        ({"missing_ok": True, "when": 1}, "'missing_ok', 'when'"),
        ({"when": 1, "expects": 1}, "'when', 'expects'"),
    ],
)
def test_keywords_that_exclude_each_other(kwargs: dict[str, Any], pair: str) -> None:
    with pytest.raises(OverlayError, match=rf"Expected only one of keyword arguments \({pair}\) specified"):
        read_match(marked(MapItem("a"), **kwargs), {}).expectation()


def test_by_is_a_key_for_items_only() -> None:
    assert read_match(marked(ArrayItem(), by="name"), {}).matcher() is not None
    with pytest.raises(OverlayError, match="'by' to be function, but was starlark.String"):
        read_match(marked(Document(), by="name"), {}).matcher()


def test_child_defaults_add_to_inherited_ones() -> None:
    item = marked(MapItem("a"), CHILD_DEFAULTS, expects=1)
    assert read_child_defaults(item, {"missing_ok": True, "expects": 2}) == {"missing_ok": True, "expects": 1}
    with pytest.raises(OverlayError, match="Unknown 'overlay/match-child-defaults' annotation keyword argument 'by'"):
        read_child_defaults(marked(MapItem("a"), CHILD_DEFAULTS, by="x"), {})
