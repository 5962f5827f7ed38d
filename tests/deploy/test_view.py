import pytest

from oakum.deploy.diff.lines import diff_lines
from oakum.deploy.diff.view import minimal, view

OLD = "\n".join(f"l{n}" for n in range(12)) + "\n"
NEW = OLD.replace("l5\n", "L5\n")


def test_two_lines_of_context_are_two_after_and_one_before() -> None:
    assert view(diff_lines(OLD, NEW)) == (
        "  ...\n  4,  4   l4\n  5     - l5\n      5 + L5\n  6,  6   l6\n  7,  7   l7\n")


def test_hidden_lines_before_a_change_show_at_the_next_common_line() -> None:
    assert view(diff_lines(OLD, NEW), context=1) == "  5     - l5\n      5 + L5\n  ...\n  6,  6   l6\n"


def test_before_its_first_common_line_a_difference_is_shown_as_interrupted_unless_it_begins_with_it() -> None:
    changed_first = OLD.replace("l0\n", "")
    assert view(diff_lines(OLD, changed_first), context=1) == "  0     - l0\n  ...\n  1,  0   l1\n"
    assert view(diff_lines(OLD, NEW), context=-1).startswith("  0,  0   l0\n  1,  1   l1\n")


def test_no_context_shows_changed_lines_alone() -> None:
    assert view(diff_lines(OLD, NEW), context=0, numbers=False) == "- l5\n+ L5\n"


def test_a_negative_context_shows_everything() -> None:
    assert view(diff_lines(OLD, NEW), context=-1).count("\n") == 14


def test_no_difference_is_an_empty_line() -> None:
    assert view(diff_lines(OLD, OLD)) == "\n"


@pytest.mark.parametrize(("new", "shown"), [
    (NEW, "  5,  5 - l5\n  6,  5 + L5"),
    (NEW.replace("l8\nl9\n", ""), "  5,  5 - l5\n  6,  5 + L5\n  8,  8 - l8\n  9,  8 - l9"),
    ("new\n" + OLD, "  0,  0 + new"),
    ("", "\n".join(f"{n:3d},  0 - l{n}" for n in range(12))),
])
def test_a_conflict_shows_changed_lines_with_where_they_are_on_both_sides(new: str, shown: str) -> None:
    assert minimal(diff_lines(OLD, new)) == shown
