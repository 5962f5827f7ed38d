"""The `@schema/*` annotations of one node (ytt: schema documents)."""
from __future__ import annotations

from collections.abc import Callable

from oakum.record import NamedTuple
from oakum.starlark import Failure, type_name
from oakum.template.annotation import Annotation, annotation
from oakum.template.convert import copy_value, go_type, to_yaml
from oakum.template.position import compact
from oakum.template.schema.errors import SchemaError
from oakum.template.schema.report import Violation, report
from oakum.typing import Any
from oakum.yaml.nodes import Array, Document, Item, Map, Value, walk

TYPE, NULLABLE, DEFAULT = "schema/type", "schema/nullable", "schema/default"
TITLE, DESCRIPTION, DEPRECATED = "schema/title", "schema/desc", "schema/deprecated"
EXAMPLES, VALIDATION = "schema/examples", "schema/validation"

_INVALID = "Invalid schema"
_STRING_HINT = "this annotation only accepts one argument: a string."
_DEFAULT_HINTS = (
    "this annotation only accepts one argument: the default value.",
    "value must be in Starlark format, e.g.: {'key': 'value'}, True.",
)
_EXAMPLES_EXPECTED = "2-tuple containing description (string) and example value (of expected type)"


class _Complaint(NamedTuple):
    """Builds the report about one malformed annotation of an item."""

    item: Item
    found: Annotation
    description: str

    @property
    def where(self) -> str:
        return compact(self.found.line, self.found.source)

    def error(self, found: str, expected: str, *hints: str) -> SchemaError:
        violation = Violation(self.item, found, expected, self.description, hints, (self.found,))
        return SchemaError(report(_INVALID, [violation]))


def is_any(item: Item) -> bool:
    """Whether `@schema/type any=True` lets `item` hold anything. Raises SchemaError when it is malformed."""
    found = annotation(item, TYPE)
    if found is None:
        return False
    if not found.kwargs:
        complaint = _Complaint(item, found, "expected @schema/type annotation to have keyword argument and value")
        raise complaint.error(
            f"missing keyword argument and value (by {complaint.where})",
            "valid keyword argument and value",
            "Supported key-value pairs are 'any=True', 'any=False'",
        )
    for key, value in found.kwargs.items():
        _check_type_keyword(item, found, key, value)
    return bool(found.kwargs["any"])


def _check_type_keyword(item: Item, found: Annotation, key: str, value: Any) -> None:
    complaint = _Complaint(item, found, "unknown @schema/type annotation keyword argument")
    hint = "Supported kwargs are 'any'"
    if key != "any":
        raise complaint.error(f"{key} (by {complaint.where})", "A valid kwarg", hint)
    if not isinstance(value, bool):
        raise complaint.error(f"{go_type(value)} (by {complaint.where})", "starlark.Bool", hint)


def is_nullable(item: Item) -> bool:
    """Whether `item` has `@schema/nullable`. Raises SchemaError when it is malformed."""
    found = annotation(item, NULLABLE)
    if found is not None and found.kwargs:
        complaint = _Complaint(
            item, found, "expected @schema/nullable annotation to not contain any keyword arguments"
        )
        raise complaint.error(
            f"keyword argument in @{NULLABLE} (by {complaint.where})", "starlark.Bool", "Supported kwargs are 'any'"
        )
    return found is not None


def text(item: Item, name: str) -> str | None:
    """The text that the annotation `name` gives to `item`, None without it. Raises SchemaError for a malformed one."""
    found = annotation(item, name)
    if found is None:
        return None
    value = _only(item, found, name, "string", (_STRING_HINT,))
    if not isinstance(value, str):
        complaint = _Complaint(item, found, _syntax(name))
        raise complaint.error(f"Non-string value in @{name} (by {complaint.where})", "string")
    return value


def deprecation(item: Item) -> str | None:
    """The text of `@schema/deprecated`, None without it. Raises SchemaError for a malformed one or on a document."""
    found = annotation(item, DEPRECATED)
    if found is not None and isinstance(item, Document):
        complaint = _Complaint(item, found, f"@{DEPRECATED} not supported on a document")
        raise complaint.error(
            "",
            "",
            "do you mean to deprecate the entire schema document?",
            f"use {DEPRECATED} on individual keys.",
        )
    return text(item, DEPRECATED)


def default(item: Item, expected: Callable[[], str]) -> tuple[Annotation, Value] | None:
    """The value of `@schema/default`, a copy that stands where the item does, with its annotation.

    `expected` says what type it has to have. Raises SchemaError for a malformed annotation.
    """
    found = annotation(item, DEFAULT)
    if found is None:
        return None
    return found, _placed(_only(item, found, DEFAULT, expected(), _DEFAULT_HINTS), item)


def examples(item: Item) -> tuple[Annotation, list[tuple[str, Value]]] | None:
    """The descriptions and values (copies) of `@schema/examples`, with the annotation.

    Raises SchemaError for a malformed annotation.
    """
    found = annotation(item, EXAMPLES)
    if found is None:
        return None
    if found.kwargs or not found.args:
        complaint = _Complaint(item, found, _syntax(EXAMPLES))
        what = "keyword argument" if found.kwargs else "missing value"
        raise complaint.error(f"{what} in @{EXAMPLES} (by {complaint.where})", _EXAMPLES_EXPECTED)
    return found, [_example(item, found, arg) for arg in found.args]


def _example(item: Item, found: Annotation, arg: Any) -> tuple[str, Value]:
    complaint = _Complaint(item, found, _syntax(EXAMPLES))
    for misfit, describe in _EXAMPLE_MISFITS:
        if misfit(arg):
            raise complaint.error(describe(arg).format(where=complaint.where), _EXAMPLES_EXPECTED)
    description, value = arg
    return description, _placed(value, found)


_EXAMPLE_MISFITS: tuple[tuple[Callable[[Any], bool], Callable[[Any], str]], ...] = (
    (lambda arg: not isinstance(arg, tuple), lambda arg: f"{type_name(arg)} for @{EXAMPLES} (at {{where}})"),
    (lambda arg: len(arg) < 2, lambda arg: f"empty tuple in @{EXAMPLES} (by {{where}})"),
    (lambda arg: len(arg) != 2, lambda arg: f"{len(arg)}-tuple argument in @{EXAMPLES} (by {{where}})"),
    (lambda arg: not isinstance(arg[0], str), lambda arg: f"{type_name(arg[0])} value for @{EXAMPLES} (at {{where}})"),
)


def refuse_below_any(item: Item) -> None:
    """Raise SchemaError when a node below `item`, which may hold anything, is annotated with a type or a default."""
    if not isinstance(item.value, Map | Array):
        return
    for node in walk(item.value):
        names = [name for name in (NULLABLE, TYPE, DEFAULT) if node.annotations and name in node.annotations]
        if names:
            raise SchemaError(report(_INVALID, [_below_any(node, names)]))


def _below_any(node: Any, names: list[str]) -> Violation:
    return Violation(
        node,
        f"{', '.join('@' + name for name in names)} annotation(s)",
        "no '@schema/...' on nodes within a node annotated '@schema/type any=True'",
        'Schema was specified within an "any type" fragment',
        ('an "any type" fragment has no constraints; nested schema annotations conflict and are disallowed',),
        tuple(sorted((node.annotations[name] for name in names), key=lambda found: found.line)),
    )


def _only(item: Item, found: Annotation, name: str, expected: str, hints: tuple[str, ...]) -> Any:
    """The one argument of an annotation."""
    complaint = _Complaint(item, found, _syntax(name))
    if found.kwargs:
        raise complaint.error(f"keyword argument in @{name} (by {complaint.where})", expected, *hints)
    if len(found.args) != 1:
        count = f"{len(found.args)} values" if found.args else "missing value"
        raise complaint.error(f"{count} in @{name} (by {complaint.where})", expected)
    return found.args[0]


def _syntax(name: str) -> str:
    return f"syntax error in @{name} annotation"


def _placed(value: Any, where: Annotation | Item) -> Value:
    """A Starlark value as nodes that stand at `where`. Raises SchemaError when YAML cannot hold it."""
    try:
        node: Value = copy_value(to_yaml(value))
    except Failure as error:
        raise SchemaError(error.message) from error
    if isinstance(node, Map | Array):
        for below in walk(node):
            if not below.line:
                below.line, below.source = where.line, where.source
    return node
