"""Cluster IPs and node ports of Services."""

import ipaddress
import random

from oakum.lab.api import status
from oakum.lab.api.admission import Operation
from oakum.lab.api.rules.values import items, one_of
from oakum.lab.network import DNS_SERVICE_IP, SERVICE_RANGE
from oakum.lab.store import Obj, Store

NODE_PORTS = range(30000, 32768)


def allot_addresses(store: Store, operation: Operation) -> None:
    """Give a Service the addresses that it asks for, or free ones; keep those that it has."""
    if operation.resource.key != "services" or operation.subresource or operation.verb == "DELETE":
        return
    service, old = operation.obj, operation.old
    spec = service["spec"]
    if spec["type"] == "ExternalName":
        for key in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"):
            spec.pop(key, None)
        return
    _check_families(service)
    if old is not None:
        _keep(spec, old["spec"])
    others = [each for each in store.list("services").items if not _same(each, service)]
    settled = old is not None and bool(old["spec"].get("clusterIPs"))
    _cluster_ip(service, others, settled)
    if spec["type"] in ("NodePort", "LoadBalancer"):
        _node_ports(service, others)
    else:
        if old is not None and old["spec"]["type"] != spec["type"]:
            for port in items(spec, "ports"):
                port.pop("nodePort", None)
        if not spec.get("externalIPs"):
            spec.pop("externalTrafficPolicy", None)


def _check_families(service: Obj) -> None:
    spec = service["spec"]
    errors = [
        status.unsupported(f"spec.ipFamilies[{index}]", family, ["IPv4", "IPv6"])
        for index, family in enumerate(items(spec, "ipFamilies"))
        if family not in ("IPv4", "IPv6")
    ]
    errors += one_of(spec, "ipFamilyPolicy", "spec", ("PreferDualStack", "RequireDualStack", "SingleStack"))
    if errors:
        raise status.unprocessable("Service", "", service["metadata"].get("name") or "", errors)


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
    if spec["type"] in ("NodePort", "LoadBalancer"):
        for port in items(spec, "ports"):
            known = before.get((port.get("protocol"), port.get("port")))
            if known and not port.get("nodePort"):
                port["nodePort"] = known


def _cluster_ip(service: Obj, others: list[Obj], settled: bool) -> None:
    """Allot an address; one that is `settled` may not change, and validation says so."""
    spec = service["spec"]
    if spec.get("clusterIPs") and not spec.get("clusterIP"):
        spec["clusterIP"] = spec["clusterIPs"][0]
    taken = {address for each in others for address in items(each["spec"], "clusterIPs")}
    if not spec.get("clusterIP"):
        spec["clusterIP"] = _free_address(taken)
    elif spec["clusterIP"] != "None" and not settled:
        _check_address(service, taken)
    spec["clusterIPs"] = spec.get("clusterIPs") or [spec["clusterIP"]]
    spec.setdefault("ipFamilies", ["IPv4"])
    spec.setdefault("ipFamilyPolicy", "SingleStack")


def _free_address(taken: set[str]) -> str:
    while True:
        address = str(SERVICE_RANGE[random.randrange(256, SERVICE_RANGE.num_addresses - 1)])
        if address not in taken and address != DNS_SERVICE_IP:
            return address


def _check_address(service: Obj, taken: set[str]) -> None:
    address = service["spec"]["clusterIP"]
    try:
        inside = ipaddress.ip_address(address) in SERVICE_RANGE
        detail = (
            "" if inside else f"failed to allocate IP {address}: the provided network does not match the current range"
        )
    except ValueError:
        detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
    if address in taken:
        detail = f"failed to allocate IP {address}: provided IP is already allocated"
    if detail:
        error = status.invalid("spec.clusterIPs", [address], detail)
        raise status.unprocessable("Service", "", service["metadata"].get("name") or "", [error])


def _node_ports(service: Obj, others: list[Obj]) -> None:
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
        elif wanted not in NODE_PORTS:
            detail = "provided port is not in the valid range. The range of valid ports is 30000-32767"
            error = status.invalid(path, wanted, detail)
        elif wanted in taken:
            error = status.invalid(path, wanted, "provided port is already allocated")
        if error:
            raise status.unprocessable("Service", "", service["metadata"].get("name") or "", [error])
        taken.add(port["nodePort"])
