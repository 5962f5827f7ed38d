"""ConfigMaps, Secrets, Namespaces, ServiceAccounts, quotas and limits: defaults and validation."""

import base64
from collections.abc import Iterator

import orjson

from oakum.lab.api import names
from oakum.lab.api.call import parse_error
from oakum.lab.api.rules.resource_checks import resource_name
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import IMMUTABLE, amount, default, items, named, not_negative, unchanged
from oakum.lab.api.status import FieldError, duplicate, forbidden, invalid, required, too_long, unsupported
from oakum.lab.store import Obj

_SIZE = 1024 * 1024
_HIGHEST = 1000000000
_SYSTEM_CLASSES = ("system-cluster-critical", "system-node-critical")
_LIMITED = ("Container", "Pod", "PersistentVolumeClaim")
_PARTS = {"cpu", "memory", "ephemeral-storage"}
_AMOUNTS = _PARTS | {f"{kind}.{part}" for kind in ("requests", "limits") for part in _PARTS} | {"requests.storage"}
_COUNTS = {
    "configmaps", "persistentvolumeclaims", "pods", "replicationcontrollers", "resourcequotas", "secrets", "services",
    "services.loadbalancers", "services.nodeports",
}  # fmt: skip
_SCOPES = {
    "BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass", "Terminating",
    "VolumeAttributesClass",
}  # fmt: skip
_SEALED = "field is immutable when `immutable` is set"
_NEEDED = {
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}


def _keys(obj: Obj, field: str) -> list[FieldError]:
    return [
        invalid(f"{field}[{key}]", key, problem)
        for key in sorted(obj.get(field) or {})
        for problem in names.config_key(key)
    ]


def _check_config_map(obj: Obj) -> list[FieldError]:
    plain, binary = obj.get("data") or {}, obj.get("binaryData") or {}
    errors = _keys(obj, "data") + _keys(obj, "binaryData")
    both = sorted(set(plain) & set(binary))
    errors += [invalid(f"data[{key}]", key, "duplicate of key present in binaryData") for key in both]
    size = sum(len(value.encode()) for value in plain.values()) + sum(len(value) * 3 // 4 for value in binary.values())
    return [*errors, too_long("", _SIZE)] if size > _SIZE else errors


def _sealed(new: Obj, old: Obj, *fields: str) -> list[FieldError]:
    if not old.get("immutable"):
        return []
    errors = [] if new.get("immutable") else [forbidden("immutable", _SEALED)]
    return errors + [forbidden(field, _SEALED) for field in fields if new.get(field) != old.get(field)]


def _config_map_change(new: Obj, old: Obj) -> list[FieldError]:
    return _sealed(new, old, "data", "binaryData")


def _secret(obj: Obj) -> None:
    default(obj, type="Opaque")
    plain = obj.pop("stringData", None)
    if plain:
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in plain.items()}
        obj["data"] = {**(obj.get("data") or {}), **encoded}


def _check_secret(obj: Obj) -> list[FieldError]:
    data, kind = obj.get("data") or {}, obj["type"]
    errors = _keys(obj, "data")
    errors += [required(f"data[{key}]") for key in _NEEDED.get(kind, ()) if key not in data]
    if kind in ("kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg") and not errors:
        errors += _json_problem(_NEEDED[kind][0], data[_NEEDED[kind][0]])
    if kind == "kubernetes.io/basic-auth" and not {"username", "password"} & set(data):
        errors += [required("data[username]"), required("data[password]")]
    account = (obj["metadata"].get("annotations") or {}).get("kubernetes.io/service-account.name")
    if kind == "kubernetes.io/service-account-token" and not account:
        errors.append(required("metadata.annotations[kubernetes.io/service-account.name]"))
    if sum(len(value) * 3 // 4 for value in data.values()) > _SIZE:
        errors.append(too_long("data", _SIZE))
    return errors


def _json_problem(key: str, encoded: str) -> list[FieldError]:
    try:
        orjson.loads(base64.b64decode(encoded))
    except orjson.JSONDecodeError as error:
        return [invalid(f"data[{key}]", "<secret contents redacted>", parse_error(error))]
    return []


def _secret_change(new: Obj, old: Obj) -> list[FieldError]:
    errors = [] if new["type"] == old["type"] else [invalid("type", new["type"], IMMUTABLE)]
    return errors + _sealed(new, old, "data")


def _namespace(obj: Obj) -> None:
    metadata = obj["metadata"]
    labels = metadata.setdefault("labels", {})
    if metadata.get("name"):
        labels["kubernetes.io/metadata.name"] = metadata["name"]


def _start_namespace(obj: Obj) -> None:
    finalizers = items(obj["spec"], "finalizers")
    obj["spec"]["finalizers"] = finalizers if "kubernetes" in finalizers else [*finalizers, "kubernetes"]
    obj["status"] = {"phase": "Active"}


def _namespace_change(new: Obj, old: Obj) -> list[FieldError]:
    new["spec"]["finalizers"] = old["spec"].get("finalizers") or []
    return []


def _check_quota(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    errors: list[FieldError] = []
    for name, value in (spec.get("hard") or {}).items():
        at = f"spec.hard[{name}]"
        if "/" in name:
            errors += [invalid(at, name, problem) for problem in names.qualified(name)]
        elif name not in _AMOUNTS | _COUNTS and "hugepages-" not in name:
            kinds = ("a standard resource type or fully qualified", "a standard resource for quota")
            errors += [invalid(at, name, f"must be {kind}") for kind in kinds]
        if amount(value) < 0:
            errors.append(invalid(at, value, "must be greater than or equal to 0"))
        elif name in _COUNTS and amount(value) != int(amount(value)):
            errors.append(invalid(at, value, "must be an integer"))
    return errors + list(_scopes(spec))


def _scopes(spec: Obj) -> Iterator[FieldError]:
    """Complaints about which pods a quota counts."""
    chosen = items(spec, "scopes")
    if not set(chosen) <= _SCOPES:
        yield invalid("spec.scopes", chosen, "unsupported scope")
    if any({one, f"Not{one}"} <= set(chosen) for one in ("BestEffort", "Terminating")):
        yield invalid("spec.scopes", chosen, "conflicting scopes")
    if "BestEffort" in chosen and set(spec.get("hard") or {}) - {"pods", "count/pods"}:
        yield invalid("spec.scopes", chosen, "unsupported scope applied to resource")
    at = "spec.scopeSelector.matchExpressions"
    for each in items(spec.get("scopeSelector"), "matchExpressions"):
        name, operator, values = each.get("scopeName") or "", each.get("operator") or "", items(each, "values")
        if name not in _SCOPES:
            yield invalid(f"{at}.scopeName", name, "unsupported scope")
        if operator in ("In", "NotIn"):
            if not values:
                detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
                yield required(f"{at}.values", detail)
        elif operator in ("Exists", "DoesNotExist"):
            if values:
                detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
                yield invalid(f"{at}.values", values, detail)
        else:
            yield invalid(f"{at}.operator", operator, "not a valid selector operator")


def _limit_range(obj: Obj) -> None:
    for item in items(obj["spec"], "limits"):
        if item.get("type") == "Container":
            limits = {**(item.get("max") or {}), **(item.get("default") or {})}
            requests = {**(item.get("min") or {}), **limits, **(item.get("defaultRequest") or {})}
            for key, amounts in (("default", limits), ("defaultRequest", requests)):
                if amounts:
                    item[key] = amounts


def _start_limit_range(obj: Obj) -> None:
    obj["spec"]["limits"] = obj["spec"].get("limits") or None  # what an empty list comes back as


def _check_limits(obj: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, item in enumerate(items(obj["spec"], "limits")):
        at, kind = f"spec.limits[{index}]", item.get("type", "")
        if kind not in _LIMITED and "/" not in kind:
            errors.append(invalid(f"{at}.type", kind, "must be a standard limit type or fully qualified"))
        if kind in seen:
            errors.append(duplicate(f"{at}.type", kind))
        seen.add(kind)
        if kind == "Pod":
            detail = "may not be specified when `type` is 'Pod'"
            errors += [forbidden(f"{at}.{key}", detail) for key in ("default", "defaultRequest") if item.get(key)]
        if kind == "PersistentVolumeClaim" and not {"storage"} & ({*(item.get("min") or {}), *(item.get("max") or {})}):
            detail = "either minimum or maximum storage value is required, but neither was provided"
            errors.append(required(f"{at}.limits", detail))
        errors += _limit_names(item, at) if kind == "Container" else []
        errors += _bounds(item, at)
    return errors


def _limit_names(item: Obj, at: str) -> list[FieldError]:
    keys = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
    found = [(name, f"{at}.{key}[{name}]") for key in keys for name in item.get(key) or {}]
    return [error for name, path in found for error in resource_name(name, path)]


def _bounds(item: Obj, at: str) -> list[FieldError]:
    """Complaints about bounds that contradict one another: the greater one, the lesser one, and which is shown."""
    errors: list[FieldError] = []
    words = {"min": "min", "max": "max", "default": "default", "defaultRequest": "default request"}
    checks = (
        ("min", "max", "min", "min"),
        ("min", "defaultRequest", "defaultRequest", "defaultRequest"),
        ("defaultRequest", "max", "defaultRequest", "defaultRequest"),
        ("defaultRequest", "default", "defaultRequest", "defaultRequest"),
        ("min", "default", "default", "min"),
        ("default", "max", "default", "max"),
    )
    found = {key: item.get(key) or {} for key in words}
    for name in dict.fromkeys(name for amounts in found.values() for name in amounts):
        for low, high, field, shown in checks:
            less, more = found[low].get(name), found[high].get(name)
            if less is not None and more is not None and amount(less) > amount(more):
                word = "default limit" if (low, high) == ("defaultRequest", "default") else words[high]
                detail = f"{words[low]} value {less} is greater than {word} value {more}"
                errors.append(invalid(f"{at}.{field}[{name}]", found[shown][name], detail))
    for name, ratio in (item.get("maxLimitRequestRatio") or {}).items():
        if amount(ratio) < 1:
            errors.append(invalid(f"{at}.maxLimitRequestRatio[{name}]", ratio, f"ratio {ratio} is less than 1"))
    return errors


def _check_lease(obj: Obj) -> list[FieldError]:
    spec = obj.get("spec") or {}
    seconds = spec.get("leaseDurationSeconds")
    late = seconds is not None and seconds <= 0
    errors = [invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0")] if late else []
    return errors + not_negative(spec, "spec", "leaseTransitions")


def _check_event(obj: Obj) -> list[FieldError]:
    """An event says of nothing where it is, but for things outside of namespaces, whose events are in `default`."""
    about, namespace = (obj.get("involvedObject") or {}).get("namespace") or "", obj["metadata"].get("namespace") or ""
    if obj["apiVersion"] != "v1" or about == namespace or (not about and namespace == "default"):
        return []
    return [invalid("involvedObject.namespace", about, "does not match event.namespace")]


def _check_runtime(obj: Obj) -> list[FieldError]:
    return named(names.label, obj.get("handler"), "handler")


def _same_handler(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new.get("handler"), old.get("handler"), "handler")


def _same_value(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new.get("value"), old.get("value"), "value")


def _check_priority(obj: Obj) -> list[FieldError]:
    name, policy = obj["metadata"].get("name") or "", obj.get("preemptionPolicy")
    errors: list[FieldError] = []
    if name.startswith("system-") and name not in _SYSTEM_CLASSES:
        detail = "priority class names with 'system-' prefix are reserved for system use only."
        errors.append(forbidden("metadata.name", f"{detail} error: {name} is not a known system priority class"))
    elif (obj.get("value") or 0) > _HIGHEST and name not in _SYSTEM_CLASSES:
        detail = f"maximum allowed value of a user defined priority is {_HIGHEST}"
        errors.append(forbidden("value", detail))
    if policy not in ("PreemptLowerPriority", "Never"):
        errors.append(unsupported("preemptionPolicy", policy, ["PreemptLowerPriority", "Never"]))
    return errors


def _priority_class(obj: Obj) -> None:
    default(obj, preemptionPolicy="PreemptLowerPriority")


def _start_priority(obj: Obj) -> None:
    default(obj, value=0)


RULES = {
    "configmaps": Rules(validate=_check_config_map, compare=_config_map_change),
    "secrets": Rules(default=_secret, validate=_check_secret, compare=_secret_change),
    "namespaces": Rules(name=names.label, default=_namespace, start=_start_namespace, compare=_namespace_change),
    "serviceaccounts": Rules(returns_deleted=True),
    "resourcequotas": Rules(validate=_check_quota, returns_deleted=True),
    "limitranges": Rules(
        default=_limit_range, start=_start_limit_range, validate=_check_limits, creates_on_update=True
    ),
    "leases.coordination.k8s.io": Rules(
        validate=_check_lease, versioned_updates=True, strict=False, creates_on_update=True
    ),
    "events": Rules(validate=_check_event, creates_on_update=True),
    "runtimeclasses.node.k8s.io": Rules(validate=_check_runtime, compare=_same_handler, strict=False),
    "priorityclasses.scheduling.k8s.io": Rules(
        default=_priority_class, start=_start_priority, validate=_check_priority, compare=_same_value, generation=True
    ),
}
