"""ResourceQuotas: counted when an object is created, under the store's lock, so that they hold exactly."""

from decimal import Decimal

from oakum.lab.api import status
from oakum.lab.api.admission import Operation
from oakum.lab.api.quantity import like, parse
from oakum.lab.api.rules.values import items
from oakum.lab.store import Obj, Store

_COUNTED = {
    "pods": "pods",
    "services": "services",
    "configmaps": "configmaps",
    "secrets": "secrets",
    "persistentvolumeclaims": "persistentvolumeclaims",
    "replicationcontrollers": "replicationcontrollers",
    "resourcequotas": "resourcequotas",
}


def hold_quotas(store: Store, operation: Operation) -> None:
    """Refuse an object that does not fit into its namespace's quotas (ApiError 403)."""
    if operation.verb != "CREATE" or not operation.resource.namespaced:
        return
    obj = operation.obj
    for quota in store.list("resourcequotas", obj["metadata"].get("namespace", "")).items:
        hard = quota["spec"].get("hard") or {}
        if operation.resource.key == "pods" and (missing := _unsaid(hard, obj)):
            detail = f"failed quota: {quota['metadata']['name']}: must specify {missing}"
            raise status.refused("pods", "", obj["metadata"].get("name") or "", detail)
        asked = {name: value for name, value in charge(operation.resource.key, obj).items() if name in hard}
        used = {name: value for name, value in usage(store, quota).items() if name in asked}
        over = sorted(name for name, value in asked.items() if used[name] + value > parse(hard[name]))
        if over:
            raise _exceeded(operation, quota, asked, used, over)


def _unsaid(hard: Obj, pod: Obj) -> str:
    """What a quota bounds and containers of a pod do not ask for: `limits.memory for: a,b; …`."""
    found = []
    for name in sorted(hard):
        kind, _, part = name.rpartition(".")
        if part not in ("cpu", "memory") or kind not in ("", "requests", "limits"):
            continue
        lacking = [
            container["name"]
            for container in items(pod["spec"], "initContainers") + items(pod["spec"], "containers")
            if part not in ((container.get("resources") or {}).get(kind or "requests") or {})
        ]
        if lacking:
            found.append(f"{name} for: {','.join(lacking)}")
    return "; ".join(found)


def usage(store: Store, quota: Obj) -> dict[str, Decimal]:
    """What the objects of a quota's namespace use of each resource that it bounds."""
    namespace = quota["metadata"]["namespace"]
    total = {name: Decimal(0) for name in quota["spec"].get("hard") or {}}
    for key in {_resource_of(name) for name in total}:
        for obj in store.list(key, namespace).items:
            if key == "pods" and obj.get("status", {}).get("phase") in ("Succeeded", "Failed"):
                continue
            for name, value in charge(key, obj).items():
                if name in total:
                    total[name] += value
    return total


def _resource_of(name: str) -> str:
    if name.startswith("count/"):
        return name.removeprefix("count/")
    if name.startswith("services."):
        return "services"
    if name == "requests.storage":
        return "persistentvolumeclaims"
    return name if name in _COUNTED else "pods"


def charge(key: str, obj: Obj) -> dict[str, Decimal]:
    """What one object takes of a quota."""
    one = Decimal(1)
    found = {f"count/{key}": one}
    if key in _COUNTED:
        found[_COUNTED[key]] = one
    if key == "services":
        kinds = {"NodePort": "services.nodeports", "LoadBalancer": "services.loadbalancers"}
        if kind := kinds.get(obj["spec"]["type"]):
            found[kind] = one
    if key == "persistentvolumeclaims":
        requests = (obj["spec"].get("resources") or {}).get("requests") or {}
        found["requests.storage"] = parse(requests.get("storage", "0"))
    if key == "pods":
        found |= _of_pod(obj)
    return found


def _of_pod(pod: Obj) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for container in items(pod["spec"], "containers"):
        for kind in ("requests", "limits"):
            for name, value in ((container.get("resources") or {}).get(kind) or {}).items():
                names = [f"{kind}.{name}", *([name] if kind == "requests" else [])]
                for each in names:
                    found[each] = found.get(each, Decimal(0)) + parse(value)
    return found


def _exceeded(
    operation: Operation, quota: Obj, asked: dict[str, Decimal], used: dict[str, Decimal], over: list[str]
) -> status.ApiError:
    hard = quota["spec"]["hard"]

    def listed(values: dict[str, Decimal]) -> str:
        return ",".join(f"{name}={like(values[name], hard[name])}" for name in over)

    limits = ",".join(f"{name}={hard[name]}" for name in over)
    counts = f"requested: {listed(asked)}, used: {listed(used)}, limited: {limits}"
    detail = f"exceeded quota: {quota['metadata']['name']}, {counts}"
    resource = operation.resource
    return status.refused(resource.plural, resource.group, operation.obj["metadata"].get("name") or "", detail)
