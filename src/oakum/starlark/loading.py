"""What a `load` statement does when it runs."""
from __future__ import annotations

from collections.abc import Callable, Mapping

from oakum.starlark.errors import Failure
from oakum.starlark.spelling import hint
from oakum.typing import Any


def loader(load: Callable[[str], Mapping[str, Any]]) -> Callable[[tuple[str, ...]], tuple[Any, ...]]:
    """The helper behind the statement: given a module's name and those of its symbols, their values."""

    def load_symbols(wanted: tuple[str, ...]) -> tuple[Any, ...]:
        module, *names = wanted
        members = load(module)
        return tuple([_symbol(members, name, module) for name in names])

    return load_symbols


def _symbol(members: Mapping[str, Any], name: str, module: str) -> Any:
    if name not in members:
        raise Failure(f"load: name {name} not found in module {module}{hint(name, sorted(members))}")
    return members[name]
