"""CustomResourceDefinitions: defaults and validation."""

from oakum.lab.api import names
from oakum.lab.api.gojson import go_struct
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
    stored = [version.get("name") for version in items(obj["spec"], "versions") if version.get("storage")]
    obj["status"] = {
        "conditions": None,
        "acceptedNames": {"kind": "", "plural": ""},
        "storedVersions": stored or None,
    }


def _validate(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    named_so, rule = f"{spec['names'].get('plural')}.{spec.get('group')}", 'must be spec.names.plural+"."+spec.group'
    errors = [
        invalid(f"metadata.{key}", obj["metadata"][key], rule)
        for key in ("generateName", "name")
        if obj["metadata"].get(key) not in (None, "", named_so)
    ]
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
    errors += _versions(items(spec, "versions"))
    first = items(spec, "versions")[0].get("name") or "" if items(spec, "versions") else ""
    errors += [invalid("spec.version", first, problem) for problem in names.label1035(first)] if first else []
    errors += _names(spec["names"])
    if not items(obj.get("status") or {}, "storedVersions"):
        errors.append(invalid("status.storedVersions", None, "must have at least one stored version"))
    return errors


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


def _versions(versions: list[Obj]) -> list[FieldError]:
    errors: list[FieldError] = []
    stored = [version for version in versions if version.get("storage")]
    if len(stored) != 1:
        detail = "must have exactly one version marked as storage version"
        shown = [_internal(each, _shared(versions)) for each in versions]
        errors.append(invalid("spec.versions", shown or None, detail))
    seen: set[str] = set()
    for index, version in enumerate(versions):
        at = f"spec.versions[{index}]"
        errors += named(names.label1035, version.get("name"), f"{at}.name")
        if version.get("name") in seen:
            errors.append(invalid("spec.versions", versions, "must contain unique version names"))
        seen.add(version.get("name") or "")
        schema = (version.get("schema") or {}).get("openAPIV3Schema")
        if schema is None:
            errors.append(required(f"{at}.schema.openAPIV3Schema"))
        elif not _shared(versions):
            errors += _structural(schema, f"{at}.schema.openAPIV3Schema", root=True)
    if _shared(versions):
        errors += _structural(versions[0]["schema"]["openAPIV3Schema"], "spec.validation.openAPIV3Schema", root=True)
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


def _structural(schema: Obj, path: str, root: bool = False) -> list[FieldError]:
    """Complaints about a schema that is not structural (apiextensions: structural schemas)."""
    errors: list[FieldError] = []
    free = schema.get("x-kubernetes-preserve-unknown-fields") or schema.get("x-kubernetes-int-or-string")
    kind = schema.get("type")
    if root and kind != "object":
        errors.append(
            invalid(f"{path}.type", kind, "must be object at the root")
            if kind
            else required(f"{path}.type", "must not be empty at the root")
        )
    if schema.get("properties") and schema.get("additionalProperties"):
        errors.append(
            FieldError(
                f"{path}.additionalProperties",
                "FieldValueForbidden",
                "Forbidden: additionalProperties and properties are mutual exclusive",
            )
        )
    if kind == "array" and not schema.get("items"):
        errors.append(required(f"{path}.items", "must be specified"))
    for name, inner in (schema.get("properties") or {}).items():
        if root and name == "metadata":
            continue
        errors += _structural(inner, f"{path}.properties[{name}]")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            errors += _structural(schema[key], f"{path}.{key}")
    if not root and not kind and not free:
        errors.append(required(f"{path}.type", "must not be empty for specified object fields"))
    return errors


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
            detail = "must appear in spec.versions"
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
