from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oakum.starlark import Dict, Meter
from oakum.starlark.meter import active
from oakum.template.annotation import Annotation
from oakum.template.overlay import OverlayError, accumulate, apply, apply_documents
from oakum.template.overlay.functions import FUNCTIONS
from oakum.yaml.emitter import emit
from oakum.yaml.nodes import Document, DocumentSet

Read = Callable[..., DocumentSet]


@pytest.fixture
def over(read: Read) -> Callable[..., str]:
    """The text of one document laid over another, by the right text's annotations."""

    def over(left: str, right: str, **names: Any) -> str:
        base = read(left, "left.yml").items[0]
        return emit(apply(base.value, read(right, "right.yml", **names).items[0].value))

    return over


def test_map_items_merge_by_key_and_arrays_grow(over: Callable[..., str]) -> None:
    assert over("a: {b: 1, c: [x]}", "a:\n  b: 2\n  c: [z]") == "a:\n  b: 2\n  c:\n  - x\n  - z\n"


def test_a_key_that_is_missing_is_an_error_that_names_the_way_to_it(over: Callable[..., str]) -> None:
    with pytest.raises(OverlayError) as caught:
        over("a: {b: 1}", "a:\n  z: 2\n")
    assert str(caught.value) == (
        "Map item (key 'a') on line right.yml:1: Map item (key 'z') on line right.yml:2: "
        "Expected number of matched nodes to be 1, but was 0"
    )


def test_a_missing_key_is_added_when_that_is_fine(over: Callable[..., str]) -> None:
    assert over("a: 1", "#@overlay/match missing_ok=True\nb: 2") == "a: 1\nb: 2\n"


def test_an_integer_key_is_not_the_same_text(over: Callable[..., str]) -> None:
    with pytest.raises(OverlayError, match="but was 0"):
        over('"1": a', "1: b")


def test_a_null_left_side_is_replaced_untraversed(over: Callable[..., str]) -> None:
    assert over("a: null", "a:\n  #@overlay/match missing_ok='not looked at'\n  b: 1") == "a:\n  b: 1\n"


def test_a_scalar_or_null_replaces_anything(over: Callable[..., str]) -> None:
    assert over("a: {b: 1}\nc: [1]", "a: 5\nc: null") == "a: 5\nc: null\n"


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        ("a: 5", "a: {b: 1}", "Expected map, but was integer"),
        ("a: [1]", "a: {b: 1}", "Expected map, but was array"),
        ("a: {b: 1}", "a: [1]", "Expected array, but was map"),
        ("a: x", "a: [1]", "Expected array, but was string"),
    ],
)
def test_structures_of_different_kinds_do_not_merge(
    over: Callable[..., str], left: str, right: str, message: str
) -> None:
    with pytest.raises(OverlayError, match=f"{message}$"):
        over(left, right)


def test_an_array_item_without_match_is_appended(over: Callable[..., str]) -> None:
    assert over("- a", "- b") == "- a\n- b\n"


def test_remove_takes_every_match(over: Callable[..., str]) -> None:
    assert over("- a\n- b", "#@overlay/match by=overlay.all, expects='1+'\n#@overlay/remove\n-") == "[]\n"


def test_remove_takes_nothing_where_its_match_is_not_as_when_says(over: Callable[..., str]) -> None:
    assert over("- a\n- b", "#@overlay/match by=overlay.all, when=1\n#@overlay/remove\n-") == "- a\n- b\n"


def test_replace_brings_its_own_key(over: Callable[..., str]) -> None:
    right = "#@overlay/match by=overlay.subset(1)\n#@overlay/replace\nnew: 2"
    assert over("old: 1\nlast: x", right) == "new: 2\nlast: x\n"


def test_what_is_wrong_with_a_match_is_told_before_what_is_wrong_with_the_replacement(over: Callable[..., str]) -> None:
    with pytest.raises(OverlayError, match="Unknown 'overlay/match' annotation keyword argument 'bogus'$"):
        over("a: 1", "#@overlay/match bogus=1\n#@overlay/replace other=2\na: 2")


def test_replace_via_gets_null_for_what_it_adds(over: Callable[..., str]) -> None:
    right = "#@overlay/match missing_ok=True\n#@overlay/replace via=lambda l, r: (l, r), or_add=True\nb: 2"
    assert over("a: 1", right) == "a: 1\nb:\n- null\n- 2\n"


def test_insert_goes_around_each_anchor(over: Callable[..., str]) -> None:
    right = "#@overlay/match by=overlay.all, expects=2\n#@overlay/insert before=True, after=True\n- x"
    assert over("- a\n- b", right) == "- x\n- a\n- x\n- x\n- b\n- x\n"


def test_what_several_items_match_is_inserted_and_removed_beside_each(over: Callable[..., str]) -> None:
    left = "- a\n- b\n- a\n- c\n- a"
    mark = "#@overlay/match by=lambda i, l, r: l == 'a', expects=3\n"
    assert over(left, f"{mark}#@overlay/insert after=True\n- x") == "- a\n- x\n- b\n- a\n- x\n- c\n- a\n- x\n"
    assert over(left, f"{mark}#@overlay/remove\n-") == "- b\n- c\n"


def test_assert_leaves_scalars_alone_but_merges_below(over: Callable[..., str]) -> None:
    assert over("a: {b: 1}", "#@overlay/assert via=lambda l, r: None\na:\n  b: 2") == "a:\n  b: 2\n"
    assert over("a: 1", "#@overlay/assert via=lambda l, r: None\na: 2") == "a: 1\n"


def test_child_defaults_reach_all_descendants_unless_overridden(over: Callable[..., str]) -> None:
    right = "#@overlay/match-child-defaults missing_ok=True\na:\n  b:\n    c: 1\n"
    assert over("a: {b: {}}", right) == "a:\n  b:\n    c: 1\n"
    stricter = right + "  #@overlay/match-child-defaults missing_ok=False\n  d:\n    e: 1\n"
    with pytest.raises(OverlayError, match="but was 0"):
        over("a: {b: {}, d: {}}", stricter)


def test_when_skips_what_is_not_as_expected(over: Callable[..., str]) -> None:
    assert over("a: 1", "#@overlay/match when=1\nb: 2\n#@overlay/match when='1+'\na: 3") == "a: 3\n"


def test_what_an_overlay_brought_is_not_shared_between_its_targets(over: Callable[..., str]) -> None:
    right = (
        "#@overlay/match by=overlay.all, expects=2\n- new: {v: 1}\n"
        "#@overlay/match by=overlay.index(0)\n- new: {v: 2}"
    )
    assert over("- null\n- null", right) == "- new:\n    v: 2\n- new:\n    v: 1\n"


def test_later_items_see_what_earlier_ones_did(over: Callable[..., str]) -> None:
    right = "- b\n#@overlay/match by=lambda i, l, r: l == 'b'\n#@overlay/remove\n-"
    assert over("- a", right) == "- a\n"


def test_large_maps_merge_as_small_ones_do(over: Callable[..., str]) -> None:
    left = "".join(f"k{i}: {i}\n" for i in range(100))
    right = "".join(f"k{i}: {-i}\n" for i in range(99, 0, -2)) + "#@overlay/remove\nk0:\n#@overlay/remove\nk2:\nk4: x\n"
    merged = over(left, right).splitlines()
    assert merged[:4] == ["k1: -1", "k3: -3", "k4: x", "k5: -5"]
    assert len(merged) == 98


def test_documents_are_found_over_all_files(read: Read) -> None:
    sets = [read("kind: A"), read("kind: B\n---\nkind: C")]
    apply_documents(sets, read("#@overlay/match by=overlay.index(1)\n---\nkind: X").items[1:])
    assert [emit(one) for one in sets] == ["kind: A\n", "kind: X\n---\nkind: C\n"]


def test_a_document_goes_in_beside_its_anchor(read: Read) -> None:
    sets = [read("kind: A"), read("kind: B")]
    right = "#@overlay/match by=overlay.subset(Dict([('kind', 'A')]))\n#@overlay/insert after=True\n---\nkind: X"
    apply_documents(sets, read(right, Dict=Dict).items[1:])
    assert [emit(one) for one in sets] == ["kind: A\n---\nkind: X\n", "kind: B\n"]


def test_a_document_needs_to_say_what_it_is_for(read: Read) -> None:
    with pytest.raises(OverlayError) as caught:
        apply_documents([read("a: 1")], read("---\na: 2").items)
    assert str(caught.value) == (
        "Document on line in.yml:1: "
        "Expected 'overlay/match' annotation to have at least one keyword argument (by=..., expects=...)"
    )


def test_accumulating_needs_no_match(document: Callable[..., Document]) -> None:
    assert emit(accumulate(document("a: 1"), document("a: 2")).value) == "a: 2\n"


def test_accumulating_keeps_the_annotations_of_the_left_side(document: Callable[..., Document]) -> None:
    left, right = document("#@schema/nullable\na: 1"), document("#@schema/title 'A'\na: 2")
    merged: Any = accumulate(left, right).value
    assert list(merged.items[0].annotations) == ["schema/nullable"]


def test_overlay_annotations_are_gone_afterwards(read: Read) -> None:
    result: Any = apply(read("a: 1").items[0].value, read("#@overlay/match missing_ok=True\nb: 1").items[0].value)
    assert result.items[1].annotations is None


def test_replaced_items_take_the_right_position(read: Read) -> None:
    result: Any = apply(read("a: 1", "l.yml").items[0].value, read("\n\na: 2", "r.yml").items[0].value)
    assert (result.items[0].source.name, result.items[0].line) == ("r.yml", 3)


def test_applying_needs_something_to_apply() -> None:
    with pytest.raises(Exception, match="expected exactly at least argument"):
        FUNCTIONS["apply"]()


def test_a_map_that_grows_large_while_it_is_merged_is_searched_as_before(read: Read) -> None:
    added = "".join(f"#@overlay/match missing_ok=True\nk{i}: {i}\n" for i in range(60))
    again = "".join(f"k{i}: again\n" for i in range(0, 60, 7))
    left, right = read("k5: 0\nk30: 0\n", "left.yml"), read(added + again, "right.yml")
    for item in right.items[0].value.items[:60]:
        item.annotations = {"overlay/match": Annotation(kwargs={"missing_ok": True})}
    made = apply(left.items[0].value, right.items[0].value)
    expected = {"k5": 5, "k30": 30} | {f"k{i}": i for i in range(60)} | {f"k{i}": "again" for i in range(0, 60, 7)}
    assert [(item.key, item.value) for item in made.items] == list(expected.items())


def test_keys_of_other_types_are_other_keys(over: Callable[..., str]) -> None:
    assert over("1: a\ntrue: b\n", "true: c\n") == "1: a\ntrue: c\n"


@pytest.mark.parametrize(
    ("by", "steps"),
    [("overlay.all", 25), ("overlay.subset(Dict([('name', 'x')]))", 12), ("lambda i, l, r: False", 30)],
)
def test_each_document_that_an_overlay_looks_at_or_merges_takes_steps(read: Read, by: str, steps: int) -> None:
    """Those it takes time for, so that many overlays over many documents end with the budget and not much later."""
    left = read("---\nkind: A\nname: n\n" * 100)
    text = f"#@overlay/match by={by}, expects='0+'\n---\n#@overlay/match missing_ok=True\nz: 1\n"
    overlay = read(text, Dict=Dict).items[-1:]
    meter = Meter()
    undo = active(meter)
    try:
        apply_documents([left], overlay)
    finally:
        undo()
    assert meter.used >= 100 * steps
