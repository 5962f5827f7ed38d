"""Running the rules over the final data values (ytt: validations).

What reads rules is imported when there are any, since every run with data values comes by here.
"""
from __future__ import annotations

from collections.abc import Iterator

from oakum.record import NamedTuple
from oakum.starlark import EvalError, Struct, call, type_name
from oakum.template.annotation import annotation
from oakum.template.fragment import wrap
from oakum.template.keys import show_key
from oakum.template.position import position
from oakum.template.validation.errors import ValidationError
from oakum.typing import TYPE_CHECKING
from oakum.yaml.nodes import Array, Document, Item, Map, Value

if TYPE_CHECKING:
    from oakum.template.schema.types import Declaration
    from oakum.template.validation.rules import Rule, Rules

ASSERT = "assert/validate"
_HEADING = "Validating final data values:\n"


def validate(document: Document, declared: Declaration | None = None) -> None:
    """Check the data values in `document` by the rules that are declared and by those of its annotations.

    Raises ValidationError with a report of every rule that does not hold.
    """
    try:
        blocks = [block for node in _nodes(document, declared) for block in _failures(node, document.value)]
    except ValidationError as error:
        raise ValidationError(f"{_HEADING}{error}") from error
    if blocks:
        raise ValidationError(_HEADING + "".join(blocks))


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
            key = show_key(item.key)
            path = f"{node.path}.{key}" if node.path else key
            yield _Node(item, path, value, declared.get(item.key))
    elif isinstance(value, Array):
        element = getattr(type_, "element", None)
        for index, below in enumerate(value.items):
            yield _Node(below, f"{node.path}[{index}]", value, element)


def _failures(node: _Node, root: Value) -> Iterator[str]:
    """The report's blocks about `node`: one for each annotation with rules that do not hold."""
    for rules in (node.declared.rules if node.declared else None, _own_rules(node.item)):
        lines = list(_broken(rules, node, root)) if rules else []
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
        return _ask(rules, node, root)
    except (EvalError, _Misfit) as error:
        reason = f"Failure evaluating when=: {error.message}" if isinstance(error, EvalError) else str(error)
        raise ValidationError(f"Validating {node.path}: {reason}") from error


class _Misfit(Exception):
    """A `when=` function that cannot be used."""


def _ask(rules: Rules, node: _Node, root: Value) -> bool:
    from oakum.template.validation.assertion import parameter_count

    count = parameter_count(rules.when)
    if count not in (1, 2):
        raise _Misfit(f"Failed to evaluate when=: function must accept 1 or 2 arguments ({count} given)")
    context = Struct({"parent": wrap(node.parent), "root": wrap(root)})
    args = (wrap(node.item.value), context)[:count]
    verdict = call(rules.when, args)
    if not isinstance(verdict, bool):
        raise _Misfit(f"want when= to be bool, got {type_name(verdict)}")
    return verdict
