"""CustomResourceDefinitions: defaults and validation."""

from collections.abc import Callable

from oakum.lab.api import names
from oakum.lab.api.gojson import go_struct
from oakum.lab.api.rules import structural_schemas
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import default, items, named, one_of
from oakum.lab.api.status import FieldError, invalid, required
from oakum.lab.store import Obj

KEY = "customresourcedefinitions.apiextensions.k8s.io"
_PROTECTED = ("k8s.io", "kubernetes.io")
_APPROVED = "api-approved.kubernetes.io"


def _default(obj: Obj) -> None:
    spec = obj["spec"]
    kind = spec["names"].get("kind") or ""
    if kind:
        default(spec["names"], singular=kind.lower(), listKind=f"{kind}List")
    default(spec, conversion={})
    default(spec["conversion"], strategy="None")


def _start(obj: Obj) -> None:
    stored = [version.get("name") for version in items(obj["spec"], "versions") if version.get("storage")][:1]
    obj["status"] = {
        "conditions": None,
        "acceptedNames": {"kind": "", "plural": ""},
        "storedVersions": stored or None,
    }


def _named(obj: Obj) -> list[FieldError]:
    """Complaints about a new definition's name."""
    spec = obj["spec"]
    if obj["metadata"].get("resourceVersion"):
        return []
    named_so, rule = f"{spec['names'].get('plural')}.{spec.get('group')}", 'must be spec.names.plural+"."+spec.group'
    return [
        invalid(f"metadata.{key}", obj["metadata"][key], rule)
        for key in ("generateName", "name")
        if obj["metadata"].get(key) not in (None, "", named_so)
    ]


def _validate(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors = _named(obj)
    group = spec.get("group") or ""
    if not group:
        errors.append(required("spec.group"))
    elif "." not in group:
        errors.append(invalid("spec.group", group, "should be a domain with at least one dot"))
    else:
        errors += [invalid("spec.group", group, problem) for problem in names.subdomain(group)]
    if group.endswith(_PROTECTED) and _APPROVED not in (obj["metadata"].get("annotations") or {}):
        link = "https://github.com/kubernetes/enhancements/pull/1111"
        detail = f"protected groups must have approval annotation {_quoted(_APPROVED)}, see {link}"
        errors.append(required(f"metadata.annotations[{_APPROVED}]", detail))
    if not spec.get("scope"):
        errors.append(required("spec.scope"))
    else:
        errors += one_of(spec, "scope", "spec", ("Cluster", "Namespaced"))
    errors += _versions(items(spec, "versions"), spec.get("versions"))
    first = items(spec, "versions")[0].get("name") or "" if items(spec, "versions") else ""
    errors += [invalid("spec.version", first, problem) for problem in names.label1035(first)] if first else []
    errors += _names(spec["names"])
    errors += _parts(items(spec, "versions"))
    errors += _conversion(spec.get("conversion") or {})
    if spec.get("preserveUnknownFields"):
        instead = "set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
        detail = f"cannot set to true, {instead}"
        errors.append(invalid("spec.preserveUnknownFields", True, detail))
    if not items(obj.get("status") or {}, "storedVersions"):
        errors.append(invalid("status.storedVersions", None, "must have at least one stored version"))
    else:
        stored = obj["status"]["storedVersions"]
        held = [each.get("name") for each in items(spec, "versions") if each.get("storage")]
        for version in [name for name in held if name not in stored]:
            errors.append(invalid("status.storedVersions", stored, f"must have the storage version {version}"))
    return errors


def _conversion(conversion: Obj) -> list[FieldError]:
    errors = one_of(conversion, "strategy", "spec.conversion", ("None", "Webhook"))
    webhook = conversion.get("webhook") or {}
    if conversion.get("strategy") == "Webhook":
        if not webhook.get("clientConfig"):
            detail = "required when strategy is set to Webhook"
            errors.append(required("spec.conversion.webhookClientConfig", detail))
        if not webhook.get("conversionReviewVersions"):
            errors.append(required("spec.conversion.conversionReviewVersions"))
    return errors


def _parts(versions: list[Obj]) -> list[FieldError]:
    """Complaints about columns, scales and selectable fields. Those that all versions share are shown once, in spec."""
    errors: list[FieldError] = []
    for key, check in _CHECKED.items():
        stated = [version.get(key) for version in versions]
        shared = bool(versions) and all(each == stated[0] for each in stated)
        for index, version in enumerate(versions[:1] if shared else versions):
            at = "spec" if shared and key != "selectableFields" else f"spec.versions[{index}]"
            errors += check(version, "spec" if shared else at) if version.get(key) else []
    return errors


_SIMPLE = "must be a simple json path starting with ."


def _path(value: str | None, at: str) -> list[FieldError]:
    if not value:
        return [required(at)]
    return [] if value.startswith(".") else [invalid(at, value, _SIMPLE)]


def _scale(version: Obj, at: str) -> list[FieldError]:
    scale = version["subresources"].get("scale")
    if scale is None:
        return []
    at = f"{at}.subresources.scale"
    errors = _path(scale.get("specReplicasPath"), f"{at}.specReplicasPath")
    return errors + _path(scale.get("statusReplicasPath"), f"{at}.statusReplicasPath")


def _columns(version: Obj, at: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, column in enumerate(version["additionalPrinterColumns"]):
        where, kind = f"{at}.additionalPrinterColumns[{index}]", column.get("type") or ""
        errors += [] if column.get("name") else [required(f"{where}.name")]
        if not kind:
            errors.append(required(f"{where}.type", f"must be one of {','.join(_COLUMN_TYPES)}"))
        elif kind not in _COLUMN_TYPES:
            errors.append(invalid(f"{where}.type", kind, f"must be one of {','.join(_COLUMN_TYPES)}"))
        errors += _path(column.get("jsonPath"), f"{where}.JSONPath")
    return errors


_COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")


def _selectable(version: Obj, at: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, field in enumerate(version["selectableFields"]):
        place: Obj = (version.get("schema") or {}).get("openAPIV3Schema") or {}
        for step in (field.get("jsonPath") or "").lstrip(".").split("."):
            place = (place.get("properties") or {}).get(step) or {}
        if place.get("type") not in ("string", "integer", "boolean"):
            detail = "is an invalid path: does not refer to a valid field"
            errors.append(invalid(f"{at}.selectableFields[{index}].jsonPath", field.get("jsonPath"), detail))
    return errors


_CHECKED: dict[str, Callable[[Obj, str], list[FieldError]]] = {
    "subresources": _scale,
    "additionalPrinterColumns": _columns,
    "selectableFields": _selectable,
}


def _names(found: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    for key in ("plural", "singular"):
        errors += named(names.label1035, found.get(key), f"spec.names.{key}")
    for key in ("kind", "listKind"):
        name, at = found.get(key) or "", f"spec.names.{key}"
        mixed = "may have mixed case, but should otherwise match: "
        problems = names.label1035(name.lower())
        errors += [invalid(at, name, mixed + problem) for problem in problems] if name else [required(at)]
    for index, name in enumerate(items(found, "shortNames")):
        errors += [invalid(f"spec.names.shortNames[{index}]", name, problem) for problem in names.label1035(name)]
    for index, name in enumerate(items(found, "categories")):
        errors += [invalid(f"spec.names.categories[{index}]", name, problem) for problem in names.label1035(name)]
    return errors


def _quoted(text: str) -> str:
    return f'"{text}"'


def _versions(versions: list[Obj], stated: list[Obj] | None) -> list[FieldError]:
    errors: list[FieldError] = []
    stored = [version for version in versions if version.get("storage")]
    if len(stored) != 1:
        detail = "must have exactly one version marked as storage version"
        shown = [_internal(each, _shared(versions)) for each in versions]
        errors.append(invalid("spec.versions", stated and shown, detail))
    seen: set[str] = set()
    for index, version in enumerate(versions):
        at = f"spec.versions[{index}]"
        errors += named(names.label1035, version.get("name"), f"{at}.name")
        if version.get("name") in seen:
            shown = [_internal(each, _shared(versions)) for each in versions]
            errors.append(invalid("spec.versions", shown, "must contain unique version names"))
        seen.add(version.get("name") or "")
        schema = (version.get("schema") or {}).get("openAPIV3Schema")
        if schema is None:
            errors.append(required(f"{at}.schema.openAPIV3Schema"))
        elif not _shared(versions):
            errors += structural_schemas.problems(schema, f"{at}.schema.openAPIV3Schema", root=True)
    if _shared(versions):
        schema = versions[0]["schema"]["openAPIV3Schema"]
        errors += structural_schemas.problems(schema, "spec.validation.openAPIV3Schema", root=True)
    return errors


def _shared(versions: list[Obj]) -> bool:
    """Whether all versions have the same schema: the server's internal type then has it once, in spec.validation."""
    schemas = [(version.get("schema") or {}).get("openAPIV3Schema") for version in versions]
    return bool(schemas) and schemas[0] is not None and all(schema == schemas[0] for schema in schemas)


_PARTS = ("Schema", "Subresources", "AdditionalPrinterColumns", "SelectableFields")


def _internal(version: Obj, shared: bool) -> Obj:
    """A version in a message."""
    flags = {key: bool(version.get(key)) for key in ("served", "storage", "deprecated")}
    shown = {**version, **flags, "schema": None if shared else version.get("schema")}
    return go_struct(shown, "Name", "Served", "Storage", "Deprecated", "DeprecationWarning", *_PARTS)


def _compare(new: Obj, old: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    for key in ("group", "scope"):
        if new["spec"].get(key) != old["spec"].get(key):
            errors.append(invalid(f"spec.{key}", new["spec"].get(key), "field is immutable"))
    for key in ("plural", "kind"):
        if new["spec"]["names"].get(key) != old["spec"]["names"].get(key):
            errors.append(invalid(f"spec.names.{key}", new["spec"]["names"].get(key), "field is immutable"))
    declared = {version.get("name") for version in items(new["spec"], "versions")}
    for index, version in enumerate(items(old.get("status") or {}, "storedVersions")):
        if version not in declared:
            must = "must remain in spec.versions until a storage migration ensures no data remains persisted in"
            detail = f"missing from spec.versions; {version} was previously a storage version, and {must} {version}"
            detail += f" and removes {version} from status.storedVersions"
            errors.append(invalid(f"status.storedVersions[{index}]", version, detail))
    return errors


RULES = {
    KEY: Rules(
        default=_default,
        start=_start,
        validate=_validate,
        compare=_compare,
        generation=True,
        strict=False,
    )
}
