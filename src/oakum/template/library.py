"""One library evaluated: schema, data values, validation, templates, overlays (ytt: mental model, libraries)."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter

from oakum.errors import OakumError, TemplateError
from oakum.record import NamedTuple
from oakum.template.annotation import annotation
from oakum.template.convert import copy_value
from oakum.template.evaluation import Evaluated, Evaluator, Flavour, Run
from oakum.template.files import FileKind, InputFile
from oakum.template.options import Result
from oakum.template.overlay import OverlayError, accumulate, is_overlay, overlay_results
from oakum.template.rendered import RenderedFile, RenderedText
from oakum.template.tree import Place
from oakum.template.values import (
    SCHEMA,
    VALUES,
    ValuesDocument,
    annotated_documents,
    has_annotated,
    mentions_values,
    values_document,
)
from oakum.typing import TYPE_CHECKING, Any
from oakum.yaml.duplicates import last_wins
from oakum.yaml.emitter import is_empty
from oakum.yaml.nodes import Document, DocumentSet, Map, Value, walk

if TYPE_CHECKING:
    from oakum.template.schema import Schema

RULES = "assert/validate"
Placed = tuple[InputFile, Place]
_SUMMARY = {VALUES: "data values", SCHEMA: "data values schema"}
_ADDITIONAL = {VALUES: "additional data values", SCHEMA: "additional data value schema"}
_UNUSED = {VALUES: ("library data values", "Data Value"), SCHEMA: ("library schema", "Schema")}


class Given(NamedTuple):
    """What a library's caller gives it: data values and schemas, lowest precedence first."""

    values: tuple[ValuesDocument, ...] = ()
    schemas: tuple[ValuesDocument, ...] = ()


class Settled(NamedTuple):
    """A library's final data values and their schema, with what was given for the libraries below.

    `holding` has the identities of the files that hold them.
    """

    values: Document
    schema: Schema | None
    holding: frozenset[int]
    child_values: list[ValuesDocument]
    child_schemas: list[ValuesDocument]

    @property
    def value(self) -> Value:
        """What templates see of the values: an empty map where nothing sets any, null where that was written."""
        unset = self.values.value is None and self.schema is None and annotation(self.values, VALUES) is None
        return Map() if unset else self.values.value


class Library(NamedTuple):
    """A library's files with what its caller gave: one evaluation.

    `make_modules` makes its modules from its data values. `once` says that the run evaluates it no second time.
    """

    run: Run
    place: Place
    flavour: Flavour
    given: Given
    disable_validation: bool = False
    make_modules: Callable[[Library, Any, Settled | None], Any] = lambda *_: None
    once: bool = False

    def settle(self) -> Settled:
        """The schema and the data values. Raises TemplateError when they do not fit."""
        empty = Evaluator(self.run, self.flavour, self.make_modules(self, Map(), None), once=self.once)
        holding, misplaced = self._scan(empty)
        own_schemas, schema = self._schema(empty, holding[SCHEMA])
        if self.run.options.stop_after == "schema":
            return Settled(Document(), schema, frozenset(), [], [])
        if misplaced is not None:
            raise misplaced
        own_values, values = self._values(empty, holding[VALUES], schema)
        if not self.disable_validation:
            _validate(values, schema)
        return Settled(
            values,
            schema,
            frozenset(id(file) for placed in holding.values() for file, _ in placed),
            [one for one in (*own_values, *self.given.values) if one.references],
            [one for one in (*own_schemas, *self.given.schemas) if one.references],
        )

    def evaluate(self) -> Result:
        """Evaluate the whole library. Raises TemplateError."""
        settled = self.settle()
        if self.run.options.stop_after:
            return Result([], [], settled.values, settled.schema)
        rendered: list[tuple[int, RenderedFile]] = []
        texts: list[RenderedText] = []
        for file, evaluated in self.evaluated(settled):
            result = evaluated.result
            if file.for_output and isinstance(result, DocumentSet):
                rendered.append((file.order, RenderedFile(file.path, result)))
            elif file.for_output and isinstance(result, str):
                texts.append(RenderedText(file.path, result))
        rendered.sort(key=itemgetter(0))
        files = overlay_results(
            [file for _, file in rendered if _drop_empty(file.documents)], explain=self.run.options.explain_overlays
        )
        check_used(settled)
        return Result(files, texts, settled.values, settled.schema)

    def evaluated(self, settled: Settled) -> Iterator[tuple[InputFile, Evaluated]]:
        """What each file that is output or a library comes to with the final data values. Raises TemplateError."""
        evaluator = self._evaluator(settled)
        for file, place in self.placed():
            if not file.for_output and (not file.library or file.kind is FileKind.UNKNOWN):
                continue
            if id(file) in settled.holding:
                continue
            if file.for_output and file.kind is FileKind.STARLARK:
                raise TemplateError("Unknown file type")
            yield file, evaluator.evaluate(file, place)

    def _evaluator(self, settled: Settled) -> Evaluator:
        modules = self.make_modules(self, settled.value, settled)
        return Evaluator(self.run, self.flavour, modules, once=self.once)

    def placed(self) -> list[Placed]:
        """The library's files in the order of their evaluation, each with where it stands."""
        return [(file, Place(self.place.root, folder)) for file, folder in self.place.root.placed()]

    def _scan(self, evaluator: Evaluator) -> tuple[dict[str, list[Placed]], TemplateError | None]:
        """The files that hold data values, and those that hold their schema; checks every YAML template's syntax.

        Also what is wrong with where the annotation of data values is: the schema comes first, with all about it.
        """
        holding: dict[str, list[Placed]] = {VALUES: [], SCHEMA: []}
        misplaced: TemplateError | None = None
        for file, place in self.placed():
            if file.searched and not mentions_values(file):
                evaluator.check(file)
            elif file.searched:
                documents = evaluator.documents(file)
                if has_annotated(documents, SCHEMA):
                    holding[SCHEMA].append((file, place))
                try:
                    if has_annotated(documents, VALUES):
                        holding[VALUES].append((file, place))
                except TemplateError as error:
                    misplaced = misplaced or error
        for placed in holding.values():
            placed.sort(key=_number)
        return holding, misplaced

    def _own(self, evaluator: Evaluator, holding: list[Placed], name: str) -> list[ValuesDocument]:
        """The documents of the library's own files that are annotated `name`."""
        found: list[ValuesDocument] = []
        for file, place in holding:
            try:
                result = evaluator.evaluate(file, place).result
                documents = annotated_documents(file, result, name)
            except TemplateError as error:
                raise TemplateError(f"Templating file '{file.path}': {error}") from error
            found += [values_document(document, name) for document in documents]
        return found

    def _schema(self, evaluator: Evaluator, holding: list[Placed]) -> tuple[list[ValuesDocument], Schema | None]:
        """The library's own schema documents, and the schema; None when there is none."""
        given = _mine(self.given.schemas)
        try:
            own = self._own(evaluator, holding, SCHEMA)
            documents = [one.document for one in (*_mine(own), *given)]
            if not own and not documents:
                return own, None
            from oakum.template.schema import Schema as Inferred
            from oakum.template.schema import refuse_computed

            for one in own:
                refuse_computed(one.document)
                if one.references:  # another library's, which has to be a schema here already
                    Inferred.from_document(one.document)
            return own, Inferred.from_documents(documents)
        except OakumError as error:
            raise TemplateError(f"{_overlaying(SCHEMA, holding, given)}{self._told(error)}") from error

    def _values(
        self, evaluator: Evaluator, holding: list[Placed], schema: Schema | None
    ) -> tuple[list[ValuesDocument], Document]:
        """The library's own data values documents, and the data values that they and the given ones come to."""
        given = _mine(self.given.values)
        try:
            own = self._own(evaluator, holding, VALUES)
            documents = [copy_value(one.document) for one in _mine(own)]
            base = documents.pop(0) if documents and schema is None else Document()
            values = base if schema is None else schema.default_document()
            for one in (*documents, *(copy_value(one.document) for one in given)):
                # A values file may hold a key twice: both are laid over what is there; of two new ones the last wins.
                values = last_wins(accumulate(values, one))
                if schema is not None:
                    schema.conform(values)
        except OakumError as error:
            raise TemplateError(f"{_overlaying(VALUES, holding, given)}{self._told(error)}") from error
        return own, values

    def _told(self, error: OakumError) -> str:
        """The error's message, with what comes closest to an overlay that matched nothing where that was asked for."""
        if self.run.options.explain_overlays and isinstance(error, OverlayError):
            return error.explained()
        return str(error)

    def child(self, place: Place, flavour: Flavour, given: Given, *, disable_validation: bool) -> Library:
        """A private library below this one."""
        return self._replace(
            place=place, flavour=flavour, given=given, disable_validation=disable_validation, once=False
        )


def _number(placed: Placed) -> int:
    return placed[0].order


def _drop_empty(documents: DocumentSet) -> bool:
    """Leave out documents that hold nothing, but for overlays; whether any is left."""
    documents.items = [one for one in documents.items if is_overlay(one) or not is_empty(one.value)]
    return bool(documents.items)


def _has_rules(document: Document) -> bool:
    """Whether any node has rules of its own; few runs need the import of validations."""
    return any(node.annotations and RULES in node.annotations for node in walk(document))


def _validate(values: Document, schema: Schema | None) -> None:
    if schema or _has_rules(values):
        from oakum.template.validation import validate

        validate(values, schema.root if schema else None)


def _overlaying(name: str, holding: list[Placed], given: list[ValuesDocument]) -> str:
    order = [file.path for file, _ in holding]
    if given:
        order.append(_ADDITIONAL[name])
    return f"Overlaying {_SUMMARY[name]} (in following order: {', '.join(order)}): "


def _mine(documents: Iterable[ValuesDocument]) -> list[ValuesDocument]:
    return [one for one in documents if not one.references]


def check_used(settled: Settled) -> None:
    """Raise TemplateError when something was given for libraries below that none of them took."""
    for name, documents in ((VALUES, settled.child_values), (SCHEMA, settled.child_schemas)):
        unused = [one.describe(_UNUSED[name][1]) for one in documents if not one.use.used]
        if unused:
            raise TemplateError(
                f"Expected all provided {_UNUSED[name][0]} documents to be used but found unused: {', '.join(unused)}"
            )


