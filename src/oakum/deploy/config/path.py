"""Paths into objects, as Config documents write them: a list of keys, indexes and patterns."""
from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from oakum.dataclass import dataclass
from oakum.deploy.errors import ConfigError
from oakum.gostruct import json_kind
from oakum.typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class All:
    """Every item of an array: `{allIndexes: true}`."""

    def __str__(self) -> str:
        return "(all)"


@dataclass(frozen=True, slots=True)
class Index:
    """One item of an array: `{index: N}`."""

    at: int

    def __str__(self) -> str:
        return str(self.at)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Every key of a map in which the pattern is found: `{regex: "…"}` (Go's syntax)."""

    pattern: str

    def keys(self, found: dict[str, Any]) -> list[str]:
        """The keys of `found` that match, in order."""
        pattern = _compiled(self.pattern)
        return [key for key in sorted(found) if pattern.search(key.encode("utf-8", "surrogateescape"))]

    def __str__(self) -> str:
        return self.pattern


Part: TypeAlias = "str | All | Index | Pattern"
Path: TypeAlias = "tuple[Part, ...]"


@lru_cache(256)
def _compiled(pattern: str) -> Any:
    from oakum.goregexp import compiled

    try:
        return compiled(pattern)
    except ValueError as e:
        raise ConfigError(f"Expected path part regex '{pattern}' to be valid: {e}") from e


def parse_path(raw: Any, *, patterns: bool = False) -> Path:
    """The path that a Config document writes. Raises ConfigError for a part that is none of the known."""
    if not isinstance(raw, list) or not raw:
        raise ConfigError("Expected path to be a non-empty list")
    return tuple(_part(part, patterns) for part in raw)


def _part(raw: Any, patterns: bool) -> Part:
    if isinstance(raw, str):
        return raw
    if not isinstance(raw, dict):
        raise ConfigError("Unknown path part")
    known = {str(k).lower(): v for k, v in raw.items()}
    if known.get("allindexes"):
        return All()
    if "index" in known:
        return Index(_whole(known["index"]))
    if "regex" in known:
        if not patterns:
            raise ConfigError("Regex in path part is only supported for rebaseRules.")
        if not isinstance(known["regex"], str):
            raise ConfigError(f"Expected regex of path part to be a string, but was {json_kind(known['regex'])}")
        return Pattern(known["regex"])
    raise ConfigError("Expected path part to be a string, allIndexes, index or regex (panic: Unknown path part)")


def _whole(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or raw != int(raw) or raw < 0:
        shown = f"'{raw}'" if isinstance(raw, str | float) else json_kind(raw)
        raise ConfigError(f"Expected index of path part to be a whole number, but was {shown}")
    return int(raw)


def path_text(path: Sequence[Part]) -> str:
    """The path as messages show it: parts joined by commas."""
    return ",".join(str(part) for part in path)


def has_index(path: Sequence[Part]) -> bool:
    """Whether a part goes through an array."""
    return any(isinstance(part, All | Index) for part in path)


WORD = re.compile(r"[A-Za-z_][\w-]*")


def dotted(path: Sequence[str | int]) -> str:
    """A concrete path in the API's notation: `spec.ports[0].name`."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part}]"
        else:
            out += f".{part}" if out and WORD.fullmatch(part) else part if not out else f"[{part}]"
    return out
