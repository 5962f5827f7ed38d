"""Validation of a pod's volumes, with the messages of the real server."""

from oakum.lab.api import names
from oakum.lab.api.rules.container_checks import field_path, relative
from oakum.lab.api.rules.values import amount, items, named
from oakum.lab.api.status import FieldError, duplicate, forbidden, invalid, required
from oakum.lab.store import Obj

_NAMES = {
    "configMap": "name",
    "secret": "secretName",
    "persistentVolumeClaim": "claimName",
    "hostPath": "path",
}
_FIELDS = {"metadata.name", "metadata.namespace", "metadata.uid"}
_MODE = "must be a number between 0 and 0777 (octal), both inclusive"


def volumes(found: list[Obj], path: str) -> list[FieldError]:
    """Complaints about volumes."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, volume in enumerate(found):
        at, name = f"{path}[{index}]", volume.get("name") or ""
        problems = named(names.label, name, f"{at}.name")
        errors += problems or ([duplicate(f"{at}.name", name)] if name in seen else [])
        seen.add(name)
        kinds = [key for key in volume if key != "name"]
        errors += [forbidden(f"{at}.{kind}", "may not specify more than 1 volume type") for kind in kinds[1:]]
        if kinds:
            errors += _source(kinds[0], volume[kinds[0]] or {}, f"{at}.{kinds[0]}")
        errors += [error for kind in kinds[1:] for error in _missing(kind, volume[kind] or {}, f"{at}.{kind}")]
    return errors


def _missing(kind: str, source: Obj, at: str) -> list[FieldError]:
    wanted = _NAMES.get(kind)
    return [required(f"{at}.{wanted}")] if wanted and not source.get(wanted) else []


def _source(kind: str, source: Obj, at: str) -> list[FieldError]:
    errors = _missing(kind, source, at)
    if kind in ("configMap", "secret"):
        return errors + _mode(source, "defaultMode", at) + _keys(source, at)
    if kind == "projected":
        errors += _mode(source, "defaultMode", at)
        for index, each in enumerate(items(source, "sources")):
            errors += _projection(each, f"{at}.sources[{index}]")
    elif kind == "downwardAPI":
        errors += _mode(source, "defaultMode", at) + _fields(source, at)
    elif kind == "emptyDir" and amount(source.get("sizeLimit")) < 0:
        errors.append(forbidden(f"{at}.sizeLimit", "SizeLimit field must be a valid resource quantity"))
    return errors


def _projection(each: Obj, at: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for kind in ("secret", "configMap"):
        if each.get(kind) is not None:
            errors += [] if each[kind].get("name") else [required(f"{at}.{kind}.name")]
            errors += _keys(each[kind], f"{at}.{kind}")
    if each.get("downwardAPI") is not None:
        errors += _fields(each["downwardAPI"], f"{at}.downwardAPI")
    if each.get("serviceAccountToken") is not None and not each["serviceAccountToken"].get("path"):
        errors.append(required(f"{at}.path"))
    return errors


def _mode(source: Obj, key: str, at: str) -> list[FieldError]:
    value = source.get(key)
    return [invalid(f"{at}.{key}", value, _MODE)] if value is not None and not 0 <= value <= 0o777 else []


def _keys(source: Obj, at: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, item in enumerate(items(source, "items")):
        here = f"{at}.items[{index}]"
        errors += [] if item.get("key") else [required(f"{here}.key")]
        errors += relative(item["path"], f"{here}.path") if item.get("path") else [required(f"{here}.path")]
        errors += _mode(item, "mode", here)
    return errors


def _fields(source: Obj, at: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for item in items(source, "items"):
        errors += relative(item["path"], f"{at}.path") if item.get("path") else [required(f"{at}.path")]
        if item.get("fieldRef") is not None:
            errors += field_path(item["fieldRef"], f"{at}.fieldRef", _FIELDS)
        elif item.get("resourceFieldRef") is None:
            errors.append(required(at, "one of fieldRef and resourceFieldRef is required"))
        errors += _mode(item, "mode", at)
    return errors
