"""Named tuples whose classes cost next to nothing to define: a program declares dozens at every start.

`typing.NamedTuple` compiles a method for each class and each annotation of it, which takes longer than all else that
a class is; here the classes share their methods. What comes out behaves the same.
"""
from __future__ import annotations

from oakum.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from _collections import _tuplegetter

    _made = tuple.__new__

    class _Maker(type):
        """Takes the fields, and their defaults, from the body of a class below `NamedTuple`."""

        def __new__(meta, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = tuple(body.get("__annotations__", ()))
            body["_fields"] = fields
            body["_field_defaults"] = defaults = {field: body[field] for field in fields if field in body}
            body["_last"] = tuple(defaults.values())
            body["__slots__"] = ()
            for at, field in enumerate(fields):
                body[field] = _tuplegetter(at, field)
            return super().__new__(meta, name, bases, body)

    class NamedTuple(tuple, metaclass=_Maker):
        """`typing.NamedTuple` to the type checker: fields are annotations, a default is what is assigned to one."""

        def __new__(cls, *values: Any, **named: Any) -> Any:
            missing = len(cls._fields) - len(values)
            if not missing and not named:
                return _made(cls, values)
            if not named and 0 < missing <= len(cls._last):
                return _made(cls, values + cls._last[-missing:])
            return _made(cls, _complete(cls, values, named))

        def _replace(self, **changes: Any) -> Any:
            """A copy with other values for the named fields."""
            return type(self)(**{**self._asdict(), **changes})

        def _asdict(self) -> dict[str, Any]:
            """The values by field."""
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"

    def _complete(cls: Any, values: tuple[Any, ...], named: dict[str, Any]) -> list[Any]:
        """A value for each field. Raises TypeError, as for any call, where arguments do not fit."""
        fields = cls._fields
        given = dict(zip(fields, values, strict=False))
        unknown = [name for name in named if name not in fields or name in given]
        found = {**cls._field_defaults, **given, **named}
        missing = [field for field in fields if field not in found]
        if unknown or len(values) > len(fields):
            raise TypeError(f"{cls.__name__}() does not take {', '.join(unknown) or f'{len(values)} arguments'}")
        if missing:
            raise TypeError(f"{cls.__name__}() missing {len(missing)} required arguments: {', '.join(missing)}")
        return [found[field] for field in fields]
