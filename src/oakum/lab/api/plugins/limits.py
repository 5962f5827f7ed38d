"""LimitRanges: default requests and limits, and bounds, of containers and pods."""

from oakum.lab.api import status
from oakum.lab.api.admission import Operation
from oakum.lab.api.rules.values import amount, items
from oakum.lab.store import Obj, Store


def _limits(store: Store, operation: Operation, kind: str) -> list[Obj]:
    if operation.resource.key != "pods" or operation.verb != "CREATE":
        return []
    namespace = operation.obj["metadata"]["namespace"]
    ranges = store.list("limitranges", namespace).items
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
    """Refuse a pod that leaves the namespace's bounds (ApiError 403)."""
    problems = []
    for limit in _limits(store, operation, "Container"):
        for container in _containers(operation.obj):
            problems += _problems(limit, container.get("resources") or {}, "Container")
    if problems:
        name = operation.obj["metadata"].get("name") or ""
        text = problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]"
        raise status.refused("pods", "", name, text)


def _containers(pod: Obj) -> list[Obj]:
    return items(pod["spec"], "initContainers") + items(pod["spec"], "containers")


def _problems(limit: Obj, resources: Obj, kind: str) -> list[str]:
    problems = []
    for name, bound in (limit.get("max") or {}).items():
        value = (resources.get("limits") or {}).get(name)
        if value is None:
            problems.append(f"maximum {name} usage per {kind} is {bound}.  No limit is specified")
        elif amount(value) > amount(bound):
            problems.append(f"maximum {name} usage per {kind} is {bound}, but limit is {value}")
    for name, bound in (limit.get("min") or {}).items():
        value = (resources.get("requests") or {}).get(name)
        if value is None:
            problems.append(f"minimum {name} usage per {kind} is {bound}.  No request is specified")
        elif amount(value) < amount(bound):
            problems.append(f"minimum {name} usage per {kind} is {bound}, but request is {value}")
    return problems
