"""Validation of pods and pod templates, with the messages of the real server."""

from typing import Any

from oakum.lab.api import names
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
from oakum.lab.api.status import FieldError, duplicate, forbidden, invalid, not_found_value, required
from oakum.lab.store import Obj, clone

_POLICIES = ("Always", "IfNotPresent", "Never")
_DNS = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_CHANGED = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def template(spec: Obj, path: str, selector: Obj | None = None) -> list[FieldError]:
    """Complaints about a PodTemplateSpec's metadata and spec."""
    metadata = spec.get("metadata") or {}
    errors = names.check_labels(metadata.get("labels"), f"{path}.labels")
    errors += names.check_annotations(metadata.get("annotations"), f"{path}.metadata.annotations")
    return errors + pod_spec(spec.get("spec") or {}, f"{path}.spec")


def pod(obj: Obj) -> list[FieldError]:
    """Complaints about a Pod."""
    return pod_spec(obj.get("spec") or {}, "spec")


def pod_spec(spec: Obj, path: str) -> list[FieldError]:
    """Complaints about a PodSpec."""
    volumes = {volume.get("name") for volume in items(spec, "volumes")}
    errors = _volumes(items(spec, "volumes"), f"{path}.volumes")
    if not spec.get("containers"):
        errors.append(required(f"{path}.containers"))
    for key in ("containers", "initContainers"):
        for index, container in enumerate(items(spec, key)):
            errors += _container(container, f"{path}.{key}[{index}]", volumes)
        errors += unique((f"{path}.{key}[{i}].name", each.get("name")) for i, each in enumerate(items(spec, key)))
    errors += _shared_names(spec, path)
    errors += one_of(spec, "restartPolicy", path, ("Always", "OnFailure", "Never"))
    errors += one_of(spec, "dnsPolicy", path, _DNS)
    errors += not_negative(spec, path, "terminationGracePeriodSeconds")
    if "activeDeadlineSeconds" in spec and not 1 <= spec["activeDeadlineSeconds"] <= 2147483647:
        detail = "must be between 1 and 2147483647, inclusive"
        errors.append(invalid(f"{path}.activeDeadlineSeconds", spec["activeDeadlineSeconds"], detail))
    errors += names.check_labels(spec.get("nodeSelector"), f"{path}.nodeSelector")
    if account := spec.get("serviceAccountName"):
        errors += named(names.subdomain, account, f"{path}.serviceAccountName")
    for index, secret in enumerate(items(spec, "imagePullSecrets")):
        if not secret.get("name"):
            errors.append(required(f"{path}.imagePullSecrets[{index}].name"))
    return errors


def _shared_names(spec: Obj, path: str) -> list[FieldError]:
    taken = {container.get("name") for container in items(spec, "containers")}
    return [
        duplicate(f"{path}.initContainers[{index}].name", each["name"])
        for index, each in enumerate(items(spec, "initContainers"))
        if each.get("name") in taken
    ]


def _volumes(volumes: list[Obj], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, volume in enumerate(volumes):
        at = f"{path}[{index}]"
        errors += named(names.label, volume.get("name"), f"{at}.name")
        kinds = [key for key in volume if key != "name"]
        if len(kinds) > 1:
            errors += [forbidden(f"{at}.{kind}", "may not specify more than 1 volume type") for kind in kinds[1:]]
        errors += _source(volume, at)
    return errors + unique((f"{path}[{i}].name", volume.get("name")) for i, volume in enumerate(volumes))


def _source(volume: Obj, path: str) -> list[FieldError]:
    wanted = (
        ("configMap", "name"),
        ("secret", "secretName"),
        ("persistentVolumeClaim", "claimName"),
        ("hostPath", "path"),
    )
    return [
        required(f"{path}.{kind}.{key}")
        for kind, key in wanted
        if isinstance(volume.get(kind), dict) and not volume[kind].get(key)
    ]


def _container(container: Obj, path: str, volumes: set[Any]) -> list[FieldError]:
    errors = named(names.label, container.get("name"), f"{path}.name")
    image = container.get("image")
    if not image:
        errors.append(required(f"{path}.image"))
    elif image != image.strip():
        errors.append(invalid(f"{path}.image", image, "must not have leading or trailing whitespace"))
    errors += _ports(items(container, "ports"), f"{path}.ports")
    errors += _environment(items(container, "env"), f"{path}.env")
    errors += _mounts(items(container, "volumeMounts"), f"{path}.volumeMounts", volumes)
    for key in ("livenessProbe", "readinessProbe", "startupProbe"):
        if container.get(key) is not None:
            errors += _probe(container[key], f"{path}.{key}", key)
    errors += one_of(container, "imagePullPolicy", path, _POLICIES)
    errors += one_of(container, "terminationMessagePolicy", path, ("File", "FallbackToLogsOnError"))
    return errors + resources(container.get("resources") or {}, f"{path}.resources")


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
        source = variable.get("valueFrom")
        if source is None:
            continue
        chosen = [key for key in _SOURCES if source.get(key) is not None]
        if variable.get("value"):
            errors.append(invalid(f"{at}.valueFrom", "", "may not be specified when `value` is not empty"))
        if not chosen:
            detail = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
            errors.append(invalid(f"{at}.valueFrom", "", detail))
        elif len(chosen) > 1:
            errors.append(invalid(f"{at}.valueFrom", "", "may not have more than one field specified at a time"))
        for key in ("configMapKeyRef", "secretKeyRef"):
            if source.get(key) is not None and not source[key].get("key"):
                errors.append(required(f"{at}.valueFrom.{key}.key"))
    return errors


def _mounts(mounts: list[Obj], path: str, volumes: set[Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, mount in enumerate(mounts):
        at = f"{path}[{index}]"
        if not mount.get("name"):
            errors.append(required(f"{at}.name"))
        elif mount["name"] not in volumes:
            errors.append(not_found_value(f"{at}.name", mount["name"]))
        if not mount.get("mountPath"):
            errors.append(required(f"{at}.mountPath"))
    paths = [mount.get("mountPath") or None for mount in mounts]
    for index, place in enumerate(paths):
        if place and place in paths[:index]:
            errors.append(invalid(f"{path}[{index}].mountPath", place, "must be unique"))
    return errors


def _probe(probe: Obj, path: str, kind: str) -> list[FieldError]:
    chosen = [key for key in _HANDLERS if probe.get(key) is not None]
    errors: list[FieldError] = []
    if not chosen:
        errors.append(required(path, "must specify a handler type"))
    errors += [forbidden(f"{path}.{key}", "may not specify more than 1 handler type") for key in chosen[1:]]
    for key in ("httpGet", "tcpSocket"):
        if probe.get(key) is not None:
            errors += port_or_name(probe[key].get("port", 0), f"{path}.{key}.port")
    if probe.get("exec") is not None and not probe["exec"].get("command"):
        errors.append(required(f"{path}.exec.command"))
    counts = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
    errors += not_negative(probe, path, *counts)
    if kind != "readinessProbe" and probe.get("successThreshold", 1) != 1:
        errors.append(invalid(f"{path}.successThreshold", probe["successThreshold"], "must be 1"))
    return errors


def resources(wanted: Obj, path: str) -> list[FieldError]:
    """Complaints about requests and limits."""
    errors: list[FieldError] = []
    limits, requests = wanted.get("limits") or {}, wanted.get("requests") or {}
    for key, amounts in (("limits", limits), ("requests", requests)):
        for name, value in amounts.items():
            if amount(value) < 0:
                errors.append(invalid(f"{path}.{key}.{name}", value, "must be greater than or equal to 0"))
    for name, value in requests.items():
        if name in limits and amount(value) > amount(limits[name]):
            detail = f"must be less than or equal to {name} limit of {limits[name]}"
            errors.append(invalid(f"{path}.requests", value, detail))
    return errors


def pod_change(new: Obj, old: Obj) -> list[FieldError]:
    """Complaints about what a pod's update changes."""
    if _fixed(new["spec"], old["spec"]) == _fixed(old["spec"], old["spec"]):
        return []
    return [forbidden("spec", _CHANGED)]


def _fixed(spec: Obj, old: Obj) -> Obj:
    """The spec without what may change: images, the deadline, further tolerations, scheduling gates taken away."""
    fixed: Obj = clone(spec)
    for key in ("containers", "initContainers"):
        for container in items(fixed, key):
            container.pop("image", None)
    for key in ("activeDeadlineSeconds", "schedulingGates"):
        fixed.pop(key, None)
    tolerations = items(old, "tolerations")
    if items(fixed, "tolerations")[: len(tolerations)] == tolerations:
        fixed["tolerations"] = tolerations
    return fixed
