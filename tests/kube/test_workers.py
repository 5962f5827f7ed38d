"""The same call for many things at once: results, bounds, failures, and what is better done after others."""
from __future__ import annotations

import threading

import pytest

from oakum.kube.workers import BEHIND, Rest, each

MANY = 4 * BEHIND


def in_two(done: list[tuple[str, int]], item: int) -> Rest[int]:
    """A call that has a rest; `done` gets both steps."""

    def rest() -> int:
        done.append(("rest", item))
        return -item

    done.append(("first", item))
    return Rest(rest)


def test_results_are_in_the_order_of_the_items() -> None:
    done: list[tuple[str, int]] = []
    assert each(range(MANY), lambda item: in_two(done, item), 8) == [-item for item in range(MANY)]
    assert sorted(done) == sorted((step, item) for step in ("first", "rest") for item in range(MANY))


def test_a_rest_comes_after_so_many_other_calls() -> None:
    done: list[tuple[str, int]] = []
    each(range(MANY), lambda item: in_two(done, item), 2)
    for item in range(MANY - 2 * BEHIND):
        between = done[done.index(("first", item)) + 1:done.index(("rest", item))]
        assert sum(step == "first" for step, _ in between) >= BEHIND - 2


def test_the_last_rests_wait_for_nothing() -> None:
    done: list[tuple[str, int]] = []
    assert each(range(3), lambda item: in_two(done, item), 8) == [0, -1, -2]


def test_one_at_a_time_finishes_each_before_the_next() -> None:
    done: list[tuple[str, int]] = []
    each(range(3), lambda item: in_two(done, item), 1)
    assert done == [(step, item) for item in range(3) for step in ("first", "rest")]


def test_a_rest_may_leave_a_rest() -> None:
    def twice(item: int) -> Rest[int]:
        return Rest(lambda: Rest(lambda: item))

    assert each(range(MANY), twice, 4) == list(range(MANY))
    assert each([7], twice, 4) == [7]


def test_what_was_begun_is_finished_after_a_failure_and_nothing_new_begins() -> None:
    done: list[tuple[str, int]] = []

    def call(item: int) -> Rest[int]:
        if item == BEHIND:
            raise ValueError("the failure")
        return in_two(done, item)

    with pytest.raises(ValueError, match="the failure"):
        each(range(MANY), call, 2)
    begun = {item for step, item in done if step == "first"}
    assert begun == {item for step, item in done if step == "rest"}
    assert begun.issubset(range(BEHIND + 3))


def test_of_several_failures_that_of_the_first_item_is_raised() -> None:
    def call(item: int) -> Rest[int]:
        def rest() -> int:
            raise ValueError(f"item {item}")

        return Rest(rest)

    with pytest.raises(ValueError, match="item 0"):
        each(range(4), call, 4)


def test_no_more_calls_are_made_at_once_than_asked_for() -> None:
    lock, running, most = threading.Lock(), 0, 0

    def busy() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.002)
        with lock:
            running -= 1

    def call(item: int) -> Rest[int]:
        busy()
        return Rest(lambda: busy() or item)

    each(range(50), call, 3)
    assert most <= 3
