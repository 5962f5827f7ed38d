"""What a template run is told, and what it hands back."""
from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

from oakum.record import NamedTuple
from oakum.template.files import InputFile
from oakum.template.rendered import RenderedFile, RenderedText
from oakum.typing import TYPE_CHECKING
from oakum.yaml.nodes import Document

if TYPE_CHECKING:
    from oakum.template.schema import Schema


def _print(line: str) -> None:
    sys.stderr.buffer.write((line + "\n").encode("utf-8", "surrogateescape"))
    sys.stderr.flush()


class Options(NamedTuple):
    """How templates are read and evaluated (the flags of `ytt` of the same names).

    `stop_after` ends the run early: "schema" after the schema is known, "values" after the data values are. `warn`
    takes the lines of `print` and warnings, without their newline. `max_steps` and `max_memory` (bytes) bound what
    templates may use; None is the engine's own generous bound. `cache` is the folder where compiled templates are kept
    for the next run; empty keeps none.
    """

    strict: bool = False
    ignore_unknown_comments: bool = False
    implicit_map_key_overrides: bool = False
    disable_validation: bool = False
    stop_after: str = ""
    explain_calls: bool = False
    explain_overlays: bool = False
    max_steps: int | None = None
    max_memory: int | None = None
    cache: str = ""
    warn: Callable[[str], None] = _print


class DataValueFlags(NamedTuple):
    """The data value flags as given, in command-line order within each kind.

    `files`, `value_files` hold paths that `read` turns into files: `read(path)` lists what stands at `path` (a file, a
    directory, `-` or a URL) and raises an OakumError when nothing does. `environ` is what the two `env` prefixes
    select from.
    """

    files: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    env_yaml: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    yaml_values: tuple[str, ...] = ()
    value_files: tuple[str, ...] = ()
    environ: Mapping[str, str] = MappingProxyType({})
    read: Callable[[str], list[InputFile]] = lambda path: []

    @property
    def given(self) -> bool:
        """Whether any data value is."""
        return any((self.files, self.env, self.env_yaml, self.values, self.yaml_values, self.value_files))


class Result(NamedTuple):
    """What a run came to: the documents and texts of its files in file order, the data values and their schema."""

    files: list[RenderedFile]
    texts: list[RenderedText]
    values: Document
    schema: Schema | None
