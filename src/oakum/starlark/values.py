"""Starlark's values that are not Python's own, and what all values have in common: a type name, truth, freezing.

None, bool, int, float, str, tuple and range stand for themselves; user functions are Python functions. Truth is
Python's own `bool(x)` throughout.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FunctionType

from oakum.starlark.arity import misfit
from oakum.starlark.errors import EvalError, Failure
from oakum.starlark.keys import key_of, value_of
from oakum.starlark.meter import charge
from oakum.typing import Any


class List(list[Any]):
    """A Starlark list: a Python list that can be frozen, and that counts the loops over it (`busy`)."""

    starlark_type = "list"
    frozen = False
    busy = 0

    def check_mutable(self, verb: str) -> None:
        """Raise Failure when frozen or while a loop runs over it."""
        if self.frozen or self.busy:
            raise Failure(f"cannot {verb} {'frozen list' if self.frozen else 'list during iteration'}")


class Dict(dict[Any, Any]):
    """A Starlark dict. Keys are kept as `key_of(key)`, another one where a bool or a huge number is in the key."""

    starlark_type = "dict"
    frozen = False
    busy = 0
    odd = False
    holes = 0

    def check_mutable(self, verb: str) -> None:
        """Raise Failure when frozen or while a loop runs over it."""
        if self.frozen or self.busy:
            raise Failure(f"cannot {verb} {'frozen hash table' if self.frozen else 'hash table during iteration'}")

    def put(self, key: Any, value: Any) -> None:
        """`self[key] = value`, checked."""
        if self.frozen or self.busy:
            self.check_mutable("insert into")
        if type(key) is not str:
            inner = key_of(key)
            if inner is not key:
                self.odd, key = True, inner
        self[key] = value

    def find(self, key: Any, default: Any = None) -> Any:
        """The value of `key`. Raises Failure for a key that cannot be one."""
        return self.get(key if type(key) is str else key_of(key), default)

    def has(self, key: Any) -> bool:
        """Whether `key` is there. Raises Failure for a key that cannot be one."""
        return key_of(key) in self

    def take(self, key: Any, holes: int) -> Any:
        """Remove `key`, as it is kept, and return its value.

        Python leaves a hole where an entry was, and passes over it in each iteration: with more than `holes`, close up.
        """
        value = self.pop(key)
        self.holes += 1
        if self.holes > holes:
            charge(len(self) >> 1)
            entries = dict(self)
            self.clear()
            dict.update(self, entries)
            self.holes = 0
        return value

    def names(self) -> list[Any]:
        """The keys as written, in order."""
        return [value_of(key) for key in self] if self.odd else list(self)

    def items(self) -> Any:
        """Pairs of the key as written and the value."""
        return [(value_of(key), self[key]) for key in self] if self.odd else super().items()


def make_dict(pairs: Iterable[tuple[Any, Any]]) -> Dict:
    """A Dict of `pairs`; of equal keys the last value counts."""
    made = Dict()
    for key, value in pairs:
        made.put(key, value)
    return made


class Set:
    """A Starlark set: elements in order of insertion. Nothing adds to it."""

    __slots__ = ("elements",)
    starlark_type = "set"

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self.elements: dict[Any, Any] = {}
        for item in items:  # of equal ones the first counts
            self.elements.setdefault(key_of(item), item)

    def __len__(self) -> int:
        return len(self.elements)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.elements.values())

    def __contains__(self, item: Any) -> bool:
        return key_of(item) in self.elements


class Struct:
    """A value with named `fields`: `x.name` and `x["name"]`. Equal only to itself."""

    __slots__ = ("fields",)
    starlark_type = "struct"

    def __init__(self, fields: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        self.fields: dict[str, Any] = {**(fields or {}), **more}

    def __len__(self) -> int:
        return len(self.fields)


class Module:
    """A namespace: `name` and its `members`."""

    __slots__ = ("members", "name")
    starlark_type = "module"

    def __init__(self, name: str, members: Mapping[str, Any]) -> None:
        self.name = name
        self.members = dict(members)


_CALL, _MODULE_CALL = 6, 24
"""Steps that the call of a host function takes; those of modules do more."""


class Builtin:
    """A host function as a value.

    `fn` takes and returns Starlark values and raises Failure; the message is prefixed with `name` and a colon
    unless `prefix` is false. `receiver` is the type name of what it is a method of, for `str`.
    """

    __slots__ = ("fn", "name", "prefix", "receiver", "steps")
    starlark_type = "builtin_function_or_method"
    starlark_hashable = True

    def __init__(self, name: str, fn: Callable[..., Any], *, prefix: bool = True, receiver: str = "") -> None:
        self.name = name
        self.fn = fn
        self.prefix = prefix
        self.receiver = receiver
        self.steps = _MODULE_CALL if "." in name else _CALL

    def __call__(self, /, *arguments: Any, **keywords: Any) -> Any:
        """Call the host function."""
        charge(self.steps)
        try:
            return self.fn(*arguments, **keywords)
        except (Failure, EvalError) as error:
            if not self.prefix:
                raise
            raise prefixed(self.name, error) from None
        except TypeError as error:
            raise misfit(self.name, self.fn, arguments, keywords, error) from None


def prefixed(name: str, error: Failure | EvalError) -> Failure | EvalError:
    """`error` with the name of the builtin that it came out of; one of the budget stays what it is."""
    from oakum.starlark.errors import BudgetError

    if isinstance(error, BudgetError) or (isinstance(error, EvalError) and error.budget):
        return error
    if error.message.startswith("(p) "):  # the reference's panics come out as they are
        return Failure(error.message)
    return Failure(f"{name}: {error.message}")


def is_callable(value: Any) -> bool:
    """Whether a program may call `value`."""
    kind = type(value)
    return kind is FunctionType or kind is Builtin or hasattr(kind, "starlark_call")


def freeze(value: Any) -> None:
    """Make `value` and all it refers to immutable to programs."""
    pending, seen = [value], set()
    while pending:
        current = pending.pop()
        kind = type(current)
        if kind in _LEAVES or id(current) in seen:
            continue
        seen.add(id(current))
        pending.extend(_freeze(current, kind))


_LEAVES = frozenset([type(None), bool, int, float, str, range, Builtin, Set])


def _freeze(value: Any, kind: type) -> Iterable[Any]:
    """Freeze `value` itself; returns what it refers to."""
    if kind is tuple:
        return tuple(value)
    if kind is FunctionType:
        cells = [cell.cell_contents for cell in value.__closure__ or () if _is_filled(cell)]
        return [*cells, *(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
    if kind is Struct:
        return list(value.fields.values())
    if kind is Module:
        return list(value.members.values())
    if kind is List or kind is Dict:
        if value.frozen:
            return ()
        value.frozen = True
        return list(value) if kind is List else list(value.values())
    if hasattr(value, "starlark_freeze"):
        value.starlark_freeze()
    return ()


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018  # reading an empty cell raises
    except ValueError:
        return False
    return True
