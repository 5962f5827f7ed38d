"""Named tuples of our own making: what they have in common with `typing`'s."""
from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from oakum.record import NamedTuple


class Point(NamedTuple):
    """A point."""

    x: int
    y: int = 2

    @property
    def sum(self) -> int:
        return self.x + self.y


def test_it_is_a_tuple_with_names_defaults_and_methods() -> None:
    point = Point(1)
    assert (point, point.x, point.y, point.sum, repr(point)) == ((1, 2), 1, 2, 3, "Point(x=1, y=2)")
    assert (point._replace(x=5), Point._fields, Point.__doc__, Point.__module__) == ((5, 2), ("x", "y"), "A point.", __name__)


def test_a_field_without_a_default_must_be_given() -> None:
    with pytest.raises(TypeError, match=r"Point\(\) missing 1 required arguments: x"):
        Point()  # type: ignore[call-arg]


@pytest.mark.parametrize(("values", "named", "told"), [
    ((1, 2, 3), {}, "3 arguments"), ((1,), {"x": 2}, "x"), ((1,), {"z": 2}, "z"),
])  # fmt: skip
def test_what_it_has_no_field_for_is_refused(values: Any, named: Any, told: str) -> None:
    with pytest.raises(TypeError, match=rf"Point\(\) does not take {told}"):
        Point(*values, **named)


def test_it_compares_and_hashes_as_the_tuple_that_it_is() -> None:
    assert (Point(1, 2), hash(Point(1, 2)), Point(y=3, x=1)) == (Point(1), hash((1, 2)), (1, 3))


def test_it_has_no_room_for_more() -> None:
    with pytest.raises(AttributeError):
        Point(1).z = 3  # type: ignore[attr-defined]


def test_it_survives_copying_and_pickling() -> None:
    assert type(copy.copy(Point(1))) is type(pickle.loads(pickle.dumps(Point(1)))) is Point
