"""The tables that a TOML text fills, and where its keys may stand (ytt: module toml).

A table is a dict by part of a key, the tables of `[[…]]` are `Tables`. Which keys are taken follows the reference, also
where it takes more than TOML does: what an implicit table (of `a.b = 1` or `a = {b = 1}`) is given again is ignored
once, and an array may be replaced.
"""
from __future__ import annotations

import re

from oakum.starlark.rendering import quote
from oakum.typing import Any
from oakum.yaml.errors import MAX_DEPTH

Path = tuple[str, ...]
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class Tables(list[dict[str, Any]]):
    """The tables of one `[[…]]`."""


class MisplacedKey(Exception):
    """A key that was used otherwise before, or lies too deep."""


class Document:
    """The root table, and the place in it: below `context`, at `key` (one part, "" for none)."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self.context: Path = ()
        self.key = ""
        self._implicit: set[Path] = set()
        self._arrays: set[Path] = set()

    @property
    def last_key(self) -> str:
        """The place as messages tell it."""
        return ".".join(filter(None, [dotted(self.context), self.key]))

    def open(self, path: Path, *, array: bool = False, implicit: bool = False) -> None:
        """Go to the table at `path` from the root, made with those above it; with `array` to a new one in the array."""
        if len(path) > MAX_DEPTH:
            raise MisplacedKey(f"exceeded max depth of {MAX_DEPTH}")
        if implicit and not array:
            self._implicit.add(path)
        table, last = self.root, path[-1]
        for depth, part in enumerate(path[:-1], 1):
            if part not in table:
                self._implicit.add(path[:depth])
                table[part] = {}
            table = _below(table, path[:depth], "was already created as a hash.")
        self.context, self.key = path[:-1], ""
        if array:
            found = table.setdefault(last, Tables())
            if not isinstance(found, Tables):
                raise MisplacedKey(f"Key '{dotted(path)}' was already created and cannot be used as an array.")
            found.append({})
        else:
            self.set(last, {})
        self.context = path

    def descend(self, parts: Path) -> None:
        """Go to the table that the first of a dotted key's `parts` name, and to the key that is the last of them."""
        self.key = parts[-1]
        for part in parts[:-1]:
            self.open((*self.context, part), implicit=True)
            self.key = parts[-1]

    def start_array(self) -> None:
        """Note that the value at the place is an array."""
        self._arrays.add((*self.context, self.key))

    def is_no_array(self, path: Path) -> None:
        """Note that the value at `path` is no array, whatever it was before."""
        self._arrays.discard(path)

    def set(self, key: str, value: Any) -> None:
        """Give `key` in the table of the context its value."""
        table = self.root
        for depth in range(1, len(self.context) + 1):
            table = _below(table, self.context[:depth], "has already been defined.")
        path = (*self.context, key)
        if key not in table:
            table[key] = value
        elif path in self._arrays:
            self._implicit.discard(path)
            table[key] = value
        elif path in self._implicit:
            self._implicit.discard(path)
        else:
            raise MisplacedKey(f"Key '{dotted(path)}' has already been defined.")


def _below(table: dict[str, Any], path: Path, otherwise: str) -> dict[str, Any]:
    """The table at the end of `path`, which is in `table`; of several the last. Raises MisplacedKey for no table."""
    found = table[path[-1]]
    if isinstance(found, Tables):
        found = found[-1]
    if not isinstance(found, dict):
        raise MisplacedKey(f"Key '{dotted(path)}' {otherwise}")
    return found


def dotted(path: Path) -> str:
    """A path as it would be written."""
    return ".".join([part if _BARE.fullmatch(part) else quote(part) for part in path])
