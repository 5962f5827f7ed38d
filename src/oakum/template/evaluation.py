"""Evaluating the files of a library: YAML and text templates, Starlark, and what they load from one another."""
from __future__ import annotations

from collections.abc import Mapping

from oakum.errors import OakumError, TemplateError
from oakum.record import NamedTuple
from oakum.starlark import BudgetError, EvalError, Failure, Meter, Thread, freeze
from oakum.starlark.meter import charge
from oakum.template.assembly import Assembly
from oakum.template.cache import Cache
from oakum.template.comment import has_templating
from oakum.template.compiled import Compiled, compile_starlark, compile_text, compile_yaml
from oakum.template.errors import EvaluationError
from oakum.template.files import FileKind, InputFile
from oakum.template.options import Options
from oakum.template.trace import Programs
from oakum.template.tree import Place
from oakum.typing import Any
from oakum.yaml.duplicates import last_wins
from oakum.yaml.nodes import DocumentSet
from oakum.yaml.parser import parse

_PREFIX = {FileKind.TEXT: "Evaluating text template: ", FileKind.STARLARK: "Evaluating starlark template: "}
_PARSED = 2  # steps that parsing a character takes
_MARK = "#@"  # of every comment that is templating
_NOT_LIBRARY = (
    "(hint: library filename must end with '.lib.yml' or '.star'; "
    "use data.read(...) for loading non-templated file contents)"
)


class Run:
    """What all libraries of one run share. `number` counts compiled templates: the first is 2, messages name it."""

    def __init__(self, options: Options, meter: Meter) -> None:
        self.options = options
        self.meter = meter
        self.programs = Programs()
        self.number = 1
        self.cache = Cache(options.cache) if options.cache else None
        self.parsed: dict[tuple[int, bool], DocumentSet] = {}
        self.taken: set[tuple[int, bool]] = set()
        self.compiled: dict[tuple[int, bool, bool], Compiled] = {}
        self.kept: dict[tuple[int, Flavour, bool], Compiled | None] = {}
        self.loading: list[str] = []
        self.warned: set[str] = set()

    def warn_once(self, text: str) -> None:
        """Say `text` on standard error unless this run has said it."""
        if text not in self.warned:
            self.warned.add(text)
            self.options.warn(text)


class Flavour(NamedTuple):
    """How a library's files are read."""

    strict: bool = False
    ignore_unknown_comments: bool = False
    implicit_map_key_overrides: bool = False


class Evaluated(NamedTuple):
    """What a file came to: the names it binds, and its documents (YAML), text, or None."""

    names: Mapping[str, Any]
    result: Any


class Evaluator:
    """Evaluates files with one set of data values. `modules` gives the built-in modules for a file's place.

    `once` says that no file but those that are loaded is evaluated twice.
    """

    def __init__(self, run: Run, flavour: Flavour, modules: Any, *, once: bool = False) -> None:
        self.run = run
        self.flavour = flavour
        self.modules = modules
        self.once = once

    def documents(self, file: InputFile) -> DocumentSet:
        """The parsed documents of a YAML file, parsed once until they are taken. Raises TemplateError naming it."""
        key = (id(file), self.flavour.strict)
        found = self.run.parsed.get(key)
        if found is None:
            if key in self.run.taken:  # the first time is bounded by what there is to read
                charge(_PARSED * len(file.text))
            found = self.run.parsed[key] = _parse(file, self.flavour.strict)
        return found

    def check(self, file: InputFile) -> None:
        """Parse a YAML file, unless an earlier run compiled the same text. Raises TemplateError naming it."""
        if self._kept(file) is None:
            self.documents(file)

    def _take(self, file: InputFile) -> DocumentSet:
        """The parsed documents, for the caller to change."""
        found = self.documents(file)
        del self.run.parsed[id(file), self.flavour.strict]
        self.run.taken.add((id(file), self.flavour.strict))
        return found

    def evaluate(self, file: InputFile, place: Place) -> Evaluated:
        """Evaluate `file`, which stands at `place`. Raises TemplateError."""
        if file.kind is FileKind.YAML:
            if self._kept(file) is None and not self._has_templating(file):
                return Evaluated({}, last_wins(self._take(file)))
        elif file.kind is FileKind.TEXT and not file.template:
            return Evaluated({}, file.text)
        elif file.kind is FileKind.UNKNOWN:
            raise TemplateError("Unknown file type")
        return self._run(file, place)

    def _run(self, file: InputFile, place: Place) -> Evaluated:
        prefix = _PREFIX.get(file.kind, "")
        self.run.number += 1
        try:
            compiled = self._compiled(file)
            self.run.programs.add(compiled.code.file, compiled.program)
            assembly = Assembly(
                self.run.number, compiled.source, override=self.flavour.implicit_map_key_overrides
            )
            names = self._call(compiled, assembly, place)
        except OakumError as error:
            if prefix and str(error).startswith("\n"):
                raise EvaluationError(f"{prefix}{error}", budget=getattr(error, "budget", False)) from error
            raise
        return Evaluated(names, assembly.result)

    def _call(self, compiled: Compiled, assembly: Assembly, place: Place) -> Mapping[str, Any]:
        thread = Thread(
            print=self.run.options.warn, load=lambda module: self.load(module, place), meter=self.run.meter
        )
        try:
            return compiled.code.run(compiled.bindings(assembly), thread)
        except EvalError as error:
            raise self.run.programs.failure(error) from error

    def _has_templating(self, file: InputFile) -> bool:
        return file.template and _MARK in file.text and has_templating(self.documents(file))

    def _runs_once(self, file: InputFile) -> bool:
        return self.once and not file.library

    def _compiled(self, file: InputFile) -> Compiled:
        if file.kind is FileKind.YAML and self._runs_once(file):
            return self._compiled_yaml(file)
        key = (id(file), self.flavour.strict, self.flavour.ignore_unknown_comments)
        found = self.run.compiled.get(key)
        if found is None:
            number = self.run.number
            if file.kind is FileKind.YAML:
                found = self._compiled_yaml(file)
            else:
                compile_code = compile_text if file.kind is FileKind.TEXT else compile_starlark
                found = compile_code(file.path, number, file.text)
            self.run.compiled[key] = found
        return found

    def _compiled_yaml(self, file: InputFile) -> Compiled:
        """A YAML file compiled, or what an earlier run made of the same text at the same point of the evaluation."""
        found = self._kept(file)
        if found is not None:
            self.run.kept[self._identity(file)] = None  # it can run once only, and is not to be found again
            if found.number == self.run.number:
                return found
        once = self._runs_once(file)
        made = compile_yaml(
            file.path, self.run.number, self._take(file) if once else self.documents(file),
            ignore_unknown=self.flavour.ignore_unknown_comments, once=once,
        )  # fmt: skip
        if self.run.cache is not None:
            self.run.cache.keep(self._key(file), made)
        return made

    def _kept(self, file: InputFile) -> Compiled | None:
        """What an earlier run made of the same text, if this one has not used it yet."""
        if self.run.cache is None or not file.template or _MARK not in file.text:
            return None
        identity = self._identity(file)
        if identity not in self.run.kept:
            self.run.kept[identity] = self.run.cache.find(self._key(file))
        return self.run.kept[identity]

    def _identity(self, file: InputFile) -> tuple[int, Flavour, bool]:
        return id(file), self.flavour, self._runs_once(file)

    def _key(self, file: InputFile) -> bytes:
        how = f"{self._runs_once(file)} {self.flavour.ignore_unknown_comments} {self.flavour.strict} {file.path}"
        return f"{how}\n{file.text}".encode("utf-8", "surrogateescape")

    def load(self, module: str, place: Place) -> Mapping[str, Any]:
        """The names that `load(module, …)` finds from a file at `place`. Raises Failure with the whole message."""
        try:
            return self._load(module, place)
        except OakumError as error:
            kind = BudgetError if getattr(error, "budget", isinstance(error, BudgetError)) else Failure
            raise kind(f"cannot load {module}: {error}") from error

    def _load(self, module: str, place: Place) -> Mapping[str, Any]:
        path = module
        if module.startswith("@"):
            library, colon, path = module[1:].partition(":")
            if not colon:
                raise TemplateError(
                    "Expected library path to be in format '@name:path' "
                    "e.g. '@github.com/vmware-tanzu/test:test.star' or '@ytt:base64'"
                )
            if library == "ytt":
                found: Mapping[str, Any] = self.modules.load(path, place)
                return found
            place = place.find_library(library)
        file, place = place.find_file(path)
        if not file.library:
            raise TemplateError(f"Expected file '{file.path}' to be a library file, but was not {_NOT_LIBRARY}")
        if file.kind is FileKind.UNKNOWN:
            raise TemplateError(f"File '{file.path}' type is not a known")
        loading = self.run.loading
        if file.path in loading:
            circle = " → ".join([*loading[loading.index(file.path) :], file.path])
            raise TemplateError(f"Expected files not to load one another in a circle: {circle}")
        loading.append(file.path)
        try:
            names = self.evaluate(file, place).names
        finally:
            loading.pop()
        for value in names.values():
            freeze(value)
        return names


def _parse(file: InputFile, strict: bool) -> DocumentSet:
    text = file.text
    try:
        return parse(text, file.path, strict=strict, comments=file.template)
    except OakumError as error:
        raise TemplateError(f"Unmarshaling YAML template '{file.path}': {error}") from error
