"""Validation of containers, with the messages of the real server."""

from typing import Any

from oakum.lab.api import names
from oakum.lab.api.gojson import go_struct
from oakum.lab.api.rules.values import (
    PROTOCOLS,
    amount,
    items,
    named,
    not_negative,
    one_of,
    port,
    port_or_name,
    unique,
)
from oakum.lab.api.status import FieldError, forbidden, invalid, not_found_value, required
from oakum.lab.store import Obj

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_POLICIES = ("Always", "IfNotPresent", "Never")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_FIELDS = {
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP",
    "status.hostIPs", "status.podIP", "status.podIPs",
}  # fmt: skip
_STANDARD = ("cpu", "memory", "ephemeral-storage")
_CONTEXT = (
    "Capabilities", "Privileged", "SELinuxOptions", "WindowsOptions", "RunAsUser", "RunAsGroup", "RunAsNonRoot",
    "ReadOnlyRootFilesystem", "AllowPrivilegeEscalation", "ProcMount", "SeccompProfile", "AppArmorProfile",
)  # fmt: skip


def container(spec: Obj, path: str, volumes: set[Any]) -> list[FieldError]:
    """Complaints about a container of a pod with these volumes, but for its probes."""
    errors = named(names.label, spec.get("name"), f"{path}.name")
    image = spec.get("image")
    if not image:
        errors.append(required(f"{path}.image"))
    elif image != image.strip():
        errors.append(invalid(f"{path}.image", image, "must not have leading or trailing whitespace"))
    errors += one_of(spec, "terminationMessagePolicy", path, ("File", "FallbackToLogsOnError"))
    errors += _ports(items(spec, "ports"), f"{path}.ports")
    errors += _environment(items(spec, "env"), f"{path}.env")
    errors += _environments(items(spec, "envFrom"), f"{path}.envFrom")
    errors += _mounts(items(spec, "volumeMounts"), f"{path}.volumeMounts", volumes)
    errors += one_of(spec, "imagePullPolicy", path, _POLICIES)
    errors += resources(spec.get("resources") or {}, f"{path}.resources")
    return errors + _context(spec.get("securityContext") or {}, f"{path}.securityContext")


def hooks(spec: Obj, path: str) -> list[FieldError]:
    """Complaints about a container's life cycle hooks and probes."""
    errors: list[FieldError] = []
    for key in ("postStart", "preStop"):
        hook = (spec.get("lifecycle") or {}).get(key)
        if hook is not None:
            errors += _handler(hook, f"{path}.lifecycle.{key}")
    for key in PROBES:
        if spec.get(key) is not None:
            errors += _probe(spec[key], f"{path}.{key}", key)
    return errors


def _ports(ports: list[Obj], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, each in enumerate(ports):
        at = f"{path}[{index}]"
        if each.get("name"):
            errors += [invalid(f"{at}.name", each["name"], problem) for problem in names.port_name(each["name"])]
        if not each.get("containerPort"):
            errors.append(required(f"{at}.containerPort"))
        else:
            errors += port(each["containerPort"], f"{at}.containerPort")
        if each.get("hostPort"):
            errors += port(each["hostPort"], f"{at}.hostPort")
        errors += one_of(each, "protocol", at, PROTOCOLS)
    return errors + unique((f"{path}[{i}].name", each.get("name")) for i, each in enumerate(ports))


def _environment(variables: list[Obj], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, variable in enumerate(variables):
        at = f"{path}[{index}]"
        errors += named(names.env_name, variable.get("name"), f"{at}.name")
        if variable.get("valueFrom") is not None:
            errors += _value_from(variable, f"{at}.valueFrom")
    return errors


def _value_from(variable: Obj, at: str) -> list[FieldError]:
    source = variable["valueFrom"]
    chosen = [key for key in _SOURCES if source.get(key) is not None]
    errors: list[FieldError] = []
    for key in ("configMapKeyRef", "secretKeyRef"):
        if source.get(key) is not None:
            errors += named(names.config_key, source[key].get("key"), f"{at}.{key}.key")
    if source.get("fieldRef") is not None:
        errors += field_path(source["fieldRef"], f"{at}.fieldRef", _FIELDS)
    if variable.get("value"):
        errors.append(invalid(at, "", "may not be specified when `value` is not empty"))
    if not chosen:
        known = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        errors.append(invalid(at, "", f"must specify one of: {known}"))
    elif len(chosen) > 1:
        errors.append(invalid(at, "", "may not have more than one field specified at a time"))
    return errors


def field_path(reference: Obj, at: str, known: set[str]) -> list[FieldError]:
    """Complaints about a reference to a field of the pod; annotations and labels take a key in brackets."""
    path = reference.get("fieldPath")
    if not path:
        return [required(f"{at}.fieldPath")]
    if path in known or path.partition("[")[0] in ("metadata.annotations", "metadata.labels"):
        return []
    detail = f"error converting fieldPath: field label not supported: {path}"
    return [invalid(f"{at}.fieldPath", path, detail)]


def _environments(sources: list[Obj], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, source in enumerate(sources):
        if source.get("prefix"):
            problems = names.env_name(source["prefix"])
            errors += [invalid(f"{path}[{index}].prefix", source["prefix"], problem) for problem in problems]
        chosen = [key for key in ("configMapRef", "secretRef") if source.get(key) is not None]
        errors += [required(f"{path}[{index}].{key}.name") for key in chosen if not source[key].get("name")]
        if not chosen:
            errors.append(invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"))
        elif len(chosen) > 1:
            errors.append(invalid(path, "", "may not have more than one field specified at a time"))
    return errors


def _mounts(mounts: list[Obj], path: str, volumes: set[Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    taken: set[str] = set()
    for index, mount in enumerate(mounts):
        at, place = f"{path}[{index}]", mount.get("mountPath")
        if not mount.get("name"):
            errors.append(required(f"{at}.name"))
        elif mount["name"] not in volumes:
            errors.append(not_found_value(f"{at}.name", mount["name"]))
        if not place:
            errors.append(required(f"{at}.mountPath"))
        elif place in taken:
            errors.append(invalid(f"{at}.mountPath", place, "must be unique"))
        taken.add(place or "")
        for key in ("subPath", "subPathExpr"):
            if mount.get(key):
                errors += relative(mount[key], f"{path}.{key}")
    return errors


def relative(text: str, path: str) -> list[FieldError]:
    """Complaints about a path that could lead out of its folder."""
    errors = [invalid(path, text, "must be a relative path")] if text.startswith("/") else []
    return [*errors, invalid(path, text, "must not contain '..'")] if ".." in text.split("/") else errors


def _handler(handler: Obj, path: str) -> list[FieldError]:
    chosen = [key for key in _HANDLERS if handler.get(key) is not None]
    errors = [forbidden(f"{path}.{key}", "may not specify more than 1 handler type") for key in chosen[1:]]
    for key in ("httpGet", "tcpSocket"):
        if handler.get(key) is not None:
            errors += port_or_name(handler[key].get("port", 0), f"{path}.{key}.port")
    errors += one_of(handler.get("httpGet") or {}, "scheme", f"{path}.httpGet", ("HTTP", "HTTPS"))
    if handler.get("exec") is not None and not handler["exec"].get("command"):
        errors.append(required(f"{path}.exec.command"))
    return errors if chosen else [required(path, "must specify a handler type")]


def _probe(probe: Obj, path: str, kind: str) -> list[FieldError]:
    counts = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
    errors = _handler(probe, path) + not_negative(probe, path, *counts)
    if kind != "readinessProbe" and probe.get("successThreshold", 1) != 1:
        errors.append(invalid(f"{path}.successThreshold", probe["successThreshold"], "must be 1"))
    return errors


def resources(wanted: Obj, path: str) -> list[FieldError]:
    """Complaints about requests and limits."""
    errors: list[FieldError] = []
    limits, requests = wanted.get("limits") or {}, wanted.get("requests") or {}
    for key, amounts in (("limits", limits), ("requests", requests)):
        for name, value in amounts.items():
            errors += _resource_name(name, f"{path}.{key}[{name}]")
            if key == "requests" and name in limits and amount(value) > amount(limits[name]):
                detail = f"must be less than or equal to {name} limit of {limits[name]}"
                errors.append(invalid(f"{path}.requests", value, detail))
            if amount(value) < 0:
                errors.append(invalid(f"{path}.{key}[{name}]", value, "must be greater than or equal to 0"))
        # What cannot be shared has to be limited; the real server says so between the two.
        if key == "limits" and any(not _is_standard(name) and name not in limits for name in requests):
            errors.append(required(f"{path}.limits", "Limit must be set for non overcommitable resources"))
    return errors


def _is_standard(name: str) -> bool:
    return name in _STANDARD or name.startswith("hugepages-")


def _resource_name(name: str, path: str) -> list[FieldError]:
    if "/" in name:
        return [invalid(path, name, problem) for problem in names.qualified(name)]
    if _is_standard(name):
        return []
    kinds = ("a standard resource type or fully qualified", "a standard resource for containers")
    return [invalid(path, name, f"must be {kind}") for kind in kinds]


def _context(context: Obj, path: str) -> list[FieldError]:
    errors = [
        invalid(f"{path}.{key}", context[key], "must be between 0 and 2147483647, inclusive")
        for key in ("runAsUser", "runAsGroup")
        if not 0 <= (context.get(key) or 0) <= 2147483647
    ]
    if context.get("privileged") and context.get("allowPrivilegeEscalation") is False:
        detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
        errors.append(invalid(path, go_struct(context, *_CONTEXT), detail))
    return errors
