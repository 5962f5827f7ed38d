"""Validation of containers, with the messages of the real server."""

import re
from collections.abc import Iterator

from oakum.lab.api import names
from oakum.lab.api.rules.environment_checks import environment, environments
from oakum.lab.api.rules.mount_checks import mounts
from oakum.lab.api.rules.resource_checks import resources
from oakum.lab.api.rules.security_checks import context
from oakum.lab.api.rules.values import (
    PROTOCOLS,
    items,
    named,
    not_negative,
    one_of,
    port,
    port_or_name,
    unique,
)
from oakum.lab.api.status import FieldError, duplicate, forbidden, invalid, required, unsupported
from oakum.lab.store import Obj

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_POLICIES = ("Always", "IfNotPresent", "Never")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
_RESTARTS = ("Always", "Never", "OnFailure")
_NO_GRACE = "must be non-negative and less than terminationGracePeriodSeconds"
_HEADER = (
    "a valid HTTP header must consist of alphanumeric characters or '-' "
    "(e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"
)


def container(spec: Obj, path: str, pod: Obj) -> Iterator[FieldError]:
    """Complaints about a container of a pod, but for its probes."""
    volumes = {volume.get("name") or "": volume for volume in items(pod, "volumes")}
    yield from named(names.label, spec.get("name"), f"{path}.name")
    image = spec.get("image")
    if not image:
        yield required(f"{path}.image")
    elif image != image.strip():
        yield invalid(f"{path}.image", image, "must not have leading or trailing whitespace")
    yield from one_of(spec, "terminationMessagePolicy", path, ("File", "FallbackToLogsOnError"))
    yield from _ports(items(spec, "ports"), f"{path}.ports")
    yield from environment(items(spec, "env"), f"{path}.env", set(volumes))
    yield from environments(items(spec, "envFrom"), f"{path}.envFrom")
    yield from mounts(spec, path, volumes)
    yield from one_of(spec, "imagePullPolicy", path, _POLICIES)
    yield from resources(spec.get("resources") or {}, f"{path}.resources")
    yield from _resizing(items(spec, "resizePolicy"), f"{path}.resizePolicy", pod.get("restartPolicy"))
    yield from context(spec.get("securityContext") or {}, f"{path}.securityContext", pod)


def restarts(spec: Obj, path: str) -> Iterator[FieldError]:
    """Complaints about when a container starts again."""
    yield from one_of(spec, "restartPolicy", path, _RESTARTS)
    rules = items(spec, "restartPolicyRules")
    if rules and spec.get("restartPolicy") is None:
        yield required(f"{path}.restartPolicy", "must specify restartPolicy when restart rules are used")
    for index, rule in enumerate(rules):
        at, codes = f"{path}.restartPolicyRules[{index}]", rule.get("exitCodes")
        if rule.get("action") not in ("Restart", "RestartAllContainers"):
            yield unsupported(f"{at}.action", rule.get("action") or "", ["Restart", "RestartAllContainers"])
        if codes is None:
            yield required(f"{at}.exitCodes", "must be specified")
        elif codes.get("operator") not in ("In", "NotIn"):
            yield unsupported(f"{at}.exitCodes.operator", codes.get("operator") or "", ["In", "NotIn"])


def _resizing(policies: list[Obj], path: str, restart: str | None) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, each in enumerate(policies):
        name, policy = each.get("resourceName") or "", each.get("restartPolicy") or ""
        if name in seen:
            yield duplicate(f"{path}[{index}]", name)
        seen.add(name)
        for value, known in ((name, ("cpu", "memory")), (policy, ("NotRequired", "RestartContainer"))):
            if not value:
                yield required(path)
            elif value not in known:
                yield unsupported(path, value, known)
        if restart == "Never" and policy == "RestartContainer":
            yield invalid(path, policy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'")


def hooks(spec: Obj, path: str, grace: int) -> Iterator[FieldError]:
    """Complaints about a container's life cycle hooks and probes; `grace` are the seconds that its pod has to end."""
    for key in ("postStart", "preStop"):
        hook = (spec.get("lifecycle") or {}).get(key)
        if hook is not None:
            yield from _handler(hook, f"{path}.lifecycle.{key}", grace)
    for key in PROBES:
        if spec.get(key) is not None:
            yield from _probe(spec[key], f"{path}.{key}", key)


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


def _handler(handler: Obj, path: str, grace: int = 0) -> Iterator[FieldError]:
    chosen = [key for key in _HANDLERS if handler.get(key) is not None]
    for key in chosen[1:]:
        yield forbidden(f"{path}.{key}", "may not specify more than 1 handler type")
    for key in ("httpGet", "tcpSocket"):
        if handler.get(key) is not None:
            yield from port_or_name(handler[key].get("port", 0), f"{path}.{key}.port")
    web = handler.get("httpGet") or {}
    yield from one_of(web, "scheme", f"{path}.httpGet", ("HTTP", "HTTPS"))
    for header in items(web, "httpHeaders"):
        name = header.get("name") or ""
        if not re.fullmatch("[-A-Za-z0-9]+", name):
            yield invalid(f"{path}.httpGet.httpHeaders", name, _HEADER)
    if handler.get("exec") is not None and not handler["exec"].get("command"):
        yield required(f"{path}.exec.command")
    if handler.get("grpc") is not None:
        yield from port(handler["grpc"].get("port") or 0, f"{path}.grpc.port")
    if handler.get("sleep") is not None and not 0 <= (seconds := handler["sleep"].get("seconds") or 0) <= grace:
        yield invalid(f"{path}.sleep", seconds, f"{_NO_GRACE} ({grace})")
    if not chosen:
        yield required(path, "must specify a handler type")


def _probe(probe: Obj, path: str, kind: str) -> Iterator[FieldError]:
    counts = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
    yield from _handler(probe, path)
    yield from not_negative(probe, path, *counts)
    grace = probe.get("terminationGracePeriodSeconds")
    if kind == "readinessProbe" and grace is not None:
        yield invalid(f"{path}.terminationGracePeriodSeconds", grace, "must not be set for readinessProbes")
    elif grace is not None and grace <= 0:
        yield invalid(f"{path}.terminationGracePeriodSeconds", grace, "must be greater than 0")
    if kind != "readinessProbe" and probe.get("successThreshold", 1) != 1:
        yield invalid(f"{path}.successThreshold", probe["successThreshold"], "must be 1")
