"""Named tuples of our own making: what they have in common with `typing`'s."""
import copy
import pickle

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
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]


def test_it_has_no_room_for_more() -> None:
    with pytest.raises(AttributeError):
        Point(1).z = 3  # type: ignore[attr-defined]


def test_it_survives_copying_and_pickling() -> None:
    assert type(copy.copy(Point(1))) is type(pickle.loads(pickle.dumps(Point(1)))) is Point
