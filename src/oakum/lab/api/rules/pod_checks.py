"""Validation of pods and pod templates, with the messages of the real server."""

from collections.abc import Iterator

from oakum.lab.api import names
from oakum.lab.api.rules.container_checks import PROBES, container, hooks, restarts
from oakum.lab.api.rules.placement_checks import affinity, aliases, resolving, spreading, tolerations
from oakum.lab.api.rules.resource_checks import pod_resources
from oakum.lab.api.rules.security_checks import pod_context
from oakum.lab.api.rules.values import items, named, one_of
from oakum.lab.api.rules.volume_checks import volumes
from oakum.lab.api.status import FieldError, duplicate, forbidden, invalid, required, unsupported
from oakum.lab.store import Obj, clone

_DNS = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_CHANGED = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def template(spec: Obj, path: str) -> list[FieldError]:
    """Complaints about a PodTemplateSpec's metadata and spec."""
    metadata = spec.get("metadata") or {}
    errors = names.check_labels(metadata.get("labels"), f"{path}.labels")
    errors += names.check_annotations(metadata.get("annotations"), f"{path}.annotations")
    errors += pod_spec(spec.get("spec") or {}, f"{path}.spec")
    if items(spec.get("spec"), "ephemeralContainers"):
        errors.append(forbidden(f"{path}.spec.ephemeralContainers", "ephemeral containers not allowed in pod template"))
    return errors


def pod(obj: Obj) -> list[FieldError]:
    """Complaints about a Pod."""
    return list(pod_spec(obj.get("spec") or {}, "spec"))


def new_pod(obj: Obj) -> list[FieldError]:
    """Complaints about what only the server may give to a Pod."""
    spec = obj.get("spec") or {}
    errors: list[FieldError] = []
    if items(spec, "ephemeralContainers"):
        errors.append(forbidden("spec.ephemeralContainers", "cannot be set on create"))
    if items(spec, "schedulingGates") and spec.get("nodeName"):
        errors.append(forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"))
    return errors


def pod_spec(spec: Obj, path: str) -> Iterator[FieldError]:
    """Complaints about a PodSpec."""
    yield from volumes(items(spec, "volumes"), f"{path}.volumes")
    if not spec.get("containers"):
        yield required(f"{path}.containers")
    for key in ("containers", "initContainers"):
        yield from _containers(spec, key, path)
    yield from _ephemeral(spec, f"{path}.ephemeralContainers")
    yield from pod_resources(spec.get("resources") or {}, f"{path}.resources", items(spec, "containers"))
    yield from one_of(spec, "restartPolicy", path, ("Always", "OnFailure", "Never"))
    yield from one_of(spec, "dnsPolicy", path, _DNS)
    yield from names.check_labels(spec.get("nodeSelector"), f"{path}.nodeSelector")
    yield from pod_context(spec, path)
    yield from affinity(spec.get("affinity") or {}, f"{path}.affinity")
    yield from resolving(spec, path)
    for index, gate in enumerate(items(spec, "readinessGates")):
        kind = gate.get("conditionType") or ""
        at = f"{path}.readinessGates[{index}].conditionType"
        yield from (invalid(at, kind, problem) for problem in names.qualified(kind))
    yield from _gates(items(spec, "schedulingGates"), f"{path}.schedulingGates")
    yield from spreading(items(spec, "topologySpreadConstraints"), f"{path}.topologySpreadConstraints")
    if spec.get("hostnameOverride") is not None:
        for key in ("setHostnameAsFQDN", "hostNetwork"):
            if spec.get(key):
                yield forbidden(f"{path}.hostnameOverride", f"may not be specified when {key} is true")
    for key in ("serviceAccountName", "nodeName"):
        if spec.get(key):
            yield from named(names.subdomain, spec[key], f"{path}.{key}")
    if "activeDeadlineSeconds" in spec and not 1 <= spec["activeDeadlineSeconds"] <= 2147483647:
        detail = "must be between 1 and 2147483647, inclusive"
        yield invalid(f"{path}.activeDeadlineSeconds", spec["activeDeadlineSeconds"], detail)
    for key in ("hostname", "subdomain"):
        if spec.get(key):
            yield from named(names.label, spec[key], f"{path}.{key}")
    yield from tolerations(items(spec, "tolerations"), f"{path}.tolerations")
    yield from aliases(items(spec, "hostAliases"), f"{path}.hostAliases")
    yield from _system(spec, path)


def _ephemeral(spec: Obj, path: str) -> Iterator[FieldError]:
    seen = {each.get("name") for key in ("containers", "initContainers") for each in items(spec, key)}
    for index, each in enumerate(items(spec, "ephemeralContainers")):
        at = f"{path}[{index}]"
        yield from container(each, at, spec)
        if each.get("name") in seen:
            yield duplicate(f"{at}.name", each["name"])
        seen.add(each.get("name"))
        for key in ("ports", "lifecycle", *PROBES):
            if each.get(key):
                yield forbidden(f"{at}.{key}", "cannot be set for an Ephemeral Container")


def _gates(gates: list[Obj], path: str) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, gate in enumerate(gates):
        name = gate.get("name") or ""
        yield from (invalid(f"{path}[{index}]", name, problem) for problem in names.qualified(name))
        if name in seen:
            yield duplicate(f"{path}[{index}]", name)
        seen.add(name)


def _system(spec: Obj, path: str) -> Iterator[FieldError]:
    """Complaints about the operating system that a pod asks for, and what that one does not have."""
    system = (spec.get("os") or {}).get("name")
    if spec.get("os") is not None and system not in ("linux", "windows"):
        yield unsupported(f"{path}.os", system or "", ["linux", "windows"])
    if system != "windows":
        return
    context = spec.get("securityContext") or {}
    found = [(key, spec.get(key)) for key in ("hostPID", "hostIPC", "shareProcessNamespace")]
    kept = ("seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls", "runAsUser", "runAsGroup")
    found += [(f"securityContext.{key}", context.get(key)) for key in (*kept, "supplementalGroups")]
    yield from (forbidden(f"{path}.{key}", "cannot be set for a windows pod") for key, value in found if value)


def _containers(spec: Obj, key: str, path: str) -> Iterator[FieldError]:
    initial, grace = key == "initContainers", spec.get("terminationGracePeriodSeconds") or 0
    seen = {each.get("name") for each in items(spec, "containers")} if initial else set()
    for index, each in enumerate(items(spec, key)):
        at = f"{path}.{key}[{index}]"
        yield from container(each, at, spec)
        if each.get("name") in seen:
            yield duplicate(f"{at}.name", each["name"])
        seen.add(each.get("name") or None)
        seen.discard(None)
        if initial and each.get("restartPolicy") != "Always":
            detail = "may not be set for init containers without restartPolicy=Always"
            for one in ("lifecycle", *PROBES):
                if each.get(one) is not None:
                    yield forbidden(f"{at}.{one}", detail)
        else:
            yield from hooks(each, at, grace)
        yield from restarts(each, at)
    yield from _host_ports(items(spec, key), f"{path}.{key}")


def _host_ports(containers: list[Obj], path: str) -> Iterator[FieldError]:
    """Complaints about a port of the host that two containers ask for."""
    taken: set[str] = set()
    for index, each in enumerate(containers):
        for position, port in enumerate(items(each, "ports")):
            if port.get("hostPort"):
                wanted = f"{port.get('protocol')}/{port.get('hostIP') or ''}/{port['hostPort']}"
                if wanted in taken:
                    yield duplicate(f"{path}[{index}].ports[{position}].hostPort", wanted)
                taken.add(wanted)


def pod_change(new: Obj, old: Obj) -> list[FieldError]:
    """Complaints about what a pod's update changes."""
    ours, theirs = new["spec"], old["spec"]
    for key in ("containers", "initContainers"):
        if len(items(ours, key)) != len(items(theirs, key)):
            return [forbidden(f"spec.{key}", "pod updates may not add or remove containers")]
    errors = [
        required(f"spec.{key}[{index}].image")
        for key in ("containers", "initContainers")
        for index, each in enumerate(items(ours, key))
        if not each.get("image")
    ]
    errors += _deadline(ours.get("activeDeadlineSeconds"), theirs.get("activeDeadlineSeconds"))
    if not errors and _fixed(ours, theirs) != _fixed(theirs, theirs):
        errors.append(forbidden("spec", _CHANGED))
    return errors


def _deadline(new: int | None, old: int | None) -> list[FieldError]:
    if old is None or new == old:
        return []
    detail = "must not update from a positive integer to nil value"
    if new is not None:
        detail = "must be less than or equal to previous value" if new > old else ""
    return [invalid("spec.activeDeadlineSeconds", new, detail)] if detail else []


def _fixed(spec: Obj, old: Obj) -> Obj:
    """The spec without what may change: images, the deadline, further tolerations, scheduling gates taken away."""
    fixed: Obj = clone(spec)
    for key in ("containers", "initContainers"):
        for each in items(fixed, key):
            each.pop("image", None)
    for key in ("activeDeadlineSeconds", "schedulingGates"):
        fixed.pop(key, None)
    tolerations = items(old, "tolerations")
    if items(fixed, "tolerations")[: len(tolerations)] == tolerations:
        fixed["tolerations"] = tolerations
    return fixed
