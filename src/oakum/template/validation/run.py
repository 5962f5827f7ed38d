"""Running the rules over the final data values (ytt: validations).

What reads rules is imported when there are any, since every run with data values comes by here.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from oakum.record import NamedTuple
from oakum.starlark import EvalError, Struct, call, type_name
from oakum.template.annotation import annotation
from oakum.template.fragment import wrap
from oakum.template.position import position
from oakum.template.validation.errors import ValidationError
from oakum.yaml.nodes import Array, Document, Item, Map, Value

if TYPE_CHECKING:
    from oakum.template.schema.types import Declaration
    from oakum.template.validation.rules import Rule, Rules

ASSERT = "assert/validate"


def validate(document: Document, declared: Declaration | None = None) -> None:
    """Check the data values in `document` by the rules that are declared and by those of its annotations.

    Raises ValidationError with a report of every rule that does not hold.
    """
    blocks = [block for node in _nodes(document, declared) for block in _failures(node, document.value)]
    if blocks:
        raise ValidationError("Validating final data values:\n" + "".join(blocks))


def check_annotations(document: Document) -> None:
    """Raise ValidationError when an `@assert/validate` in `document` is malformed or where none may be."""
    for node in _nodes(document, None):
        _own_rules(node.item)
        value = node.item.value
        if isinstance(value, Map | Array) and annotation(value, ASSERT):
            kind = type(value).__name__.lower()
            where = position(node.item)
            raise ValidationError(f"Invalid @{ASSERT} annotation - not supported on {kind} at {where}")


class _Node(NamedTuple):
    """A document, map item or array item, what holds it, and what is declared for it."""

    item: Item
    path: str
    parent: Value = None
    declared: Declaration | None = None


def _nodes(document: Document, declared: Declaration | None) -> Iterator[_Node]:
    """The document and all items below it, parents first."""
    stack = [_Node(document, "", None, declared)]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(list(_below(node))))


def _below(node: _Node) -> Iterator[_Node]:
    value = node.item.value
    type_ = node.declared.type if node.declared else None
    if isinstance(value, Map):
        declared = getattr(type_, "items", {})
        for item in value.items:
            path = f"{node.path}.{item.key}" if node.path else str(item.key)
            yield _Node(item, path, value, declared.get(item.key))
    elif isinstance(value, Array):
        element = getattr(type_, "element", None)
        for index, below in enumerate(value.items):
            yield _Node(below, f"{node.path}[{index}]", value, element)


def _failures(node: _Node, root: Value) -> Iterator[str]:
    """The report's block about `node`, if any rule does not hold."""
    given = [node.declared.rules if node.declared else None, _own_rules(node.item)]
    lines = [line for rules in given if rules for line in _broken(rules, node, root)]
    if lines:
        yield f"  {node.path or '(document)'}\n    from: {position(node.item)}\n" + "".join(lines) + "\n"


def _own_rules(item: Item) -> Rules | None:
    found = annotation(item, ASSERT)
    if found is None:
        return None
    from oakum.template.validation.rules import read_rules

    return read_rules(found, ASSERT)


def _broken(rules: Rules, node: _Node, root: Value) -> Iterator[str]:
    value = node.item.value
    if (value is None and not rules.not_null) or not _applies(rules, node, root):
        return
    if rules.not_null and value is None:
        yield _complaint(rules.not_null, rules.where, "value is null")
        return
    for rule in rules.rules:
        reason = rule.holds(wrap(value))
        if reason is not None:
            yield _complaint(rule, rules.where, reason)


def _complaint(rule: Rule, where: str, found: str) -> str:
    line = f"    - must be: {rule.description} (by: {where})\n"
    return f"{line}      found: {found}\n" if found else line


def _applies(rules: Rules, node: _Node, root: Value) -> bool:
    if rules.when is None:
        return True
    try:
        verdict = _ask(rules, node, root)
    except (EvalError, _Misfit) as error:
        reason = error.message if isinstance(error, EvalError) else str(error)
        path = node.path or "(document)"
        raise ValidationError(f"Validating {path}: Failure evaluating when=: {reason}") from error
    return verdict


class _Misfit(Exception):
    """A `when=` function that cannot be used."""


def _ask(rules: Rules, node: _Node, root: Value) -> bool:
    from oakum.template.validation.assertion import parameter_count

    count = parameter_count(rules.when)
    if count not in (1, 2):
        raise _Misfit(f"function must accept 1 or 2 arguments ({count} given)")
    context = Struct({"parent": wrap(node.parent), "root": wrap(root)})
    args = (wrap(node.item.value), context)[:count]
    verdict = call(rules.when, args)
    if not isinstance(verdict, bool):
        raise _Misfit(f"want when= to be bool, got {type_name(verdict)}")
    return verdict
