"""Cluster IPs and node ports of Services."""

import ipaddress
import random
from collections.abc import Iterator
from typing import Any

from oakum.lab.api import status
from oakum.lab.api.admission import Operation
from oakum.lab.api.rules.values import items, one_of
from oakum.lab.network import DNS_SERVICE_IP, SERVICE_RANGE
from oakum.lab.store import Obj, Store

_ADDRESSED = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy")
_FROM_OUTSIDE = ("NodePort", "LoadBalancer")
NODE_PORTS = range(30000, 32768)


def allot_addresses(store: Store, operation: Operation) -> None:
    """Give a Service the addresses that it asks for, or free ones; keep those that it has."""
    if operation.resource.key != "services" or operation.subresource or operation.verb == "DELETE":
        return
    service, old = operation.obj, operation.old
    spec = service["spec"]
    before = None if old is None else old["spec"]
    if spec["type"] == "ExternalName":
        if before is None and spec.get("clusterIP"):
            _refuse(service, [status.forbidden("spec.clusterIPs", "may not be set for ExternalName services")])
        for key in _ADDRESSED:
            spec.pop(key, None)
    else:
        if before is not None:
            _keep(spec, before)
        _refuse(service, [*_families(spec), *_written(spec, items(spec, "clusterIPs"))])
        others = [each for each in store.list("services").items if not _same(each, service)]
        settled = before is not None and bool(before.get("clusterIPs"))
        _cluster_ip(service, others, settled, operation.options.dry_run)
        if spec["type"] in _FROM_OUTSIDE:
            _node_ports(service, others, operation.options.dry_run)
    if spec["type"] not in _FROM_OUTSIDE and before is not None and before["type"] != spec["type"]:
        _close(spec)


def _close(spec: Obj) -> None:
    """Take away what lets a Service be reached from outside, of which its type has no more."""
    for port in items(spec, "ports"):
        port.pop("nodePort", None)
    if not spec.get("externalIPs"):
        spec.pop("externalTrafficPolicy", None)


def _refuse(service: Obj, errors: list[status.FieldError]) -> None:
    if errors:
        raise status.unprocessable("Service", "", service["metadata"].get("name") or "", errors)


def _families(spec: Obj) -> Iterator[status.FieldError]:
    """Complaints about the families of addresses; this cluster has IPv4 alone."""
    families = items(spec, "ipFamilies")
    for index, family in enumerate(families):
        at = f"spec.ipFamilies[{index}]"
        if family not in ("IPv4", "IPv6"):
            yield status.unsupported(at, family, ["IPv4", "IPv6"])
        elif family in families[:index]:
            yield status.duplicate(at, family)
        elif family == "IPv6" and index == 0 and "." in (spec.get("clusterIP") or ""):
            detail = "expected an IPv6 value as indicated by `ipFamilies[0]`"
            yield status.invalid("spec.clusterIPs[0]", spec["clusterIP"], detail)
        elif family == "IPv6" and not _is_free(spec):
            yield status.invalid(at, family, "not configured on this cluster")
    yield from one_of(spec, "ipFamilyPolicy", "spec", ("PreferDualStack", "RequireDualStack", "SingleStack"))
    if spec.get("ipFamilyPolicy") == "RequireDualStack" and not _is_free(spec):
        detail = "this cluster is not configured for dual-stack services"
        yield status.invalid("spec.ipFamilyPolicy", "RequireDualStack", detail)


def _written(spec: Obj, addresses: list[Any]) -> Iterator[status.FieldError]:
    """Complaints about the two ways to write a cluster IP where they say different things."""
    if addresses and not spec.get("clusterIP"):
        yield status.invalid("spec.clusterIPs", addresses, "must be empty when `clusterIP` is not specified")
    elif addresses and addresses[0] != spec["clusterIP"]:
        yield status.invalid("spec.clusterIPs", addresses, "first value must match `clusterIP`")
    if "None" in addresses and len(addresses) > 1:
        yield status.invalid("spec.clusterIPs", addresses, "'None' must be the first and only value")


def _is_free(spec: Obj) -> bool:
    """Whether a Service has neither an address nor pods, so that families are what its endpoints make them."""
    return spec.get("clusterIP") == "None" and not spec.get("selector")


def _same(one: Obj, other: Obj) -> bool:
    return all(one["metadata"].get(key) == other["metadata"].get(key) for key in ("name", "namespace"))


def _keep(spec: Obj, old: Obj) -> None:
    """Carry over what an update leaves out."""
    if old["type"] == "ExternalName":
        return
    changed = spec.get("clusterIP") not in (None, "", old.get("clusterIP"))
    if not spec.get("clusterIP"):
        spec["clusterIP"] = old.get("clusterIP")
    if changed and spec.get("clusterIPs") in (None, old.get("clusterIPs")):
        spec["clusterIPs"] = [spec["clusterIP"]]
    elif not spec.get("clusterIPs"):
        spec["clusterIPs"] = list(old.get("clusterIPs") or [])
    before = {(port.get("protocol"), port.get("port")): port.get("nodePort") for port in items(old, "ports")}
    if spec["type"] in _FROM_OUTSIDE:
        for port in items(spec, "ports"):
            known = before.get((port.get("protocol"), port.get("port")))
            if known and not port.get("nodePort"):
                port["nodePort"] = known


def _cluster_ip(service: Obj, others: list[Obj], settled: bool, rehearsed: bool) -> None:
    """Allot an address; one that is `settled` may not change, and validation says so."""
    spec = service["spec"]
    if spec.get("clusterIPs") and not spec.get("clusterIP"):
        spec["clusterIP"] = spec["clusterIPs"][0]
    taken = {address for each in others for address in items(each["spec"], "clusterIPs")}
    if not spec.get("clusterIP"):
        spec["clusterIP"] = _free_address(taken)
    elif spec["clusterIP"] != "None" and not settled:
        _check_address(service, taken, rehearsed)
    spec["clusterIPs"] = spec.get("clusterIPs") or [spec["clusterIP"]]
    free = _is_free(spec)
    spec.setdefault("ipFamilies", ["IPv4", "IPv6"] if free else ["IPv4"])
    spec.setdefault("ipFamilyPolicy", "RequireDualStack" if free else "SingleStack")


def _free_address(taken: set[str]) -> str:
    while True:
        address = str(SERVICE_RANGE[random.randrange(256, SERVICE_RANGE.num_addresses - 1)])
        if address not in taken and address != DNS_SERVICE_IP:
            return address


def _check_address(service: Obj, taken: set[str], rehearsed: bool) -> None:
    address, path = service["spec"]["clusterIP"], "spec.clusterIPs"
    try:
        inside = ipaddress.ip_address(address) in SERVICE_RANGE
        # The two allocators of the real server, that of rehearsals and that of the rest, say it differently.
        outside = "the provided network does not match the current range"
        if rehearsed:
            known = f"The range of valid IPs is {SERVICE_RANGE}"
            outside = f"the provided IP ({address}) is not in the valid range. {known}"
        detail = "" if inside else f"failed to allocate IP {address}: {outside}"
    except ValueError:
        detail, path = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)", "spec.clusterIPs[0]"
    if address in taken:
        detail = f"failed to allocate IP {address}: provided IP is already allocated"
    if detail:
        error = status.invalid(path, address if path.endswith("]") else [address], detail)
        raise status.unprocessable("Service", "", service["metadata"].get("name") or "", [error])


def _node_ports(service: Obj, others: list[Obj], rehearsed: bool) -> None:
    taken = {port.get("nodePort") for each in others for port in items(each["spec"], "ports")}
    allotted = service["spec"].get("allocateLoadBalancerNodePorts", True)
    for index, port in enumerate(items(service["spec"], "ports")):
        wanted = port.get("nodePort")
        if not wanted and not allotted:
            continue
        path = f"spec.ports[{index}].nodePort"
        error = None
        if not wanted:
            port["nodePort"] = random.choice([number for number in NODE_PORTS if number not in taken])
        elif wanted not in NODE_PORTS and not rehearsed:
            detail = "provided port is not in the valid range. The range of valid ports is 30000-32767"
            error = status.invalid(path, wanted, detail)
        elif wanted in taken:
            error = status.invalid(path, wanted, "provided port is already allocated")
        if error:
            raise status.unprocessable("Service", "", service["metadata"].get("name") or "", [error])
        taken.add(port["nodePort"])
