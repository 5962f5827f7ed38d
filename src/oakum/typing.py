"""The names of `typing` that annotations use, without its import, which is a tenth of what a start of `ytt` takes.

Annotations are never evaluated here, so at run time the names only have to be there.
"""
from __future__ import annotations

TYPE_CHECKING = False
"""True to the type checker, which knows the name."""

if TYPE_CHECKING:
    import os
    from typing import IO as IO
    from typing import Any as Any
    from typing import Generic as Generic
    from typing import Literal as Literal
    from typing import NoReturn as NoReturn
    from typing import ParamSpec as ParamSpec
    from typing import Protocol as Protocol
    from typing import TypeAlias as TypeAlias
    from typing import TypeVar as TypeVar
    from typing import cast as cast
    from typing import dataclass_transform as dataclass_transform

    StrPath: TypeAlias = str | os.PathLike[str]
else:

    class Any:
        """Stands in for each name that only annotations use."""

        def __class_getitem__(cls, parameters):
            """`Generic[T]`, `Literal["a"]`: the same without."""
            return cls

    class Generic(Any):
        """A base class of what is generic to the type checker."""

    class Protocol(Any):
        """A base class of protocols, which say nothing at run time."""

    IO = Literal = NoReturn = StrPath = TypeAlias = Any

    def TypeVar(name, *constraints, bound=None):
        """What a type variable is at run time: something to write in annotations."""
        return Any

    ParamSpec = TypeVar

    def cast(kind, value):
        """`value`, which the type checker takes for a `kind`."""
        return value

    def dataclass_transform(**_):
        """Tells the type checker what a decorator does."""
        return lambda decorator: decorator
