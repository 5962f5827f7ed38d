"""`@ytt:library`: private libraries evaluated from a template (ytt: libraries)."""
from __future__ import annotations

from oakum.errors import OakumError, TemplateError
from oakum.record import NamedTuple
from oakum.starlark import Builtin, Failure, Module, freeze
from oakum.starlark.meter import charge
from oakum.template.annotation import Annotation
from oakum.template.arguments import exactly, string
from oakum.template.comment import has_templating
from oakum.template.convert import copy_value, go_type, to_struct, to_yaml
from oakum.template.evaluation import Flavour
from oakum.template.files import FileKind
from oakum.template.flags import plain_merge
from oakum.template.fragment import Fragment
from oakum.template.library import Given, Library, Settled, check_used
from oakum.template.tree import Place
from oakum.template.values import ValuesDocument, check_keys
from oakum.typing import Any
from oakum.yaml.nodes import Document, DocumentSet, Node, walk

_PLAIN = "Expected to be plain YAML, having no annotations (hint: remove comments starting with `#@`)"
_FLAVOURS = ("ignore_unknown_comments", "implicit_map_key_overrides", "strict")
# Steps that an evaluation takes whatever is in it, and each file and document that is given, beside what its programs
# use; each character of its files takes half a step.
_EVALUATION, _PART = 2500, 500
_UNVALIDATED = "dangerous_data_values_disable_validation"


def library_module(library: Library, settled: Settled | None, place: Place) -> Module:
    """The module for a file of `library` at `place`; `settled` says what the library has for those below it."""

    def get(*args: Any, **kwargs: Any) -> Module:
        exactly(args, 1)
        instance = _instance(library, settled, place, string(args[0]), kwargs)
        return instance.module()

    return Module("library", {"get": Builtin("library.get", get)})


def _instance(
    library: Library, settled: Settled | None, place: Place, path: str, options: dict[str, Any]
) -> Instance:
    for name in options:
        if name not in (*_FLAVOURS, _UNVALIDATED, "alias"):
            raise Failure(f"Unexpected kwarg '{name}'")
    alias = string(options.get("alias", ""))
    # What is not said is as for the library that asks, whose own may come from the command line.
    flavour = Flavour(**{name: _bool(options.get(name, getattr(library.flavour, name))) for name in _FLAVOURS})
    try:
        found = place.find_library(path)
    except TemplateError as error:
        raise Failure(str(error)) from error
    unvalidated = _bool(options.get(_UNVALIDATED, False))
    child = library.child(found, flavour, Given(), disable_validation=unvalidated or library.disable_validation)
    return Instance(child, settled, path, alias)


class Instance(NamedTuple):
    """A library that was asked for, with what the template gave it so far. Nothing is evaluated before it is asked."""

    library: Library
    above: Settled | None
    path: str
    alias: str
    values: tuple[ValuesDocument, ...] = ()
    schemas: tuple[ValuesDocument, ...] = ()

    def module(self) -> Module:
        """What the template sees."""
        functions = {
            "with_data_values": self.with_data_values,
            "with_data_values_schema": self.with_data_values_schema,
            "eval": self.eval,
            "export": self.export,
            "data_values": self.data_values,
        }
        return Module("library", {name: Builtin(f"library.{name}", made) for name, made in functions.items()})

    def with_data_values(self, *args: Any, **kwargs: Any) -> Module:
        """A new instance with data values laid over (`plain=True`: merged into) those it has."""
        plain = False
        for name, value in kwargs.items():
            if name != "plain":
                raise Failure(f"invalid argument name: {name}")
            plain = _bool(value)
        value = _given(args)
        if plain:
            if isinstance(value, Node) and any(node.annotations or has_templating(node) for node in walk(value)):
                raise Failure(_PLAIN)
            value = plain_merge(value)
        return self._replace(values=(*self.values, _document(value, "data/values"))).module()

    def with_data_values_schema(self, *args: Any, **kwargs: Any) -> Module:
        """A new instance with a schema laid over the one it has; the given one has to be a schema by itself, too."""
        from oakum.template.schema import Schema, stand_nowhere

        given = _document(_given(args), "data/values-schema")
        stand_nowhere(given.document)
        try:
            Schema.from_document(given.document)
        except OakumError as error:
            raise Failure(str(error)) from error
        return self._replace(schemas=(*self.schemas, given)).module()

    def eval(self, *args: Any, **kwargs: Any) -> Fragment:
        """The library's documents."""
        try:
            _none(args)
            result = self._ready().evaluate()
        except (OakumError, Failure) as error:
            raise Failure(f"Evaluating library '{self._name()}': {error}") from error
        return Fragment(DocumentSet([document for file in result.files for document in file.documents.items]))

    def data_values(self, *args: Any, **kwargs: Any) -> Any:
        """The library's final data values."""
        try:
            _none(args)
            settled = self._ready().settle()
            check_keys(settled.values.value)
            return to_struct(settled.value)
        except (OakumError, Failure) as error:
            raise self._exporting(error) from error

    def export(self, *args: Any, **kwargs: Any) -> Any:
        """What the library's files (or the one at `path`) bind to a name."""
        try:
            exactly(args, 1)
            name, path = string(args[0]), ""
            for key, value in kwargs.items():
                if key != "path":
                    raise Failure(f"Unexpected keyword argument '{key}'")
                path = string(value)
            return self._find(name, path)
        except (OakumError, Failure) as error:
            raise self._exporting(error) from error

    def _find(self, name: str, path: str) -> Any:
        """What `name` is bound to by the file at `path` (any, where it is empty) once every file is evaluated."""
        if name.startswith("_"):
            raise TemplateError("Symbols starting with '_' are private, and cannot be exported")
        library = self._ready()
        settled = library.settle()
        found: list[tuple[str, Any]] = []
        for file, evaluated in library.evaluated(settled):
            inside = library.place.root.path_to(file)
            if file.library and name in evaluated.names and path in ("", inside):
                found.append((inside, evaluated.names[name]))
        if not found:
            raise TemplateError(f"Expected to find exported symbol '{name}', but did not")
        if len(found) > 1:
            several = ", ".join(path for path, _ in found)
            raise TemplateError(
                f"Expected to find exactly one exported symbol '{name}', but found multiple across files: {several}"
            )
        check_used(settled)
        freeze(found[0][1])
        return found[0][1]

    def _ready(self) -> Library:
        """The library with all that it is given, in order of precedence."""
        values = self._from_above(self.above.child_values if self.above else [])
        schemas = self._from_above(self.above.child_schemas if self.above else [])
        given = Given(_ordered(values, self.values), _ordered(schemas, self.schemas))
        files = [file for file, _ in self.library.placed() if file.kind is not FileKind.UNKNOWN]
        parts = len(files) + len(given.values) + len(given.schemas)
        charge(_EVALUATION + _PART * parts + sum(len(file.text) for file in files) // 2)
        return self.library._replace(given=given)

    def _from_above(self, documents: list[ValuesDocument]) -> list[ValuesDocument]:
        return [one.below() for one in documents if one.references[0].matches(self.path, self.alias)]

    def _name(self) -> str:
        return f"{self.path}~{self.alias}" if self.alias else self.path

    def _exporting(self, error: Exception) -> Failure:
        return Failure(f"Exporting from library '{self._name()}': {error}")


def _ordered(above: list[ValuesDocument], own: tuple[ValuesDocument, ...]) -> tuple[ValuesDocument, ...]:
    first = [one for one in above if not one.after_library]
    last = [one for one in above if one.after_library]
    return (*first, *own, *last)


def _document(value: Any, name: str) -> ValuesDocument:
    document = Document(value)
    document.annotations = {name: Annotation()}
    return ValuesDocument(document)


def _given(args: tuple[Any, ...]) -> Any:
    exactly(args, 1)
    return copy_value(to_yaml(args[0]))


def _none(args: tuple[Any, ...]) -> None:
    if args:
        raise Failure("expected no arguments")


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Failure(f"expected starlark.Bool, but was {go_type(value)}")
    return value
