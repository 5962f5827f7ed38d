"""orjson, imported without most of what its import imports.

It looks up the types of dataclasses and UUIDs, which nothing here gives it to write. Their modules bring `inspect`,
`ast` and `platform` with them: three quarters of the time of its import. While it is imported, modules that have
nothing but these types stand in for the two; anything else that is asked of them comes from the real ones.
"""
from __future__ import annotations

import sys
from types import ModuleType

from oakum.typing import Any


class _StandIn(ModuleType):
    """In the place of a module that is not imported, unless it is asked for more than it was made with."""

    def __getattr__(self, name: str) -> Any:
        self.leave()
        __import__(self.__name__)
        return getattr(sys.modules[self.__name__], name)

    def leave(self) -> None:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]


def _stand_in(module: str, name: str) -> _StandIn:
    made = _StandIn(module)
    setattr(made, name, type(name, (), {}))
    sys.modules.setdefault(module, made)
    return made


_made = _stand_in("dataclasses", "_FIELD"), _stand_in("uuid", "UUID")
try:
    from orjson import OPT_PASSTHROUGH_DATETIME as OPT_PASSTHROUGH_DATETIME
    from orjson import OPT_SORT_KEYS as OPT_SORT_KEYS
    from orjson import JSONDecodeError as JSONDecodeError
    from orjson import dumps as dumps
    from orjson import loads as loads
finally:
    for _each in _made:
        _each.leave()
