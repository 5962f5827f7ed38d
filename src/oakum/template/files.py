"""The files that a template run works on, as the evaluation sees them."""
from __future__ import annotations

from collections.abc import Callable
from enum import Enum

PRIVATE = "_ytt_lib"
"""The folder whose folders are private libraries."""


class FileKind(Enum):
    """What a file's content is taken for (ytt: file types)."""

    YAML = "yaml"
    TEXT = "text"
    STARLARK = "starlark"
    UNKNOWN = "unknown"


class InputFile:
    """One input file.

    `path` is relative, with `/`, and is what messages and outputs name; `given` is the path that file marks know it
    by. `load` reads the bytes when they are first needed. `template` is false for files that file marks made plain.
    `library` files are loadable from others. `for_output` says whether what the file comes to is output. `order` is
    the index in the order that everything follows (output, overlays, data values).
    """

    __slots__ = ("_data", "_text", "for_output", "given", "kind", "library", "load", "order", "path", "template")

    def __init__(
        self,
        path: str,
        load: Callable[[], bytes],
        kind: FileKind,
        template: bool = True,
        library: bool = False,
        for_output: bool = True,
        order: int = 0,
        given: str = "",
    ) -> None:
        self.path = path
        self.load = load
        self.kind = kind
        self.template = template
        self.library = library
        self.for_output = for_output
        self.order = order
        self.given = given
        self._data: bytes | None = None
        self._text: str | None = None

    @property
    def data(self) -> bytes:
        """The content; read once. Raises what the loader raises when it cannot be read."""
        if self._data is None:
            self._data = self.load()
        return self._data

    @property
    def text(self) -> str:
        """The content as text; bytes that are not UTF-8 are kept by `surrogateescape`."""
        if self._text is None:
            self._text = self.data.decode("utf-8", "surrogateescape")
        return self._text

    def classify(self) -> None:
        """Take the file for what the name of `path` says."""
        suffix = self.path.rpartition("/")[2].rpartition(".")
        kind = _KINDS.get(suffix[2], FileKind.UNKNOWN) if suffix[1] else FileKind.UNKNOWN
        self.take_as(kind, template=kind is not FileKind.UNKNOWN)

    def take_as(self, kind: FileKind, *, template: bool) -> None:
        """Take the file for `kind`; whether it is a library and is output follows."""
        self.kind, self.template = kind, template
        pieces = self.path.rpartition("/")[2].split(".")
        self.library = kind is FileKind.STARLARK or (len(pieces) > 2 and pieces[-2] == "lib")
        self.for_output = kind in (FileKind.YAML, FileKind.TEXT) and not self.library


_KINDS = {
    "yml": FileKind.YAML,
    "yaml": FileKind.YAML,
    "txt": FileKind.TEXT,
    "star": FileKind.STARLARK,
}


def input_file(path: str, load: Callable[[], bytes], given: str = "") -> InputFile:
    """The file at `path` (relative), its kind told by its name."""
    file = InputFile(path, load, FileKind.UNKNOWN, given=given or path)
    file.classify()
    return file
