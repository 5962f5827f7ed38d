"""Validation of requests and limits, of containers and of whole pods, with the messages of the real server."""

from collections.abc import Iterator

from oakum.lab.api import names
from oakum.lab.api.quantity import like, parse
from oakum.lab.api.rules.values import amount, items, required_text
from oakum.lab.api.status import FieldError, forbidden, invalid, required, unsupported
from oakum.lab.store import Obj

_STANDARD = ("cpu", "memory", "ephemeral-storage")
_KNOWN = {"storage", "pods", "services", "secrets", "configmaps", "persistentvolumeclaims", "resourcequotas"}
"""Resources that have a standard name and are none of a container's."""
_POD = ("cpu", "hugepages-", "memory")
_FILES = {"limits.cpu", "limits.ephemeral-storage", "limits.memory"}
_FILES |= {name.replace("limits", "requests") for name in _FILES}
_DIVISORS = {
    "cpu": ("1m", "1"),
    "memory": ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"),
}


def resources(wanted: Obj, path: str) -> Iterator[FieldError]:
    """Complaints about a container's requests and limits."""
    limits, requests = wanted.get("limits") or {}, wanted.get("requests") or {}
    for key, amounts in (("limits", limits), ("requests", requests)):
        for name, value in amounts.items():
            at = f"{path}.{key}[{name}]"
            yield from resource_name(name, at)
            yield from _amount(name, value, at)
            if key == "requests" and name in limits:
                yield from _bounded(name, value, limits[name], f"{path}.requests")
        # What cannot be shared has to be limited; the real server says so between the two.
        if key == "limits" and any(_whole(name) and name not in limits for name in requests):
            yield required(f"{path}.limits", "Limit must be set for non overcommitable resources")
    yield from _claims(wanted, path)
    yield from _pages({**requests, **limits}, path)


def pod_resources(wanted: Obj, path: str, containers: list[Obj]) -> Iterator[FieldError]:
    """Complaints about the requests and limits of a pod as a whole."""
    limits, requests = wanted.get("limits") or {}, wanted.get("requests") or {}
    if wanted.get("claims"):
        yield forbidden(f"{path}.claims", "claims may not be set for Resources at pod-level")
    for key, amounts in (("limits", limits), ("requests", requests)):
        for name, value in amounts.items():
            at = f"{path}.{key}[{name}]"
            if name in _POD or name.startswith("hugepages-"):
                yield from _amount(name, value, at)
            else:
                yield unsupported(at, name, _POD)
            if key == "requests" and name in limits:
                yield from _bounded(name, value, limits[name], f"{path}.requests")
    yield from _claims(wanted, path)
    yield from _sums(requests, path, containers)
    for name, value in limits.items():
        for index, each in enumerate(containers):
            limit = ((each.get("resources") or {}).get("limits") or {}).get(name)
            if limit is not None and amount(limit) > amount(value):
                detail = f"must be less than or equal to pod limits of {value}"
                yield invalid(f"{path}.containers[{index}][{name}].limits", limit, detail)


def _sums(requests: Obj, path: str, containers: list[Obj]) -> Iterator[FieldError]:
    """Complaints about requests of a pod that its containers' together are above."""
    for name, value in requests.items():
        found = [(each.get("resources") or {}).get("requests") or {} for each in containers]
        total = sum(parse(each[name]) for each in found if name in each)
        if total > parse(value):
            detail = f"must be greater than or equal to aggregate container requests of {_shown(found, name)}"
            yield invalid(f"{path}.requests[{name}]", value, detail)


def _shown(found: list[Obj], name: str) -> str:
    amounts = [each[name] for each in found if name in each]
    return like(sum((parse(value) for value in amounts), parse("0")), amounts[0])


def field(reference: Obj, path: str, container: bool) -> Iterator[FieldError]:
    """Complaints about a reference to a container's request or limit; a volume's has to name the container."""
    name = reference.get("resource") or ""
    kind = name.partition(".")[2]
    if not container:
        yield from required_text(reference, path, "containerName")
    if not name:
        yield required(f"{path}.resource")
    elif name not in _FILES and not kind.startswith("hugepages-"):
        yield unsupported(f"{path}.resource", name, sorted(_FILES))
    else:
        divisor = reference.get("divisor") or "0"
        known = _DIVISORS["cpu" if kind == "cpu" else "memory"]
        if amount(divisor) and divisor not in known:
            listed = f"{', '.join(known[:-1])} and {known[-1]}"
            detail = f"only divisor's values {listed} are supported with the {kind} resource"
            yield invalid(f"{path}.divisor", name, detail)


def _amount(name: str, value: str, at: str) -> Iterator[FieldError]:
    if amount(value) < 0:
        yield invalid(at, value, "must be greater than or equal to 0")
    elif name.startswith("hugepages-"):
        size = name.removeprefix("hugepages-")
        if amount(size) and amount(value) % amount(size):
            yield invalid(at, value, f"{value} is not positive integer multiple of {name}")
    elif "/" in name and amount(value) % 1:
        yield invalid(at, value, "must be an integer")


def _bounded(name: str, value: str, limit: str, at: str) -> Iterator[FieldError]:
    if _whole(name) and amount(value) != amount(limit):
        yield invalid(at, value, f"must be equal to {name} limit of {limit}")
    elif amount(value) > amount(limit):
        yield invalid(at, value, f"must be less than or equal to {name} limit of {limit}")


def _claims(wanted: Obj, path: str) -> Iterator[FieldError]:
    for index, claim in enumerate(items(wanted, "claims")):
        shown = f'Not found: "{claim.get("name") or ""}": must be one of the names in pod.spec.resourceClaims'
        yield FieldError(f"{path}.claims[{index}]", "FieldValueNotFound", f"{shown} which is empty")


def _pages(amounts: Obj, path: str) -> Iterator[FieldError]:
    if any(name.startswith("hugepages-") for name in amounts) and not {"cpu", "memory"} & set(amounts):
        yield forbidden(path, "HugePages require cpu or memory")


def _whole(name: str) -> bool:
    """Whether a resource cannot be promised twice."""
    return "/" in name or name.startswith("hugepages-")


def resource_name(name: str, path: str) -> list[FieldError]:
    """Complaints about the name of a resource that a container could have."""
    if "/" in name:
        return [invalid(path, name, problem) for problem in names.qualified(name)]
    if name in _STANDARD or name.startswith("hugepages-"):
        return []
    kinds = ("a standard resource type or fully qualified", "a standard resource for containers")
    return [invalid(path, name, f"must be {kind}") for kind in kinds[name in _KNOWN :]]
