"""The tree of a run's files, and how a template names a file or a private library in it (ytt: load, libraries)."""
from __future__ import annotations

from collections.abc import Iterator

from oakum.errors import TemplateError
from oakum.record import NamedTuple
from oakum.template.errors import UnknownName
from oakum.template.files import PRIVATE, InputFile

__all__ = ["PRIVATE", "Folder", "Place", "build_tree"]

_HINT = "(hint: only files included via -f flag are available)"


class MissingFolder(TemplateError):
    """There is no such folder: `reached` is the path of the last one on the way that is there."""

    def __init__(self, reached: str) -> None:
        super().__init__(f"Did not find '{reached}'")
        self.reached = reached


class Folder:
    """A folder of the tree: its folders and files by name. The root's name is empty."""

    __slots__ = ("files", "folders", "name", "parent")

    def __init__(self, name: str = "", parent: Folder | None = None) -> None:
        self.name = name
        self.parent = parent
        self.folders: dict[str, Folder] = {}
        self.files: dict[str, list[InputFile]] = {}

    def folder(self, name: str) -> Folder:
        """The folder `name` in this one, made when it is not there."""
        found = self.folders.get(name)
        if found is None:
            found = self.folders[name] = Folder(name, self)
        return found

    def find_folder(self, pieces: list[str]) -> Folder:
        """The folder that `pieces` lead to from here.

        Raises TemplateError for the way into private libraries, MissingFolder when there is none.
        """
        here = self
        for number, piece in enumerate(pieces):
            if piece == PRIVATE:
                raise TemplateError(f"Encountered private library '{PRIVATE}'")
            below = here.folders.get(piece)
            if below is None:
                raise MissingFolder("/".join(pieces[:number]))
            here = below
        return here

    def placed(self) -> Iterator[tuple[InputFile, Folder]]:
        """Every file below, private libraries left out, each with its folder, in the order of evaluation.

        That is a folder's own files by their number, then its folders as they were first met.
        """
        own = [file for files in self.files.values() for file in files]
        yield from ((file, self) for file in sorted(own, key=lambda file: file.order))
        for name, folder in self.folders.items():
            if name != PRIVATE:
                yield from folder.placed()

    def path_to(self, file: InputFile) -> str:
        """The path from here of a file that is below."""
        above: list[str] = []
        here: Folder | None = self
        while here and here.name:
            above.insert(0, here.name)
            here = here.parent
        return file.path.removeprefix("".join(f"{name}/" for name in above))

    def names(self) -> Iterator[str]:
        """The paths, from here, of every file below, private libraries left out."""
        yield from self.files
        for name, folder in self.folders.items():
            if name != PRIVATE:
                yield from (f"{name}/{path}" for path in folder.names())


def build_tree(files: list[InputFile]) -> Folder:
    """The tree of `files` by their paths."""
    root = Folder()
    for file in files:
        *folders, name = file.path.split("/")
        here = root
        for piece in folders:
            here = here.folder(piece)
        here.files.setdefault(name, []).append(file)
    return root


class Place(NamedTuple):
    """Where a template stands: the root of its library, and the folder that its relative paths start from."""

    root: Folder
    folder: Folder

    def start(self, path: str) -> tuple[Folder, list[str]]:
        """The folder that `path` starts from (the library's root for `/…`) and the pieces of the rest."""
        if path.startswith("/"):
            return self.root, path[1:].split("/")
        return self.folder, path.split("/")

    def find_file(self, path: str) -> tuple[InputFile, Place]:
        """The file at `path` and where it stands. Raises TemplateError when the run was not given it."""
        here, (*folders, name) = self.start(path)
        path = path.removeprefix("/")
        try:
            here = here.find_folder(folders)
        except TemplateError as error:
            raise TemplateError(f"Expected to find file '{path}', but did not: {error}") from error
        files = here.files.get(name)
        if not files:
            raise UnknownName(f"Expected to find file '{path}' {_HINT}", name, here.files)
        return files[-1], Place(self.root, here)

    def find_library(self, path: str) -> Place:
        """The root of the private library `path`, which may hold `/`. Raises TemplateError when there is none."""
        private = self.folder.folders.get(PRIVATE)
        if private is None:
            raise TemplateError(f"Could not find private library (directory '{PRIVATE}' missing?)")
        if path.startswith("@"):
            raise TemplateError(f"Expected library '{path}' to be specified without '@'")
        pieces = path.split("/")
        inner = pieces.index(PRIVATE) if PRIVATE in pieces else len(pieces)
        try:
            found = private.find_folder(pieces[:inner])
            if not inner:
                raise MissingFolder("")
            if inner < len(pieces):
                raise TemplateError(f"Could not load private library '{'/'.join(pieces[:inner])}'")
        except MissingFolder as error:
            raise UnknownName(
                f"Expected to find library '{path}', but did not find '{error.reached}'", path, private.folders
            ) from error
        return Place(found, found)

    def list_files(self, path: str) -> list[str]:
        """The paths below the folder `path`, from there, in file order, a folder's own files first.

        Paths below an absolute `path` keep a leading `/`. Raises TemplateError when there is no such folder.
        """
        start, pieces = self.start(path)
        found = start if pieces == [""] else start.find_folder(pieces)
        prefix = "/" if path.startswith("/") else ""
        return [prefix + name for name in found.names()]
