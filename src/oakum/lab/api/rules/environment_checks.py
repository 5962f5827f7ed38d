"""Validation of a container's environment, with the messages of the real server."""

import re
from collections.abc import Iterator

from oakum.lab.api import names
from oakum.lab.api.rules import resource_checks
from oakum.lab.api.rules.values import named, required_text
from oakum.lab.api.status import FieldError, invalid, not_found_value, required, unsupported
from oakum.lab.store import Obj

_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_FIELDS = {
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP",
    "status.hostIPs", "status.podIP", "status.podIPs",
}  # fmt: skip
_OTHERS = {"spec.restartPolicy", "spec.schedulerName", "spec.hostNetwork", "status.phase", "status.nominatedNodeName"}
"""Fields that can be selected by, and not referred to."""
_MAPS = ("metadata.annotations", "metadata.labels")
_SUBSCRIPT = re.compile(r"(.*)\['(.*)'\]")


def environment(variables: list[Obj], path: str, volumes: set[str]) -> Iterator[FieldError]:
    """Complaints about a container's variables; `volumes` are the names of its pod's."""
    for index, variable in enumerate(variables):
        at = f"{path}[{index}]"
        yield from named(names.env_name, variable.get("name"), f"{at}.name")
        if variable.get("valueFrom") is not None:
            yield from _value_from(variable, f"{at}.valueFrom", volumes)


def _value_from(variable: Obj, at: str, volumes: set[str]) -> Iterator[FieldError]:
    source = variable["valueFrom"]
    chosen = [key for key in _SOURCES if source.get(key) is not None]
    if source.get("fieldRef") is not None:
        yield from field_path(source["fieldRef"], f"{at}.fieldRef", _FIELDS)
    if source.get("resourceFieldRef") is not None:
        yield from resource_checks.field(source["resourceFieldRef"], f"{at}.resourceFieldRef", container=True)
    for key in ("configMapKeyRef", "secretKeyRef"):
        if source.get(key) is not None:
            name = source[key].get("name") or ""
            yield from (invalid(f"{at}.{key}.name", name, problem) for problem in names.subdomain(name))
            yield from named(names.config_key, source[key].get("key"), f"{at}.{key}.key")
    if source.get("fileKeyRef") is not None:
        yield from required_text(source["fileKeyRef"], f"{at}.fileKeyRef", "key", "volumeName", "path")
        volume = source["fileKeyRef"].get("volumeName") or ""
        if volume not in volumes:
            yield not_found_value(f"{at}.fileKeyRef.volumeName", volume)
    if variable.get("value"):
        yield invalid(at, "", "may not be specified when `value` is not empty")
    if not chosen:
        known = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        yield invalid(at, "", f"must specify one of: {known}")
    elif len(chosen) > 1:
        yield invalid(at, "", "may not have more than one field specified at a time")


def field_path(reference: Obj, at: str, known: set[str]) -> Iterator[FieldError]:
    """Complaints about a reference to a field of the pod; annotations and labels take a key in brackets."""
    path, version = reference.get("fieldPath") or "", reference.get("apiVersion") or ""
    if not path:
        yield required(f"{at}.fieldPath")
        return
    subscript = _SUBSCRIPT.fullmatch(path)
    base, key = subscript.groups() if subscript else (path, None)
    wrong = ""
    if version != "v1":
        wrong = f"unsupported pod version: {version}"
    elif key is not None and base not in _MAPS:
        wrong = f"field label does not support subscript: {path}"
    elif key is None and base not in _FIELDS | _OTHERS | set(_MAPS):
        wrong = f"field label not supported: {path}"
    if wrong:
        yield invalid(f"{at}.fieldPath", path, f"error converting fieldPath: {wrong}")
    elif key is not None:
        folded = key.lower() if base == "metadata.annotations" else key
        yield from (invalid(at, key, problem) for problem in names.qualified(folded))
    elif path not in known:
        yield unsupported(f"{at}.fieldPath", path, sorted(known))


def environments(sources: list[Obj], path: str) -> Iterator[FieldError]:
    """Complaints about ConfigMaps and Secrets that become variables as a whole."""
    for index, source in enumerate(sources):
        if source.get("prefix"):
            problems = names.env_name(source["prefix"])
            yield from (invalid(f"{path}[{index}].prefix", source["prefix"], problem) for problem in problems)
        chosen = [key for key in ("configMapRef", "secretRef") if source.get(key) is not None]
        for key in chosen:
            yield from named(names.subdomain, source[key].get("name"), f"{path}[{index}].{key}.name")
        if not chosen:
            yield invalid(path, "", "must specify one of: `configMapRef` or `secretRef`")
        elif len(chosen) > 1:
            yield invalid(path, "", "may not have more than one field specified at a time")


