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
    `library` files are loadable from others. `for_output` says whether what the file comes to is output, `searched`
    whether it may hold data values or their schema. `order` is the index in the order that everything follows (output,
    overlays, data values).
    """

    __slots__ = (
        "_data", "_text", "for_output", "given", "kind", "library", "load", "order", "path", "searched", "template",
    )  # fmt: skip

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
        self.searched = kind is FileKind.YAML and template and not library
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

    def classify(self, kind: FileKind | None = None, *, template: bool | None = None) -> None:
        """Take the file for what the name of `path` says, or for the `kind` and as the template that a mark says.

        A library is a template whatever its mark says; one that is marked a template is read like any other file too.
        """
        name = self.path.rpartition("/")[2]
        pieces = name.split(".")
        self.kind = kind or (_KINDS.get(pieces[-1], FileKind.UNKNOWN) if pieces[:-1] else FileKind.UNKNOWN)
        self.library = self.kind is FileKind.STARLARK or (len(pieces) > 2 and pieces[-2] == "lib")
        self.template = self.kind is not FileKind.UNKNOWN and (self.library or template is not False)
        self.for_output = template is True or (self.kind in (FileKind.YAML, FileKind.TEXT) and not self.library)
        self.searched = self.kind is FileKind.YAML and (template is True or (self.template and not self.library))


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
