"""Runs in which nothing is a template: parsed and handed on, without the machinery of templates or its import."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from oakum.errors import OakumError, TemplateError, YAMLError
from oakum.template.files import PRIVATE, FileKind, InputFile
from oakum.template.options import Result
from oakum.template.rendered import RenderedFile, RenderedText
from oakum.yaml.duplicates import last_wins
from oakum.yaml.emitter import is_empty
from oakum.yaml.nodes import Document, DocumentSet, Map
from oakum.yaml.parser import parse

_MARKS = {FileKind.YAML: ("#@",), FileKind.TEXT: ("(@", "@)")}


def is_plain(files: Sequence[InputFile]) -> bool:
    """Whether no file holds code, an annotation or data values, so that evaluating them would change nothing."""
    return all(_is_plain(file) for file in files if PRIVATE not in file.path.split("/"))


def _is_plain(file: InputFile) -> bool:
    if file.kind is FileKind.UNKNOWN:
        return not file.for_output
    if file.kind is FileKind.STARLARK:
        return False
    try:
        return not file.template or all(mark not in file.text for mark in _MARKS[file.kind])
    except OakumError:  # Who cannot read it says so in its turn, behind what is wrong with the files before it.
        return False


def render_plain(files: Sequence[InputFile], *, strict: bool = False) -> Result:
    """What files that are all plain come to. Raises TemplateError naming the YAML file that does not parse."""
    rendered: list[tuple[int, RenderedFile]] = []
    texts: list[RenderedText] = []
    for file in _ordered(files):
        if file.kind is FileKind.YAML and (file.template or file.for_output):
            documents = _parse(file, strict)
            documents.items = [one for one in documents.items if not is_empty(one.value)]
            if file.for_output and documents.items:
                rendered.append((file.order, RenderedFile(file.path, last_wins(documents))))
        elif file.kind is FileKind.TEXT and file.for_output:
            texts.append(RenderedText(file.path, file.text))
    rendered.sort(key=lambda one: one[0])
    return Result([file for _, file in rendered], texts, Document(Map()), None)


def _ordered(files: Sequence[InputFile]) -> Iterable[InputFile]:
    """The files in the order of evaluation, private libraries left out."""
    if not any("/" in file.path for file in files):
        return files
    from oakum.template.tree import build_tree

    return [file for file, _ in build_tree(list(files)).placed()]


def _parse(file: InputFile, strict: bool) -> DocumentSet:
    text = file.text
    try:
        return parse(text, file.path, strict=strict, comments=False)
    except YAMLError as error:
        raise TemplateError(f"Unmarshaling YAML template '{file.path}': {error}") from error
