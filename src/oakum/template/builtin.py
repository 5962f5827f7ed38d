"""The `@ytt:` modules as the files of one library load them."""
from __future__ import annotations

from collections.abc import Mapping

from oakum.template.convert import fields_of, to_struct
from oakum.template.errors import UnknownName
from oakum.template.tree import Place
from oakum.template.values import check_keys
from oakum.typing import TYPE_CHECKING, Any
from oakum.yaml.nodes import Map, Value

if TYPE_CHECKING:
    from oakum.template.library import Library, Settled


class Modules:
    """The modules for one library: `data` and `library` depend on it and on the place of the file that loads them."""

    def __init__(self, library: Library, values: Value, settled: Settled | None) -> None:
        self.library = library
        self.values = values
        self.fields = fields_of(values) if isinstance(values, Map) else None
        self.settled = settled
        self.checked = False

    def load(self, name: str, place: Place) -> Mapping[str, Any]:
        """What `load("@ytt:NAME", …)` gives a file at `place`. Raises TemplateError for an unknown module."""
        if name == "data":
            from oakum.template.modules.data import data_module

            if not self.checked:
                check_keys(self.values)
                self.checked = True
            return {"data": data_module(to_struct(self.values, self.fields), place)}
        if name == "library":
            from oakum.template.modules.library import library_module

            return {"library": library_module(self.library, self.settled, place)}
        from oakum.template.modules import FILES, find_module

        found = find_module(name, self.library.run.warn_once)
        if found is None:
            raise UnknownName(
                f"builtin ytt library does not have module '{name}' (hint: is it available in newer version of ytt?)",
                name,
                FILES,
            )
        return found
