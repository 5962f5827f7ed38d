"""The names of `typing` that annotations use, without its import, which is a tenth of what a start of `ytt` takes.

Annotations are never evaluated here, so at run time the names only have to be there. `Generic`, `dataclass_transform`
and whatever else does something are still to be had from `typing`.
"""
from __future__ import annotations

TYPE_CHECKING = False
"""True to the type checker, which knows the name."""

if TYPE_CHECKING:
    from typing import IO as IO
    from typing import Any as Any
    from typing import NoReturn as NoReturn
    from typing import Protocol as Protocol
    from typing import TypeAlias as TypeAlias
    from typing import TypeVar as TypeVar
else:

    class Any:
        """Stands in for each name that only annotations use."""

    IO = NoReturn = TypeAlias = Any

    class Protocol:
        """A base class of protocols, which say nothing at run time."""

    def TypeVar(name, *constraints, bound=None):
        """What a type variable is at run time: something to write in annotations."""
        return Any
