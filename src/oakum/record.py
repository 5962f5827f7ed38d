"""Named tuples whose classes are made several times faster than `typing`'s: a program declares dozens at every start.

`typing.NamedTuple` compiles each annotation to check it, which takes longer than all else; the type checker has
checked them before. What comes out is the same: a tuple with names, made by `collections.namedtuple`.
"""
from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:

    class _Maker(type):
        """Turns the body of a class below `NamedTuple` into a named tuple's."""

        def __new__(meta, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(meta, name, bases, body)
            fields = body["__annotations__"]
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])
            for attribute, value in body.items():
                setattr(made, attribute, value)
            return made

    class NamedTuple(metaclass=_Maker):
        """`typing.NamedTuple` to the type checker: fields are annotations, a default is what is assigned to one."""
