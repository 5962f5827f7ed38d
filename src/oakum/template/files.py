"""The files that a template run works on, as the evaluation sees them."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class FileKind(Enum):
    """What a file's content is taken for (ytt: file types)."""

    YAML = "yaml"
    TEXT = "text"
    STARLARK = "starlark"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class InputFile:
    """One input file.

    `path` is relative, with `/`, and is what messages and outputs name. `load` reads the bytes when they are first
    needed. `template` is false for files that file marks made plain. `library` files are loadable but, unless
    `for_output` says otherwise, not output. `order` is the index in the order that everything follows (output,
    overlays, data values).
    """

    path: str
    load: Callable[[], bytes]
    kind: FileKind
    template: bool = True
    library: bool = False
    for_output: bool = True
    order: int = 0
    _data: bytes | None = None

    @property
    def data(self) -> bytes:
        """The content; read once. Raises what the loader raises when it cannot be read."""
        if self._data is None:
            self._data = self.load()
        return self._data

    @property
    def text(self) -> str:
        """The content as text; bytes that are not UTF-8 are kept by `surrogateescape`."""
        return self.data.decode("utf-8", "surrogateescape")
