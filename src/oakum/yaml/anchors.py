"""The anchors of one document: aliases are copies, and their sum is bounded."""
from __future__ import annotations

from collections.abc import Callable

from oakum.typing import Generic, TypeVar
from oakum.yaml.errors import SyntaxYAMLError

T = TypeVar("T")
_NODES_PER_CHARACTER = 50
_LEAST_NODES = 10_000
_MOST_NODES = 1_000_000


class UnknownAnchor(SyntaxYAMLError):
    """An alias of what is not there: found while the text is read, before anything is made of its values."""


class Anchors(Generic[T]):
    """Anchored values by name.

    `copy` makes a deep copy, `size` counts a value's nodes. A text of n characters may expand to about as many nodes
    as go-yaml allows; beyond it (a "billion laughs") it is refused.
    """

    def __init__(self, length: int, copy: Callable[[T], T], size: Callable[[T], int]) -> None:
        self._copy = copy
        self._size = size
        self._values: dict[str, T] = {}
        self._open: set[str] = set()
        self._left = min(max(length * _NODES_PER_CHARACTER, _LEAST_NODES), _MOST_NODES)

    def define(self, name: str, value: T) -> None:
        """`name` stands for `value` from here on; not to be used before `close` when it is a collection."""
        self._values[name] = value
        self._open.discard(name)

    def open(self, name: str, value: T) -> None:
        """Like `define`, for a collection whose items are still to come."""
        self._values[name] = value
        self._open.add(name)

    def close(self, name: str) -> None:
        """The collection of `name` is complete."""
        self._open.discard(name)

    def require(self, name: str) -> None:
        """Raise UnknownAnchor when nothing has been called `name`."""
        if name not in self._values:
            raise UnknownAnchor(f"unknown anchor '{name}' referenced")

    def last(self, name: str) -> T:
        """What `name` stands for now, not a copy."""
        return self._values[name]

    def expand(self, name: str) -> T:
        """A copy of what `name` stands for. Raises SyntaxYAMLError when it is unknown, not complete, or too much."""
        self.require(name)
        if name in self._open:
            raise SyntaxYAMLError(f"anchor '{name}' value contains itself")
        value = self._values[name]
        self._left -= self._size(value)
        if self._left < 0:
            raise SyntaxYAMLError("document contains excessive aliasing")
        return self._copy(value)
