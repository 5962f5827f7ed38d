"""File marks: `--file-mark PATH:KEY=VALUE` (ytt: file marks)."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from oakum.dataclass import dataclass
from oakum.template.files import FileKind, InputFile
from oakum.template.workspace.errors import MarkError

_TYPES = {
    "yaml-template": (FileKind.YAML, True),
    "yaml-plain": (FileKind.YAML, False),
    "text-template": (FileKind.TEXT, True),
    "text-plain": (FileKind.TEXT, False),
    "starlark": (FileKind.STARLARK, None),
    "data": (FileKind.UNKNOWN, None),
}


def apply_marks(files: Iterable[InputFile], marks: Iterable[str]) -> list[InputFile]:
    """The files that are left once `marks` are applied in order; those that stay are changed in place.

    Raises MarkError for a mark that does not parse or that matches no file.
    """
    marked = [_Marked(file) for file in files]
    for mark in marks:
        _apply(marked, mark)
    exclusive = any(one.exclusive for one in marked)
    for one in marked:
        if one.changed:
            one.file.classify(one.kind, template=one.template)
        one.file.for_output = one.exclusive if exclusive else one.file.for_output or one.output
    return [one.file for one in marked if not one.excluded]


@dataclass(slots=True)
class _Marked:
    """A file and what the marks on it come to. `kind` and `template` are those of `InputFile.classify`."""

    file: InputFile
    changed: bool = False
    kind: FileKind | None = None
    template: bool | None = None
    output: bool = False
    exclusive: bool = False
    excluded: bool = False


def _apply(marked: list[_Marked], mark: str) -> None:
    path, colon, assignment = mark.partition(":")
    if not colon:
        raise MarkError(f"Expected file mark '{mark}' to be in format path:key=value")
    key, equals, value = assignment.partition("=")
    if not equals:
        raise MarkError(f"Expected file mark '{mark}' key-value portion to be in format key=value")
    pattern = _pattern(path)
    matched = [one for one in marked if not one.excluded and pattern.fullmatch(one.file.given)]
    if not matched:
        raise MarkError(f"Expected file mark '{mark}' to match at least one file by path, but did not")
    if key not in _CHANGES:
        raise MarkError(f"Unknown key in file mark '{mark}'")
    for one in matched:
        if not _CHANGES[key](one, value):
            raise MarkError(f"Unknown value in file mark '{mark}'")


def _rename(marked: _Marked, value: str) -> bool:
    marked.file.path, marked.changed = value, True
    return True


def _retype(marked: _Marked, value: str) -> bool:
    if value not in _TYPES:
        return False
    marked.kind, marked.template = _TYPES[value]
    marked.changed = True
    return True


def _flag(name: str) -> Callable[[_Marked, str], bool]:
    """A mark that only takes the value `true`, and sets the attribute `name`."""

    def change(marked: _Marked, value: str) -> bool:
        setattr(marked, name, True)
        return value == "true"

    return change


_CHANGES: dict[str, Callable[[_Marked, str], bool]] = {
    "path": _rename,
    "type": _retype,
    "exclude": _flag("excluded"),
    "for-output": _flag("output"),
    "exclusive-for-output": _flag("exclusive"),
}


def _pattern(path: str) -> re.Pattern[str]:
    """`path` as a pattern: the first `**/*` is any text, the first `*` left after it any text without `/`."""
    pattern = re.escape(path).replace(re.escape("**/*"), "\0", 1)
    pattern = pattern.replace(re.escape("*"), "[^/]+", 1)
    return re.compile(pattern.replace("\0", ".+"), re.DOTALL)
