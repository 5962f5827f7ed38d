"""Reading resources: files, directories, standard input, addresses."""
from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from oakum.dataclass import dataclass, field, replace
from oakum.deploy.errors import InputError
from oakum.deploy.resource import Resource
from oakum.errors import YAMLError
from oakum.gostruct import json_kind
from oakum.typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oakum.yaml.lines import Line
    from oakum.yaml.locate import Place as Field

EXTENSIONS = (".json", ".yaml", ".yml")


@dataclass(frozen=True)
class FileOrigin:
    """A document of a text: its words for messages, and the text, which tells where a field is."""

    words: str
    file: str
    text: str = field(repr=False, default="")
    line: int = 1
    within: str = ""

    def __str__(self) -> str:
        return self.words

    def locate(self, path: str) -> Field | None:
        """A field of the object (`within` leads to it where the document is a list), or what it would be in."""
        from oakum.yaml.locate import in_text

        try:
            found = in_text(self.text, self.file, 1, f"{self.within}.{path}")
        except (YAMLError, IndexError):
            return None
        return replace(found, line=found.line + self.line - 1) if found is not None and found.line else None


@dataclass(frozen=True)
class Source:
    """A text to read documents from; `title` is the heading of `tools inspect`, `words` what messages say."""

    title: str
    words: str
    file: str
    text: str = field(repr=False)

    def resources(self) -> list[Resource]:
        """Its documents as resources, `*List`s expanded. Raises InputError, YAMLError."""
        from oakum.yaml import plain

        out: list[Resource] = []
        known: dict[str, Line] = {}
        for number, (piece, line) in enumerate(plain.split_documents(self.text), 1):
            try:
                found = read_object(piece, known)
            except InputError as e:
                raise InputError(str(e), [f"the document begins at {self.file}:{line}"]) from e
            if found:
                out.extend(expand(found, FileOrigin(f"{self.words} doc {number}", self.file, piece, line)))
        return out


def read_object(text: str, known: dict[str, Line] | None = None) -> dict[str, Any]:
    """The object that a document writes, `{}` when it is empty; `known` as of `plain.load`. Raises InputError."""
    from oakum.yaml import plain

    try:
        found = plain.load(text, floats=True, known=known)
    except YAMLError as e:
        raise InputError(f"error converting YAML to JSON: {e}") from e
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise InputError("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                         f"{json_kind(found)} into Go value of type map[string]interface {{}}")
    return found


def expand(body: Mapping[str, Any], origin: FileOrigin) -> list[Resource]:
    """The resource, or the items of a list of resources. Raises InputError for an item that is no object."""
    items = body.get("items")
    if isinstance(items, list):
        for at, item in enumerate(items):
            if not isinstance(item, dict):
                raise InputError(f"Expected item {at} of list to be an object, but was {json_kind(item)} ({origin})",
                                 Resource({}, origin).places([f"items[{at}]"]))
        return [Resource(item, replace(origin, within=f"items[{at}]")) for at, item in enumerate(items)]
    return [Resource(dict(body), origin)]


def open_sources(paths: Sequence[str], stdin: IO[str] | None = None) -> Iterator[Source]:
    """The texts that `-f` options name, in order. Raises InputError for what cannot be read."""
    for path in paths:
        if path == "-":
            text = stdin.read() if stdin is not None else ""
            yield Source("stdin", "stdin", "stdin", text)
        elif path.startswith(("http://", "https://")):
            yield _fetch(path)
        elif os.path.isdir(path):
            for name in _walk(path):
                yield _file(os.path.join(path, name), name)
        else:
            yield _file(path, path)


def _file(path: str, shown: str) -> Source:
    try:
        os.stat(path)
    except OSError as e:
        raise InputError(f"stat {path}: {(e.strerror or str(e)).lower()}") from e
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as f:
            return Source(f"file '{shown}'", f"file '{shown}'", path, f.read())
    except OSError as e:
        raise InputError(f"open {path}: {(e.strerror or str(e)).lower()}") from e


def _walk(folder: str) -> list[str]:
    """Files below `folder` that may hold resources, by relative path in byte order."""

    def refuse(error: OSError) -> None:
        # A part that is left out in silence would be deleted from the cluster.
        raise InputError(f"Listing files '{folder}': open {error.filename}: {(error.strerror or '').lower()}")

    found = []
    for place, folders, files in os.walk(folder, onerror=refuse, followlinks=False):
        folders.sort()
        relative = os.path.relpath(place, folder)
        found += [name if relative == "." else os.path.join(relative, name) for name in files
                  if name.endswith(EXTENSIONS)]
    return sorted(found, key=os.fsencode)


def _fetch(url: str) -> Source:
    from oakum.registry.fetch import FetchError, fetch, shown

    words = f"HTTP URL '{shown(url)}'"
    try:
        return Source(words, words, shown(url), fetch(url).decode("utf-8", "surrogateescape"))
    except FetchError as e:
        raise InputError(str(e)) from e
