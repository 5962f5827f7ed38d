"""The left side of an overlay step."""
from __future__ import annotations

from collections.abc import Sequence

from oakum.typing import Any, TypeAlias

Place: TypeAlias = tuple[list[Any], int]
"""A left item: the list that holds it, and its index there."""

WORTH_INDEXING = 24
"""A map of fewer items is searched from its beginning each time."""


class Side:
    """The items that steps choose from and change: those of one map or array, or the documents of several files.

    `groups` are the very lists that hold them. Large maps that are asked for many keys get an index.
    """

    __slots__ = ("_asked", "_index", "groups")

    def __init__(self, *groups: list[Any]) -> None:
        self.groups: Sequence[list[Any]] = groups
        self._index: dict[tuple[type, Any], list[Place]] | None = None
        self._asked = False

    def add(self, item: Any) -> None:
        """Put `item` at the end."""
        last = self.groups[-1]
        last.append(item)
        if self._index is not None:
            self._index.setdefault((type(item.key), item.key), []).append((last, len(last) - 1))

    def remove(self, places: Sequence[Place]) -> None:
        """Take the items at `places` (in ascending order) away."""
        self.replace_all(places, [()] * len(places))

    def replace(self, place: Place, item: Any) -> None:
        """Put `item` where the one at `place` is."""
        items, index = place
        items[index] = item
        self._forget()

    def replace_all(self, places: Sequence[Place], runs: Sequence[Sequence[Any]]) -> None:
        """Put the items of each of the `runs` where the one at its place is; `places` are in ascending order."""
        at = 0
        for items in self.groups:
            made: list[Any] = []
            done = 0
            while at < len(places) and places[at][0] is items:
                index = places[at][1]
                made += items[done:index]
                made += runs[at]
                done, at = index + 1, at + 1
            items[:done] = made
        self._forget()

    def with_key(self, key: Any) -> list[Place]:
        """The map items whose key has the type and value of `key`."""
        if self._index is not None:
            return self._index.get((type(key), key), [])
        if self._asked and sum(map(len, self.groups)) >= WORTH_INDEXING:
            self._index = self._indexed()
            return self._index.get((type(key), key), [])
        self._asked = True
        kind = type(key)
        return [
            (items, index)
            for items in self.groups
            for index, item in enumerate(items)
            if item.key == key and type(item.key) is kind
        ]

    def _indexed(self) -> dict[tuple[type, Any], list[Place]]:
        index: dict[tuple[type, Any], list[Place]] = {}
        for items in self.groups:
            for at, item in enumerate(items):
                index.setdefault((type(item.key), item.key), []).append((items, at))
        return index

    def _forget(self) -> None:
        self._index = None
        self._asked = False
