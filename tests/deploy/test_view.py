from oakum.deploy.diff.lines import diff_lines
from oakum.deploy.diff.view import minimal, view

OLD = "\n".join(f"l{n}" for n in range(12)) + "\n"
NEW = OLD.replace("l5\n", "L5\n")


def test_two_lines_of_context_are_two_after_and_one_before() -> None:
    assert view(diff_lines(OLD, NEW)) == (
        "  ...\n  4,  4   l4\n  5     - l5\n      5 + L5\n  6,  6   l6\n  7,  7   l7\n")


def test_hidden_lines_before_a_change_show_at_the_next_common_line() -> None:
    assert view(diff_lines(OLD, NEW), context=1) == "  5     - l5\n      5 + L5\n  ...\n  6,  6   l6\n"


def test_no_context_shows_changed_lines_alone() -> None:
    assert view(diff_lines(OLD, NEW), context=0, numbers=False) == "- l5\n+ L5\n"


def test_a_negative_context_shows_everything() -> None:
    assert view(diff_lines(OLD, NEW), context=-1).count("\n") == 14


def test_no_difference_is_an_empty_line() -> None:
    assert view(diff_lines(OLD, OLD)) == "\n"


def test_a_conflict_shows_numbers_and_changed_lines() -> None:
    assert minimal(diff_lines(OLD, NEW)) == "  5     - l5\n      5 + L5"
