import pytest

from oakum.cli.reflow import bullets, reflow


@pytest.mark.parametrize(
    ("message", "shaped"),
    [
        ("Reading: Opening: no", "Reading:\n  Opening: no"),
        ("A (x: Y): B", "A (x: Y):\n  B"),
        ("\n- a: B", "\n- a: B"),
        ("first: Second\nthird: Fourth", "first:\n  Second\nthird: Fourth"),
        ("did not find ',' or ']' at: End", "did not find ',' or ']' at:\n  End"),
    ],
)
def test_a_cause_that_begins_with_a_capital_gets_its_own_line(message, shaped):
    assert reflow(message) == shaped


@pytest.mark.parametrize(
    ("message", "shaped"),
    [
        ("closing '@)' at line 1", "closing '@"),
        ("a (b] c", "a (b) c"),
        ("a (b: C", "a (b: C"),
        ("no file \udcff: No\n\udcff", "no file \ufffd:\n  No\n\udcff"),
    ],
)
def test_unbalanced_brackets_cut_the_line_where_that_quirk_is_kept(message, shaped):
    assert reflow(message, truncate=True) == shaped


def test_a_bracketed_list_becomes_bullets():
    assert bullets("for resources: [pod/x (v1), job/y (v1)]") == "for resources: \n\n  - pod/x (v1)\n\n  - job/y (v1)\n\n"


def test_a_single_item_stays_in_its_line():
    assert bullets("for resources: [a/x]") == "for resources: [a/x]"


def test_a_comma_inside_brackets_of_an_item_does_not_split_it():
    assert bullets("is invalid: [a.b: wrong (e.g. 'x',  or 'y', regex z), c.d: no]") == (
        "is invalid: \n\n  - a.b: wrong (e.g. 'x',  or 'y', regex z)\n\n  - c.d: no\n\n")
