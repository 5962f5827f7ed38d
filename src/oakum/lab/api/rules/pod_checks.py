"""Validation of pods and pod templates, with the messages of the real server."""

from oakum.lab.api import names
from oakum.lab.api.rules.container_checks import PROBES, container, hooks
from oakum.lab.api.rules.placement_checks import affinity, aliases, resolving, spreading, tolerations
from oakum.lab.api.rules.values import items, named, one_of
from oakum.lab.api.rules.volume_checks import volumes
from oakum.lab.api.status import FieldError, duplicate, forbidden, invalid, required
from oakum.lab.store import Obj, clone

_DNS = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
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
    known = {volume.get("name") for volume in items(spec, "volumes")}
    errors = volumes(items(spec, "volumes"), f"{path}.volumes")
    if not spec.get("containers"):
        errors.append(required(f"{path}.containers"))
    for key in ("containers", "initContainers"):
        errors += _containers(spec, key, path, known)
    errors += one_of(spec, "restartPolicy", path, ("Always", "OnFailure", "Never"))
    errors += one_of(spec, "dnsPolicy", path, _DNS)
    errors += affinity(spec.get("affinity") or {}, f"{path}.affinity")
    errors += resolving(spec.get("dnsConfig") or {}, f"{path}.dnsConfig")
    errors += names.check_labels(spec.get("nodeSelector"), f"{path}.nodeSelector")
    for key in ("serviceAccountName", "nodeName"):
        if spec.get(key):
            errors += named(names.subdomain, spec[key], f"{path}.{key}")
    if "activeDeadlineSeconds" in spec and not 1 <= spec["activeDeadlineSeconds"] <= 2147483647:
        detail = "must be between 1 and 2147483647, inclusive"
        errors.append(invalid(f"{path}.activeDeadlineSeconds", spec["activeDeadlineSeconds"], detail))
    for key in ("hostname", "subdomain"):
        if spec.get(key):
            errors += named(names.label, spec[key], f"{path}.{key}")
    errors += tolerations(items(spec, "tolerations"), f"{path}.tolerations")
    errors += aliases(items(spec, "hostAliases"), f"{path}.hostAliases")
    return errors + list(spreading(items(spec, "topologySpreadConstraints"), f"{path}.topologySpreadConstraints"))


def _containers(spec: Obj, key: str, path: str, known: set[str]) -> list[FieldError]:
    errors: list[FieldError] = []
    initial = key == "initContainers"
    seen = {each.get("name") for each in items(spec, "containers")} if initial else set()
    for index, each in enumerate(items(spec, key)):
        at = f"{path}.{key}[{index}]"
        errors += container(each, at, known)
        if each.get("name") in seen:
            errors.append(duplicate(f"{at}.name", each["name"]))
        seen.add(each.get("name") or None)
        seen.discard(None)
        if initial and each.get("restartPolicy") != "Always":
            detail = "may not be set for init containers without restartPolicy=Always"
            errors += [forbidden(f"{at}.{one}", detail) for one in ("lifecycle", *PROBES) if each.get(one) is not None]
        else:
            errors += hooks(each, at)
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
        for each in items(fixed, key):
            each.pop("image", None)
    for key in ("activeDeadlineSeconds", "schedulingGates"):
        fixed.pop(key, None)
    tolerations = items(old, "tolerations")
    if items(fixed, "tolerations")[: len(tolerations)] == tolerations:
        fixed["tolerations"] = tolerations
    return fixed
