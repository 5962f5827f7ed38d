"""Dataclasses that cost next to nothing to define: `dataclass`, `field` and `replace` as the standard library has them.

The standard library writes and compiles six methods for each class, which takes half a millisecond; a program here
defines over a hundred at each start, and that was a quarter of all its time. Here the classes share their methods,
and `__init__` is compiled when a class has made some objects: most make a few or none. What this package does not use
is left out: inheritance, keyword-only fields, order, comparison of some fields only.
"""
from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from oakum.record import NamedTuple
from oakum.typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")
_NONE: Any = object()
"""No default."""
UNTIL_COMPILED = 20
"""Objects that a class makes before its `__init__` is compiled: what that costs, in objects made without it."""


class Field(NamedTuple):
    """One field: its default or what makes it, whether `__init__` takes it, and whether `repr` shows it."""

    default: Any = _NONE
    default_factory: Callable[[], Any] | None = None
    init: bool = True
    repr: bool = True


def field(*, default: Any = _NONE, default_factory: Callable[[], Any] | None = None, init: bool = True,
          repr: bool = True) -> Any:
    """A field that is more than a name and a default, as `dataclasses.field`."""
    return Field(default, default_factory, init, repr)


@dataclass_transform(field_specifiers=(field,))
def dataclass(*, frozen: bool = False, slots: bool = False, eq: bool = True) -> Callable[[type[T]], type[T]]:
    """Make a class of its annotated names, as `dataclasses.dataclass` with the same parameters."""

    def decorate(cls: type[T]) -> type[T]:
        fields = {name: _field(vars(cls).get(name, _NONE)) for name in vars(cls).get("__annotations__", ())}
        made = _slotted(cls, tuple(fields)) if slots else _with_defaults(cls, fields)
        methods: dict[str, Any] = {"__dataclass_shape__": _Shape(fields, _getter(tuple(fields)))}
        if "__init__" not in vars(cls):
            methods["__init__"] = _first(made, fields, slots)
        if "__repr__" not in vars(cls):
            methods["__repr__"] = _repr
        if eq:
            methods |= {"__eq__": vars(cls).get("__eq__", _equal), "__hash__": _hash(cls, frozen)}
        if frozen:
            methods |= {"__setattr__": _no_assignment, "__delattr__": _no_deletion}
        for name, method in methods.items():
            setattr(made, name, method)
        return made

    return decorate


def replace(value: T, **changes: Any) -> T:
    """A copy of a dataclass's object with other values for the named fields, as `dataclasses.replace`."""
    fields: dict[str, Field] = value.__dataclass_shape__.fields  # type: ignore[attr-defined]  # set by the decorator
    kept = {name: getattr(value, name) for name, field in fields.items() if field.init and name not in changes}
    return type(value)(**kept, **changes)


class _Shape(NamedTuple):
    """What the shared methods must know of a class: its fields, and what takes their values out of an object."""

    fields: dict[str, Field]
    values: Callable[[Any], Any]


def _field(default: Any) -> Field:
    return default if isinstance(default, Field) else Field(default)


def _slotted(cls: type[T], names: tuple[str, ...]) -> type[T]:
    """The class again with slots, which cannot be added to one that exists."""
    space = {name: value for name, value in vars(cls).items() if name not in (*names, "__dict__", "__weakref__")}
    made: type[T] = type(cls)(  # type: ignore[misc]  # the class's own metaclass
        cls.__name__, cls.__bases__, {**space, "__slots__": names})
    made.__qualname__ = cls.__qualname__
    return made


def _with_defaults(cls: type[T], fields: dict[str, Field]) -> type[T]:
    for name, field in fields.items():
        if isinstance(vars(cls).get(name), Field):
            delattr(cls, name)
            if field.default is not _NONE:
                setattr(cls, name, field.default)
    return cls


def _getter(names: tuple[str, ...]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda value: ()


def _hash(cls: type, frozen: bool) -> Any:
    """The class's own, else one by value for what cannot change, else none."""
    return vars(cls).get("__hash__") or (_hashed if frozen else None)


def _first(cls: type, fields: dict[str, Field], slots: bool) -> Callable[..., None]:
    """An `__init__` that puts a compiled one in its place when it is called often, or as none should be."""
    taken = [name for name, field in fields.items() if field.init]
    needed = {name for name in taken if fields[name].default is _NONE and fields[name].default_factory is None}
    left = UNTIL_COMPILED

    def __init__(self: Any, *values: Any, **named: Any) -> None:
        nonlocal left
        left -= 1
        given = dict(zip(taken, values, strict=False)) | named
        if left < 0 or len(given) != len(values) + len(named) or needed - given.keys() or given.keys() - taken:
            made = cls.__init__ = _written(cls, fields, slots)  # type: ignore[misc]
            made(self, *values, **named)
            return
        for name, field in fields.items():
            if name in given:
                object.__setattr__(self, name, given[name])
            elif field.default_factory is not None:
                object.__setattr__(self, name, field.default_factory())
            elif field.default is not _NONE:
                object.__setattr__(self, name, field.default)
        if hasattr(cls, "__post_init__"):
            self.__post_init__()

    return __init__


def _written(cls: type, fields: dict[str, Field], slots: bool) -> Any:
    """`__init__`, compiled from text as the standard library does: nothing else is as fast to call."""
    known: dict[str, Any] = {"_none": _NONE, "_set": object.__setattr__}
    parameters, body = ["self"], ["pass"]
    for name, field in fields.items():
        known |= {f"_default_{name}": field.default, f"_make_{name}": field.default_factory}
        value = name
        if field.default_factory is not None:
            value = f"_make_{name}() if {name} is _none else {name}" if field.init else f"_make_{name}()"
        elif not field.init:
            value = f"_default_{name}"
        if field.init:
            optional = field.default is not _NONE or field.default_factory is not None
            parameters.append(f"{name}=_default_{name}" if optional else name)
        if field.init or field.default_factory is not None or (slots and field.default is not _NONE):
            body.append(f"_set(self, '{name}', {value})")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n  " + "\n  ".join(body), known)
    known["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return known["__init__"]


def _repr(self: Any) -> str:
    shown = (f"{name}={getattr(self, name)!r}" for name, field in self.__dataclass_shape__.fields.items() if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _equal(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    values = self.__dataclass_shape__.values
    return values(self) == values(other)


def _hashed(self: Any) -> int:
    return hash(self.__dataclass_shape__.values(self))


def _no_assignment(self: Any, name: str, value: object) -> None:
    raise AttributeError(f"cannot assign to field {name!r}")


def _no_deletion(self: Any, name: str) -> None:
    raise AttributeError(f"cannot delete field {name!r}")
