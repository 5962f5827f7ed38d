"""How values and calls name a private library: `@path`, `@path~alias`, `@~alias`, chained with `@` (ytt: libraries)."""
from __future__ import annotations

from oakum.errors import TemplateError
from oakum.record import NamedTuple


class LibraryReference(NamedTuple):
    """One step of a reference: a library's path, an alias of an instance of it, or both."""

    path: str = ""
    alias: str = ""

    def __str__(self) -> str:
        return f"@{self.path}~{self.alias}" if self.alias else f"@{self.path}"

    def matches(self, path: str, alias: str) -> bool:
        """Whether the instance `alias` (empty without one) of the library `path` is meant."""
        if not self.alias:
            return self.path == path
        return self.path in ("", path) and self.alias == alias


def parse_reference(text: str) -> tuple[LibraryReference, ...]:
    """Read `@a@b~x` as the steps into library `a`, then into instance `x` of library `b` of it.

    Raises TemplateError when it is not in that form.
    """
    if not text:
        raise TemplateError("Expected library ref to not be empty")
    if not text.startswith("@"):
        raise TemplateError("Expected library ref to start with '@'")
    return tuple(_step(piece) for piece in text[1:].split("@"))


def _step(text: str) -> LibraryReference:
    path, *aliases = text.split("~")
    if len(aliases) > 1:
        raise TemplateError(
            f"Expected library ref to have form: '@path', '@~alias', or '@path~alias', got: '@{text}'"
        )
    if aliases and not aliases[0]:
        raise TemplateError("Expected library alias to not be empty")
    return LibraryReference(path, aliases[0] if aliases else "")


def show(references: tuple[LibraryReference, ...]) -> str:
    """The reference as messages show it."""
    return "".join(map(str, references))
