"""ConfigMaps, Secrets, Namespaces, ServiceAccounts, quotas and limits: defaults and validation."""

import base64

from oakum.lab.api import names
from oakum.lab.api.rules.rules import Rules
from oakum.lab.api.rules.values import IMMUTABLE, amount, default, items, unchanged
from oakum.lab.api.status import FieldError, duplicate, forbidden, invalid, required, too_long
from oakum.lab.store import Obj

_SIZE = 1024 * 1024
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
    if kind == "kubernetes.io/dockerconfigjson" and not errors:
        errors += _json_problem(data[".dockerconfigjson"])
    if kind == "kubernetes.io/basic-auth" and not {"username", "password"} & set(data):
        errors += [required("data[username]"), required("data[password]")]
    account = (obj["metadata"].get("annotations") or {}).get("kubernetes.io/service-account.name")
    if kind == "kubernetes.io/service-account-token" and not account:
        errors.append(required("metadata.annotations[kubernetes.io/service-account.name]"))
    if sum(len(value) * 3 // 4 for value in data.values()) > _SIZE:
        errors.append(too_long("data", _SIZE))
    return errors


def _json_problem(encoded: str) -> list[FieldError]:
    import json

    try:
        json.loads(base64.b64decode(encoded))
    except ValueError as error:
        return [invalid("data[.dockerconfigjson]", "<secret contents redacted>", str(error))]
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
    return [
        invalid(f"spec.hard[{name}]", value, "must be greater than or equal to 0")
        for name, value in (obj["spec"].get("hard") or {}).items()
        if amount(value) < 0
    ]


def _limit_range(obj: Obj) -> None:
    for item in items(obj["spec"], "limits"):
        if item.get("type") == "Container":
            default(item, default=dict(item.get("max") or {}))
            default(item, defaultRequest=dict(item["default"] or item.get("min") or {}))
            for key in ("default", "defaultRequest"):
                if not item[key]:
                    del item[key]


def _check_limits(obj: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, item in enumerate(items(obj["spec"], "limits")):
        at, kind = f"spec.limits[{index}]", item.get("type", "")
        if kind in seen:
            errors.append(duplicate(f"{at}.type", kind))
        seen.add(kind)
        for name, low in (item.get("min") or {}).items():
            high = (item.get("max") or {}).get(name)
            if high is not None and amount(low) > amount(high):
                detail = f"min value {low} is greater than max value {high}"
                errors.append(invalid(f"{at}.min[{name}]", low, detail))
    return errors


def _check_lease(obj: Obj) -> list[FieldError]:
    seconds = (obj.get("spec") or {}).get("leaseDurationSeconds")
    if seconds is not None and seconds <= 0:
        return [invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0")]
    return []


def _same_value(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new.get("value"), old.get("value"), "value")


def _priority_class(obj: Obj) -> None:
    default(obj, preemptionPolicy="PreemptLowerPriority")


RULES = {
    "configmaps": Rules(validate=_check_config_map, compare=_config_map_change),
    "secrets": Rules(default=_secret, validate=_check_secret, compare=_secret_change),
    "namespaces": Rules(name=names.label, default=_namespace, start=_start_namespace, compare=_namespace_change),
    "serviceaccounts": Rules(returns_deleted=True),
    "resourcequotas": Rules(validate=_check_quota, returns_deleted=True),
    "limitranges": Rules(default=_limit_range, validate=_check_limits),
    "leases.coordination.k8s.io": Rules(validate=_check_lease, versioned_updates=True),
    "priorityclasses.scheduling.k8s.io": Rules(default=_priority_class, compare=_same_value, generation=True),
    "validatingwebhookconfigurations.admissionregistration.k8s.io": Rules(generation=True),
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": Rules(generation=True),
}
