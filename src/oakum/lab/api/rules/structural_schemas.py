"""Whether the schema of a custom resource is structural and makes sense (apiextensions: structural schemas)."""

import re
from collections.abc import Iterator
from dataclasses import replace

from oakum.lab.api.custom import expressions, validation
from oakum.lab.api.gojson import go_struct
from oakum.lab.api.status import FieldError, invalid, required, unsupported
from oakum.lab.store import Obj

_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_FORMATS = frozenset((
    "bsonobjectid", "uri", "email", "hostname", "ipv4", "ipv6", "cidr", "mac", "uuid", "uuid3", "uuid4", "uuid5",
    "isbn", "isbn10", "isbn13", "creditcard", "ssn", "hexcolor", "rgbcolor", "byte", "password", "date", "duration",
    "datetime",
    "date-time", "int32", "int64", "float", "double", "k8s-short-name", "k8s-long-name",
))  # fmt: skip
_PRESERVE, _EMBEDDED = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_BELOW_COMBINED = ("type", "default", "title", "description", "nullable")
_RULE = ("Rule", "Message", "MessageExpression", "Reason", "FieldPath", "OptionalOldSelf")


def problems(schema: Obj, path: str, root: bool = False) -> Iterator[FieldError]:
    """Complaints about a schema; `root` says that it is that of a whole object."""
    kind = schema.get("type")
    yield from _forbidden(schema, path)
    if root and kind != "object":
        at = f"{path}.type"
        yield invalid(at, kind, "must be object at the root") if kind else required(at, "must not be empty at the root")
    elif kind and kind not in _TYPES:
        yield unsupported(f"{path}.type", kind, list(_TYPES))
    yield from _pattern(schema, path)
    yield from _lists(schema, path)
    for name, inner in (schema.get("properties") or {}).items():
        if not (root and name == "metadata"):
            yield from problems(inner, f"{path}.properties[{name}]")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from problems(schema[key], f"{path}.{key}")
    yield from _combined(schema, path)
    if not (root or kind or schema.get(_PRESERVE) or schema.get(_INT_OR_STRING) or schema.get("$ref")):
        yield required(f"{path}.type", "must not be empty for specified object fields")
    yield from _default(schema, path)
    yield from _rules(schema, path)


def unknown_formats(schema: Obj) -> Iterator[str]:
    """The formats in a schema that mean nothing to the server."""
    stated = schema.get("format")
    if stated and stated.replace("-", "") not in _FORMATS and stated not in _FORMATS:
        yield stated
    below = [*(schema.get("properties") or {}).values(), schema.get("items"), schema.get("additionalProperties")]
    for inner in below:
        if isinstance(inner, dict):
            yield from unknown_formats(inner)


def _forbidden(schema: Obj, path: str) -> Iterator[FieldError]:
    if schema.get("uniqueItems"):
        detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield _no(f"{path}.uniqueItems", detail)
    if schema.get("$ref"):
        yield _no(f"{path}.$ref", "$ref is not supported")
    if schema.get("properties") and schema.get("additionalProperties"):
        yield _no(f"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive")
    if schema.get(_PRESERVE) is False:
        yield invalid(f"{path}.{_PRESERVE}", False, "must be true or undefined")
    if schema.get(_EMBEDDED) and not schema.get("properties") and not schema.get(_PRESERVE):
        detail = f"must not be empty if {_EMBEDDED} is true without {_PRESERVE}"
        yield required(f"{path}.properties", detail)


def _pattern(schema: Obj, path: str) -> Iterator[FieldError]:
    from oakum.goregexp import compiled

    if not schema.get("pattern"):
        return
    try:
        compiled(schema["pattern"])
    except ValueError as error:
        detail = f"must be a valid regular expression, but isn't: {error}"
        yield invalid(f"{path}.pattern", schema["pattern"], detail)


def _lists(schema: Obj, path: str) -> Iterator[FieldError]:
    items = schema.get("items")
    if schema.get("type") == "array" and not items:
        yield required(f"{path}.items", "must be specified")
    if schema.get("x-kubernetes-list-type") != "map":
        return
    keys = schema.get("x-kubernetes-list-map-keys") or []
    if not keys:
        yield required(f"{path}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map")
    items = items if isinstance(items, dict) else {}
    for key in keys:
        known = (items.get("properties") or {}).get(key) or {}
        if known and "default" not in known and key not in (items.get("required") or []):
            so = "so it must have a default or be a required property"
            detail = f"this property is in x-kubernetes-list-map-keys, {so}"
            yield required(f"{path}.items.properties[{key}].default", detail)


def _combined(schema: Obj, path: str) -> Iterator[FieldError]:
    """Below the words of logic only values are restricted, and nothing is said about the structure."""
    for word in ("allOf", "anyOf", "oneOf"):
        for index, inner in enumerate(schema.get(word) or []):
            if word != "allOf" and schema.get(_INT_OR_STRING):
                continue
            for name in _BELOW_COMBINED:
                if inner.get(name):
                    yield _no(f"{path}.{word}[{index}].{name}", "must be empty to be structural")


def _default(schema: Obj, path: str) -> Iterator[FieldError]:
    if schema.get("default") is None:
        return
    for error in validation.of_part(schema["default"], schema):
        below = f".{error.path}" if error.path and not error.path.startswith("[") else error.path
        yield replace(error, path=f"{path}.default{below}")


def _rules(schema: Obj, path: str) -> Iterator[FieldError]:
    for index, rule in enumerate(schema.get("x-kubernetes-validations") or []):
        at = f"{path}.x-kubernetes-validations[{index}].rule"
        if not rule.get("rule", "").strip():
            yield required(at, "rule is not specified")
            continue
        try:
            expressions.compiled(rule["rule"])
        except expressions.NotCovered:
            continue
        except expressions.ExpressionError as error:
            yield invalid(at, _shown(rule), f"compilation failed: ERROR: {error}")
            continue
        if found := _undefined(schema, rule["rule"]):
            source, column = " ".join(rule["rule"].split("\n")), found.start() + 1
            where = f"<input>:1:{column}: undefined field '{found[1]}'\n | {source}\n | {'.' * (column - 1)}^"
            yield invalid(at, _shown(rule), f"compilation failed: ERROR: {where}")


_TEXT = re.compile(r"""[rb]?"(?:\\.|[^"\\])*"|[rb]?'(?:\\.|[^'\\])*'""")
_SELF = re.compile(r"\b(?:self|oldSelf)\b")
_STEP = re.compile(r"\.([A-Za-z_]\w*)\b(?!\s*\()")


def _undefined(schema: Obj, rule: str) -> re.Match[str] | None:
    """The first step from `self` to a field that the schema does not have."""
    plain = _TEXT.sub(lambda found: " " * len(found[0]), rule)
    for begin in _SELF.finditer(plain):
        place, at = schema, begin.end()
        while (step := _STEP.match(plain, at)) and place.get("type") == "object" and not _open(place):
            known = place.get("properties") or {}
            name = step[1]
            if name not in known and not name.startswith("__"):
                return step
            place, at = known.get(name) or {}, step.end()
    return None


def _open(schema: Obj) -> bool:
    """Whether an object may have fields that its schema does not name."""
    return bool(schema.get("additionalProperties") or schema.get(_PRESERVE) or schema.get(_EMBEDDED))


def _shown(rule: Obj) -> Obj:
    return go_struct({"message": "", "messageExpression": "", "fieldPath": "", **rule}, *_RULE)


def _no(path: str, detail: str) -> FieldError:
    return FieldError(path, "FieldValueForbidden", f"Forbidden: {detail}")
