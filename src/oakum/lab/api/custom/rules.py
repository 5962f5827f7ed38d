"""`x-kubernetes-validations`: rules in the Common Expression Language on parts of a custom object."""

from collections.abc import Iterator
from typing import Any

from oakum.lab.api.custom import expressions
from oakum.lab.api.gojson import quoted
from oakum.lab.api.status import FieldError

Schema = dict[str, Any]

_REASONS = ("FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate")
_WORDS = {
    "FieldValueInvalid": "Invalid value",
    "FieldValueForbidden": "Forbidden",
    "FieldValueRequired": "Required value",
    "FieldValueDuplicate": "Duplicate value",
}


def broken(value: Any, old: Any, schema: Schema, path: str) -> Iterator[FieldError]:
    """Complaints of one schema's own rules."""
    for rule in schema.get("x-kubernetes-validations") or []:
        if ("oldSelf" in rule["rule"]) is not (old is not None):
            continue
        try:
            held = expressions.evaluate(rule["rule"], {"self": value, "oldSelf": old})
        except expressions.NotCovered:
            continue
        except expressions.ExpressionError as error:
            told = rule.get("message") or " ".join(rule["rule"].split())
            shown = quoted(validation_type(value))
            yield FieldError(path, "FieldValueInvalid", f"Invalid value: {shown}: {error} evaluating rule: {told}")
            continue
        if held is not True:
            yield _complaint(rule, value, path, _message(rule, value, old))


def not_held(schema: Schema) -> Iterator[str]:
    """The rules of a schema, and of all that is below it, that the evaluator does not cover."""
    for rule in schema.get("x-kubernetes-validations") or []:
        try:
            expressions.compiled(rule["rule"])
        except expressions.NotCovered:
            yield rule["rule"]
        except expressions.ExpressionError:
            continue
    below = [*(schema.get("properties") or {}).values(), schema.get("items"), schema.get("additionalProperties")]
    for inner in below:
        if isinstance(inner, dict):
            yield from not_held(inner)


def validation_type(value: Any) -> str:
    """The name of a value's type in a schema."""
    kinds = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def _message(rule: dict[str, Any], value: Any, old: Any) -> str:
    if source := rule.get("messageExpression"):
        try:
            text = expressions.evaluate(source, {"self": value, "oldSelf": old})
        except expressions.ExpressionError:
            text = None
        if isinstance(text, str) and text.strip():
            return text
    return str(rule.get("message") or f"failed rule: {' '.join(rule['rule'].split())}")


def _complaint(rule: dict[str, Any], value: Any, path: str, detail: str) -> FieldError:
    reason = rule.get("reason", "FieldValueInvalid")
    reason = reason if reason in _REASONS else "FieldValueInvalid"
    at = path + (rule.get("fieldPath") or "")
    if reason == "FieldValueInvalid":
        return FieldError(at.lstrip("."), reason, f"Invalid value: {_shown(value)}{detail}")
    return FieldError(at.lstrip("."), reason, f"{_WORDS[reason]}: {detail}")


def _shown(value: Any) -> str:
    return "" if isinstance(value, dict | list) else f"{quoted(value)}: "
