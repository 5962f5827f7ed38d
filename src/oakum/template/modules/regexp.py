"""`@ytt:regexp`: RE2 expressions with Go's replacement syntax (ytt: module regexp)."""
from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from oakum.goregexp import compiled
from oakum.starlark import Builtin, Failure, Module, is_callable, type_name
from oakum.starlark.binding import invoke
from oakum.starlark.meter import charge, reserve
from oakum.starlark.strings import from_bytes, to_bytes
from oakum.template.arguments import exactly, string
from oakum.typing import Any

_MATCH = 64  # steps that it takes to find and replace one
_REFERENCE = re.compile(rb"\$(?:\$|\{([^}]*)\}|(\w+))", re.ASCII)


def regexp_module() -> Module:
    """The module."""
    return Module(
        "regexp", {"match": Builtin("regexp.match", _match), "replace": Builtin("regexp.replace", _replace)}
    )


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    charge(1000 + 100 * len(pattern) + 50_000 * pattern.count("{"))
    try:
        return compiled(pattern)
    except ValueError as error:
        raise Failure(str(error)) from None


def _match(*arguments: Any, **keywords: Any) -> bool:
    exactly(arguments, 2)
    pattern, text = map(string, arguments)
    found = _compiled(pattern)
    _announce(found, len(text))
    return found.search(to_bytes(text)) is not None


def _announce(pattern: Any, size: int) -> None:
    """Charge for a search in so many bytes: at worst each state of the pattern keeps the place of each group."""
    states = len(pattern.pattern)
    charge((size >> 4) * (1 + (states >> 2)))
    reserve(16 * states * pattern.groups)


def _replace(*arguments: Any, **keywords: Any) -> str:
    exactly(arguments, 3)
    pattern, text = string(arguments[0]), string(arguments[1])
    replacement = arguments[2]
    if is_callable(replacement):
        return _replaced(_compiled(pattern), text, lambda found: _called(replacement, found))
    template = to_bytes(string(replacement))
    found = _compiled(pattern)
    references = 32 * template.count(b"$")
    return _replaced(found, text, lambda match: _expanded(template, match, found.groupindex), references)


def _called(function: Any, match: Any) -> bytes:
    result = invoke(function, from_bytes(match.group()))
    if type(result) is not str:
        raise Failure(f"expected a string, but was {type_name(result)}")
    return to_bytes(result)


def _expanded(template: bytes, match: Any, names: dict[Any, int]) -> bytes:
    """`template` with `$1`, `${1}`, `$name`, `${name}` and `$$`; an unknown group is empty."""

    def expand(reference: re.Match[bytes]) -> bytes:
        if reference.group() == b"$$":
            return b"$"
        name = reference.group(1) if reference.group(1) is not None else reference.group(2)
        if not re.fullmatch(rb"\w+", name):
            return reference.group()
        if name.isdigit():
            number = int(name)
            return (match.group(number) or b"") if number <= match.re.groups else b""
        index = names.get(name, names.get(from_bytes(name), 0))
        return (match.group(index) or b"") if index else b""

    return _REFERENCE.sub(expand, template)


def _replaced(pattern: Any, text: str, make: Callable[[Any], bytes], steps: int = 0) -> str:
    """`text` with every match replaced, which takes so many `steps` more for each.

    An empty match right after another does not count.
    """
    raw = to_bytes(text)
    _announce(pattern, len(raw))
    parts: list[bytes] = []
    end = position = size = 0
    while position <= len(raw):
        match = pattern.search(raw, position)
        if match is None:
            break
        charge(_MATCH + steps)
        start, stop = match.span()
        parts.append(raw[end:start])
        if stop > end or start == 0:
            made = make(match)
            parts.append(made)
            size += len(made)
            if size > 1 << 16:
                reserve(size)
        end = stop
        position = max(stop, position + _width(raw, position))
    parts.append(raw[end:])
    return from_bytes(b"".join(parts))


def _width(raw: bytes, position: int) -> int:
    """The length of the character at `position`, one at least."""
    step = 1
    while position + step < len(raw) and 0x80 <= raw[position + step] < 0xC0 and raw[position] >= 0xC0:
        step += 1
    return step
