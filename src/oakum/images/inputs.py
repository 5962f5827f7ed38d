"""The `-f` values: standard input, files, folders and URLs, as text and as documents (kbld: "1.3 Inputs", "2.4")."""
from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence

from oakum.dataclass import dataclass
from oakum.errors import YAMLError
from oakum.images.errors import ConfigError
from oakum.images.resource import Document, members
from oakum.typing import IO, TYPE_CHECKING
from oakum.yaml import plain

if TYPE_CHECKING:
    from oakum.yaml.lines import Line

EXTENSIONS = (".json", ".yaml", ".yml")
_DECODING = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal"


@dataclass(frozen=True, slots=True)
class Input:
    """A text and what messages call it (`stdin`, `file 'a.yml'`, `HTTP URL 'u'`)."""

    label: str
    text: str


def read(paths: Sequence[str], stdin: IO[str]) -> Iterator[Input]:
    """The inputs that `paths` name, in their order. Raises ConfigError for what cannot be read."""
    for path in paths:
        if path == "-":
            yield Input("stdin", stdin.read())
        elif path.startswith(("http://", "https://")):
            yield _fetch(path)
        else:
            yield from _files(path)


def documents(source: Input) -> list[Document]:
    """The resources, configuration and lists of them in one input. Raises ConfigError that says which document."""
    label = f"Parsing {source.label}"
    try:
        pieces = plain.split_documents(source.text)
    except YAMLError as error:
        raise ConfigError(f"{label}: {error}") from error
    found: list[Document] = []
    known: dict[str, Line] = {}
    for number, (piece, _) in enumerate(pieces, 1):
        try:
            document = _mapping(piece, known)
            if document:
                members(document)  # a list of what is no resource is told with its document
                found.append(document)
        except (YAMLError, ConfigError) as error:
            prefix = "error converting YAML to JSON: " if isinstance(error, YAMLError) else ""
            raise ConfigError(f"{label} doc {number}: {prefix}{error}") from error
    return found


def _mapping(piece: str, known: dict[str, Line]) -> Document:
    value = plain.load(piece, known=known)
    if value is None:
        return {}
    if not isinstance(value, dict):
        from oakum.gostruct import json_kind

        raise ConfigError(f"{_DECODING} {json_kind(value)} into Go value of type map[string]interface {{}}")
    return value


def _files(path: str) -> Iterator[Input]:
    try:
        folder = stat.S_ISDIR(os.stat(path).st_mode)
    except OSError as error:
        raise ConfigError(f"Unable to stat file: stat {path}: {(error.strerror or '').lower()}") from error
    for name in _walk(path) if folder else [path]:
        try:
            with open(name, encoding="utf-8", errors="surrogateescape") as file:
                text = file.read()
        except OSError as error:
            raise ConfigError(f"Parsing file '{name}': open {name}: {(error.strerror or '').lower()}") from error
        yield Input(f"file '{name}'", text)


def _walk(folder: str) -> list[str]:
    """The YAML and JSON files below `folder`, sorted; links to folders are not followed."""

    def refuse(error: OSError) -> None:
        # A part that is left out in silence would be missing from the output.
        raise ConfigError(f"Listing files '{folder}': open {error.filename}: {(error.strerror or '').lower()}")

    found = [
        os.path.normpath(os.path.join(root, name))
        for root, _, names in os.walk(folder, onerror=refuse)
        for name in names
        if name.endswith(EXTENSIONS)
    ]
    return sorted(found, key=os.fsencode)


def _fetch(url: str) -> Input:
    from oakum.registry.fetch import FetchError, fetch, shown

    label = f"HTTP URL '{shown(url)}'"
    try:
        return Input(label, fetch(url).decode("utf-8", "surrogateescape"))
    except FetchError as error:
        raise ConfigError(f"Parsing {label}: {error}") from error
