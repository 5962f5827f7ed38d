"""`--debug`: the files of a run and the programs that its templates become, for people."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from oakum.errors import OakumError
from oakum.template.files import FileKind, InputFile


def describe(files: Iterable[InputFile]) -> str:
    """One line a file, then each YAML template as numbered lines of its program beside those of its source."""
    listed = list(files)
    lines = ["### files", *map(_file, listed)]
    for file in listed:
        if file.kind is FileKind.YAML and file.template:
            lines += ["", f"## file {file.path}", *_program(file)]
    return "\n".join(lines) + "\n"


def _file(file: InputFile) -> str:
    marks = [name for name in ("template", "library", "for_output") if getattr(file, name)]
    return f"{file.order}: {file.path} ({', '.join((file.kind.value, *marks))})".replace("for_output", "output")


def _program(file: InputFile) -> Iterator[str]:
    from oakum.template.program import yaml_program
    from oakum.yaml.parser import parse

    try:
        documents = parse(file.text, file.path)
        program = yaml_program(file.path, 1, documents, documents.source, ignore_unknown=True, full=True)
    except OakumError as error:
        yield f"(no program: {error})"
        return
    yield "src:  tmpl: code: | srccode"
    for number, code in enumerate(program.code, 1):
        place = program.place(number)
        yield f"{place.line if place else '':>4}  {number:>4}: {code} | {place.text if place else ''}".rstrip()
