"""LimitRanges: default requests and limits, and bounds, of containers, pods and claims."""

from oakum.lab.api import status
from oakum.lab.api.admission import Operation
from oakum.lab.api.quantity import like, parse
from oakum.lab.api.rules.values import amount, items
from oakum.lab.store import Obj, Store


def _limits(store: Store, operation: Operation, kind: str) -> list[Obj]:
    if operation.resource.key != "pods" or operation.verb != "CREATE":
        return []
    return _bounds(store, operation.obj, kind)


def _bounds(store: Store, obj: Obj, kind: str) -> list[Obj]:
    ranges = store.list("limitranges", obj["metadata"]["namespace"]).items
    return [item for each in ranges for item in items(each["spec"], "limits") if item.get("type") == kind]


def apply_limits(store: Store, operation: Operation) -> None:
    """Give containers the namespace's default requests and limits."""
    told = []
    for limit in _limits(store, operation, "Container"):
        for key, kind in (("containers", "container"), ("initContainers", "init container")):
            for container in items(operation.obj["spec"], key):
                told += _completed(container, limit, kind)
    if told:
        annotations = {"kubernetes.io/limit-ranger": f"LimitRanger plugin set: {'; '.join(told)}"}
        metadata = operation.obj["metadata"]
        metadata["annotations"] = {**(metadata.get("annotations") or {}), **annotations}


def _completed(container: Obj, limit: Obj, kind: str) -> list[str]:
    """Give one container what it lacks; returns what was given, in words."""
    resources, told = container.setdefault("resources", {}), []
    for target, source in (("requests", "defaultRequest"), ("limits", "default")):
        given = resources.get(target, {})
        missing = {key: value for key, value in (limit.get(source) or {}).items() if key not in given}
        if missing:
            resources[target] = {**given, **missing}
            told.append(f"{', '.join(sorted(missing))} {target[:-1]} for {kind} {container['name']}")
    return told


def hold_limits(store: Store, operation: Operation) -> None:
    """Refuse a pod or a claim that leaves the namespace's bounds (ApiError 403)."""
    resource, obj = operation.resource, operation.obj
    problems: list[str] = []
    if resource.key == "persistentvolumeclaims" and operation.verb != "DELETE" and not operation.subresource:
        for limit in _bounds(store, obj, "PersistentVolumeClaim"):
            asked = (obj["spec"].get("resources") or {}).get("requests") or {}
            problems += _problems(limit, {"requests": asked, "limits": asked}, "PersistentVolumeClaim", "request")
    for limit in _limits(store, operation, "Container"):
        for container in _containers(obj):
            problems += _problems(limit, container.get("resources") or {}, "Container")
    for limit in _limits(store, operation, "Pod"):
        problems += _problems(limit, _total(obj), "Pod")
    if problems:
        name = obj["metadata"].get("name") or ""
        text = problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]"
        raise status.refused(resource.plural, resource.group, name, text)


def _containers(pod: Obj) -> list[Obj]:
    return items(pod["spec"], "initContainers") + items(pod["spec"], "containers")


def _total(pod: Obj) -> Obj:
    """What the containers of a pod ask for in sum."""
    total: Obj = {"requests": {}, "limits": {}}
    for container in items(pod["spec"], "containers"):
        for kind, amounts in total.items():
            for name, value in ((container.get("resources") or {}).get(kind) or {}).items():
                amounts[name] = like(parse(amounts[name]) + parse(value), value) if name in amounts else value
    return total


def _problems(limit: Obj, resources: Obj, kind: str, word: str = "limit") -> list[str]:
    problems = []
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for name, bound in (limit.get("min") or {}).items():
        value = requests.get(name)
        if value is None:
            problems.append(f"minimum {name} usage per {kind} is {bound}.  No request is specified")
        elif amount(value) < amount(bound):
            problems.append(f"minimum {name} usage per {kind} is {bound}, but request is {value}")
    for name, bound in (limit.get("max") or {}).items():
        value = limits.get(name)
        if value is None:
            problems.append(f"maximum {name} usage per {kind} is {bound}.  No limit is specified")
        elif amount(value) > amount(bound):
            problems.append(f"maximum {name} usage per {kind} is {bound}, but {word} is {value}")
    for name, bound in (limit.get("maxLimitRequestRatio") or {}).items():
        if not amount(requests.get(name)) or not amount(limits.get(name)):
            problems.append(f"{name} max limit to request ratio per {kind} is {bound}, but no request is specified")
        elif (ratio := amount(limits[name]) / amount(requests[name])) > amount(bound):
            text = f"{name} max limit to request ratio per {kind} is {bound}"
            problems.append(f"{text}, but provided ratio is {ratio:.6f}")
    return problems
