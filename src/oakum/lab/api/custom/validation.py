"""Validation of custom objects by their structural schema, with the messages of the real server."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from oakum.lab.api.gojson import quoted
from oakum.lab.api.status import FieldError, duplicate, invalid, required, too_long, too_many, unsupported
from oakum.lab.store import Obj

Schema = dict[str, Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_INT_OR_STRING = "x-kubernetes-int-or-string"


def validate(obj: Obj, schema: Schema) -> list[FieldError]:
    """Complaints about a whole object."""
    body = {key: value for key, value in obj.items() if key not in ("apiVersion", "kind", "metadata")}
    known = {**schema, "properties": _without_typed(schema), "required": _required(schema)}
    errors = list(_check(body, known, ""))
    if any(error.reason in _BLOCKING for error in errors):
        return [*errors, _UNCHECKED] if _has_rules(schema) else errors
    return errors + list(_rules(obj, None, schema, ""))


def of_part(value: Any, schema: Schema) -> list[FieldError]:
    """Complaints about a value of which `schema` is the schema, as a default is."""
    return list(_check(value, schema, ""))


_BLOCKING = {
    "FieldValueNotSupported",
    "FieldValueRequired",
    "FieldValueTooLong",
    "FieldValueTooMany",
    "FieldValueTypeInvalid",
}
"""Complaints after which rules are not looked at."""
_UNCHECKED = FieldError(
    "<nil>",
    "FieldValueInvalid",
    "Invalid value: null: some validation rules were not checked because the object was invalid; "
    "correct the existing errors to complete validation",
)


def _has_rules(schema: Any) -> bool:
    """Whether a schema has rules anywhere."""
    if isinstance(schema, list):
        return any(map(_has_rules, schema))
    return isinstance(schema, dict) and ("x-kubernetes-validations" in schema or any(map(_has_rules, schema.values())))


def transition(new: Obj, old: Obj, schema: Schema) -> list[FieldError]:
    """Complaints of rules that use `oldSelf`."""
    return list(_rules(new, old, schema, ""))


def _without_typed(schema: Schema) -> Schema:
    typed = ("apiVersion", "kind", "metadata")
    return {key: value for key, value in (schema.get("properties") or {}).items() if key not in typed}


def _required(schema: Schema) -> list[str]:
    return [name for name in schema.get("required") or [] if name not in ("apiVersion", "kind", "metadata")]


def _check(value: Any, schema: Schema, path: str) -> Iterator[FieldError]:
    if value is None and schema.get("nullable"):
        return
    if wrong := _wrong_type(value, schema, path):
        yield wrong
        return
    yield from _enumerated(value, schema, path)
    if isinstance(value, dict):
        yield from _object(value, schema, path)
    elif isinstance(value, list):
        yield from _array(value, schema, path)
    elif isinstance(value, str):
        yield from _text(value, schema, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _number(value, schema, path)
    yield from _combined(value, schema, path)


def _wrong_type(value: Any, schema: Schema, path: str) -> FieldError | None:
    kind = schema.get("type")
    if schema.get(_INT_OR_STRING):
        fits = isinstance(value, int | str) and not isinstance(value, bool)
        kind = "integer,string"
    elif not kind:
        return None
    else:
        fits = isinstance(value, _TYPES.get(kind, (object,))) and (kind == "boolean" or not isinstance(value, bool))
    if fits:
        return None
    found = _name_of(value)
    detail = f"{path} in body must be of type {kind}: {quoted(found)}"
    return FieldError(path, "FieldValueTypeInvalid", f"Invalid value: {quoted(found)}: {detail}")


def _name_of(value: Any) -> str:
    for name, kinds in (("boolean", bool), ("integer", int), ("number", float), ("string", str), ("array", list)):
        if isinstance(value, kinds):
            return name
    return "object" if isinstance(value, dict) else "null"


def _enumerated(value: Any, schema: Schema, path: str) -> Iterator[FieldError]:
    choices = schema.get("enum")
    if choices is not None and value not in choices:
        yield unsupported(path, value, [str(choice) for choice in choices])


def _object(value: Obj, schema: Schema, path: str) -> Iterator[FieldError]:
    known, extra = schema.get("properties") or {}, schema.get("additionalProperties")
    if schema.get("x-kubernetes-embedded-resource"):
        yield from (required(_under(path, name)) for name in ("apiVersion", "kind") if not value.get(name))
    for name in schema.get("required") or []:
        if name not in value:
            yield required(_under(path, name))
    count = len(value)
    if count < schema.get("minProperties", 0):
        detail = f"{path} in body should have at least {schema['minProperties']} properties"
        yield invalid(path, count, detail)
    if count > schema.get("maxProperties", count):
        yield too_many(path, count, schema["maxProperties"])
    for key, item in value.items():
        inner = known.get(key, extra if isinstance(extra, dict) else None)
        if inner is not None:
            yield from _check(item, inner, _under(path, key) if key in known else f"{path}.{key}")


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _array(value: list[Any], schema: Schema, path: str) -> Iterator[FieldError]:
    count = len(value)
    if count < schema.get("minItems", 0):
        yield invalid(path, count, f"{path} in body should have at least {schema['minItems']} items")
    if count > schema.get("maxItems", count):
        yield too_many(path, count, schema["maxItems"])
    items = schema.get("items") or {}
    for index, item in enumerate(value):
        yield from _check(item, items, f"{path}[{index}]")
    yield from _twice(value, schema, path)


def _twice(value: list[Any], schema: Schema, path: str) -> Iterator[FieldError]:
    kind, keys = schema.get("x-kubernetes-list-type"), schema.get("x-kubernetes-list-map-keys") or []
    if kind not in ("set", "map"):
        return
    seen: list[Any] = []
    for index, item in enumerate(value):
        mark = {key: item.get(key) for key in keys} if kind == "map" and isinstance(item, dict) else item
        if mark in seen:
            yield duplicate(f"{path}[{index}]", mark)
        seen.append(mark)


_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_FORMATS = {
    "date-time": _DATE_TIME,
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"),
    "ipv4": re.compile(r"(\d{1,3}\.){3}\d{1,3}"),
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
    "uri": re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:|/).*"),
    "byte": re.compile(r"[A-Za-z0-9+/]*={0,2}"),
}


def _text(value: str, schema: Schema, path: str) -> Iterator[FieldError]:
    if len(value) < schema.get("minLength", 0):
        yield invalid(path, value, f"{path} in body should be at least {schema['minLength']} chars long")
    if len(value) > schema.get("maxLength", len(value)):
        yield too_long(path, schema["maxLength"])
    pattern = schema.get("pattern")
    if pattern and not _matches(pattern, value):
        yield invalid(path, value, f"{path} in body should match '{pattern}'")
    form = _FORMATS.get(schema.get("format", ""))
    if form and not form.fullmatch(value):
        detail = f"{path} in body must be of type {schema['format']}: {quoted(value)}"
        yield replace(invalid(path, value, detail), reason="FieldValueTypeInvalid")


def _matches(pattern: str, value: str) -> bool:
    import re2

    try:
        return re2.search(pattern, value) is not None
    except re2.error:
        return True


def _number(value: float, schema: Schema, path: str) -> Iterator[FieldError]:
    low, high, step = schema.get("minimum"), schema.get("maximum"), schema.get("multipleOf")
    if low is not None and (value < low or (value == low and schema.get("exclusiveMinimum"))):
        word = "greater than" if schema.get("exclusiveMinimum") else "greater than or equal to"
        yield invalid(path, value, f"{path} in body should be {word} {low}")
    if high is not None and (value > high or (value == high and schema.get("exclusiveMaximum"))):
        word = "less than" if schema.get("exclusiveMaximum") else "less than or equal to"
        yield invalid(path, value, f"{path} in body should be {word} {high}")
    if step and value % step:
        yield invalid(path, value, f"{path} in body should be a multiple of {step}")


def _combined(value: Any, schema: Schema, path: str) -> Iterator[FieldError]:
    for inner in schema.get("allOf") or []:
        yield from _check(value, inner, path)
    one, some = schema.get("oneOf"), schema.get("anyOf")
    if one is not None:
        fitting = sum(not list(_check(value, inner, path)) for inner in one)
        if fitting != 1:
            found = "none valid" if not fitting else f"{fitting} valid alternatives"
            yield _combination(path, f'"{path}" must validate one and only one schema (oneOf). Found {found}')
    if some is not None and all(list(_check(value, inner, path)) for inner in some):
        yield _combination(path, f'"{path}" must validate at least one schema (anyOf)')
    if (banned := schema.get("not")) is not None and not list(_check(value, banned, path)):
        yield _combination(path, f'"{path}" must not validate the schema (not)')


def _combination(path: str, detail: str) -> FieldError:
    return FieldError(path, "FieldValueInvalid", f'Invalid value: "": {detail}')


def _rules(value: Any, old: Any, schema: Schema, path: str) -> Iterator[FieldError]:
    """The `x-kubernetes-validations` of a schema and of all that is below it.

    Without `old`, the rules that do not mention `oldSelf`; with it, those that do.
    """
    from oakum.lab.api.custom.rules import broken

    yield from broken(value, old, schema, path)
    if isinstance(value, dict):
        known, extra = schema.get("properties") or {}, schema.get("additionalProperties")
        for key, item in value.items():
            inner = known.get(key, extra if isinstance(extra, dict) else None)
            if isinstance(inner, dict):
                before = old.get(key) if isinstance(old, dict) else None
                if old is None or before is not None:
                    yield from _rules(item, before, inner, _under(path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            before = _counterpart(item, old, schema)
            if old is None or before is not None:
                yield from _rules(item, before, schema.get("items") or {}, f"{path}[{index}]")


def _counterpart(item: Any, old: Any, schema: Schema) -> Any:
    """The stored item with the same keys, for lists that are maps."""
    keys = schema.get("x-kubernetes-list-map-keys") or []
    if not keys or not isinstance(old, list):
        return None
    return next((each for each in old if all(each.get(key) == item.get(key) for key in keys)), None)
