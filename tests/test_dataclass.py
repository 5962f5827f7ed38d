"""What is defined here behaves as what the standard library defines."""
from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from oakum import dataclass as ours

OPTIONS = [{}, {"frozen": True}, {"slots": True}, {"frozen": True, "slots": True}, {"eq": False}]
"""The parameters of the decorator that are in use."""


def both(options: dict[str, bool]) -> list[Any]:
    """The same class made by the standard library and by us."""
    made = []
    for module in (dataclasses, ours):

        @module.dataclass(**options)
        class Place:
            """Somewhere."""

            name: str
            port: int = 80
            tags: list[str] = module.field(default_factory=list)
            secret: str = module.field(default="s", repr=False)
            found: int = module.field(default=3, init=False)

            def __post_init__(self) -> None:
                object.__setattr__(self, "found", 4)

        made.append(Place)
    return made


def outcome(act: Any) -> Any:
    """What came of it, as text, that of errors included."""
    try:
        return repr(act())
    except (TypeError, AttributeError) as error:
        return f"{AttributeError if isinstance(error, AttributeError) else TypeError}: {error}"


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(
    "act",
    [
        lambda place: place("a"),
        lambda place: place("a", 1, ["x"], "t"),
        lambda place: place("a", secret="t", tags=["y"]).secret,
        lambda place: place("a").found,
        lambda place: place("a") == place("a"),
        lambda place: place("a") == place("b"),
        lambda place: place("a", secret="t") == place("a"),
        lambda place: place("a") == ("a", 80, [], "s", 4),
        lambda place: place("a").tags is place("a").tags,
        lambda place: place(),
        lambda place: place("a", colour=1),
        lambda place: place("a", name="b"),
        lambda place: place("a", found=1),
        lambda place: place(port=1),
        lambda place: place(*"abcdef"),
        lambda place: setattr(place("a"), "port", 2),
        lambda place: delattr(place("a"), "port"),
        lambda place: place.__doc__,
        lambda place: place.__name__,
        lambda place: place.__qualname__,
        lambda place: getattr(place, "__slots__", None),
        lambda place: hasattr(place("a"), "__dict__"),
    ],
)
def test_a_class_behaves_as_the_standard_librarys(options: dict[str, bool], act: Any) -> None:
    theirs, own = both(options)
    assert outcome(lambda: act(own)) == outcome(lambda: act(theirs))
    for number in range(ours.UNTIL_COMPILED):
        own(str(number))
    assert outcome(lambda: act(own)) == outcome(lambda: act(theirs))  # as well when `__init__` is compiled


def test_frozen_objects_are_keys_by_their_values_and_others_are_none() -> None:
    @ours.dataclass(frozen=True)
    class Key:
        a: int
        b: str

    @ours.dataclass()
    class Changing:
        a: int

    assert {Key(1, "x"): 2}[Key(1, "x")] == 2
    with pytest.raises(TypeError, match="unhashable type: 'Changing'"):
        hash(Changing(1))


def test_a_class_keeps_the_methods_that_it_writes_itself() -> None:
    @ours.dataclass(frozen=True)
    class Named:
        a: int

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

    assert (repr(Named(1)), Named(1) == Named(2), hash(Named(1))) == ("own", True, 7)


def test_replace_changes_the_named_fields_of_a_copy() -> None:
    _, place = both({"frozen": True})
    first = place("a", 1, ["x"])
    second = ours.replace(first, port=2)
    assert (first.port, second.port, second.name, second.tags) == (1, 2, "a", ["x"])
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        ours.replace(first, colour=1)


def test_classes_without_fields_are_equal_among_themselves() -> None:
    @ours.dataclass(frozen=True, slots=True)
    class Nothing:
        """No fields."""

    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())
