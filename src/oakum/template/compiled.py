"""Template files compiled (ytt: template language; text templates; Starlark files)."""
from __future__ import annotations

from collections.abc import Callable

from oakum.errors import OakumError, TemplateError
from oakum.record import NamedTuple
from oakum.starlark import Builtin, ResolveErrors, SyntaxErrors
from oakum.starlark import Program as Code
from oakum.template.assembly import Assembly, fragment, noted
from oakum.template.convert import copy_value
from oakum.template.program import Program, SourceLine, text_program, yaml_program
from oakum.template.text import split_text
from oakum.template.trace import compile_failure
from oakum.typing import TYPE_CHECKING, Any
from oakum.yaml.nodes import Array, ArrayItem, Document, DocumentSet, Map, MapItem, Source

if TYPE_CHECKING:
    from oakum.template.crossing import OpenNodes
    from oakum.template.emit import Emitter

_NODES: dict[str, Any] = {f".{kind.__name__}": kind for kind in (Array, ArrayItem, Document, DocumentSet, Map, MapItem)}
_TRUSTED = _NODES | {".fragment": fragment, ".copy": copy_value, ".join": "".join, ".noted": noted}
_STEPS = ("finish", "start_key", "set_map_item", "set_array_item", "set_document", "annotation", "piece")


class Compiled(NamedTuple):
    """A file's code with what its steps name.

    `number` is the one that its steps bear. `program`, which maps its lines to the file's, is asked for when a message
    needs it.
    """

    code: Code
    constants: dict[str, Any]
    source: Source | None
    number: int
    program: Callable[[], Program]

    def bindings(self, assembly: Assembly) -> dict[str, Any]:
        """What the code finds under the names of steps when it runs with `assembly`."""
        own = {f".{step}": getattr(assembly, step) for step in _STEPS}
        own[".annotate"] = Builtin(assembly.step("start_node_annotation"), assembly.annotation, prefix=False)
        own[".opened"] = lambda: self._opened(assembly)
        return {**_TRUSTED, **self.constants, **own, ".source": self.source}

    def _opened(self, assembly: Assembly) -> OpenNodes:
        from oakum.template.crossing import OpenNodes

        return OpenNodes(self.program(), assembly)


def compile_yaml(
    name: str, number: int, documents: DocumentSet, *, ignore_unknown: bool, once: bool = False
) -> Compiled:
    """Compile a YAML template.

    One that will run only `once` is made of `documents` itself, which is then no more what it was. Raises
    TemplateError for comments or code that make no program.
    """
    source = documents.source or (documents.items[0].source if documents.items else None)

    def write(full: bool) -> Program:
        try:
            return yaml_program(name, number, documents, source, ignore_unknown=ignore_unknown, full=full)
        except TemplateError as error:
            raise TemplateError(f"Compiling YAML template '{name}': {error}") from error

    return _compile(write, source, once=once)


def compile_text(name: str, number: int, text: str) -> Compiled:
    """Compile a text template. Raises TemplateError for markers that do not pair, and for code that is no program."""
    try:
        pieces = split_text(text)
    except OakumError as error:
        raise TemplateError(f"Parsing text template '{name}': {error}") from error
    return _compile(lambda full: text_program(name, number, pieces), None)


def compile_starlark(name: str, number: int, text: str) -> Compiled:
    """Compile a Starlark file. Raises TemplateError for code that is no program."""
    lines = text.split("\n")
    program = Program(name, number)
    program.code = lines
    program.places = [SourceLine("", line, code) for line, code in enumerate(lines, 1)]
    return _compile(lambda full: program, None)


def _compile(write: Callable[[bool], Program], source: Source | None, *, once: bool = False) -> Compiled:
    program = write(False)
    if program.lines > len(program.code):
        program = write(True)  # code of several lines in one step: excerpts count as the reference's do
    try:
        return _assemble(program, source, once)
    except (SyntaxErrors, ResolveErrors):
        # Only now, since it is slow: the program with all its steps says where the reference sees the mistake.
        program = write(True)
        try:
            return _assemble(program, source, False)
        except (SyntaxErrors, ResolveErrors) as errors:
            raise compile_failure(program, errors) from errors


def _assemble(program: Program, source: Source | None, once: bool) -> Compiled:
    from oakum.template.emit import Emitter, IllNested

    try:
        return _code(program, source, Emitter(program, once=once))
    except IllNested:
        return _code(program, source, Emitter(program, crossing=True))


def _code(program: Program, source: Source | None, emitter: Emitter) -> Compiled:
    from oakum.starlark import compile_program

    code = compile_program("\n".join(program.code), program.name, steps=emitter.steps())
    emitter.settle()
    return Compiled(code, emitter.constants, source, program.number, lambda: program)
