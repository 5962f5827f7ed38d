"""Reading a schema document: types from its sample values (ytt: type inference)."""
from __future__ import annotations

from oakum.errors import TemplateError
from oakum.starlark.meter import charge
from oakum.template.annotation import Annotation, annotation
from oakum.template.convert import copy_value
from oakum.template.kinds import kind_of
from oakum.template.position import compact
from oakum.template.schema import notes
from oakum.template.schema.check import conform
from oakum.template.schema.errors import SchemaError
from oakum.template.schema.report import Violation, enclosed, report
from oakum.template.schema.types import (
    AnyType,
    ArrayType,
    Declaration,
    Documentation,
    Example,
    MapType,
    ScalarType,
    Type,
)
from oakum.typing import TYPE_CHECKING
from oakum.yaml.nodes import Array, DocumentSet, Item, Map, MapItem, Value

if TYPE_CHECKING:
    from oakum.template.validation.rules import Rules

_DECLARED = 64  # steps that a node takes from here to where the values that are given for it have been checked


def declare(item: Item, *, is_element: bool = False) -> Declaration:
    """What the document, map item or array item `item` of a schema declares. Raises SchemaError.

    An item that `is_element` of an array's sample has no default value of its own.
    """
    charge(_DECLARED)
    if not item.annotations:
        plain = _infer(item)
        return Declaration(item, plain, _own_default(item, plain))
    anything = notes.is_any(item)
    nullable = notes.is_nullable(item)
    type_ = _any_type(item) if anything else _infer_nullable(item) if nullable else _infer(item)
    bare = Declaration(item, type_, None, nullable or anything)
    own = None if nullable else _own_default(item, type_)
    documentation = _documentation(item, bare)
    if is_element:
        _refuse_default(item)
        return Declaration(item, type_, own, bare.nullable, documentation, _rules(item))
    given = notes.default(item, bare.expected)
    default = own if given is None else _checked_default(item, bare, *given)
    return Declaration(item, type_, default, bare.nullable, documentation, _rules(item))


def _any_type(item: Item) -> Type:
    notes.refuse_below_any(item)
    return AnyType()


def _infer_nullable(item: Item) -> Type:
    """What a nullable item's value declares; the reference tells what is wrong inside it as a fault of its own."""
    try:
        return _infer(item)
    except TemplateError as error:
        if item.value is None:
            raise
        raise SchemaError(enclosed(str(error))) from error


def _infer(item: Item) -> Type:
    value = item.value
    if isinstance(value, Map):
        return MapType({below.key: declare(below) for below in value.items})
    if isinstance(value, Array):
        return ArrayType(_element(item, value))
    if isinstance(value, DocumentSet):
        raise SchemaError(f"Expected value to be a map, array, or scalar, but was {kind_of(value)}")
    if value is None:
        raise SchemaError(report("Invalid schema - null value not allowed here", [_null(item)]))
    return ScalarType(kind_of(value))


def _null(item: Item) -> Violation:
    return Violation(
        item,
        "null value",
        "non-null value",
        hints=(
            "in YAML, omitting a value implies null.",
            "to set the default value to null, annotate with @schema/nullable.",
            "to allow any value, annotate with @schema/type any=True.",
        ),
    )


def _element(item: Item, array: Array) -> Declaration:
    if len(array.items) != 1:
        raise SchemaError(report("Invalid schema - wrong number of items in array definition", [_count(item, array)]))
    return declare(array.items[0], is_element=True)


def _refuse_default(element: Item) -> None:
    found = annotation(element, notes.DEFAULT)
    if found is None:
        return
    inner = Violation(
        element,
        "",
        "",
        hints=(
            "do you mean to set a default value for the array?",
            "set an array's default by annotating its parent.",
        ),
        annotations=(found,),
    )
    misplaced = report("Invalid schema - @schema/default not supported on array item", [inner])
    raise SchemaError(enclosed(misplaced))


def _count(item: Item, array: Array) -> Violation:
    return Violation(
        item if array.source is not None else array,
        f"{len(array.items)} array items",
        "exactly 1 array item, of the desired type",
        hints=(
            "in schema, the one item of the array implies the type of its elements.",
            "in schema, the default value for an array is always an empty list.",
            "default values can be overridden via a data values overlay.",
        ),
    )


def _own_default(item: Item, type_: Type) -> Value:
    """The default value that comes from the sample itself."""
    value = item.value
    if isinstance(type_, MapType):
        # Not copies: whoever takes a default value copies it, so that each level of a schema would do so once more.
        items = [MapItem(key, below.default, below.item.line, below.item.source) for key, below in type_.items.items()]
        return Map(items, item.line, item.source)
    if isinstance(type_, ArrayType):
        return Array([], item.line, item.source)
    copy: Value = copy_value(value)
    return copy


def _checked_default(item: Item, bare: Declaration, found: Annotation, value: Value) -> Value:
    """The default value that the annotation `found` gives, checked and completed."""
    sample = _holding(item, value)
    violations = conform(sample, bare)
    if violations:
        where = compact(found.line, found.source)
        wrong = [_blamed(violation, item, found, f"at {where}") for violation in violations]
        raise SchemaError(report("Invalid schema - @schema/default is wrong type", wrong))
    return sample.value


def _documentation(item: Item, bare: Declaration) -> Documentation:
    title, description = notes.text(item, notes.TITLE), notes.text(item, notes.DESCRIPTION)
    examples = _examples(item, bare)
    return Documentation(title, description, notes.deprecation(item), examples)


def _examples(item: Item, bare: Declaration) -> tuple[Example, ...]:
    given = notes.examples(item)
    if given is None:
        return ()
    found, pairs = given
    wrong = [
        _blamed(violation, item, found, f"by {compact(found.line, found.source)}")
        for _, value in pairs
        for violation in conform(_holding(item, copy_value(value)), bare)  # which completes it; examples stay as given
    ]
    if wrong:
        raise SchemaError(report("Invalid schema - @schema/examples has wrong type", wrong))
    return tuple(Example(description, value) for description, value in pairs)


def _holding(item: Item, value: Value) -> Item:
    """An item like `item` that holds `value`."""
    if isinstance(item, MapItem):
        return MapItem(item.key, value, item.line, item.source)
    return type(item)(value, item.line, item.source)


def _blamed(violation: Violation, item: Item, found: Annotation, where: str) -> Violation:
    """A violation inside an annotation's value, told as a fault of the annotation."""
    return Violation(
        item,
        f"{violation.found} ({where})",
        violation.expected,
        violation.description,
        violation.hints,
        (found,),
    )


def _rules(item: Item) -> Rules | None:
    found = annotation(item, notes.VALIDATION)
    if found is None:
        return None
    from oakum.template.validation.rules import read_rules

    return read_rules(found, notes.VALIDATION)
