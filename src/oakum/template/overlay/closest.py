"""The left items that come closest to what an overlay item looked for in vain."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from oakum.starlark.spelling import nearest
from oakum.template.kinds import kind_of
from oakum.template.overlay.comparison import find_item, mismatch
from oakum.template.overlay.matcher import AllOf, AnyOf, Matcher, SameKey, Subset
from oakum.template.position import position
from oakum.typing import Any
from oakum.yaml.nodes import Array, Map, MapItem, Value

_SHOWN = 3
_LONGEST = 60


def closest(item: Any, matcher: Matcher | None, left: Iterable[Any]) -> list[str]:
    """Up to three lines, the best first, that say which of the items `left` the item nearly matched, and why not."""
    candidates = list(left)
    if isinstance(item, MapItem) and matcher is None:
        return _keys(str(item.key), candidates)
    found: list[tuple[float, str]] = []
    for candidate in candidates:
        found += _nearness(candidate, matcher, item.value)
    found.sort(key=lambda pair: -pair[0])
    return [line for _, line in found[:_SHOWN]]


def _keys(key: str, candidates: list[MapItem]) -> list[str]:
    by_name = {str(candidate.key): candidate for candidate in candidates}
    near = nearest(key, by_name)
    if near is not None:
        return [f"{position(by_name[near])}: did you mean the key '{near}'?"]
    shown = ", ".join(f"'{name}'" for name in list(by_name)[:10])
    return [f"the keys there are: {shown}{', ...' if len(by_name) > 10 else ''}"] if shown else ["there are no keys"]


def _nearness(candidate: Any, matcher: Matcher | None, right: Value) -> Iterator[tuple[float, str]]:
    """How near a candidate comes (more is nearer), with a line about it; nothing for what cannot be judged."""
    for wanted in _wanted(matcher, right):
        misses = list(_misses(candidate.value, wanted, ""))
        if misses:
            hits = _leaves(wanted) - len(misses)
            yield hits - 0.001 * len(misses), f"{position(candidate)}: {'; '.join(misses[:2])}"


def _wanted(matcher: Matcher | None, right: Value) -> Iterator[Value]:
    """The structures that a left value would have to contain."""
    if isinstance(matcher, Subset):
        yield matcher.wanted
    elif isinstance(matcher, SameKey) and isinstance(right, Map):
        item = find_item(right, matcher.key)
        if item is not None:
            yield Map([item])
    elif isinstance(matcher, AllOf):
        parts = [wanted for below in matcher.matchers for wanted in _wanted(below, right)]
        if parts and all(isinstance(part, Map) for part in parts):
            yield Map([item for part in parts if isinstance(part, Map) for item in part.items])
    elif isinstance(matcher, AnyOf):
        for below in matcher.matchers:
            yield from _wanted(below, right)


def _misses(left: Value, wanted: Value, path: str) -> Iterator[str]:
    """What `left` lacks of `wanted`, in words."""
    if isinstance(wanted, Map) and isinstance(left, Map):
        for item in wanted.items:
            place = f"{path}.{item.key}" if path else str(item.key)
            counterpart = find_item(left, item.key)
            if counterpart is None:
                yield f"has no {place}"
            else:
                yield from _misses(counterpart.value, item.value, place)
    elif mismatch(left, wanted) is not None:
        yield f"{path or 'value'} is {_shown(left)}, not {_shown(wanted)}"


def _leaves(value: Value) -> int:
    if isinstance(value, Map | Array):
        return sum(_leaves(item.value) for item in value.items) or 1
    return 1


def _shown(value: Value) -> str:
    if isinstance(value, Map | Array):
        return f"a {kind_of(value)}" if isinstance(value, Map) else "an array"
    text = value if isinstance(value, str) else str(value).lower() if value is not None else "null"
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."
