"""Data values from flags: files, environment, arguments (ytt: data value flags)."""
from __future__ import annotations

from collections.abc import Callable, Iterator

from oakum.errors import OakumError, TemplateError
from oakum.template.annotation import Annotation
from oakum.template.comment import has_templating
from oakum.template.files import FileKind, InputFile
from oakum.template.options import DataValueFlags
from oakum.template.reference import LibraryReference, parse_reference
from oakum.template.values import ValuesDocument
from oakum.yaml.duplicates import last_wins
from oakum.yaml.nodes import Document, Map, MapItem, Node, Source, Value
from oakum.yaml.parser import parse

MATCH, REPLACE = "overlay/match", "overlay/replace"
_MISSING_OK = Annotation(kwargs={"missing_ok": True})
_OR_ADD = Annotation(kwargs={"or_add": True})
_PLAIN = "Expected to be plain YAML, having no annotations (hint: remove comments starting with `#@`)"


def flag_values(flags: DataValueFlags, *, strict: bool = False) -> list[ValuesDocument]:
    """The documents that the flags come to, lowest precedence first. Raises TemplateError naming the flag's kind."""
    return [
        *_from("file", flags.files, lambda path: _file(flags, path, strict)),
        *_environment(flags, flags.env, strict, as_yaml=False),
        *_environment(flags, flags.env_yaml, strict, as_yaml=True),
        *_from("KV", flags.values, lambda pair: _argument(pair, "(data-value arg)", None)),
        *_from("KV", flags.yaml_values, lambda pair: _argument(pair, "(data-value-yaml arg)", strict)),
        *_from("file", flags.value_files, lambda pair: _value_file(flags, pair)),
    ]


def _from(
    kind: str, given: tuple[str, ...], extract: Callable[[str], Iterator[ValuesDocument]]
) -> Iterator[ValuesDocument]:
    for one in given:
        try:
            yield from extract(one)
        except OakumError as error:
            raise TemplateError(f"Extracting data value from {kind}: {error}") from error


def plain_merge(value: Value) -> Value:
    """Annotate `value` in place so that laying it over another merges maps and replaces everything else."""
    if isinstance(value, Map):
        for item in value.items:
            item.annotations = {MATCH: _MISSING_OK}
            if isinstance(item.value, Map):
                plain_merge(item.value)
            else:
                item.annotations[REPLACE] = _OR_ADD
    return value


def _file(flags: DataValueFlags, given: str, strict: bool) -> Iterator[ValuesDocument]:
    references, path = _split_library(given)
    try:
        files = flags.read(path)
    except OakumError as error:
        raise TemplateError(f"Find files '{path}': {error}") from error
    for file in files:
        if "/" not in file.given or file.kind is FileKind.YAML:  # of a folder's folders only YAML files are read
            for document in _file_documents(file, path, strict):
                yield ValuesDocument(document, references, references)


def _file_documents(file: InputFile, given: str, strict: bool) -> Iterator[Document]:
    try:
        text = file.text
    except OakumError as error:
        raise TemplateError(f"Reading file '{file.path}': {error}") from error
    try:
        documents = parse(text, file.path, strict=strict)
    except OakumError as error:
        raise TemplateError(f"Unmarshaling YAML data values file '{file.path}': {error}") from error
    if any(has_templating(document) for document in documents.items if document.value is not None):
        raise TemplateError(f"Checking data values file '{given}': {_PLAIN}")
    for document in documents.items:
        if document.value is not None:
            document.value = plain_merge(document.value)
            yield _annotated(document)


def _environment(
    flags: DataValueFlags, prefixes: tuple[str, ...], strict: bool, *, as_yaml: bool
) -> Iterator[ValuesDocument]:
    kind = "data-values-env-yaml" if as_yaml else "data-values-env"
    for given in prefixes:
        try:
            references, prefix = _split_key_library(given)
        except OakumError as error:
            raise TemplateError(f"Extracting data values from env under prefix '{given}': {error}") from error
        for name, text in flags.environ.items():
            if not name.startswith(prefix + "_"):
                continue
            source = Source(f"({kind} arg) {prefix}", [f"{name}={text}"])
            try:
                value = _parse_value(text, strict) if as_yaml else text
            except OakumError as error:
                raise TemplateError(
                    f"Extracting data values from env under prefix '{given}': "
                    f"Extracting data value from env variable '{name}': {error}"
                ) from error
            yield _nested(references, name.removeprefix(prefix + "_").split("__"), value, source)


def _argument(pair: str, kind: str, strict: bool | None) -> Iterator[ValuesDocument]:
    """The document of `key=value`; the value is YAML, read `strict` or not, unless that is None."""
    key, equals, text = pair.partition("=")
    if not equals:
        raise TemplateError("Expected format key=value")
    references, names = _split_key(key)
    try:
        value = text if strict is None else _parse_value(text, strict)
    except OakumError as error:
        raise TemplateError(f"Deserializing value for key '{key}': {error}") from error
    yield _nested(references, names, value, Source(kind, [pair]))


def _value_file(flags: DataValueFlags, pair: str) -> Iterator[ValuesDocument]:
    key, equals, path = pair.partition("=")
    if not equals:
        raise TemplateError("Expected format key=/file/path")
    references, names = _split_key(key)
    try:
        files = flags.read(path)
    except OakumError as error:
        raise TemplateError(f"Finding file '{path}': {error}") from error
    if len(files) != 1:
        raise TemplateError(f"Expected '{path}' to be a file, but is a directory")
    try:
        text = files[0].text
    except OakumError as error:
        # The reference says no more; a checksum that is wrong is ours to tell of.
        raise TemplateError(f"Reading file '{path}'{f': {error}' if '#sha256:' in path else ''}") from error
    yield _nested(references, names, text, Source(f"(data-value-file arg) {'.'.join(names)}={path}", [text]))


def _parse_value(text: str, strict: bool) -> Value:
    try:
        documents = parse(text, "", strict=strict, comments=False)
    except OakumError as error:
        raise TemplateError(f"Deserializing YAML value: {error}") from error
    value = last_wins(documents.items[0]).value if documents.items else None
    if isinstance(value, Node):  # It stands in the flag's own text, not where the item that holds it does.
        value.line, value.source = 1, Source("")
    return value


def _split_key(key: str) -> tuple[tuple[LibraryReference, ...], list[str]]:
    references, rest = _split_key_library(key)
    return references, rest.split(".")


def _split_key_library(key: str) -> tuple[tuple[LibraryReference, ...], str]:
    """The library reference in front of a key or prefix, which has no colon itself, and what comes after it."""
    references, rest = _split_library(key)
    if ":" in rest:
        raise TemplateError(f"Expected at most one library-key separator ':' in '{rest}'")
    return references, rest


def _split_library(text: str) -> tuple[tuple[LibraryReference, ...], str]:
    """The library reference in front of `text`, and what comes after it."""
    if not text.startswith("@") or ":" not in text:
        return (), text
    prefix, _, rest = text.partition(":")
    if prefix == "@":
        raise TemplateError("Expected library ref to not be empty")
    return parse_reference(prefix), rest


def _nested(
    references: tuple[LibraryReference, ...], names: list[str], value: Value, source: Source
) -> ValuesDocument:
    """A document that puts `value` at the path `names`, replacing what is there and adding the maps on the way."""
    document = Document(None, 1, source)
    here: Document | MapItem = document
    for name in names:
        item = MapItem(name, None, 1, source)
        item.annotations = {MATCH: _MISSING_OK}
        here.value = Map([item], 1, source)
        here = item
    here.value = value
    assert isinstance(here, MapItem)
    assert here.annotations is not None
    here.annotations[REPLACE] = _OR_ADD
    return ValuesDocument(_annotated(document), references, references)


def _annotated(document: Document) -> Document:
    document.annotations = {"data/values": Annotation()}
    if not isinstance(document.value, Map):
        document.annotations[REPLACE] = Annotation()
    return document


