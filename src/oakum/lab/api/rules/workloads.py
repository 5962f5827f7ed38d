"""Pods and what keeps a number of them: defaults and validation."""

from typing import Any

from oakum.lab.api import names, selectors
from oakum.lab.api.gojson import go_struct
from oakum.lab.api.rules import pod_checks, pod_defaults
from oakum.lab.api.rules.claim_checks import claim_spec
from oakum.lab.api.rules.rules import Check, Compare, Rules
from oakum.lab.api.rules.values import (
    default,
    int_or_percent,
    items,
    label_selector,
    named,
    not_negative,
    one_of,
    unchanged,
)
from oakum.lab.api.status import FieldError, forbidden, invalid, required, unsupported
from oakum.lab.store import Obj

_STATEFUL_CHANGED = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)
_STATEFUL_FREE = (
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
)
def _template_spec(spec: Obj) -> None:
    pod_defaults.pod_spec(spec["template"]["spec"])


def _deployment(obj: Obj) -> None:
    spec = obj["spec"]
    default(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    default(spec, strategy={})
    strategy = spec["strategy"]
    default(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        default(strategy, rollingUpdate={})
        default(strategy["rollingUpdate"], maxUnavailable="25%", maxSurge="25%")
    _template_spec(spec)


def _replica_set(obj: Obj) -> None:
    default(obj["spec"], replicas=1)
    _template_spec(obj["spec"])


def _controller(obj: Obj) -> None:
    """A ReplicationController: its selector is a plain map, the template's labels when it is left out."""
    spec = obj["spec"]
    default(spec, replicas=1)
    if spec.get("template") is None:
        return
    _template_spec(spec)
    labels = (spec["template"].get("metadata") or {}).get("labels")
    if labels and not spec.get("selector"):
        spec["selector"] = dict(labels)
    if labels and not obj["metadata"].get("labels"):
        obj["metadata"]["labels"] = dict(labels)


def _check_controller(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors = not_negative(spec, "spec", "replicas", "minReadySeconds")
    if not spec.get("selector"):
        errors.append(required("spec.selector"))
    if spec.get("template") is None:
        return [*errors, required("spec.template")]
    labels = (spec["template"].get("metadata") or {}).get("labels") or {}
    if not (spec.get("selector") or {}).items() <= labels.items():
        detail = "`selector` does not match template `labels`"
        errors.append(invalid("spec.template.metadata.labels", labels, detail))
    return errors + pod_checks.template(spec["template"], "spec.template") + _always(spec)


def _stateful_set(obj: Obj) -> None:
    spec = obj["spec"]
    default(spec, replicas=1, revisionHistoryLimit=10, podManagementPolicy="OrderedReady", updateStrategy={})
    default(spec, persistentVolumeClaimRetentionPolicy={})
    default(spec["persistentVolumeClaimRetentionPolicy"], whenDeleted="Retain", whenScaled="Retain")
    default(spec["updateStrategy"], type="RollingUpdate")
    if spec["updateStrategy"]["type"] == "RollingUpdate":
        default(spec["updateStrategy"], rollingUpdate={})
        default(spec["updateStrategy"]["rollingUpdate"], partition=0)
    for claim in items(spec, "volumeClaimTemplates"):
        default(claim, apiVersion="v1", kind="PersistentVolumeClaim")
        default(claim["spec"], volumeMode="Filesystem")
        claim["status"] = {"phase": "Pending"}
    _template_spec(spec)


def _daemon_set(obj: Obj) -> None:
    spec = obj["spec"]
    default(spec, revisionHistoryLimit=10, updateStrategy={})
    default(spec["updateStrategy"], type="RollingUpdate")
    if spec["updateStrategy"]["type"] == "RollingUpdate":
        default(spec["updateStrategy"], rollingUpdate={})
    if spec["updateStrategy"].get("rollingUpdate") is not None:
        default(spec["updateStrategy"]["rollingUpdate"], maxSurge=0, maxUnavailable=1)
    _template_spec(spec)
    annotations = obj["metadata"].setdefault("annotations", {})
    annotations["deprecated.daemonset.template.generation"] = str(obj["metadata"].get("generation", 1))


def _selected(spec: Obj, kind: str) -> list[FieldError]:
    """Complaints about a selector and the labels that must match it."""
    selector = spec.get("selector")
    labels = (spec["template"].get("metadata") or {}).get("labels")
    mismatch = invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")
    if selector is None:
        return [mismatch] if kind == "daemonset" else [required("spec.selector"), mismatch]
    if errors := label_selector(selector, "spec.selector"):
        return [*errors, invalid("spec.selector", selector, "invalid label selector")]
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        return [invalid("spec.selector", selector, f"empty selector is invalid for {kind}")]
    matching = selectors.of_object(selector)
    return [] if matching is not None and selectors.selects(matching, labels) else [mismatch]


def _always(spec: Obj) -> list[FieldError]:
    policy = spec["template"]["spec"].get("restartPolicy")
    return [unsupported("spec.template.spec.restartPolicy", policy, ["Always"])] if policy != "Always" else []


def _check_set(obj: Obj) -> list[FieldError]:
    """What Deployments, ReplicaSets, StatefulSets and DaemonSets have in common."""
    spec, kind = obj["spec"], obj["kind"]
    counts = ("replicas", "minReadySeconds", "revisionHistoryLimit")
    errors = not_negative(spec, "spec", *(counts[:2] if kind == "StatefulSet" else counts))
    errors += _selected(spec, kind.lower() if kind in ("DaemonSet", "StatefulSet") else "deployment")
    if any("invalid label selector" in error.message for error in errors):
        return errors
    errors += pod_checks.template(spec["template"], "spec.template")
    errors += _always(spec)
    if "activeDeadlineSeconds" in spec["template"]["spec"]:
        owner = "ReplicaSet" if kind == "Deployment" else kind
        detail = f"activeDeadlineSeconds in {owner} is not Supported"
        errors.append(forbidden("spec.template.spec.activeDeadlineSeconds", detail))
    return errors


def _strategy(spec: Obj, field: str) -> Any:
    return go_struct(spec[field], "Type", "RollingUpdate")


def _check_deployment(obj: Obj) -> list[FieldError]:
    errors, spec = _check_set(obj), obj["spec"]
    strategy = spec["strategy"]
    rolling = strategy.get("rollingUpdate")
    if strategy["type"] == "Recreate" and rolling is not None:
        detail = "may not be specified when strategy `type` is 'Recreate'"
        errors.append(forbidden("spec.strategy.rollingUpdate", detail))
    elif strategy["type"] == "RollingUpdate" and rolling:
        at = "spec.strategy.rollingUpdate"
        errors += int_or_percent(rolling["maxSurge"], f"{at}.maxSurge")
        errors += int_or_percent(rolling["maxUnavailable"], f"{at}.maxUnavailable", most=100)
        if all(rolling[key] in (0, "0%") for key in ("maxUnavailable", "maxSurge")):
            detail = "may not be 0 when `maxSurge` is 0"
            errors.append(invalid(f"{at}.maxUnavailable", rolling["maxUnavailable"], detail))
    elif strategy["type"] not in ("Recreate", "RollingUpdate"):
        errors.append(unsupported("spec.strategy", _strategy(spec, "strategy"), ["Recreate", "RollingUpdate"]))
    errors += not_negative(spec, "spec", "progressDeadlineSeconds")
    if spec["progressDeadlineSeconds"] <= spec.get("minReadySeconds", 0):
        value = spec["progressDeadlineSeconds"]
        errors.append(invalid("spec.progressDeadlineSeconds", value, "must be greater than minReadySeconds"))
    return errors


def _check_daemon(obj: Obj) -> list[FieldError]:
    errors, spec = _check_set(obj), obj["spec"]
    update = spec["updateStrategy"]
    if update["type"] not in ("RollingUpdate", "OnDelete"):
        shown = _strategy(spec, "updateStrategy")
        errors.append(unsupported("spec.updateStrategy", shown, ["RollingUpdate", "OnDelete"]))
    rolling = update.get("rollingUpdate") if update["type"] == "RollingUpdate" else None
    if rolling:
        at = "spec.updateStrategy.rollingUpdate"
        for key in ("maxUnavailable", "maxSurge"):
            errors += int_or_percent(rolling[key], f"{at}.{key}", most=100)
        some = [key for key in ("maxUnavailable", "maxSurge") if rolling[key] not in (0, "0%")]
        if not some:
            errors.append(required(f"{at}.maxUnavailable", "cannot be 0 when maxSurge is 0"))
        elif len(some) == 2 and not errors:
            shown, detail = rolling["maxSurge"], "may not be set when maxUnavailable is non-zero"
            errors.append(invalid(f"{at}.maxSurge", shown, detail))
    return errors


def _check_stateful(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors: list[FieldError] = []
    policy, update = spec["podManagementPolicy"], spec["updateStrategy"]
    if policy not in ("OrderedReady", "Parallel"):
        errors.append(invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'"))
    rolling, at = update.get("rollingUpdate"), "spec.updateStrategy.rollingUpdate"
    if update["type"] not in ("RollingUpdate", "OnDelete"):
        detail = "must be 'RollingUpdate' or 'OnDelete'"
        errors.append(invalid("spec.updateStrategy", _strategy(spec, "updateStrategy"), detail))
    elif update["type"] == "OnDelete" and rolling is not None:
        shown = go_struct(rolling, "Partition", "MaxUnavailable")
        errors.append(invalid(at, shown, "only allowed for updateStrategy 'RollingUpdate'"))
    elif rolling:
        errors += not_negative(rolling, at, "partition")
    if spec.get("serviceName"):
        errors += named(names.label, spec["serviceName"], "spec.serviceName")
    errors += not_negative(spec.get("ordinals") or {}, "spec.ordinals", "start")
    retention = spec["persistentVolumeClaimRetentionPolicy"]
    for key in ("whenDeleted", "whenScaled"):
        errors += one_of(retention, key, "spec.persistentVolumeClaimRetentionPolicy", ("Retain", "Delete"))
    for index, claim in enumerate(items(spec, "volumeClaimTemplates")):
        errors += claim_spec(claim["spec"], f"spec.volumeClaimTemplates[{index}].spec")
    return errors + _check_set({**obj, "spec": {**spec, "template": _with_claims(spec)}})


def _with_claims(spec: Obj) -> Obj:
    """The template of a StatefulSet with a volume for each claim, before the volumes that are its own."""
    found = [(claim.get("metadata") or {}).get("name") or "" for claim in items(spec, "volumeClaimTemplates")]
    claims = {name: {"name": name, "persistentVolumeClaim": {"claimName": name}} for name in found}
    pod = spec["template"]["spec"]
    own = [volume for volume in items(pod, "volumes") if volume.get("name") not in claims]
    return {**spec["template"], "spec": {**pod, "volumes": [*claims.values(), *own]}}


def _same_selector(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new["spec"].get("selector"), old["spec"].get("selector"), "spec.selector")


def _stateful_change(new: Obj, old: Obj) -> list[FieldError]:
    return [forbidden("spec", _STATEFUL_CHANGED)] if _frozen(new) != _frozen(old) else []


def _frozen(obj: Obj) -> Obj:
    return {key: value for key, value in obj["spec"].items() if key not in _STATEFUL_FREE}


def _check_revision(obj: Obj) -> list[FieldError]:
    errors = [] if obj.get("data") is not None else [required("data", "data is mandatory")]
    return errors + not_negative(obj, "", "revision")


def _revision_change(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new.get("data"), old.get("data"), "data")


def _rules(fill: Any, check: Check, compare: Compare, **more: Any) -> Rules:
    return Rules(default=fill, validate=check, compare=compare, generation=True, **more)


RULES = {
    "deployments.apps": _rules(_deployment, _check_deployment, _same_selector),
    "replicasets.apps": _rules(_replica_set, _check_set, _same_selector),
    "statefulsets.apps": _rules(_stateful_set, _check_stateful, _stateful_change, name=names.label),
    "daemonsets.apps": _rules(_daemon_set, _check_daemon, _same_selector),
    "replicationcontrollers": Rules(default=_controller, validate=_check_controller, generation=True),
    "podtemplates": Rules(
        default=lambda obj: pod_defaults.pod_spec(obj["template"]["spec"]),
        validate=lambda obj: pod_checks.template(obj["template"], "template"),
        generation=True,
        returns_deleted=True,
    ),
    "controllerrevisions.apps": Rules(validate=_check_revision, compare=_revision_change),
    "pods": Rules(
        default=pod_defaults.pod,
        start=pod_defaults.started,
        validate=pod_checks.pod,
        create=pod_checks.new_pod,
        compare=pod_checks.pod_change,
        generation=True,
        returns_deleted=True,
    ),
}
